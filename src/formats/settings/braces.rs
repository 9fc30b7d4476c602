//! `name args { ... }`: nginx, HCL, Caddy, Logstash and their like.
//!
//! A statement ends with `;` or, outside brackets, with its line; nginx statements that go on over several lines are few, and
//! their parts are still read.

use super::{NodeId, Settings, key_at};
use crate::source::{Style, Text};
use std::ops::Range;

/// Reads statement by statement.
pub(super) fn read(text: &Text, settings: &mut Settings) {
    let mut reader = Reader {
        text,
        settings,
        open: Vec::new(),
        words: Vec::new(),
        brackets: 0,
        list: None,
    };
    let mut at = text.value.len() - text.value.trim_start_matches('\u{feff}').len();
    while let Some(token) = next(&text.value, at) {
        at = token.range.end.max(at + 1);
        reader.take(token);
    }
    reader.finish();
}

/// A piece of the text.
struct Token {
    kind: TokenKind,
    range: Range<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum TokenKind {
    Word,
    Comment,
    Open,
    Close,
    /// `;`
    End,
    Newline,
    /// `[`
    ListOpen,
    /// `]`
    ListClose,
    Comma,
}

/// The next token at or behind `from`.
fn next(text: &str, from: usize) -> Option<Token> {
    let rest = text.get(from..)?;
    let body = rest.trim_start_matches([' ', '\t', '\r']);
    let start = text.len() - body.len();
    let mut chars = body.chars();
    let first = chars.next()?;
    let (kind, length) = match first {
        '\n' => (TokenKind::Newline, 1),
        ';' => (TokenKind::End, 1),
        '{' => (TokenKind::Open, 1),
        '}' => (TokenKind::Close, 1),
        '[' if is_ipv6(body) => (TokenKind::Word, word_length(body)),
        '[' => (TokenKind::ListOpen, 1),
        ']' => (TokenKind::ListClose, 1),
        ',' => (TokenKind::Comma, 1),
        '#' => (TokenKind::Comment, line_length(body)),
        '/' if body.starts_with("//") => (TokenKind::Comment, line_length(body)),
        '/' if body.starts_with("/*") => (
            TokenKind::Comment,
            body.find("*/").map_or(body.len(), |end| end + 2),
        ),
        '"' | '\'' => (TokenKind::Word, quoted_length(body, first)),
        _ => (TokenKind::Word, word_length(body)),
    };
    Some(Token {
        kind,
        range: start..start + length.max(first.len_utf8()),
    })
}

fn line_length(text: &str) -> usize {
    text.find('\n').unwrap_or(text.len())
}

/// Up to the closing quote, or to the line's end if there is none on it.
fn quoted_length(text: &str, quote: char) -> usize {
    let line = text.get(..line_length(text)).unwrap_or(text);
    let mut escaped = false;
    for (at, c) in line.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    line.trim_end().len()
}

/// `[::1]:8080`, and not a list.
fn is_ipv6(text: &str) -> bool {
    text.get(1..)
        .and_then(|t| t.split_once(']'))
        .is_some_and(|(inside, _)| {
            inside.contains(':')
                && inside
                    .bytes()
                    .all(|b| b.is_ascii_hexdigit() || matches!(b, b':' | b'.' | b'%'))
        })
}

/// A word may hold `${VAR}`, `:8080`, `[::]` inside, but ends at blanks and at what ends statements.
fn word_length(text: &str) -> usize {
    let mut depth = 0_u32;
    let mut bracket = false;
    let mut before = '\0';
    for (at, c) in text.char_indices() {
        match c {
            c if c.is_whitespace() => return at,
            '{' if before == '$' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            '{' | '}' | ';' | ',' if depth == 0 => return at,
            '[' => bracket = true,
            ']' if depth == 0 && !bracket => return at,
            _ => {}
        }
        before = c;
    }
    text.len()
}

struct Reader<'a> {
    text: &'a Text,
    settings: &'a mut Settings,
    open: Vec<Option<NodeId>>,
    /// The words of the statement so far.
    words: Vec<Range<usize>>,
    /// Open `[`.
    brackets: usize,
    /// The node whose list is being read.
    list: Option<NodeId>,
}

impl Reader<'_> {
    fn parent(&self) -> Option<NodeId> {
        self.open.last().copied().flatten()
    }

    fn take(&mut self, token: Token) {
        match token.kind {
            TokenKind::Word => self.words.push(token.range),
            TokenKind::Comment => self.comment(token.range),
            TokenKind::Open => self.open_block(),
            TokenKind::Close => {
                self.end();
                self.brackets = 0;
                self.list = None;
                self.open.pop();
            }
            TokenKind::ListOpen => self.open_list(),
            TokenKind::ListClose => {
                self.end();
                self.brackets = self.brackets.saturating_sub(1);
                if self.brackets == 0 {
                    self.list = None;
                }
            }
            TokenKind::End | TokenKind::Newline | TokenKind::Comma => self.end(),
        }
    }

    fn finish(&mut self) {
        self.end();
    }

    /// Words of the statement, `=`, `=>` and `:` between them left out.
    fn arguments(&mut self) -> Vec<Range<usize>> {
        let mut words = std::mem::take(&mut self.words);
        words.retain(|w| !matches!(self.raw(w), "=" | "=>" | ":" | "->"));
        words
    }

    fn raw(&self, range: &Range<usize>) -> &str {
        self.text.value.get(range.clone()).unwrap_or("")
    }

    fn open_block(&mut self) {
        let words = self.arguments();
        let mut parent = self.list.or_else(|| self.parent());
        for word in words {
            let key = key_at(self.text, self.unquoted(&word, true).0);
            parent = Some(self.settings.push(parent, key, None));
        }
        self.open.push(parent);
    }

    fn open_list(&mut self) {
        let words = self.arguments();
        self.brackets += 1;
        if self.list.is_none() {
            let key = words
                .first()
                .and_then(|w| key_at(self.text, self.unquoted(w, true).0));
            self.list = Some(self.settings.push(self.parent(), key, None));
        }
    }

    /// Ends the statement: a setting with one or more values, or items of a list.
    fn end(&mut self) {
        let mut words = self.arguments().into_iter();
        if let Some(list) = self.list {
            for word in words {
                let value = self.scalar(&word);
                self.settings.push(Some(list), None, Some(value));
            }
            return;
        }
        let Some(name) = words.next() else {
            return;
        };
        let parent = self.parent();
        // `"key":` and `key=value` in one word
        let (range, glued) = self.unquoted(&name, true);
        let key = key_at(self.text, range);
        let values: Vec<Text> = glued
            .into_iter()
            .chain(words)
            .map(|w| self.scalar(&w))
            .collect();
        match <[Text; 1]>::try_from(values) {
            Ok([value]) => {
                self.settings.push(parent, key, Some(value));
            }
            Err(values) => {
                let node = self.settings.push(parent, key, None);
                for value in values {
                    self.settings.push(Some(node), None, Some(value));
                }
            }
        }
    }

    /// The word without quotes; a key also without its colon, and cut at its `=`.
    fn unquoted(&self, word: &Range<usize>, is_key: bool) -> (Range<usize>, Option<Range<usize>>) {
        let raw = self.raw(word);
        let quote = usize::from(raw.len() > 1 && raw.starts_with(['"', '\'']));
        let closed = usize::from(quote == 1 && raw.ends_with(['"', '\'']));
        if quote == 0 && is_key {
            if let Some(at) = raw.find('=') {
                let value = word.start + at + 1..word.end;
                return (
                    word.start..word.start + at,
                    (!value.is_empty()).then_some(value),
                );
            }
            return (
                word.start..word.start + raw.trim_end_matches(':').len(),
                None,
            );
        }
        (word.start + quote..word.end - closed, None)
    }

    fn scalar(&self, word: &Range<usize>) -> Text {
        let style = match self.raw(word).chars().next() {
            Some('"') => Style::Double,
            Some('\'') => Style::Single,
            _ => Style::Plain,
        };
        let (inner, _) = self.unquoted(word, false);
        self.text.slice(inner).styled(style)
    }

    fn comment(&mut self, range: Range<usize>) {
        let alone = self.words.is_empty() && self.starts_line(range.start);
        let mut at = range.start;
        let body = self.raw(&range).to_owned();
        for line in body.split_inclusive('\n') {
            let kept = line.trim_end().trim_end_matches("*/").len();
            self.settings
                .comment(self.text, at..at + kept, &['#', '/', '*', ' ', '\t'], alone);
            at += line.len();
        }
    }

    fn starts_line(&self, at: usize) -> bool {
        let before = self.text.value.get(..at).unwrap_or("");
        before
            .trim_end_matches([' ', '\t'])
            .chars()
            .next_back()
            .is_none_or(|c| c == '\n' || c == '\u{feff}')
    }
}
