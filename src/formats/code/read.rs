//! From a syntax tree to sightings.

use super::clues::Comments;
use super::comments;
use super::env::{is_loud, is_variable};
use super::hosts::Beside;
use super::language::{Field, Language, Role};
use super::literal::{digits_of, is_format};
use super::place::Surroundings;
use super::syntax::{Code, MAX_CLIMB};
use super::tags;
use super::tree::{self, GaveUp, Id};
use super::value::{Value, unique};
use crate::facts::{Clue, ClueKind, Form, ReadBy, Sighting};
use crate::formats::scan::{Scan, names};
use crate::source::{Span, Style, Text};
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// What a text in a language holds.
pub(super) struct Found {
    /// Its sightings, in order.
    pub(super) sightings: Vec<Sighting>,
    /// Whether some of the text did not fit the language.
    pub(super) broken: bool,
}

/// All sightings of a text in a language; `ranges` limits it to parts of the text.
pub(super) fn sightings(
    language: &Language,
    source: &str,
    ranges: &[Range<usize>],
    base: &Scan<'_>,
) -> Result<Found, GaveUp> {
    let code = Code::new(tree::parse(language, source, ranges)?);
    let comments = Comments::of(&code);
    let mut reading = Reading {
        code: &code,
        comments: &comments,
        base,
        seen: HashSet::new(),
        sums: HashMap::new(),
        out: Vec::new(),
    };
    reading.comments();
    for id in code.tree.ids() {
        match code.tree.role(id) {
            Role::Num => reading.number(id),
            Role::Str => reading.string(id),
            Role::Words => reading.words(id),
            _ => {}
        }
    }
    Ok(Found {
        sightings: merged(reading.out),
        broken: code.tree.is_broken(),
    })
}

/// The work on one file.
struct Reading<'a> {
    code: &'a Code<'a>,
    comments: &'a Comments,
    base: &'a Scan<'a>,
    /// Expressions that were read as a whole.
    seen: HashSet<Id>,
    /// Sums of strings, each with the largest one around it.
    sums: HashMap<Id, Id>,
    out: Vec<Sighting>,
}

impl Reading<'_> {
    fn comments(&mut self) {
        for run in comments::runs(self.code, self.comments.iter()) {
            let text = comments::words(self.code, &run);
            if !has_number(&text.value) {
                continue;
            }
            let subject = run.last().and_then(|&c| comments::subject(self.code, c));
            let mut clues: Vec<Clue> = subject
                .map(|s| Clue {
                    kind: ClueKind::Near,
                    text: s.to_owned(),
                })
                .into_iter()
                .collect();
            clues.extend_from_slice(self.base.clues);
            let found = self.prose(self.base.clued(&clues), &text);
            self.out.extend(found);
        }
    }

    /// Running text; a number in a call's brackets that it quotes (`Decimal(1000)`) is not named by the call.
    fn prose(&self, scan: Scan<'_>, text: &Text) -> Vec<Sighting> {
        let source = self.code.tree.source();
        let mut found = Vec::new();
        scan.prose(text, &mut found);
        found.retain(|s| s.form != Form::Prose || s.host.is_some() || !is_in_call(source, s.span));
        found
    }

    fn words(&mut self, id: Id) {
        let source = self.code.tree.source();
        let text = comments::lines(source, std::iter::once(self.code.tree.span(id).range()));
        if has_number(&text.value) {
            let found = self.prose(*self.base, &text);
            self.out.extend(found);
        }
    }

    fn number(&mut self, id: Id) {
        let tree = &self.code.tree;
        if let Some(digits) = digits_of(tree.text(id)).filter(|d| is_port_number(d)) {
            let start = tree.span(id).range().start;
            let digits = Text::verbatim(digits, start, Style::Plain);
            self.bare(id, &digits, self.code.surroundings(id));
        }
    }

    fn string(&mut self, id: Id) {
        let code = self.code;
        let top = self.whole_expression(id);
        if !self.seen.insert(top) || is_subscript(code, top) {
            return;
        }
        let value = code.evaluate(top);
        if !has_number(value.as_str()) {
            return;
        }
        let whole = code.tree.span(top);
        let text = value.clone().into_text(whole, style(code.tree.text(top)));
        let mut around = code.surroundings(top);
        if code.tree.field(id) == Field::Tag {
            let tag = tags::read(&text.value);
            around.envs.extend(tag.env.map(str::to_owned));
            if let Some(default) = tag.default {
                self.literal(id, &text.slice(default), &value, around);
            }
            return;
        }
        self.literal(top, &text, &value, around);
    }

    /// The largest expression that a string is a part of: `"http://" + host + ":6333"`, `format!("{}:{}", host, port)`.
    fn whole_expression(&mut self, string: Id) -> Id {
        let (code, tree) = (self.code, &self.code.tree);
        let (mut top, mut below) = (string, string);
        let mut sums = Vec::new();
        for node in tree.ancestors(string) {
            match tree.role(node) {
                Role::Binary if code.is_concat(node) => {
                    // long sums lean to the left: each is climbed once
                    top = self.sums.get(&node).copied().unwrap_or(node);
                    sums.push(node);
                    if top != node {
                        break;
                    }
                }
                Role::Binary if is_filled(code, node, below) => top = node,
                Role::Call if top == string && is_template(code, node, string) => top = node,
                Role::List if tree.role(below) == Role::Str && is_adjacent(code, node) => {
                    top = node;
                }
                Role::Member if top == string => {}
                Role::Pair if code.key(node).is_none() => {}
                Role::Tokens | Role::Wrap | Role::Args => {}
                _ => break,
            }
            below = node;
        }
        self.sums.extend(sums.into_iter().map(|sum| (sum, top)));
        top
    }

    /// The text of a literal: a number alone, or more.
    fn literal(&mut self, top: Id, text: &Text, value: &Value, around: Surroundings) {
        let trimmed = text.value.trim();
        if !is_port_number(trimmed) {
            return self.text(top, text, value, &around);
        }
        let start = text.value.len() - text.value.trim_start().len();
        let digits = text.slice(start..start + trimmed.len());
        // a number that a name brought here is read where it stands
        if digits.is_verbatim() && self.code.tree.span(top).contains(digits.span) {
            self.bare(top, &digits, around);
        }
    }

    /// A string that holds more than a number.
    fn text(&mut self, top: Id, text: &Text, value: &Value, around: &Surroundings) {
        let whole = self.code.tree.span(top);
        let clues = self.clues(top, around);
        let name = name_of(around);
        let mut scan = self.base.clued(&clues);
        scan.name = name.as_deref();
        scan.fallback_of = &around.envs;
        scan.read_by = self.read_by(around, true);
        let mut found = Vec::new();
        let spaced = text.value.trim().contains(char::is_whitespace);
        if around.command && spaced {
            scan.command(text, &mut found);
        } else if spaced && !text.value.contains("port=") {
            found = self.prose(scan, text);
        } else {
            scan.value(text, &mut found);
        }
        for mut sighting in found {
            let own = value.defaults_at(sighting.span);
            if !whole.contains(sighting.span) {
                // digits that a name brought here from elsewhere are named there
                sighting.name = None;
                sighting.fallback_of.clear();
            }
            let variables = sighting.fallback_of.into_iter().chain(own.iter().cloned());
            sighting.fallback_of = unique(variables);
            if let Some(host) = &mut sighting.host
                && let Some(span) = host.span
            {
                host.key = host.key.take().or(value.defaults_at(span).first().cloned());
            }
            sighting.hint = around.hint.clone().or(sighting.hint);
            self.out.push(sighting);
        }
    }

    /// A number alone: a port only where the names around it, or a host beside it, say so.
    fn bare(&mut self, id: Id, digits: &Text, around: Surroundings) {
        let code = self.code;
        let Some(called) = port_name(&around).filter(|_| around.plain) else {
            return;
        };
        // beside an address, a small number is a netmask or a count
        if around.host.is_some() && around.keys.is_empty() && digits.value.len() < 4 {
            return;
        }
        let own = around.keys.first().map_or(called, String::as_str);
        let entry = around.entry.unwrap_or(id);
        let beside = around.host.clone().or_else(|| {
            let port = if names::is_port(own) { own } else { called };
            let own_port = names::is_port(own) || around.envs.iter().any(|e| e == called);
            let sibling = own_port
                .then(|| code.sibling_host(entry, port, around.choice))
                .flatten();
            sibling.or_else(|| code.host_in_list(entry))
        });
        let clues = self.clues(id, &around);
        let named = if names::is_port(called) {
            called
        } else {
            "port"
        };
        let mut scan = self.base.clued(&clues).named(named);
        scan.fallback_of = &around.envs;
        let hosted = beside.as_ref().is_some_and(|b| {
            let given = b.host.key.as_deref().is_some_and(is_loud);
            given || !b.host.text.starts_with("${")
        });
        scan.read_by = self.read_by(&around, hosted);
        let first = self.out.len();
        scan.value(digits, &mut self.out);
        for sighting in self.out.iter_mut().skip(first) {
            sighting.name = name_of(&around);
            let paired = around.host.is_some() && !names::is_port(own);
            if sighting.name.is_none() || paired {
                sighting.form = Form::HostPort;
            }
            let name = sighting.name.as_deref();
            sighting.hint = around.hint.clone().or_else(|| name.and_then(names::side));
            if let Some(Beside { host, scheme }) = beside.clone() {
                sighting.host = Some(host);
                sighting.scheme = scheme;
            }
        }
    }

    fn clues(&self, literal: Id, around: &Surroundings) -> Vec<Clue> {
        let mut clues = self.code.clues(literal, around, self.comments);
        clues.extend_from_slice(self.base.clues);
        clues
    }

    /// Who reads a value here: a default of the environment or beside a host is this program's, one of a library is anybody's.
    fn read_by(&self, around: &Surroundings, hosted: bool) -> ReadBy {
        match around.read_by {
            Some(ReadBy::Unknown) if hosted || !around.envs.is_empty() => self.base.read_by,
            Some(other) => other,
            None => self.base.read_by,
        }
    }
}

/// Whether digits stand right behind `name(`, with or without a quote.
fn is_in_call(source: &str, digits: Span) -> bool {
    let before = source.get(..digits.start as usize).unwrap_or("");
    let callee = before.trim_end_matches(['\'', '"', ':']).strip_suffix('(');
    callee.is_some_and(|c| c.ends_with(|c: char| c.is_ascii_alphanumeric()))
}

/// `"http://%s:%d" % (host, port)`, with the template on the left.
fn is_filled(code: &Code<'_>, binary: Id, left: Id) -> bool {
    code.operator(binary) == "%" && code.operands(binary).is_some_and(|(l, _)| l == left)
}

/// Whether a call fills a template, and the string is that template.
fn is_template(code: &Code<'_>, call: Id, string: Id) -> bool {
    is_format(code.callee(call)) && has_slot(code.tree.text(string))
}

fn has_slot(text: &str) -> bool {
    text.contains('%') || text.contains('{')
}

/// Strings side by side without brackets around them.
fn is_adjacent(code: &Code<'_>, list: Id) -> bool {
    let tree = &code.tree;
    !tree.text(list).starts_with(['[', '(', '{', '%'])
        && tree
            .parts(list)
            .take(MAX_CLIMB)
            .all(|p| tree.role(p) == Role::Str)
}

/// Whether a string is a subscript: `env["PORT"]`.
fn is_subscript(code: &Code<'_>, id: Id) -> bool {
    let parent = code.tree.parent(id);
    parent.is_some_and(|p| code.tree.role(p) == Role::Index)
}

/// The name under which a bare number counts as a port; `None` if nothing says that it is one.
fn port_name(around: &Surroundings) -> Option<&str> {
    let own = around.keys.first().map(String::as_str);
    if let Some(own) = own.filter(|o| names::is_port(o)) {
        return Some(own);
    }
    if let Some(env) = around.envs.iter().rev().find(|e| names::is_port(e)) {
        return Some(env);
    }
    // `PORTS = { timescaledb: 5432 }`, `{ 5432: "PostgreSQL" }` under such a name
    let listed = own.is_some_and(|o| !measures(o)) || around.names.is_some();
    let holders = around
        .keys
        .iter()
        .skip(1)
        .chain(around.outer.iter().take(1));
    let held = match around.names {
        Some(_) => around
            .keys
            .iter()
            .chain(around.outer.iter().take(1))
            .find(|h| is_port_table(h)),
        None => holders.into_iter().find(|h| is_port_table(h)),
    };
    if let (true, Some(holder)) = (listed, held) {
        return Some(holder);
    }
    let beside = around.host.is_some() || around.hint.is_some();
    around.instead_of.as_deref().or(beside.then_some("port"))
}

/// Whether a name is that of a table of ports: `PORTS`, `defaultPorts`, `PORT_MAP`.
fn is_port_table(name: &str) -> bool {
    let parts = names::parts(name);
    parts.iter().any(|p| p == "ports")
        || parts.iter().any(|p| p == "port") && parts.len() > 1
        || name.eq_ignore_ascii_case("port")
}

/// Whether a name is that of a measure: a number under it is no port.
fn measures(name: &str) -> bool {
    const WORDS: &[&str] = &[
        "timeout", "interval", "ms", "seconds", "ttl", "size", "max", "min", "limit", "retries",
        "delay", "count", "id", "length", "width", "height", "weight",
    ];
    names::parts(name)
        .iter()
        .any(|p| WORDS.contains(&p.as_str()))
}

/// The dotted path of the keys, or the variable whose default the value is.
fn name_of(around: &Surroundings) -> Option<String> {
    let path: Vec<&str> = around.keys.iter().rev().map(String::as_str).collect();
    match path.as_slice() {
        // the name of the whole configuration says nothing
        [root, rest @ ..] if !rest.is_empty() && is_root(root) => Some(rest.join(".")),
        [_, ..] => Some(path.join(".")),
        [] => around.envs.last().filter(|e| is_variable(e)).cloned(),
    }
}

fn is_root(name: &str) -> bool {
    matches!(
        name.to_ascii_lowercase().as_str(),
        "config"
            | "cfg"
            | "conf"
            | "configuration"
            | "settings"
            | "options"
            | "opts"
            | "exports"
            | "defaults"
            | "env"
            | "environment"
    )
}

/// Two to five digits that can be a port.
fn is_port_number(digits: &str) -> bool {
    (2..=5).contains(&digits.len())
        && digits.bytes().all(|b| b.is_ascii_digit())
        && !digits.starts_with('0')
        && digits.parse::<u16>().is_ok()
}

/// Whether two digits stand side by side.
fn has_number(text: &str) -> bool {
    text.as_bytes()
        .windows(2)
        .any(|w| w.iter().all(u8::is_ascii_digit))
}

fn style(literal: &str) -> Style {
    match literal.chars().find(|c| "'\"`".contains(*c)) {
        Some('\'') => Style::Single,
        Some('"') => Style::Double,
        Some(_) => Style::Block,
        None => Style::Plain,
    }
}

/// The sightings in the order of their digits, each once: a number may be seen where it stands and where its name is used.
fn merged(mut all: Vec<Sighting>) -> Vec<Sighting> {
    all.sort_by_key(|s| (s.span, s.form != Form::Keyed));
    all.dedup_by(|later, kept| {
        let same = later.span == kept.span;
        if same {
            merge(kept, later);
        }
        same
    });
    all
}

fn merge(kept: &mut Sighting, other: &mut Sighting) {
    let known = |s: &Sighting| s.host.as_ref().is_some_and(|h| !h.text.contains("${"));
    if other.host.is_some() && (kept.host.is_none() || known(other) && !known(kept)) {
        kept.host = other.host.take();
    }
    if kept.scheme.is_none() && other.scheme.is_some() {
        kept.scheme = other.scheme.take();
    }
    kept.name = kept.name.take().or(other.name.take());
    if kept.fallback_of.is_empty() {
        kept.fallback_of = std::mem::take(&mut other.fallback_of);
    }
    for clue in other.clues.drain(..) {
        if !kept.clues.contains(&clue) {
            kept.clues.push(clue);
        }
    }
    kept.clues.sort_by_key(|c| c.kind);
    if kept.read_by == ReadBy::Unknown && kept.host.is_some() {
        kept.read_by = other.read_by;
    }
    kept.hint = kept.hint.take().or(other.hint.take());
}
