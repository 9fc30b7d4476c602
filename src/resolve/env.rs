//! Which value a variable has, by the precedence of the port model's section 4, and where its bytes stand.

use super::files::Files;
use crate::facts::EnvEntry;
use crate::interpolate::{
    Error, Expression, Missing, Piece, Resolved, Segment, Source, Template, Value,
};
use crate::model::{Candidate, CandidateSource, Origin};
use crate::source::{FileId, Place, Text};
use std::collections::BTreeMap;
use std::ops::Range;

/// The variable that Compose itself sets.
const PROJECT_NAME: &str = "COMPOSE_PROJECT_NAME";

/// Bytes that interpolation inside one env file may make; beyond it values stay as they are written.
const EXPANSION: usize = 1 << 20;

/// Candidates of one place beyond which nobody looks.
const MAX_CANDIDATES: usize = 32;

/// Where a variable's value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum From {
    /// A value of an env file.
    Env(Assigned),
    /// Compose itself.
    Compose,
}

/// A value of an env file, as seen from one scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Assigned {
    table: usize,
    value: usize,
    source: CandidateSource,
}

/// The env files that were asked for, read once each.
pub(super) struct Envs<'a> {
    files: &'a Files<'a>,
    tables: Vec<Table<'a>>,
    by_key: BTreeMap<(FileId, Vec<usize>), usize>,
}

struct Table<'a> {
    file: FileId,
    values: Vec<(&'a EnvEntry, Resolved<From>)>,
    by_name: BTreeMap<&'a str, usize>,
}

/// The env files that feed a compose file's interpolation, in falling precedence.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    layers: Vec<(usize, CandidateSource)>,
    /// Compose's own name for the project.
    pub project_name: Option<String>,
    /// Values stand as they are: a CI workflow.
    pub literal: bool,
}

impl Scope {
    /// The scope of a file without interpolation.
    pub(super) fn literal() -> Self {
        Self {
            literal: true,
            ..Self::default()
        }
    }

    /// The scope without the files of one sort.
    pub(super) fn without(&self, source: CandidateSource) -> Self {
        let mut scope = self.clone();
        scope.layers.retain(|(_, s)| *s != source);
        scope
    }

    /// The scope without any file: defaults alone.
    pub(super) fn bare(&self) -> Self {
        Self {
            layers: Vec::new(),
            ..self.clone()
        }
    }
}

/// A text with its value.
pub(super) struct Evaluated<'t> {
    /// Where the text stands.
    pub file: FileId,
    /// The text.
    pub text: &'t Text,
    /// Its parts.
    pub template: Template,
    /// Its value.
    pub resolved: Resolved<From>,
}

/// The bytes behind a range of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Where they stand.
    pub origin: Origin,
    /// The variables on the way, outermost first.
    pub variables: Vec<String>,
    /// The env file's sort, if they stand in one.
    pub source: Option<CandidateSource>,
}

impl<'a> Envs<'a> {
    pub(super) fn new(files: &'a Files<'a>) -> Self {
        Self {
            files,
            tables: Vec::new(),
            by_key: BTreeMap::new(),
        }
    }

    /// A scope of these env files; those of Compose see the values of the ones before, as in an include.
    pub(super) fn scope(&mut self, layers: &[(FileId, CandidateSource)]) -> Scope {
        let mut scope = Scope::default();
        for &(file, source) in layers {
            let outer: Vec<usize> = match source {
                CandidateSource::ComposeEnv => scope.layers.iter().map(|l| l.0).collect(),
                _ => Vec::new(),
            };
            let table = self.table(file, outer);
            if scope.layers.iter().all(|l| l.0 != table) {
                scope.layers.push((table, source));
            }
        }
        scope
    }

    fn table(&mut self, file: FileId, outer: Vec<usize>) -> usize {
        let key = (file, outer);
        if let Some(&table) = self.by_key.get(&key) {
            return table;
        }
        let table = self.read(file, &key.1);
        self.tables.push(table);
        self.by_key.insert(key, self.tables.len() - 1);
        self.tables.len() - 1
    }

    /// Gives each value of a file in order; a later assignment of a name wins, and sees the earlier ones.
    fn read(&self, file: FileId, outer: &[usize]) -> Table<'a> {
        let number = self.tables.len();
        let mut table = Table {
            file,
            values: Vec::new(),
            by_name: BTreeMap::new(),
        };
        let mut left = EXPANSION;
        let entries = self.files.env(file).map_or(&[][..], |e| &e.entries);
        for entry in entries.iter().filter(|e| !e.commented) {
            let text = entry.value.value.as_str();
            let lookup = |name: &str| {
                let own = || {
                    let value = *table.by_name.get(name)?;
                    let text = &table.values.get(value)?.1.value;
                    Some(assigned(text, number, value, CandidateSource::ComposeEnv))
                };
                outer
                    .iter()
                    .find_map(|t| self.value(*t, name, CandidateSource::ComposeEnv))
                    .or_else(own)
            };
            let expanded = Template::parse(text)
                .ok()
                .filter(|_| entry.interpolates && text.contains('$') && left > 0)
                .and_then(|t| t.evaluate(text, Missing::Blank, &lookup).ok());
            if let Some(expanded) = &expanded {
                left = left.saturating_sub(expanded.value.len());
            }
            let resolved = expanded.unwrap_or_else(|| literal(text));
            table.by_name.insert(&entry.key.value, table.values.len());
            table.values.push((entry, resolved));
        }
        table
    }

    fn value(&self, table: usize, name: &str, source: CandidateSource) -> Option<Value<'_, From>> {
        let found = self.tables.get(table)?;
        let value = *found.by_name.get(name)?;
        let text = &found.values.get(value)?.1.value;
        // a template's blank is to be filled in: it gives no value
        (source != CandidateSource::Template || !text.is_empty())
            .then(|| assigned(text, table, value, source))
    }

    /// The value in force, if any file of the scope gives one.
    pub(super) fn lookup<'v>(&'v self, scope: &'v Scope, name: &str) -> Option<Value<'v, From>> {
        let from_files = scope
            .layers
            .iter()
            .find_map(|&(table, source)| self.value(table, name, source));
        from_files.or_else(|| {
            let own = scope
                .project_name
                .as_ref()
                .filter(|_| name == PROJECT_NAME)?;
            Some(Value {
                text: own,
                origin: From::Compose,
            })
        })
    }

    /// The value of a text that stands in `file`.
    pub(super) fn evaluate<'t>(
        &self,
        scope: &Scope,
        file: FileId,
        text: &'t Text,
        missing: Missing,
    ) -> Result<Evaluated<'t>, Error> {
        self.evaluate_with(scope, file, text, missing, &[])
    }

    /// The value of a text, blanks in place of variables without a value, and the text itself if it is no template.
    pub(super) fn text(&self, scope: &Scope, file: FileId, text: &Text) -> String {
        match self.evaluate(scope, file, text, Missing::Blank) {
            Ok(evaluated) => evaluated.resolved.value,
            Err(_) => text.value.clone(),
        }
    }

    fn evaluate_with<'t>(
        &self,
        scope: &Scope,
        file: FileId,
        text: &'t Text,
        missing: Missing,
        forced: &[(String, Option<Value<'_, From>>)],
    ) -> Result<Evaluated<'t>, Error> {
        let (template, resolved) = if scope.literal {
            let whole = Segment::Literal(0..text.value.len());
            let segments = vec![whole];
            (Template { segments }, literal(&text.value))
        } else {
            let template = Template::parse(&text.value)?;
            let lookup = |name: &str| match forced.iter().find(|(n, _)| n == name) {
                Some((_, value)) => value.clone(),
                None => self.lookup(scope, name),
            };
            let resolved = template.evaluate(&text.value, missing, &lookup)?;
            (template, resolved)
        };
        Ok(Evaluated {
            file,
            text,
            template,
            resolved,
        })
    }

    /// Where the bytes of a range of the value stand; none if they come from several places.
    pub(super) fn locate(&self, evaluated: &Evaluated<'_>, range: Range<usize>) -> Option<Found> {
        let outer = evaluated.resolved.locate(range)?;
        let variables = outer.variables.to_vec();
        let at = |span| Place {
            file: evaluated.file,
            span,
        };
        let here = evaluated.text.locate(outer.range.clone()).map(at);
        let (origin, source) = match outer.source {
            Source::Literal | Source::Alternative => (Origin::Literal(here?), None),
            Source::Default => (Origin::Default(here?), None),
            Source::Variable(From::Compose) => return None,
            Source::Variable(From::Env(assigned)) => {
                let place = self.locate_assigned(*assigned, outer.range)?;
                (Origin::EnvFile(place), Some(assigned.source))
            }
        };
        Some(Found {
            origin,
            variables,
            source,
        })
    }

    /// Whether Compose itself would come to this value: no other file than its own `.env` has a part in it.
    pub(super) fn is_what_compose_reads(&self, evaluated: &Evaluated<'_>) -> bool {
        evaluated.resolved.pieces.iter().all(|p| match p.source {
            Source::Variable(From::Env(assigned)) => assigned.source == CandidateSource::ComposeEnv,
            _ => true,
        })
    }

    /// Follows a value through the env files that it is made of.
    fn locate_assigned(&self, mut assigned: Assigned, mut range: Range<usize>) -> Option<Place> {
        loop {
            let table = self.tables.get(assigned.table)?;
            let (entry, resolved) = table.values.get(assigned.value)?;
            let inner = resolved.locate(range)?;
            match inner.source {
                Source::Variable(From::Env(next)) => {
                    assigned = *next;
                    range = inner.range;
                }
                Source::Variable(From::Compose) => return None,
                _ => {
                    return Some(Place {
                        file: table.file,
                        span: entry.value.locate(inner.range)?,
                    });
                }
            }
        }
    }

    /// All values that a part of a text could have, in falling precedence. `pick` finds the part in a value of the text.
    pub(super) fn candidates(
        &self,
        scope: &Scope,
        file: FileId,
        text: &Text,
        pick: &dyn Fn(&str) -> Option<Range<usize>>,
    ) -> Vec<Candidate> {
        let mut search = Search {
            envs: self,
            scope,
            file,
            text,
            pick,
            forced: Vec::new(),
            found: Vec::new(),
        };
        if let Some(name) = search.variable() {
            search.collect(name);
        }
        search.found
    }
}

fn assigned(text: &str, table: usize, value: usize, source: CandidateSource) -> Value<'_, From> {
    Value {
        text,
        origin: From::Env(Assigned {
            table,
            value,
            source,
        }),
    }
}

/// A text that stands for itself.
fn literal(text: &str) -> Resolved<From> {
    let piece = Piece {
        output: 0..text.len(),
        at: 0,
        source: Source::Literal,
        variables: Vec::new(),
        segment: 0,
    };
    Resolved {
        value: text.to_owned(),
        pieces: if text.is_empty() {
            Vec::new()
        } else {
            vec![piece]
        },
        unset: Vec::new(),
    }
}

/// Tries the values that a variable has one by one, then none, which brings up the default or the next variable.
struct Search<'s> {
    envs: &'s Envs<'s>,
    scope: &'s Scope,
    file: FileId,
    text: &'s Text,
    pick: &'s dyn Fn(&str) -> Option<Range<usize>>,
    forced: Vec<(String, Option<Value<'s, From>>)>,
    found: Vec<Candidate>,
}

impl Search<'_> {
    /// The outermost variable of the text whose value, or default, holds the part.
    fn variable(&self) -> Option<String> {
        let names = self.located().map(|(_, found)| found.variables);
        match names {
            Some(names) => names.into_iter().next(),
            // no value yet: the first variable that has one somewhere else, or a default, decides
            None => {
                let template = Template::parse(&self.text.value).ok()?;
                let expressions = template.segments.iter().filter_map(|s| match s {
                    Segment::Variable(e) => Some(e),
                    _ => None,
                });
                let mut known = expressions.filter(|e| {
                    e.operation.is_some() || self.envs.lookup(self.scope, &e.name).is_some()
                });
                known.next().map(|e| e.name.clone())
            }
        }
    }

    /// The part's text and place, with the values that are forced now.
    fn located(&self) -> Option<(String, Found)> {
        let evaluated = self
            .envs
            .evaluate_with(
                self.scope,
                self.file,
                self.text,
                Missing::Blank,
                &self.forced,
            )
            .ok()?;
        let range = (self.pick)(&evaluated.resolved.value)?;
        let value = evaluated.resolved.value.get(range.clone())?.to_owned();
        Some((value, self.envs.locate(&evaluated, range)?))
    }

    fn collect(&mut self, name: String) {
        if self.found.len() >= MAX_CANDIDATES || self.forced.iter().any(|(n, _)| *n == name) {
            return;
        }
        for &(table, source) in &self.scope.layers {
            let Some(value) = self.envs.value(table, &name, source) else {
                continue;
            };
            self.forced.push((name.clone(), Some(value)));
            if let Some((value, found)) = self.located()
                && found.source.is_some()
                && found.variables.last() == Some(&name)
            {
                self.add(value, found.origin.place(), source);
            }
            self.forced.pop();
        }
        self.forced.push((name, None));
        match self.located() {
            Some((
                value,
                Found {
                    origin: Origin::Default(place),
                    ..
                },
            )) => {
                self.add(value, place, CandidateSource::Default);
            }
            Some((_, found)) => {
                if let Some(next) = found.variables.last().cloned() {
                    self.collect(next);
                }
            }
            None => {}
        }
        self.forced.pop();
    }

    fn add(&mut self, value: String, place: Place, source: CandidateSource) {
        if self.found.iter().all(|c| c.place != place) {
            self.found.push(Candidate {
                value,
                place,
                source,
            });
        }
    }
}

impl Evaluated<'_> {
    /// The parts of the template with the bytes of the value that they give.
    pub(super) fn outputs(&self) -> Vec<(&Segment, Range<usize>)> {
        let mut outputs = Vec::with_capacity(self.template.segments.len());
        let mut pieces = self.resolved.pieces.iter().peekable();
        let mut at = 0;
        for (i, segment) in self.template.segments.iter().enumerate() {
            let start = at;
            while let Some(piece) = pieces.next_if(|p| p.segment == i) {
                at = piece.output.end;
            }
            outputs.push((segment, start..at));
        }
        outputs
    }

    /// The bytes of the template that give a range of the value: whole expressions, single literal bytes.
    pub(super) fn written(&self, range: &Range<usize>) -> Option<Range<usize>> {
        let pieces = &self.resolved.pieces;
        let overlapping =
            |p: &&Piece<From>| p.output.start < range.end && range.start < p.output.end;
        let first = pieces.iter().find(overlapping)?;
        let last = pieces.iter().rev().find(overlapping)?;
        let edge = |piece: &Piece<From>, offset: usize, end: bool| match self
            .template
            .segments
            .get(piece.segment)?
        {
            Segment::Variable(Expression { range, .. }) | Segment::Dollar(range) => {
                Some(if end { range.end } else { range.start })
            }
            Segment::Literal(_) => Some(piece.at + (offset - piece.output.start)),
        };
        let start = edge(first, range.start.max(first.output.start), false)?;
        let end = edge(last, range.end.min(last.output.end), true)?;
        Some(start..end)
    }
}

#[cfg(test)]
#[path = "env_tests.rs"]
mod tests;
