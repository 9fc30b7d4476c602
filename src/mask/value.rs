//! The value beside a key: where it starts, how far it goes, and which parts of it are mere references.

use super::Mode;
use std::ops::Range;

/// What is known of a key when its value is looked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key<'a> {
    /// The text it stands in.
    pub(super) text: &'a str,
    /// Its first byte.
    pub(super) start: usize,
    /// Where the search for the value starts: behind it.
    pub(super) end: usize,
    /// What sort of text it is.
    pub(super) mode: Mode,
}

/// The value that a key is given, quotes excluded; none if it is given none.
pub(super) fn of(key: Key<'_>) -> Option<Range<usize>> {
    if key.before().ends_with("${") {
        return interpolation_default(key);
    }
    let mut at = key.end;
    // A type between key and value (`password: string = "x"`) is stepped over, once.
    for _ in 0..2 {
        let value = assigned(key, at)?;
        let text = key.text.get(value.clone()).unwrap_or("");
        if !is_type(text.trim_end_matches(['?', ',', ';', ')', '}'])) {
            return Some(value);
        }
        at = value.start + text.trim_end_matches([',', ';', ')', '}']).len();
    }
    None
}

impl<'a> Key<'a> {
    fn before(&self) -> &'a str {
        self.text.get(..self.start).unwrap_or("")
    }

    fn from(&self, at: usize) -> &'a str {
        self.text.get(at..).unwrap_or("")
    }

    /// Whether nothing but indentation, a bullet, a comment mark or a keyword stands before it on its line.
    fn leads_line(&self) -> bool {
        if self.mode == Mode::Message {
            return false;
        }
        let head = self
            .before()
            .trim_start_matches('\u{feff}')
            .trim_matches(|c: char| {
                c.is_whitespace() || matches!(c, '-' | '#' | ';' | '>' | '*' | '?')
            });
        matches!(
            head,
            "" | "export" | "set" | "ENV" | "ARG" | "env" | "//" | "SET"
        )
    }

    /// Whether it stands between backticks.
    fn in_code(&self) -> bool {
        self.before().matches('`').count() % 2 == 1
    }

    fn is_option(&self) -> bool {
        self.before().ends_with('-')
    }
}

/// What joins a key and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Joint {
    /// `=`, `:=`, `=>`, `||`, ...
    Equals,
    /// `:`
    Colon,
    /// A table's column border.
    Cell,
    /// `<key>value</key>`
    Element,
    /// A comma, an opening parenthesis, or space: only a quoted value follows these.
    Loose,
    /// Space behind an option or a directive: one word follows.
    Space,
}

/// `${KEY:-default}`
fn interpolation_default(key: Key<'_>) -> Option<Range<usize>> {
    let rest = key.from(key.end);
    let operator = [":-", ":=", ":+", "-", "=", "+"]
        .iter()
        .find(|o| rest.starts_with(**o))?;
    let start = key.end + operator.len();
    Some(start..start + closing_brace(key.from(start)))
}

/// Bytes before the `}` that closes an opened `${`.
fn closing_brace(text: &str) -> usize {
    let mut depth = 0usize;
    for (i, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return i,
            '}' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

/// The value behind the joint that follows `at`.
fn assigned(key: Key<'_>, at: usize) -> Option<Range<usize>> {
    let (joint, start) = joint(key, at)?;
    let rest = key.from(start);
    // Behind a comma or in parentheses, backticks hold a remark's code rather than a value.
    let remark = joint == Joint::Loose && rest.starts_with('`');
    if let Some(inner) = quoted(rest).filter(|_| !remark) {
        return Some(start + inner.start..start + inner.end);
    }
    let plain = match joint {
        Joint::Loose => return None,
        Joint::Colon if key.mode == Mode::Message && !key.in_code() => return None,
        Joint::Cell => rest.find('|').unwrap_or(rest.len()),
        Joint::Element => rest.find("</")?,
        Joint::Space => word_len(rest),
        Joint::Equals | Joint::Colon if key.leads_line() => line_value_len(rest),
        Joint::Equals | Joint::Colon => word_len(rest),
    };
    let value = rest.get(..plain)?.trim_end();
    let shell_like = key.leads_line() && joint == Joint::Equals;
    (shell_like || !is_expression(value)).then_some(start..start + value.len())
}

/// The joint behind a key, and where the value starts.
fn joint(key: Key<'_>, at: usize) -> Option<(Joint, usize)> {
    let rest = key.from(at);
    let closed = rest.trim_start_matches(['"', '\'', '`', ']', '*', '?', ')', '\\']);
    let called = rest.get(..rest.len() - closed.len())?.contains(')');
    let body = closed.trim_start_matches([' ', '\t']);
    let spaced = body.len() < closed.len();
    let offset = key.text.len() - body.len();

    if called {
        return ["||", "??", "?:", "or ", "="]
            .iter()
            .find(|o| body.starts_with(**o))
            .map(|o| (Joint::Equals, value_start(key, offset + o.len())));
    }
    for operator in [
        "===", "!==", "=>", ":=", "?=", "||=", "??=", "==", "!=", "||", "??", "=",
    ] {
        if body.starts_with(operator) {
            return Some((Joint::Equals, value_start(key, offset + operator.len())));
        }
    }
    if body.starts_with(':') {
        return Some((Joint::Colon, value_start(key, offset + 1)));
    }
    if key.mode == Mode::Line && body.starts_with('|') && key.before().matches('|').count() == 1 {
        return Some((Joint::Cell, value_start(key, offset + 1)));
    }
    if body.starts_with('>') && key.before().ends_with('<') {
        return Some((Joint::Element, value_start(key, offset + 1)));
    }
    if body.starts_with([',', '(']) {
        return Some((Joint::Loose, value_start(key, offset + 1)));
    }
    if !spaced {
        return None;
    }
    let word = key.text.get(key.start..key.end).unwrap_or("");
    let directive = ["requirepass", "masterauth"]
        .iter()
        .any(|d| word.eq_ignore_ascii_case(d));
    let takes_word = (key.is_option() || directive) && !body.starts_with('-');
    Some(if takes_word {
        (Joint::Space, offset)
    } else {
        (Joint::Loose, offset)
    })
}

/// Steps over what may stand before a value: space, emphasis, a string's prefix letter.
fn value_start(key: Key<'_>, at: usize) -> usize {
    let rest = key.from(at);
    let body = rest.trim_start_matches([' ', '\t', '*']);
    let mut letters = body.chars();
    let prefix = letters
        .next()
        .is_some_and(|c| matches!(c, 'f' | 'r' | 'b' | 'u' | '@' | '$' | 'N'))
        && matches!(letters.next(), Some('"' | '\''));
    key.text.len() - body.len() + usize::from(prefix)
}

/// The inside of a quoted string that `text` begins with; an open one goes to the end.
fn quoted(text: &str) -> Option<Range<usize>> {
    // A string inside a string: `\"password\": \"x\"`.
    if let Some(inner) = text.strip_prefix("\\\"") {
        return Some(2..2 + inner.find("\\\"").unwrap_or(inner.len()));
    }
    let quote = text
        .chars()
        .next()
        .filter(|c| matches!(c, '"' | '\'' | '`'))?;
    let mut escaped = false;
    for (i, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' if quote != '\'' => escaped = true,
            c if c == quote => return Some(1..i),
            _ => {}
        }
    }
    Some(1..text.len())
}

/// Length of an unquoted value in the middle of a line.
fn word_len(text: &str) -> usize {
    let end = outside_references(text, |c| {
        c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '&' | ';' | '<' | '>' | '|')
    });
    let word = text.get(..end).unwrap_or("");
    word.trim_end_matches([',', ')', ']', '.']).len()
}

/// Length of an unquoted value that has the rest of its line, a comment and further `key=value` pairs excluded.
fn line_value_len(text: &str) -> usize {
    let mut end = text.len();
    for (i, _) in text.match_indices([' ', '\t']) {
        let rest = text.get(i..).unwrap_or("").trim_start();
        let pair = rest
            .find(|c: char| !(c.is_alphanumeric() || c == '_'))
            .is_some_and(|n| n > 0 && rest.get(n..).is_some_and(|r| r.starts_with('=')));
        if pair || rest.starts_with('#') || rest.is_empty() {
            end = i;
            break;
        }
    }
    text.get(..end)
        .unwrap_or("")
        .trim_end_matches([',', ';', ' '])
        .len()
}

/// First character outside `${…}` and `{{…}}` that satisfies `stop`, or the text's length.
fn outside_references(text: &str, stop: impl Fn(char) -> bool) -> usize {
    let mut depth = 0usize;
    for (i, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return i,
            '}' => depth -= 1,
            _ if depth == 0 && stop(c) => return i,
            _ => {}
        }
    }
    text.len()
}

/// A type's name, which stands where a value might.
fn is_type(text: &str) -> bool {
    [
        "string",
        "String",
        "str",
        "number",
        "&str",
        "*string",
        "Optional[str]",
        "varchar",
        "VARCHAR",
        "text",
    ]
    .contains(&text)
}

/// Code that computes a value: `os.getenv(`, `process.env.X`, `config.password`.
fn is_expression(text: &str) -> bool {
    let name = text
        .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.')))
        .unwrap_or(text.len());
    let starts_like_name = text.starts_with(|c: char| c.is_alphabetic() || c == '_');
    let call = text.get(name..).is_some_and(|r| r.starts_with('('));
    let member = [
        "process.env",
        "os.environ",
        "import.meta.env",
        "env.",
        "config.",
        "self.",
        "this.",
        "settings.",
        "secrets.",
        "vars.",
        "var.",
    ]
    .iter()
    .any(|p| text.starts_with(p));
    starts_like_name && (call || member)
}

/// The parts of a secret value that are no references: `${X}`, `{{ x }}`, or a value that is one `$X`, `<x>`, `%x%` as a
/// whole stay; of `${X:-default}` the default goes.
pub(super) fn plain_parts(value: &str) -> Vec<Range<usize>> {
    let trimmed = value.trim();
    if is_harmless(trimmed) {
        return Vec::new();
    }
    let mut parts = Vec::new();
    let mut from = 0;
    let mut at = 0;
    // Opened references whose default is being passed.
    let mut open = 0usize;
    while let Some(rest) = value.get(at..).filter(|r| !r.is_empty()) {
        let closing = open > 0 && rest.starts_with('}');
        if let Some(kept) = if closing {
            Some(1)
        } else {
            reference_len(rest)
        } {
            parts.push(from..at);
            let whole = rest.get(..kept).is_some_and(|r| r.ends_with('}'));
            open = if closing {
                open - 1
            } else {
                open + usize::from(!whole)
            };
            at += kept;
            from = at;
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    parts.push(from..value.len());
    parts.retain(|p| !p.is_empty());
    parts
}

/// Bytes at the start of `text` that only refer to a value: all of `${X}` and `{{ x }}`, the head of `${X:-`.
fn reference_len(text: &str) -> Option<usize> {
    if text.starts_with("{{") || text.starts_with("${{") {
        return text.find("}}").map(|i| i + 2);
    }
    let inner = text.strip_prefix("${")?;
    let name = inner
        .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.')))
        .filter(|n| *n > 0)?;
    let behind = inner.get(name..)?;
    [":-", ":=", ":+", "-", "=", "+"]
        .iter()
        .find(|o| behind.starts_with(**o))
        .map(|o| 2 + name + o.len())
        // Nothing but the name, an error's message, or a path of names: no default.
        .or_else(|| Some(2 + name + closing_brace(behind) + 1).filter(|n| *n <= text.len()))
}

/// Values that tell nothing: empty, a switch, a placeholder, a reference as a whole.
fn is_harmless(value: &str) -> bool {
    let word = value.trim_matches(['"', '\'']);
    let whole = |open: &str, close: &str| {
        word.len() > open.len() + close.len()
            && word
                .strip_prefix(open)
                .and_then(|w| w.strip_suffix(close))
                .is_some_and(|w| {
                    w.chars()
                        .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | ' '))
                })
    };
    let switch = [
        "",
        "true",
        "false",
        "yes",
        "no",
        "on",
        "off",
        "null",
        "none",
        "nil",
        "undefined",
        "~",
        "{",
        "[",
        "|",
        ">",
        "|-",
        ">-",
    ];
    switch.iter().any(|s| word.eq_ignore_ascii_case(s))
        || word.strip_prefix('$').is_some_and(|name| {
            // A password may begin with a dollar sign; a variable in capitals is none.
            !name.is_empty()
                && name
                    .chars()
                    .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
        })
        || whole("<", ">")
        || whole("%", "%")
        || word.chars().all(|c| c == '*')
}
