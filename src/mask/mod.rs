//! Finds secrets in text that is about to be shown, so that no output carries one (port model, section 8).
//!
//! Four places hold secrets: the password of a URL, the value of a key that is named like one, tokens that tell by their own
//! form, and PostgreSQL's password file. A mask that is too wide costs a reader some comfort, one that is too narrow costs a password: in doubt
//! the text is masked. Digits of ports stay (the caller hands them over), and so do mere references such as `${PASSWORD}`.

mod context;
mod keys;
mod pgpass;
mod tokens;
mod urls;
mod value;

use crate::source::{SourceFile, Span};
use std::borrow::Cow;
use std::ops::Range;

/// The character shown in place of each character of a secret.
pub const MASK: char = '*';

/// What sort of text is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// A piece of one line of a file.
    Line,
    /// A sentence of portlint's own, which quotes files between backticks.
    Message,
}

/// Bytes to look at before and behind the part of a line that is shown: enough for the key that makes a value a secret.
const BEFORE: usize = 4096;
const BEHIND: usize = 1024;

/// A sentence without secrets. Each character of one becomes [`MASK`].
pub fn message(text: &str) -> Cow<'_, str> {
    let secrets = find(text, Mode::Message);
    if secrets.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for (i, c) in text.char_indices() {
        let secret = secrets.iter().any(|r| r.contains(&i));
        out.push(if secret { MASK } else { c });
    }
    Cow::Owned(out)
}

/// A whole file without secrets, byte for byte as long as it was, so that places in it stay where they are.
pub fn file(path: &str, text: &str) -> String {
    let file = SourceFile::new(path, text);
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (start, _) in
        std::iter::once((0, "")).chain(text.match_indices('\n').map(|(i, n)| (i + 1, n)))
    {
        let line = file.line_span(file.line(Span::at(start).start));
        for secret in in_line(&file, line, &[]) {
            let (from, to) = (secret.start as usize, secret.end as usize);
            out.push_str(text.get(at..from).unwrap_or(""));
            let secret = text.get(from..to).unwrap_or("").bytes();
            out.extend(secret.map(|b| if b == b'\r' { '\r' } else { MASK }));
            at = to;
        }
    }
    out.push_str(text.get(at..).unwrap_or(""));
    out
}

/// The secret bytes in `shown`, a part of one line of `file`: ascending, disjoint. The digits of `ports` are none, even where
/// a key is named like a secret's.
pub fn in_line(file: &SourceFile, shown: Span, ports: &[Span]) -> Vec<Span> {
    let line = file.line(shown.start);
    let bytes = file.line_span(line);
    let window = char_borders(
        &file.text,
        (shown.start as usize)
            .saturating_sub(BEFORE)
            .max(bytes.start as usize),
        (shown.end as usize)
            .saturating_add(BEHIND)
            .min(bytes.end as usize),
    );
    let text = file.text.get(window.clone()).unwrap_or("");
    let mut secrets = find(text, Mode::Line);
    if window.start == bytes.start as usize {
        secrets.extend(context::continued(file, line));
    }
    pgpass::find(&file.path, text, &mut secrets);
    secrets = merge(secrets);
    let mut spans: Vec<Span> = secrets
        .into_iter()
        .map(|r| Span::new(window.start + r.start, window.start + r.end))
        .collect();
    for port in ports.iter().filter(|p| is_port(file.slice(**p))) {
        spans = spans.into_iter().flat_map(|s| without(s, *port)).collect();
    }
    spans
}

/// The smallest range of whole characters around `start..end`.
fn char_borders(text: &str, start: usize, end: usize) -> Range<usize> {
    let end = end.min(text.len());
    text.floor_char_boundary(start.min(end))..text.ceil_char_boundary(end)
}

/// Whether a text is a port or a range of ports and nothing else.
fn is_port(text: &str) -> bool {
    let mut parts = text.splitn(2, '-');
    parts.all(|p| (1..=5).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit()))
}

/// What is left of `span` when `hole` is taken out.
fn without(span: Span, hole: Span) -> impl Iterator<Item = Span> {
    let before = Span {
        start: span.start,
        end: span.end.min(hole.start.max(span.start)),
    };
    let behind = Span {
        start: span.start.max(hole.end.min(span.end)),
        end: span.end,
    };
    let parts = if span.overlaps(hole) {
        [before, behind]
    } else {
        [span, Span::default()]
    };
    parts.into_iter().filter(|s| !s.is_empty())
}

/// All secrets of a text, ascending and disjoint.
fn find(text: &str, mode: Mode) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    urls::find(text, &mut out);
    tokens::find(text, &mut out);
    keys::find(text, mode, &mut out);
    merge(out)
}

/// Sorts ranges and joins those that touch.
fn merge(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.retain(|r| !r.is_empty());
    ranges.sort_by_key(|r| (r.start, r.end));
    let mut out: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for r in ranges {
        match out.last_mut() {
            Some(last) if r.start <= last.end => last.end = last.end.max(r.end),
            _ => out.push(r),
        }
    }
    out
}

#[cfg(test)]
mod tests;
