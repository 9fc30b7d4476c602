//! Defaults in the tags of Go's struct fields: `env:"DB_PORT" envDefault:"5432"`, `env:"DB_PORT, default=5432"`.

use std::ops::Range;

/// What a tag says of its field.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    /// The variable that fills the field.
    pub(super) env: Option<&'a str>,
    /// Where its default stands in the tag.
    pub(super) default: Option<Range<usize>>,
}

/// Reads a tag's text.
pub(super) fn read(tag: &str) -> Tag<'_> {
    let mut found = Tag::default();
    let mut at = 0;
    while let Some((key, value, next)) = pair(tag, at) {
        let text = tag.get(value.clone()).unwrap_or("");
        match key {
            "default" | "envDefault" | "env-default" => found.default = Some(value),
            "env" | "envconfig" | "envvar" => {
                let name = text.split(',').next().unwrap_or("").trim();
                found.env = Some(name).filter(|n| super::env::is_variable(n));
                if let Some(i) = text.find("default=") {
                    let start = value.start + i + "default=".len();
                    let rest = tag.get(start..value.end).unwrap_or("");
                    found.default = Some(start..start + rest.find(',').unwrap_or(rest.len()));
                }
            }
            _ => {}
        }
        at = next;
    }
    found
}

/// The next `key:"value"`: the key, where the value stands, where to go on.
fn pair(tag: &str, at: usize) -> Option<(&str, Range<usize>, usize)> {
    let rest = tag.get(at..)?;
    let colon = rest.find(":\"")?;
    let key = rest.get(..colon)?.trim();
    let start = at + colon + 2;
    let length = tag.get(start..)?.find('"')?;
    Some((key, start..start + length, start + length + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_of_the_common_libraries() {
        for (tag, env, default) in [
            (
                "env:\"DB_PORT\" envDefault:\"5432\"",
                Some("DB_PORT"),
                Some("5432"),
            ),
            ("json:\"port\" default:\"5432\"", None, Some("5432")),
            (
                "env:\"DB_PORT, default=5432, required\"",
                Some("DB_PORT"),
                Some("5432"),
            ),
            (
                "env:\"DB_PORT,overwrite\" env-default:\"5432\"",
                Some("DB_PORT"),
                Some("5432"),
            ),
            ("json:\"port,omitempty\"", None, None),
            ("broken:\"5432", None, None),
            ("", None, None),
        ] {
            let found = read(tag);
            let text = found.default.and_then(|r| tag.get(r));
            assert_eq!((found.env, text), (env, default), "{tag}");
        }
    }
}
