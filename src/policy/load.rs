//! Finds and reads the policy file of a repository.

use super::{Policy, PolicyError};
use crate::bounded::read_text;
use crate::finding::RuleId;
use std::io;
use std::path::{Path, PathBuf};

/// Names of a policy file, the usual one first.
pub const FILES: [&str; 4] = [
    "portlint.yaml",
    ".portlint.yaml",
    "portlint.yml",
    ".portlint.yml",
];

/// No policy is larger, in bytes.
pub const MOST_BYTES: u64 = 1 << 20;

impl Policy {
    /// The policy of the repository at `root`: the file `config`, else the policy file in `root`, else the built-in
    /// convention. A policy that is found, and not named by hand, must not lie outside `top`, whatever links say. `rules` are
    /// the rules that there are.
    pub fn load(
        root: &Path,
        top: &Path,
        config: Option<&Path>,
        rules: &[RuleId],
    ) -> Result<Self, PolicyError> {
        let path = match config {
            Some(path) => path.to_path_buf(),
            None => match find(root, top)? {
                Some(path) => path,
                None => return Ok(Self::builtin()),
            },
        };
        let name = path
            .strip_prefix(root)
            .unwrap_or(&path)
            .display()
            .to_string();
        let text = read_text(&path, MOST_BYTES).map_err(|reason| PolicyError::Unreadable {
            path: name.clone(),
            reason,
        })?;
        Self::from_yaml(&name, &text, rules)
    }
}

/// The policy file in a folder. Two of them are an error: which one holds is not for portlint to guess.
fn find(folder: &Path, top: &Path) -> Result<Option<PathBuf>, PolicyError> {
    let mut there = FILES.iter().filter(|name| folder.join(name).is_file());
    let first = match (there.next(), there.next()) {
        (Some(first), Some(second)) => return Err(PolicyError::Two { first, second }),
        (Some(first), None) => first,
        (None, _) => return Ok(None),
    };
    let path = folder.join(first);
    if path.canonicalize().is_ok_and(|real| !real.starts_with(top)) {
        return Err(PolicyError::Unreadable {
            path: (*first).to_owned(),
            reason: io::Error::other(
                "it is a link that leads outside the repository; name the file with `--config`",
            ),
        });
    }
    Ok(Some(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn without_a_file_the_convention_holds() {
        let dir = tempfile::tempdir().unwrap();
        let policy = Policy::load(dir.path(), dir.path(), None, &[]).unwrap();
        assert_eq!((policy.file, policy.bands.len()), (None, 4));
    }

    #[test]
    fn all_names_are_found() {
        for name in FILES {
            let dir = tempfile::tempdir().unwrap();
            fs::write(dir.path().join(name), "brokers-are-data: true\n").unwrap();
            let policy = Policy::load(dir.path(), dir.path(), None, &[]).unwrap();
            assert_eq!(policy.file.as_deref(), Some(name));
            assert!(policy.brokers_are_data);
        }
    }

    #[test]
    fn two_files_are_one_too_many() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("portlint.yaml"), "").unwrap();
        fs::write(dir.path().join(".portlint.yaml"), "").unwrap();
        let error = Policy::load(dir.path(), dir.path(), None, &[]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "there are two policies, `portlint.yaml` and `.portlint.yaml`"
        );
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        fs::write(at("binary.yaml"), [0xff, 0xfe, 0x00]).unwrap();
        fs::write(at("huge.yaml"), " ".repeat(2 << 20)).unwrap();
        fs::create_dir(at("folder.yaml")).unwrap();
        for (name, expected) in [
            ("none.yaml", "no such file"),
            ("binary.yaml", "UTF-8"),
            ("huge.yaml", "more than the 1048576 bytes"),
            ("folder.yaml", "not a regular file"),
        ] {
            let error = Policy::load(dir.path(), dir.path(), Some(&at(name)), &[]).unwrap_err();
            let text = error.to_string();
            assert!(
                text.contains(name) && text.to_lowercase().contains(&expected.to_lowercase()),
                "{text}"
            );
        }
    }
}
