//! Ports in `host:port` pairs without a scheme: `localhost:5433`, `[::1]:5432`, `<host>:5433`, `${DB_HOST}:${DB_PORT:-5432}`.

use super::finder::{Finder, Hit};
use super::number::{Part, part_at, variable};
use super::words::commands;
use crate::facts::{ClueKind, Form, ReadBy};
use std::ops::Range;

/// Endings of source files: `scan.rs:5432` is a line.
const SOURCES: &[&str] = &[
    "rs", "py", "go", "ts", "tsx", "js", "jsx", "mjs", "cjs", "java", "kt", "rb", "php", "c", "h",
    "cc", "cpp", "hpp", "cs", "md", "mdx", "yml", "yaml", "json", "toml", "sql", "css", "scss",
    "html", "vue", "svelte", "txt", "log", "swift", "scala", "ex", "exs", "lua", "conf", "ini",
];

/// Words before a colon that name the number behind it, not a host.
const LABELS: &[&str] = &[
    "line", "lines", "error", "code", "status", "issue", "http", "https", "tcp", "udp", "port",
    "version", "v", "id", "pid", "year",
];

impl Finder<'_> {
    /// Reads all pairs.
    pub fn pairs(&mut self) {
        for colon in memchr::memchr_iter(b':', self.str().as_bytes()) {
            if self.is_taken(colon) {
                continue;
            }
            if let Some(hit) = self.pair(colon) {
                self.add(hit);
            }
            if self.byte(colon + 1) == Some(b'$')
                && let Some(part) = part_at(self.str(), colon + 1, &self.exprs)
                && let Some(name) = variable(self.piece(part.whole))
            {
                let host = host_before(self.str(), colon, self);
                self.uses.push((host, name.to_owned()));
            }
        }
        self.comma_pairs();
    }

    /// `localhost,1433`, as SQL Server's clients write an address.
    fn comma_pairs(&mut self) {
        for comma in memchr::memchr_iter(b',', self.str().as_bytes()) {
            if let Some(hit) = self.comma_pair(comma) {
                self.add(hit);
            }
        }
    }

    fn comma_pair(&self, comma: usize) -> Option<Hit> {
        let text = self.str();
        let part = part_at(text, comma + 1, &self.exprs)?;
        let number = part.number.clone()?;
        let host = host_before(text, comma, self);
        let written = self.piece(host.clone());
        let address = written == "localhost" || is_ipv4(written);
        // further numbers are a list's
        let list = self.byte(part.whole.end) == Some(b',') || self.is_taken(number.range.start);
        if !address || list || number.value < 1000 || self.runs_on(&part) {
            return None;
        }
        let mut hit = Hit::of(&part, host.start..part.whole.end, Form::HostPort)?;
        hit.host = Some((written.to_owned(), Some(host)));
        Some(hit)
    }

    fn pair(&self, colon: usize) -> Option<Hit> {
        let text = self.str();
        let part = part_at(text, colon + 1, &self.exprs)?;
        let number = part.number.clone()?;
        if self.is_taken(number.range.start) || self.runs_on(&part) {
            return None;
        }
        let host = host_before(text, colon, self);
        if host.is_empty() {
            return self.bare_colon(colon, &part);
        }
        let written = self.piece(host.clone());
        let before = text.get(..host.start).and_then(|t| t.chars().next_back());
        if matches!(before, Some('/'))
            && !self
                .piece(host.start.saturating_sub(2)..host.start)
                .starts_with("//")
        {
            return None;
        }
        // a group of an IPv6 address, not a host
        if matches!(before, Some(':')) && written.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let placeholder = written.starts_with(['<', '$', '{', '%', '[', '#']);
        if !placeholder && !is_host(written) {
            return None;
        }
        // `redis:7` is an image, `chapter:12` a place
        let address = written.starts_with("localhost") || is_ipv4(written) || placeholder;
        if number.value < 1000 && !address {
            return None;
        }
        let shown = host.start..part.whole.end;
        if !placeholder && is_display_name(written) {
            let hit = Hit::of(&part, shown, Form::Prose)?;
            return Some(hit.clue(ClueKind::Name, written));
        }
        let mut hit = Hit::of(&part, shown, Form::HostPort)?;
        hit.host = Some((written.to_owned(), Some(host)));
        Some(hit)
    }

    /// Whether the digits go on as something else: a time, a version, a tag, a mapping.
    fn runs_on(&self, part: &Part) -> bool {
        let rest = self.str().get(part.whole.end..).unwrap_or("");
        let mut chars = rest.chars();
        match chars.next() {
            Some('.') => chars.next().is_some_and(|c| c.is_ascii_digit()),
            Some(':') => chars
                .next()
                .is_some_and(|c| c.is_ascii_digit() || matches!(c, '$' | ':')),
            Some('-') => chars.next().is_some_and(char::is_alphanumeric),
            Some('%') => true,
            Some(c) => (c.is_alphanumeric() && c.is_ascii()) || c == '_' || c == '@',
            None => false,
        }
    }

    /// `:5432` as a whole value, or in running text beside nothing: an address without a host.
    fn bare_colon(&self, colon: usize, part: &Part) -> Option<Hit> {
        let text = self.str();
        let whole = text.trim();
        let before = text.get(..colon)?.chars().next_back();
        let starts_word =
            before.is_none_or(|c| c.is_whitespace() || matches!(c, '(' | '`' | '"' | '\'' | '*'));
        let number = part.number.as_ref()?;
        if !starts_word || (number.value < 1000 && whole.len() > part.whole.len() + 1) {
            return None;
        }
        let shown = colon..part.whole.end;
        let alone = whole.len() == shown.len();
        let mut hit = Hit::of(
            part,
            shown,
            if alone { Form::HostPort } else { Form::Prose },
        )?;
        let listens = self.scan.name.is_some_and(|n| {
            let name = n.to_ascii_lowercase();
            name.contains("listen") || name.contains("bind")
        });
        if listens {
            hit.read_by = Some(ReadBy::Server);
        }
        if looks_at_sockets(text, colon) {
            hit.host = Some(("localhost".to_owned(), None));
        }
        Some(hit)
    }
}

/// Whether a command in backticks before `at` shows this machine's ports: `lsof -i :5433`.
fn looks_at_sockets(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or("");
    let line = before.rsplit('\n').next().unwrap_or(before);
    let inside = line.rsplit('`').next().filter(|i| i.len() < line.len());
    let program = inside.and_then(|i| i.split_whitespace().find(|w| *w != "sudo"));
    program.is_some_and(|p| commands().local_ports.contains(p) || commands().listers.contains(p))
}

/// The host that ends at `end`.
fn host_before(text: &str, end: usize, finder: &Finder<'_>) -> Range<usize> {
    let bytes = text.as_bytes();
    let mut start = end;
    while start > 0 && end - start < 255 {
        let Some(&b) = bytes.get(start - 1) else {
            break;
        };
        if b == b'}'
            && let Some(expr) = finder.exprs.ending(start)
        {
            start = expr.range.start;
            continue;
        }
        match b {
            b'}' => {
                match opening(text, start, "{{", "}}").or_else(|| opening(text, start, "{", "}")) {
                    Some(open) => start = open,
                    None => break,
                }
            }
            b'>' if start == end => match opening(text, start, "<", ">") {
                Some(open) => start = open,
                None => break,
            },
            b']' if start == end => match opening(text, start, "[", "]") {
                Some(open) => return open..end,
                None => break,
            },
            b')' if start == end => match opening(text, start, "$(", ")") {
                Some(open) => start = open,
                None => break,
            },
            b'$' => {
                start -= 1;
                break;
            }
            b if b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_') => start -= 1,
            _ => break,
        }
    }
    // punctuation before a host is not part of it
    while start < end && matches!(bytes.get(start), Some(b'.' | b'-' | b'_')) {
        start += 1;
    }
    start..end
}

/// Where a bracket that closes before `end` opens, on the same line and near.
fn opening(text: &str, end: usize, open: &str, close: &str) -> Option<usize> {
    let before = text.get(..end)?.strip_suffix(close)?;
    let from = before.len().saturating_sub(100);
    let from = (from..before.len()).find(|&i| before.is_char_boundary(i))?;
    let window = before.get(from..)?;
    let at = window.rfind(open)?;
    let inner = window.get(at + open.len()..)?;
    (!inner.is_empty() && !inner.contains(['\n', '/', ' '])).then_some(from + at)
}

/// Whether a word can be a host: a letter in it, or an IPv4 address; not a file, not a label.
fn is_host(word: &str) -> bool {
    if is_ipv4(word) {
        return true;
    }
    let lower = word.to_ascii_lowercase();
    if !lower.contains(|c: char| c.is_ascii_alphabetic()) || LABELS.contains(&lower.as_str()) {
        return false;
    }
    let ending = lower.rsplit_once('.').map(|(_, e)| e);
    !ending.is_some_and(|e| SOURCES.contains(&e))
}

/// Four numbers with dots.
pub(super) fn is_ipv4(word: &str) -> bool {
    let mut count = 0;
    word.split('.').all(|p| {
        count += 1;
        !p.is_empty() && p.len() <= 3 && p.bytes().all(|b| b.is_ascii_digit())
    }) && count == 4
}

/// `Adminer`, `TimescaleDB`: a name as people write it, not a host.
fn is_display_name(word: &str) -> bool {
    let upper = word.chars().filter(|c| c.is_ascii_uppercase()).count();
    let placeholder = word.contains('_') || (upper == word.len() && upper >= 4);
    upper > 0 && !placeholder && !word.contains(['.', '-'])
}
