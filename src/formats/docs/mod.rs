//! Documents: what Markdown, reStructuredText, AsciiDoc and plain text have in common. A format's reader cuts its file into blocks and
//! hands them over in order; this module knows what a heading, a list, a table and a code block mean for the ports in them.

mod fences;
mod history;
mod prose_lines;
mod snippets;
mod tables;
#[cfg(test)]
pub mod testing;

pub use prose_lines::{Lines, item_mark};
pub use tables::Table;

use crate::facts::{Clue, ClueKind, Form, ReadBy, Sighting, Tense};
use crate::formats::scan::block::{Assignment, assignment};
use crate::formats::scan::{Entry, Scan, has_digits, names, pair_hosts};
use crate::source::{SourceFile, Style, Text};
use std::ops::Range;

/// Clues are cut here, in bytes: a name stands at the front.
const CLUE: usize = 120;
/// A paragraph as short as this can be a label of what follows, in bytes.
const LABEL: usize = 60;
/// Deeper headings and lists are a machine's.
const DEEPEST: usize = 12;

/// A document that is being read.
pub struct Doc<'a> {
    file: &'a SourceFile,
    /// What path and front matter say.
    tense: Tense,
    headings: Vec<Heading>,
    /// The items around the current one, outermost first.
    parents: Vec<String>,
    /// The last paragraph, which introduces what follows.
    lead: Option<String>,
    /// Whether it says that what follows is how things were.
    announced: bool,
    /// Items of the current list that are keys with values, and where its sightings begin.
    pairs: Vec<(String, Text)>,
    list_from: usize,
    out: Vec<Sighting>,
}

struct Heading {
    level: u8,
    text: String,
    tense: Tense,
}

impl<'a> Doc<'a> {
    /// Begins a document.
    pub fn new(file: &'a SourceFile) -> Self {
        Self {
            file,
            tense: history::of_file(&file.path, &file.text),
            headings: Vec::new(),
            parents: Vec::new(),
            lead: None,
            announced: false,
            pairs: Vec::new(),
            list_from: 0,
            out: Vec::new(),
        }
    }

    /// What was found, in the order of places.
    pub fn finish(mut self) -> Vec<Sighting> {
        self.out.sort_by_key(|s| s.span);
        self.out.dedup_by_key(|s| s.span);
        self.out
    }

    /// A part of the file; empty if the range is not on character borders.
    pub fn slice(&self, range: Range<usize>) -> Text {
        let start = range.start;
        Text::verbatim(self.file.text.get(range).unwrap_or(""), start, Style::Plain)
    }

    /// A heading of a level (1 is the outermost).
    pub fn heading(&mut self, level: u8, range: Range<usize>) {
        let text = self.slice(range);
        let plain = plain(&text.value);
        self.headings.retain(|h| h.level < level);
        self.parents.clear();
        self.lead = None;
        self.prose(&text);
        if self.headings.len() < DEEPEST {
            let tense = history::of_heading(&plain);
            self.headings.push(Heading {
                level,
                text: plain,
                tense,
            });
        }
    }

    /// A paragraph.
    pub fn paragraph(&mut self, range: Range<usize>) {
        let text = self.slice(range);
        self.prose(&text);
        let lead = plain(&text.value);
        self.announced = history::announces(&lead);
        self.lead = Some(lead);
    }

    /// The text of a list's item; the items around it were announced with [`Doc::enter`].
    pub fn item(&mut self, range: Range<usize>) {
        let text = self.slice(range);
        self.prose(&text);
        self.keep_pair(&text);
        if let Some(own) = self.parents.last_mut().filter(|p| p.is_empty()) {
            *own = plain(text.value.lines().next().unwrap_or(""));
        }
    }

    /// Keeps `Host: db` of a list, for the `Port: 5432` of another item.
    fn keep_pair(&mut self, text: &Text) {
        let line = text.value.lines().next().unwrap_or("");
        if let Some(found) = assignment(&text.value, 0..line.len()).or_else(|| labelled(line)) {
            let key = text.value.get(found.key).unwrap_or("").to_owned();
            self.pairs.push((key, text.slice(found.value)));
        }
    }

    /// The outermost list ends: hosts and ports among its items find each other.
    fn end_list(&mut self) {
        let entries: Vec<Entry<'_>> = self
            .pairs
            .iter()
            .map(|(key, value)| Entry { key, value })
            .collect();
        pair_hosts(
            &entries,
            self.out.get_mut(self.list_from..).unwrap_or_default(),
        );
        self.pairs.clear();
    }

    /// A list begins.
    pub fn begin_list(&mut self) {
        if self.parents.is_empty() {
            self.list_from = self.out.len();
        }
    }

    /// A list ends.
    pub fn close_list(&mut self) {
        if self.parents.is_empty() {
            self.end_list();
        }
    }

    /// An item begins; what follows until [`Doc::leave`] is in it.
    pub fn enter(&mut self) {
        self.parents.push(String::new());
    }

    /// The item ends.
    pub fn leave(&mut self) {
        self.parents.pop();
    }

    /// A comment of the document's own.
    pub fn comment(&mut self, range: Range<usize>) {
        let text = self.slice(range);
        self.prose(&text);
    }

    /// Markup of another language inside the document: only what syntax makes a port.
    pub fn markup(&mut self, range: Range<usize>) {
        let text = self.slice(range);
        let clues = self.clues_for(&text.value);
        self.scan(&clues).snippet(&text, &mut self.out);
    }

    /// Running text.
    fn prose(&mut self, text: &Text) {
        if !has_digits(&text.value) {
            return;
        }
        let clues = self.clues();
        let before = self.out.len();
        self.scan(&clues).prose(text, &mut self.out);
        self.key_by_heading(text, before);
    }

    /// "Port: 5433" under something that is a name: that is the key above it.
    fn key_by_heading(&mut self, text: &Text, before: usize) {
        if self.out.len() == before {
            return;
        }
        let title = text
            .value
            .split_once('\n')
            .map(|(first, _)| plain(first))
            .filter(|t| !has_digits(t));
        let parent = || self.parents.iter().rev().find(|p| !p.is_empty()).cloned();
        let label = || {
            self.lead
                .clone()
                .filter(|l| l.len() <= LABEL && !l.ends_with('.'))
        };
        let heading = || self.headings.last().map(|h| h.text.clone());
        let keys: Vec<String> = match title.or_else(parent) {
            Some(key) => vec![key],
            None => label().into_iter().chain(heading()).collect(),
        };
        for sighting in self.out.iter_mut().skip(before) {
            let named = sighting.clues.iter().any(|c| c.kind == ClueKind::Name);
            let words = matches!(sighting.form, Form::Item | Form::Mapping | Form::Prose);
            if words && !named && is_labelled_port(&self.file.text, sighting.span.start as usize) {
                let clues = keys.iter().map(|text| Clue {
                    kind: ClueKind::KeyPath,
                    text: text.clone(),
                });
                sighting.clues.splice(0..0, clues);
            }
        }
    }

    fn scan<'s>(&self, clues: &'s [Clue]) -> Scan<'s> {
        Scan {
            tense: self.tense_here(),
            ..Scan::by(ReadBy::Host).clued(clues)
        }
    }

    /// The file's tense, or that of a heading above.
    fn tense_here(&self) -> Tense {
        self.headings
            .iter()
            .map(|h| h.tense)
            .max()
            .unwrap_or_default()
            .max(self.tense)
    }

    /// What stands around, nearest first.
    fn clues(&self) -> Vec<Clue> {
        let parents = self
            .parents
            .iter()
            .rev()
            .filter(|p| !p.is_empty())
            .map(|text| Clue {
                kind: ClueKind::KeyPath,
                text: text.clone(),
            });
        let lead = self.lead.iter().map(|text| Clue {
            kind: ClueKind::Near,
            text: text.clone(),
        });
        let headings = self.headings.iter().rev().map(|h| Clue {
            kind: ClueKind::Heading,
            text: h.text.clone(),
        });
        parents.chain(lead).chain(headings).collect()
    }

    /// The same, if there is anything to read in the text.
    fn clues_for(&self, text: &str) -> Vec<Clue> {
        if has_digits(text) {
            self.clues()
        } else {
            Vec::new()
        }
    }
}

/// Whether the line of a place begins with the word "port", as `- **Port**: 5433` does.
fn is_labelled_port(text: &str, at: usize) -> bool {
    let from = at.saturating_sub(LABEL);
    let from = (from..=at)
        .find(|&i| text.is_char_boundary(i))
        .unwrap_or(at);
    let before = text.get(from..at).unwrap_or("");
    let line = before.rsplit('\n').next().unwrap_or(before);
    let label = line.split([':', '=']).next().unwrap_or(line);
    line.len() > label.len() && names::port_parts(label).is_some_and(|p| p.is_empty())
}

/// `**Host name**: "db" (…)`: a label with its value, marks around both left out.
fn labelled(line: &str) -> Option<Assignment> {
    let colon = line.find(':').filter(|&c| c < LABEL)?;
    let mark = |c: char| c.is_whitespace() || matches!(c, '*' | '_' | '`' | '"' | '\'');
    let label = line.get(..colon)?;
    let key = label.trim_matches(mark);
    let key_start = label.find(key)?;
    let rest = line.get(colon + 1..)?;
    let value = rest.trim_start_matches(mark);
    let start = line.len() - value.len();
    let length = value
        .find(|c: char| c.is_whitespace() || matches!(c, '`' | '"' | '\'' | '*' | '(' | ',' | ';'))
        .unwrap_or(value.len());
    (!key.is_empty() && length > 0).then(|| Assignment {
        key: key_start..key_start + key.len(),
        value: start..start + length,
        comment: None,
    })
}

/// A text without the marks of its markup, cut at [`CLUE`] bytes.
fn plain(text: &str) -> String {
    let cut = (0..=text.len().min(CLUE))
        .rev()
        .find(|&i| text.is_char_boundary(i))
        .unwrap_or(0);
    let text = text.get(..cut).unwrap_or("");
    let mut bare = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        let mut parts = word
            .split(['*', '`', '#', '"'])
            .filter(|part| !part.is_empty())
            .peekable();
        if parts.peek().is_some() && !bare.is_empty() {
            bare.push(' ');
        }
        bare.extend(parts);
    }
    bare
}
