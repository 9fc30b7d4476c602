//! Ports in mappings: `[ip:]5433:5432[/tcp]` of `-p` and compose snippets, the arrows of `docker ps` and `docker port`, `5432/tcp`.

use super::expr::Exprs;
use super::finder::{Finder, Hit};
use super::number::{Number, Part, glued_after, glued_before, part_at};
use crate::facts::{Form, Side, Tense};
use std::ops::Range;

/// One mapping, as parts of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mapping {
    /// The address before the host part.
    pub ip: Option<Range<usize>>,
    /// The host part.
    pub host: Part,
    /// The container part.
    pub container: Part,
    /// All of it, protocol included.
    pub whole: Range<usize>,
}

/// Reasons that a hint gives for the two parts of a mapping.
#[derive(Clone, Copy)]
pub(super) struct Reasons {
    /// The side of the left part.
    pub left: Side,
    pub host: &'static str,
    pub container: &'static str,
    pub certain: bool,
}

/// `docker run -p`.
pub(super) const PUBLISH: Reasons = Reasons {
    left: Side::Host,
    host: "the left part of `docker run -p`",
    container: "the right part of `docker run -p`",
    certain: true,
};
/// A compose snippet.
pub(super) const COMPOSE: Reasons = Reasons {
    left: Side::Host,
    host: "the left part of a `ports:` entry",
    container: "the right part of a `ports:` entry",
    certain: true,
};
/// `5433:5432` in text, without a word that says what it is.
const PLAIN: Reasons = Reasons {
    left: Side::Host,
    host: "the left part of `HOST:CONTAINER`",
    container: "the right part of `HOST:CONTAINER`",
    certain: false,
};
/// `kubectl port-forward`.
pub(super) const FORWARD: Reasons = Reasons {
    // on this machine, but nobody's published port: it stays where a compose service moves
    left: Side::Unknown,
    host: "a tunnel opens it on this machine",
    container: "the remote part of `kubectl port-forward`",
    certain: true,
};

/// Reads `[ip:]HOST[-END]:CONTAINER[-END][/proto]` at `at`.
pub(super) fn parse(text: &str, at: usize, exprs: &Exprs) -> Option<Mapping> {
    let (ip, start) = match address(text, at) {
        Some(end) => (Some(at..end), end + 1),
        None => (None, at),
    };
    let first = part_at(text, start, exprs)?;
    if !text.get(first.whole.end..)?.starts_with(':') {
        return None;
    }
    let second = part_at(text, first.whole.end + 1, exprs)?;
    // `${IP}:5433:5432`
    let third = text
        .get(second.whole.end..)
        .filter(|r| ip.is_none() && first.number.is_none() && r.starts_with(':'))
        .and_then(|_| part_at(text, second.whole.end + 1, exprs));
    let (ip, host, container) = match third {
        Some(third) => (Some(first.whole.clone()), second, third),
        None => (ip, first, second),
    };
    let end = container.whole.end + protocol(text.get(container.whole.end..)?);
    let start = ip.as_ref().map_or(host.whole.start, |r| r.start);
    if glued_after(text, end) || text.get(end..)?.starts_with(':') {
        return None;
    }
    Some(Mapping {
        ip,
        host,
        container,
        whole: start..end,
    })
}

/// The end of an address that is followed by a colon: IPv4, `[IPv6]`, `::`, `localhost`.
fn address(text: &str, at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    if rest.starts_with('[') {
        let close = rest.get(..rest.len().min(60))?.find("]:")?;
        return Some(at + close + 1);
    }
    if rest.starts_with(":::") {
        return Some(at + 2);
    }
    if rest.starts_with("*:") {
        return Some(at + 1);
    }
    let length = rest
        .bytes()
        .take_while(|b| b.is_ascii_digit() || *b == b'.')
        .count();
    let word = rest.get(..length)?;
    let fits = super::pair::is_ipv4(word) && rest.get(length..)?.starts_with(':');
    if fits {
        return Some(at + length);
    }
    rest.starts_with("localhost:")
        .then_some(at + "localhost".len())
}

/// How long `/tcp`, `/udp` is here.
fn protocol(rest: &str) -> usize {
    ["/tcp", "/udp", "/sctp", "/TCP", "/UDP"]
        .into_iter()
        .find(|p| rest.starts_with(p))
        .map_or(0, str::len)
}

impl Finder<'_> {
    /// Adds both halves of a mapping.
    pub fn add_mapping(&mut self, mapping: &Mapping, reasons: Reasons) {
        let number = |p: &Part| p.number.as_ref().map(|n| n.value);
        let (host, container) = (number(&mapping.host), number(&mapping.container));
        let left = mapping
            .ip
            .as_ref()
            .map_or(mapping.host.whole.start, |r| r.start)
            ..mapping.host.whole.end;
        if let Some(hit) = Hit::of(&mapping.host, left, Form::Mapping) {
            let mut hit = hit.side(reasons.left, reasons.host, reasons.certain);
            hit.counterpart = container;
            hit.host = mapping
                .ip
                .clone()
                .map(|r| (self.piece(r.clone()).to_owned(), Some(r)));
            self.add(hit);
        }
        let right = mapping.container.whole.start..mapping.whole.end;
        if let Some(hit) = Hit::of(&mapping.container, right, Form::Mapping) {
            let mut hit = hit.side(Side::Container, reasons.container, reasons.certain);
            hit.counterpart = host;
            self.add(hit);
        }
        self.take(mapping.whole.clone());
    }

    /// Reads mappings in running text: quoted, in backticks, after a list dash or `-p`, with an address before them.
    pub fn mappings(&mut self) {
        let text = self.str();
        for colon in memchr::memchr_iter(b':', text.as_bytes()) {
            if self.is_taken(colon) {
                continue;
            }
            let Some(start) = self.mapping_start(colon) else {
                continue;
            };
            let Some(mapping) = parse(text, start, &self.exprs) else {
                continue;
            };
            if self.is_taken(mapping.whole.start) || self.clock_or_ratio(&mapping) {
                continue;
            }
            let before = text.get(..mapping.whole.start).unwrap_or("");
            let dashed = before.trim_end_matches(['"', '\'', ' ']).ends_with('-');
            let quoted = before.ends_with(['"', '\'', '`']);
            let published = before.trim_end().ends_with("-p")
                || before.trim_end_matches(['=', ' ']).ends_with("--publish");
            let reasons = if published {
                PUBLISH
            } else if dashed {
                COMPOSE
            } else if quoted || mapping.ip.is_some() {
                PLAIN
            } else {
                continue;
            };
            self.add_mapping(&mapping, reasons);
        }
    }

    /// Where the mapping whose first colon (or the one after its address) stands at `colon` begins.
    fn mapping_start(&self, colon: usize) -> Option<usize> {
        let bytes = self.str().as_bytes();
        let mut start = colon;
        if let Some(expr) = self.exprs.ending(colon) {
            start = expr.range.start;
        } else {
            while start > 0 && colon - start < 48 {
                let &b = bytes.get(start - 1)?;
                if !(b.is_ascii_digit() || matches!(b, b'.' | b'-')) {
                    break;
                }
                start -= 1;
            }
            if bytes.get(start) == Some(&b'-') {
                start += 1;
            }
        }
        if start == colon {
            let v6 = bytes.get(colon.checked_sub(1)?) == Some(&b']');
            return v6
                .then(|| memchr::memrchr(b'[', bytes.get(colon.saturating_sub(50)..colon)?))
                .flatten()
                .map(|i| colon.saturating_sub(50) + i);
        }
        (!glued_before(self.str(), start)).then_some(start)
    }

    /// Times, ratios, verses: a side of less than three digits, unless an address or a protocol says more.
    fn clock_or_ratio(&self, mapping: &Mapping) -> bool {
        let small = |p: &Part| p.number.as_ref().is_some_and(|n| n.range.len() < 3);
        let plain = mapping.ip.is_none() && mapping.whole.end == mapping.container.whole.end;
        plain
            && small(&mapping.host)
            && (small(&mapping.container) || mapping.container.number.is_none())
    }

    /// Reads arrows: `0.0.0.0:5432->5432/tcp`, `5432/tcp -> 127.0.0.1:5433`, `5433 (host) → 5432 (container)`, `5432 → 7000`.
    pub fn arrows(&mut self) {
        let text = self.str();
        for (at, arrow) in arrow_places(text) {
            if !self.is_taken(at) {
                self.arrow(at, at + arrow);
            }
        }
    }

    fn arrow(&mut self, left_end: usize, right_start: usize) {
        let text = self.str();
        let Some(left) = left_of(text, left_end) else {
            return;
        };
        let Some(right) = right_of(text, right_start, &self.exprs) else {
            return;
        };
        if self.is_taken(left.part.whole.start) || self.is_taken(right.part.whole.start) {
            return;
        }
        let value = |p: &Part| p.number.as_ref().map(|n| n.value);
        let (a, b) = (value(&left.part), value(&right.part));
        let Some(mut l) = Hit::of(&left.part, left.whole.clone(), Form::Mapping) else {
            return;
        };
        let Some(mut r) = Hit::of(&right.part, right.whole.clone(), Form::Mapping) else {
            return;
        };
        (l.counterpart, r.counterpart) = (b, a);
        for (hit, place) in [(&mut l, &left), (&mut r, &right)] {
            hit.host = place
                .address
                .clone()
                .map(|range| (self.piece(range.clone()).to_owned(), Some(range)));
        }
        if left.protocol && right.address.is_some() {
            l = l.side(
                Side::Container,
                "the left part of `docker port` output",
                true,
            );
            r = r.side(Side::Host, "the right part of `docker port` output", true);
        } else if right.protocol || left.address.is_some() {
            l = l.side(
                Side::Host,
                "the left part of a mapping in `docker ps` output",
                true,
            );
            r = r.side(
                Side::Container,
                "the right part of a mapping in `docker ps` output",
                true,
            );
        } else {
            let said = (left.said, right.said);
            if let (Some(one), other) | (other, Some(one)) = said {
                let left_side = left.said.unwrap_or(if one == Side::Host {
                    Side::Container
                } else {
                    Side::Host
                });
                let _ = other;
                let (ls, rs) = match left_side {
                    Side::Host => (Side::Host, Side::Container),
                    _ => (Side::Container, Side::Host),
                };
                l = l.side(ls, "the words beside the number say so", true);
                r = r.side(rs, "the words beside the number say so", true);
            } else if self.small(&left.part) || self.small(&right.part) {
                return;
            } else if super::sides::says_past(text, left.whole.start) {
                (l.tense, r.tense) = (Some(Tense::History), Some(Tense::History));
            } else {
                // old-to-new needs words that say so; whether it is a mapping at all, the declarations tell
                l = l.side(Side::Host, "the left part of `HOST → CONTAINER`", false);
                r = r.side(
                    Side::Container,
                    "the right part of `HOST → CONTAINER`",
                    false,
                );
            }
        }
        self.add(l);
        self.add(r);
        self.take(left.whole.start..right.whole.end);
    }

    fn small(&self, part: &Part) -> bool {
        part.number.as_ref().is_none_or(|n| n.range.len() < 3)
    }

    /// Reads `5432/tcp`.
    pub fn exposed(&mut self) {
        let text = self.str();
        for slash in memchr::memchr_iter(b'/', text.as_bytes()) {
            let length = protocol(text.get(slash..).unwrap_or(""));
            if length == 0 || glued_after(text, slash + length) {
                continue;
            }
            let Some(left) = number_before(text, slash) else {
                continue;
            };
            if glued_before(text, left.whole.start) || self.is_taken(left.whole.start) {
                continue;
            }
            if let Some(hit) = Hit::of(&left, left.whole.start..slash + length, Form::Exposed) {
                self.add(hit.side(Side::Container, "`PORT/PROTOCOL` without a host part", true));
            }
        }
    }
}

/// One end of an arrow.
struct End {
    part: Part,
    address: Option<Range<usize>>,
    protocol: bool,
    whole: Range<usize>,
    /// A side that a word beside it says.
    said: Option<Side>,
}

/// All arrows with their lengths.
fn arrow_places(text: &str) -> Vec<(usize, usize)> {
    let bytes = text.as_bytes();
    let mut places: Vec<(usize, usize)> = memchr::memchr_iter(b'>', bytes)
        .filter(|&i| i > 0 && matches!(bytes.get(i - 1), Some(b'-' | b'=')))
        .map(|i| {
            let longer = i > 1 && matches!(bytes.get(i - 2), Some(b'-' | b'='));
            if longer { (i - 2, 3) } else { (i - 1, 2) }
        })
        .collect();
    for arrow in ["→", "➜", "➔", "⇒", "⟶"] {
        if !text.is_ascii() {
            places.extend(
                memchr::memmem::find_iter(bytes, arrow.as_bytes()).map(|i| (i, arrow.len())),
            );
        }
    }
    places.sort_unstable();
    places
}

/// Marks around numbers that mean nothing.
const MARKS: &[char] = &[' ', '`', '*', '_', '"', '\'', '\t', '|'];

/// The number (or range) that ends at `end`.
fn number_before(text: &str, end: usize) -> Option<Part> {
    let bytes = text.as_bytes();
    let digits = |end: usize| {
        let length = bytes
            .get(..end)?
            .iter()
            .rev()
            .take(6)
            .take_while(|b| b.is_ascii_digit())
            .count();
        Number::at(text, end - length).filter(|n| n.range.end == end)
    };
    let last = digits(end)?;
    let start = last.range.start;
    let range = bytes
        .get(..start)
        .filter(|b| b.ends_with(b"-"))
        .and_then(|_| digits(start - 1))
        .filter(|first| first.value < last.value);
    Some(match range {
        Some(first) => Part {
            whole: first.range.start..end,
            number: Some(first),
            end: Some(last),
        },
        None => Part {
            whole: last.range.clone(),
            number: Some(last),
            end: None,
        },
    })
}

/// What stands left of an arrow.
fn left_of(text: &str, arrow: usize) -> Option<End> {
    let mut before = text.get(..arrow)?.trim_end_matches(MARKS);
    let mut said = None;
    if let Some(inside) = before.strip_suffix(')') {
        let open = inside.rfind('(').filter(|&o| inside.len() - o < 40)?;
        said = super::sides::side_word(inside.get(open + 1..)?);
        before = inside.get(..open)?.trim_end_matches(MARKS);
    }
    let with_protocol = before.len();
    let stripped = ["/tcp", "/udp", "/sctp"]
        .into_iter()
        .find_map(|p| before.strip_suffix(p));
    let protocol = stripped.is_some();
    before = stripped.unwrap_or(before);
    let part = number_before(text, before.len())?;
    let address = text
        .get(..part.whole.start)?
        .strip_suffix(':')
        .and_then(|a| address_before(text, a.len()));
    let start = address.as_ref().map_or(part.whole.start, |a| a.start);
    if address.is_none() && glued_before(text, start) {
        return None;
    }
    Some(End {
        part,
        address,
        protocol,
        whole: start..with_protocol,
        said,
    })
}

/// The address that ends at `end`: IPv4, `[IPv6]`, `::`, a host name.
fn address_before(text: &str, end: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let length = bytes
        .get(..end)?
        .iter()
        .rev()
        .take(64)
        .take_while(|b| {
            b.is_ascii_hexdigit()
                || b.is_ascii_alphabetic()
                || matches!(b, b'.' | b':' | b'[' | b']' | b'*' | b'-')
        })
        .count();
    (length > 0).then_some(end - length..end)
}

/// What stands right of an arrow.
fn right_of(text: &str, from: usize, exprs: &Exprs) -> Option<End> {
    let skipped = text.get(from..)?.len() - text.get(from..)?.trim_start_matches(MARKS).len();
    let start = from + skipped;
    let rest = text.get(start..)?;
    let length = rest
        .bytes()
        .take(64)
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'[' | b']' | b':' | b'*'))
        .count();
    let word = rest.get(..length)?;
    let colon = word.rfind(':').filter(|&c| c > 0);
    let (address, at) = match colon {
        Some(c) => (Some(start..start + c), start + c + 1),
        None => (None, start),
    };
    let part = part_at(text, at, exprs)?;
    let proto = protocol(text.get(part.whole.end..)?);
    let end = part.whole.end + proto;
    if proto == 0 && glued_after(text, end) {
        return None;
    }
    let after = text.get(end..)?.trim_start_matches(MARKS);
    let said = after
        .strip_prefix('(')
        .and_then(|a| a.split(')').next())
        .filter(|w| w.len() < 40)
        .and_then(super::sides::side_word);
    Some(End {
        part,
        address,
        protocol: proto > 0,
        whole: start..end,
        said,
    })
}
