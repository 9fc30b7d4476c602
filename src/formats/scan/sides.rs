//! What the words around a number say of its side, its time and its reader: "(host)", "of the container", "was", "listening on".

use super::around::{
    SENTENCE, before_within, ends_with_words, is_mark, last_word, trim_joints, window_after,
    window_before,
};
use super::words::words;
use crate::facts::Side;

/// The side that words say by themselves: `host`, `container`, `internal only`.
pub(super) fn side_word(text: &str) -> Option<Side> {
    let words = words();
    let lower = text.trim_matches(is_mark).to_lowercase();
    let first = lower.split([',', ';', '/']).next().unwrap_or("").trim();
    let port = |set: &std::collections::HashSet<String>| {
        set.contains(first)
            || first.split_once(' ').is_some_and(|(a, b)| {
                set.contains(a)
                    && b.split(' ')
                        .all(|w| words.side_tail.contains(w) || words.port.contains(w))
            })
    };
    match (port(&words.host_side), port(&words.container_side)) {
        (true, false) => Some(Side::Host),
        (false, true) => Some(Side::Container),
        _ => None,
    }
}

/// The side that the words behind a number say: `(host)`, "on the host", "of the questdb container".
pub(super) fn side_behind(text: &str, end: usize, spoken: bool) -> Option<Side> {
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
        // "9002 externally", "5432 internal only", "5432 container / 5433 host"
        let closes = list
            .next()
            .is_none_or(|word| matches!(word, "/" | "&" | "+"));
        return side_word(preposition)
            .filter(|_| closes || !matches!(preposition, "host" | "container" | "intern"));
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
pub(super) const PREPOSITIONS: &[&str] = &[
    "on", "of", "in", "inside", "within", "at", "from", "no", "na", "do", "da", "de", "del", "en",
    "dans", "du", "im", "auf", "am", "op", "van", "sur",
];

/// The side that the words before a number say: "host port 5433", "porta interna 5432", "container 5432", "host UI exposed on 9002".
pub(super) fn side_before(text: &str, at: usize) -> Option<Side> {
    let words = words();
    let window = window_before(text, at);
    let line = window.rsplit('\n').next().unwrap_or(window);
    let clause = trim_joints(line)
        .rsplit([',', ';', '.', '(', ')', '|', '/'])
        .next()?;
    let mut rest = clause;
    let mut served = false;
    let labelled = line
        .get(trim_joints(line).len()..)
        .is_some_and(|joint| joint.contains(':'));
    for turn in 0..5 {
        let lower = rest.to_lowercase();
        if let Some(phrase) = words.serves.iter().find(|p| ends_with_words(&lower, p)) {
            served = true;
            rest = rest
                .get(..rest.len().checked_sub(phrase.len())?)?
                .trim_end();
            // "host UI exposed on": one noun may stand between
            rest = last_word(rest).1.trim_end();
        }
        let rest_bare = rest
            .strip_suffix("'s")
            .or_else(|| rest.strip_suffix("’s"))
            .unwrap_or(rest);
        let (word, before) = last_word(rest_bare);
        // "Internal: 5432" is a label, "Scan externe : 5432" is about a scan
        if turn == 0
            && labelled
            && before.contains(char::is_alphanumeric)
            && !words.port.contains(&word)
        {
            return None;
        }
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
pub(super) fn is_struck(text: &str, at: usize) -> bool {
    let window = before_within(text, at, SENTENCE);
    let line = window.rsplit('\n').next().unwrap_or(window);
    line.matches("~~").count() % 2 == 1
}

/// Whether the words before a place speak of a server's own socket.
pub(super) fn binds(text: &str, at: usize) -> bool {
    let window = window_before(text, at);
    let line = window.rsplit('\n').next().unwrap_or(window).to_lowercase();
    words()
        .binds
        .iter()
        .any(|phrase| line.contains(phrase.as_str()))
}
