//! What type a plain scalar has, as Compose's YAML library sees it (YAML 1.2 with 1.1's octals and underscores).

use super::{Data, Node};
use crate::source::Style;

/// A scalar's type and value.
#[derive(Clone, Debug, PartialEq)]
pub enum Typed<'a> {
    /// Null.
    Null,
    /// `true`, `false`. `yes`, `no`, `on` and `off` are strings.
    Bool(bool),
    /// A whole number in any base: `017` is 15, `5_432` is 5432.
    Int(i64),
    /// A number with a fraction or exponent, or one that is too large. `08` is one too.
    Float(f64),
    /// Anything else; `22:22` is a string, not the 1342 of YAML 1.1.
    Str(&'a str),
}

impl Node {
    /// The scalar's type and value; `None` for a collection.
    pub fn typed(&self) -> Option<Typed<'_>> {
        let text = match &self.data {
            Data::Null => return Some(Typed::Null),
            Data::Scalar(text) => text,
            Data::Seq(_) | Data::Map(_) => return None,
        };
        Some(match (self.tag.as_deref(), text.style) {
            (Some("!!int" | "!!float" | "!!bool"), _) | (None, Style::Plain) => {
                resolve_plain(&text.value)
            }
            _ => Typed::Str(&text.value),
        })
    }

    /// The whole number that it is, written as a number.
    pub fn int(&self) -> Option<i64> {
        match self.typed() {
            Some(Typed::Int(n)) => Some(n),
            _ => None,
        }
    }

    /// The truth value that it is.
    pub fn bool(&self) -> Option<bool> {
        match self.typed() {
            Some(Typed::Bool(b)) => Some(b),
            _ => None,
        }
    }
}

/// Whether a plain scalar is null.
pub(super) fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

/// The type and value of a plain scalar.
pub fn resolve_plain(text: &str) -> Typed<'_> {
    match text {
        _ if is_null(text) => return Typed::Null,
        "true" | "True" | "TRUE" => return Typed::Bool(true),
        "false" | "False" | "FALSE" => return Typed::Bool(false),
        _ => {}
    }
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return Typed::Str(text);
    }
    let plain = text.replace('_', "");
    if let Some(n) = int(&plain) {
        return Typed::Int(n);
    }
    match float(&plain) {
        Some(f) => Typed::Float(f),
        None => Typed::Str(text),
    }
}

fn int(plain: &str) -> Option<i64> {
    let (sign, digits) = match plain.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", plain.strip_prefix('+').unwrap_or(plain)),
    };
    let (base, digits) = match digits.get(..2).map(str::to_ascii_lowercase).as_deref() {
        Some("0x") => (16, digits.get(2..)?),
        Some("0o") => (8, digits.get(2..)?),
        Some("0b") => (2, digits.get(2..)?),
        Some(two) if two.starts_with('0') => (8, digits.get(1..)?),
        _ => (10, digits),
    };
    if !digits.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return None;
    }
    i64::from_str_radix(&format!("{sign}{digits}"), base).ok()
}

fn float(plain: &str) -> Option<f64> {
    let unsigned = plain.strip_prefix(['+', '-']).unwrap_or(plain);
    match unsigned {
        ".inf" | ".Inf" | ".INF" => return Some(f64::INFINITY),
        ".nan" | ".NaN" | ".NAN" => return Some(f64::NAN),
        _ => {}
    }
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((m, e)) => (m, Some(e.strip_prefix(['+', '-']).unwrap_or(e))),
        None => (unsigned, None),
    };
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let good = digits(whole)
        && digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|e| !e.is_empty() && digits(e));
    good.then(|| plain.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_have_the_types_that_compose_gives_them() {
        let table = [
            ("5432", Typed::Int(5432)),
            ("+5432", Typed::Int(5432)),
            ("-1", Typed::Int(-1)),
            ("0", Typed::Int(0)),
            ("017", Typed::Int(15)),
            ("0o17", Typed::Int(15)),
            ("0x1538", Typed::Int(5432)),
            ("0b11", Typed::Int(3)),
            ("5_432", Typed::Int(5432)),
            ("08", Typed::Float(8.0)),
            ("1.5", Typed::Float(1.5)),
            (".5", Typed::Float(0.5)),
            ("1e3", Typed::Float(1000.0)),
            ("99999999999999999999", Typed::Float(1e20)),
            ("22:22", Typed::Str("22:22")),
            ("5432:5432", Typed::Str("5432:5432")),
            ("0x", Typed::Str("0x")),
            ("--1", Typed::Str("--1")),
            ("1.2.3", Typed::Str("1.2.3")),
            (".", Typed::Str(".")),
            ("-", Typed::Str("-")),
            ("1e", Typed::Str("1e")),
            ("0é", Typed::Str("0é")),
            ("yes", Typed::Str("yes")),
            ("off", Typed::Str("off")),
            ("True", Typed::Bool(true)),
            ("FALSE", Typed::Bool(false)),
            ("tRue", Typed::Str("tRue")),
            ("~", Typed::Null),
            ("Null", Typed::Null),
            ("", Typed::Null),
            ("_5", Typed::Str("_5")),
        ];
        for (text, expected) in table {
            assert_eq!(resolve_plain(text), expected, "{text:?}");
        }
    }
}
