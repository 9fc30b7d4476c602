//! Finds the words of the catalogue in names and texts.

use super::catalogue::Engine;
use crate::model::Kind;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::ops::Range;

/// A word that names an engine.
#[derive(Clone, Debug)]
pub struct Hit<'a> {
    /// Its bytes in the text.
    pub range: Range<usize>,
    /// The engine.
    pub engine: &'a Engine,
    /// Whether the word means other things as well, so that it needs company.
    pub weak: bool,
}

/// A hit before its engine was looked up.
pub(super) struct Found {
    pub(super) range: Range<usize>,
    pub(super) engine: usize,
    pub(super) weak: bool,
}

/// All words, by their first byte.
#[derive(Debug)]
pub(super) struct Words {
    by_start: HashMap<u8, Vec<Word>>,
    /// The exporter of each engine, if there is one.
    exporters: Vec<Option<usize>>,
}

/// A word, in lower case; a space in it may be nothing or one of [`SEPARATORS`] in a text.
#[derive(Debug)]
struct Word {
    text: String,
    engine: usize,
    weak: bool,
}

const SEPARATORS: [u8; 4] = [b' ', b'-', b'_', b'.'];

impl Words {
    pub(super) fn new(engines: &[Engine]) -> Self {
        let mut by_start: HashMap<u8, Vec<Word>> = HashMap::new();
        for (i, engine) in engines.iter().enumerate() {
            for (words, weak) in [(&engine.words, false), (&engine.weak, true)] {
                for word in words {
                    let text = word.to_ascii_lowercase();
                    if let Some(&first) = text.as_bytes().first() {
                        by_start.entry(first).or_default().push(Word {
                            text,
                            engine: i,
                            weak,
                        });
                    }
                }
            }
        }
        Self {
            by_start,
            exporters: engines.iter().map(|e| exporter_of(engines, e)).collect(),
        }
    }

    /// The words in a text, from left to right, of those that start at one place the longest.
    pub(super) fn find(&self, text: &str) -> Vec<Found> {
        let mut found = Vec::new();
        let mut free = 0;
        for (at, _) in text.char_indices() {
            if at >= free
                && let Some(word) = self.at(text, at)
            {
                free = word.range.end;
                found.push(word);
            }
        }
        found
    }

    /// The longest word that starts at a place.
    fn at(&self, text: &str, at: usize) -> Option<Found> {
        let bytes = text.as_bytes();
        let first = bytes.get(at)?;
        let before = at.checked_sub(1).and_then(|i| bytes.get(i));
        // most places are inside a word
        if before.is_some_and(u8::is_ascii_alphanumeric) && !first.is_ascii_uppercase() {
            return None;
        }
        let words = self.by_start.get(&first.to_ascii_lowercase())?;
        words
            .iter()
            .filter_map(|word| Some((at..at + length(&word.text, bytes.get(at..)?)?, word)))
            .filter(|(range, _)| is_word(text, range.clone()))
            .map(|(range, word)| {
                let plain = Found {
                    range,
                    engine: word.engine,
                    weak: word.weak,
                };
                self.as_exporter(text, &plain).unwrap_or(plain)
            })
            // of words of one length the first stays
            .min_by_key(|found| Reverse(found.range.end))
    }

    /// An engine's name with "exporter" behind it means the exporter: `TimescaleDB exporter`, `redis_exporter`.
    fn as_exporter(&self, text: &str, found: &Found) -> Option<Found> {
        let exporter = (*self.exporters.get(found.engine)?)?;
        let behind = text.get(found.range.end..)?;
        let word = behind.strip_prefix([' ', '-', '_', '.']).unwrap_or(behind);
        let start = text.len() - word.len();
        let range = start..start + "exporter".len();
        let is_exporter = text.get(range.clone())?.eq_ignore_ascii_case("exporter");
        (is_exporter && is_word(text, range.clone())).then_some(Found {
            range: found.range.start..range.end,
            engine: exporter,
            weak: false,
        })
    }
}

/// How many bytes at the beginning of `bytes` are the word.
fn length(word: &str, bytes: &[u8]) -> Option<usize> {
    let mut length = 0;
    for expected in word.bytes() {
        let byte = bytes.get(length);
        if expected == b' ' {
            length += usize::from(byte.is_some_and(|b| SEPARATORS.contains(b)));
        } else if byte?.to_ascii_lowercase() == expected {
            length += 1;
        } else {
            return None;
        }
    }
    Some(length)
}

/// The exporter that is about an engine, else the one that is about its family.
fn exporter_of(engines: &[Engine], engine: &Engine) -> Option<usize> {
    let about = |name: &str| {
        let is_exporter = |e: &Engine| e.kind == Kind::Exporter && e.of.as_deref() == Some(name);
        engines.iter().position(is_exporter)
    };
    about(&engine.name).or_else(|| about(engine.family()))
}

/// Whether the bytes stand alone in the text, a hump (`redisPort`, `PostgreSQLHost`) and a version (`postgres16`) allowed.
fn is_word(text: &str, range: Range<usize>) -> bool {
    let (Some(before), Some(word), Some(after)) = (
        text.get(..range.start),
        text.get(range.clone()),
        text.get(range.end..),
    ) else {
        return false;
    };
    let (first, last) = (word.chars().next(), word.chars().next_back());
    let starts = before.chars().next_back().is_none_or(|c| {
        !c.is_alphanumeric() || (!c.is_uppercase() && first.is_some_and(char::is_uppercase))
    });
    let mut next = after.chars();
    let ends = next.next().is_none_or(|c| {
        let hump = c.is_uppercase()
            && (last.is_some_and(|l| !l.is_uppercase())
                || next.next().is_some_and(char::is_lowercase));
        let version = c.is_numeric() && !last.is_some_and(char::is_numeric);
        !c.is_alphanumeric() || hump || version
    });
    starts && ends
}

#[cfg(test)]
mod tests {
    use crate::policy::catalogue::Catalogue;

    fn words(text: &str) -> String {
        let catalogue = Catalogue::builtin();
        let hits = catalogue.words(text);
        let shown: Vec<_> = hits
            .iter()
            .map(|h| {
                assert!(text.get(h.range.clone()).is_some());
                format!("{}{}", h.engine.name, if h.weak { "?" } else { "" })
            })
            .collect();
        shown.join(" ")
    }

    #[test]
    fn whole_words_the_longest_first() {
        for (text, expected) in [
            ("postgres", "postgres"),
            ("PostgreSQL", "postgres"),
            ("POSTGRES_PORT", "postgres"),
            ("postgresqlPort", "postgres"),
            ("PostgreSQLPort", "postgres"),
            ("myRedisHost", "redis"),
            ("redis7", "redis"),
            ("TIMESCALEDB_PORT", "timescaledb"),
            ("TimescaleDB exporter", "postgres-exporter"),
            ("data-timescaledb-exporter", "postgres-exporter"),
            ("postgres_exporter", "postgres-exporter"),
            ("redis-commander and redis", "redis-commander redis"),
            ("VITE_QDRANT_URL", "qdrant"),
            ("Mongo Express", "mongo-express"),
            ("mongo-express", "mongo-express"),
            ("pgAdmin 4", "pgadmin"),
            ("pgAdmin", "pgadmin"),
            ("pg_port", "postgres?"),
            ("PGPORT", "postgres"),
            ("SQL Server", "mssql"),
            ("the 🔑 of redis🔑", "redis"),
            ("naïveredis", ""),
            ("predisposed rediscover", ""),
            ("jpg svg upgrade", ""),
            ("kong-db", "kong"),
            ("grafana", "grafana"),
            ("elastic scaling", "elasticsearch?"),
            ("", ""),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }
}
