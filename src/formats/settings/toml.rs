//! TOML, as far as it can be read: Telegraf's files, for one, hold bare `${VARIABLES}` that TOML forbids.

use super::json::unescape;
use super::{NodeId, Settings, key_at};
use crate::source::{Spanned, Style, Text};
use std::ops::Range;
use toml_parser::decoder::Encoding;
use toml_parser::parser::{Event, EventKind, RecursionGuard, parse_document};
use toml_parser::{ErrorSink, Source};

/// How deep values may nest.
const MAX_DEPTH: u32 = 64;

/// Reads the document; the parser skips what it does not understand.
pub(super) fn read(text: &Text, settings: &mut Settings) {
    let tokens = Source::new(&text.value).lex().into_vec();
    let mut reader = Reader {
        text,
        settings,
        table: None,
        open: Vec::new(),
        dotted: None,
        keys: Vec::new(),
        header: false,
        content: 0,
    };
    let mut events = |event: Event| reader.take(event);
    let mut errors: Box<dyn ErrorSink> = Box::new(());
    parse_document(
        &tokens,
        &mut RecursionGuard::new(&mut events, MAX_DEPTH),
        errors.as_mut(),
    );
}

struct Reader<'a> {
    text: &'a Text,
    settings: &'a mut Settings,
    /// The table of the last header.
    table: Option<NodeId>,
    /// Arrays and inline tables that are open.
    open: Vec<NodeId>,
    /// The tables of the last dotted key, and what they hang from: the next line usually has the same.
    dotted: Option<(Option<NodeId>, Vec<String>, NodeId)>,
    /// The dotted key whose value, or header's end, comes next.
    keys: Vec<Spanned<String>>,
    header: bool,
    /// End of the last thing that is no comment.
    content: usize,
}

impl Reader<'_> {
    fn take(&mut self, event: Event) {
        let range = event.span().start()..event.span().end();
        match event.kind() {
            EventKind::Whitespace | EventKind::Newline | EventKind::Error => return,
            EventKind::Comment => {
                let before = self.text.value.get(self.content..range.start).unwrap_or("");
                let alone = self.content == 0 || before.contains('\n');
                self.settings.comment(self.text, range, &['#'], alone);
                return;
            }
            EventKind::StdTableOpen | EventKind::ArrayTableOpen => {
                self.open.clear();
                self.keys.clear();
                self.header = true;
            }
            EventKind::StdTableClose | EventKind::ArrayTableClose if self.header => {
                self.header = false;
                self.table = None;
                self.dotted = None;
                self.table = self.nested();
            }
            EventKind::SimpleKey => {
                let inner = inner(range.clone(), event.encoding());
                self.keys.extend(key_at(self.text, inner));
            }
            EventKind::InlineTableOpen | EventKind::ArrayOpen => {
                let (parent, key) = self.slot();
                let node = self.settings.push(parent, key, None);
                self.open.push(node);
            }
            EventKind::InlineTableClose | EventKind::ArrayClose => {
                self.open.pop();
            }
            EventKind::Scalar => {
                let (parent, key) = self.slot();
                let value = self.scalar(range.clone(), event.encoding());
                self.settings.push(parent, key, Some(value));
            }
            EventKind::StdTableClose
            | EventKind::ArrayTableClose
            | EventKind::KeySep
            | EventKind::KeyValSep
            | EventKind::ValueSep => {}
        }
        self.content = range.end;
    }

    fn parent(&self) -> Option<NodeId> {
        self.open.last().copied().or(self.table)
    }

    /// Tables for all keys that were read, the last one included.
    fn nested(&mut self) -> Option<NodeId> {
        let top = self.parent();
        let keys = std::mem::take(&mut self.keys);
        let names: Vec<String> = keys.iter().map(|k| k.value.clone()).collect();
        if let Some((from, same, node)) = &self.dotted
            && (*from, same) == (top, &names)
        {
            return Some(*node);
        }
        let mut parent = top;
        for key in keys {
            parent = Some(self.settings.push(parent, Some(key), None));
        }
        if let Some(node) = parent.filter(|_| !names.is_empty()) {
            self.dotted = Some((top, names, node));
        }
        parent
    }

    /// Where the next value goes.
    fn slot(&mut self) -> (Option<NodeId>, Option<Spanned<String>>) {
        let last = self.keys.pop();
        (self.nested(), last)
    }

    fn scalar(&self, range: Range<usize>, encoding: Option<Encoding>) -> Text {
        let raw = self.text.slice(inner(range, encoding));
        match encoding {
            None => raw.styled(Style::Plain),
            Some(Encoding::LiteralString) => raw.styled(Style::Single),
            Some(Encoding::MlLiteralString) => raw.styled(Style::Block),
            Some(Encoding::BasicString) => unescape(&raw, Style::Double),
            Some(Encoding::MlBasicString) => unescape(&raw, Style::Block),
        }
    }
}

/// The range without its quotes.
fn inner(range: Range<usize>, encoding: Option<Encoding>) -> Range<usize> {
    let quote = match encoding {
        None => 0,
        Some(Encoding::LiteralString | Encoding::BasicString) => 1,
        Some(Encoding::MlLiteralString | Encoding::MlBasicString) => 3,
    };
    let start = range.start + quote;
    start..range.end.saturating_sub(quote).max(start)
}
