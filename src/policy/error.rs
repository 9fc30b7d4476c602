//! What is wrong with a policy file, shown with miette: every problem with its places and what to do.

use crate::mask;
use crate::source::Span;
use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode, SourceSpan};
use std::fmt;
use std::sync::Arc;

/// Why a policy cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// The file says something that it must not say.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The file could not be read.
    #[error("the policy `{path}` cannot be read: {reason}")]
    Unreadable {
        /// Its path.
        path: String,
        /// Why.
        reason: std::io::Error,
    },
    /// There are two files.
    #[error("there are two policies, `{first}` and `{second}`")]
    Two {
        /// One.
        first: &'static str,
        /// The other.
        second: &'static str,
    },
}

impl PolicyError {
    fn invalid(&self) -> Option<&Invalid> {
        match self {
            Self::Invalid(invalid) => Some(invalid),
            Self::Unreadable { .. } | Self::Two { .. } => None,
        }
    }
}

impl Diagnostic for PolicyError {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        match self {
            Self::Invalid(invalid) => invalid.code(),
            Self::Unreadable { .. } => Some(Box::new("policy::unreadable")),
            Self::Two { .. } => Some(Box::new("policy::two-files")),
        }
    }
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        match self {
            Self::Invalid(invalid) => invalid.help(),
            Self::Unreadable { .. } => None,
            Self::Two { .. } => Some(Box::new("keep one of them, or name one with `--config`")),
        }
    }
    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.invalid()?.source_code()
    }
    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.invalid()?.labels()
    }
    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        self.invalid()?.related()
    }
}

/// All problems of one policy file. One problem is the diagnostic itself; several are its related ones.
#[derive(Debug)]
pub struct Invalid {
    file: Arc<NamedSource<String>>,
    problems: Vec<Problem>,
    /// How many there were.
    count: usize,
}

impl Invalid {
    /// The problems of a file, in the order of their places; of very many the first ones.
    pub(super) fn new(path: &str, text: &str, mut problems: Vec<Problem>) -> Self {
        /// More than this nobody mends before the next try.
        const MOST: usize = 25;
        problems.sort_by_key(|p| p.span);
        let count = problems.len();
        problems.truncate(MOST);
        let file = Arc::new(NamedSource::new(path, mask::file(path, text)).with_language("yaml"));
        for problem in &mut problems {
            problem.file = Some(Arc::clone(&file));
        }
        Self {
            file,
            problems,
            count,
        }
    }

    /// The problems, in the order of their places.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    fn single(&self) -> Option<&Problem> {
        match self.problems.as_slice() {
            [problem] => Some(problem),
            _ => None,
        }
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.single() {
            Some(problem) => problem.fmt(f),
            None => {
                write!(
                    f,
                    "the policy `{}` has {} problems",
                    self.file.name(),
                    self.count
                )?;
                let shown = self.problems.len();
                if shown < self.count {
                    write!(f, ", of which the first {shown} are shown")?;
                }
                Ok(())
            }
        }
    }
}

impl std::error::Error for Invalid {}

impl Diagnostic for Invalid {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.single().map_or_else(
            || Some(Box::new("policy::invalid") as Box<dyn fmt::Display>),
            Diagnostic::code,
        )
    }
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.single().and_then(Diagnostic::help)
    }
    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.single().and_then(Diagnostic::source_code)
    }
    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.single().and_then(Diagnostic::labels)
    }
    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        if self.single().is_some() {
            return None;
        }
        Some(Box::new(self.problems.iter().map(|p| p as &dyn Diagnostic)))
    }
}

/// One problem.
#[derive(Clone, Debug)]
pub struct Problem {
    code: &'static str,
    /// What is wrong, as a lower-case clause.
    pub message: String,
    /// Where.
    pub span: Span,
    label: String,
    others: Vec<(Span, String)>,
    /// What to do.
    pub help: Option<String>,
    file: Option<Arc<NamedSource<String>>>,
}

impl Problem {
    pub(super) fn new(code: &'static str, message: impl Into<String>, span: Span) -> Self {
        Self {
            code,
            message: harmless(&message.into()),
            span,
            label: String::new(),
            others: Vec::new(),
            help: None,
            file: None,
        }
    }

    /// Words under the place.
    pub(super) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = harmless(&label.into());
        self
    }

    /// A further place, if the file has it.
    pub(super) fn and(mut self, span: Option<Span>, label: impl Into<String>) -> Self {
        self.others
            .extend(span.map(|span| (span, harmless(&label.into()))));
        self
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(harmless(&help.into()));
        self
    }
}

/// A text of the file, its control characters written out: they would speak to the terminal.
fn harmless(text: &str) -> String {
    let escape = |c: char| {
        if c.is_control() {
            c.escape_default().to_string()
        } else {
            c.to_string()
        }
    };
    text.chars().map(escape).collect()
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}

impl Diagnostic for Problem {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.code))
    }
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help
            .as_ref()
            .map(|h| Box::new(h) as Box<dyn fmt::Display>)
    }
    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.file.as_deref().map(|f| f as &dyn SourceCode)
    }
    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let place = |span: Span| SourceSpan::new((span.start as usize).into(), span.len());
        let label = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let primary = LabeledSpan::new_primary_with_span(label(&self.label), place(self.span));
        let others = self
            .others
            .iter()
            .map(move |(span, text)| LabeledSpan::new_with_span(label(text), place(*span)));
        Some(Box::new(std::iter::once(primary).chain(others)))
    }
}

/// Collects problems, so that one run names them all.
#[derive(Debug, Default)]
pub(super) struct Problems(pub(super) Vec<Problem>);

impl Problems {
    pub(super) fn add(&mut self, problem: Problem) {
        self.0.push(problem);
    }
}

/// The known name that is most like a given one, or begins with it, if one does.
pub(super) fn nearest<'a>(given: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    /// Fewer letters than this begin too many names.
    const BEGINNING: usize = 3;
    let wanted = given.to_lowercase().replace('_', "-");
    let length = wanted.chars().count();
    let likeness = |name: &str| {
        let name = name.to_lowercase();
        if length >= BEGINNING && name.starts_with(&wanted) {
            return 0;
        }
        strsim::damerau_levenshtein(&wanted, &name)
    };
    known
        .map(|name| (likeness(name), name))
        .min_by_key(|&(distance, name)| (distance, name.len()))
        .filter(|&(distance, _)| distance <= (length / 3).max(1))
        .map(|(_, name)| name)
}

/// "did you mean `x`?", or the names that there are, if none is near.
pub(super) fn suggest<'a>(given: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    /// A longer list tells nothing.
    const MOST: usize = 24;
    if let Some(name) = nearest(given, known.clone()) {
        return format!("did you mean `{name}`?");
    }
    let names: Vec<_> = known.map(|n| format!("`{n}`")).collect();
    match names.len() {
        0 => "there is none".to_owned(),
        1..=MOST => format!("known are {}", names.join(", ")),
        count => format!("{count} names are known, and none is like it"),
    }
}
