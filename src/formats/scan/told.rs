//! What a sentence tells of a port besides the number: the host that it names, and that two programs cannot both have it.

use super::pair::is_ipv4;
use super::words::words;
use std::ops::Range;

/// How far the host may stand before its port, in bytes.
const REACH: usize = 96;

/// Words that may stand between a host's name and the word for it, or between the host and its port.
const JOINTS: &[&str] = &[
    "name", "address", "is", "as", "to", "and", "with", "the", "on", "using", "at", "its", "set",
    "a", "e", "y", "et", "und",
];

/// The host of "host `postgres` and port 5432", for the port whose number starts at `at`: a name in marks, or an address.
pub(super) fn host_before(text: &str, at: usize) -> Option<(String, Range<usize>)> {
    let from = at.saturating_sub(REACH);
    let from = (from..=at).find(|&i| text.is_char_boundary(i))?;
    let window = text.get(from..at)?;
    let paragraph = window.rfind("\n\n").map_or(0, |i| i + 2);
    let tokens = tokens(window.get(paragraph..)?);
    let named = tokens.iter().rposition(|t| is_host_word(t.word))?;
    let mut rest = tokens.iter().skip(named + 1);
    let host = rest.find(|t| !JOINTS.contains(&t.word.to_lowercase().as_str()))?;
    let address = host.word == "localhost" || is_ipv4(host.word);
    let name = host.marked && host.word.contains(|c: char| c.is_ascii_alphabetic());
    let joined = rest.all(|t| {
        let word = t.word.to_lowercase();
        JOINTS.contains(&word.as_str())
            || words().port.contains(&word)
            || words().between.contains(&word)
    });
    let start = from + paragraph + host.at;
    ((address || name) && joined).then(|| (host.word.to_owned(), start..start + host.word.len()))
}

/// Whether the words behind a number say that it is free or in use, as only a port of a machine can be.
pub(super) fn is_claimed(text: &str, end: usize) -> bool {
    let rest = text.get(end..).unwrap_or("");
    let line = rest.split(['\n', ';', '.']).next().unwrap_or(rest);
    let clause: String = line
        .trim_start_matches(|c: char| !c.is_alphabetic())
        .chars()
        .take(REACH)
        .flat_map(char::to_lowercase)
        .collect();
    // the rest of a list: "5432, 6379 and 27017 are free"
    let mut clause = clause.as_str();
    while let Some(other) = clause
        .split_once(' ')
        .filter(|(word, _)| words().joined.contains(*word))
        .map(|(_, other)| other.trim_start_matches(|c: char| !c.is_alphabetic()))
    {
        clause = other;
    }
    words().claimed.iter().any(|phrase| {
        clause
            .strip_prefix(phrase.as_str())
            .is_some_and(|after| !after.starts_with(char::is_alphanumeric))
    })
}

fn is_host_word(word: &str) -> bool {
    let word = word.to_lowercase();
    matches!(
        word.as_str(),
        "host" | "hostname" | "server" | "anfitrião" | "hôte"
    )
}

/// A word of a sentence.
struct Token<'t> {
    word: &'t str,
    at: usize,
    /// In backticks, quotes or stars.
    marked: bool,
}

/// The words of a text, with the dots and dashes inside them.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut start = None;
    let inside = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    for (i, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (start, inside(c)) {
            (None, true) => start = Some(i),
            (Some(at), false) => {
                start = None;
                let whole = text.get(at..i).unwrap_or("");
                let word = whole.trim_matches(['.', '-', '_']);
                let lead = whole.len() - whole.trim_start_matches(['.', '-', '_']).len();
                let before = text.get(..at).and_then(|t| t.chars().next_back());
                let marked = |c: Option<char>| matches!(c, Some('`' | '"' | '\'' | '*'));
                if !word.is_empty() {
                    tokens.push(Token {
                        word,
                        at: at + lead,
                        marked: marked(before) && marked(Some(c)),
                    });
                }
            }
            _ => {}
        }
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_that_sentences_name() {
        for (text, host) in [
            (
                "add a server with host `postgres` and port `5432`",
                Some("postgres"),
            ),
            ("Host: `db` Port: 5432", Some("db")),
            (
                "with the hostname set to \"cache\" on port 5432",
                Some("cache"),
            ),
            ("connect to host localhost, port 5432", Some("localhost")),
            ("server address is 10.0.0.7, port 5432", Some("10.0.0.7")),
            ("reach the host machine on port 5432", None),
            ("on the host, port 5432", None),
            ("host `db` is slow. Redis listens on 5432", None),
            ("host `db`\n\nport 5432", None),
            ("port 5432", None),
            ("é host `db` port 5432", Some("db")),
        ] {
            let at = text.find("5432").unwrap();
            let found = host_before(text, at);
            assert_eq!(found.as_ref().map(|(h, _)| h.as_str()), host, "{text}");
            if let Some((host, range)) = found {
                assert_eq!(text.get(range), Some(host.as_str()), "{text}");
            }
        }
    }

    #[test]
    fn ports_that_two_programs_want() {
        for (text, expected) in [
            ("port 5432 is already in use", true),
            ("ports 5432, 6379 and 27017 are free", true),
            ("port `5432` in use", true),
            ("a porta 5432 já está em uso", true),
            ("port 5432 is used by the API", false),
            ("port 5432", false),
            ("port 5432. It is free of charge", false),
            ("port 5432 is freely chosen", false),
        ] {
            let end = text.find("5432").unwrap() + 4;
            assert_eq!(is_claimed(text, end), expected, "{text}");
        }
    }
}
