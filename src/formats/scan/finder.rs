//! Collects what the parts of the scanner find in one text, so that no digits are read twice, and turns it into sightings.

use super::expr::Exprs;
use super::number::{Number, Part};
use super::{Scan, names};
use crate::facts::{Clue, ClueKind, Form, Hint, Host, ReadBy, Role, Side, Sighting, Tense};
use crate::source::{Span, Spanned, Text};
use std::collections::BTreeMap;
use std::ops::Range;

/// A port in a text, places counted in the text's value.
#[derive(Clone, Debug)]
pub(super) struct Hit {
    pub number: Number,
    pub end: Option<Number>,
    pub shown: Range<usize>,
    pub form: Form,
    /// The host and where it stands in the text.
    pub host: Option<(String, Option<Range<usize>>)>,
    pub scheme: Option<String>,
    /// In place of the scan's own.
    pub name: Option<String>,
    pub read_by: Option<ReadBy>,
    pub tense: Option<Tense>,
    pub hint: Option<Hint>,
    pub counterpart: Option<u16>,
    /// Before the scan's own.
    pub clues: Vec<Clue>,
}

impl Hit {
    /// A hit of a part that came to digits, shown as `shown`.
    pub fn new(number: Number, end: Option<Number>, shown: Range<usize>, form: Form) -> Self {
        Self {
            number,
            end,
            shown,
            form,
            host: None,
            scheme: None,
            name: None,
            read_by: None,
            tense: None,
            hint: None,
            counterpart: None,
            clues: Vec::new(),
        }
    }

    /// The same from a part; `None` if it came to no digits.
    pub fn of(part: &Part, shown: Range<usize>, form: Form) -> Option<Self> {
        Some(Self::new(
            part.number.clone()?,
            part.end.clone(),
            shown,
            form,
        ))
    }

    /// Says the side.
    pub fn side(mut self, side: Side, reason: &'static str, certain: bool) -> Self {
        self.hint = Some(Hint {
            side,
            reason,
            certain,
        });
        self
    }

    /// Adds a clue, nearest first.
    pub fn clue(mut self, kind: ClueKind, text: impl Into<String>) -> Self {
        self.clues.push(Clue {
            kind,
            text: text.into(),
        });
        self
    }
}

/// The work on one text.
pub(super) struct Finder<'a> {
    pub scan: Scan<'a>,
    pub text: &'a Text,
    pub exprs: Exprs,
    /// Ranges whose digits have been read, start to end, without overlaps.
    taken: BTreeMap<usize, usize>,
    hits: Vec<Hit>,
    /// Variables that stand for a port, each with its host: `http://localhost:$PORT`.
    pub uses: Vec<(Range<usize>, String)>,
}

impl<'a> Finder<'a> {
    pub fn new(scan: Scan<'a>, text: &'a Text) -> Self {
        Self {
            scan,
            text,
            exprs: if text.value.contains("${") {
                Exprs::new(&text.value)
            } else {
                Exprs::default()
            },
            taken: BTreeMap::new(),
            hits: Vec::new(),
            uses: Vec::new(),
        }
    }

    /// The text's value.
    pub fn str(&self) -> &'a str {
        &self.text.value
    }

    /// A piece of it; empty if the range is not on character borders.
    pub fn piece(&self, range: Range<usize>) -> &'a str {
        self.str().get(range).unwrap_or("")
    }

    /// The byte at a place.
    pub fn byte(&self, at: usize) -> Option<u8> {
        self.str().as_bytes().get(at).copied()
    }

    /// Whether the byte at a place has been read.
    pub fn is_taken(&self, at: usize) -> bool {
        self.taken
            .range(..=at)
            .next_back()
            .is_some_and(|(_, &end)| at < end)
    }

    /// Marks bytes as read.
    pub fn take(&mut self, range: Range<usize>) {
        if range.is_empty() {
            return;
        }
        let (mut start, mut end) = (range.start, range.end);
        while let Some((&s, &e)) = self
            .taken
            .range(..=end)
            .next_back()
            .filter(|&(_, &e)| e >= start)
        {
            self.taken.remove(&s);
            start = start.min(s);
            end = end.max(e);
        }
        self.taken.insert(start, end);
    }

    /// Keeps a hit, unless its digits have been read.
    pub fn add(&mut self, hit: Hit) {
        if !self.is_taken(hit.number.range.start) {
            self.take(hit.shown.clone());
            self.take(hit.number.range.clone());
            self.hits.push(hit);
        }
    }

    /// The hits so far.
    pub fn hits(&mut self) -> &mut [Hit] {
        &mut self.hits
    }

    /// Turns the hits into sightings, in the order of their digits.
    pub fn finish(mut self, out: &mut Vec<Sighting>) {
        self.hits.sort_by_key(|h| h.number.range.start);
        let hits = std::mem::take(&mut self.hits);
        out.extend(hits.into_iter().filter_map(|hit| self.sighting(hit)));
    }

    fn sighting(&self, hit: Hit) -> Option<Sighting> {
        let span = self.text.locate(hit.number.range.clone())?;
        let shown = self.shown(&hit, span);
        let mut around = self.exprs.around(hit.number.range.start);
        // `${1:-5432}` of a function has no name
        around.retain(|e| !e.name.starts_with(|c: char| c.is_ascii_digit()));
        let mut fallback_of = self.scan.fallback_of.to_vec();
        fallback_of.extend(around.iter().map(|e| e.name.clone()));
        let name = hit
            .name
            .or_else(|| self.scan.name.map(str::to_owned))
            .or_else(|| around.first().map(|e| e.name.clone()));
        let end = hit.end.and_then(|n| {
            let span = self.text.locate(n.range)?;
            Some(Spanned::new(n.value, span))
        });
        let hint = hit.hint.or_else(|| {
            let keyed = matches!(hit.form, Form::Keyed | Form::Cell | Form::Item);
            name.as_deref().filter(|_| keyed).and_then(names::side)
        });
        let mut clues = hit.clues;
        clues.extend_from_slice(self.scan.clues);
        Some(Sighting {
            span,
            shown,
            port: hit.number.value,
            end,
            form: hit.form,
            host: hit.host.map(|(text, range)| Host {
                text,
                span: range.and_then(|r| self.text.locate(r)),
                key: None,
            }),
            scheme: hit.scheme,
            name,
            fallback_of,
            read_by: hit.read_by.unwrap_or(self.scan.read_by),
            hint,
            clues,
            tense: hit.tense.unwrap_or_default().max(self.scan.tense),
            counterpart: hit.counterpart,
            role: Role::Plain,
        })
    }

    /// The piece to show, as far as it stands in the file in one run.
    fn shown(&self, hit: &Hit, digits: Span) -> Span {
        self.text
            .locate(hit.shown.clone())
            .filter(|s| s.contains(digits))
            .unwrap_or(digits)
    }
}
