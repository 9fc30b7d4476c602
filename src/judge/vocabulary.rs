//! Which services and engines a text names: the words of the repo's services and of the catalogue, longest match first.

use crate::model::{Model, ServiceId};
use crate::policy::Policy;
use std::collections::BTreeMap;

/// What a run of words names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Named {
    /// An engine of the catalogue, by name.
    Engine(String),
    /// A service of the repo.
    Service(ServiceId),
}

/// Words with what they name.
pub(super) struct Vocabulary {
    by_first: BTreeMap<String, Vec<(Vec<String>, Named)>>,
}

/// Service names that are everyday words: they name a service as a host, not in a text.
const EVERYDAY: &[&str] = &[
    "admin", "api", "app", "backend", "backup", "broker", "cache", "client", "core", "data",
    "database", "db", "dev", "exporter", "frontend", "main", "master", "monitor", "primary",
    "prod", "proxy", "queue", "replica", "server", "service", "sql", "staging", "storage", "store",
    "test", "ui", "web", "worker",
];

impl Vocabulary {
    pub(super) fn new(model: &Model, policy: &Policy) -> Self {
        let mut vocabulary = Self {
            by_first: BTreeMap::new(),
        };
        for engine in &policy.catalogue.engines {
            // Names and titles are for policies and messages: some are everyday words (`crate`, `gel`, "search dashboard").
            for word in engine.spellings() {
                vocabulary.add(&word, Named::Engine(engine.name.clone()));
            }
        }
        for (index, service) in model.services.iter().enumerate() {
            for alias in &service.aliases {
                vocabulary.add(alias, Named::Service(ServiceId(index)));
            }
        }
        for entries in vocabulary.by_first.values_mut() {
            entries.sort_by(|a, b| (b.0.len(), &a.1).cmp(&(a.0.len(), &b.1)));
            entries.dedup();
        }
        vocabulary
    }

    fn add(&mut self, text: &str, named: Named) {
        let words = words(text);
        let everyday =
            matches!(words.as_slice(), [one] if one.len() < 3 || EVERYDAY.contains(&one.as_str()));
        if let (Some(first), false) = (words.first().cloned(), everyday) {
            self.by_first.entry(first).or_default().push((words, named));
        }
    }

    /// Everything that a text names; at each word the longest name only.
    pub(super) fn named(&self, text: &str) -> Vec<Named> {
        let mut found = Vec::new();
        self.search(&words(text), &mut found);
        let humps = humps(text);
        if humps.len() > 1 {
            self.search(&humps, &mut found);
        }
        found.sort();
        found.dedup();
        found
    }

    fn search(&self, words: &[String], found: &mut Vec<Named>) {
        let mut at = 0;
        while let Some(rest) = words.get(at..).filter(|r| !r.is_empty()) {
            let longest = self.longest(rest);
            let len = longest.first().map_or(1, |(len, _)| *len);
            found.extend(longest.into_iter().map(|(_, named)| named.clone()));
            at += len;
        }
    }

    fn longest(&self, rest: &[String]) -> Vec<(usize, &Named)> {
        let Some(first) = rest.first() else {
            return Vec::new();
        };
        let bare = first.trim_end_matches(|c: char| c.is_ascii_digit());
        let entries = self.by_first.get(first).or_else(|| self.by_first.get(bare));
        let mut hits = Vec::new();
        let mut len = 0;
        for (words, named) in entries.into_iter().flatten() {
            let same = words
                .iter()
                .skip(1)
                .zip(rest.iter().skip(1))
                .all(|(a, b)| a == b);
            if words.len() <= rest.len() && same && words.len() >= len {
                len = words.len();
                hits.push((words.len(), named));
            }
        }
        hits
    }
}

/// The words of a text in lower case: runs of letters and digits.
fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// The words of an identifier in camel case: `qdrantHttpPort`.
fn humps(text: &str) -> Vec<String> {
    let mut humps: Vec<String> = Vec::new();
    let mut lower = false;
    let mut open = false;
    for c in text.chars() {
        if !c.is_alphanumeric() {
            open = false;
        } else {
            if !open || (lower && c.is_uppercase()) {
                humps.push(String::new());
            }
            if let Some(last) = humps.last_mut() {
                last.extend(c.to_lowercase());
            }
            open = true;
        }
        lower = c.is_lowercase() || c.is_ascii_digit();
    }
    humps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Kind;
    use crate::policy::catalogue::Engine;

    fn vocabulary() -> Vocabulary {
        let engine = |name: &str, words: &[&str]| Engine {
            name: name.to_owned(),
            title: name.to_owned(),
            kind: Kind::Database,
            words: words.iter().map(ToString::to_string).collect(),
            ..Engine::default()
        };
        let mut policy = Policy::default();
        policy.catalogue.engines = vec![
            engine("postgres", &["postgres", "postgresql", "pgsql"]),
            engine("postgres-exporter", &["postgres exporter"]),
            engine("qdrant", &["qdrant"]),
        ];
        Vocabulary::new(&Model::default(), &policy)
    }

    #[test]
    fn names_are_found_in_all_spellings_longest_first() {
        let engines = |text: &str| {
            let named = vocabulary().named(text);
            named
                .into_iter()
                .map(|n| match n {
                    Named::Engine(e) => e,
                    Named::Service(_) => String::new(),
                })
                .collect::<Vec<_>>()
                .join(" ")
        };
        for (text, expected) in [
            ("PostgreSQL 15 database", "postgres"),
            ("POSTGRES_PORT", "postgres"),
            ("postgres15", "postgres"),
            ("qdrantHttpPort", "qdrant"),
            ("the Postgres exporter", "postgres-exporter"),
            ("postgres_exporter and qdrant", "postgres-exporter qdrant"),
            ("postgrestic", ""),
            ("", ""),
        ] {
            assert_eq!(engines(text), expected, "{text}");
        }
    }
}
