//! What rules report, and what reporters and the fixer read. Knows neither facts nor formats.

use crate::source::{Place, Sources};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;

/// How grave a finding is.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
    clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Should be mended.
    Warning,
    /// Breaks the convention or the start of a stack.
    Error,
}

/// How sure portlint is that the finding is right.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
    clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Shown only when asked for.
    Guess,
    /// The evidence is good, not complete.
    Likely,
    /// Follows from what the files say.
    Certain,
}

/// The identity of a rule as findings carry it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId {
    /// Stable code, `PL001`.
    pub code: &'static str,
    /// Stable kebab-case name.
    pub name: &'static str,
}

/// A place with what to say of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub place: Place,
    /// One clause in lower case; may be empty.
    pub message: String,
}

/// One replacement of bytes. An empty span inserts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// The bytes to replace.
    pub place: Place,
    /// The new text.
    pub replacement: String,
}

/// Whether a fix may be applied without asking.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Safety {
    /// Shown as a suggestion, never applied.
    Display,
    /// Applied with `--unsafe-fixes`.
    Unsafe,
    /// Applied with `--fix`.
    Safe,
}

/// A change set: all its edits apply, or none does.
///
/// Several findings may carry the same set (a declaration and its references move together); they share `set`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// Imperative clause: "publish `timescaledb` on 7000".
    pub title: String,
    /// Identity of the change set within a run; equal sets carry equal edits.
    pub set: String,
    /// Whether it may be applied unasked.
    pub safety: Safety,
    /// Sorted by place, without overlaps.
    pub edits: Vec<Edit>,
    /// Why the set may not be applied, naming the edit that stands in the way; the fixer then leaves it.
    pub blocked: Option<Blocked>,
}

/// What stands in the way of a change set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocked {
    /// The place that cannot be edited safely.
    pub place: Place,
    /// Why, and what to do.
    pub reason: String,
}

/// One problem, shown once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: RuleId,
    /// After the policy's changes.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// What is wrong and why it matters; the first sentence stands alone.
    pub message: String,
    /// The literal that a person must edit.
    pub primary: Label,
    /// The other places that make it true.
    pub related: Vec<Label>,
    /// What to do, with the port to use by number.
    pub help: Option<String>,
    /// Further remarks.
    pub notes: Vec<String>,
    /// What the finding is about, independent of lines and spans ("timescaledb/5432/tcp"): the fingerprint's base.
    pub subject: String,
    /// Its identity over time, set by [`crate::fingerprint::assign`]; rules leave it empty.
    pub fingerprint: String,
    /// The repair.
    pub fix: Option<Fix>,
}

impl Finding {
    /// Starts a finding; the rest is set by the builder methods.
    pub fn new(rule: RuleId, severity: Severity, message: impl Into<String>, place: Place) -> Self {
        Self {
            rule,
            severity,
            confidence: Confidence::Certain,
            message: message.into(),
            primary: Label {
                place,
                message: String::new(),
            },
            related: Vec::new(),
            help: None,
            notes: Vec::new(),
            subject: String::new(),
            fingerprint: String::new(),
            fix: None,
        }
    }

    /// Sets the words under the primary span.
    #[must_use]
    pub fn label(mut self, message: impl Into<String>) -> Self {
        self.primary.message = message.into();
        self
    }

    /// Sets the confidence.
    #[must_use]
    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }

    /// Adds a further place.
    #[must_use]
    pub fn related(mut self, place: Place, message: impl Into<String>) -> Self {
        self.related.push(Label {
            place,
            message: message.into(),
        });
        self
    }

    /// Sets what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds a remark.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Sets the fingerprint's base.
    #[must_use]
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = subject.into();
        self
    }

    /// Attaches a repair.
    #[must_use]
    pub fn fix(mut self, fix: Option<Fix>) -> Self {
        self.fix = fix;
        self
    }

    /// The canonical order: path, start, gravest first, code, message.
    pub fn sort_key<'a>(&'a self, sources: &'a Sources) -> impl Ord + 'a {
        (
            &*sources.get(self.primary.place.file).path,
            self.primary.place.span,
            Reverse(self.severity),
            self.rule,
            &self.message,
        )
    }
}

impl Severity {
    /// The name in output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl Confidence {
    /// The name in output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Guess => "guess",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }
}

impl Safety {
    /// The name in output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Display => "display",
            Self::Unsafe => "unsafe",
            Self::Safe => "safe",
        }
    }
}

/// What a run found.
#[derive(Debug, Default)]
pub struct Report {
    /// The files that findings point into.
    pub sources: Sources,
    /// Sorted by [`Finding::sort_key`], suppressed ones removed.
    pub findings: Vec<Finding>,
    /// Files that were read.
    pub checked: usize,
    /// Findings silenced by ignore comments or the baseline.
    pub suppressed: usize,
    /// Findings left out beyond the cap, gravest kept.
    pub cut: usize,
}
