//! Blocks of assignments: `.env` snippets in documents, and the like.

use crate::facts::Sighting;
use crate::facts::{Clue, ClueKind};
use crate::formats::scan::{Entry, Scan, pair_hosts};
use crate::source::Text;
use std::ops::Range;

/// One `KEY=value` line, places counted in the text.
pub(super) struct Assignment {
    pub key: Range<usize>,
    pub value: Range<usize>,
    /// The comment behind it.
    pub comment: Option<Range<usize>>,
}

/// Reads a line as an assignment: `export KEY=value`, `KEY: value`, `- KEY=value`, commented-out ones too.
pub(super) fn assignment(text: &str, line: Range<usize>) -> Option<Assignment> {
    let body = text.get(line.clone())?;
    let bare =
        body.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '#' | '-' | '>' | ';'));
    let bare = bare
        .strip_prefix("export ")
        .or_else(|| bare.strip_prefix("set "))
        .or_else(|| bare.strip_prefix("ENV "))
        .or_else(|| bare.strip_prefix("$env:"))
        .unwrap_or(bare)
        .trim_start();
    let start = line.end - bare.len();
    let length = bare
        .bytes()
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
        .count();
    let key = start..start + length;
    let rest = bare.get(length..)?;
    let after = rest.trim_start();
    let separator = after
        .strip_prefix('=')
        .or_else(|| after.strip_prefix(": "))?;
    let starts_with_letter = bare.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if !starts_with_letter || separator.starts_with('=') {
        return None;
    }
    let value_start = line.end - separator.len() + (separator.len() - separator.trim_start().len());
    let value = text.get(value_start..line.end)?;
    let (value_start, value_end, rest_start) = match value.chars().next() {
        Some(quote @ ('"' | '\'')) => {
            let close = value.get(1..)?.find(quote).map_or(value.len(), |i| i + 1);
            (value_start + 1, value_start + close, value_start + close)
        }
        _ => {
            let end = value
                .find(" #")
                .or_else(|| value.find("\t#"))
                .unwrap_or(value.len());
            let trimmed = value.get(..end)?.trim_end().len();
            (value_start, value_start + trimmed, value_start + end)
        }
    };
    let comment = text
        .get(rest_start..line.end)
        .and_then(|r| r.find('#'))
        .map(|i| rest_start + i + 1..line.end);
    Some(Assignment {
        key,
        value: value_start..value_end.max(value_start),
        comment,
    })
}

/// The lines of a text with their places, line ends excluded.
pub(super) fn lines(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        let body = line.trim_end_matches(['\n', '\r']);
        start..start + body.len()
    })
}

/// Reads a block of assignments and comments.
pub(super) fn read(scan: &Scan<'_>, text: &Text, out: &mut Vec<Sighting>) {
    let value = text.value.as_str();
    let before = out.len();
    let mut list: Vec<(String, Text)> = Vec::new();
    let mut above: Option<String> = None;
    for line in lines(value) {
        let body = value.get(line.clone()).unwrap_or("");
        let Some(found) = assignment(value, line.clone()) else {
            above = body
                .trim_start()
                .starts_with('#')
                .then(|| super::plain(body));
            if super::has_digit(body) {
                scan.prose(&text.slice(line), out);
            }
            continue;
        };
        let key = value.get(found.key.clone()).unwrap_or("").to_owned();
        let content = text.slice(found.value.clone());
        if super::has_digit(body) {
            let comment = found
                .comment
                .as_ref()
                .and_then(|c| value.get(c.clone()))
                .map(|c| (ClueKind::Line, c.trim().to_owned()));
            let near = above.clone().map(|a| (ClueKind::Near, a));
            let clues: Vec<Clue> = comment
                .into_iter()
                .chain(near)
                .map(|(kind, text)| Clue { kind, text })
                .chain(scan.clues.iter().cloned())
                .collect();
            let named = Scan {
                name: Some(&key),
                clues: &clues,
                ..*scan
            };
            named.value(&content, out);
            if let Some(comment) = found.comment {
                scan.prose(&text.slice(comment), out);
            }
        }
        list.push((key, content));
    }
    let entries: Vec<Entry<'_>> = list
        .iter()
        .map(|(key, value)| Entry { key, value })
        .collect();
    pair_hosts(&entries, out.get_mut(before..).unwrap_or_default());
}
