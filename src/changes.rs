//! What a change touches: lines, and the declarations that they belong to.

use crate::facts::FileFacts;
use crate::source::{FileId, SourceFile, Sources, Span};
use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::collections::BTreeMap;

/// Lines of old times lines of new over which two texts are not compared any more, but taken for altogether different.
const MOST_WORK: usize = 25_000_000;

/// The files of a change with their texts before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    files: BTreeMap<String, Before>,
}

/// What a changed file was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Before {
    /// Not there, or nothing to compare with: all of it is touched.
    Nothing,
    /// This text.
    Text(String),
}

impl Changes {
    /// By paths relative to the root.
    pub fn new(files: BTreeMap<String, Before>) -> Self {
        Self { files }
    }

    /// Whether a file is among them.
    pub fn contains(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// The lines that the change touches in the files as they are now, and those of declarations that it touches.
    /// `facts` are in the order of the files' ids.
    pub fn touched(&self, sources: &Sources, facts: &[FileFacts]) -> Touched {
        let mut touched = Touched::default();
        for ((id, source), facts) in sources.iter().zip(facts) {
            let Some(before) = self.files.get(&*source.path) else {
                continue;
            };
            let mut lines = match before {
                Before::Nothing => vec![ALL],
                Before::Text(old) => touched_lines(old, &source.text),
            };
            let declared: Vec<Lines> = declarations(facts)
                .map(|span| Lines::of(source, span))
                .filter(|d| lines.iter().any(|l| l.meets(*d) || l.is_behind(*d)))
                .collect();
            lines.extend(declared);
            touched.lines.insert(id, lines);
        }
        touched
    }
}

/// What of each file is touched.
#[derive(Clone, Debug, Default)]
pub struct Touched {
    lines: BTreeMap<FileId, Vec<Lines>>,
}

impl Touched {
    /// Whether a part of a file is touched.
    pub fn meets(&self, id: FileId, source: &SourceFile, span: Span) -> bool {
        self.lines.get(&id).is_some_and(|lines| {
            let part = Lines::of(source, span);
            lines.iter().any(|l| l.meets(part))
        })
    }
}

/// Lines from the first to the last, counted from 1. Where the last comes before the first, it is the seam between these two,
/// from which lines were taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Lines {
    first: usize,
    last: usize,
}

/// A whole file.
const ALL: Lines = Lines {
    first: 1,
    last: usize::MAX,
};

impl Lines {
    fn of(source: &SourceFile, span: Span) -> Self {
        // The end of a span is one past it: at the start of a line, that line is not in it.
        let last_byte = span.end.saturating_sub(1).max(span.start);
        Self {
            first: source.line(span.start),
            last: source.line(last_byte),
        }
    }

    /// Whether the two share a line; a seam is shared by what holds the lines on both of its sides.
    fn meets(self, other: Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }

    /// Whether this is the seam right behind `other`: what was taken out there may have been its end.
    fn is_behind(self, other: Self) -> bool {
        self.last < self.first && self.last == other.last
    }
}

/// Services and variables, each as a whole.
fn declarations(facts: &FileFacts) -> impl Iterator<Item = Span> {
    let services = facts.compose.iter().flat_map(|c| &c.services);
    let variables = facts.env.iter().flat_map(|e| &e.entries);
    services
        .map(|s| Span {
            start: s.name.span.start,
            end: s.body_end.max(s.name.span.end),
        })
        .chain(variables.map(|v| v.line))
}

/// The lines of `new` that are not in `old`, and the seams where lines of `old` were. Line ends do not count: Git may store others.
fn touched_lines(old: &str, new: &str) -> Vec<Lines> {
    let (old, new) = (lines(old), lines(new));
    let head = same(old.iter(), new.iter());
    let (old, rest) = (
        old.get(head..).unwrap_or_default(),
        new.get(head..).unwrap_or_default(),
    );
    let tail = same(old.iter().rev(), rest.iter().rev());
    let (old, rest) = (
        old.get(..old.len() - tail).unwrap_or_default(),
        rest.get(..rest.len() - tail).unwrap_or_default(),
    );
    if old.is_empty() && rest.is_empty() {
        return Vec::new();
    }
    let lines = |start: usize, count: usize| Lines {
        first: head + start + 1,
        last: head + start + count,
    };
    if old.len().saturating_mul(rest.len()) > MOST_WORK {
        return vec![lines(0, rest.len())];
    }
    capture_diff_slices(Algorithm::Myers, old, rest)
        .into_iter()
        .filter(|op| !matches!(op, DiffOp::Equal { .. }))
        .map(|op| lines(op.new_range().start, op.new_range().len()))
        .collect()
}

fn lines(text: &str) -> Vec<&str> {
    text.lines().collect()
}

fn same<'a>(a: impl Iterator<Item = &'a &'a str>, b: impl Iterator<Item = &'a &'a str>) -> usize {
    a.zip(b).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats;

    fn pairs(old: &str, new: &str) -> Vec<(usize, usize)> {
        touched_lines(old, new)
            .into_iter()
            .map(|l| (l.first, l.last))
            .collect()
    }

    #[test]
    fn lines_that_are_new_and_seams_where_lines_were() {
        for (old, new, expected) in [
            ("", "", vec![]),
            ("a\nb\n", "a\nb\n", vec![]),
            ("a\r\nb\r\n", "a\nb", vec![]),
            ("", "a\nb\n", vec![(1, 2)]),
            ("a\nb\nc\n", "a\nB\nc\n", vec![(2, 2)]),
            ("a\nb\nc\n", "a\nc\n", vec![(2, 1)]),
            ("a\nb\n", "b\n", vec![(1, 0)]),
            ("a\nb\n", "", vec![(1, 0)]),
            (
                "a\nb\nc\nd\ne\n",
                "A\nb\nc\nx\nd\n",
                vec![(1, 1), (4, 4), (6, 5)],
            ),
        ] {
            assert_eq!(pairs(old, new), expected, "{old:?} {new:?}");
        }
    }

    #[test]
    fn texts_that_are_too_long_to_compare_count_as_different_between_what_they_share() {
        let text =
            |n: usize, word: &str| (0..n).map(|i| format!("{word} {i}\n")).collect::<String>();
        let (old, new) = (text(9_000, "old"), text(9_000, "new"));
        let (old, new) = (format!("same\n{old}same\n"), format!("same\n{new}same\n"));
        assert_eq!(pairs(&old, &new), [(2, 9_001)]);
    }

    const OLD: &str = "services:\n  web:\n    image: nginx\n    ports:\n      - 5432:80\n  db:\n    image: postgres:16\n    ports:\n      - 5433:5432\n";

    /// Whether each of the texts is touched when `OLD` becomes `new`.
    fn met(new: &str, parts: &[&str]) -> Vec<bool> {
        let source = SourceFile::new("compose.yaml", new);
        let facts = formats::read(&source);
        let mut sources = Sources::default();
        let id = sources.push(source);
        let before = Before::Text(OLD.to_owned());
        let changes = Changes::new(BTreeMap::from([("compose.yaml".to_owned(), before)]));
        let touched = changes.touched(&sources, &[facts]);
        parts
            .iter()
            .map(|part| {
                let at = new.find(part).unwrap();
                touched.meets(id, sources.get(id), Span::new(at, at + part.len()))
            })
            .collect()
    }

    #[test]
    fn a_line_that_changes_touches_the_whole_service_and_no_other() {
        let parts = ["5432:80", "5433:5432"];
        assert_eq!(met(OLD, &parts), [false, false]);
        let image = OLD.replace("image: nginx", "image: mysql");
        assert_eq!(met(&image, &parts), [true, false]);
        let gone = OLD.replace("    image: postgres:16\n", "");
        assert_eq!(met(&gone, &parts), [false, true]);
        let tail = OLD.replace("    ports:\n      - 5433:5432\n", "");
        assert_eq!(met(&tail, &["5432:80", "postgres"]), [false, true]);
        let behind = format!("{OLD}volumes:\n  data:\n");
        assert_eq!(met(&behind, &parts), [false, false]);
    }

    #[test]
    fn a_file_that_was_not_there_is_touched_as_a_whole() {
        let source = SourceFile::new("a.env", "A=1\n");
        let mut sources = Sources::default();
        let id = sources.push(source);
        let facts = [FileFacts::default()];
        let of = |files| {
            let touched = Changes::new(files).touched(&sources, &facts);
            touched.meets(id, sources.get(id), Span::at(0))
        };
        assert!(of(BTreeMap::from([("a.env".to_owned(), Before::Nothing)])));
        assert!(!of(BTreeMap::from([("b.env".to_owned(), Before::Nothing)])));
    }
}
