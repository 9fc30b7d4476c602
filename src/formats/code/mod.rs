//! Source code: literals found by real syntax, so that comments and strings are told apart and every span is exact.
//!
//! ```text
//! prefilter (bytes) → tree (flat, roles) → place, value, hosts, clues (what surrounds a literal) → read (sightings)
//! ```
//!
//! A language is one file under `languages/`: its grammar, and a table that says which [role](language::Role) each sort
//! of node plays. Everything else is written once, for roles.

mod callees;
mod calls;
mod clues;
mod comments;
mod env;
mod generated;
mod hosts;
mod language;
mod languages;
mod literal;
mod place;
mod prefilter;
mod read;
mod syntax;
mod tags;
#[cfg(test)]
mod tests;
mod tree;
mod value;
mod web;

pub use generated::looks_generated;
pub use web::READER as WEB;

use super::Reader;
use super::scan::Scan;
use crate::classify::file_name;
use crate::facts::{Clue, ClueKind, FileFacts, Problem, ProblemKind, ReadBy, Sighting};
use crate::source::{SourceFile, Span, Text};
use language::Language;

/// Larger files are data, or generated.
const MAX_BYTES: usize = 1 << 20;

/// A reader of one language's files.
macro_rules! reader {
    ($name:literal, $($language:ident)::+) => {
        Reader {
            name: $name,
            wants: |name, _| languages::$($language)::+.owns(name.ending()),
            read: |file, facts| read_file(&languages::$($language)::+, file, facts),
        }
    };
}

/// JavaScript, JSX and TSX.
pub const JAVASCRIPT: Reader = reader!("javascript", javascript::JAVASCRIPT);
/// TypeScript.
pub const TYPESCRIPT: Reader = reader!("typescript", javascript::TYPESCRIPT);
/// Python.
pub const PYTHON: Reader = reader!("python", python::PYTHON);
/// Go.
pub const GO: Reader = reader!("go", go::GO);
/// Java.
pub const JAVA: Reader = reader!("java", java::JAVA);
/// Kotlin.
pub const KOTLIN: Reader = reader!("kotlin", kotlin::KOTLIN);
/// Scala.
pub const SCALA: Reader = reader!("scala", scala::SCALA);
/// Ruby.
pub const RUBY: Reader = reader!("ruby", ruby::RUBY);
/// PHP.
pub const PHP: Reader = reader!("php", php::PHP);
/// Rust.
pub const RUST: Reader = reader!("rust", rust::RUST);
/// C#.
pub const C_SHARP: Reader = reader!("c-sharp", c_sharp::C_SHARP);

/// Whether a fenced block under this name is one of the languages read here.
pub fn knows_fence(name: &str) -> bool {
    language_of_fence(name).is_some()
}

/// A piece of code in a document, under the name of its fence; nothing if the language is unknown. `base` says who reads
/// it, in which tense, and what may name the service.
pub fn read_snippet(name: &str, text: &Text, base: &Scan<'_>) -> Vec<Sighting> {
    let language = match language_of_fence(name) {
        Some(l) if std::ptr::eq(l, &languages::php::PHP) && !text.value.contains("<?") => {
            Some(&languages::php::PHP_ONLY)
        }
        other => other,
    };
    let worth_parsing = text.value.len() <= MAX_BYTES && prefilter::may_hold_port(&text.value);
    let Some(language) = language.filter(|_| worth_parsing) else {
        return Vec::new();
    };
    let found = match read::sightings(language, &text.value, &[], base) {
        Ok(found) if !(found.broken && found.sightings.is_empty()) => found.sightings,
        // a fragment that no parser makes sense of
        _ => {
            let mut found = Vec::new();
            base.snippet(text, &mut found);
            return found;
        }
    };
    let locate = |span: Span| text.locate(span.range());
    let relocate = |mut sighting: Sighting| {
        sighting.span = locate(sighting.span)?;
        sighting.shown = locate(sighting.shown).unwrap_or(sighting.span);
        if let Some(host) = &mut sighting.host {
            host.span = host.span.and_then(locate);
        }
        if let Some(end) = &mut sighting.end {
            end.span = locate(end.span)?;
        }
        Some(sighting)
    };
    found.into_iter().filter_map(relocate).collect()
}

fn language_of_fence(name: &str) -> Option<&'static Language> {
    let name = name.trim();
    languages::ALL
        .iter()
        .find(|l| l.fences.iter().any(|f| f.eq_ignore_ascii_case(name)))
        .copied()
}

fn read_file(language: &Language, file: &SourceFile, facts: &mut FileFacts) {
    if !prefilter::may_hold_port(&file.text) {
        return;
    }
    if file.text.len() > MAX_BYTES {
        facts
            .problems
            .push(skipped("source files over 1 MiB are not read"));
        return;
    }
    let name = file_name(&file.path);
    let clues = [Clue {
        kind: ClueKind::File,
        text: name.to_owned(),
    }];
    match read::sightings(
        language,
        &file.text,
        &[],
        &Scan::by(ReadBy::Host).clued(&clues),
    ) {
        // asked last: most files hold no port, and need not be looked at twice
        Ok(found) if found.sightings.is_empty() || looks_generated(&file.text) => {}
        Ok(mut found) => facts.sightings.append(&mut found.sightings),
        Err(tree::GaveUp) => facts
            .problems
            .push(skipped("the parser gave up on this file")),
    }
}

fn skipped(message: &str) -> Problem {
    Problem {
        kind: ProblemKind::Skipped,
        message: message.to_owned(),
        span: Span::default(),
    }
}
