//! Finds the files of a repository, by name: nothing is opened here.
//!
//! What keeps a file out, first match decides:
//! 1. it is a link, a pipe, a socket or a device;
//! 2. the policy's `paths`, the built-in exclusions ([`Selection`]);
//! 3. `.portlintignore`, then `.gitignore` (also without a `.git` beside it), then `.git/info/exclude`.
//!
//! A user's global Git ignore file does not count: a run gives the same result on every machine.

use crate::classify::Selection;
use crate::error::in_words;
use crate::facts::{Problem, ProblemKind};
use crate::source::Span;
use ignore::{DirEntry, WalkBuilder, WalkState};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The file whose patterns keep paths from portlint alone.
pub const IGNORE_FILE: &str = ".portlintignore";

/// What a walk found.
#[derive(Debug, Default)]
pub struct Walked {
    /// Paths of regular files relative to the root, with forward slashes, sorted, each once.
    pub files: Vec<String>,
    /// Folders and entries that could not be looked at, by path, sorted.
    pub problems: Vec<(String, Problem)>,
}

impl Walked {
    /// Whether a file lies in `folder`; the files are sorted.
    fn has_below(&self, folder: &str) -> bool {
        let prefix = format!("{folder}/");
        let first = self.files.partition_point(|f| *f < prefix);
        self.files
            .get(first)
            .is_some_and(|f| f.starts_with(&prefix))
    }
}

/// Where and how to walk.
pub struct Walk<'a> {
    /// The repository's root, an absolute path.
    pub root: &'a Path,
    /// Which paths are read.
    pub selection: Arc<Selection>,
    /// Whether ignore files above the root count: it is a part of a Git work tree.
    pub parents: bool,
    /// Threads; 0 lets the walker choose.
    pub threads: usize,
}

impl Walk<'_> {
    /// Walks the whole root and, beside it, the paths that were asked for by name and lie in what the walk leaves out.
    pub fn run(&self, asked: &[PathBuf]) -> Walked {
        let mut walked = self.below(self.root, Ignores::Honoured);
        walked.files.sort_unstable();
        let mut more = Walked::default();
        for path in asked {
            match relative(self.root, path) {
                None => {}
                Some(file) if !path.is_dir() => more.files.push(file),
                Some(folder) if folder.is_empty() || walked.has_below(&folder) => {}
                Some(_) => {
                    let found = self.below(path, Ignores::Honoured);
                    more.files.extend(found.files);
                    more.problems.extend(found.problems);
                }
            }
        }
        walked.files.append(&mut more.files);
        walked.problems.append(&mut more.problems);
        walked.files.sort_unstable();
        walked.files.dedup();
        walked.problems.sort_by(|a, b| a.0.cmp(&b.0));
        walked.problems.dedup();
        walked
    }

    /// The paths in `folder` (relative to the root) named `name`, if it is a regular file, or a link to one below the root,
    /// whatever Git ignores; `.portlintignore` and the policy still count.
    pub fn beside(&self, folder: &str, name: &str) -> Option<String> {
        let dir = self.root.join(folder);
        let path = dir.join(name);
        let target = path.canonicalize().ok()?;
        let shown = relative(self.root, &path)?;
        if !target.starts_with(self.root) || !target.is_file() || !self.selection.takes(&shown) {
            return None;
        }
        let allowed = self
            .builder(&dir, Ignores::OwnOnly)
            .max_depth(Some(1))
            .build()
            .flatten()
            .any(|entry| entry.depth() == 1 && entry.file_name() == name);
        allowed.then_some(shown)
    }

    fn builder(&self, start: &Path, ignores: Ignores) -> WalkBuilder {
        let git = ignores == Ignores::Honoured;
        let mut builder = WalkBuilder::new(start);
        builder
            .hidden(false)
            .ignore(false)
            .git_global(false)
            .git_ignore(git)
            .git_exclude(git)
            .require_git(false)
            .parents(self.parents || start != self.root)
            .add_custom_ignore_filename(IGNORE_FILE)
            .follow_links(false)
            .threads(self.threads);
        builder
    }

    fn below(&self, start: &Path, ignores: Ignores) -> Walked {
        let found = Mutex::new(Walked::default());
        let mut builder = self.builder(start, ignores);
        let (root, selection) = (self.root.to_path_buf(), Arc::clone(&self.selection));
        builder.filter_entry(move |entry| is_wanted(&root, &selection, entry));
        builder.build_parallel().run(|| {
            let mut batch = Batch {
                root: self.root,
                into: &found,
                walked: Walked::default(),
            };
            Box::new(move |entry| {
                batch.take(entry);
                WalkState::Continue
            })
        });
        found.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Ignores {
    /// Git's and ours.
    Honoured,
    /// Ours alone.
    OwnOnly,
}

/// Whether the walk enters a folder or yields a file. The start itself is always wanted.
fn is_wanted(root: &Path, selection: &Selection, entry: &DirEntry) -> bool {
    if entry.depth() == 0 {
        return true;
    }
    let Some(kind) = entry.file_type() else {
        return false;
    };
    let Some(path) = relative(root, entry.path()) else {
        return true;
    };
    if kind.is_dir() {
        selection.enters(&path)
    } else {
        kind.is_file() && selection.takes(&path)
    }
}

/// One thread's finds, handed over when the thread ends.
struct Batch<'a> {
    root: &'a Path,
    into: &'a Mutex<Walked>,
    walked: Walked,
}

impl Batch<'_> {
    fn take(&mut self, entry: Result<DirEntry, ignore::Error>) {
        match entry {
            Ok(entry) if entry.file_type().is_some_and(|t| t.is_file()) => {
                match relative(self.root, entry.path()) {
                    Some(path) => self.walked.files.push(path),
                    None => self.walked.problems.push((
                        lossy(self.root, entry.path()),
                        problem("its name is not valid UTF-8".to_owned()),
                    )),
                }
            }
            Ok(_) => {}
            Err(error) => {
                let path = error_path(&error).map(|p| lossy(self.root, p));
                self.walked.problems.push((
                    path.unwrap_or_default(),
                    problem(format!("it cannot be read: {}", reason(&error))),
                ));
            }
        }
    }
}

impl Drop for Batch<'_> {
    fn drop(&mut self) {
        let mut into = self.into.lock().unwrap_or_else(PoisonError::into_inner);
        into.files.append(&mut self.walked.files);
        into.problems.append(&mut self.walked.problems);
    }
}

fn problem(message: String) -> Problem {
    Problem {
        kind: ProblemKind::Skipped,
        message,
        span: Span::default(),
    }
}

fn error_path(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::Loop { child, .. } => Some(child),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            error_path(err)
        }
        _ => None,
    }
}

/// The system's words alone, without the path that the caller shows.
fn reason(error: &ignore::Error) -> String {
    error.io_error().map_or_else(|| error.to_string(), in_words)
}

/// A path below the root, relative to it, with forward slashes; none if it lies elsewhere or is not UTF-8.
pub fn relative(root: &Path, path: &Path) -> Option<String> {
    let path = path.strip_prefix(root).ok()?.to_str()?;
    Some(if std::path::MAIN_SEPARATOR == '/' {
        path.to_owned()
    } else {
        path.replace(std::path::MAIN_SEPARATOR, "/")
    })
}

fn lossy(root: &Path, path: &Path) -> String {
    path.strip_prefix(root)
        .unwrap_or(path)
        .to_string_lossy()
        .into_owned()
}
