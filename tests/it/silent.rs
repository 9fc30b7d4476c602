//! Numbers that are no ports, in every sort of text: nothing may be seen in them.

use crate::support::Repo;
use portlint::facts::{ClueKind, Form, Sighting};
use portlint::formats;
use portlint::source::SourceFile;
use std::fs;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/silent")
}

/// Words of services that the numbers of the list are ports of.
const SERVICES: &[&str] = &[
    "postgres",
    "timescale",
    "questdb",
    "qdrant",
    "redis",
    "mysql",
    "db",
    "database",
    "kong",
    "adminer",
];

/// Whether somebody could take it for a port: not if nothing but a name makes it one that is no service's, and not on a public host.
fn is_plausible(sighting: &Sighting) -> bool {
    let public = sighting
        .host
        .as_ref()
        .is_some_and(|h| h.text.ends_with(".com"));
    let by_name_alone =
        sighting.name.is_none() && matches!(sighting.form, Form::Item | Form::Prose | Form::Cell);
    let named = sighting
        .clues
        .iter()
        .filter(|c| c.kind == ClueKind::Name)
        .any(|c| {
            let text = c.text.to_lowercase();
            SERVICES.iter().any(|s| text.contains(s))
        });
    !public && (!by_name_alone || named)
}

/// Every line of these files; one that is seen as a port is shown with what it was taken for.
#[test]
fn numbers_that_are_no_ports_are_not_seen() {
    let folder = folder();
    let mut seen = Vec::new();
    let mut lines = 0;
    let mut names: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    for name in names {
        let text = fs::read_to_string(folder.join(&name)).unwrap();
        lines += text
            .lines()
            .filter(|l| l.contains(|c: char| c.is_ascii_digit()))
            .count();
        let file = SourceFile::new(name.as_str(), text);
        let facts = formats::read(&file);
        for sighting in facts.sightings.iter().filter(|s| is_plausible(s)) {
            let line = file.line(sighting.span.start);
            seen.push(format!(
                "{name}:{line}: {} as {:?}: {}",
                sighting.port,
                sighting.form,
                file.slice(file.line_span(line))
            ));
        }
    }
    assert!(lines >= 250, "the list has shrunk to {lines} lines");
    assert!(seen.is_empty(), "\n{}", seen.join("\n"));
}

/// The same lines one by one as plain text, comments of scripts and values: what stands around must not matter.
#[test]
fn nor_are_they_seen_one_by_one() {
    let text = fs::read_to_string(folder().join("prose.md")).unwrap();
    let mut seen = Vec::new();
    for line in text.lines() {
        for (name, text) in [
            ("notes.txt", line.to_owned()),
            ("a.sh", format!("# {line}\r\n")),
            ("a.md", format!("> {line}")),
        ] {
            let file = SourceFile::new(name, text);
            for sighting in formats::read(&file)
                .sightings
                .into_iter()
                .filter(is_plausible)
            {
                seen.push(format!(
                    "{name}: {} as {:?}: {line}",
                    sighting.port, sighting.form
                ));
            }
        }
    }
    assert!(seen.is_empty(), "\n{}", seen.join("\n"));
}

/// `5433 → 5432` is a mapping where a service publishes the one for the other; else it may lead from an old port to a new one.
#[test]
fn an_arrow_is_a_mapping_only_where_the_declarations_say_so() {
    let compose = "services:\n  postgres:\n    image: postgres:16\n    ports: [\"5433:5432\"]\n  cache:\n    image: redis:7\n    ports: [\"6379:6379\"]\n";
    let readme = "# Ports\n\n| Service | Port |\n|---|---|\n| postgres | 5433 → 5432 |\n\n- Redis: 6379 → 7030\n- Latency of postgres: 5433 → 5434\n";
    Repo::new()
        .file("compose.yaml", compose)
        .file("README.md", readme)
        .concise(["."])
        .prints("README.md:5:14: PL020")
        .does_not_print("README.md:7")
        .does_not_print("README.md:8")
        .does_not_print("README.md:5:21");
}
