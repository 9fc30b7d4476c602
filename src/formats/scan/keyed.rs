//! Ports as values of keys in a text: `port=5432`, `"port": 5432`, `DB_PORT: '5432'`, and the DSNs `host=… port=…`, `Server=…,1433;`.

use super::finder::{Finder, Hit};
use super::number::{Number, Part, part_at};
use super::{hosts, names};
use crate::facts::Form;
use std::ops::Range;

/// A key and its value in a text.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    pub key: Range<usize>,
    pub value: Range<usize>,
}

impl Finder<'_> {
    /// A whole value that is a number, a range or an expression, and the value of something named like a port.
    pub fn bare_value(&mut self) {
        let text = self.str();
        let trimmed = text.trim();
        let start = text.len() - text.trim_start().len();
        let Some(part) = part_at(text, start, &self.exprs) else {
            return;
        };
        let end = start + trimmed.len();
        let named = self.scan.name.is_some_and(names::is_port)
            || self.scan.fallback_of.iter().any(|n| names::is_port(n));
        if part.whole.end == end {
            let by_variable = self
                .exprs
                .starting(start)
                .is_some_and(|e| names::is_port(&e.name));
            if let Some(hit) =
                Hit::of(&part, part.whole.clone(), Form::Keyed).filter(|_| named || by_variable)
            {
                self.add(hit);
            }
        } else if named {
            self.value_of_port_name(start, end, &part);
        }
    }

    /// `5433:5432`, `5432/tcp`, `5432,5433` under a name like `ports`.
    fn value_of_port_name(&mut self, start: usize, end: usize, first: &Part) {
        let text = self.str();
        if let Some(mapping) =
            super::mapping::parse(text, start, &self.exprs).filter(|m| m.whole.end == end)
        {
            self.add_mapping(&mapping, super::mapping::COMPOSE);
            return;
        }
        let rest = text.get(first.whole.end..end).unwrap_or("");
        if matches!(rest, "/tcp" | "/udp") {
            if let Some(hit) = Hit::of(first, first.whole.clone(), Form::Keyed) {
                self.add(hit);
            }
            return;
        }
        let list = text.get(start..end).unwrap_or("");
        if list
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b',' | b' '))
        {
            let numbers: Vec<_> = Number::all(text).collect();
            for number in numbers {
                let shown = number.range.clone();
                self.add(Hit::new(number, None, shown, Form::Keyed));
            }
        }
    }

    /// `host=db port=5432`, `Host=db;Port=5432;`, `Server=db,1433;`.
    pub fn dsns(&mut self) {
        let text = self.str();
        if !text.contains('=') {
            return;
        }
        self.server_comma_port();
        let lower = text.to_ascii_lowercase();
        for at in memchr::memmem::find_iter(lower.as_bytes(), b"port=") {
            let value = at + "port=".len();
            let start = key_start(text, at);
            let quote = usize::from(matches!(self.byte(value), Some(b'\'' | b'"')));
            let Some(part) = part_at(text, value + quote, &self.exprs) else {
                continue;
            };
            if start != at || self.is_taken(part.whole.start) {
                continue;
            }
            let Some((host, range)) = dsn_host(text, &lower, at) else {
                continue;
            };
            if let Some(mut hit) = Hit::of(&part, at..part.whole.end, Form::Dsn) {
                hit.host = Some((host, Some(range)));
                self.add(hit);
            }
        }
    }

    /// `Server=tcp:localhost,1433;`, `Data Source=db,1433`.
    fn server_comma_port(&mut self) {
        let text = self.str();
        let lower = text.to_ascii_lowercase();
        for key in [
            "server=",
            "data source=",
            "addr=",
            "address=",
            "network address=",
        ] {
            for at in memchr::memmem::find_iter(lower.as_bytes(), key.as_bytes()) {
                let mut from = at + key.len();
                if lower.get(from..).is_some_and(|r| r.starts_with("tcp:")) {
                    from += 4;
                }
                let length = text
                    .get(from..)
                    .unwrap_or("")
                    .bytes()
                    .take_while(|b| {
                        !b.is_ascii_whitespace() && !matches!(b, b',' | b';' | b'"' | b'\'')
                    })
                    .count();
                let host = from..from + length;
                if length == 0 || self.byte(host.end) != Some(b',') {
                    continue;
                }
                let digits = host.end + 1 + usize::from(self.byte(host.end + 1) == Some(b' '));
                let Some(part) = part_at(text, digits, &self.exprs) else {
                    continue;
                };
                if self.is_taken(part.whole.start) {
                    continue;
                }
                if let Some(mut hit) = Hit::of(&part, host.start..part.whole.end, Form::Dsn) {
                    hit.host = Some((self.piece(host.clone()).to_owned(), Some(host)));
                    self.add(hit);
                }
            }
        }
    }

    /// Keys named like ports, with the hosts of sibling keys; in running text (`words`), "Port: 5433" is an item.
    pub fn keyed(&mut self, words: bool) {
        let text = self.str();
        let pairs = pairs(text);
        for pair in &pairs {
            let key = self.piece(pair.key.clone());
            if !names::is_port(key) || self.is_taken(pair.value.start) {
                continue;
            }
            let Some(part) = part_at(text, pair.value.start, &self.exprs) else {
                continue;
            };
            if super::number::glued_after(text, part.whole.end) {
                continue;
            }
            let shown = pair.key.start..part.whole.end;
            let Some(mut hit) = Hit::of(&part, shown, Form::Keyed) else {
                continue;
            };
            hit.name = Some(key.to_owned());
            // `Port: 5433`: words, not a variable
            let word = names::port_parts(key).is_some_and(|p| p.is_empty());
            let quoted = text
                .get(..pair.key.start)
                .is_some_and(|b| b.ends_with(['"', '\'']));
            let colon = text
                .get(pair.key.end..pair.value.start)
                .is_some_and(|s| s.contains(':'));
            if word && words && colon && !quoted {
                hit.form = if self.begins_line(pair.key.start) {
                    Form::Item
                } else {
                    Form::Prose
                };
            }
            self.add(hit);
        }
        let text = self.str();
        let piece = |range: &Range<usize>| text.get(range.clone()).unwrap_or("");
        let sources = hosts::Sources::new(pairs.iter().map(|p| (piece(&p.key), piece(&p.value))));
        for hit in self.hits().iter_mut().filter(|h| h.host.is_none()) {
            let at = hit.number.range.start;
            let index = pairs
                .partition_point(|p| p.value.start <= at)
                .checked_sub(1);
            let Some((index, pair)) = index.and_then(|i| Some((i, pairs.get(i)?))) else {
                continue;
            };
            let Some(found) = sources
                .best(piece(&pair.key), index)
                .filter(|_| at < pair.value.end)
            else {
                continue;
            };
            let from = pairs.get(found.index).map_or(0, |p| p.value.start);
            hit.host = Some((
                found.host.clone(),
                Some(from + found.range.start..from + found.range.end),
            ));
        }
    }
}

impl Finder<'_> {
    /// Whether only marks stand before a place on its line.
    fn begins_line(&self, at: usize) -> bool {
        let before = self.str().get(..at).unwrap_or("");
        let line = before
            .get(before.len().saturating_sub(64)..)
            .unwrap_or(before);
        let line = line.rsplit('\n').next().unwrap_or(line);
        line.len() < 64 && !line.contains(char::is_alphanumeric)
    }
}

/// Where the key that ends at (or holds) `at` starts.
fn key_start(text: &str, at: usize) -> usize {
    let back = text
        .get(..at)
        .unwrap_or("")
        .bytes()
        .rev()
        .take(64)
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
        .count();
    at - back
}

/// The `host=` of the DSN that has a `port=` at `at`: on the same line, before it or behind it.
fn dsn_host(text: &str, lower: &str, at: usize) -> Option<(String, Range<usize>)> {
    let line_start = memchr::memrchr(b'\n', text.as_bytes().get(..at)?).map_or(0, |i| i + 1);
    let line_end = memchr::memchr(b'\n', text.as_bytes().get(at..)?).map_or(text.len(), |i| at + i);
    let from = line_start.max(at.saturating_sub(400));
    let to = line_end.min(at + 400);
    let keys = ["host=", "hostaddr=", "server=", "data source=", "hostname="];
    let window = lower.as_bytes().get(from..to)?;
    let key = keys
        .into_iter()
        .filter_map(|k| {
            let i = memchr::memmem::rfind(window.get(..at - from)?, k.as_bytes())
                .or_else(|| memchr::memmem::find(window, k.as_bytes()))?;
            (key_start(text, from + i) == from + i).then_some(from + i + k.len())
        })
        .next()?;
    let quote = usize::from(matches!(text.as_bytes().get(key), Some(b'\'' | b'"')));
    let start = key + quote;
    let length = text
        .get(start..line_end)?
        .bytes()
        .take_while(|b| {
            !b.is_ascii_whitespace() && !matches!(b, b';' | b',' | b'\'' | b'"' | b')' | b'&')
        })
        .count();
    let host = text.get(start..start + length)?;
    (!host.is_empty()).then(|| (host.to_owned(), start..start + length))
}

/// All `key = value`, `key: value`, `"key": value`, `key => value` of a text whose key can be of interest.
pub(super) fn pairs(text: &str) -> Vec<Pair> {
    let bytes = text.as_bytes();
    let mut list = Vec::new();
    for at in memchr::memchr2_iter(b'=', b':', bytes) {
        if let Some(pair) = pair_at(text, at) {
            list.push(pair);
        }
    }
    list
}

fn pair_at(text: &str, at: usize) -> Option<Pair> {
    let bytes = text.as_bytes();
    // `==`, `!=`, `::`, `://`, `:=` are no assignments, but `=>` is
    let before = at.checked_sub(1).and_then(|i| bytes.get(i)).copied();
    if matches!(before, Some(b'=' | b'!' | b'<' | b'>' | b':')) {
        return None;
    }
    let mut value = at + 1;
    match bytes.get(value) {
        Some(b'>' | b'=') if bytes.get(at) == Some(&b'=') => value += 1,
        Some(b'/') => return None,
        Some(b'=') => value += 1,
        _ => {}
    }
    let key = key_before(text, at)?;
    let name = text.get(key.clone())?;
    if !names::is_port(name)
        && names::host_parts(name).is_none()
        && names::url_parts(name).is_none()
    {
        return None;
    }
    // marks, quotes and the openings of lists or calls stand before the value
    while matches!(
        bytes.get(value),
        Some(b' ' | b'\t' | b'"' | b'\'' | b'`' | b'*' | b'[' | b'(')
    ) && value - at < 12
    {
        value += 1;
    }
    let length = text
        .get(value..)?
        .bytes()
        .take(512)
        .take_while(|b| {
            !b.is_ascii_whitespace()
                && !matches!(b, b'"' | b'\'' | b'`' | b',' | b';' | b')' | b']' | b'*')
        })
        .count();
    let end = (value..=value + length)
        .rev()
        .find(|&e| text.is_char_boundary(e))?;
    Some(Pair {
        key,
        value: value..end,
    })
}

/// The key that stands before a separator, quotes and marks between them passed over.
fn key_before(text: &str, at: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let mut end = at;
    while end > 0
        && at - end < 8
        && matches!(
            bytes.get(end - 1),
            Some(b' ' | b'\t' | b'"' | b'\'' | b'`' | b'*' | b']')
        )
    {
        end -= 1;
    }
    let before = text.get(..end)?;
    let length: usize = before
        .chars()
        .rev()
        .take(80)
        .take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
        .map(char::len_utf8)
        .sum();
    (length > 0).then_some(end - length..end)
}
