//! Finds the files of a repository, by name: nothing is opened here. Paths are handed over while the walk goes on.
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
use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The file whose patterns keep paths from portlint alone.
pub const IGNORE_FILE: &str = ".portlintignore";

/// Files that are handed over together: enough that handing over costs nothing, few enough that no thread waits for work.
const AT_ONCE: usize = 64;

/// What a walk found.
#[derive(Debug, Default)]
pub struct Walked {
    /// Paths of regular files relative to the root, with forward slashes, each once, in no order.
    pub files: Vec<Arc<str>>,
    /// Folders and entries that could not be looked at, by path, sorted.
    pub problems: Vec<(String, Problem)>,
}

impl Walked {
    /// Leaves those of some paths that the walk found.
    pub fn keep(&self, paths: &mut Vec<String>) {
        if !paths.is_empty() {
            let known: HashSet<&str> = self.files.iter().map(|f| &**f).collect();
            paths.retain(|path| known.contains(path.as_str()));
        }
    }

    /// Whether a file lies in `folder`.
    fn has_below(&self, folder: &str) -> bool {
        let below = |file: &Arc<str>| {
            let rest = file.strip_prefix(folder);
            rest.is_some_and(|rest| rest.starts_with('/'))
        };
        self.files.iter().any(below)
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
    /// `found` gets every path of the result once, some at a time, from several threads.
    pub fn run(&self, asked: &[PathBuf], found: &(dyn Fn(Vec<Arc<str>>) + Sync)) -> Walked {
        let mut walked = self.below(self.root, found);
        let mut more: BTreeSet<Arc<str>> = BTreeSet::new();
        for path in asked {
            match relative(self.root, path) {
                None => {}
                Some(file) if !path.is_dir() => {
                    more.insert(file.into());
                }
                Some(folder) if folder.is_empty() || walked.has_below(&folder) => {}
                Some(_) => {
                    let below = self.below(path, &|_| ());
                    more.extend(below.files);
                    walked.problems.extend(below.problems);
                }
            }
        }
        if !more.is_empty() {
            for known in &walked.files {
                more.remove(known);
            }
            let more: Vec<Arc<str>> = more.into_iter().collect();
            walked.files.extend_from_slice(&more);
            found(more);
        }
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

    fn below(&self, start: &Path, found: &(dyn Fn(Vec<Arc<str>>) + Sync)) -> Walked {
        let walked = Mutex::new(Walked::default());
        let mut builder = self.builder(start, Ignores::Honoured);
        let (root, selection) = (self.root.to_path_buf(), Arc::clone(&self.selection));
        builder.filter_entry(move |entry| is_wanted(&root, &selection, entry));
        builder.build_parallel().run(|| {
            let mut batch = Batch {
                root: self.root,
                selection: &self.selection,
                into: &walked,
                found,
                files: Vec::new(),
                walked: Walked::default(),
            };
            Box::new(move |entry| {
                batch.take(entry);
                WalkState::Continue
            })
        });
        walked.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Ignores {
    /// Git's and ours.
    Honoured,
    /// Ours alone.
    OwnOnly,
}

/// Whether the walk enters a folder, or looks at a file. The start itself is always wanted.
fn is_wanted(root: &Path, selection: &Selection, entry: &DirEntry) -> bool {
    let Some(kind) = entry.file_type() else {
        return false;
    };
    let enters = || relative(root, entry.path()).is_none_or(|path| selection.enters(&path));
    entry.depth() == 0 || kind.is_file() || kind.is_dir() && enters()
}

/// One thread's finds. Files are handed over some at a time, the rest when the thread ends.
struct Batch<'a> {
    root: &'a Path,
    selection: &'a Selection,
    into: &'a Mutex<Walked>,
    found: &'a (dyn Fn(Vec<Arc<str>>) + Sync),
    /// Files that have not been handed over.
    files: Vec<Arc<str>>,
    walked: Walked,
}

impl Batch<'_> {
    fn take(&mut self, entry: Result<DirEntry, ignore::Error>) {
        match entry {
            Ok(entry) if entry.file_type().is_some_and(|t| t.is_file()) => self.file(entry.path()),
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

    fn file(&mut self, full: &Path) {
        let Some(path) = relative(self.root, full) else {
            self.walked.problems.push((
                lossy(self.root, full),
                problem("its name is not valid UTF-8".to_owned()),
            ));
            return;
        };
        if self.selection.takes(&path) {
            self.files.push(path.into());
            if self.files.len() == AT_ONCE {
                self.hand_over();
            }
        }
    }

    fn hand_over(&mut self) {
        let files = std::mem::take(&mut self.files);
        self.walked.files.extend_from_slice(&files);
        (self.found)(files);
    }
}

impl Drop for Batch<'_> {
    fn drop(&mut self) {
        self.hand_over();
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
    let path = below(root, path)
        .or_else(|| path.strip_prefix(root).ok())?
        .to_str()?;
    Some(if std::path::MAIN_SEPARATOR == '/' {
        path.to_owned()
    } else {
        path.replace(std::path::MAIN_SEPARATOR, "/")
    })
}

/// `path` without `root`, if it is spelt as a walk from there spells it: no parts need be compared then.
fn below<'a>(root: &Path, path: &'a Path) -> Option<&'a Path> {
    let (root, path) = (root.to_str()?, path.to_str()?);
    let rest = path.strip_prefix(root)?.strip_prefix('/')?;
    let plain = !rest.starts_with(['.', '/']) && !rest.ends_with(['.', '/']);
    plain.then_some(Path::new(rest))
}

fn lossy(root: &Path, path: &Path) -> String {
    path.strip_prefix(root)
        .unwrap_or(path)
        .to_string_lossy()
        .into_owned()
}
