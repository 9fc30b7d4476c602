//! Digits that can be a port, and the parts of a mapping.

use super::expr::Exprs;
use std::ops::Range;

/// Digits that stand for 1 to 65535.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number {
    /// The digits.
    pub range: Range<usize>,
    /// Their value.
    pub value: u16,
}

impl Number {
    /// The whole run of digits that starts at `at`, if it can be a port: no digit before it, no leading zero.
    pub fn at(text: &str, at: usize) -> Option<Self> {
        let bytes = text.as_bytes();
        if at > 0 && bytes.get(at - 1).is_some_and(u8::is_ascii_digit) {
            return None;
        }
        let length = bytes
            .get(at..)?
            .iter()
            .take(6)
            .take_while(|b| b.is_ascii_digit())
            .count();
        if !(1..=5).contains(&length) || bytes.get(at) == Some(&b'0') {
            return None;
        }
        let range = at..at + length;
        let value = text.get(range.clone())?.parse().ok()?;
        Some(Self { range, value })
    }

    /// All runs of digits of a text that can be a port, in one pass.
    pub fn all(text: &str) -> impl Iterator<Item = Self> + '_ {
        let bytes = text.as_bytes();
        let mut at = 0;
        std::iter::from_fn(move || {
            loop {
                at += bytes.get(at..)?.iter().position(u8::is_ascii_digit)?;
                let number = Self::at(text, at);
                at += bytes
                    .get(at..)?
                    .iter()
                    .take_while(|b| b.is_ascii_digit())
                    .count();
                if number.is_some() {
                    return number;
                }
            }
        })
    }
}

/// A place for a port: digits, a range of them, or an expression that may come to digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// All of it.
    pub whole: Range<usize>,
    /// The digits, if it comes to some.
    pub number: Option<Number>,
    /// The last port of a range.
    pub end: Option<Number>,
}

/// Reads a part at `at`: `5432`, `6333-6334`, `${PORT:-5432}`, `$PORT`.
pub fn part_at(text: &str, at: usize, exprs: &Exprs) -> Option<Part> {
    if let Some(expr) = exprs.starting(at) {
        return Some(Part {
            whole: expr.range.clone(),
            number: exprs.default_number(text, expr),
            end: None,
        });
    }
    if let Some(number) = Number::at(text, at) {
        let mut whole = number.range.clone();
        let dash = text.get(whole.end..).and_then(|r| {
            r.strip_prefix('-')
                .map(|_| 1)
                .or_else(|| r.strip_prefix('–').map(|_| '–'.len_utf8()))
        });
        let end = dash
            .and_then(|d| Number::at(text, whole.end + d))
            .filter(|n| n.value > number.value);
        if let Some(end) = &end {
            whole.end = end.range.end;
        }
        return Some(Part {
            whole,
            number: Some(number),
            end,
        });
    }
    let bytes = text.as_bytes();
    if bytes.get(at) == Some(&b'$') {
        let length = bytes
            .get(at + 1..)?
            .iter()
            .take_while(|b| b.is_ascii_alphanumeric() || **b == b'_')
            .count();
        return (length > 0).then_some(Part {
            whole: at..at + 1 + length,
            number: None,
            end: None,
        });
    }
    None
}

/// The variable of an expression: `PORT` of `$PORT`, `${PORT}`, `${PORT:-5432}`, `$(PORT)`.
pub fn variable(expression: &str) -> Option<&str> {
    let bare = expression.strip_prefix('$')?.trim_start_matches(['{', '(']);
    let length = bare
        .bytes()
        .take_while(|b| b.is_ascii_alphanumeric() || *b == b'_')
        .count();
    bare.get(..length).filter(|name| !name.is_empty())
}

/// Whether the character before `at` keeps digits there from standing alone: a letter, a digit, `_`, or a decimal point.
pub fn glued_before(text: &str, at: usize) -> bool {
    let Some(before) = text.get(..at) else {
        return true;
    };
    let mut chars = before.chars().rev();
    match chars.next() {
        None => false,
        Some('.' | ',') => chars.next().is_some_and(|c| c.is_ascii_digit()),
        Some('#' | '$' | '€' | '£' | '+' | '~') => true,
        Some('-') => chars.next().is_some_and(char::is_alphanumeric),
        Some(c) => c.is_alphanumeric() || c == '_',
    }
}

/// Whether the character at `at` keeps digits before it from standing alone.
pub fn glued_after(text: &str, at: usize) -> bool {
    let Some(after) = text.get(at..) else {
        return true;
    };
    let mut chars = after.chars();
    match chars.next() {
        None => false,
        Some('.' | ',') => chars.next().is_some_and(|c| c.is_ascii_digit()),
        Some('%' | '$' | '€' | '£' | '°') => true,
        Some(c) => c.is_alphanumeric() || c == '_',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_digits() {
        let all: Vec<_> = Number::all("a 5432 x99999 65535 65536 0 08 123456 7")
            .map(|n| n.value)
            .collect();
        assert_eq!(all, [5432, 65535, 7]);
    }

    #[test]
    fn parts() {
        let text = "6333-6334 ${P:-5433} $X 80";
        let exprs = Exprs::new(text);
        let part = |at| part_at(text, at, &exprs);
        let range = part(0).unwrap();
        assert_eq!((range.whole, range.end.unwrap().value), (0..9, 6334));
        assert_eq!(part(10).unwrap().number.unwrap().value, 5433);
        assert_eq!(part(21).unwrap().whole, 21..23);
        assert_eq!(part(1), None);
    }

    #[test]
    fn what_stands_alone() {
        for (text, alone) in [
            ("5432", true),
            ("x5432", false),
            ("(5432)", true),
            ("1.5432", false),
            ("5432.", true),
            ("5432.1", false),
            ("#5432", false),
            ("$5432", false),
            ("5432ms", false),
            ("5432%", false),
            ("a-5432", false),
            (" 5432,", true),
            ("5432,000", false),
            ("é5432", false),
            ("**5432**", true),
            ("`5432`", true),
        ] {
            let at = text.find("5432").unwrap();
            let seen = !glued_before(text, at) && !glued_after(text, at + 4);
            assert_eq!(seen, alone, "{text}");
        }
    }
}
