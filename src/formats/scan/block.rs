//! Blocks of assignments, line by line: `.env` snippets in documents, commented-out variables of scripts.

use super::{Entry, Scan, has_digits, pair_hosts, quoted};
use crate::facts::{Clue, ClueKind, Sighting};
use crate::source::{Text, mark_len};
use std::ops::Range;

/// One `KEY=value` line, places counted in the text.
pub struct Assignment {
    /// The key.
    pub key: Range<usize>,
    /// The value, quotes left out.
    pub value: Range<usize>,
    /// The comment behind it.
    pub comment: Option<Range<usize>>,
}

/// Reads a line as an assignment: `export KEY=value`, `KEY: value`, `- KEY=value`, commented-out ones too.
pub fn assignment(text: &str, line: Range<usize>) -> Option<Assignment> {
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
    // `?=`, `:=`, `::=`, `+=` of makefiles
    let operator = after.trim_start_matches(['?', ':', '+', '!']);
    let make = after.len() - operator.len() <= 2 && operator.starts_with('=');
    let separator = if make {
        operator.strip_prefix('=')
    } else {
        after.strip_prefix(": ")
    }?;
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
            // a remark in brackets is none of the value either
            let ends = [" #", "\t#", " ("].iter().filter_map(|m| value.find(m));
            let end = ends.min().unwrap_or(value.len());
            let trimmed = value.get(..end)?.trim_end().len();
            (value_start, value_start + trimmed, value_start + end)
        }
    };
    let comment = text
        .get(rest_start..line.end)
        .and_then(|r| r.find(['#', '(']))
        .map(|i| {
            rest_start + i + usize::from(text.as_bytes().get(rest_start + i) == Some(&b'#'))
                ..line.end
        });
    Some(Assignment {
        key,
        value: value_start..value_end.max(value_start),
        comment,
    })
}

/// The lines of a text with their places, line ends and a byte order mark excluded.
pub fn lines(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = mark_len(text);
    let text = text.get(at..).unwrap_or("");
    text.split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        let body = line.trim_end_matches(['\n', '\r']);
        start..start + body.len()
    })
}

impl Scan<'_> {
    /// A block of assignments and comments: `KEY=value`, `# KEY=value`, `KEY: value`. Hosts are found among all of them.
    pub fn block(&self, text: &Text, out: &mut Vec<Sighting>) {
        let value = text.value.as_str();
        let before = out.len();
        let mut list: Vec<(String, Text)> = Vec::new();
        let mut above: Option<&str> = None;
        for line in lines(value) {
            let body = value.get(line.clone()).unwrap_or("");
            let Some(found) = assignment(value, line.clone()) else {
                above = body.trim_start().strip_prefix('#').map(str::trim);
                self.prose(&text.slice(line), out);
                continue;
            };
            let entry = self.assigned(text, &found, above, out);
            list.push(entry);
        }
        let entries: Vec<Entry<'_>> = list
            .iter()
            .map(|(key, value)| Entry { key, value })
            .collect();
        pair_hosts(&entries, out.get_mut(before..).unwrap_or_default());
    }

    /// One assignment of a text: its value with the comment behind it, and `above` it, as clues; and the comment itself.
    pub fn assigned(
        &self,
        text: &Text,
        found: &Assignment,
        above: Option<&str>,
        out: &mut Vec<Sighting>,
    ) -> (String, Text) {
        let key = text.value.get(found.key.clone()).unwrap_or("");
        let content = text.slice(found.value.clone());
        if has_digits(&content.value) {
            let comment = found
                .comment
                .clone()
                .and_then(|c| text.value.get(c))
                .map(|c| (ClueKind::Line, c.trim()));
            let near = above.map(|a| (ClueKind::Near, a));
            let clues: Vec<Clue> = comment
                .into_iter()
                .chain(near)
                .map(|(kind, text)| Clue {
                    kind,
                    text: text.to_owned(),
                })
                .chain(self.clues.iter().cloned())
                .collect();
            let named = Scan {
                name: Some(key),
                clues: &clues,
                ..*self
            };
            let first = out.len();
            named.value(&content, out);
            // `Usage: psql -p 5433` looks like a key with a value
            quoted::commands_in(&named, &content, first, out);
        }
        if let Some(comment) = found
            .comment
            .clone()
            .map(|c| text.slice(c))
            .filter(|c| has_digits(&c.value))
        {
            let mut clues = vec![Clue {
                kind: ClueKind::KeyPath,
                text: key.to_owned(),
            }];
            clues.extend_from_slice(self.clues);
            Scan {
                clues: &clues,
                ..*self
            }
            .prose(&comment, out);
        }
        (key.to_owned(), content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_assign() {
        for (line, expected) in [
            ("PORT=5432", Some(("PORT", "5432", None))),
            (
                "# - export DB_PORT = \"5432\" # the port",
                Some(("DB_PORT", "5432", Some(" the port"))),
            ),
            ("db.port: 5432", Some(("db.port", "5432", None))),
            ("URL='a # b' # c", Some(("URL", "a # b", Some(" c")))),
            ("$env:PORT = 5432", Some(("PORT", "5432", None))),
            ("KEY=\"open", Some(("KEY", "open", None))),
            ("KEY=", Some(("KEY", "", None))),
            ("PORT ?= 5432", Some(("PORT", "5432", None))),
            ("PORT := 5432", Some(("PORT", "5432", None))),
            (
                "URL=http://q:1 (host UI on 2)",
                Some(("URL", "http://q:1", Some("(host UI on 2)"))),
            ),
            ("a == b", None),
            ("see http://x:80", None),
            ("", None),
        ] {
            let found = assignment(line, 0..line.len());
            let seen = found.as_ref().map(|a| {
                let piece = |r: &Range<usize>| line.get(r.clone()).unwrap();
                (
                    piece(&a.key),
                    piece(&a.value),
                    a.comment.as_ref().map(piece),
                )
            });
            assert_eq!(seen, expected, "{line}");
        }
    }
}
