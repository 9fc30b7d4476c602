//! The text around a place: windows of bounded length, words, sentences.

use std::ops::Range;

/// How far words are looked for on either side of a number, in bytes.
pub(super) const REACH: usize = 96;
/// How much of a sentence is a clue, on either side.
pub(super) const SENTENCE: usize = 300;

/// Marks that Markdown, quotes and lists put around words and numbers.
pub(super) fn is_mark(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '`' | '*' | '_' | '"' | '\'' | '“' | '”' | '‘' | '’' | '«' | '»'
        )
}

/// Up to [`REACH`] bytes before `at`, cut at a character border.
pub(super) fn window_before(text: &str, at: usize) -> &str {
    before_within(text, at, REACH)
}

pub(super) fn before_within(text: &str, at: usize, reach: usize) -> &str {
    let from = at.saturating_sub(reach);
    let from = (from..=at)
        .find(|&i| text.is_char_boundary(i))
        .unwrap_or(at);
    text.get(from..at).unwrap_or("")
}

/// Up to [`REACH`] bytes from `at` on.
pub(super) fn window_after(text: &str, at: usize) -> &str {
    after_within(text, at, REACH)
}

pub(super) fn after_within(text: &str, at: usize, reach: usize) -> &str {
    let to = (at + reach).min(text.len());
    let to = (at..=to)
        .rev()
        .find(|&i| text.is_char_boundary(i))
        .unwrap_or(at);
    text.get(at..to).unwrap_or("")
}

/// The last word of a text, lower case, and what stands before it.
pub(super) fn last_word(text: &str) -> (String, &str) {
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
pub(super) fn trim_joints(text: &str) -> &str {
    text.trim_end_matches(|c: char| is_mark(c) || matches!(c, ':' | '=' | '(' | '[' | '#' | '|'))
}

/// Whether a lower-case text ends with a phrase, as whole words.
pub(super) fn ends_with_words(text: &str, phrase: &str) -> bool {
    text.strip_suffix(phrase).is_some_and(|before| {
        !before
            .chars()
            .next_back()
            .is_some_and(char::is_alphanumeric)
    })
}

/// Where the last sentence of a text starts: behind a full stop that a capital letter follows ("e.g. http" is none).
pub(super) fn sentence_start(text: &str) -> usize {
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
pub(super) fn sentence_end(text: &str) -> usize {
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
pub(super) fn line_around(text: &str, range: &Range<usize>) -> String {
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
