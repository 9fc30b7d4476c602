//! The one layer between text of a repository and an output.
//!
//! Paths, excerpts, names and messages come from files that anybody may have written. They travel as [`Untrusted`],
//! which cannot be printed: the only ways out are its methods, one for each target, so that no format can forget one.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt::Write as _;

/// Text that came from a repository, masked, not escaped.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Untrusted(String);

impl Untrusted {
    /// Takes a text whose secrets are masked.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Two parts at a byte offset; everything is in the first if the offset is no character border.
    pub fn split_at(&self, offset: usize) -> (Self, Self) {
        match self.0.split_at_checked(offset) {
            Some((a, b)) => (Self::new(a), Self::new(b)),
            None => (self.clone(), Self::default()),
        }
    }

    /// The first sentence and what follows it. A full stop inside backticks or behind an abbreviation ends nothing.
    pub fn sentences(&self) -> (Self, Self) {
        let mut in_code = false;
        for (i, c) in self.0.char_indices() {
            match c {
                '`' => in_code = !in_code,
                '.' if !in_code => {
                    let (head, tail) = self.0.split_at_checked(i + 1).unwrap_or((&self.0, ""));
                    let abbreviated = ["e.g.", "i.e.", "cf.", "etc."]
                        .iter()
                        .any(|a| head.ends_with(a));
                    if tail.starts_with([' ', '\n']) && !abbreviated {
                        return (Self::new(head), Self::new(tail.trim_start()));
                    }
                }
                _ => {}
            }
        }
        (self.clone(), Self::default())
    }

    /// For a terminal or a log: one line, nothing that moves the cursor, reorders or hides text, no workflow command.
    pub fn terminal(&self) -> String {
        visible(&self.0)
    }

    /// Like [`Untrusted::terminal`], for text that a line of output begins with: GitHub's runner reads a line that
    /// begins with `::` as a command.
    pub fn terminal_at_line_start(&self) -> String {
        guard_line_start(self.terminal())
    }

    /// For the data part of a workflow command.
    pub fn workflow_data(&self) -> String {
        visible_lines(&self.0)
            .replace('%', "%25")
            .replace('\n', "%0A")
    }

    /// For a property of a workflow command.
    pub fn workflow_property(&self) -> String {
        self.workflow_data().replace(':', "%3A").replace(',', "%2C")
    }

    /// For XML, attribute values included.
    pub fn xml(&self) -> String {
        entities(&visible_lines(&self.0)).replace('\n', "&#10;")
    }

    /// For HTML, attribute values included: one line.
    pub fn html(&self) -> String {
        entities(&visible(&self.0))
    }

    /// For HTML, as running text: a line end is a break.
    pub fn html_lines(&self) -> String {
        entities(&visible_lines(&self.0)).replace('\n', "<br>")
    }

    /// For running Markdown, table cells included: one line without markup, links or HTML. Code between backticks stays code.
    pub fn markdown(&self) -> String {
        let text = visible(&self.0);
        let mut out = String::with_capacity(text.len() + 8);
        // An odd number of backticks is no code, and the last one is then plain text.
        let pairs = text.matches('`').count() / 2;
        let mut parts = text.split('`');
        markdown_plain(&mut out, parts.next().unwrap_or(""));
        for _ in 0..pairs {
            let (code, plain) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
            markdown_code(&mut out, code);
            markdown_plain(&mut out, plain);
        }
        for rest in parts {
            out.push_str("\\`");
            markdown_plain(&mut out, rest);
        }
        out
    }

    /// For Markdown, as code.
    pub fn markdown_code(&self) -> String {
        let mut out = String::new();
        markdown_code(&mut out, &visible(&self.0));
        out
    }

    /// For a message of SARIF, where `[text](1)` is a link. Brackets that could be none (`[::1]`) stay, since not every
    /// viewer takes the backslash away.
    pub fn sarif(&self) -> String {
        let text = visible_lines(&self.0);
        if !text.contains("](") {
            return text;
        }
        text.replace('\\', "\\\\")
            .replace('[', "\\[")
            .replace(']', "\\]")
    }

    /// For plain text inside JSON that a viewer shows to people: no character that moves or hides others.
    pub fn plain(&self) -> String {
        visible_lines(&self.0)
    }

    /// A relative URI reference (RFC 3986): every byte but unreserved ones and `/` percent-encoded.
    pub fn uri(&self) -> String {
        let mut out = String::with_capacity(self.0.len());
        for b in self.0.bytes() {
            match b {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                    out.push(char::from(b));
                }
                _ => {
                    let _ = write!(out, "%{b:02X}");
                }
            }
        }
        out
    }

    /// The text itself, for JSON alone: [`json_writer`](super::json) escapes what a terminal would obey.
    pub(super) fn raw(&self) -> &str {
        &self.0
    }
}

impl Serialize for Untrusted {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Untrusted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }
}

impl schemars::JsonSchema for Untrusted {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "string".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        String::json_schema(generator)
    }
}

/// The visible form of a character that must not reach a terminal, a log or a page; none for harmless ones.
///
/// Control characters, direction marks and overrides, zero-width and other invisible characters, line separators.
pub(super) fn visible_escape(c: char) -> Option<String> {
    match c {
        '\n' => Some("\\n".into()),
        '\r' => Some("\\r".into()),
        '\t' => Some("\\t".into()),
        '\0'..='\u{1f}' | '\u{7f}' => Some(format!("\\x{:02x}", u32::from(c))),
        '\u{80}'..='\u{9f}' => Some(unicode_escape(c)),
        _ if is_hidden(c) => Some(unicode_escape(c)),
        _ => None,
    }
}

/// `\u{202e}`
fn unicode_escape(c: char) -> String {
    format!("\\u{{{:x}}}", u32::from(c))
}

/// Characters that are not seen, or change how others are seen.
pub(super) fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// One line with all dangerous characters made visible, and the older form of a workflow command (`##[…]`, obeyed
/// anywhere in a line) broken.
fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match visible_escape(c) {
            Some(escape) => out.push_str(&escape),
            None => out.push(c),
        }
    }
    break_commands(out)
}

/// Breaks `##[`, which GitHub's runner obeys wherever it stands.
pub(super) fn break_commands(text: String) -> String {
    if text.contains("##[") {
        text.replace("##[", "##\\[")
    } else {
        text
    }
}

/// Keeps a line from being read as a workflow command.
pub(super) fn guard_line_start(text: String) -> String {
    if text.trim_start().starts_with("::") {
        format!("\\{text}")
    } else {
        text
    }
}

/// [`visible`], with line ends kept as `\n`.
fn visible_lines(text: &str) -> String {
    text.lines().map(visible).collect::<Vec<_>>().join("\n")
}

/// The five characters that XML and HTML know.
fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // Not characters of XML 1.0.
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// Appends text without any meaning to a Markdown reader, addresses included, which GitHub links by itself.
fn markdown_plain(out: &mut String, text: &str) {
    for c in linkless(text) {
        match c {
            Piece::Entity(c) => push_entity(out, c),
            Piece::Char(c) => match c {
                '&' | '<' | '>' | '@' | '#' => push_entity(out, c),
                '\\' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '+' | '!' | '|' | '~'
                | '$' | '=' => {
                    out.push('\\');
                    out.push(c);
                }
                c => out.push(c),
            },
        }
    }
}

/// A character of Markdown text.
enum Piece {
    /// To be judged by itself.
    Char(char),
    /// Part of an address, to be written so that it is none.
    Entity(char),
}

/// Breaks what GitHub would take for an address: `://` and `www.`.
fn linkless(text: &str) -> impl Iterator<Item = Piece> + '_ {
    text.char_indices().map(|(i, c)| {
        let before = text.get(..i).unwrap_or("");
        let behind = text.get(i..).unwrap_or("");
        let scheme = c == ':' && behind.starts_with(":/");
        let host = c == '.' && (before.ends_with("www") || before.ends_with("WWW"));
        if scheme || host {
            Piece::Entity(c)
        } else {
            Piece::Char(c)
        }
    })
}

fn push_entity(out: &mut String, c: char) {
    match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        c => {
            let _ = write!(out, "&#{};", u32::from(c));
        }
    }
}

/// Appends a code span as an HTML element: Markdown's own cannot hold a `|` in a table or a backtick.
fn markdown_code(out: &mut String, code: &str) {
    if code.is_empty() {
        return;
    }
    out.push_str("<code>");
    for c in linkless(code) {
        match c {
            Piece::Char(c)
                if c.is_alphanumeric() || matches!(c, ' ' | '/' | ',' | '.' | '-' | ':') =>
            {
                out.push(c);
            }
            Piece::Char(c) | Piece::Entity(c) => push_entity(out, c),
        }
    }
    out.push_str("</code>");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn u(text: &str) -> Untrusted {
        Untrusted::new(text)
    }

    #[test]
    fn the_first_sentence_stands_alone() {
        for (text, head, tail) in [
            ("one. two. three", "one.", "two. three"),
            ("no end", "no end", ""),
            ("version 1.2 of it. rest", "version 1.2 of it.", "rest"),
            ("`a. b` c. d", "`a. b` c.", "d"),
            ("a port, e.g. 7000. rest", "a port, e.g. 7000.", "rest"),
            ("one.\ntwo", "one.", "two"),
            ("", "", ""),
        ] {
            assert_eq!(u(text).sentences(), (u(head), u(tail)), "{text:?}");
        }
    }

    #[test]
    fn uris_are_relative_and_encoded() {
        for (path, uri) in [
            ("a/b-c_d.yml", "a/b-c_d.yml"),
            ("ü #1?.yml", "%C3%BC%20%231%3F.yml"),
            ("a:b%/c", "a%3Ab%25/c"),
            ("::x\n", "%3A%3Ax%0A"),
        ] {
            assert_eq!(u(path).uri(), uri);
        }
    }

    #[test]
    fn a_terminal_gets_one_visible_line() {
        for (text, shown) in [
            ("a\tb\r\nc", "a\\tb\\r\\nc"),
            ("\u{1b}[31m\u{7f}\u{9b}", "\\x1b[31m\\x7f\\u{9b}"),
            (
                "x\u{202e}y\u{2069}z\u{200b}\u{feff}",
                "x\\u{202e}y\\u{2069}z\\u{200b}\\u{feff}",
            ),
            ("##[warning]x", "##\\[warning]x"),
            ("ü 🐘 漢", "ü 🐘 漢"),
        ] {
            assert_eq!(u(text).terminal(), shown);
        }
        assert_eq!(u(" ::error::x").terminal_at_line_start(), "\\ ::error::x");
        assert_eq!(u("a::b").terminal_at_line_start(), "a::b");
    }

    #[test]
    fn workflow_commands_keep_their_parts_apart() {
        assert_eq!(u("a%b\r\nc:d,e").workflow_data(), "a%25b%0Ac:d,e");
        assert_eq!(u("a%b\nc:d,e").workflow_property(), "a%25b%0Ac%3Ad%2Ce");
    }

    #[test]
    fn markup_is_text() {
        assert_eq!(
            u("<a b=\"c\">'&\n").xml(),
            "&lt;a b=&quot;c&quot;&gt;&#39;&amp;"
        );
        assert_eq!(u("a\nb").xml(), "a&#10;b");
        assert_eq!(u("\u{0}\u{ffff}").xml(), "\\x00\u{fffd}");
        assert_eq!(
            u("a|b `c|d` *e* http://f www.g `h").markdown(),
            "a\\|b <code>c&#124;d</code> \\*e\\* http&#58;//f www&#46;g \\`h"
        );
        assert_eq!(u("[a](1) [b]").sarif(), "\\[a\\](1) \\[b\\]");
        assert_eq!(u("[::1]:5432").sarif(), "[::1]:5432");
    }
}
