//! What stops a whole run. Everything less grave is a finding, or a remark on standard error.

use crate::policy::PolicyError;
use miette::Diagnostic;
use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// Why there is no result.
#[derive(Debug, Error, Diagnostic)]
pub enum Error {
    /// A path of the command line that is not there.
    #[error("`{}` cannot be read: {}", path.display(), in_words(reason))]
    Path {
        /// As given.
        path: PathBuf,
        /// The system's reason.
        reason: io::Error,
        /// What may have been meant.
        #[help]
        help: Option<String>,
    },
    /// Paths that have no root in common.
    #[error("`{}` and `{}` belong to different repositories", first.display(), second.display())]
    #[diagnostic(help("check one repository at a time, or give the common folder with `--root`"))]
    SeveralRoots {
        /// The first path's root.
        first: PathBuf,
        /// Another path's root.
        second: PathBuf,
    },
    /// A path that lies outside the root given by hand.
    #[error("`{}` lies outside the root `{}`", path.display(), root.display())]
    #[diagnostic(help("give paths below the root, or another `--root`"))]
    OutsideRoot {
        /// The path.
        path: PathBuf,
        /// The root.
        root: PathBuf,
    },
    /// A name that no rule has.
    #[error("there is no rule `{name}`")]
    UnknownRule {
        /// As given.
        name: String,
        /// A similar name.
        #[help]
        help: Option<String>,
    },
    /// A policy that cannot be used.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Policy(#[from] Box<PolicyError>),
    /// A glob that cannot be read.
    #[error("the glob `{glob}` cannot be read: {reason}")]
    Glob {
        /// As given.
        glob: String,
        /// The parser's words.
        reason: String,
    },
    /// A file that cannot be written.
    #[error("`{}` cannot be written: {}", path.display(), in_words(reason))]
    Write {
        /// Where to.
        path: PathBuf,
        /// The system's reason.
        reason: io::Error,
    },
    /// Standard output that does not take what is written.
    #[error("the result cannot be written: {}", in_words(.0))]
    Output(#[from] io::Error),
    /// Options that do not go together, or a refusal with its reason.
    #[error("{message}")]
    Usage {
        /// One clause.
        message: String,
        /// What to do.
        #[help]
        help: Option<String>,
    },
}

impl Error {
    /// Whether the reader of standard output went away: no failure of ours.
    pub fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Output(e) if e.kind() == io::ErrorKind::BrokenPipe)
    }
}

/// The system's words for an error, without its number.
pub fn in_words(error: &io::Error) -> String {
    let text = error.to_string();
    match text.split_once(" (os error") {
        Some((words, _)) => words.to_lowercase(),
        None => text,
    }
}
