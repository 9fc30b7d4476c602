//! The part of a line that is shown: secrets masked, long lines cut around what matters, and every place found again.

use super::escape::{Untrusted, is_hidden, visible_escape};
use crate::mask;
use crate::source::{SourceFile, Span};
use std::ops::Range;

/// What stands for a part that is left out.
const GAP: char = '…';
/// Fewest and most characters around a place in a line that is cut.
const CONTEXT: (usize, usize) = (12, 60);

/// How the shown text is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Dangerous characters made visible; a tab stays, since a terminal's renderer widens it.
    Terminal,
    /// As in the file; the target escapes it.
    Raw,
}

/// A line as shown.
#[derive(Debug, Default)]
pub(super) struct Shown {
    text: String,
    /// `(offset in the file, offset in the text)` of each character shown, ascending.
    at: Vec<(u32, u32)>,
}

impl Shown {
    /// Shows a 1-based line of `file` in at most about `limit` characters, with `places` in sight.
    pub(super) fn new(
        file: &SourceFile,
        line: usize,
        places: &[Span],
        limit: usize,
        form: Form,
    ) -> Self {
        let bytes = file.line_span(line);
        let mut shown = Self::default();
        let mut at = bytes.start;
        if bytes.start == 0 && file.text.starts_with('\u{feff}') {
            at = Span::new(0, '\u{feff}'.len_utf8().min(bytes.len())).end;
        }
        let body = Span {
            start: at,
            end: bytes.end,
        };
        for window in windows(file, body, places, limit.max(20)) {
            if window.start > at {
                shown.push(at, GAP, Form::Raw);
            }
            shown.window(file, window, places, form);
            at = window.end;
        }
        if at < body.end {
            shown.push(at, GAP, Form::Raw);
        }
        let end = Span::at(shown.text.len()).start;
        shown.at.push((body.end, end));
        shown
    }

    /// Where a byte of the file stands in the text; places left out are at their gap.
    pub(super) fn locate(&self, offset: u32) -> usize {
        let next = self.at.partition_point(|(file, _)| *file <= offset);
        let found = next.checked_sub(1).and_then(|i| self.at.get(i));
        found.map_or(0, |(_, text)| *text as usize)
    }

    /// A place in the text.
    pub(super) fn range(&self, place: Span) -> Range<usize> {
        let start = self.locate(place.start);
        start..self.locate(place.end).max(start)
    }

    /// The text, for a terminal if it was shown so.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The text, still to be escaped.
    pub(super) fn into_untrusted(self) -> Untrusted {
        Untrusted::new(self.text)
    }

    fn window(&mut self, file: &SourceFile, window: Span, places: &[Span], form: Form) {
        let secrets = mask::in_line(file, window, places);
        for (i, c) in file.slice(window).char_indices() {
            let at = window.start + Span::at(i).start;
            let secret = secrets.iter().any(|s| s.start <= at && at < s.end);
            self.push(at, if secret { mask::MASK } else { c }, form);
        }
    }

    fn push(&mut self, at: u32, c: char, form: Form) {
        self.at.push((at, Span::at(self.text.len()).start));
        match visible_escape(c).filter(|_| form == Form::Terminal && c != '\t') {
            Some(escape) => self.text.push_str(&escape),
            // A runner's log command; see `break_commands`. Only a terminal's text is ever a log's line.
            None if form == Form::Terminal && c == '[' && self.text.ends_with("##") => {
                self.text.push_str("\\[");
            }
            None => self.text.push(c),
        }
    }
}

/// The parts of `line` to show, ascending and disjoint.
fn windows(file: &SourceFile, line: Span, places: &[Span], limit: usize) -> Vec<Span> {
    let text = file.slice(line);
    let chars = if text.len() <= limit.saturating_mul(8) {
        text.chars().map(width).sum()
    } else {
        usize::MAX
    };
    if chars <= limit {
        return vec![line];
    }
    let offset = line.start as usize;
    let mut inside: Vec<Range<usize>> = places
        .iter()
        .map(|p| p.range())
        .filter(|p| p.start >= offset && p.end <= offset + text.len())
        .map(|p| p.start - offset..p.end - offset)
        .collect();
    inside.sort_by_key(|r| (r.start, r.end));
    if inside.is_empty() {
        inside.push(0..0);
    }
    let share = limit / inside.len() / 2;
    let context = share.clamp(CONTEXT.0, CONTEXT.1);
    let mut out: Vec<Span> = Vec::new();
    for place in inside {
        // A place longer than its share shows its beginning.
        let end = place.end.min(forward(text, place.start, limit / 2));
        let window = Span::new(
            offset + back(text, place.start, context),
            offset + forward(text, end, context),
        );
        match out.last_mut() {
            Some(last) if window.start <= last.end.saturating_add(4) => *last = last.join(window),
            _ => out.push(window),
        }
    }
    widen(text, offset, limit, &mut out);
    out
}

/// Gives what room is left to the outer sides: first before, then behind.
fn widen(text: &str, offset: usize, limit: usize, windows: &mut [Span]) {
    let used: usize = windows
        .iter()
        .filter_map(|w| text.get(w.start as usize - offset..w.end as usize - offset))
        .map(|t| t.chars().count())
        .sum();
    let mut spare = limit.saturating_sub(used);
    if let Some(first) = windows.first_mut() {
        let at = first.start as usize - offset;
        let start = back(text, at, spare);
        spare -= text
            .get(start..at)
            .map_or(0, |t| t.chars().count())
            .min(spare);
        first.start = Span::at(offset + start).start;
    }
    if let Some(last) = windows.last_mut() {
        let end = forward(text, last.end as usize - offset, spare);
        last.end = Span::at(offset + end).end;
    }
}

/// Columns of a character as shown, roughly.
fn width(c: char) -> usize {
    if is_hidden(c) || c.is_control() { 8 } else { 1 }
}

/// The offset `n` characters before `at`.
fn back(text: &str, at: usize, n: usize) -> usize {
    let head = text.get(..at).unwrap_or("");
    head.char_indices()
        .rev()
        .take(n)
        .last()
        .map_or(at, |(i, _)| i)
}

/// The offset `n` characters behind `at`.
fn forward(text: &str, at: usize, n: usize) -> usize {
    let tail = text.get(at..).unwrap_or("");
    tail.char_indices()
        .nth(n)
        .map_or(text.len(), |(i, _)| at + i)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, place: &str, limit: usize, form: Form) -> (String, String) {
        let file = SourceFile::new("f", text);
        let start = text.find(place).expect("the place is in the text");
        let span = Span::new(start, start + place.len());
        let shown = Shown::new(&file, file.line(span.start), &[span], limit, form);
        let marked = shown.text().get(shown.range(span)).unwrap().to_owned();
        (shown.text().to_owned(), marked)
    }

    #[test]
    fn a_short_line_is_shown_whole() {
        let (text, marked) = shown(
            "a\r\n  - \"5432:5432\" # 🐘\r\nb",
            "5432:",
            80,
            Form::Terminal,
        );
        assert_eq!(text, "  - \"5432:5432\" # 🐘");
        assert_eq!(marked, "5432:");
    }

    #[test]
    fn a_secret_keeps_the_columns_of_what_follows() {
        let (text, marked) = shown("postgres://u:pä🔑s@db:5432/x", "5432", 80, Form::Raw);
        assert_eq!(text, "postgres://u:****@db:5432/x");
        assert_eq!(marked, "5432");
    }

    #[test]
    fn escapes_move_the_place_with_them() {
        let (text, marked) = shown(
            "\u{feff}\u{202e}a\u{1b}[31m\t5432",
            "5432",
            80,
            Form::Terminal,
        );
        assert_eq!(text, "\\u{202e}a\\x1b[31m\t5432");
        assert_eq!(marked, "5432");
    }

    #[test]
    fn a_long_line_is_cut_around_the_place() {
        let text = format!("{}port:5432,{}", "x".repeat(1_000_000), "é".repeat(400_000));
        let (text, marked) = shown(&text, "5432", 60, Form::Terminal);
        assert!(text.starts_with('…') && text.ends_with('…'), "{text}");
        assert!(text.contains("xport:5432,é"), "{text}");
        assert!(text.chars().count() <= 70, "{text}");
        assert_eq!(marked, "5432");
    }

    #[test]
    fn a_long_place_shows_its_beginning() {
        let place = "y".repeat(5000);
        let (text, marked) = shown(&format!("a {place} b"), &place, 60, Form::Terminal);
        assert!(text.ends_with('…') && text.chars().count() < 130, "{text}");
        assert!(marked.starts_with("yyyy"), "{marked}");
    }

    #[test]
    fn a_workflow_command_in_a_line_is_broken() {
        let (text, marked) = shown("x ##[add-mask]5432", "5432", 80, Form::Terminal);
        assert_eq!(text, "x ##\\[add-mask]5432");
        assert_eq!(marked, "5432");
    }

    #[test]
    fn an_empty_file_has_an_empty_line() {
        let file = SourceFile::new("f", "");
        let shown = Shown::new(&file, 1, &[Span::at(0)], 80, Form::Terminal);
        assert_eq!(shown.text(), "");
        assert_eq!(shown.range(Span::at(0)), 0..0);
    }
}
