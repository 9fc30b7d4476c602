//! Remembers the texts that a fix replaces, so that one command brings them back.
//!
//! The journal lies in the cache directory, one folder for each root. It is complete and synced before the first file is
//! replaced: a run killed at any moment can be undone, or brought to its end by running it again.

use super::write::{self, Replacement};
use crate::error::Error;
use etcetera::BaseStrategy;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Name of the list of entries inside a journal's folder.
const LIST: &str = "journal.json";
/// Name of the file that says that all entries were written.
const DONE: &str = "done";
/// Version of the journal's form.
const VERSION: u32 = 1;

/// One run's journal.
#[derive(Debug, Serialize, Deserialize)]
struct Journal {
    version: u32,
    root: PathBuf,
    entries: Vec<Entry>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    /// The file, links resolved.
    path: PathBuf,
    /// SHA-256 of the text before.
    before: String,
    /// SHA-256 of the text after.
    after: String,
    /// File inside the journal's folder that holds the text before.
    blob: String,
}

/// Where journals lie.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
}

/// What undoing did.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Undone {
    /// Files that hold their old text again.
    pub restored: Vec<PathBuf>,
    /// Files that held it already.
    pub untouched: Vec<PathBuf>,
}

impl Store {
    /// The journal of a root, in the user's cache directory.
    pub fn of(root: &Path) -> Result<Self, Error> {
        let base = etcetera::choose_base_strategy().map_err(|e| Error::Usage {
            message: format!("there is no cache directory for the journal: {e}"),
            help: Some("set HOME, or XDG_CACHE_HOME".to_owned()),
        })?;
        Ok(Self::at(&base.cache_dir().join("portlint"), root))
    }

    /// The journal of a root below a given folder.
    pub fn at(cache: &Path, root: &Path) -> Self {
        let name = hash(root.to_string_lossy().as_bytes());
        Self {
            folder: cache.join("undo").join(name.get(..16).unwrap_or(&name)),
        }
    }

    /// Replaces all files, or none: the journal first, then every new text beside its file, then one name after the other.
    /// A refusal leaves everything as it was.
    pub fn replace(&self, root: &Path, replacements: &[Replacement]) -> Result<(), Error> {
        write::sweep(replacements.iter().map(|r| r.path.as_path()));
        let staged = replacements
            .iter()
            .map(write::stage)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|refused| Error::Usage {
                message: format!(
                    "`{}` stays as it is: {}",
                    refused.path.display(),
                    refused.reason
                ),
                help: Some("nothing was written".to_owned()),
            })?;
        self.remember(root, replacements)?;
        staged.into_iter().try_for_each(write::Staged::commit)?;
        let done = self.folder.join(DONE);
        write_synced(&done, b"").map_err(|reason| Error::Write { path: done, reason })
    }

    fn remember(&self, root: &Path, replacements: &[Replacement]) -> Result<(), Error> {
        let failed = |reason: io::Error| Error::Write {
            path: self.folder.clone(),
            reason,
        };
        create_private(&self.folder).map_err(failed)?;
        // What was remembered before is no longer complete from here on.
        let _ = fs::remove_file(self.folder.join(DONE));
        let mut entries = Vec::new();
        for (i, r) in replacements.iter().enumerate() {
            let before = hash(&r.old);
            let blob = format!("{}-{i}.txt", before.get(..16).unwrap_or_default());
            write_synced(&self.folder.join(&blob), &r.old).map_err(failed)?;
            entries.push(Entry {
                path: r.path.clone(),
                before,
                after: hash(&r.new),
                blob,
            });
        }
        let journal = Journal {
            version: VERSION,
            root: root.to_path_buf(),
            entries,
        };
        let list = serde_json::to_vec_pretty(&journal).map_err(|e| failed(e.into()))?;
        let staged = self.folder.join(format!("{LIST}.new"));
        write_synced(&staged, &list).map_err(failed)?;
        write::step();
        fs::rename(&staged, self.folder.join(LIST)).map_err(failed)?;
        write::step();
        self.forget_blobs(&journal);
        Ok(())
    }

    /// Takes back what a run that was killed between two files has written, so that the next one starts from whole texts.
    /// Gives the files that were restored; none if the last run came to its end, or if somebody changed a file since.
    pub fn recover(&self) -> Result<Vec<PathBuf>, Error> {
        let Ok(journal) = self.read() else {
            return Ok(Vec::new());
        };
        if self.folder.join(DONE).exists() {
            return Ok(Vec::new());
        }
        let states: Vec<Option<String>> = journal
            .entries
            .iter()
            .map(|e| fs::read(&e.path).ok().map(|t| hash(&t)))
            .collect();
        let is = |which: fn(&Entry) -> &String| {
            journal
                .entries
                .iter()
                .zip(&states)
                .filter(|(e, s)| s.as_ref() == Some(which(e)))
                .count()
        };
        let (old, new) = (is(|e| &e.before), is(|e| &e.after));
        if old == 0 || new == 0 || old + new < journal.entries.len() {
            return Ok(Vec::new());
        }
        Ok(self.undo()?.restored)
    }

    /// Removes texts of older journals.
    fn forget_blobs(&self, journal: &Journal) {
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.ends_with(".txt") && !journal.entries.iter().any(|e| e.blob == *name) {
                // A text too many does no harm.
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    fn read(&self) -> Result<Journal, Error> {
        let path = self.folder.join(LIST);
        let nothing = |help: String| Error::Usage {
            message: "there is nothing to undo here".to_owned(),
            help: Some(help),
        };
        let text = fs::read(&path).map_err(|_| {
            nothing("no `--fix` or `move` has written anything below this root".to_owned())
        })?;
        let journal: Journal = serde_json::from_slice(&text).map_err(|e| {
            nothing(format!(
                "the journal {} cannot be read: {e}",
                path.display()
            ))
        })?;
        if journal.version == VERSION {
            Ok(journal)
        } else {
            Err(nothing(
                "the journal was written by another version of portlint".to_owned(),
            ))
        }
    }

    fn blob(&self, entry: &Entry) -> io::Result<Vec<u8>> {
        let name = Path::new(&entry.blob).file_name().unwrap_or_default();
        let text = fs::read(self.folder.join(name))?;
        if hash(&text) == entry.before {
            Ok(text)
        } else {
            Err(io::Error::other("the remembered text is damaged"))
        }
    }

    /// Restores the texts before the last run. Refuses, and touches nothing, where a file was changed since.
    pub fn undo(&self) -> Result<Undone, Error> {
        let journal = self.read()?;
        write::sweep(journal.entries.iter().map(|e| e.path.as_path()));
        let mut undone = Undone::default();
        let mut staged = Vec::new();
        let refuse = |path: &Path, reason: String| Error::Usage {
            message: format!("`{}` {reason}", path.display()),
            help: Some("nothing was undone; bring the file back by hand, or with Git".to_owned()),
        };
        for entry in &journal.entries {
            let now = fs::read(&entry.path)
                .map_err(|e| refuse(&entry.path, format!("cannot be read: {e}")))?;
            let state = hash(&now);
            if state == entry.before {
                undone.untouched.push(entry.path.clone());
            } else if state == entry.after {
                let before = self
                    .blob(entry)
                    .map_err(|e| refuse(&entry.path, format!("cannot be restored: {e}")))?;
                let replacement = Replacement {
                    path: entry.path.clone(),
                    old: now,
                    new: before,
                };
                staged.push(
                    write::stage(&replacement).map_err(|r| {
                        refuse(&r.path, format!("cannot be restored: {}", r.reason))
                    })?,
                );
                undone.restored.push(entry.path.clone());
            } else {
                return Err(refuse(&entry.path, "was changed since the fix".to_owned()));
            }
        }
        staged.into_iter().try_for_each(write::Staged::commit)?;
        // With nothing left to undo, a second undo says so.
        let _ = fs::remove_dir_all(&self.folder);
        Ok(undone)
    }
}

/// Creates a folder that nobody else can look into, where the system knows such: old texts hold what the files hold, passwords too.
fn create_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn write_synced(path: &Path, text: &[u8]) -> io::Result<()> {
    write::step();
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    write::step();
    file.write_all(text)?;
    file.sync_all()
}

/// SHA-256 in hexadecimal.
fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Scratch {
        dir: tempfile::TempDir,
        store: Store,
    }

    impl Scratch {
        fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let store = Store::at(&dir.path().join("cache"), dir.path());
            Self { dir, store }
        }

        fn file(&self, name: &str, text: &str) -> PathBuf {
            let path = self.dir.path().join(name);
            fs::write(&path, text).unwrap();
            path
        }

        fn replace(&self, path: &Path, old: &str, new: &str) -> Result<(), Error> {
            let replacement = Replacement {
                path: path.to_path_buf(),
                old: old.into(),
                new: new.into(),
            };
            self.store.replace(self.dir.path(), &[replacement])
        }
    }

    #[test]
    fn undo_restores_the_bytes_once() {
        let scratch = Scratch::new();
        let path = scratch.file("a.yml", "\u{feff}5432\r\n");
        scratch
            .replace(&path, "\u{feff}5432\r\n", "\u{feff}7000\r\n")
            .unwrap();
        assert_eq!(fs::read(&path).unwrap(), "\u{feff}7000\r\n".as_bytes());
        assert_eq!(
            scratch.store.undo().unwrap().restored,
            std::slice::from_ref(&path)
        );
        assert_eq!(fs::read(&path).unwrap(), "\u{feff}5432\r\n".as_bytes());
        assert!(scratch.store.undo().is_err());
    }

    #[test]
    fn undo_refuses_where_somebody_went_on() {
        let scratch = Scratch::new();
        let (a, b) = (scratch.file("a", "1"), scratch.file("b", "1"));
        let replacement = |path: &PathBuf| Replacement {
            path: path.clone(),
            old: "1".into(),
            new: "2".into(),
        };
        scratch
            .store
            .replace(scratch.dir.path(), &[replacement(&a), replacement(&b)])
            .unwrap();
        fs::write(&b, "3").unwrap();
        assert!(
            scratch
                .store
                .undo()
                .unwrap_err()
                .to_string()
                .contains("changed since")
        );
        assert_eq!(
            (fs::read(&a).unwrap(), fs::read(&b).unwrap()),
            (b"2".to_vec(), b"3".to_vec())
        );
    }

    #[test]
    fn one_refused_file_keeps_all_from_being_written() {
        let scratch = Scratch::new();
        let (a, b) = (scratch.file("a", "1"), scratch.file("b", "changed"));
        let replacement = |path: &PathBuf| Replacement {
            path: path.clone(),
            old: "1".into(),
            new: "2".into(),
        };
        assert!(
            scratch
                .store
                .replace(scratch.dir.path(), &[replacement(&a), replacement(&b)])
                .is_err()
        );
        assert_eq!(fs::read(&a).unwrap(), b"1");
        assert!(scratch.store.undo().is_err(), "there is nothing to undo");
    }

    #[test]
    fn a_run_killed_between_two_files_is_taken_back() {
        let scratch = Scratch::new();
        let (a, b) = (scratch.file("a", "1"), scratch.file("b", "1"));
        let replacement = |path: &PathBuf| Replacement {
            path: path.clone(),
            old: "1".into(),
            new: "2".into(),
        };
        let both = [replacement(&a), replacement(&b)];
        scratch.store.remember(scratch.dir.path(), &both).unwrap();
        fs::write(&a, "2").unwrap();
        assert_eq!(scratch.store.recover().unwrap(), std::slice::from_ref(&a));
        assert_eq!(fs::read(&a).unwrap(), b"1");
    }

    #[test]
    fn a_run_that_came_to_its_end_is_not_taken_back_where_one_file_was_restored_by_hand() {
        let scratch = Scratch::new();
        let (a, b) = (scratch.file("a", "1"), scratch.file("b", "1"));
        let replacement = |path: &PathBuf| Replacement {
            path: path.clone(),
            old: "1".into(),
            new: "2".into(),
        };
        let both = [replacement(&a), replacement(&b)];
        scratch.store.replace(scratch.dir.path(), &both).unwrap();
        fs::write(&b, "1").unwrap();
        assert!(scratch.store.recover().unwrap().is_empty());
        assert_eq!(fs::read(&a).unwrap(), b"2");
    }
}
