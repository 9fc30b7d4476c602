//! Ports that words make: "port 5433", "exposed on 9002", `TimescaleDB: 5432`, `pgWeb (8081)`, "5433 (host)", "was 5432".

use super::around::{
    REACH, ends_with_words, is_mark, last_word, line_around, trim_joints, window_after,
    window_before,
};
use super::finder::{Finder, Hit};
use super::naming::{
    after_list, begins_item, clause_before, listed_name, name_before, name_behind, name_in_brackets,
};
use super::number::{Number, glued_after, glued_before, part_at};
use super::sides::{binds, is_struck, says_past, side_before, side_behind};
use super::told;
use super::words::words;
use crate::facts::{ClueKind, Form, ReadBy, Side, Tense};
use std::collections::BTreeSet;
use std::ops::Range;

/// Wider ranges describe who may use what, and are nobody's ports.
pub(super) const WIDEST: u16 = 32;
impl Finder<'_> {
    /// Numbers behind the word "port" in any language, behind "exposed on" and the like, and further ones of the same list.
    pub fn spoken(&mut self) {
        let text = self.str();
        let known: BTreeSet<usize> = self
            .hits()
            .iter()
            .filter(|h| matches!(h.form, Form::Keyed | Form::Prose | Form::Item))
            .map(|h| h.number.range.start)
            .collect();
        let mut previous: Option<Number> = None;
        for number in Number::all(text) {
            if self.is_taken(number.range.start) {
                if known.contains(&number.range.start) {
                    previous = Some(number);
                }
                continue;
            }
            if self.is_free(&number) {
                let continues = previous
                    .as_ref()
                    .is_some_and(|p| continues_list(text, p, &number));
                if let Some(word) = port_word_before(text, number.range.start)
                    .or_else(|| continues.then_some("port"))
                    .or_else(|| port_word_after(text, &number))
                    .or_else(|| listed_name(text, number.range.start).map(|_| "port"))
                {
                    let word = word.to_owned();
                    if self.add_spoken(&number, word) {
                        previous = Some(number);
                        continue;
                    }
                }
            }
            previous = None;
        }
    }

    /// Whether a number stands alone and is no measure.
    pub(super) fn is_free(&self, number: &Number) -> bool {
        let text = self.str();
        let (start, end) = (number.range.start, number.range.end);
        let dashed = number_is_second(text, start);
        !glued_before(text, start)
            && !dashed
            && !glued_after(text, end)
            && !is_measure(text, end)
            && !is_date_or_time(text, number)
    }

    fn add_spoken(&mut self, number: &Number, word: String) -> bool {
        let text = self.str();
        let Some(part) = part_at(text, number.range.start, &self.exprs) else {
            return false;
        };
        if part
            .end
            .as_ref()
            .is_some_and(|e| e.value - number.value > WIDEST)
        {
            self.take(part.whole);
            return false;
        }
        let Some(mut hit) = Hit::of(&part, part.whole.clone(), Form::Prose) else {
            return false;
        };
        hit.name = Some(word);
        hit.host = host_before(text, number.range.start);
        if let Some(name) = name_behind(text, part.whole.end, true) {
            hit = hit.clue(ClueKind::Name, name);
        } else if let Some(name) = listed_name(text, number.range.start)
            .or_else(|| name_in_brackets(text, number.range.start))
            .or_else(|| clause_before(text, number.range.start))
        {
            hit = hit.clue(ClueKind::Name, name);
        }
        self.add(hit);
        true
    }

    /// Numbers beside a name: `TimescaleDB: 5432`, `pgWeb (8081)`, `**9000** - QuestDB`.
    pub fn named(&mut self) {
        let text = self.str();
        for number in Number::all(text) {
            if number.value < 1000
                || self.is_taken(number.range.start)
                || !self.is_free(&number)
                || is_year(&number)
            {
                continue;
            }
            let Some(part) = part_at(text, number.range.start, &self.exprs) else {
                continue;
            };
            if part
                .end
                .as_ref()
                .is_some_and(|e| e.value - number.value > WIDEST)
            {
                self.take(part.whole);
                continue;
            }
            let begins = begins_item(text, number.range.start);
            let found = name_before(text, number.range.start).or_else(|| {
                let name = name_behind(text, after_list(text, part.whole.end), !begins)?;
                Some((name, begins))
            });
            let Some((name, item)) = found else { continue };
            let form = if item { Form::Item } else { Form::Prose };
            if let Some(hit) = Hit::of(&part, part.whole.clone(), form) {
                self.add(hit.clue(ClueKind::Name, name));
            }
        }
    }

    /// What the words around each hit add: its side, its tense, who reads it, and the line as a clue.
    pub fn listen_to_words(&mut self) {
        let text = self.str();
        for hit in self.hits() {
            let (start, end) = (
                hit.shown.start.min(hit.number.range.start),
                hit.shown.end.max(hit.number.range.end),
            );
            if hit.hint.is_none() {
                let spoken = !matches!(hit.form, Form::Url | Form::HostPort | Form::Dsn);
                if let Some(side) = side_behind(text, end, spoken)
                    .or_else(|| spoken.then(|| side_before(text, start)).flatten())
                {
                    *hit = hit
                        .clone()
                        .side(side, "the words beside the number say so", true);
                }
            }
            if matches!(hit.form, Form::Prose | Form::Item | Form::Keyed) && hit.host.is_none() {
                hit.host = told::host_before(text, start).map(|(h, r)| (h, Some(r)));
                if hit.hint.is_none() && hit.host.is_none() && told::is_claimed(text, end) {
                    *hit = hit.clone().side(
                        Side::Host,
                        "the words behind it speak of this machine's ports",
                        false,
                    );
                }
            }
            if hit.tense.is_none() && (says_past(text, start) || is_struck(text, start)) {
                hit.tense = Some(Tense::History);
            }
            if hit.read_by.is_none() && binds(text, start) && speaks_of_socket(hit) {
                hit.read_by = Some(ReadBy::Server);
            }
            let line = line_around(text, &(start..end));
            if !line.is_empty() {
                *hit = hit.clone().clue(ClueKind::Line, line);
            }
        }
    }
}

/// Whether a hit can be a server's own socket: no loopback URL that people open.
fn speaks_of_socket(hit: &Hit) -> bool {
    match &hit.host {
        Some((host, _)) => matches!(host.as_str(), "0.0.0.0" | "[::]" | "*" | "::"),
        None => matches!(hit.form, Form::Prose | Form::Keyed | Form::HostPort),
    }
}

/// The port word (or phrase) before a number.
fn port_word_before(text: &str, at: usize) -> Option<&str> {
    let window = window_before(text, at);
    let words = words();
    let mut rest = trim_joints(window);
    if blank_line(window, rest) {
        return None;
    }
    let lower = rest.to_lowercase();
    if words
        .serves
        .iter()
        .any(|phrase| ends_with_words(&lower, phrase))
    {
        return Some("port");
    }
    for skipped in 0..4 {
        let (word, before) = last_word(rest);
        if word.is_empty() {
            return None;
        }
        if words.port.contains(&word) {
            return rest.get(before.len()..);
        }
        let side = words.host_side.contains(&word) || words.container_side.contains(&word);
        let bare_side =
            skipped == 0 && side && window.ends_with(' ') && rest.len() == window.trim_end().len();
        if bare_side {
            return Some("port");
        }
        let fills = words.between.contains(&word) || side || words.past.contains(&word);
        if !fills {
            return None;
        }
        rest = trim_joints(before);
        let lower = rest.to_lowercase();
        if skipped < 2
            && words
                .serves
                .iter()
                .any(|phrase| ends_with_words(&lower, phrase))
        {
            return Some("port");
        }
    }
    None
}

/// Whether a blank line was trimmed off: the word then belongs to another paragraph.
fn blank_line(window: &str, trimmed: &str) -> bool {
    window
        .get(trimmed.len()..)
        .unwrap_or("")
        .matches('\n')
        .count()
        > 1
}

/// "the 5432 port".
fn port_word_after<'t>(text: &'t str, number: &Number) -> Option<&'t str> {
    if number.value < 1000 {
        return None;
    }
    let rest =
        window_after(text, number.range.end).trim_start_matches(|c: char| is_mark(c) || c == '-');
    let length: usize = rest
        .chars()
        .take_while(|c| c.is_alphanumeric())
        .map(char::len_utf8)
        .sum();
    let word = rest.get(..length)?;
    (words().port.contains(&word.to_lowercase()) && !number.value.to_string().ends_with("000"))
        .then_some(word)
}

/// Whether a number goes on with the list of the previous one: `, `, ` and `, `/`, with words in brackets between them.
fn continues_list(text: &str, previous: &Number, number: &Number) -> bool {
    let between = text
        .get(previous.range.end..number.range.start)
        .unwrap_or("");
    if between.len() > REACH || between.contains('\n') || number.range.len() < 2 {
        return false;
    }
    let mut rest = between;
    // the end of a range, brackets with words, marks
    rest = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '-' || is_mark(c));
    if let Some(inside) = rest.strip_prefix('(') {
        let Some(close) = inside.find(')') else {
            return false;
        };
        rest = inside.get(close + 1..).unwrap_or("");
    }
    let core = rest.trim_matches(is_mark);
    if core
        .chars()
        .next()
        .is_none_or(|c| !matches!(c, ',' | '/' | '&' | '+') && !c.is_alphabetic())
    {
        return false;
    }
    let core = core.trim_matches(|c: char| is_mark(c) || matches!(c, ',' | '/' | '&' | '+'));
    core.is_empty() || words().joined.contains(&core.to_lowercase())
}

/// Whether a unit follows: `5432 ms`, `5000 rows`.
fn is_measure(text: &str, end: usize) -> bool {
    let rest = window_after(text, end);
    let rest = rest.trim_start_matches([' ', '\u{a0}', '`', '*']);
    let length: usize = rest
        .chars()
        .take_while(|c| c.is_alphabetic())
        .map(char::len_utf8)
        .sum();
    let word = rest.get(..length).unwrap_or("").to_lowercase();
    words().units.contains(&word) || rest.starts_with(['%', '€', '$', '°', '×'])
}

/// Whether digits are a part of a date, a time or a path: `2025-10-29`, `12:30`, `/5432/`.
fn is_date_or_time(text: &str, number: &Number) -> bool {
    let before = text.get(..number.range.start).unwrap_or("");
    let after = text.get(number.range.end..).unwrap_or("");
    let mut b = before.chars().rev();
    let mut a = after.chars();
    let (b1, b2) = (b.next(), b.next());
    let (a1, a2) = (a.next(), a.next());
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let tight = |c: Option<char>| matches!(c, Some('-' | ':'));
    (tight(b1) && digit(b2))
        || (a1 == Some(':') && digit(a2))
        || (a1 == Some('-')
            && digit(a2)
            && part_at(text, number.range.start, &super::expr::Exprs::default())
                .is_none_or(|p| p.end.is_none()))
        || (b1 == Some('/') && b2.is_some_and(|c| c.is_alphanumeric()) && !digit(b2))
        || (b1 == Some('/') && digit(b2) && a1 == Some('/'))
        || (a1 == Some('/') && a2.is_some_and(char::is_alphabetic))
        || b1 == Some('\\')
}

/// Whether digits end a range that was read from its start.
fn number_is_second(text: &str, start: usize) -> bool {
    let before = text.get(..start).unwrap_or("");
    before
        .strip_suffix('-')
        .or_else(|| before.strip_suffix('–'))
        .is_some_and(|b| b.ends_with(|c: char| c.is_ascii_digit()))
}

fn is_year(number: &Number) -> bool {
    (1900..2100).contains(&number.value)
}

/// The host that stands before a port word: "localhost port 5433", "on localhost, port 5433", "host `db`, port `5432`".
fn host_before(text: &str, at: usize) -> Option<(String, Option<Range<usize>>)> {
    let words = words();
    let window = window_before(text, at);
    let mut rest = trim_joints(window);
    while !rest.is_empty() {
        let (word, before) = last_word(rest);
        if words.port.contains(&word) || words.between.contains(&word) {
            rest = trim_joints(before);
            continue;
        }
        let bare = rest.trim_end_matches(|c: char| is_mark(c) || matches!(c, ',' | ')' | ';'));
        let name = bare
            .rsplit(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '-' | '_')))
            .next()?;
        let said = last_word(trim_joints(bare.strip_suffix(name)?)).0;
        let loopback = matches!(name, "localhost" | "127.0.0.1");
        let named = bare.len() < rest.len() && words.host_name.contains(&said);
        let end = at - (window.len() - bare.len());
        return (loopback || named && !name.is_empty())
            .then(|| (name.to_owned(), Some(end - name.len()..end)));
    }
    None
}
