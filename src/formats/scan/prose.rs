//! Ports that words make: "port 5433", "exposed on 9002", `TimescaleDB: 5432`, `pgWeb (8081)`, "5433 (host)", "was 5432".

use super::finder::{Finder, Hit};
use super::number::{Number, glued_after, glued_before, part_at};
use super::words::words;
use crate::facts::{ClueKind, Form, ReadBy, Side, Tense};
use std::collections::BTreeSet;
use std::ops::Range;

/// Wider ranges describe who may use what, and are nobody's ports.
pub(super) const WIDEST: u16 = 32;
/// How far words are looked for on either side of a number, in bytes.
const REACH: usize = 96;
/// How much of a sentence is a clue, on either side.
const SENTENCE: usize = 300;

/// Marks that Markdown, quotes and lists put around words and numbers.
fn is_mark(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '`' | '*' | '_' | '"' | '\'' | '“' | '”' | '‘' | '’' | '«' | '»'
        )
}

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
        if let Some(name) = name_behind(text, part.whole.end, true) {
            hit = hit.clue(ClueKind::Name, name);
        } else if let Some(name) = name_in_brackets(text, number.range.start)
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
            let found = name_before(text, number.range.start).or_else(|| {
                begins_item(text, number.range.start)
                    .then(|| name_behind(text, part.whole.end, false))
                    .flatten()
                    .map(|n| (n, true))
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
    let any = hit
        .host
        .as_ref()
        .is_some_and(|(h, _)| matches!(h.as_str(), "0.0.0.0" | "[::]" | "*" | "::"));
    any || matches!(hit.form, Form::Prose | Form::Keyed | Form::HostPort)
}

/// Up to [`REACH`] bytes before `at`, cut at a character border.
fn window_before(text: &str, at: usize) -> &str {
    before_within(text, at, REACH)
}

fn before_within(text: &str, at: usize, reach: usize) -> &str {
    let from = at.saturating_sub(reach);
    let from = (from..=at)
        .find(|&i| text.is_char_boundary(i))
        .unwrap_or(at);
    text.get(from..at).unwrap_or("")
}

/// Up to [`REACH`] bytes from `at` on.
fn window_after(text: &str, at: usize) -> &str {
    after_within(text, at, REACH)
}

fn after_within(text: &str, at: usize, reach: usize) -> &str {
    let to = (at + reach).min(text.len());
    let to = (at..=to)
        .rev()
        .find(|&i| text.is_char_boundary(i))
        .unwrap_or(at);
    text.get(at..to).unwrap_or("")
}

/// The last word of a text, lower case, and what stands before it.
fn last_word(text: &str) -> (String, &str) {
    let length: usize = text
        .chars()
        .rev()
        .take_while(|c| c.is_alphanumeric() || matches!(c, '-' | '\u{00ba}' | '°'))
        .map(char::len_utf8)
        .sum();
    let at = text.len() - length;
    (
        text.get(at..).unwrap_or("").to_lowercase(),
        text.get(..at).unwrap_or(""),
    )
}

/// Trims marks, brackets and separators that may stand between a port word and its number.
fn trim_joints(text: &str) -> &str {
    text.trim_end_matches(|c: char| is_mark(c) || matches!(c, ':' | '=' | '(' | '[' | '#' | '|'))
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

/// Whether a lower-case text ends with a phrase, as whole words.
fn ends_with_words(text: &str, phrase: &str) -> bool {
    text.strip_suffix(phrase).is_some_and(|before| {
        !before
            .chars()
            .next_back()
            .is_some_and(char::is_alphanumeric)
    })
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

/// The name before a number, and whether it begins its line: `TimescaleDB: 5432`, `Name (5432)`, `Name - 5432`.
fn name_before(text: &str, at: usize) -> Option<(String, bool)> {
    let window = window_before(text, at);
    let line = window.rsplit('\n').next().unwrap_or(window);
    let core = line.trim_end_matches(|c: char| is_mark(c) || c == '[');
    let joint = core.chars().next_back()?;
    let spaced = line.ends_with(|c: char| is_mark(c) && c != '"' && c != '\'');
    let before = match joint {
        // `f(5432)` is a call, `a.rs:5432` a line, `x="5432"` an attribute
        '(' => core
            .strip_suffix(" (")
            .or_else(|| core.strip_suffix("`(").or_else(|| core.strip_suffix("*(")))?,
        ':' | '–' | '—' if spaced => core.strip_suffix(joint)?,
        '=' | '-' if spaced => core.strip_suffix(joint).filter(|b| b.ends_with(' '))?,
        // a further number in the brackets: `QuestDB (9000, 9009)`
        ',' | '/' => {
            let open = core.rfind('(')?;
            let inside = core.get(open + 1..)?;
            inside
                .chars()
                .all(|c| c.is_ascii_digit() || is_mark(c) || matches!(c, ',' | '/' | '-'))
                .then(|| core.get(..open))??
        }
        _ => return None,
    };
    let name = trailing_name(before)?;
    let lead = before.get(..before.rfind(name)?)?.trim_matches(|c: char| {
        is_mark(c)
            || matches!(c, '-' | '+' | '•' | '>' | '|' | '#' | '├' | '─' | '└' | '│')
            || c.is_ascii_digit()
            || c == '.'
    });
    let item = lead.is_empty() && !matches!(joint, '(' | ',' | '/') && window.len() < REACH;
    is_name(name).then(|| (clean(name), item))
}

/// The words that end a text, back to punctuation.
fn trailing_name(text: &str) -> Option<&str> {
    let text = text.trim_end_matches(is_mark);
    let stop = text.rfind([
        ',', ';', '|', '\n', '→', '│', '├', '└', '─', '>', '<', '{', '}', '=',
    ]);
    let stop = stop
        .into_iter()
        .chain(text.rfind(": ").map(|i| i + 1))
        .chain(text.rfind(". ").map(|i| i + 1))
        .max();
    let from = stop.map_or(0, |i| {
        i + text
            .get(i..)
            .and_then(|t| t.chars().next())
            .map_or(1, char::len_utf8)
    });
    let name = text.get(from..)?.trim_start();
    (!name.is_empty()).then_some(name)
}

/// The name behind a number: `9000 - QuestDB (Web Console)`, `9002 (HTTP UI)`. With `bracket`, only the latter.
fn name_behind(text: &str, end: usize, bracket: bool) -> Option<String> {
    let window = window_after(text, end);
    let line = window.split('\n').next().unwrap_or(window);
    let rest = line.trim_start_matches(is_mark);
    let name = if let Some(inside) = rest.strip_prefix('(') {
        inside.split(')').next()?
    } else if bracket {
        return None;
    } else {
        let rest = rest
            .strip_prefix(['-', '–', '—', ':', '→', '='])
            .map(|r| r.trim_start_matches(|c: char| is_mark(c) || c == '>'))?;
        rest.split([',', ';', '|', '.', '\n']).next()?
    };
    let name = name.trim_matches(is_mark);
    (side_word(name).is_none() && is_name(name)).then(|| clean(name))
}

/// The name before the brackets that a number stands in: `TimescaleDB (port 5432)`.
fn name_in_brackets(text: &str, at: usize) -> Option<String> {
    let window = window_before(text, at);
    let line = window.rsplit('\n').next().unwrap_or(window);
    let open = line.rfind('(')?;
    if line.get(open..)?.contains(')') {
        return None;
    }
    let name = trailing_name(line.get(..open)?)?;
    is_name(name).then(|| clean(name))
}

/// The words of the clause before a number and its port word: "exposes the Temporal gRPC frontend" of "..., and exposes the Temporal
/// gRPC frontend on port 7233".
fn clause_before(text: &str, at: usize) -> Option<String> {
    let window = window_before(text, at);
    let line = window.rsplit('\n').next().unwrap_or(window);
    let clause = trim_joints(line)
        .rsplit([',', ';', '(', ')', '|', ':', '.', '→', '–', '—'])
        .next()?
        .trim();
    let clause = clause.rsplit(" and ").next()?;
    let clause = clause.strip_prefix("and ").unwrap_or(clause);
    let mut list: Vec<&str> = clause
        .split_whitespace()
        .filter(|w| w.contains(char::is_alphanumeric))
        .collect();
    let words = words();
    while list
        .pop_if(|w| {
            words.port.contains(&w.to_lowercase()) || words.between.contains(&w.to_lowercase())
        })
        .is_some()
    {}
    let from = list.len().saturating_sub(8);
    let name = list.get(from..)?.join(" ");
    (!name.is_empty()).then(|| clean(&name))
}

/// Whether words can name a service: letters in them, nothing that counts or measures, not a sentence.
fn is_name(name: &str) -> bool {
    let words = words();
    let lower = name.to_lowercase();
    let list: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .collect();
    (1..=8).contains(&list.len())
        && name.chars().any(char::is_alphabetic)
        && !name.contains("://")
        && !list
            .iter()
            .any(|w| w.len() > 3 && w.bytes().all(|b| b.is_ascii_digit()))
        && !list
            .iter()
            .any(|w| words.counts.contains(*w) || words.units.contains(*w) && w.len() > 2)
}

/// A name without its marks.
fn clean(name: &str) -> String {
    name.trim_matches(|c: char| is_mark(c) || matches!(c, '-' | '#' | '(' | '[' | '•'))
        .to_owned()
}

/// Whether a number begins its line or list item.
fn begins_item(text: &str, at: usize) -> bool {
    let window = window_before(text, at);
    let line = window.rsplit('\n').next().unwrap_or(window);
    line.len() < REACH
        && line
            .chars()
            .all(|c| is_mark(c) || matches!(c, '-' | '+' | '•' | '>' | '#' | '│' | '├' | '└' | '─'))
}

/// The side that words say by themselves: `host`, `container`, `internal only`.
pub(super) fn side_word(text: &str) -> Option<Side> {
    let words = words();
    let lower = text.trim_matches(is_mark).to_lowercase();
    let first = lower.split([',', ';', '/']).next().unwrap_or("").trim();
    let port = |set: &std::collections::HashSet<String>| {
        set.contains(first)
            || first
                .split_once(' ')
                .is_some_and(|(a, b)| set.contains(a) && words.port.contains(b))
    };
    match (port(&words.host_side), port(&words.container_side)) {
        (true, false) => Some(Side::Host),
        (false, true) => Some(Side::Container),
        _ => None,
    }
}

/// The side that the words behind a number say: `(host)`, "on the host", "of the questdb container".
fn side_behind(text: &str, end: usize, spoken: bool) -> Option<Side> {
    let window = window_after(text, end);
    let rest = window
        .split('\n')
        .next()
        .unwrap_or(window)
        .trim_start_matches(is_mark);
    if let Some(inside) = rest.strip_prefix(['(', '[']) {
        return side_word(inside.split([')', ']']).next()?);
    }
    if !spoken {
        return None;
    }
    let clause = rest
        .split([',', ';', '.', '(', ')', '|', ':', '→'])
        .next()?;
    let lower = clause.to_lowercase();
    let mut list = lower.split_whitespace();
    let preposition = list.next()?;
    if !PREPOSITIONS.contains(&preposition) {
        // "9002 externally", "5432 internal only"
        return side_word(preposition)
            .filter(|_| !matches!(preposition, "host" | "container" | "intern"));
    }
    for word in list.take(4) {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        if let Some(side) = side_word(word) {
            return Some(side);
        }
        if word.chars().any(|c| c.is_ascii_digit()) {
            return None;
        }
    }
    None
}

/// Words that lead from a number to the place that it is a port of.
const PREPOSITIONS: &[&str] = &[
    "on", "of", "in", "inside", "within", "at", "from", "no", "na", "do", "da", "de", "del", "en",
    "dans", "du", "im", "auf", "am", "op", "van", "sur",
];

/// The side that the words before a number say: "host port 5433", "porta interna 5432", "container 5432", "host UI exposed on 9002".
fn side_before(text: &str, at: usize) -> Option<Side> {
    let words = words();
    let window = window_before(text, at);
    let line = window.rsplit('\n').next().unwrap_or(window);
    let clause = trim_joints(line)
        .rsplit([',', ';', '.', '(', ')', '|', '/'])
        .next()?;
    let mut rest = clause;
    let mut served = false;
    for _ in 0..5 {
        let lower = rest.to_lowercase();
        if let Some(phrase) = words.serves.iter().find(|p| ends_with_words(&lower, p)) {
            served = true;
            rest = rest
                .get(..rest.len().checked_sub(phrase.len())?)?
                .trim_end();
            // "host UI exposed on": one noun may stand between
            rest = last_word(rest).1.trim_end();
        }
        let (word, before) = last_word(rest);
        match (
            words.host_side.contains(&word),
            words.container_side.contains(&word),
        ) {
            (true, false) => return Some(Side::Host),
            // "the container is available on port 5433": where it is reached is not its own side
            (false, true) => return (!served).then_some(Side::Container),
            _ => {}
        }
        let fills = words.port.contains(&word) || words.between.contains(&word);
        if !fills {
            return None;
        }
        rest = before.trim_end_matches(|c: char| !c.is_alphanumeric());
    }
    None
}

/// Whether the word before a place puts it into the past: "was 5432", "old port 5432", "instead of 5432".
pub(super) fn says_past(text: &str, at: usize) -> bool {
    let words = words();
    let window = window_before(text, at);
    let line = window.rsplit('\n').next().unwrap_or(window);
    let mut rest = trim_joints(line);
    for _ in 0..3 {
        let (word, before) = last_word(rest);
        if word.is_empty() {
            return false;
        }
        let two = last_word(before.trim_end()).0;
        if words.past.contains(&word) || words.past.contains(&format!("{two} {word}")) {
            return true;
        }
        if !words.port.contains(&word) && !words.between.contains(&word) {
            return false;
        }
        rest = trim_joints(before);
    }
    false
}

/// Whether a place lies in `~~struck text~~`.
fn is_struck(text: &str, at: usize) -> bool {
    let window = before_within(text, at, SENTENCE);
    let line = window.rsplit('\n').next().unwrap_or(window);
    line.matches("~~").count() % 2 == 1
}

/// Whether the words before a place speak of a server's own socket.
fn binds(text: &str, at: usize) -> bool {
    let window = window_before(text, at);
    let line = window.rsplit('\n').next().unwrap_or(window).to_lowercase();
    words()
        .binds
        .iter()
        .any(|phrase| line.contains(phrase.as_str()))
}

/// Where the last sentence of a text starts: behind a full stop that a capital letter follows ("e.g. http" is none).
fn sentence_start(text: &str) -> usize {
    let stops = text.rmatch_indices(". ").map(|(i, _)| i + 2);
    stops
        .into_iter()
        .find(|&i| {
            text.get(i..)
                .is_some_and(|t| t.starts_with(char::is_uppercase))
        })
        .unwrap_or(0)
}

/// Where the first one ends.
fn sentence_end(text: &str) -> usize {
    let stops = text.match_indices(". ").map(|(i, _)| i);
    stops
        .into_iter()
        .find(|&i| {
            text.get(i + 2..)
                .is_some_and(|t| t.starts_with(char::is_uppercase))
        })
        .unwrap_or(text.len())
}

/// The sentence around a range on its line, at most [`SENTENCE`] bytes on each side; empty if there are no words in it.
fn line_around(text: &str, range: &Range<usize>) -> String {
    let before = before_within(text, range.start, SENTENCE);
    let after = after_within(text, range.end, SENTENCE);
    let before = before.rsplit('\n').next().unwrap_or("");
    let after = after.split('\n').next().unwrap_or("");
    let before = before.get(sentence_start(before)..).unwrap_or(before);
    let after = after.get(..sentence_end(after)).unwrap_or(after);
    let line = format!("{before} {after}");
    if line.contains(char::is_alphanumeric) {
        line.trim().to_owned()
    } else {
        String::new()
    }
}
