//! Reads a repository: walks it, opens each file once, lets the formats read it, and keeps the text of files that say something.

use crate::classify::{Limits, Name, Role, Selection, limits};
use crate::error::{Error, in_words};
use crate::facts::{ComposeOrigin, FileFacts, Problem, ProblemKind};
use crate::formats;
use crate::paths::{folder, join};
use crate::policy::Policy;
use crate::root::Root;
use crate::source::{SourceFile, Sources, Span};
use crate::walk::{Walk, Walked, relative};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes in which a zero byte shows that a file is not text.
const SNIFFED: usize = 8192;

/// All that a repository says.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The files that say something, in the order of their paths.
    pub sources: Sources,
    /// Their facts, in the same order.
    pub files: Vec<FileFacts>,
    /// How many files were read.
    pub checked: usize,
}

/// The env file that Compose reads unasked.
const ENV_NAME: &str = ".env";
/// Files that one named file may lead to, at most.
const MOST_ALONE: usize = 1_000;

type Entry = (SourceFile, FileFacts);

/// What is read beside, or instead of, what lies on disk.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reading<'a> {
    /// Whether paths that were asked for by name stay out where they are left out otherwise.
    pub force_exclude: bool,
    /// The text that stands for the one file asked for, whatever lies on disk.
    pub buffer: Option<&'a str>,
    /// Whether, of the files that declare nothing, only those in the root's scope are read.
    pub narrow: bool,
    /// Threads; 0 lets the walker choose.
    pub threads: usize,
}

/// Reads the whole root.
pub fn load(root: &Root, policy: &Policy, reading: Reading<'_>) -> Result<Loaded, Error> {
    let walk = walk(root, policy, reading.threads)?;
    let asked = asked(root, reading);
    let named = |paths: &[PathBuf]| -> BTreeSet<String> {
        let paths = paths.iter();
        paths.filter_map(|p| relative(&root.dir, p)).collect()
    };
    let mut loader = Loader {
        root,
        base: base(root),
        asked: named(asked),
        narrow: reading.narrow,
        buffer: reading
            .buffer
            .and_then(|text| Some((named(&root.asked).pop_first()?, text))),
        limits: limits(),
        checked: 0,
        entries: BTreeMap::new(),
    };
    let walked = loader.read_all(&walk, asked);
    loader.read_named_compose_files(&walked);
    loader.read_env_beside_compose(&walk);
    loader.read_named_env_files(&walked, policy);
    loader.add_problems(walked.problems);
    loader.name_env_files_outside();
    Ok(loader.finish())
}

/// The files on which a run depends, relative to the root, some of which may not be there: those that are walked, and every
/// `.env` that Compose would read.
pub fn watched(
    root: &Root,
    policy: &Policy,
    reading: Reading<'_>,
) -> Result<BTreeSet<String>, Error> {
    let walked = walk(root, policy, reading.threads)?.run(asked(root, reading), &|_| ());
    let named = policy.env_files.iter().filter_map(|path| normal("", path));
    let mut files: BTreeSet<String> = walked
        .files
        .iter()
        .map(|path| env_in(folder(path)))
        .chain(named)
        .collect();
    files.extend(walked.files.iter().map(|path| path.to_string()));
    Ok(files)
}

fn walk<'a>(root: &'a Root, policy: &Policy, threads: usize) -> Result<Walk<'a>, Error> {
    let paths = &policy.paths;
    Ok(Walk {
        root: &root.dir,
        selection: Arc::new(Selection::new(&paths.include, &paths.exclude)?),
        top: root.work_tree().unwrap_or(&root.dir),
        threads,
    })
}

/// Paths that are read whatever leaves them out.
fn asked<'a>(root: &'a Root, reading: Reading<'_>) -> &'a [PathBuf] {
    if reading.force_exclude {
        &[]
    } else {
        &root.asked
    }
}

/// Reads one file with what Compose would read for it: what it extends and includes, and the env files for interpolation.
/// Ignore files and exclusions do not count: the file was named, and it names the rest.
pub fn load_alone(root: &Root, path: &str) -> Loaded {
    let mut loader = Loader {
        root,
        base: base(root),
        asked: BTreeSet::from([path.to_owned()]),
        narrow: false,
        buffer: None,
        limits: limits(),
        checked: 0,
        entries: BTreeMap::new(),
    };
    let mut tried = BTreeSet::new();
    let mut next = vec![(path.to_owned(), formats::COMPOSE_READER)];
    while let Some((path, reader)) = next.pop() {
        if tried.len() < MOST_ALONE && tried.insert(path.clone()) && loader.is_below_root(&path) {
            next.extend(loader.read_for_compose(&path, reader));
        }
    }
    loader.finish()
}

struct Loader<'a> {
    root: &'a Root,
    /// The root as files are opened from it: empty if it is the current folder, since short paths are found faster.
    base: PathBuf,
    /// Files that are read whatever leaves them out, and whose silence would puzzle.
    asked: BTreeSet<String>,
    /// Whether, of the files that declare nothing, only those in the root's scope are read.
    narrow: bool,
    /// A path with the text that stands for what lies there.
    buffer: Option<(String, &'a str)>,
    limits: Limits,
    checked: usize,
    entries: BTreeMap<Arc<str>, Entry>,
}

impl Loader<'_> {
    /// Reads what the walk finds while it goes on.
    fn read_all(&mut self, walk: &Walk<'_>, asked: &[PathBuf]) -> Walked {
        let read: Mutex<Vec<Entry>> = Mutex::default();
        let (loader, into) = (&*self, &read);
        let walked = rayon::in_place_scope(|scope| {
            walk.run(asked, &|paths| {
                scope.spawn(move |_| {
                    let mut bytes = Vec::new();
                    let entries: Vec<Entry> = paths
                        .iter()
                        .filter(|path| loader.needs(path))
                        .filter_map(|path| loader.read_into(&mut bytes, path, formats::read))
                        .collect();
                    into.lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .extend(entries);
                });
            })
        });
        let read = read.into_inner().unwrap_or_else(PoisonError::into_inner);
        self.entries = read
            .into_iter()
            .map(|e| (Arc::clone(&e.0.path), e))
            .collect();
        self.checked = walked.files.len();
        walked
    }

    fn needs(&self, path: &str) -> bool {
        !self.narrow || formats::may_declare(&Name::of(path)) || self.root.in_scope(path)
    }

    /// Reads one file; none if it says nothing.
    fn read_one(&self, path: &str, read: impl Fn(&SourceFile) -> FileFacts) -> Option<Entry> {
        self.read_into(&mut Vec::new(), path, read)
    }

    /// The same with room for the file's bytes that was used before.
    fn read_into(
        &self,
        bytes: &mut Vec<u8>,
        path: &str,
        read: impl Fn(&SourceFile) -> FileFacts,
    ) -> Option<Entry> {
        let role = Role::of(path);
        let missed = role.is_named() || self.asked.contains(path);
        let limit = self.limits.of(role);
        let text = match &self.buffer {
            Some((name, text)) if name == path => buffered(text, limit),
            _ => read_text(&self.base.join(path), limit, bytes),
        };
        match text {
            Ok(text) => {
                let file = SourceFile::new(path, text);
                let facts = read(&file);
                (!facts.is_empty()).then_some((file, facts))
            }
            Err(unread) => unread.problem(missed).map(|p| without_text(path, p)),
        }
    }

    /// Compose reads the `.env` beside its file even where Git ignores it, and so must we; likewise the root's.
    fn read_env_beside_compose(&mut self, walk: &Walk<'_>) {
        let folders: BTreeSet<String> = self
            .entries
            .values()
            .filter(|(_, facts)| is_compose(facts))
            .flat_map(env_folders)
            .chain([String::new()])
            .collect();
        for dir in folders {
            let path = env_in(&dir);
            if self.entries.contains_key(path.as_str()) {
                continue;
            }
            let entry = match walk.beside(&dir, ENV_NAME) {
                None => None,
                Some(Ok(found)) => self.read_one(&found, formats::read).inspect(|_| {
                    self.checked += 1;
                }),
                Some(Err((path, problem))) => Some(without_text(&path, problem)),
            };
            self.entries
                .extend(entry.map(|e| (Arc::clone(&e.0.path), e)));
        }
    }

    /// Compose files that only an `extends` or `include` shows to be such. They may name further ones.
    fn read_named_compose_files(&mut self, walked: &Walked) {
        let mut tried: BTreeSet<String> = BTreeSet::new();
        loop {
            let mut named: Vec<String> = self.compose_file_paths().collect();
            named.retain(|path| tried.insert(path.clone()));
            walked.keep(&mut named);
            if named.is_empty() {
                return;
            }
            for path in named {
                let known = self.entries.get(path.as_str());
                if known.is_some_and(|(_, facts)| facts.compose.is_some()) {
                    continue;
                }
                let as_compose =
                    |file: &SourceFile| formats::read_as(formats::COMPOSE_READER, file);
                if let Some(entry) = self.read_one(&path, as_compose) {
                    self.entries.insert(Arc::clone(&entry.0.path), entry);
                }
            }
        }
    }

    fn compose_file_paths(&self) -> impl Iterator<Item = String> {
        self.entries.values().flat_map(named_compose_files)
    }

    /// Reads a file that Compose would read, and says which further files that leads to, with their readers.
    fn read_for_compose(&mut self, path: &str, reader: &str) -> Vec<(String, &'static str)> {
        let Some(entry) = self.read_one(path, |file| formats::read_as(reader, file)) else {
            return Vec::new();
        };
        self.checked += 1;
        let envs = env_folders(&entry)
            .map(|folder| env_in(&folder))
            .chain(env_files_of_includes(&entry))
            .map(|path| (path, formats::ENV_READER));
        let further = named_compose_files(&entry)
            .map(|path| (path, formats::COMPOSE_READER))
            .chain(envs)
            .collect();
        self.entries.insert(Arc::clone(&entry.0.path), entry);
        further
    }

    /// Env files that only an `env_file:` or the policy shows to be such. Of ignored ones, those that the policy names are read.
    fn read_named_env_files(&mut self, walked: &Walked, policy: &Policy) {
        let by_policy = policy.env_files.iter().filter_map(|path| normal("", path));
        let mut by_compose: Vec<String> = self.env_file_paths().collect();
        walked.keep(&mut by_compose);
        let named: BTreeSet<String> = by_compose.into_iter().chain(by_policy).collect();
        for path in named {
            let known = self.entries.get(path.as_str());
            if known.is_some_and(|(_, facts)| facts.env.is_some() || facts.compose.is_some())
                || !self.is_below_root(&path)
            {
                continue;
            }
            let as_env = |file: &SourceFile| formats::read_as(formats::ENV_READER, file);
            if let Some(entry) = self.read_one(&path, as_env) {
                self.entries.insert(Arc::clone(&entry.0.path), entry);
            }
        }
    }

    fn env_file_paths(&self) -> impl Iterator<Item = String> {
        self.entries
            .values()
            .flat_map(|entry| env_files_of_services(entry).chain(env_files_of_includes(entry)))
    }

    /// Env files that lie outside are not read; Compose reads them, so that it is said.
    fn name_env_files_outside(&mut self) {
        for (file, facts) in self.entries.values_mut() {
            let Some(compose) = &facts.compose else {
                continue;
            };
            let of_services = compose.services.iter().flat_map(|s| &s.env_files);
            let of_includes = compose.includes.iter().flat_map(|i| &i.env_files);
            let dir = folder(&file.path);
            let outside = of_services
                .chain(of_includes)
                .filter(|text| !text.value.contains('$') && join(dir, &text.value).is_none());
            let problems = outside.map(|text| Problem {
                kind: ProblemKind::Skipped,
                message: format!(
                    "`{}` lies outside the repository and was not read",
                    text.value.escape_debug()
                ),
                span: text.span,
            });
            facts.problems.extend(problems);
        }
    }

    fn is_below_root(&self, path: &str) -> bool {
        let real = self.root.dir.join(path).canonicalize();
        real.is_ok_and(|real| relative(&self.root.dir, &real).is_some())
    }

    fn add_problems(&mut self, problems: Vec<(String, Problem)>) {
        for (path, problem) in problems {
            let entry = without_text(&path, problem);
            self.entries
                .entry(Arc::clone(&entry.0.path))
                .or_insert(entry);
        }
    }

    fn finish(self) -> Loaded {
        let (files, facts) = self.entries.into_values().unzip();
        Loaded {
            sources: Sources::new(files),
            files: facts,
            checked: self.checked,
        }
    }
}

fn base(root: &Root) -> PathBuf {
    match std::env::current_dir() {
        Ok(here) if here == root.dir => PathBuf::new(),
        _ => root.dir.clone(),
    }
}

fn is_compose(facts: &FileFacts) -> bool {
    facts
        .compose
        .as_ref()
        .is_some_and(|c| c.origin == ComposeOrigin::Compose)
}

/// Files that a compose file extends or includes.
fn named_compose_files((file, facts): &Entry) -> impl Iterator<Item = String> {
    let compose = facts.compose.iter();
    let included = compose.clone().flat_map(|c| &c.includes);
    let services = compose.flat_map(|c| &c.services);
    let extended = services.filter_map(|s| s.extends.as_ref()?.file.as_ref());
    let dir = folder(&file.path);
    included
        .flat_map(|i| &i.paths)
        .chain(extended)
        .filter_map(move |text| normal(dir, &text.value))
}

/// What a compose file's services name by `env_file:`.
fn env_files_of_services((file, facts): &Entry) -> impl Iterator<Item = String> {
    let services = facts.compose.iter().flat_map(|c| &c.services);
    let dir = folder(&file.path);
    services
        .flat_map(|s| &s.env_files)
        .filter_map(move |text| normal(dir, &text.value))
}

/// Env files from which Compose interpolates the files that a compose file includes.
fn env_files_of_includes((file, facts): &Entry) -> impl Iterator<Item = String> {
    let includes = facts.compose.iter().flat_map(|c| &c.includes);
    let dir = folder(&file.path);
    includes
        .flat_map(|i| &i.env_files)
        .filter_map(move |text| normal(dir, &text.value))
}

/// Folders whose `.env` counts for a compose file: its own, and those that its includes are seen from.
fn env_folders((file, facts): &Entry) -> impl Iterator<Item = String> {
    let includes = facts.compose.iter().flat_map(|c| &c.includes);
    let dir = folder(&file.path);
    includes
        .filter_map(|i| i.project_directory.as_ref())
        .filter_map(move |text| normal(dir, &text.value))
        .chain([dir.to_owned()])
}

fn env_in(folder: &str) -> String {
    if folder.is_empty() {
        ENV_NAME.to_owned()
    } else {
        format!("{folder}/{ENV_NAME}")
    }
}

/// `path` seen from `folder`; none if it leads out of the root or has a variable in it.
fn normal(folder: &str, path: &str) -> Option<String> {
    join(folder, path).filter(|p| !p.contains('$'))
}

fn without_text(path: &str, problem: Problem) -> Entry {
    let facts = FileFacts {
        problems: vec![problem],
        ..FileFacts::default()
    };
    (SourceFile::new(path, ""), facts)
}

/// Why a file has no text.
#[derive(Debug)]
enum Unread {
    Failed(io::Error),
    TooLarge { size: u64, limit: u64 },
    Utf16,
    NotUtf8 { line: usize },
    Binary,
    NotAFile,
}

impl Unread {
    /// What to say of it; `missed` tells whether a person would expect the file to be read.
    fn problem(self, missed: bool) -> Option<Problem> {
        let (kind, message) = match self {
            Self::Failed(e) if e.kind() == io::ErrorKind::NotFound => (
                ProblemKind::Skipped,
                "it vanished while it was to be read".to_owned(),
            ),
            Self::Failed(e) => (
                if missed {
                    ProblemKind::Unreadable
                } else {
                    ProblemKind::Skipped
                },
                format!("it cannot be read: {}", in_words(&e)),
            ),
            _ if !missed => return None,
            Self::TooLarge { size, limit } => (
                ProblemKind::Skipped,
                format!("it has {size} bytes, more than the {limit} that are read"),
            ),
            Self::Utf16 => (
                ProblemKind::Skipped,
                "it is written in UTF-16; save it as UTF-8".to_owned(),
            ),
            Self::NotUtf8 { line } => (
                ProblemKind::Skipped,
                format!("it is not valid UTF-8 (line {line}); save it as UTF-8"),
            ),
            Self::Binary => (
                ProblemKind::Skipped,
                "it holds zero bytes: not a text file".to_owned(),
            ),
            Self::NotAFile => (ProblemKind::Skipped, "it is not a regular file".to_owned()),
        };
        Some(Problem {
            kind,
            message,
            span: Span::default(),
        })
    }
}

/// Reads a text file of at most `limit` bytes: what it held when it was measured, should it grow meanwhile.
fn read_text<'b>(path: &Path, limit: u64, bytes: &'b mut Vec<u8>) -> Result<&'b str, Unread> {
    let mut file = open(path).map_err(Unread::Failed)?;
    let about = file.metadata().map_err(Unread::Failed)?;
    if !about.is_file() {
        return Err(Unread::NotAFile);
    }
    let size = about.len();
    if size > limit {
        return Err(Unread::TooLarge { size, limit });
    }
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    if bytes.len() < size {
        bytes.resize(size, 0);
    }
    // not a byte more is asked for: to see that a file ends costs as much as to read it
    let mut filled = 0;
    while let Some(rest) = bytes.get_mut(filled..size).filter(|rest| !rest.is_empty()) {
        match file.read(rest) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(Unread::Failed(e)),
        }
    }
    decode(bytes.get(..filled).unwrap_or_default())
}

/// The text that an editor holds, as if it were read.
fn buffered(text: &str, limit: u64) -> Result<&str, Unread> {
    let size = text.len() as u64;
    if size > limit {
        return Err(Unread::TooLarge { size, limit });
    }
    decode(text.as_bytes())
}

/// Opens a file; a pipe without a writer does not block.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
    }
    options.open(path)
}

fn decode(bytes: &[u8]) -> Result<&str, Unread> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(Unread::Utf16);
    }
    let head = bytes.get(..SNIFFED).unwrap_or(bytes);
    if memchr::memchr(0, head).is_some() {
        return Err(Unread::Binary);
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        Unread::NotUtf8 {
            line: memchr::memchr_iter(b'\n', before).count() + 1,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_told_from_other_bytes() {
        assert_eq!(decode(b"\xef\xbb\xbfa: 1").unwrap(), "\u{feff}a: 1");
        assert!(matches!(decode(b"\xff\xfea\0"), Err(Unread::Utf16)));
        assert!(matches!(decode(b"a\0b"), Err(Unread::Binary)));
        assert!(matches!(
            decode(b"a\nb\xe9"),
            Err(Unread::NotUtf8 { line: 2 })
        ));
    }

    #[test]
    fn only_files_that_are_missed_are_spoken_of() {
        assert!(Unread::Binary.problem(false).is_none());
        assert!(Unread::Binary.problem(true).is_some());
        let denied = || Unread::Failed(io::ErrorKind::PermissionDenied.into());
        assert_eq!(
            denied().problem(true).unwrap().kind,
            ProblemKind::Unreadable
        );
        assert_eq!(denied().problem(false).unwrap().kind, ProblemKind::Skipped);
    }
}
