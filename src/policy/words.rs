//! Finds the words of the catalogue in names and texts.

use super::catalogue::Engine;
use crate::model::Kind;
use aho_corasick::{AhoCorasick, AhoCorasickBuilder, MatchKind};
use std::cmp::Reverse;
use std::collections::BTreeMap;
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

/// An automaton over all words.
#[derive(Debug)]
pub(super) struct Words {
    automaton: Option<AhoCorasick>,
    /// Engine and weakness by pattern.
    meaning: Vec<(usize, bool)>,
    /// The exporter of each engine, if there is one.
    exporters: Vec<Option<usize>>,
}

/// What a space in a catalogue word may be in a text.
const SEPARATORS: [&str; 5] = ["", " ", "-", "_", "."];

impl Words {
    pub(super) fn new(engines: &[Engine]) -> Self {
        let mut patterns: BTreeMap<String, (usize, bool)> = BTreeMap::new();
        for (i, engine) in engines.iter().enumerate() {
            for (words, weak) in [(&engine.words, false), (&engine.weak, true)] {
                for word in words {
                    add(&mut patterns, word, (i, weak));
                }
            }
        }
        let (texts, meaning): (Vec<_>, Vec<_>) = patterns.into_iter().unzip();
        let automaton = AhoCorasickBuilder::new()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .build(texts)
            .ok();
        Self {
            automaton,
            meaning,
            exporters: engines.iter().map(|e| exporter_of(engines, e)).collect(),
        }
    }

    pub(super) fn find(&self, text: &str) -> Vec<Found> {
        let Some(automaton) = &self.automaton else {
            return Vec::new();
        };
        let mut found: Vec<Found> = automaton
            .find_overlapping_iter(text)
            .filter(|m| is_word(text, m.range()))
            .filter_map(|m| {
                let &(engine, weak) = self.meaning.get(m.pattern().as_usize())?;
                let plain = Found {
                    range: m.range(),
                    engine,
                    weak,
                };
                Some(self.as_exporter(text, &plain).unwrap_or(plain))
            })
            .collect();
        found.sort_by_key(|f| (f.range.start, Reverse(f.range.end)));
        let mut end = 0;
        found.retain(|f| {
            let free = f.range.start >= end;
            if free {
                end = f.range.end;
            }
            free
        });
        found
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

/// The first meaning of a word stays.
fn add(patterns: &mut BTreeMap<String, (usize, bool)>, word: &str, meaning: (usize, bool)) {
    let mut parts = word.split(' ');
    let mut forms = vec![parts.next().unwrap_or_default().to_owned()];
    for part in parts {
        forms = forms
            .iter()
            .flat_map(|form| SEPARATORS.map(|separator| format!("{form}{separator}{part}")))
            .collect();
    }
    for form in forms {
        patterns.entry(form).or_insert(meaning);
    }
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
