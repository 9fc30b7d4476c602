//! Paths and path patterns of a policy.

use globset::{Glob, GlobBuilder};

/// Compiles a pattern, to see whether it is one.
pub(super) fn glob(pattern: &str) -> Result<Glob, globset::Error> {
    GlobBuilder::new(pattern).literal_separator(true).build()
}

/// A path without `.` and `..`; none if it leaves the folder that it starts from.
pub(super) fn inside(path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    if path.starts_with('/') {
        return None;
    }
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::inside;

    #[test]
    fn paths_stay_inside() {
        for (path, expected) in [
            ("a/../.env", Some(".env")),
            ("./x//y", Some("x/y")),
            ("../x", None),
            ("a/../../x", None),
            ("/etc/passwd", None),
        ] {
            assert_eq!(inside(path).as_deref(), expected, "{path}");
        }
    }
}
