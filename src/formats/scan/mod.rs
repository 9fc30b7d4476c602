//! Finds port sightings in a piece of text: a shared helper of the readers, not a format.
//!
//! The reader knows what sort of text it holds (a value, a command, running text) and what stands around it; this module
//! knows how ports are written. It decides no side beyond what the syntax itself says, and judges nothing.

mod around;
pub mod block;
mod cell;
mod command;
pub mod digits;
mod expr;
mod finder;
mod hosts;
mod keyed;
pub mod lex;
mod mapping;
pub mod names;
mod naming;
mod number;
mod pair;
mod prose;
mod quoted;
mod sides;
mod told;
mod url;
pub mod words;

pub use cell::Column;
pub use hosts::pair_hosts;

use crate::facts::{Clue, ReadBy, Sighting, Tense};
use crate::source::Text;
use finder::Finder;

/// What a reader knows about the text it hands over.
#[derive(Clone, Copy, Debug)]
pub struct Scan<'a> {
    /// Who reads the value when the system runs.
    pub read_by: ReadBy,
    /// Whether the text speaks of the present.
    pub tense: Tense,
    /// The variable or key (dotted path) that holds the value.
    pub name: Option<&'a str>,
    /// Variables whose default the text is.
    pub fallback_of: &'a [String],
    /// What may name the service.
    pub clues: &'a [Clue],
}

/// One entry of a block of keys and values (an env file, a mapping, an object literal, a table of variables).
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The key.
    pub key: &'a str,
    /// The value.
    pub value: &'a Text,
}

impl<'a> Scan<'a> {
    /// A scan of text that `read_by` reads, of the present, without a name or clues.
    pub fn by(read_by: ReadBy) -> Self {
        Self {
            read_by,
            tense: Tense::Now,
            name: None,
            fallback_of: &[],
            clues: &[],
        }
    }

    /// The same with a name.
    #[must_use]
    pub fn named(self, name: &'a str) -> Self {
        Self {
            name: Some(name),
            ..self
        }
    }

    /// The same with clues.
    #[must_use]
    pub fn clued(self, clues: &'a [Clue]) -> Self {
        Self { clues, ..self }
    }
}

impl Scan<'_> {
    /// A value: a URL, `host:port`, a DSN, a mapping, or a bare number if the name is that of a port.
    pub fn value(&self, text: &Text, out: &mut Vec<Sighting>) {
        if !has_digits(&text.value) {
            return;
        }
        let mut finder = Finder::new(*self, text);
        finder.bare_value();
        finder.urls();
        finder.arrows();
        finder.dsns();
        finder.pairs();
        finder.finish(out);
    }

    /// A shell command line or script fragment: `psql -p 5433`, `docker run -p 5432:5432`, `curl localhost:6333`, `A=1 cmd`.
    /// Comments in it are read as prose, assignments as values.
    pub fn command(&self, text: &Text, out: &mut Vec<Sighting>) {
        if has_digits(&text.value) {
            command::script(self, text, out);
        }
    }

    /// Running text: "port 5433", `localhost:5433`, `TimescaleDB: 5432`, pasted `docker ps` output.
    pub fn prose(&self, text: &Text, out: &mut Vec<Sighting>) {
        let first = out.len();
        self.plain_prose(text, out);
        quoted::commands_in(self, text, first, out);
    }

    /// The same without the commands that the text quotes.
    fn plain_prose(&self, text: &Text, out: &mut Vec<Sighting>) {
        if !has_digits(&text.value) {
            return;
        }
        let mut finder = Finder::new(*self, text);
        finder.urls();
        finder.arrows();
        finder.exposed();
        finder.dsns();
        finder.mappings();
        finder.pairs();
        finder.keyed(true);
        finder.spoken();
        finder.named();
        finder.listen_to_words();
        finder.finish(out);
    }

    /// A table's cell in a column that holds ports: every number in it that stands alone is one.
    pub fn cell(&self, text: &Text, column: Column, out: &mut Vec<Sighting>) {
        if !has_digits(&text.value) {
            return;
        }
        let mut finder = Finder::new(*self, text);
        finder.urls();
        finder.arrows();
        finder.exposed();
        finder.dsns();
        finder.published();
        finder.pairs();
        finder.cells();
        finder.listen_to_words();
        finder.settle(column);
        finder.finish(out);
    }

    /// Text of a language or format that nobody reads better: URLs, `host:port`, `port = 5432` and the like, with the hosts
    /// of sibling keys; nothing that only words make a port.
    pub fn snippet(&self, text: &Text, out: &mut Vec<Sighting>) {
        if !has_digits(&text.value) {
            return;
        }
        let mut finder = Finder::new(*self, text);
        finder.urls();
        finder.arrows();
        finder.exposed();
        finder.dsns();
        finder.mappings();
        finder.pairs();
        finder.keyed(false);
        finder.finish(out);
    }
}

/// Whether a text can hold a port that matters: two to five digits in a row that do not go on a word (`-p5432` does not count as one).
pub fn has_digits(text: &str) -> bool {
    let bytes = text.as_bytes();
    digits::runs(bytes).any(|run| {
        let before = run.start.checked_sub(1).and_then(|b| bytes.get(b));
        let goes_on = before
            .is_some_and(|b| *b == b'_' || b.is_ascii_alphabetic() && !matches!(b, b'p' | b'P'));
        (2..=5).contains(&run.len()) && !goes_on
    })
}

#[cfg(test)]
mod tests;
