//! Replaces files whole: every new text is written and synced beside its file before the first file is replaced.

use crate::error::Error;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Beginning of the names of files that wait to take another's place.
pub const PENDING: &str = ".portlint-";

/// A point at which a run can be killed. In debug builds `PORTLINT_KILL_AT_STEP=n` kills it at the n-th, so that a test can
/// show that any of them leaves a tree which `undo` or a second run brings to an end.
pub(super) fn step() {
    #[cfg(debug_assertions)]
    {
        use std::sync::atomic::{AtomicUsize, Ordering};
        static STEPS: AtomicUsize = AtomicUsize::new(1);
        let step = STEPS.fetch_add(1, Ordering::Relaxed);
        let last = std::env::var("PORTLINT_KILL_AT_STEP")
            .ok()
            .and_then(|n| n.parse().ok());
        if last == Some(step) {
            std::process::abort();
        }
    }
}

/// A file to replace.
#[derive(Clone, Debug)]
pub struct Replacement {
    /// The file itself, links resolved.
    pub path: PathBuf,
    /// What it must hold now; another text means that somebody changed it meanwhile.
    pub old: Vec<u8>,
    /// What it will hold.
    pub new: Vec<u8>,
}

/// Why a file cannot be replaced, before anything was touched.
#[derive(Debug)]
pub struct Refused {
    /// The file.
    pub path: PathBuf,
    /// Why, and what to do.
    pub reason: String,
}

/// The new text of a file, written, synced and given the old one's mode, waiting for its name.
#[derive(Debug)]
pub struct Staged {
    path: PathBuf,
    file: NamedTempFile,
}

/// Writes the new text beside its file. The file itself is not touched yet.
pub fn stage(replacement: &Replacement) -> Result<Staged, Refused> {
    let path = &replacement.path;
    let refuse = |reason: String| Refused {
        path: path.clone(),
        reason,
    };
    let now = fs::read(path).map_err(|e| refuse(format!("it cannot be read any more: {e}")))?;
    if now != replacement.old {
        return Err(refuse(
            "it was changed meanwhile; run the command again".to_owned(),
        ));
    }
    if let Some(reason) = refusal(path) {
        return Err(refuse(reason));
    }
    let meta = fs::metadata(path).map_err(|e| refuse(e.to_string()))?;
    write_beside(path, &replacement.new, &meta)
        .map_err(|e| refuse(format!("no new text can be written beside it: {e}")))
}

/// Why a file may not be written, if so. An owner's missing write permission counts, even for a user whom it does not bind.
pub fn refusal(path: &Path) -> Option<String> {
    let meta = match fs::metadata(path) {
        Ok(meta) => meta,
        Err(e) => return Some(format!("it cannot be read any more: {e}")),
    };
    let writable =
        !meta.permissions().readonly() && File::options().append(true).open(path).is_ok();
    (!writable).then(|| "it may not be written; make it writable".to_owned())
}

fn write_beside(path: &Path, text: &[u8], meta: &fs::Metadata) -> io::Result<Staged> {
    let folder = path
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new()
        .prefix(PENDING)
        .suffix(".tmp")
        .tempfile_in(folder)?;
    step();
    file.write_all(text)?;
    step();
    file.as_file().set_permissions(meta.permissions())?;
    file.as_file().sync_all()?;
    Ok(Staged {
        path: path.to_path_buf(),
        file,
    })
}

impl Staged {
    /// Gives the new text the file's name, in one step.
    pub fn commit(self) -> Result<(), Error> {
        let Self { path, file } = self;
        step();
        file.persist(&path).map_err(|e| Error::Write {
            path: path.clone(),
            reason: e.error,
        })?;
        step();
        sync_folder(&path);
        Ok(())
    }
}

/// Makes the new name durable, where the system can.
fn sync_folder(path: &Path) {
    if let Some(folder) = path.parent()
        && let Ok(folder) = File::open(folder)
    {
        // Some systems refuse to sync folders; the text itself is safe already.
        let _ = folder.sync_all();
    }
}

/// Removes what a killed run left beside the files.
pub fn sweep<'a>(paths: impl Iterator<Item = &'a Path>) {
    let folders: std::collections::BTreeSet<&Path> = paths.filter_map(Path::parent).collect();
    for folder in folders {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with(PENDING) && name.ends_with(".tmp") {
                // Left for the next run if it cannot be removed now.
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replacement(path: &Path, old: &str, new: &str) -> Replacement {
        Replacement {
            path: path.to_path_buf(),
            old: old.into(),
            new: new.into(),
        }
    }

    #[test]
    fn a_file_is_replaced_whole_and_keeps_its_mode() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("run.sh");
        fs::write(&path, "psql -p 5432\n").unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o754)).unwrap();
        }
        stage(&replacement(&path, "psql -p 5432\n", "psql -p 7000\n"))
            .unwrap()
            .commit()
            .unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "psql -p 7000\n");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(
                fs::metadata(&path).unwrap().permissions().mode() & 0o777,
                0o754
            );
        }
        assert_eq!(
            fs::read_dir(dir.path()).unwrap().count(),
            1,
            "nothing is left beside it"
        );
    }

    #[test]
    fn a_changed_or_vanished_file_is_refused_untouched() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.env");
        fs::write(&path, "somebody's new text").unwrap();
        let refused = stage(&replacement(&path, "old", "new")).unwrap_err();
        assert!(refused.reason.contains("changed meanwhile"), "{refused:?}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "somebody's new text");
        fs::remove_file(&path).unwrap();
        assert!(stage(&replacement(&path, "old", "new")).is_err());
        assert!(!path.exists());
    }

    #[test]
    fn what_a_killed_run_left_is_swept() {
        let dir = tempfile::tempdir().unwrap();
        let left = dir.path().join(".portlint-abc.tmp");
        fs::write(&left, "half").unwrap();
        sweep([dir.path().join("compose.yml").as_path()].into_iter());
        assert!(!left.exists());
    }
}
