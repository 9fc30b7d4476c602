//! The inside of literals: digits, escapes, the places of templates.

use std::ops::Range;

/// The decimal digits that a number literal starts with, if the rest is at most a type: `5432`, `5432L`, `5432u16`, `5432_u16`.
pub(super) fn digits_of(literal: &str) -> Option<&str> {
    let end = literal
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(literal.len());
    let (digits, rest) = literal.split_at_checked(end)?;
    let typed = matches!(
        rest.trim_start_matches('_'),
        "" | "L"
            | "l"
            | "u"
            | "U"
            | "n"
            | "UL"
            | "ul"
            | "u16"
            | "u32"
            | "u64"
            | "usize"
            | "i32"
            | "i64"
            | "ushort"
    );
    (typed && !digits.is_empty()).then_some(digits)
}

pub(super) fn is_format(callee: &str) -> bool {
    matches!(
        callee,
        "format"
            | "Format"
            | "formatted"
            | "sprintf"
            | "Sprintf"
            | "printf"
            | "format_args"
            | "strfmt"
            | "f"
    )
}

/// A place in a template that an argument fills.
pub(super) struct Slot<'a> {
    pub(super) range: Range<usize>,
    pub(super) name: Option<&'a str>,
}

/// `%s`, `%d`, `%v`, `{}`, `{0}`, `{name}`, `{:?}`; not `${name}`, which is unknown already, nor `%%` and `{{`.
pub(super) fn slots(template: &str) -> impl Iterator<Item = Slot<'_>> {
    let bytes = template.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            at += memchr::memchr3(b'%', b'{', b'$', bytes.get(at..)?)?;
            let here = at;
            at += 1;
            match (bytes.get(here)?, bytes.get(here + 1)?) {
                (b'%', b's' | b'd' | b'v' | b'i' | b'u' | b'q') => {
                    at = here + 2;
                    return Some(Slot {
                        range: here..at,
                        name: None,
                    });
                }
                (b'{', b'{') | (b'%', b'%') => at = here + 2,
                (b'$', b'{') => {
                    at = here + closing(bytes, here).unwrap_or(1);
                }
                (b'{', _) => {
                    let Some(end) = closing(bytes, here).map(|n| here + n) else {
                        continue;
                    };
                    let Some(inside) = template.get(here + 1..end) else {
                        continue;
                    };
                    let name = inside.split([':', '!', ',']).next().unwrap_or("").trim();
                    if name.len() > 60
                        || name.contains(|c: char| !c.is_alphanumeric() && !"_.-".contains(c))
                    {
                        continue;
                    }
                    at = end + 1;
                    let positional = name.bytes().all(|b| b.is_ascii_digit());
                    return Some(Slot {
                        range: here..at,
                        name: (!positional).then_some(name),
                    });
                }
                _ => {}
            }
        }
    })
}

/// How far behind `from` the next closing brace is, if it is near.
fn closing(bytes: &[u8], from: usize) -> Option<usize> {
    let window = bytes.get(from..bytes.len().min(from + 80))?;
    memchr::memchr(b'}', window)
}

/// The character that an escape sequence means; none for an escaped line end and for what cannot be told.
pub(super) fn unescape(escape: &str) -> Option<char> {
    let rest = escape.strip_prefix('\\').unwrap_or(escape);
    let first = rest.chars().next()?;
    let hex = |digits: &str| {
        u32::from_str_radix(digits, 16)
            .ok()
            .and_then(char::from_u32)
    };
    match first {
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        '0' => Some('\0'),
        '\n' | '\r' => None,
        'u' | 'x' | 'U' => hex(rest.get(1..)?.trim_matches(['{', '}'])),
        other => Some(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_literals() {
        for (literal, digits) in [
            ("5432", Some("5432")),
            ("5432L", Some("5432")),
            ("5432u16", Some("5432")),
            ("5432_u16", Some("5432")),
            ("5432n", Some("5432")),
            ("54.32", None),
            ("0x1538", None),
            ("5_432", None),
            ("1e3", None),
            ("", None),
            ("abc", None),
        ] {
            assert_eq!(digits_of(literal), digits, "{literal}");
        }
    }

    #[test]
    fn places_in_templates() {
        let found = |t: &str| -> Vec<String> {
            slots(t)
                .map(|s| format!("{}={}", t.get(s.range).unwrap_or(""), s.name.unwrap_or("")))
                .collect()
        };
        assert_eq!(found("http://%s:%d/%%s"), ["%s=", "%d="]);
        assert_eq!(
            found("{}:{0} {name} {:?} {{x}}"),
            ["{}=", "{0}=", "{name}=name", "{:?}="]
        );
        assert_eq!(found("${a}:{b}"), ["{b}=b"]);
        assert!(found("{ \"port\": 1 }").is_empty());
        assert!(found("{%").is_empty());
    }

    #[test]
    fn escapes() {
        for (escape, c) in [
            ("\\n", Some('\n')),
            ("\\u0041", Some('A')),
            ("\\u{1F600}", Some('😀')),
            ("\\x41", Some('A')),
            ("\\\"", Some('"')),
            ("\\\n", None),
            ("\\uD800", None),
            ("\\", None),
        ] {
            assert_eq!(unescape(escape), c, "{escape}");
        }
    }
}
