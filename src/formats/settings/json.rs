//! JSON with all that people allow themselves in it: comments, trailing commas, single quotes, bare keys.

use super::{NodeId, Settings, key_at};
use crate::source::{Span, Spanned, Style, Text};
use jsonc_parser::tokens::Token;
use jsonc_parser::{Scanner, ScannerOptions};
use std::ops::Range;

/// Reads up to the first thing that is no JSON at all.
pub(super) fn read(text: &Text, settings: &mut Settings) {
    let start = text.value.len() - text.value.trim_start_matches('\u{feff}').len();
    let Some(body) = text.value.get(start..) else {
        return;
    };
    let mut scanner = Scanner::new(body, &ScannerOptions::default());
    let mut reader = Reader {
        text,
        settings,
        open: Vec::new(),
        key: None,
        held: None,
        line: 0,
    };
    while let Ok(Some(token)) = scanner.scan() {
        let range = start + scanner.token_start()..start + scanner.token_end();
        if !reader.take(&token, range) {
            break;
        }
    }
    reader.flush();
}

struct Reader<'a> {
    text: &'a Text,
    settings: &'a mut Settings,
    open: Vec<NodeId>,
    /// The key whose value comes next.
    key: Option<Spanned<String>>,
    /// A scalar that may yet turn out to be a key.
    held: Option<Range<usize>>,
    /// End of the last token that is no comment, to know which comments stand alone.
    line: usize,
}

impl Reader<'_> {
    /// Takes a token; false when the text goes on in another language.
    fn take(&mut self, token: &Token<'_>, range: Range<usize>) -> bool {
        match token {
            Token::CommentLine(_) | Token::CommentBlock(_) => {
                self.comment(range);
                return true;
            }
            Token::Colon => {
                self.key = self
                    .held
                    .take()
                    .and_then(|r| key_at(self.text, unquoted(self.text, r)))
            }
            Token::Comma => self.flush(),
            Token::OpenBrace | Token::OpenBracket => {
                self.flush();
                let node = self
                    .settings
                    .push(self.open.last().copied(), self.key.take(), None);
                self.open.push(node);
            }
            Token::CloseBrace | Token::CloseBracket => {
                self.flush();
                if self.open.pop().is_none() {
                    return false;
                }
            }
            Token::Word(_) if self.open.is_empty() => return false,
            Token::String(_)
            | Token::Word(_)
            | Token::Boolean(_)
            | Token::Number(_)
            | Token::Null => {
                // two scalars in a row: a comma was forgotten
                self.flush();
                self.held = Some(range.clone());
            }
        }
        self.line = range.end;
        true
    }

    /// The held scalar is a value after all.
    fn flush(&mut self) {
        if let Some(range) = self.held.take() {
            let value = decoded(self.text, range);
            self.settings
                .push(self.open.last().copied(), self.key.take(), Some(value));
        }
    }

    fn comment(&mut self, range: Range<usize>) {
        let before = self.text.value.get(self.line..range.start).unwrap_or("");
        let alone = self.line == 0 || before.contains('\n');
        // a block comment is read line by line, like the others
        let mut at = range.start;
        for line in self
            .text
            .value
            .get(range)
            .unwrap_or("")
            .split_inclusive('\n')
        {
            let body = line.trim_end().trim_end_matches("*/");
            self.settings.comment(
                self.text,
                at..at + body.len(),
                &['/', '*', ' ', '\t'],
                alone,
            );
            at += line.len();
        }
    }
}

/// The range without its quotes.
fn unquoted(text: &Text, range: Range<usize>) -> Range<usize> {
    let quoted = text
        .value
        .get(range.clone())
        .is_some_and(|s| s.len() >= 2 && s.starts_with(['"', '\'']));
    if quoted {
        range.start + 1..range.end - 1
    } else {
        range
    }
}

/// The scalar's text, escapes decoded.
fn decoded(text: &Text, range: Range<usize>) -> Text {
    let inner = unquoted(text, range.clone());
    let style = match (inner == range, text.value.as_bytes().get(range.start)) {
        (true, _) => Style::Plain,
        (false, Some(b'\'')) => Style::Single,
        (false, _) => Style::Double,
    };
    let raw = text.slice(inner);
    if style == Style::Plain || !raw.value.contains('\\') {
        return raw.styled(style);
    }
    unescape(&raw, style)
}

/// Decodes backslash escapes; the runs between them keep their places.
pub(super) fn unescape(raw: &Text, style: Style) -> Text {
    let mut value = String::with_capacity(raw.value.len());
    let mut segments = Vec::new();
    let mut rest = raw.value.as_str();
    while !rest.is_empty() {
        let run = rest.find('\\').unwrap_or(rest.len());
        let at = raw.value.len() - rest.len();
        if let (Some(plain), Some(place)) = (rest.get(..run), raw.locate(at..at + run)) {
            if run > 0 {
                segments.push((
                    Span::at(value.len()).start,
                    place.start,
                    Span::at(run).start,
                ));
            }
            value.push_str(plain);
        }
        let (decoded, length) = escape(rest.get(run..).unwrap_or(""));
        value.extend(decoded);
        rest = rest.get(run + length..).unwrap_or("");
    }
    Text::mapped(value, raw.span, segments, style)
}

/// What an escape at the start of `text` means, and its length in bytes.
fn escape(text: &str) -> (Option<char>, usize) {
    let mut chars = text.chars();
    if chars.next().is_none() {
        return (None, 0);
    }
    let Some(c) = chars.next() else {
        return (None, 1);
    };
    match c {
        'n' => (Some('\n'), 2),
        't' => (Some('\t'), 2),
        'r' => (Some('\r'), 2),
        'b' | 'f' | '\n' => (None, 2),
        'u' => {
            let code = text
                .get(2..6)
                .and_then(|hex| u32::from_str_radix(hex, 16).ok());
            match code {
                // halves of surrogate pairs never are part of a port
                Some(code) => (Some(char::from_u32(code).unwrap_or('\u{fffd}')), 6),
                None => (Some('u'), 2),
            }
        }
        other => (Some(other), 1 + other.len_utf8()),
    }
}
