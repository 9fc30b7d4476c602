//! Paths in files, seen from the root: relative, with forward slashes, never outside.

/// `path` seen from `folder`, without `.` and `..`; none if it is absolute, a drive's or a home's, or leads out of the root.
pub fn join(folder: &str, path: &str) -> Option<String> {
    let drive = path.as_bytes().get(1) == Some(&b':');
    if path.starts_with(['/', '\\', '~']) || drive {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|p| !p.is_empty()).collect();
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

/// The folder of a path; empty for the root.
pub fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The last part of a path.
pub fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_normalised_and_stay_inside() {
        for (folder, path, expected) in [
            ("", "db.env", Some("db.env")),
            ("a/b", "./db.env", Some("a/b/db.env")),
            ("a/b", "../../db.env", Some("db.env")),
            ("a/b", "..", Some("a")),
            ("a", ".", Some("a")),
            ("a", "x//y/", Some("a/x/y")),
            ("a/b", "../../../db.env", None),
            ("a", "/etc/passwd", None),
            ("a", "~/.env", None),
            ("a", "C:\\x.env", None),
            ("a", "..\\b.yml", Some("b.yml")),
        ] {
            assert_eq!(join(folder, path).as_deref(), expected, "{folder} {path}");
        }
    }

    #[test]
    fn a_path_has_a_folder_and_a_name() {
        assert_eq!((folder("a/b/c.yml"), name("a/b/c.yml")), ("a/b", "c.yml"));
        assert_eq!((folder("c.yml"), name("c.yml")), ("", "c.yml"));
    }
}
