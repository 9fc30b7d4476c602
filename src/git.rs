//! Asks Git what changed since a revision.
//!
//! Git is run without a shell, a revision cannot pass for an option, names of files are read between zero bytes, and old texts are
//! asked for by their hashes, so that no name is ever an argument.
//!
//! A repository's own `.git/config` may name programs. None of them is run: what would start one is switched off ([`HARMLESS`],
//! [`ALONE`]), the filters that it sets included ([`WorkTree::without_filters`]).

use crate::changes::{Before, Changes};
use crate::error::{Error, in_words};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Modes of entries that are regular files.
const REGULAR: [&str; 2] = ["100644", "100755"];

/// Settings that outrank the repository's own.
const HARMLESS: [&str; 3] = [
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.sshCommand=false",
];

/// Variables under which Git asks no other machine, prompts nobody and writes nothing.
const ALONE: [(&str, &str); 6] = [
    ("GIT_NO_LAZY_FETCH", "1"),
    ("GIT_ALLOW_PROTOCOL", ""),
    ("GIT_SSH_COMMAND", "false"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("LC_ALL", "C"),
];

/// A Git work tree, and the part of it that is looked at.
#[derive(Clone, Copy, Debug)]
pub struct WorkTree<'a> {
    /// Its top.
    pub top: &'a Path,
    /// The root's path inside it, with a last slash; empty at the top.
    pub prefix: &'a str,
}

impl WorkTree<'_> {
    /// What changed between `revision` and the files as they lie there, new files that Git does not ignore included.
    ///
    /// If the revision and `HEAD` have an ancestor in common, that one is compared with: what was done on the other side meanwhile
    /// is no part of the change. Old texts are fetched for the paths in `wanted`, relative to the root.
    ///
    /// # Errors
    /// If Git cannot be run, knows no such revision, or fails.
    pub fn since(self, revision: &str, wanted: &BTreeSet<&str>) -> Result<Changes, Error> {
        let base = self.commit(revision)?;
        let base = self.merge_base(&base)?.unwrap_or(base);
        let mut old = BTreeMap::new();
        let mut files = BTreeMap::new();
        for (path, blob) in self.changed(&base)? {
            match blob {
                Some(blob) if wanted.contains(&*path) => {
                    old.insert(path, blob);
                }
                _ => {
                    files.insert(path, Before::Nothing);
                }
            }
        }
        let texts = self.blobs(old.values())?;
        for (path, blob) in old {
            let before = texts
                .get(&blob)
                .map_or(Before::Nothing, |text| Before::Text(text.clone()));
            files.insert(path, before);
        }
        for path in self.untracked()? {
            files.insert(path, Before::Nothing);
        }
        Ok(Changes::new(files))
    }

    /// The hash of a commit.
    fn commit(self, revision: &str) -> Result<String, Error> {
        let unknown = |reason: &str| Error::Usage {
            message: format!("`--diff-base`: Git knows no commit `{revision}`: {reason}"),
            help: Some(
                "name a commit, a tag or a branch that is there; a shallow clone may lack it"
                    .to_owned(),
            ),
        };
        if revision.is_empty() || revision.starts_with('-') {
            return Err(unknown("this is no name of one"));
        }
        let peeled = format!("{revision}^{{commit}}");
        let found = self.run(&["rev-parse", "--verify", &peeled], Stdio::null(), &[])?;
        let hash = String::from_utf8_lossy(&found.stdout).trim().to_owned();
        if found.status.success() && is_hash(&hash) {
            Ok(hash)
        } else {
            Err(unknown(&complaint(&found)))
        }
    }

    fn merge_base(self, commit: &str) -> Result<Option<String>, Error> {
        // Fails where there is none: unrelated histories, or a clone too shallow to tell.
        let found = self.run(&["merge-base", commit, "HEAD"], Stdio::null(), &[])?;
        let hash = String::from_utf8_lossy(&found.stdout).trim().to_owned();
        Ok((found.status.success() && is_hash(&hash)).then_some(hash))
    }

    /// Settings, as variables, under which Git applies no filter to a file that it compares: each is a program.
    fn without_filters(self) -> Result<Vec<(String, String)>, Error> {
        let asked = [
            "config",
            "--null",
            "--name-only",
            "--get-regexp",
            "^filter\\.",
        ];
        // Fails where there is none.
        let listed = self.run(&asked, Stdio::null(), &[])?.stdout;
        let keys = listed.split(|b| *b == 0).filter(|key| !key.is_empty());
        let mut settings = Vec::new();
        for (i, key) in keys.enumerate() {
            let key = std::str::from_utf8(key)
                .map_err(|_| failed("a filter of its configuration has no name in UTF-8"))?;
            let off = if key.ends_with(".required") {
                "false"
            } else {
                ""
            };
            settings.push((format!("GIT_CONFIG_KEY_{i}"), key.to_owned()));
            settings.push((format!("GIT_CONFIG_VALUE_{i}"), off.to_owned()));
        }
        settings.push((
            "GIT_CONFIG_COUNT".to_owned(),
            (settings.len() / 2).to_string(),
        ));
        Ok(settings)
    }

    /// Changed paths, with the hash of the old text where there is one. Files that were only touched may be among them.
    fn changed(self, base: &str) -> Result<Vec<(String, Option<String>)>, Error> {
        let asked = [
            "diff-index",
            "--raw",
            "-z",
            "--no-abbrev",
            "--no-renames",
            "--ignore-submodules=all",
            base,
            "--",
        ];
        let listed = self.ask(&asked, &self.without_filters()?)?;
        let mut fields = listed.split(|b| *b == 0);
        let mut changed = Vec::new();
        while let (Some(entry), Some(path)) = (fields.next(), fields.next()) {
            if let Some(path) = self.inside(path) {
                changed.push((path, old_blob(entry)));
            }
        }
        Ok(changed)
    }

    fn untracked(self) -> Result<Vec<String>, Error> {
        let listed = self.ask(&["ls-files", "-z", "--others", "--exclude-standard"], &[])?;
        let paths = listed.split(|b| *b == 0).filter(|path| !path.is_empty());
        Ok(paths.filter_map(|path| self.inside(path)).collect())
    }

    /// Texts by their hashes; a hash that is not there, or is no text, is left out.
    fn blobs<'b>(
        self,
        hashes: impl Iterator<Item = &'b String>,
    ) -> Result<BTreeMap<String, String>, Error> {
        let hashes: BTreeSet<&String> = hashes.collect();
        if hashes.is_empty() {
            return Ok(BTreeMap::new());
        }
        // A file, not a pipe: a pipe fills up while nobody reads the other end.
        let input = list_in_file(&hashes).map_err(|e| failed(&in_words(&e)))?;
        let answer = self.run(&["cat-file", "--batch"], Stdio::from(input), &[])?;
        if !answer.status.success() {
            return Err(failed(&complaint(&answer)));
        }
        Ok(read_batch(&answer.stdout))
    }

    /// A path of the work tree, relative to the root; none if it lies elsewhere or is not UTF-8.
    fn inside(self, path: &[u8]) -> Option<String> {
        let path = std::str::from_utf8(path).ok()?;
        path.strip_prefix(self.prefix).map(str::to_owned)
    }

    /// Standard output of a command that must succeed.
    fn ask(self, args: &[&str], settings: &[(String, String)]) -> Result<Vec<u8>, Error> {
        let answer = self.run(args, Stdio::null(), settings)?;
        if answer.status.success() {
            Ok(answer.stdout)
        } else {
            Err(failed(&complaint(&answer)))
        }
    }

    fn run(
        self,
        args: &[&str],
        input: Stdio,
        settings: &[(String, String)],
    ) -> Result<Output, Error> {
        Command::new("git")
            .arg("-C")
            .arg(self.top)
            .arg("--no-pager")
            .args(HARMLESS.iter().flat_map(|setting| ["-c", setting]))
            .args(args)
            .envs(ALONE)
            .envs(settings.iter().map(|(name, value)| (name, value)))
            .stdin(input)
            .output()
            .map_err(|e| failed(&format!("it cannot be run: {}", in_words(&e))))
    }
}

fn failed(reason: &str) -> Error {
    Error::Usage {
        message: format!("`--diff-base` asks Git, which failed: {reason}"),
        help: None,
    }
}

/// The first line of what Git says.
fn complaint(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    text.lines()
        .next()
        .unwrap_or("it says nothing")
        .trim_start_matches("fatal: ")
        .to_owned()
}

fn is_hash(text: &str) -> bool {
    text.len() >= 40 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// The old text's hash in `:100644 100644 OLD NEW M`; none if there was no regular file.
fn old_blob(entry: &[u8]) -> Option<String> {
    let entry = std::str::from_utf8(entry).ok()?.strip_prefix(':')?;
    let mut fields = entry.split(' ');
    let (mode, hash) = (fields.next()?, fields.nth(1)?);
    let real = is_hash(hash) && hash.bytes().any(|b| b != b'0');
    (REGULAR.contains(&mode) && real).then(|| hash.to_owned())
}

fn list_in_file(hashes: &BTreeSet<&String>) -> io::Result<std::fs::File> {
    let mut file = tempfile::tempfile()?;
    for hash in hashes {
        writeln!(file, "{hash}")?;
    }
    file.seek(SeekFrom::Start(0))?;
    Ok(file)
}

/// Reads `HASH blob SIZE`, a line feed, the bytes, a line feed, over and over.
fn read_batch(mut answer: &[u8]) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    while let Some((head, rest)) = split_line(answer) {
        answer = rest;
        let head = String::from_utf8_lossy(head);
        let mut words = head.split(' ');
        let (Some(hash), Some("blob"), Some(Ok(size))) =
            (words.next(), words.next(), words.next().map(str::parse))
        else {
            continue;
        };
        let Some((bytes, rest)) = answer.split_at_checked(size) else {
            break;
        };
        texts.insert(hash.to_owned(), String::from_utf8_lossy(bytes).into_owned());
        answer = rest.strip_prefix(b"\n").unwrap_or(rest);
    }
    texts
}

fn split_line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr::memchr(b'\n', bytes)?;
    Some((bytes.get(..end)?, bytes.get(end + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "0123456789abcdef0123456789abcdef01234567";

    #[test]
    fn old_texts_are_known_by_mode_and_hash() {
        let none = "0".repeat(40);
        for (entry, expected) in [
            (format!(":100644 100755 {HASH} {none} M"), Some(HASH)),
            (format!(":000000 100644 {none} {HASH} A"), None),
            (format!(":120000 100644 {HASH} {none} T"), None),
            (format!(":160000 160000 {HASH} {HASH} M"), None),
            (format!(":000000 000000 {none} {none} U"), None),
            (":100644".to_owned(), None),
            (String::new(), None),
        ] {
            assert_eq!(old_blob(entry.as_bytes()).as_deref(), expected, "{entry}");
        }
    }

    #[test]
    fn a_batch_is_read_by_its_sizes() {
        let other = HASH.replace('0', "f");
        let answer = format!("{HASH} blob 9\na\n{HASH:.5} \n\n{other} missing\n{other} blob 0\n\n");
        let texts = read_batch(answer.as_bytes());
        assert_eq!(texts.len(), 2, "{texts:?}");
        assert_eq!(texts.get(HASH).unwrap(), "a\n01234 \n");
        assert_eq!(texts.get(&other).unwrap(), "");
    }

    #[test]
    fn a_cut_batch_gives_what_is_whole() {
        assert!(read_batch(format!("{HASH} blob 900\nabc").as_bytes()).is_empty());
        assert!(read_batch(b"no line").is_empty());
    }

    #[test]
    fn a_revision_is_no_option() {
        let tree = WorkTree {
            top: Path::new("/"),
            prefix: "",
        };
        for revision in ["", "-", "--output=/tmp/x", "--git-dir=x"] {
            let error = tree.since(revision, &BTreeSet::new()).unwrap_err();
            assert!(error.to_string().contains("no name of one"), "{error}");
        }
    }
}
