//! YAML read line by line, by its indentation: Helm and Jinja templates, ERB, broken files.

use super::{NodeId, Settings, key_at};
use crate::source::{Spanned, Style, Text, mark_len};
use std::ops::Range;

/// Reads what looks like `key: value` and `- item`; lines of templates are skipped.
pub(super) fn read(text: &Text, settings: &mut Settings) {
    let mut reader = Reader {
        text,
        settings,
        open: Vec::new(),
    };
    // A byte order mark is no indentation.
    let mut at = mark_len(&text.value);
    let lines = text.value.get(at..).unwrap_or("");
    for line in lines.split_inclusive('\n') {
        reader.line(at..at + line.len());
        at += line.len();
    }
}

struct Reader<'a> {
    text: &'a Text,
    settings: &'a mut Settings,
    /// Nodes that may hold the next line, with their indentation.
    open: Vec<(usize, NodeId)>,
}

impl Reader<'_> {
    fn line(&mut self, range: Range<usize>) {
        let line = self.text.value.get(range.clone()).unwrap_or("");
        let mut body = line.trim_start_matches([' ', '\t']);
        if body.starts_with('#') {
            let start = range.end - body.len();
            self.settings
                .comment(self.text, start..range.end, &['#'], true);
            return;
        }
        if is_markup(body) {
            return;
        }
        while let Some(rest) = body.strip_prefix("- ") {
            let indent = line.len() - body.len();
            self.close(indent);
            let item = self.settings.push(self.holder(), None, None);
            self.open.push((indent, item));
            body = rest.trim_start();
        }
        let indent = line.len() - body.len();
        let content = range.end - body.len()..range.end - (body.len() - body.trim_end().len());
        if content.is_empty() {
            return;
        }
        self.close(indent);
        match split(body.trim_end()) {
            Some((key, value)) => {
                let key = key_at(
                    self.text,
                    content.start + key.start..content.start + key.end,
                );
                self.setting(indent, key, content.start + value..content.end);
            }
            None => self.scalar(self.holder(), None, content),
        }
    }

    fn close(&mut self, indent: usize) {
        while self.open.last().is_some_and(|&(at, _)| at >= indent) {
            self.open.pop();
        }
    }

    fn holder(&self) -> Option<NodeId> {
        self.open.last().map(|&(_, node)| node)
    }

    fn setting(&mut self, indent: usize, key: Option<Spanned<String>>, value: Range<usize>) {
        let value = self.without_comment(value);
        let raw = self.text.value.get(value.clone()).unwrap_or("");
        let opens = raw.is_empty() || raw.starts_with(['|', '>', '&', '!']);
        if opens {
            let node = self.settings.push(self.holder(), key, None);
            self.open.push((indent, node));
        } else if let Some(inner) = raw.strip_prefix('[').and_then(|r| r.strip_suffix(']')) {
            let node = self.settings.push(self.holder(), key, None);
            let mut at = value.start + 1;
            for item in inner.split(',') {
                let from = at + item.len() - item.trim_start().len();
                self.scalar(Some(node), None, from..from + item.trim().len());
                at += item.len() + 1;
            }
        } else {
            self.scalar(self.holder(), key, value);
        }
    }

    /// Cuts a trailing comment off, and keeps it.
    fn without_comment(&mut self, range: Range<usize>) -> Range<usize> {
        let raw = self.text.value.get(range.clone()).unwrap_or("");
        let length = value_length(raw);
        if length < raw.len() {
            self.settings
                .comment(self.text, range.start + length..range.end, &['#'], false);
        }
        let kept = raw.get(..length).unwrap_or(raw).trim_end().len();
        range.start..range.start + kept
    }

    fn scalar(
        &mut self,
        parent: Option<NodeId>,
        key: Option<Spanned<String>>,
        range: Range<usize>,
    ) {
        let range = if key.is_none() {
            self.without_comment(range)
        } else {
            range
        };
        let raw = self.text.value.get(range.clone()).unwrap_or("");
        let (quote, style) = match raw.chars().next() {
            Some('"') if raw.len() > 1 && raw.ends_with('"') => (1, Style::Double),
            Some('\'') if raw.len() > 1 && raw.ends_with('\'') => (1, Style::Single),
            _ => (0, Style::Plain),
        };
        let value = self.text.slice(range.start + quote..range.end - quote);
        self.settings.push(parent, key, Some(value.styled(style)));
    }
}

/// A line that belongs to the template language, or to nothing.
fn is_markup(line: &str) -> bool {
    [
        "{{", "{%", "<%", "---", "...", "<<<<<<<", "=======", ">>>>>>>",
    ]
    .iter()
    .any(|mark| line.starts_with(mark))
}

/// The key's range and the value's start, both in `line`.
fn split(line: &str) -> Option<(Range<usize>, usize)> {
    let quote = line.chars().next().filter(|c| matches!(c, '"' | '\''));
    let (start, end, colon) = match quote {
        Some(q) => {
            let end = line.get(1..)?.find(q)? + 1;
            (1, end, end + 1)
        }
        None => {
            let end = line.find([':', ' ', '"', '{'])?;
            (0, end, end)
        }
    };
    let rest = line.get(colon..)?.strip_prefix(':')?;
    if !(rest.is_empty() || rest.starts_with([' ', '\t'])) {
        return None;
    }
    (end > start).then(|| (start..end, line.len() - rest.trim_start().len()))
}

/// Length of the value before ` #`, outside quotes and `{{ }}`.
fn value_length(raw: &str) -> usize {
    let mut quote = None;
    let mut braces = 0_u32;
    let mut before = ' ';
    for (at, c) in raw.char_indices() {
        match quote {
            Some(q) if c == q => quote = None,
            Some(_) => {}
            None => match c {
                '#' if before.is_whitespace() && braces == 0 => return at,
                '"' | '\'' if before.is_whitespace() => quote = Some(c),
                '{' => braces += 1,
                '}' => braces = braces.saturating_sub(1),
                _ => {}
            },
        }
        before = c;
    }
    raw.len()
}
