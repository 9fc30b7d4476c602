//! The name beside a number: `TimescaleDB: 5432`, `pgWeb (8081)`, `9000 - QuestDB`, "exposes the frontend on port 7233".

use super::around::{
    REACH, SENTENCE, before_within, is_mark, last_word, trim_joints, window_after, window_before,
};
use super::sides::side_word;
use super::words::words;

/// The name before a number, and whether it begins its line: `TimescaleDB: 5432`, `Name (5432)`, `Name - 5432`.
pub(super) fn name_before(text: &str, at: usize) -> Option<(String, bool)> {
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
        // a further number in the brackets: `QuestDB (9000, 9009)`, `QuestDB (9000 container / 9002 host)`
        ',' | '/' => {
            let open = core.rfind('(')?;
            let inside = core.get(open + 1..)?;
            let told = |word: &str| {
                let word = word.trim_matches(is_mark);
                side_word(&word.to_lowercase()).is_some()
                    || word.chars().all(|c| c.is_ascii_digit() || c == '-')
            };
            inside
                .split([',', '/', ' '])
                .all(told)
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
pub(super) fn trailing_name(text: &str) -> Option<&str> {
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
    let name = behind_brackets(name).unwrap_or(name);
    (!name.is_empty()).then_some(name)
}

/// The name behind another's brackets: `TimescaleDB` of `RabbitMQ (5672) + TimescaleDB`.
fn behind_brackets(text: &str) -> Option<&str> {
    let rest = text.get(text.rfind(") ")? + 2..)?;
    let (joint, name) = rest.split_once(' ')?;
    let joins = matches!(joint, "+" | "&") || words().joined.contains(&joint.to_lowercase());
    joins.then(|| name.trim_start())
}

/// The name behind a number: `9000 - QuestDB (Web Console)`, `9002 (HTTP UI)`. With `bracket`, only the latter.
pub(super) fn name_behind(text: &str, end: usize, bracket: bool) -> Option<String> {
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

/// The name of a number in a list under a port's label: "Ports: Airflow 8080, Postgres 5432, HTTP=9000".
pub(super) fn listed_name(text: &str, at: usize) -> Option<String> {
    let window = before_within(text, at, SENTENCE);
    let line = window.rsplit('\n').next().unwrap_or(window);
    let colon = line.rfind(": ")?;
    let (label, _) = last_word(line.get(..colon)?.trim_end_matches(is_mark));
    if !words().port.contains(&label) {
        return None;
    }
    let mut items = line.get(colon + 2..)?.rsplit(',');
    let name = items.next()?.trim_end_matches('=').trim();
    let numbered = |item: &str| {
        item.split(|c: char| !c.is_ascii_digit())
            .any(|n| n.len() >= 2)
    };
    let short = name.split_whitespace().count() <= 4
        && !name.contains(|c: char| c.is_ascii_digit() || matches!(c, '.' | ';' | '('));
    (short && items.all(numbered) && is_name(name)).then(|| clean(name))
}

/// Where a list of further numbers ends: `9000, 9001 (MinIO)` is one list with one name.
pub(super) fn after_list(text: &str, end: usize) -> usize {
    let mut at = end;
    for _ in 0..6 {
        let rest = window_after(text, at);
        let joint = rest.trim_start_matches([',', '/', ' ', '&']);
        let digits = joint.bytes().take_while(u8::is_ascii_digit).count();
        if joint.len() == rest.len() || digits == 0 {
            break;
        }
        at += rest.len() - joint.len() + digits;
    }
    at
}

/// The name before the brackets that a number stands in: `TimescaleDB (port 5432)`.
pub(super) fn name_in_brackets(text: &str, at: usize) -> Option<String> {
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
pub(super) fn clause_before(text: &str, at: usize) -> Option<String> {
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
pub(super) fn is_name(name: &str) -> bool {
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
pub(super) fn clean(name: &str) -> String {
    name.trim_matches(|c: char| is_mark(c) || matches!(c, '-' | '#' | '(' | '[' | '•'))
        .to_owned()
}

/// Whether a number begins its line or list item.
pub(super) fn begins_item(text: &str, at: usize) -> bool {
    let window = window_before(text, at);
    let line = window.rsplit('\n').next().unwrap_or(window);
    line.len() < REACH
        && line
            .chars()
            .all(|c| is_mark(c) || matches!(c, '-' | '+' | '•' | '>' | '#' | '│' | '├' | '└' | '─'))
}
