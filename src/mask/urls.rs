//! Passwords in URLs: `scheme://user:PASS@host`, and the `user:PASS@tcp(host:port)` of Go's MySQL driver.

use super::value::plain_parts;
use std::ops::Range;

/// Adds the passwords of all URLs in `text`.
pub(super) fn find(text: &str, out: &mut Vec<Range<usize>>) {
    for (at, _) in text.match_indices("://") {
        let start = at + 3;
        let rest = text.get(start..).unwrap_or("");
        let len = token_len(rest);
        if let Some(secret) = password(rest.get(..len).unwrap_or("")) {
            push(text, start + secret.start..start + secret.end, out);
        }
    }
    for marker in ["@tcp(", "@unix(", "@tcp6("] {
        for (at, _) in text.match_indices(marker) {
            let head = text.get(..at).unwrap_or("");
            let from = head
                .rfind(|c: char| c.is_whitespace() || is_quote(c))
                .map_or(0, |i| i + 1);
            if let Some(colon) = head.get(from..).and_then(|s| s.find(':')) {
                push(text, from + colon + 1..at, out);
            }
        }
    }
}

/// Length of what may belong to a URL. Interpolations may hold anything.
fn token_len(rest: &str) -> usize {
    let mut depth = 0usize;
    for (i, c) in rest.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ if depth == 0 && (c.is_whitespace() || is_quote(c) || matches!(c, '<' | '>')) => {
                return i;
            }
            _ if c.is_whitespace() && depth > 0 && i > 512 => return i,
            _ => {}
        }
    }
    rest.len()
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'' | '`')
}

/// The password within `user:PASS@host/…`, everything behind `://`.
fn password(url: &str) -> Option<Range<usize>> {
    // Slashes inside an interpolation (`${A:-x/y}`) end no authority.
    let authority_end = outside_braces(url, |c| matches!(c, '/' | '?' | '#')).unwrap_or(url.len());
    let authority = url.get(..authority_end)?;
    let at = authority.rfind('@');
    let colon = outside_braces(authority, |c| c == ':');
    match (at, colon) {
        (Some(at), Some(colon)) if colon < at => Some(colon + 1..at),
        // `https://TOKEN@host`: a user alone is no secret, a long word without a pause is.
        (Some(at), _) => (at >= 20).then_some(0..at),
        // A password with an unescaped slash; digits before the slash are a port, and what follows is a path.
        (None, Some(colon)) => {
            let behind = url.get(colon + 1..authority_end)?;
            let at = url.rfind('@').filter(|at| *at > colon)?;
            let port = behind.bytes().all(|b| b.is_ascii_digit());
            (!port && !behind.starts_with("${")).then_some(colon + 1..at)
        }
        (None, None) => None,
    }
}

/// First character outside `{…}` that satisfies `wanted`.
fn outside_braces(text: &str, wanted: impl Fn(char) -> bool) -> Option<usize> {
    let mut depth = 0usize;
    text.char_indices().find_map(|(i, c)| {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ if depth == 0 && wanted(c) => return Some(i),
            _ => {}
        }
        None
    })
}

fn push(text: &str, secret: Range<usize>, out: &mut Vec<Range<usize>>) {
    let value = text.get(secret.clone()).unwrap_or("");
    for part in plain_parts(value) {
        out.push(secret.start + part.start..secret.start + part.end);
    }
}
