//! Documents that are read line by line: reStructuredText, AsciiDoc and plain text share paragraphs, lists and indentation.

use super::Doc;
use crate::formats::scan::block::lines;
use std::ops::Range;

/// The lines of a document, with a cursor.
pub struct Lines<'a> {
    text: &'a str,
    list: Vec<Range<usize>>,
    /// The next line.
    pub at: usize,
}

impl<'a> Lines<'a> {
    /// The lines of a text.
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            list: lines(text).collect(),
            at: 0,
        }
    }

    /// The place of a line in the file; an empty one at the end if there is none.
    pub fn range(&self, line: usize) -> Range<usize> {
        self.list
            .get(line)
            .cloned()
            .unwrap_or(self.text.len()..self.text.len())
    }

    /// A line's text; none behind the last one.
    pub fn get(&self, line: usize) -> Option<&'a str> {
        self.text.get(self.list.get(line)?.clone())
    }

    /// The current line.
    pub fn here(&self) -> Option<&'a str> {
        self.get(self.at)
    }

    /// Whether a line is blank or missing.
    pub fn is_blank(&self, line: usize) -> bool {
        self.get(line).is_none_or(|l| l.trim().is_empty())
    }

    /// Columns before a line's first character.
    pub fn indent(&self, line: usize) -> usize {
        let text = self.get(line).unwrap_or("");
        text.len() - text.trim_start().len()
    }

    /// Passes over blank lines.
    pub fn skip_blank(&mut self) {
        while self.at < self.list.len() && self.is_blank(self.at) {
            self.at += 1;
        }
    }

    /// The place from one line to before another, line ends between them included.
    pub fn span(&self, from: usize, to: usize) -> Range<usize> {
        let start = self.range(from).start;
        let end = to.checked_sub(1).map_or(start, |last| self.range(last).end);
        start..end.max(start)
    }

    /// Takes the indented block that begins at the current line: all lines deeper than `indent`, blank ones between them included.
    pub fn take_indented(&mut self, indent: usize) -> Range<usize> {
        let from = self.at;
        let mut end = from;
        while self.at < self.list.len() {
            if !self.is_blank(self.at) {
                if self.indent(self.at) <= indent {
                    break;
                }
                end = self.at + 1;
            }
            self.at += 1;
        }
        self.span(from, end.max(from))
    }

    /// Takes lines until one is `closing`, which is passed over.
    pub fn take_until(&mut self, closing: impl Fn(&str) -> bool) -> Range<usize> {
        let from = self.at;
        while let Some(line) = self.here() {
            if closing(line) {
                break;
            }
            self.at += 1;
        }
        let block = self.span(from, self.at);
        self.at += 1;
        block
    }

    /// Takes a paragraph: lines until a blank one, or one that `ends` it. At least one line is taken.
    pub fn take_paragraph(&mut self, ends: impl Fn(&str) -> bool) -> Range<usize> {
        let from = self.at;
        self.at += 1;
        while !self.is_blank(self.at) && !self.here().is_some_and(&ends) {
            self.at += 1;
        }
        self.span(from, self.at.min(self.list.len()))
    }
}

/// How long the mark of a list's item is, blanks behind it included: `- `, `* `, `1. `, `(a) `, `** `.
pub fn item_mark(line: &str) -> Option<usize> {
    let bare = line.trim_start();
    let lead = line.len() - bare.len();
    let marks = bare
        .bytes()
        .take_while(|b| matches!(b, b'-' | b'*' | b'+' | b'.'))
        .count();
    let bullet = if bare.starts_with('•') {
        '•'.len_utf8()
    } else {
        marks
    };
    let rest = bare.get(bullet..)?;
    if (1..=5).contains(&bullet) && rest.starts_with(' ') {
        return Some(lead + bullet + 1);
    }
    let digits = bare.bytes().take_while(u8::is_ascii_digit).count();
    let after = bare.get(digits..)?;
    let numbered =
        (1..=3).contains(&digits) && (after.starts_with(". ") || after.starts_with(") "));
    numbered.then_some(lead + digits + 2)
}

impl Doc<'_> {
    /// Reads a paragraph or a list from the current line on: until a blank line that no item follows. `ends` knows the lines that begin
    /// something else.
    pub fn text_block(&mut self, lines: &mut Lines<'_>, ends: impl Fn(&str) -> bool) {
        if lines.here().and_then(item_mark).is_none() {
            let range = lines.take_paragraph(|l| ends(l) || item_mark(l).is_some());
            self.paragraph(range);
            return;
        }
        // the columns of the items around the current one
        let mut open: Vec<usize> = Vec::new();
        self.begin_list();
        while let Some(mark) = lines.here().and_then(item_mark) {
            let column = depth(lines, mark);
            while open.last().is_some_and(|&o| o >= column) {
                open.pop();
                self.leave();
            }
            open.push(column);
            self.enter();
            let start = lines.range(lines.at).start + mark;
            let range = lines.take_paragraph(|l| ends(l) || item_mark(l).is_some());
            self.item(start..range.end);
            let before = lines.at;
            lines.skip_blank();
            if lines.here().and_then(item_mark).is_none() {
                lines.at = before;
                break;
            }
        }
        for _ in open {
            self.leave();
        }
        self.close_list();
    }
}

/// How deep an item stands: its column, or the number of its marks (`**`).
fn depth(lines: &Lines<'_>, mark: usize) -> usize {
    let indent = lines.indent(lines.at);
    indent * 8 + (mark - indent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_items() {
        for (line, mark) in [
            ("- a", Some(2)),
            ("  * a", Some(4)),
            ("** a", Some(3)),
            ("12. a", Some(4)),
            ("1) a", Some(3)),
            ("• a", Some(4)),
            ("-a", None),
            ("2024. a", None),
            ("a - b", None),
            ("----", None),
            ("", None),
        ] {
            assert_eq!(item_mark(line), mark, "{line}");
        }
    }
}
