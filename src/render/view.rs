//! What a format sees of a report: secrets masked, texts wrapped as [`Untrusted`], places counted in every unit.
//!
//! No format reads a [`Report`] itself, so none can forget the mask.

use super::escape::Untrusted;
use super::excerpt::{Form, Shown};
use crate::finding::{Confidence, Edit, Finding, Fix, Label, Report, RuleId, Safety, Severity};
use crate::mask;
use crate::source::{FileId, Place, SourceFile, Span};
use std::borrow::Cow;
use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// A report as formats see it.
pub(super) struct View<'a> {
    report: &'a Report,
    /// Put before every path that is there.
    prefix: &'a str,
    /// By file: the start of the last line counted, an offset in it, and the columns of that offset. Findings come in
    /// the order of their places, so that a line of a megabyte with a thousand findings is counted once.
    counted: RefCell<BTreeMap<FileId, Counted>>,
}

#[derive(Clone, Copy)]
struct Counted {
    line_start: u32,
    offset: u32,
    chars: usize,
    utf16: usize,
}

/// A point in a file, counted in every unit that formats ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position {
    /// 1-based.
    pub(super) line: usize,
    /// 1-based, in Unicode scalar values.
    pub(super) column: usize,
    /// 1-based, in UTF-16 code units.
    pub(super) utf16: usize,
    /// 1-based, in bytes of the line.
    pub(super) byte_column: usize,
    /// 0-based, in bytes of the file.
    pub(super) byte: u32,
}

/// A place with its text.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    /// The file.
    pub(super) file: FileId,
    /// Path relative to the root.
    pub(super) path: Untrusted,
    /// What is said of it; may be empty.
    pub(super) message: Untrusted,
    /// First point.
    pub(super) start: Position,
    /// One past its last byte.
    pub(super) end: Position,
    /// The same, on the first line at most.
    pub(super) line_end: Position,
}

/// A repair.
pub(super) struct FixView {
    /// What it does.
    pub(super) title: Untrusted,
    /// The change set's identity.
    pub(super) set: Untrusted,
    /// Whether it may be applied unasked.
    pub(super) safety: Safety,
    /// What stands in its way.
    pub(super) blocked: Option<(Spot, Untrusted)>,
    /// Its edits; none if one of them would show a secret.
    pub(super) edits: Vec<(Spot, Untrusted)>,
}

/// A finding.
pub(super) struct Item {
    /// The rule.
    pub(super) rule: RuleId,
    /// How grave.
    pub(super) severity: Severity,
    /// How sure.
    pub(super) confidence: Confidence,
    /// All that is said.
    pub(super) message: Untrusted,
    /// The place to edit.
    pub(super) primary: Spot,
    /// The others.
    pub(super) related: Vec<Spot>,
    /// What to do.
    pub(super) help: Option<Untrusted>,
    /// Remarks.
    pub(super) notes: Vec<Untrusted>,
    /// What it is about.
    pub(super) subject: Untrusted,
    /// Its identity over time.
    pub(super) fingerprint: String,
    /// The repair.
    pub(super) fix: Option<FixView>,
}

impl<'a> View<'a> {
    pub(super) fn new(report: &'a Report) -> Self {
        Self {
            report,
            prefix: "",
            counted: RefCell::default(),
        }
    }

    /// The same with paths that begin at the top of the Git work tree.
    pub(super) fn with_prefix(self, prefix: &'a str) -> Self {
        Self { prefix, ..self }
    }

    /// All findings, in the report's order.
    pub(super) fn items(&self) -> impl Iterator<Item = Item> {
        self.report.findings.iter().map(|f| self.item(f))
    }

    /// The gravest `most` findings (the surest first among equals), in the report's order, and how many are left out.
    pub(super) fn gravest(&self, most: usize) -> (impl Iterator<Item = Item>, usize) {
        let kept = gravest(&self.report.findings, most);
        let left_out = self.report.findings.len() - kept.len();
        (kept.into_iter().map(|f| self.item(f)), left_out)
    }

    /// All findings, gravest first.
    pub(super) fn by_severity(&self) -> impl Iterator<Item = Item> {
        let mut all: Vec<&Finding> = self.report.findings.iter().collect();
        all.sort_by_key(|f| Reverse(f.severity));
        all.into_iter().map(|f| self.item(f))
    }

    /// The rules that reported, with how often and how gravely at most.
    pub(super) fn rules(&self) -> BTreeMap<RuleId, (usize, Severity)> {
        let mut rules = BTreeMap::new();
        for f in &self.report.findings {
            let entry = rules.entry(f.rule).or_insert((0, f.severity));
            entry.0 += 1;
            entry.1 = entry.1.max(f.severity);
        }
        rules
    }

    /// The line of a place as it is shown, in three parts: before it, it, behind it.
    pub(super) fn excerpt(&self, spot: &Spot, limit: usize) -> (Untrusted, Untrusted, Untrusted) {
        let place = spot.on_its_line();
        let shown = Shown::new(self.file(spot), spot.start.line, &[place], limit, Form::Raw);
        let range = shown.range(place);
        let (rest, behind) = shown.into_untrusted().split_at(range.end);
        let (before, it) = rest.split_at(range.start);
        (before, it, behind)
    }

    /// The same in one piece.
    pub(super) fn line(&self, spot: &Spot, limit: usize) -> Untrusted {
        let place = spot.on_its_line();
        Shown::new(self.file(spot), spot.start.line, &[place], limit, Form::Raw).into_untrusted()
    }

    /// A line for the terminal, with places in it.
    pub(super) fn terminal_line(
        &self,
        spot: &Spot,
        line: usize,
        places: &[Span],
        limit: usize,
    ) -> Shown {
        Shown::new(self.file(spot), line, places, limit, Form::Terminal)
    }

    fn file(&self, spot: &Spot) -> &'a SourceFile {
        self.report.sources.get(spot.file)
    }

    fn item(&self, f: &Finding) -> Item {
        Item {
            rule: f.rule,
            severity: f.severity,
            confidence: f.confidence,
            message: masked(&f.message),
            primary: self.spot(&f.primary),
            related: f.related.iter().map(|l| self.spot(l)).collect(),
            help: f.help.as_deref().map(masked),
            notes: f.notes.iter().map(|n| masked(n)).collect(),
            subject: masked(&f.subject),
            fingerprint: f.fingerprint.clone(),
            fix: f.fix.as_ref().map(|fix| self.fix(fix)),
        }
    }

    fn fix(&self, fix: &Fix) -> FixView {
        let edit = |e: &Edit| {
            let shows_secret = matches!(mask::message(&e.replacement), Cow::Owned(_));
            (!shows_secret).then(|| (self.place(e.place, ""), Untrusted::new(&e.replacement)))
        };
        FixView {
            title: masked(&fix.title),
            set: masked(&fix.set),
            safety: fix.safety,
            blocked: fix
                .blocked
                .as_ref()
                .map(|b| (self.place(b.place, ""), masked(&b.reason))),
            // A set without one of its edits is no set.
            edits: fix
                .edits
                .iter()
                .map(edit)
                .collect::<Option<_>>()
                .unwrap_or_default(),
        }
    }

    fn spot(&self, label: &Label) -> Spot {
        self.place(label.place, &label.message)
    }

    fn place(&self, place: Place, message: &str) -> Spot {
        let file = self.report.sources.get(place.file);
        let start = self.position(place.file, file, place.span.start);
        let end = self.position(place.file, file, place.span.end.max(place.span.start));
        let line = file.line_span(start.line);
        let line_end = if end.line == start.line && end.byte <= line.end {
            end
        } else {
            self.position(place.file, file, line.end.max(start.byte))
        };
        Spot {
            file: place.file,
            path: Untrusted::new(match &*file.path {
                "" => String::new(),
                path => format!("{}{path}", self.prefix),
            }),
            message: masked(message),
            start,
            end,
            line_end,
        }
    }

    fn position(&self, id: FileId, file: &SourceFile, offset: u32) -> Position {
        let offset = Span::at(file.text.floor_char_boundary(offset as usize)).start;
        let line = file.line(offset);
        let start = file.line_span(line).start;
        let mut counted = self.counted.borrow_mut();
        let known = counted
            .get(&id)
            .filter(|c| c.line_start == start && c.offset <= offset)
            .copied()
            .unwrap_or_else(|| Counted {
                line_start: start,
                offset: if start == 0 {
                    bom(file).min(offset)
                } else {
                    start
                },
                chars: 0,
                utf16: 0,
            });
        let between = file.slice(Span {
            start: known.offset,
            end: offset,
        });
        let now = Counted {
            line_start: start,
            offset,
            chars: known.chars + between.chars().count(),
            utf16: known.utf16 + between.encode_utf16().count(),
        };
        counted.insert(id, now);
        Position {
            line,
            column: now.chars + 1,
            utf16: now.utf16 + 1,
            byte_column: (offset - start) as usize + 1,
            byte: offset,
        }
    }
}

/// Length of a file's byte order mark: it has no column.
fn bom(file: &SourceFile) -> u32 {
    let mark = '\u{feff}';
    Span::at(if file.text.starts_with(mark) {
        mark.len_utf8()
    } else {
        0
    })
    .start
}

/// The gravest and, among equals, surest `most` findings, in their own order.
pub(super) fn gravest(findings: &[Finding], most: usize) -> Vec<&Finding> {
    let mut order: Vec<usize> = (0..findings.len()).collect();
    if findings.len() > most {
        order.sort_by_key(|i| {
            let key = findings.get(*i).map(|f| (f.severity, f.confidence));
            (Reverse(key), *i)
        });
        order.truncate(most);
        order.sort_unstable();
    }
    order.into_iter().filter_map(|i| findings.get(i)).collect()
}

impl Item {
    /// The message and, on a line of its own, what to do.
    pub(super) fn explained(&self) -> Untrusted {
        match &self.help {
            Some(help) => Untrusted::new(format!("{}\nhelp: {}", self.message.raw(), help.raw())),
            None => self.message.clone(),
        }
    }
}

impl Spot {
    /// `path:line:column: message`
    pub(super) fn described(&self) -> Untrusted {
        let (path, at) = (self.path.raw(), self.start);
        let message = match self.message.raw() {
            "" => String::new(),
            message => format!(": {message}"),
        };
        Untrusted::new(format!("{path}:{}:{}{message}", at.line, at.column))
    }

    /// The bytes on its first line.
    pub(super) fn on_its_line(&self) -> Span {
        Span {
            start: self.start.byte,
            end: self.line_end.byte,
        }
    }
}

impl FixView {
    /// Whether `--fix` or `--unsafe-fixes` would apply it.
    pub(super) fn applicable(&self) -> bool {
        self.blocked.is_none() && self.safety != Safety::Display && !self.edits.is_empty()
    }
}

fn masked(text: &str) -> Untrusted {
    Untrusted::new(mask::message(text))
}
