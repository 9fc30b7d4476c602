//! Realistic code of every language, and code that is made to be hard.

mod dynamic;
mod forms;
mod hostile;
mod javascript;
mod managed;
mod native;
mod python;
mod surroundings;

use crate::facts::{FileFacts, ReadBy, Sighting};
use crate::formats;
use crate::source::SourceFile;

/// What the readers find in a file.
pub(super) fn read(path: &str, text: &str) -> (SourceFile, FileFacts) {
    let file = SourceFile::new(path, text);
    let facts = formats::read(&file);
    for sighting in &facts.sightings {
        assert_eq!(
            file.slice(sighting.span),
            sighting.port.to_string(),
            "in {text}"
        );
        assert!(sighting.shown.contains(sighting.span), "in {text}");
        if let Some(host) = &sighting.host
            && let Some(span) = host.span
        {
            assert_eq!(file.slice(span), host.text, "in {text}");
        }
    }
    (file, facts)
}

/// One sighting on one line: `5433 Keyed db.port <PGPORT> @localhost(DB_HOST) !Unknown`.
fn show(s: &Sighting) -> String {
    let mut line = format!("{} {:?}", s.port, s.form);
    if let Some(name) = &s.name {
        line += &format!(" {name}");
    }
    if !s.fallback_of.is_empty() {
        line += &format!(" <{}>", s.fallback_of.join(","));
    }
    if let Some(host) = &s.host {
        line += &format!(" @{}", host.text);
        if let Some(key) = &host.key {
            line += &format!("({key})");
        }
    }
    if s.read_by != ReadBy::Host {
        line += &format!(" !{:?}", s.read_by);
    }
    line
}

/// All sightings of a file, each on one line.
pub(super) fn lines(path: &str, text: &str) -> Vec<String> {
    let (_, facts) = read(path, text);
    assert_eq!(facts.problems, [], "in {text}");
    facts.sightings.iter().map(show).collect()
}

/// Checks a table of sources with the sightings that they must give.
fn check(path: &str, cases: &[(&str, &[&str])]) {
    for (source, expected) in cases {
        assert_eq!(lines(path, source), *expected, "in {source}");
    }
}

/// Checks that sources give nothing.
fn silent(path: &str, cases: &[&str]) {
    for source in cases {
        assert_eq!(lines(path, source), [""; 0], "in {source}");
    }
}
