//! Finds the root that paths of the command line belong to.
//!
//! The root is the nearest folder at or above them that holds a policy file or a `.git`; where there is none, it is the
//! folder given. Everything under the root is read, since a port's other half may lie anywhere in it; what is reported is
//! limited to the paths given.

use crate::error::Error;
use crate::policy;
use crate::walk::relative;
use std::path::{Path, PathBuf};

/// A root and the part of it that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// Absolute, links resolved.
    pub dir: PathBuf,
    /// The root's path inside its Git work tree, with a last slash; empty at its top, or without Git.
    pub prefix: String,
    /// Absolute paths that were asked for.
    pub asked: Vec<PathBuf>,
    /// The same, relative to the root; none means all.
    pub scope: Option<Vec<String>>,
}

impl Root {
    /// The root of `paths`; `explicit` is one given by hand.
    pub fn find(paths: &[PathBuf], explicit: Option<&Path>) -> Result<Self, Error> {
        let asked = paths
            .iter()
            .map(|p| absolute(p).and_then(|real| stays_inside(p, real)))
            .collect::<Result<Vec<_>, _>>()?;
        let dir = match explicit {
            Some(dir) => absolute(dir)?,
            None => common_root(&asked)?,
        };
        Self::at(dir, asked)
    }

    fn at(dir: PathBuf, asked: Vec<PathBuf>) -> Result<Self, Error> {
        let scope = scope(&dir, &asked)?;
        let prefix = git_top(&dir)
            .and_then(|top| relative(top, &dir))
            .filter(|p| !p.is_empty())
            .map_or_else(String::new, |p| p + "/");
        Ok(Self {
            dir,
            prefix,
            asked,
            scope,
        })
    }

    /// The root of the current folder, or the one given by hand, with files of a change as the part asked for.
    ///
    /// A change speaks of files that are gone and may speak of files that lie elsewhere, so that neither is an error. How many
    /// lie elsewhere is given back.
    pub fn of_changed(paths: &[PathBuf], explicit: Option<&Path>) -> Result<(Self, usize), Error> {
        let mut root = match explicit {
            Some(dir) => Self::at(absolute(dir)?, Vec::new())?,
            None => Self::find(&[PathBuf::from(".")], None)?,
        };
        let there: Vec<PathBuf> = paths.iter().filter_map(|p| p.canonicalize().ok()).collect();
        let inside: Vec<String> = there
            .iter()
            .filter_map(|path| relative(&root.dir, path))
            .collect();
        let elsewhere = there.len() - inside.len();
        root.asked = Vec::new();
        root.scope = (!inside.iter().any(String::is_empty)).then_some(inside);
        Ok((root, elsewhere))
    }

    /// The root of a file whose text an editor holds; it need not be there yet.
    pub fn of_buffer(path: &Path, explicit: Option<&Path>) -> Result<Self, Error> {
        let file = absolute_though_new(path)?;
        let dir = match explicit {
            Some(dir) => absolute(dir)?,
            None => common_root(std::slice::from_ref(&file))?,
        };
        Self::at(dir, vec![file])
    }

    /// The root of one file that is looked at for itself: where nothing marks a root, it may refer to all there is.
    pub fn of_file(path: &Path, explicit: Option<&Path>) -> Result<Self, Error> {
        let file = absolute(path)?;
        let dir = match explicit {
            Some(dir) => absolute(dir)?,
            None => marked_root(&file)
                .or_else(|| file.ancestors().last())
                .map_or_else(PathBuf::new, Path::to_path_buf),
        };
        Ok(Self {
            scope: scope(&dir, std::slice::from_ref(&file))?,
            dir,
            prefix: String::new(),
            asked: vec![file],
        })
    }

    /// Whether a path relative to the root was asked for.
    pub fn in_scope(&self, path: &str) -> bool {
        self.scope
            .as_ref()
            .is_none_or(|scope| scope.iter().any(|s| is_at_or_below(path, s)))
    }

    /// The top of the Git work tree that the root lies in.
    pub fn work_tree(&self) -> Option<&Path> {
        git_top(&self.dir)
    }
}

fn is_at_or_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn absolute(path: &Path) -> Result<PathBuf, Error> {
    path.canonicalize().map_err(|reason| Error::Path {
        path: path.to_path_buf(),
        reason,
        help: None,
    })
}

/// Refuses a file whose name is a link in a repository to a place outside it: a list of names, such as that of a commit, must not
/// lead portlint there.
fn stays_inside(given: &Path, real: PathBuf) -> Result<PathBuf, Error> {
    let name = given.file_name().filter(|_| given.is_symlink());
    if let Some(name) = name.filter(|_| !real.is_dir())
        && let Some(folder) = std::path::absolute(given)
            .ok()
            .and_then(|p| p.parent()?.canonicalize().ok())
        && let Some(root) = marked_root(&folder.join(name))
        && !real.starts_with(root)
    {
        return Err(Error::OutsideRoot {
            path: given.to_path_buf(),
            root: root.to_path_buf(),
        });
    }
    Ok(real)
}

/// The real path of a file of which the last parts may not be there yet.
fn absolute_though_new(path: &Path) -> Result<PathBuf, Error> {
    let full = std::path::absolute(path).map_err(|reason| Error::Path {
        path: path.to_path_buf(),
        reason,
        help: None,
    })?;
    let real = full.ancestors().find_map(|above| {
        let rest = full.strip_prefix(above).ok()?;
        let real = above.canonicalize().ok()?;
        Some(if rest.as_os_str().is_empty() {
            real
        } else {
            real.join(rest)
        })
    });
    Ok(real.unwrap_or(full))
}

/// The root that all paths share; the outer one, if one lies in another.
fn common_root(asked: &[PathBuf]) -> Result<PathBuf, Error> {
    let mut outermost: Option<&Path> = None;
    for root in asked.iter().filter_map(|path| marked_root(path)) {
        match outermost {
            Some(first) if root.starts_with(first) => {}
            Some(first) if !first.starts_with(root) => {
                return Err(Error::SeveralRoots {
                    first: first.to_path_buf(),
                    second: root.to_path_buf(),
                });
            }
            _ => outermost = Some(root),
        }
    }
    if let Some(root) = outermost
        && asked.iter().all(|p| p.starts_with(root))
    {
        return Ok(root.to_path_buf());
    }
    Ok(common_folder(asked))
}

/// The nearest folder at or above `path` with a policy file or a `.git`.
fn marked_root(path: &Path) -> Option<&Path> {
    path.ancestors().find(|dir| {
        dir.join(".git").exists() || policy::FILES.iter().any(|name| dir.join(name).is_file())
    })
}

fn git_top(dir: &Path) -> Option<&Path> {
    dir.ancestors().find(|dir| dir.join(".git").exists())
}

/// The deepest folder that holds all paths.
fn common_folder(asked: &[PathBuf]) -> PathBuf {
    let folder = |path: &Path| match path.parent() {
        Some(parent) if !path.is_dir() => parent.to_path_buf(),
        _ => path.to_path_buf(),
    };
    let Some((first, rest)) = asked.split_first() else {
        return PathBuf::from(".");
    };
    let mut common = folder(first);
    for path in rest {
        while !path.starts_with(&common) && common.pop() {}
    }
    common
}

/// The paths asked for, relative to the root; none if the root itself is among them.
fn scope(root: &Path, asked: &[PathBuf]) -> Result<Option<Vec<String>>, Error> {
    let mut scope = Vec::new();
    for path in asked {
        match relative(root, path) {
            Some(path) if path.is_empty() => return Ok(None),
            Some(path) => scope.push(path),
            None if root.starts_with(path) => return Ok(None),
            None => {
                return Err(Error::OutsideRoot {
                    path: path.clone(),
                    root: root.to_path_buf(),
                });
            }
        }
    }
    Ok((!scope.is_empty()).then_some(scope))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// A tree of empty files below a temporary folder, whose real path comes with it.
    fn tree(files: &[&str]) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        for file in files {
            let path = dir.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let real = dir.path().canonicalize().unwrap();
        (dir, real)
    }

    #[test]
    fn git_marks_the_root_and_paths_limit_the_scope() {
        let (_keep, dir) = tree(&["repo/.git/HEAD", "repo/db/compose.yaml", "repo/web/a.js"]);
        let root = Root::find(&[dir.join("repo/db")], None).unwrap();
        assert_eq!(root.dir, dir.join("repo"));
        assert_eq!(root.scope, Some(vec!["db".to_owned()]));
        assert!(root.in_scope("db/compose.yaml") && root.in_scope("db"));
        assert!(!root.in_scope("dbx/compose.yaml") && !root.in_scope("web/a.js"));
        assert!(
            Root::find(&[dir.join("repo")], None)
                .unwrap()
                .in_scope("web/a.js")
        );
    }

    #[test]
    fn a_policy_marks_a_root_inside_a_work_tree() {
        let (_keep, dir) = tree(&[
            "repo/.git/HEAD",
            "repo/infra/portlint.yaml",
            "repo/infra/db/compose.yaml",
        ]);
        let root = Root::find(&[dir.join("repo/infra/db/compose.yaml")], None).unwrap();
        assert_eq!(root.dir, dir.join("repo/infra"));
        assert_eq!(root.prefix, "infra/");
        assert_eq!(root.work_tree(), Some(dir.join("repo").as_path()));
    }

    #[test]
    fn of_roots_within_each_other_the_outer_one_is_taken() {
        let (_keep, dir) = tree(&[
            "repo/.git/HEAD",
            "repo/infra/portlint.yaml",
            "repo/web/a.js",
        ]);
        let (inner, outer) = (dir.join("repo/infra"), dir.join("repo/web"));
        for paths in [[inner.clone(), outer.clone()], [outer, inner]] {
            assert_eq!(Root::find(&paths, None).unwrap().dir, dir.join("repo"));
        }
    }

    #[test]
    fn without_marks_the_folder_given_is_the_root() {
        let (_keep, dir) = tree(&["a/compose.yaml", "b/x/compose.yaml"]);
        // The temporary folder itself may lie in a work tree; then that one is the root, rightly.
        if git_top(&dir).is_none() {
            assert_eq!(
                Root::find(&[dir.join("a")], None).unwrap().dir,
                dir.join("a")
            );
            assert_eq!(
                Root::find(&[dir.join("a/compose.yaml")], None).unwrap().dir,
                dir.join("a")
            );
            assert_eq!(
                Root::find(&[dir.join("a"), dir.join("b/x")], None)
                    .unwrap()
                    .dir,
                dir
            );
        }
    }

    #[test]
    fn what_cannot_be_is_said() {
        let (_keep, dir) = tree(&["a/.git/HEAD", "b/.git/HEAD"]);
        let several = Root::find(&[dir.join("a"), dir.join("b")], None).unwrap_err();
        assert!(matches!(several, Error::SeveralRoots { .. }), "{several}");
        let outside = Root::find(&[dir.join("b")], Some(&dir.join("a"))).unwrap_err();
        assert!(matches!(outside, Error::OutsideRoot { .. }), "{outside}");
        let missing = Root::find(&[dir.join("none")], None).unwrap_err();
        assert!(missing.to_string().contains("none"), "{missing}");
    }

    #[test]
    fn files_of_a_change_may_be_gone_or_elsewhere() {
        let (_keep, dir) = tree(&["a/.git/HEAD", "a/x/compose.yaml", "b/y"]);
        let changed = |paths: &[&str]| {
            let paths: Vec<PathBuf> = paths.iter().map(|p| dir.join(p)).collect();
            Root::of_changed(&paths, Some(&dir.join("a"))).unwrap()
        };
        let (root, elsewhere) = changed(&["a/x/compose.yaml", "a/gone.env", "b/y"]);
        assert_eq!(root.scope, Some(vec!["x/compose.yaml".to_owned()]));
        assert_eq!(elsewhere, 1);
        let (root, _) = changed(&["a/gone.env"]);
        assert!(
            !root.in_scope("x/compose.yaml"),
            "gone files are not all files"
        );
        let (root, _) = changed(&["a"]);
        assert!(root.in_scope("x/compose.yaml"));
    }

    #[test]
    fn a_buffer_needs_no_file() {
        let (_keep, dir) = tree(&["a/.git/HEAD"]);
        let root = Root::of_buffer(&dir.join("a/new/compose.yaml"), None).unwrap();
        assert_eq!(root.dir, dir.join("a"));
        assert_eq!(root.scope, Some(vec!["new/compose.yaml".to_owned()]));
    }

    #[test]
    fn a_root_by_hand_widens() {
        let (_keep, dir) = tree(&["a/.git/HEAD", "b/x"]);
        let root = Root::find(&[dir.join("a"), dir.join("b")], Some(&dir)).unwrap();
        assert_eq!(root.dir, dir);
        assert_eq!(root.scope, Some(vec!["a".to_owned(), "b".to_owned()]));
    }
}
