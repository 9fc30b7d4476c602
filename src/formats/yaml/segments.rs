//! Maps a decoded scalar back to the bytes it came from.
//!
//! The parser has decoded the scalar; this module walks the file's bytes and the value side by side and keeps the runs that
//! are the same on both. Where the two part ways (which the parser's own rules exclude), the rest stays unmapped.

use granit_parser::ScalarStyle;

use crate::source::{Span, Style, Text};

/// Verbatim runs, `(offset in value, offset in file, length)`, neighbours joined.
struct Runs<'a> {
    value: &'a str,
    /// Bytes of the value that are accounted for.
    at: usize,
    list: Vec<(u32, u32, u32)>,
}

impl<'a> Runs<'a> {
    fn new(value: &'a str) -> Self {
        Self {
            value,
            at: 0,
            list: Vec::new(),
        }
    }

    fn rest(&self) -> &'a str {
        self.value.get(self.at..).unwrap_or("")
    }

    /// Copies `piece`, which stands at `offset` in the file; false if the value goes on otherwise.
    fn copy(&mut self, piece: &str, offset: usize) -> bool {
        if !self.rest().starts_with(piece) {
            return false;
        }
        let run = Span::new(offset, offset + piece.len());
        let at = Span::at(self.at).start;
        self.at += piece.len();
        match self.list.last_mut() {
            Some((from, start, len)) if *from + *len == at && *start + *len == run.start => {
                *len += run.end - run.start;
            }
            _ if piece.is_empty() => {}
            _ => self.list.push((at, run.start, run.end - run.start)),
        }
        true
    }

    /// Passes over decoded text; false if the value goes on otherwise.
    fn skip(&mut self, decoded: &str) -> bool {
        let matches = self.rest().starts_with(decoded);
        self.at += if matches { decoded.len() } else { 0 };
        matches
    }

    fn skip_newlines(&mut self) {
        while self.skip("\n") {}
    }

    fn at_line_start(&self) -> bool {
        let before = self.value.get(..self.at).unwrap_or("");
        before.is_empty() || before.ends_with('\n')
    }
}

/// The text of a scalar: `value` is what the parser decoded from `span` of the file.
pub(super) fn text(file: &str, value: &str, style: ScalarStyle, span: Span) -> Text {
    let raw = file.get(span.range()).unwrap_or("");
    let start = span.start as usize;
    let (offset, content, kind) = match style {
        ScalarStyle::Plain => (start, raw, Style::Plain),
        ScalarStyle::SingleQuoted => (start + 1, inside_quotes(raw), Style::Single),
        ScalarStyle::DoubleQuoted => (start + 1, inside_quotes(raw), Style::Double),
        ScalarStyle::Literal | ScalarStyle::Folded => return block(file, value, style, span),
    };
    if content == value {
        return Text::verbatim(value, offset, kind);
    }
    let mut runs = Runs::new(value);
    flow(content, offset, kind, &mut runs);
    Text::mapped(
        value.to_owned(),
        Span::new(offset, offset + content.len()),
        runs.list,
        kind,
    )
}

fn inside_quotes(raw: &str) -> &str {
    let inner = raw.get(1..).unwrap_or("");
    inner.strip_suffix(['"', '\'']).unwrap_or(inner)
}

/// Plain and quoted scalars: folded lines, doubled quotes, escapes.
fn flow(content: &str, offset: usize, style: Style, runs: &mut Runs<'_>) {
    let mut rest = content;
    while !rest.is_empty() {
        let at = offset + content.len() - rest.len();
        let (taken, good) = if let Some(fold) = folded_break(rest) {
            (fold.raw, runs.skip(&fold.decoded))
        } else if style == Style::Double && rest.starts_with('\\') {
            let escape = escape(rest);
            let good = match &escape.decoded {
                Some(decoded) => runs.skip(decoded),
                None => runs.skip(first_char(runs.rest())),
            };
            (escape.raw, good)
        } else if style == Style::Single && rest.starts_with("''") {
            let good = runs.copy("'", at);
            (2, good)
        } else {
            let piece = verbatim_piece(rest, style);
            (piece.len(), runs.copy(piece, at))
        };
        let Some(next) = rest.get(taken.max(1)..).filter(|_| good) else {
            return;
        };
        rest = next;
    }
}

/// The blanks that `rest` starts with (content, else they would have been a folded break), or what stands up to the next
/// blank, break, escape or quote.
fn verbatim_piece(rest: &str, style: Style) -> &str {
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let stop = |c: char| match c {
        ' ' | '\t' | '\n' | '\r' => true,
        '\\' => style == Style::Double,
        '\'' => style == Style::Single,
        _ => false,
    };
    let first = first_char(rest).len();
    let len = match blanks {
        0 => {
            first
                + rest
                    .get(first..)
                    .and_then(|r| r.find(stop))
                    .unwrap_or(rest.len() - first)
        }
        n => n,
    };
    rest.get(..len).unwrap_or(rest)
}

fn first_char(text: &str) -> &str {
    let len = text.chars().next().map_or(0, char::len_utf8);
    text.get(..len).unwrap_or("")
}

struct Decoded<T> {
    /// Bytes in the file.
    raw: usize,
    decoded: T,
}

/// Blanks, line breaks and the next line's indentation: one break is a space, more are one newline less.
fn folded_break(rest: &str) -> Option<Decoded<String>> {
    let run = rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    let breaks = count_breaks(rest.get(..run)?);
    (breaks > 0).then(|| Decoded {
        raw: run,
        decoded: match breaks {
            1 => " ".to_owned(),
            n => "\n".repeat(n - 1),
        },
    })
}

fn count_breaks(text: &str) -> usize {
    let crlf = text.matches("\r\n").count();
    text.matches(['\n', '\r']).count() - crlf
}

/// An escape of a double-quoted scalar; `None` as its decoded text means one character that need not be known.
fn escape(rest: &str) -> Decoded<Option<String>> {
    let after = rest.get(1..).unwrap_or("");
    let raw = match after.chars().next() {
        Some('x') => 4,
        Some('u') if is_surrogate_pair(rest) => 12,
        Some('u') => 6,
        Some('U') => 10,
        Some('\n' | '\r') => {
            // The break is swallowed with the next line's indentation; empty lines in between stay.
            let run = after.len() - after.trim_start_matches([' ', '\t', '\n', '\r']).len();
            let breaks = count_breaks(after.get(..run).unwrap_or(""));
            return Decoded {
                raw: 1 + run,
                decoded: Some("\n".repeat(breaks.saturating_sub(1))),
            };
        }
        Some(c) => 1 + c.len_utf8(),
        None => 1,
    };
    Decoded { raw, decoded: None }
}

fn is_surrogate_pair(rest: &str) -> bool {
    let hex = |from: usize| {
        rest.get(from..from + 4)
            .and_then(|h| u32::from_str_radix(h, 16).ok())
    };
    rest.get(6..8) == Some("\\u")
        && hex(2).is_some_and(|h| (0xd800..0xdc00).contains(&h))
        && hex(8).is_some_and(|h| (0xdc00..0xe000).contains(&h))
}

/// Block scalars. The parser's span starts with the first content, header and indentation left out; what stands before it
/// on its line is the indentation of every line.
fn block(file: &str, value: &str, style: ScalarStyle, span: Span) -> Text {
    let (raw, start) = (file.get(span.range()).unwrap_or(""), span.start as usize);
    let before = file.get(..start).unwrap_or("");
    let indent = start - before.rfind(['\n', '\r']).map_or(0, |i| i + 1);
    let mut runs = Runs::new(value);
    let mut end = start;
    let mut offset = start;
    for (i, line) in raw.split_inclusive('\n').enumerate() {
        let body = line.trim_end_matches(['\n', '\r']);
        let skipped = if i == 0 { 0 } else { indent };
        let content = body.get(skipped..).unwrap_or("");
        let at = offset + skipped;
        offset += line.len();
        if content.is_empty() {
            continue;
        }
        runs.skip_newlines();
        if style == ScalarStyle::Folded && !runs.at_line_start() {
            runs.skip(" ");
        }
        if !runs.copy(content, at) {
            break;
        }
        end = at + content.len();
        if line.get(body.len()..) == Some("\n") {
            runs.copy("\n", end);
        }
    }
    Text::mapped(
        value.to_owned(),
        Span::new(start, end),
        runs.list,
        Style::Block,
    )
}
