//! Paths and path patterns of a policy, made relative to the root.

use globset::{Glob, GlobBuilder};

/// A pattern of a policy file in the directory `dir`, relative to the root: a pattern with a slash starts at `dir`, one
/// without fits at any depth below it.
pub(super) fn anchor(pattern: &str, dir: &str) -> String {
    if dir.is_empty() {
        return pattern.to_owned();
    }
    let dir = globset::escape(dir);
    let bare = pattern.trim_start_matches("./").trim_start_matches('/');
    if pattern.trim_end_matches('/').contains('/') {
        format!("{dir}/{bare}")
    } else {
        format!("{dir}/**/{bare}")
    }
}

/// Compiles a pattern, to see whether it is one.
pub(super) fn glob(pattern: &str) -> Result<Glob, globset::Error> {
    GlobBuilder::new(pattern).literal_separator(true).build()
}

/// A path relative to `dir`, made relative to the root; none if it leaves the root.
pub(super) fn join(dir: &str, path: &str) -> Option<String> {
    if path.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = dir.split('/').filter(|p| !p.is_empty()).collect();
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
    use super::*;

    #[test]
    fn patterns_start_at_the_policy() {
        for (pattern, dir, expected) in [
            ("*.md", "", "*.md"),
            ("/docs", "", "/docs"),
            ("*.md", "sub", "sub/**/*.md"),
            ("docs/", "sub", "sub/**/docs/"),
            ("/docs", "sub", "sub/docs"),
            ("./a/b", "sub", "sub/a/b"),
            ("a/**/b", "s[1]", "s[[]1[]]/a/**/b"),
        ] {
            assert_eq!(anchor(pattern, dir), expected, "{pattern} in `{dir}`");
        }
    }

    #[test]
    fn joins_inside_the_root() {
        assert_eq!(join("a/b", "../.env").as_deref(), Some("a/.env"));
        assert_eq!(join("", "./x//y").as_deref(), Some("x/y"));
        assert_eq!(join("a", "../../x"), None);
        assert_eq!(join("a", "/etc/passwd"), None);
    }
}
