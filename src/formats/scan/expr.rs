//! Interpolation expressions: where `${VAR:-default}` begins and ends, and what it defaults to.

use super::number::Number;
use std::ops::Range;

/// One `${…}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expr {
    /// All of it, braces included.
    pub range: Range<usize>,
    /// The variable.
    pub name: String,
    /// The default's text, where the operator gives one (`:-`, `-`, `:=`, `=`).
    pub default: Option<Range<usize>>,
    /// The expression around it.
    parent: Option<usize>,
}

/// All expressions of a text, in the order of their starts.
#[derive(Clone, Debug, Default)]
pub struct Exprs {
    list: Vec<Expr>,
}

/// Nesting beyond this is not a person's.
const DEEPEST: usize = 32;

impl Exprs {
    /// Finds them in one pass.
    pub fn new(text: &str) -> Self {
        let mut list: Vec<Option<Expr>> = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        let bytes = text.as_bytes();
        for i in memchr::memchr2_iter(b'$', b'}', bytes) {
            let escaped = i > 0 && bytes.get(i - 1) == Some(&b'$');
            if bytes.get(i) == Some(&b'$') {
                if bytes.get(i + 1) == Some(&b'{') && !escaped && open.len() < DEEPEST {
                    let Some(expr) = Self::start(text, i, open.last().copied()) else {
                        continue;
                    };
                    open.push(list.len());
                    list.push(Some(expr));
                }
            } else if let Some(index) = open.pop()
                && let Some(Some(expr)) = list.get_mut(index)
            {
                expr.range.end = i + 1;
                if let Some(default) = &mut expr.default {
                    default.end = i;
                }
            }
        }
        // what was never closed is no expression; children keep their place in the list, and parents are looked up by it
        for index in open {
            if let Some(slot) = list.get_mut(index) {
                *slot = None;
            }
        }
        let mut kept: Vec<Option<usize>> = Vec::with_capacity(list.len());
        let mut out = Vec::new();
        for slot in list {
            kept.push(slot.is_some().then_some(out.len()));
            if let Some(mut expr) = slot {
                expr.parent = expr.parent.and_then(|p| kept.get(p).copied().flatten());
                out.push(expr);
            }
        }
        Self { list: out }
    }

    /// Reads `${NAME` and the operator at `at`.
    fn start(text: &str, at: usize, parent: Option<usize>) -> Option<Expr> {
        let body = text.get(at + 2..)?;
        // collectors and editors write `${env:NAME}`
        let rest = body.strip_prefix("env:").unwrap_or(body);
        let length = rest
            .bytes()
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.'))
            .count();
        let name = rest.get(..length)?;
        let positional = name.bytes().all(|b| b.is_ascii_digit());
        if name.is_empty() || (name.starts_with(|c: char| c.is_ascii_digit()) && !positional) {
            return None;
        }
        let operator = rest.get(length..)?;
        let skip = match operator.as_bytes() {
            [b':', b'-' | b'=', ..] => Some(2),
            [b'-' | b'=', ..] => Some(1),
            [b':', b'?' | b'+', ..] => None,
            // Spring and its like: `${NAME:default}`
            [b':', ..] => Some(1),
            _ => None,
        };
        let default = skip.map(|s| {
            let start = text.len() - operator.len() + s;
            start..start
        });
        Some(Expr {
            range: at..at,
            name: name.to_owned(),
            default,
            parent,
        })
    }

    /// The expression that starts at a byte.
    pub fn starting(&self, at: usize) -> Option<&Expr> {
        let index = self
            .list
            .binary_search_by_key(&at, |e| e.range.start)
            .ok()?;
        self.list.get(index)
    }

    /// The outermost expression that ends before a byte (its last byte is `at - 1`).
    pub fn ending(&self, at: usize) -> Option<&Expr> {
        let index = self.list.partition_point(|e| e.range.start < at);
        let mut found = None;
        let mut next = index.checked_sub(1);
        while let Some(expr) = next.and_then(|i| self.list.get(i)) {
            if expr.range.end == at {
                found = Some(expr);
            }
            next = expr.parent;
        }
        found
    }

    /// The expressions whose default holds a byte, outermost first.
    pub fn around(&self, at: usize) -> Vec<&Expr> {
        let mut chain = Vec::new();
        let mut next = self
            .list
            .partition_point(|e| e.range.start <= at)
            .checked_sub(1);
        while let Some(expr) = next.and_then(|i| self.list.get(i)) {
            if expr.default.as_ref().is_some_and(|d| d.contains(&at)) {
                chain.push(expr);
            }
            next = expr.parent;
        }
        chain.reverse();
        chain
    }

    /// The digits that an expression comes to if none of its variables is set.
    pub fn default_number(&self, text: &str, expr: &Expr) -> Option<Number> {
        let mut body = expr.default.clone()?;
        for _ in 0..DEEPEST {
            if let Some(inner) = self.starting(body.start).filter(|e| e.range == body) {
                body = inner.default.clone()?;
            } else {
                let number = Number::at(text, body.start)?;
                return (number.range == body).then_some(number);
            }
        }
        None
    }

    /// All, in the order of their starts.
    pub fn iter(&self) -> impl Iterator<Item = &Expr> {
        self.list.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_defaults_come_to_their_digits() {
        let text =
            "x ${A:-${B:-5432}} ${C-6333} ${D} $${E:-1} ${F:?no} ${1:-2} ${G:-http://h:9000}";
        let exprs = Exprs::new(text);
        let names: Vec<_> = exprs.iter().map(|e| e.name.as_str()).collect();
        assert_eq!(names, ["A", "B", "C", "D", "F", "1", "G"]);
        let numbers: Vec<_> = exprs
            .iter()
            .map(|e| exprs.default_number(text, e).map(|n| n.value))
            .collect();
        assert_eq!(
            numbers,
            [
                Some(5432),
                Some(5432),
                Some(6333),
                None,
                None,
                Some(2),
                None
            ]
        );
        let at = text.find("5432").unwrap();
        let around: Vec<_> = exprs.around(at).iter().map(|e| e.name.as_str()).collect();
        assert_eq!(around, ["A", "B"]);
        assert_eq!(exprs.ending(18).map(|e| e.name.as_str()), Some("A"));
    }

    #[test]
    fn other_tools_write_other_operators() {
        for (text, name, default) in [
            ("${DB_PORT:5432}", "DB_PORT", Some(5432)),
            ("${db.port:5432}", "db.port", Some(5432)),
            ("${env:DB_PORT:-5432}", "DB_PORT", Some(5432)),
            ("${env:DB_PORT}", "DB_PORT", None),
            ("${DB_PORT:?5432}", "DB_PORT", None),
            ("${DB_PORT:+5432}", "DB_PORT", None),
        ] {
            let exprs = Exprs::new(text);
            let expr = exprs.starting(0).unwrap();
            let number = exprs.default_number(text, expr).map(|n| n.value);
            assert_eq!((expr.name.as_str(), number), (name, default), "{text}");
        }
    }

    #[test]
    fn what_is_not_closed_is_no_expression() {
        let exprs = Exprs::new("${A:-${B:-1} ${C");
        let names: Vec<_> = exprs.iter().map(|e| e.name.as_str()).collect();
        assert_eq!(names, ["B"]);
        assert!(Exprs::new(&"${A:-".repeat(10_000)).iter().next().is_none());
    }
}
