//! Ports in URLs of any scheme: `scheme://[user[:password]@]host[:port][,host[:port]]…`, with expressions and placeholders in any part.

use super::expr::Exprs;
use super::finder::{Finder, Hit};
use super::number::{Number, Part, part_at, variable};
use crate::facts::Form;
use std::ops::Range;

/// No host part of a person's URL is longer.
const LONGEST: usize = 2048;

impl Finder<'_> {
    /// Reads all URLs, and takes their bytes, paths and passwords included.
    pub fn urls(&mut self) {
        let text = self.str();
        let mut from = 0;
        for at in memchr::memmem::find_iter(text.as_bytes(), b"://") {
            if at < from {
                continue;
            }
            let scheme = scheme_before(text, at);
            if scheme.is_empty() {
                continue;
            }
            from = self.url(at - scheme.len()..at, at + 3);
        }
    }

    /// Reads one URL whose authority starts at `start`, and returns where it ends.
    fn url(&mut self, scheme: Range<usize>, start: usize) -> usize {
        let text = self.str();
        let end = authority_end(text, start, &self.exprs);
        let hosts = start + user_info(self.piece(start..end));
        let name = self.piece(scheme.clone()).to_ascii_lowercase();
        let base = name.split('+').next().unwrap_or(&name).to_owned();
        for (host, port) in host_list(text, hosts..end, &self.exprs) {
            let Some(part) = port else { continue };
            if let Some(mut hit) = Hit::of(&part, host.start..part.whole.end, Form::Url) {
                let written = self.piece(host.clone());
                hit.host = (!written.is_empty()).then(|| (written.to_owned(), Some(host.clone())));
                hit.scheme = Some(base.clone());
                self.add(hit);
            }
            if let Some(name) = variable(self.piece(part.whole)) {
                self.uses.push((host, name.to_owned()));
            }
        }
        let tail = tail_end(text, end, &self.exprs);
        self.take(scheme.start..tail);
        end
    }
}

/// The scheme that ends at `at`: letters, digits, `+`, `.`, `-`, beginning with a letter.
fn scheme_before(text: &str, at: usize) -> &str {
    let before = text
        .get(at.saturating_sub(40)..at)
        .or_else(|| text.get(..at))
        .unwrap_or("");
    let length = before
        .bytes()
        .rev()
        .take(40)
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'.' | b'-'))
        .count();
    let scheme = before.get(before.len() - length..).unwrap_or("");
    scheme.trim_start_matches(|c: char| !c.is_ascii_alphabetic())
}

/// Where the authority that starts at `start` ends. Expressions, `{{…}}`, `{…}`, `<…>` and `[…]` are passed over as a whole.
fn authority_end(text: &str, start: usize, exprs: &Exprs) -> usize {
    let bytes = text.as_bytes();
    let mut at = start;
    while let Some(&b) = bytes.get(at) {
        if at - start > LONGEST {
            break;
        }
        if let Some(next) = atom_end(text, at, exprs) {
            at = next;
            continue;
        }
        match b {
            b'/' | b'?' | b'#' | b'"' | b'\'' | b'`' | b'<' | b'>' | b')' | b']' | b'}' | b';'
            | b'|' | b'\\' => break,
            b',' if !bytes.get(at + 1).is_some_and(|n| {
                n.is_ascii_alphanumeric() || matches!(n, b'[' | b'$' | b'{' | b'<')
            }) =>
            {
                break;
            }
            b if b.is_ascii_whitespace() || b.is_ascii_control() => break,
            _ => at += 1,
        }
    }
    // a stop inside a multi-byte character cannot happen: all stops are ASCII
    at
}

/// The end of an expression or placeholder that starts at `at`.
pub(super) fn atom_end(text: &str, at: usize, exprs: &Exprs) -> Option<usize> {
    if let Some(expr) = exprs.starting(at) {
        return Some(expr.range.end);
    }
    let rest = text.as_bytes().get(at..)?;
    let closing: &[u8] = match rest {
        [b'{', b'{', ..] => b"}}",
        [b'$', b'{', ..] | [b'#', b'{', ..] | [b'{', ..] => b"}",
        [b'$', b'(', ..] => b")",
        [b'<', ..] => b">",
        [b'[', ..] => b"]",
        _ => return None,
    };
    let window = rest.get(..rest.len().min(160))?;
    let length = memchr::memmem::find(window, closing)?;
    let inner = window.get(..length)?;
    let plain = !inner.contains(&b'\n') && !inner.contains(&b'/');
    (plain && length > 1).then_some(at + length + closing.len())
}

/// How many bytes of an authority are user and password.
fn user_info(authority: &str) -> usize {
    memchr::memrchr(b'@', authority.as_bytes()).map_or(0, |i| i + 1)
}

/// Where the URL's path, query and fragment end.
fn tail_end(text: &str, start: usize, exprs: &Exprs) -> usize {
    let bytes = text.as_bytes();
    let mut at = start;
    while let Some(&b) = bytes.get(at) {
        if let Some(expr) = exprs.starting(at) {
            at = expr.range.end;
            continue;
        }
        if b.is_ascii_whitespace()
            || matches!(
                b,
                b'"' | b'\'' | b'`' | b'<' | b'>' | b')' | b']' | b'|' | b'}' | b'*'
            )
        {
            break;
        }
        // a second URL in a query is read on its own
        if b == b':' && text.get(at..).is_some_and(|r| r.starts_with("://")) {
            break;
        }
        at += 1;
    }
    at
}

/// The hosts of an authority with their ports, `user:password@` excluded.
fn host_list(text: &str, range: Range<usize>, exprs: &Exprs) -> Vec<(Range<usize>, Option<Part>)> {
    let bytes = text.as_bytes();
    let mut list = Vec::new();
    let mut start = range.start;
    let mut colon = None;
    let mut at = range.start;
    while at <= range.end {
        if at < range.end
            && let Some(next) = atom_end(text, at, exprs).filter(|&n| n <= range.end)
        {
            at = next;
            continue;
        }
        match bytes.get(at).filter(|_| at < range.end) {
            Some(b':') if colon.is_none() => colon = Some(at),
            Some(b',') | None => {
                let host_end = colon.unwrap_or(at);
                let port = colon.and_then(|c| port_part(text, c + 1, at, exprs));
                list.push((start..host_end, port));
                start = at + 1;
                colon = None;
            }
            Some(_) => {}
        }
        at += 1;
    }
    list
}

/// The port between `start` and `end`: digits not glued to a word, or an expression.
fn port_part(text: &str, start: usize, end: usize, exprs: &Exprs) -> Option<Part> {
    let part = match text.as_bytes().get(start) {
        Some(b'$') => part_at(text, start, exprs)?,
        _ => {
            let number = Number::at(text, start)?;
            Part {
                whole: number.range.clone(),
                number: Some(number),
                end: None,
            }
        }
    };
    let after = text.get(part.whole.end..)?.chars().next();
    let apart = !after.is_some_and(|c| c.is_alphanumeric() && c.is_ascii() || c == '_');
    (apart && part.whole.end <= end).then_some(part)
}
