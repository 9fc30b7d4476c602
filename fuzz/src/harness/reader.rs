//! Readers, one by one and together.

use super::{outline::outline, spans, split_first, split_path, with_crlf, with_mark};
use portlint::classify::Name;
use portlint::facts::{FileFacts, ProblemKind};
use portlint::formats::{self, CONFIGS, READERS, Reader};
use portlint::source::SourceFile;
use std::sync::LazyLock;

/// Every reader that there is: a new one is here by itself.
pub fn readers() -> impl Iterator<Item = &'static Reader> {
    READERS.iter().chain(CONFIGS)
}

/// Readers of program code, and of documents with code in them. A parser that goes on behind an error in code does so by bytes, so
/// that broken code may say other things with other line ends; sound code is compared by the property tests.
const RECOVERING: &[&str] = &[
    "markdown",
    "rst",
    "asciidoc",
    "javascript",
    "typescript",
    "python",
    "go",
    "java",
    "kotlin",
    "scala",
    "ruby",
    "php",
    "rust",
    "c-sharp",
    "web",
];

/// Whether what a file says is the same for any line ends, however broken it is.
pub fn is_steady(path: &str, text: &str) -> bool {
    let name = Name::of(path);
    !readers().any(|r| RECOVERING.contains(&r.name) && (r.wants)(&name, text))
}

/// The only reader to run, if one is named.
static ONLY: LazyLock<Option<&Reader>> = LazyLock::new(|| {
    let name = std::env::var("PORTLINT_FUZZ_READER").ok()?;
    let found = readers().find(|r| r.name == name);
    Some(found.unwrap_or_else(|| panic!("there is no reader `{name}`")))
});

/// A byte that chooses the reader, a line with the path, the text.
pub fn reader(data: &[u8]) {
    let (choice, rest) = split_first(data);
    let (path, text) = split_path(rest);
    if let Some(only) = *ONLY {
        return read_by(only, &path, &text);
    }
    if let Some(chosen) = readers().nth(choice % readers().count()) {
        read_by(chosen, &path, &text);
    }
    let read = |text: &str| {
        let file = SourceFile::new(path.as_str(), text);
        let facts = formats::read(&file);
        for problem in &facts.problems {
            assert_ne!(problem.kind, ProblemKind::Internal, "{}", problem.message);
        }
        (file, facts)
    };
    let steady = is_steady(&path, &text);
    holds("all", steady, &text, read);
}

/// What holds for one reader, whether it would want the file or not.
pub fn read_by(reader: &Reader, path: &str, text: &str) {
    let steady = !RECOVERING.contains(&reader.name);
    holds(reader.name, steady, text, |text| {
        let file = SourceFile::new(path, text);
        let mut facts = FileFacts::default();
        let _ = (reader.wants)(&Name::of(path), text);
        (reader.read)(&file, &mut facts);
        (file, facts)
    });
}

fn holds(name: &str, steady: bool, text: &str, read: impl Fn(&str) -> (SourceFile, FileFacts)) {
    let (file, facts) = read(text);
    spans::hold(&file, &facts);
    let as_it_is = outline(&file, &facts);
    for other in [with_crlf(text), with_mark(text)].into_iter().flatten() {
        let (file, facts) = read(&other);
        spans::hold(&file, &facts);
        if steady {
            assert_eq!(outline(&file, &facts), as_it_is, "{name}: for {other:?}");
        }
    }
}
