//! One setting a line: INI files, Java properties, and servers' `key value` files.

use super::{NodeId, Settings, Syntax, key_at};
use crate::source::{Style, Text};
use std::ops::Range;

/// How one dialect writes its lines.
struct Dialect {
    /// Characters that begin a comment line.
    comments: &'static [char],
    /// Whether a comment may follow a value, after a blank.
    trailing: bool,
    /// What stands between key and value.
    separators: &'static [char],
    /// Whether a blank does, too.
    blank: bool,
    /// Whether a line with more indentation belongs to the one above.
    indented: Indented,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Indented {
    /// It means nothing.
    Same,
    /// It goes on with the value above.
    Continued,
    /// It is a setting inside the section that the line without indentation opened.
    Inside,
}

fn dialect(syntax: Syntax) -> Dialect {
    match syntax {
        Syntax::Properties => Dialect {
            comments: &['#', '!'],
            trailing: false,
            separators: &['=', ':'],
            blank: true,
            indented: Indented::Same,
        },
        Syntax::Words => Dialect {
            comments: &['#'],
            trailing: true,
            separators: &['='],
            blank: true,
            indented: Indented::Inside,
        },
        _ => Dialect {
            comments: &['#', ';'],
            trailing: true,
            separators: &['=', ':'],
            blank: false,
            indented: Indented::Continued,
        },
    }
}

/// Reads line by line.
pub(super) fn read(syntax: Syntax, text: &Text, settings: &mut Settings) {
    let mut reader = Reader {
        dialect: dialect(syntax),
        text,
        settings,
        section: None,
        last: None,
    };
    let mut at = 0;
    for line in text.value.split_inclusive('\n') {
        reader.line(at..at + line.len());
        at += line.len();
    }
}

struct Reader<'a> {
    dialect: Dialect,
    text: &'a Text,
    settings: &'a mut Settings,
    section: Option<NodeId>,
    /// The last setting.
    last: Option<NodeId>,
}

impl Reader<'_> {
    fn raw(&self, range: Range<usize>) -> &str {
        self.text.value.get(range).unwrap_or("")
    }

    fn line(&mut self, range: Range<usize>) {
        let line = self.raw(range.clone());
        let body = line.trim_start_matches(['\u{feff}', ' ', '\t']);
        let indented = line.starts_with([' ', '\t']);
        let content = range.end - body.len()..range.end - (body.len() - body.trim_end().len());
        if content.is_empty() {
            return;
        }
        if body.starts_with(self.dialect.comments) {
            let markers = self.dialect.comments;
            self.settings.comment(self.text, content, markers, true);
        } else if let Some(name) = section_name(body.trim_end()) {
            let start = content.start + 1;
            let key = key_at(self.text, start..start + name.len());
            self.section = Some(self.settings.push(None, key, None));
            self.last = None;
        } else {
            self.setting(content, indented);
        }
    }

    fn setting(&mut self, content: Range<usize>, indented: bool) {
        let line = self.raw(content.clone());
        let split = self.separator(line);
        let inside = indented && self.dialect.indented == Indented::Inside;
        match (split, self.last) {
            (None, Some(last)) if indented && self.dialect.indented == Indented::Continued => {
                let value = self.value(content);
                self.settings.push(Some(last), None, Some(value));
            }
            (None, _) => {
                let key = key_at(self.text, content);
                self.open(key, None, inside);
            }
            (Some((key, value)), _) => {
                let key = key_at(self.text, content.start..content.start + key);
                let value = self.value(content.start + value..content.end);
                self.open(key, Some(value), inside);
            }
        }
    }

    fn open(
        &mut self,
        key: Option<crate::source::Spanned<String>>,
        value: Option<Text>,
        inside: bool,
    ) {
        let parent = if inside {
            self.last.or(self.section)
        } else {
            self.section
        };
        let node = self.settings.push(parent, key, value);
        if !inside {
            self.last = Some(node);
        }
    }

    /// Length of the key, and where the value begins.
    fn separator(&self, line: &str) -> Option<(usize, usize)> {
        let dialect = &self.dialect;
        let key = line.char_indices().find_map(|(at, c)| {
            let separates = dialect.separators.contains(&c) || (dialect.blank && c.is_whitespace());
            (separates && !is_glued(line, at)).then_some(at)
        })?;
        let rest = line.get(key..)?.trim_start();
        let rest = rest
            .strip_prefix(dialect.separators)
            .unwrap_or(rest)
            .trim_start();
        let name = line.get(..key)?.trim_end();
        Some((name.len(), line.len() - rest.len()))
    }

    /// The value without its quotes; what follows it as a comment goes to the comments.
    fn value(&mut self, range: Range<usize>) -> Text {
        let raw = self.raw(range.clone());
        let length = if self.dialect.trailing {
            value_length(raw, self.dialect.comments)
        } else {
            raw.len()
        };
        let value = raw.get(..length).unwrap_or(raw).trim_end();
        let (quote, style) = match value.chars().next() {
            Some('"') if value.len() > 1 && value.ends_with('"') => (1, Style::Double),
            Some('\'') if value.len() > 1 && value.ends_with('\'') => (1, Style::Single),
            _ => (0, Style::Plain),
        };
        let inner = range.start + quote..range.start + value.len() - quote;
        if range.start + length < range.end {
            let markers = self.dialect.comments;
            self.settings
                .comment(self.text, range.start + length..range.end, markers, false);
        }
        self.text.slice(inner).styled(style)
    }
}

/// The colon of a URL or of `host:port`: no blank behind it, and something like a host before it.
fn is_glued(line: &str, at: usize) -> bool {
    let (Some(before), Some(after)) = (line.get(..at), line.get(at..)) else {
        return false;
    };
    let host = before.contains("://") || before.contains('/') || after.starts_with("://");
    host && after.starts_with(':') && !after.starts_with(": ")
}

/// `[name]`, alone on its line but for a comment.
fn section_name(line: &str) -> Option<&str> {
    let (name, rest) = line.strip_prefix('[')?.split_once(']')?;
    let rest = rest.trim_start();
    (rest.is_empty() || rest.starts_with(['#', ';'])).then_some(name)
}

/// Where the trailing comment of a value begins: at a marker behind a blank, outside quotes.
fn value_length(raw: &str, markers: &[char]) -> usize {
    let mut quote = None;
    let mut blank = true;
    for (at, c) in raw.char_indices() {
        match quote {
            Some(q) if c == q => quote = None,
            Some(_) => {}
            None if blank && at > 0 && markers.contains(&c) => return at,
            // an apostrophe inside a word opens nothing
            None if blank && matches!(c, '"' | '\'') => quote = Some(c),
            None => {}
        }
        blank = c.is_whitespace();
    }
    // a quote that never closes was none
    match quote {
        Some(_) => raw
            .char_indices()
            .zip(raw.chars().skip(1))
            .find(|&((_, c), next)| c.is_whitespace() && markers.contains(&next))
            .map_or(raw.len(), |((at, c), _)| at + c.len_utf8()),
        None => raw.len(),
    }
}
