//! Looks at the files that the walker opens unasked, before it does: a pipe would never end, a file of gigabytes would fill the
//! memory, and a link may lead out of the repository.

use super::IGNORE_FILE;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// No ignore file is longer, in bytes.
pub const MOST_BYTES: u64 = 1 << 20;
/// No line that tells where Git's folder lies is longer, in bytes.
const MOST_POINTER: u64 = 1 << 16;

/// The first ignore file of a folder that must not be opened, and why. `top` is the folder that links may not leave.
pub(super) fn unfit(folder: &Path, top: &Path) -> Option<(PathBuf, String)> {
    let own = [IGNORE_FILE, ".gitignore"].into_iter();
    own.map(|name| folder.join(name))
        .find_map(|path| Some((path.clone(), refusal(&path, Some(top), MOST_BYTES)?)))
        .or_else(|| unfit_of_git(&folder.join(".git")))
}

/// The same for what Git keeps: `.git` is a folder, or a file that names one, which may lie elsewhere.
fn unfit_of_git(dot_git: &Path) -> Option<(PathBuf, String)> {
    if dot_git.symlink_metadata().is_err() {
        return None;
    }
    let exclude = if dot_git.metadata().is_ok_and(|m| m.is_file()) {
        let unfit = |path: &Path| Some((path.to_path_buf(), refusal(path, None, MOST_POINTER)?));
        if let Some(reason) = unfit(dot_git) {
            return Some(reason);
        }
        let named = first_line(dot_git).ok()?;
        let folder = PathBuf::from(named.strip_prefix("gitdir: ")?);
        let common = folder.join("commondir");
        if let Some(reason) = unfit(&common) {
            return Some(reason);
        }
        folder.join(first_line(&common).ok()?)
    } else {
        dot_git.to_path_buf()
    }
    .join("info/exclude");
    let reason = refusal(&exclude, None, MOST_BYTES)?;
    Some((exclude, reason))
}

/// Why a file must not be opened, if it is there.
fn refusal(path: &Path, top: Option<&Path>, most: u64) -> Option<String> {
    let found = fs::symlink_metadata(path).ok()?;
    let target = if found.is_symlink() {
        let real = path.canonicalize().ok()?;
        if top.is_some_and(|top| !real.starts_with(top)) {
            return Some("it is a link that leads outside the repository".to_owned());
        }
        real.metadata().ok()?
    } else {
        found
    };
    if target.is_dir() {
        // It cannot be opened as a file, which is harmless.
        None
    } else if !target.is_file() {
        Some("it is not a regular file".to_owned())
    } else if target.len() > most {
        Some(format!(
            "it has {} bytes, more than the {most} that are read",
            target.len()
        ))
    } else {
        None
    }
}

fn first_line(path: &Path) -> io::Result<String> {
    let mut line = String::new();
    BufReader::new(File::open(path)?.take(MOST_POINTER)).read_line(&mut line)?;
    Ok(line.trim_end_matches(['\n', '\r']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unfit_file(folder: &Path) -> Option<(String, String)> {
        let (path, reason) = unfit(folder, folder)?;
        Some((
            path.strip_prefix(folder).ok()?.display().to_string(),
            reason,
        ))
    }

    #[test]
    fn usual_files_are_fit() {
        let dir = tempfile::tempdir().unwrap();
        let top = dir.path().canonicalize().unwrap();
        assert_eq!(unfit_file(&top), None, "none at all");
        fs::write(top.join(".gitignore"), "*.log\n").unwrap();
        fs::create_dir_all(top.join(".git/info")).unwrap();
        fs::write(top.join(".git/info/exclude"), "x\n").unwrap();
        fs::create_dir(top.join(IGNORE_FILE)).unwrap();
        assert_eq!(unfit_file(&top), None);
    }

    #[test]
    fn long_ones_are_not() {
        for name in [".gitignore", IGNORE_FILE, ".git/info/exclude"] {
            let dir = tempfile::tempdir().unwrap();
            let top = dir.path().canonicalize().unwrap();
            fs::create_dir_all(top.join(".git/info")).unwrap();
            let file = File::create(top.join(name)).unwrap();
            file.set_len(MOST_BYTES).unwrap();
            assert_eq!(unfit_file(&top), None);
            file.set_len(MOST_BYTES + 1).unwrap();
            let (path, reason) = unfit_file(&top).unwrap();
            assert_eq!(path, name);
            assert!(reason.contains("more than the 1048576"), "{reason}");
        }
    }

    #[test]
    fn the_folder_of_a_linked_work_tree_is_looked_at_too() {
        let dir = tempfile::tempdir().unwrap();
        let top = dir.path().canonicalize().unwrap();
        let tree = top.join("tree");
        fs::create_dir_all(top.join("main/worktrees/tree")).unwrap();
        fs::create_dir_all(top.join("main/info")).unwrap();
        fs::create_dir(&tree).unwrap();
        let of_tree = top.join("main/worktrees/tree");
        fs::write(
            tree.join(".git"),
            format!("gitdir: {}\n", of_tree.display()),
        )
        .unwrap();
        fs::write(of_tree.join("commondir"), "../..\n").unwrap();
        assert_eq!(unfit(&tree, &tree), None);
        let exclude = File::create(top.join("main/info/exclude")).unwrap();
        assert_eq!(unfit(&tree, &tree), None);
        exclude.set_len(MOST_BYTES + 1).unwrap();
        let (path, _) = unfit(&tree, &tree).unwrap();
        assert!(path.ends_with("info/exclude"), "{path:?}");
        fs::write(tree.join(".git"), "no such thing").unwrap();
        assert_eq!(unfit(&tree, &tree), None);
    }
}
