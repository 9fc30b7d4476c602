//! Finds port sightings in a piece of text: a shared helper of the readers, not a format.
//!
//! The reader knows what sort of text it holds (a value, a command, running text) and what stands around it; this module
//! knows how ports are written. It decides no side beyond what the syntax itself says, and judges nothing.

use crate::facts::{Clue, ReadBy, Sighting, Tense};
use crate::source::Text;

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

impl Scan<'_> {
    /// A value: a URL, `host:port`, a DSN, a mapping, or a bare number if the name is that of a port.
    pub fn value(&self, _text: &Text, _out: &mut Vec<Sighting>) {}

    /// A shell command line or script fragment: `psql -p 5433`, `docker run -p 5432:5432`, `curl localhost:6333`, `A=1 cmd`.
    pub fn command(&self, _text: &Text, _out: &mut Vec<Sighting>) {}

    /// Running text: "port 5433", `localhost:5433`, `TimescaleDB: 5432`, pasted `docker ps` output.
    pub fn prose(&self, _text: &Text, _out: &mut Vec<Sighting>) {}
}

/// Gives each sighting whose key is that of a port the host of its sibling key (`DB_HOST` for `DB_PORT`; the nearest pair of
/// one prefix). `entries` are the block's, in order; sightings of other blocks are left alone.
pub fn pair_hosts(_entries: &[Entry<'_>], _sightings: &mut [Sighting]) {}
