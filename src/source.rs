//! Files, byte spans and the only code that turns bytes into lines and columns.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// A half-open byte range in one file, counted from the file's first byte (a byte order mark included).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span from `start` to `end`; an `end` before `start` gives an empty span.
    pub fn new(start: usize, end: usize) -> Self {
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self {
            start: clamp(start),
            end: clamp(end.max(start)),
        }
    }

    /// An empty span: the place of an insertion.
    pub fn at(offset: usize) -> Self {
        Self::new(offset, offset)
    }

    /// The span as a range for slicing.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Length in bytes.
    pub fn len(self) -> usize {
        self.range().len()
    }

    /// Whether no byte is covered.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether the two share a byte.
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Whether `other` lies inside this span.
    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The smallest span that covers both.
    pub fn join(self, other: Self) -> Self {
        Self {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }
}

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Its bytes.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Pairs a value with its place.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

/// Index of a file in [`Sources`]; files are numbered in the order of their paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A span in a named file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file.
    pub file: FileId,
    /// The bytes in it.
    pub span: Span,
}

/// Decoded text of a scalar, with the way back to the bytes it came from.
///
/// Escapes, folded lines and indentation make the decoded text differ from the file's; `segments` keeps,
/// for each run that was copied as it is, where it starts on both sides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// The decoded value.
    pub value: String,
    /// The content's bytes in the file (quotes excluded).
    pub span: Span,
    /// `(offset in value, offset in file, length)` of the verbatim runs, ascending; empty if nothing maps.
    segments: Vec<(u32, u32, u32)>,
    /// How it was written.
    pub style: Style,
}

/// How a scalar was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    #[default]
    Plain,
    /// `'…'`
    Single,
    /// `"…"`
    Double,
    /// A YAML block scalar, a here-document, a template literal: several lines.
    Block,
}

impl Text {
    /// A text whose bytes stand in the file as they are, from `start` on.
    pub fn verbatim(value: impl Into<String>, start: usize, style: Style) -> Self {
        let value = value.into();
        let span = Span::new(start, start + value.len());
        let segments = vec![(0, span.start, span.end - span.start)];
        Self {
            value,
            span,
            segments,
            style,
        }
    }

    /// A text that was decoded; `segments` are the verbatim runs, ascending.
    pub fn mapped(value: String, span: Span, segments: Vec<(u32, u32, u32)>, style: Style) -> Self {
        Self {
            value,
            span,
            segments,
            style,
        }
    }

    /// Where the bytes `range` of the value stand in the file, or `None` if they were not copied from one run.
    pub fn locate(&self, range: Range<usize>) -> Option<Span> {
        let (start, end) = (
            u32::try_from(range.start).ok()?,
            u32::try_from(range.end).ok()?,
        );
        let i = self
            .segments
            .partition_point(|s| s.0 <= start)
            .checked_sub(1)?;
        let &(from, at, len) = self.segments.get(i)?;
        (end <= from + len).then(|| Span {
            start: at + (start - from),
            end: at + (end - from),
        })
    }

    /// The same text, written in another style.
    pub fn styled(self, style: Style) -> Self {
        Self { style, ..self }
    }

    /// A part of the text, with its own way back to the file; empty if `range` is not on character borders.
    pub fn slice(&self, range: Range<usize>) -> Self {
        let Some(value) = self.value.get(range.clone()) else {
            return Self::default();
        };
        let (start, end) = (Span::at(range.start).start, Span::at(range.end).start);
        let first = self
            .segments
            .partition_point(|&(from, _, len)| from + len <= start);
        let segments: Vec<_> = self
            .segments
            .iter()
            .skip(first)
            .take_while(|&&(from, ..)| from < end)
            .map(|&(from, at, len)| {
                let cut = start.saturating_sub(from);
                let kept = len.min(end - from) - cut;
                (from + cut - start, at + cut, kept)
            })
            .collect();
        let span = match (segments.first(), segments.last()) {
            (Some(&(_, at, _)), Some(&(_, last, len))) => Span {
                start: at,
                end: last + len,
            },
            _ => self.locate_or_whole(range),
        };
        Self {
            value: value.to_owned(),
            span,
            segments,
            style: self.style,
        }
    }

    /// Several texts in one, `separator` between them: the items of a command line.
    pub fn joined(parts: &[Self], separator: &str) -> Self {
        let mut whole = Self::default();
        for (i, part) in parts.iter().enumerate() {
            if i > 0 {
                whole.value.push_str(separator);
            }
            let shift = Span::at(whole.value.len()).start;
            whole.value.push_str(&part.value);
            let moved = part
                .segments
                .iter()
                .map(|&(from, at, n)| (from + shift, at, n));
            whole.segments.extend(moved);
            whole.span = if i == 0 {
                part.span
            } else {
                whole.span.join(part.span)
            };
            whole.style = part.style;
        }
        whole
    }

    /// Like [`Text::locate`], falling back to the whole content's span.
    pub fn locate_or_whole(&self, range: Range<usize>) -> Span {
        self.locate(range).unwrap_or(self.span)
    }

    /// Whether every byte of the value stands in the file as it is, in one run.
    pub fn is_verbatim(&self) -> bool {
        self.locate(0..self.value.len()).is_some()
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        &self.value
    }
}

/// A 1-based line and column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineCol {
    /// 1-based line.
    pub line: usize,
    /// 1-based column, in the unit the caller asked for.
    pub column: usize,
}

/// One file's text and name.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Path relative to the repository root, with forward slashes.
    pub path: Arc<str>,
    /// The text, a byte order mark included.
    pub text: Arc<str>,
    lines: OnceLock<Vec<u32>>,
}

impl SourceFile {
    /// A file of this name and text.
    pub fn new(path: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        Self {
            path: path.into(),
            text: text.into(),
            lines: OnceLock::new(),
        }
    }

    /// Bytes of the byte order mark, if there is one: where the text itself begins.
    pub fn mark_len(&self) -> usize {
        mark_len(&self.text)
    }

    fn line_starts(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            std::iter::once(0)
                .chain(
                    memchr::memchr_iter(b'\n', self.text.as_bytes()).map(|i| Span::at(i + 1).start),
                )
                .collect()
        })
    }

    /// The text of a span; empty if the span does not lie on character borders inside the file.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or("")
    }

    /// 1-based line of a byte offset.
    pub fn line(&self, offset: u32) -> usize {
        self.line_starts().partition_point(|&s| s <= offset).max(1)
    }

    /// The bytes of a 1-based line, its line end excluded.
    pub fn line_span(&self, line: usize) -> Span {
        let starts = self.line_starts();
        let start = starts
            .get(line.saturating_sub(1))
            .copied()
            .unwrap_or(Span::at(self.text.len()).start);
        let end = starts.get(line).map_or(self.text.len(), |&e| e as usize);
        let body = self
            .text
            .get(start as usize..end)
            .unwrap_or("")
            .trim_end_matches(['\n', '\r']);
        Span::new(start as usize, start as usize + body.len())
    }

    /// 1-based line and column in Unicode scalar values, as editors count them; a byte order mark has no column.
    pub fn line_col(&self, offset: u32) -> LineCol {
        self.column_by(offset, |s| s.chars().count())
    }

    /// 1-based line and column in UTF-16 code units, as SARIF's `columnKind: utf16CodeUnits` wants them.
    pub fn line_col_utf16(&self, offset: u32) -> LineCol {
        self.column_by(offset, |s| s.encode_utf16().count())
    }

    fn column_by(&self, offset: u32, count: impl Fn(&str) -> usize) -> LineCol {
        let line = self.line(offset);
        let start = self.line_starts().get(line - 1).copied().unwrap_or(0) as usize;
        let before = self
            .text
            .get(start..offset as usize)
            .unwrap_or("")
            .trim_start_matches('\u{feff}');
        LineCol {
            line,
            column: count(before) + 1,
        }
    }
}

/// Bytes of the byte order mark that a text begins with, if it does.
pub fn mark_len(text: &str) -> usize {
    const MARK: char = '\u{feff}';
    if text.starts_with(MARK) {
        MARK.len_utf8()
    } else {
        0
    }
}

/// All files of a run that were read, in the order of their paths.
#[derive(Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
}

impl Sources {
    /// Takes files that are sorted by path.
    pub fn new(files: Vec<SourceFile>) -> Self {
        Self { files }
    }

    /// Adds a file behind the others and returns its id.
    pub fn push(&mut self, file: SourceFile) -> FileId {
        self.files.push(file);
        FileId(Span::at(self.files.len() - 1).start)
    }

    /// The file of an id; ids come from this store, so a missing one is an empty file without a name.
    pub fn get(&self, id: FileId) -> &SourceFile {
        static EMPTY: OnceLock<SourceFile> = OnceLock::new();
        self.files
            .get(id.0 as usize)
            .unwrap_or_else(|| EMPTY.get_or_init(|| SourceFile::new("", "")))
    }

    /// The id of a path.
    pub fn find(&self, path: &str) -> Option<FileId> {
        self.iter()
            .find(|(_, f)| &*f.path == path)
            .map(|(id, _)| id)
    }

    /// All files with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files
            .iter()
            .enumerate()
            .map(|(i, f)| (FileId(Span::at(i).start), f))
    }

    /// The text at a place.
    pub fn slice(&self, place: Place) -> &str {
        self.get(place.file).slice(place.span)
    }

    /// `path:line:column` of a place, as compilers write it.
    pub fn show(&self, place: Place) -> String {
        let file = self.get(place.file);
        let at = file.line_col(place.span.start);
        format!("{}:{}:{}", file.path, at.line, at.column)
    }

    /// `path:line` of a place.
    pub fn show_line(&self, place: Place) -> String {
        let file = self.get(place.file);
        format!("{}:{}", file.path, file.line(place.span.start))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_decoded_text_finds_its_own_bytes() {
        // the file holds `a\nb c`, decoded to "a", a line feed, "b c"
        let whole = Text::mapped(
            "a\nb c".to_owned(),
            Span::new(10, 16),
            vec![(0, 10, 1), (2, 13, 3)],
            Style::Double,
        );
        let cases = [
            (0..5, "a\nb c", Span::new(10, 16)),
            (2..5, "b c", Span::new(13, 16)),
            (4..5, "c", Span::new(15, 16)),
            (0..1, "a", Span::new(10, 11)),
            (1..2, "\n", Span::new(10, 16)),
            (3..9, "", Span::default()),
        ];
        for (range, value, span) in cases {
            let part = whole.slice(range.clone());
            assert_eq!((part.value.as_str(), part.span), (value, span), "{range:?}");
        }
        assert_eq!(whole.slice(2..5).locate(2..3), Some(Span::new(15, 16)));
        assert_eq!(whole.slice(1..5).locate(1..2), Some(Span::new(13, 14)));
    }
}
