//! XML as settings: an element is a key, its text and its attributes are values.

use super::{NodeId, Settings, key_at};
use crate::source::{Style, Text};
use std::ops::Range;

/// Reads tag by tag; nothing has to be well-formed.
pub(super) fn read(text: &Text, settings: &mut Settings) {
    let mut reader = Reader {
        text,
        settings,
        open: Vec::new(),
    };
    let mut at = 0;
    while let Some(found) = text.value.get(at..).and_then(|rest| rest.find('<')) {
        reader.content(at..at + found);
        let start = at + found;
        let end = tag_end(&text.value, start);
        reader.tag(start..end);
        at = end.max(start + 1);
    }
}

/// One past the tag that begins at `start`.
fn tag_end(text: &str, start: usize) -> usize {
    let rest = text.get(start..).unwrap_or("");
    let to = |close: &str| {
        rest.find(close)
            .map_or(text.len(), |at| start + at + close.len())
    };
    if rest.starts_with("<!--") {
        return to("-->");
    }
    if rest.starts_with("<![CDATA[") {
        // its content is text
        return start + "<![CDATA[".len();
    }
    let mut quote = None;
    for (at, c) in rest.char_indices() {
        match quote {
            Some(q) if c == q => quote = None,
            Some(_) => {}
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None if c == '>' => return start + at + 1,
            None => {}
        }
    }
    // a quote or a tag that never closes: the rest is no XML
    text.len()
}

struct Reader<'a> {
    text: &'a Text,
    settings: &'a mut Settings,
    open: Vec<NodeId>,
}

impl Reader<'_> {
    fn raw(&self, range: &Range<usize>) -> &str {
        self.text.value.get(range.clone()).unwrap_or("")
    }

    fn content(&mut self, range: Range<usize>) {
        let raw = self.raw(&range);
        let inner = raw.trim().trim_end_matches("]]>").trim_end();
        let Some(&holder) = self.open.last().filter(|_| !inner.is_empty()) else {
            return;
        };
        let start = range.start + (raw.len() - raw.trim_start().len());
        let value = self.text.slice(start..start + inner.len());
        let style = if inner.contains('\n') {
            Style::Block
        } else {
            Style::Plain
        };
        self.settings
            .push(Some(holder), None, Some(value.styled(style)));
    }

    fn tag(&mut self, range: Range<usize>) {
        let raw = self.raw(&range);
        if raw.starts_with("<!--") {
            self.comment(range);
        } else if raw.starts_with("</") {
            self.open.pop();
        } else if !raw.starts_with(['<', '?', '!'])
            || raw.starts_with("<?")
            || raw.starts_with("<!")
        {
            // declarations say nothing
        } else {
            let closed = raw.ends_with("/>");
            let name = raw.get(1..).unwrap_or("");
            let length = name
                .find(|c: char| c.is_whitespace() || matches!(c, '/' | '>'))
                .unwrap_or(name.len());
            let key = key_at(self.text, range.start + 1..range.start + 1 + length);
            let node = self.settings.push(self.open.last().copied(), key, None);
            self.attributes(node, range.start + 1 + length..range.end);
            if !closed {
                self.open.push(node);
            }
        }
    }

    fn attributes(&mut self, node: NodeId, range: Range<usize>) {
        let mut at = range.start;
        while let Some(equals) = self.raw(&(at..range.end)).find('=') {
            let name = self.raw(&(at..at + equals));
            let start = at + (name.len() - name.trim_start().len());
            let key = key_at(self.text, start..start + name.trim().len());
            let value = at + equals + 1;
            let rest = self.raw(&(value..range.end));
            let blank = rest.len() - rest.trim_start().len();
            let Some(quote) = rest
                .trim_start()
                .chars()
                .next()
                .filter(|c| matches!(c, '"' | '\''))
            else {
                at = value;
                continue;
            };
            let from = value + blank + 1;
            let Some(length) = self.raw(&(from..range.end)).find(quote) else {
                return;
            };
            let text = self.text.slice(from..from + length);
            let style = if quote == '"' {
                Style::Double
            } else {
                Style::Single
            };
            self.settings
                .push(Some(node), key, Some(text.styled(style)));
            at = from + length + 1;
        }
    }

    fn comment(&mut self, range: Range<usize>) {
        let body = self.raw(&range).to_owned();
        let mut at = range.start;
        for line in body.split_inclusive('\n') {
            let kept = line.trim_end().trim_end_matches("-->").len();
            self.settings
                .comment(self.text, at..at + kept, &['<', '!', '-', ' ', '\t'], true);
            at += line.len();
        }
    }
}
