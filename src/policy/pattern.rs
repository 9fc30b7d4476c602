//! Patterns over names: `*` is any text, `?` any character, case does not matter.

/// Whether `pattern` fits all of `name`.
pub fn fits(pattern: &str, name: &str) -> bool {
    let same = |a: char, b: char| a == b || a.to_lowercase().eq(b.to_lowercase());
    let (mut pattern, mut name) = (pattern.chars(), name.chars());
    // where to go on if the text after the last `*` does not fit here
    let mut retry: Option<(std::str::Chars<'_>, std::str::Chars<'_>)> = None;
    loop {
        let rest = name.clone();
        match (pattern.next(), name.next()) {
            (Some('*'), _) => {
                name = rest.clone();
                retry = Some((pattern.clone(), rest));
            }
            (None, None) => return true,
            (Some('?'), Some(_)) => {}
            (Some(p), Some(n)) if same(p, n) => {}
            _ => {
                let Some((after, from)) = &mut retry else {
                    return false;
                };
                if from.next().is_none() {
                    return false;
                }
                pattern = after.clone();
                name = from.clone();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn stars_and_question_marks() {
        for (pattern, name, expected) in [
            ("redis", "redis", true),
            ("redis", "Redis", true),
            ("redis", "redis2", false),
            ("*redis*", "data-redis-1", true),
            ("*redis*", "redis", true),
            ("*timescale*backup*", "data-timescaledb-backup", true),
            ("*timescale*backup*", "backup-timescale", false),
            ("db?", "db1", true),
            ("db?", "db", false),
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("a*", "", false),
            ("**b", "ab", true),
            ("*ab", "aab", true),
            ("É*", "éa", true),
        ] {
            assert_eq!(fits(pattern, name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn many_stars_do_not_hang() {
        let pattern = "*a".repeat(200) + "b";
        assert!(!fits(&pattern, &"a".repeat(20_000)));
    }
}
