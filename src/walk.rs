//! Finds the files of a repository, by name: nothing is opened here. Paths are handed over while the walk goes on.
//!
//! What keeps a file out, first match decides:
//! 1. it is a link, a pipe, a socket or a device;
//! 2. the policy's `paths`, the built-in exclusions ([`Selection`]);
//! 3. `.portlintignore`, then `.gitignore` (also without a `.git` beside it), then `.git/info/exclude`.
//!
//! A user's global Git ignore file does not count, nor does any above the work tree: a run gives the same result on every
//! machine. A folder whose ignore files must not be opened ([`ignore_files`]) is not entered, and that is said.

mod ignore_files;

use crate::classify::{Role, Selection};
use crate::error::in_words;
use crate::facts::{Problem, ProblemKind};
use crate::source::Span;
use ignore::gitignore::Gitignore;
use ignore::{DirEntry, Match, WalkBuilder, WalkState};
use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
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

/// What takes the paths of files that are found.
pub type Found<'a> = &'a (dyn Fn(Vec<Arc<str>>) + Sync);

/// Where and how to walk.
pub struct Walk<'a> {
    /// The repository's root, an absolute path.
    pub root: &'a Path,
    /// Which paths are read.
    pub selection: Arc<Selection>,
    /// The top of the Git work tree that the root lies in, else the root: ignore files from there on count.
    pub top: &'a Path,
    /// Threads; 0 lets the walker choose.
    pub threads: usize,
}

impl Walk<'_> {
    /// Walks the whole root and, beside it, the paths that were asked for by name and lie in what the walk leaves out.
    /// `found` gets every path of the result once, some at a time, from several threads.
    pub fn run(&self, asked: &[PathBuf], found: Found<'_>) -> Walked {
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

    /// The file named `name` in `folder` (relative to the root) whatever Git ignores: a regular file, or a link to one below the
    /// root; `.portlintignore` and the policy still count. What is there and cannot be read so is a problem.
    pub fn beside(&self, folder: &str, name: &str) -> Option<Result<String, (String, Problem)>> {
        let path = self.root.join(folder).join(name);
        let shown = relative(self.root, &path)?;
        if path.symlink_metadata().is_err()
            || !self.selection.takes(&shown)
            || self.is_ignored_by_ours(&path)
        {
            return None;
        }
        match self.stand_in(&path) {
            None if path.is_file() => Some(Ok(shown)),
            refused => Some(Err((shown, refused?))),
        }
    }

    /// Whether `.portlintignore` files leave out a file, the nearest that speaks of it deciding.
    fn is_ignored_by_ours(&self, path: &Path) -> bool {
        let above = path.ancestors().skip(1);
        above
            .take_while(|dir| dir.starts_with(self.top))
            .filter(|dir| dir.join(IGNORE_FILE).exists())
            .filter(|dir| ignore_files::unfit(dir, self.top).is_none())
            .find_map(|dir| {
                let (patterns, _) = Gitignore::new(dir.join(IGNORE_FILE));
                match patterns.matched_path_or_any_parents(path, false) {
                    Match::None => None,
                    found => Some(found.is_ignore()),
                }
            })
            .unwrap_or(false)
    }

    /// Why something that is no regular file is not read; none if it stands for a file that is.
    fn stand_in(&self, path: &Path) -> Option<Problem> {
        let reason = match path.canonicalize() {
            Ok(target) if !target.starts_with(self.root) => {
                "it is a link that leads outside the repository, and was not read"
            }
            Ok(target) if target.is_file() || target.is_dir() => return None,
            Ok(_) => "it is not a regular file",
            Err(_) => "it is a link that leads nowhere",
        };
        Some(problem(reason.to_owned()))
    }

    fn builder(&self, start: &Path) -> WalkBuilder {
        let mut builder = WalkBuilder::new(start);
        builder
            .hidden(false)
            .ignore(false)
            .git_global(false)
            .require_git(false)
            .parents(false)
            .add_custom_ignore_filename(IGNORE_FILE)
            .follow_links(false)
            .threads(self.threads);
        builder
    }

    /// What lies in `start`. The walk begins at the top, whose ignore files count; it goes straight down.
    fn below(&self, start: &Path, found: Found<'_>) -> Walked {
        if start == self.top {
            return self.walk(start, start, found).0;
        }
        let (walked, reached) = self.walk(self.top, start, found);
        if reached {
            walked
        } else {
            // It is left out itself, or lies in what is: what is asked for is read all the same.
            self.walk(start, start, found).0
        }
    }

    /// Walks down from `from`, and on the way to `start` into nothing else; and whether `start` was reached.
    fn walk(&self, from: &Path, start: &Path, found: Found<'_>) -> (Walked, bool) {
        let walked = Arc::new(Mutex::new(Walked::default()));
        let reached = Arc::new(AtomicBool::new(from == start));
        if let Some(unfit) = self.unfit(from) {
            let mut walked = Walked::default();
            walked.problems.push(unfit);
            return (walked, true);
        }
        let mut builder = self.builder(from);
        let way = Way {
            root: self.root.to_path_buf(),
            top: self.top.to_path_buf(),
            start: start.to_path_buf(),
            selection: Arc::clone(&self.selection),
            reached: Arc::clone(&reached),
            refused: Arc::clone(&walked),
        };
        builder.filter_entry(move |entry| way.is_wanted(entry));
        builder.build_parallel().run(|| {
            let mut batch = Batch {
                walk: self,
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
        let mut walked = walked.lock().unwrap_or_else(PoisonError::into_inner);
        (
            std::mem::take(&mut *walked),
            reached.load(Ordering::Relaxed),
        )
    }

    fn unfit(&self, folder: &Path) -> Option<(String, Problem)> {
        unfit(folder, self.root, self.top)
    }
}

/// Why a folder is not entered: the ignore file that must not be opened, as a problem.
fn unfit(folder: &Path, root: &Path, top: &Path) -> Option<(String, Problem)> {
    let (path, reason) = ignore_files::unfit(folder, top)?;
    let problem = Problem {
        kind: ProblemKind::Unreadable,
        message: format!("{reason}; nothing below its folder was read"),
        span: Span::default(),
    };
    Some((lossy(root, &path), problem))
}

/// What a walk enters and yields.
struct Way {
    root: PathBuf,
    top: PathBuf,
    /// The folder that is looked for; above it nothing else is entered.
    start: PathBuf,
    selection: Arc<Selection>,
    reached: Arc<AtomicBool>,
    refused: Arc<Mutex<Walked>>,
}

impl Way {
    fn is_wanted(&self, entry: &DirEntry) -> bool {
        let path = entry.path();
        let Some(kind) = entry.file_type() else {
            return entry.depth() == 0;
        };
        if entry.depth() == 0 {
            return true;
        }
        let wanted = if !path.starts_with(&self.start) {
            kind.is_dir() && self.start.starts_with(path)
        } else if path == self.start {
            self.reached.store(true, Ordering::Relaxed);
            true
        } else {
            self.is_wanted_below(path, kind)
        };
        wanted && (!kind.is_dir() || self.may_enter(path))
    }

    fn is_wanted_below(&self, path: &Path, kind: std::fs::FileType) -> bool {
        if kind.is_file() {
            return true;
        }
        let Some(path) = relative(&self.root, path) else {
            return true;
        };
        if kind.is_dir() {
            self.selection.enters(&path)
        } else {
            // A link or a pipe that is named like a compose or env file would be missed.
            Role::of(&path).is_named() && self.selection.takes(&path)
        }
    }

    fn may_enter(&self, folder: &Path) -> bool {
        let Some(unfit) = unfit(folder, &self.root, &self.top) else {
            return true;
        };
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.problems.push(unfit);
        false
    }
}

/// One thread's finds. Files are handed over some at a time, the rest when the thread ends.
struct Batch<'a> {
    walk: &'a Walk<'a>,
    into: &'a Mutex<Walked>,
    found: Found<'a>,
    /// Files that have not been handed over.
    files: Vec<Arc<str>>,
    walked: Walked,
}

impl Batch<'_> {
    fn take(&mut self, entry: Result<DirEntry, ignore::Error>) {
        match entry {
            Ok(entry) if entry.file_type().is_some_and(|t| t.is_file()) => self.file(entry.path()),
            Ok(entry) if entry.file_type().is_none_or(|t| t.is_dir()) => {}
            Ok(entry) => {
                let refused = self.walk.stand_in(entry.path());
                let at = || lossy(self.walk.root, entry.path());
                self.walked.problems.extend(refused.map(|p| (at(), p)));
            }
            Err(error) => {
                let path = error_path(&error).map(|p| lossy(self.walk.root, p));
                self.walked.problems.push((
                    path.unwrap_or_default(),
                    problem(format!("it cannot be read: {}", reason(&error))),
                ));
            }
        }
    }

    fn file(&mut self, full: &Path) {
        let Some(path) = relative(self.walk.root, full) else {
            self.walked.problems.push((
                lossy(self.walk.root, full),
                problem("its name is not valid UTF-8".to_owned()),
            ));
            return;
        };
        if self.walk.selection.takes(&path) {
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
