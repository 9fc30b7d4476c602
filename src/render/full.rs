//! Findings with source excerpts, for people at a terminal.

use super::Config;
use super::escape::{Untrusted, guard_line_start};
use super::excerpt::Shown;
use super::summary::Counts;
use super::view::{Item, Spot, View};
use crate::finding::{Confidence, Safety, Severity};
use crate::source::{FileId, Span};
use codespan_reporting::diagnostic::{self, Diagnostic, LabelStyle};
use codespan_reporting::files::{Error as FilesError, Files, Location};
use codespan_reporting::term::{self, termcolor};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::ops::Range;

/// Further places shown for one finding; the rest is counted.
const MOST_RELATED: usize = 8;
/// Columns beside the source: line number, border, spaces.
const GUTTER: usize = 8;
/// Narrower texts than this are not wrapped further.
const NARROWEST: usize = 40;

pub(super) fn write(
    view: &View<'_>,
    counts: &Counts,
    config: &Config,
    out: &mut dyn Write,
) -> io::Result<()> {
    let style = term::Config {
        tab_width: 2,
        ..term::Config::default()
    };
    for item in view.items() {
        let excerpts = Excerpts::new(view, &item, config);
        let diagnostic = excerpts.diagnostic(&item, config);
        let mut text = Vec::new();
        let drawn = if config.color {
            term::emit_to_write_style(
                &mut termcolor::Ansi::new(&mut text),
                &style,
                &excerpts,
                &diagnostic,
            )
        } else {
            term::emit_to_io_write(&mut text, &style, &excerpts, &diagnostic)
        };
        drawn.map_err(io::Error::other)?;
        out.write_all(&text)?;
    }
    if config.summary {
        writeln!(out, "{}", counts.sentence())?;
    }
    Ok(())
}

/// The shown lines of one finding's files, in the shape that the renderer asks for.
struct Excerpts<'a> {
    shown: Vec<&'a Spot>,
    files: BTreeMap<FileId, Excerpt>,
}

/// The shown lines of one file, joined; a line that is not shown is not there.
#[derive(Default)]
struct Excerpt {
    name: String,
    text: String,
    /// By 0-based line: its bytes in `text` and where bytes of the file are in it.
    lines: BTreeMap<usize, (Range<usize>, Shown)>,
    /// Places that a locus may be asked for: by offset in `text`.
    loci: BTreeMap<usize, Location>,
}

impl<'a> Excerpts<'a> {
    fn new(view: &View<'_>, item: &'a Item, config: &Config) -> Self {
        let shown: Vec<&Spot> = std::iter::once(&item.primary)
            .chain(item.related.iter().take(MOST_RELATED))
            .filter(|s| !s.path.is_empty())
            .collect();
        let mut by_line: BTreeMap<FileId, BTreeMap<usize, Vec<&Spot>>> = BTreeMap::new();
        for spot in &shown {
            let lines = by_line.entry(spot.file).or_default();
            lines.entry(spot.start.line - 1).or_default().push(spot);
        }
        let limit = config.width.saturating_sub(GUTTER).max(NARROWEST);
        let files = by_line
            .into_iter()
            .map(|(file, lines)| (file, Excerpt::new(view, &lines, limit)))
            .collect();
        Self { shown, files }
    }

    fn diagnostic(&self, item: &Item, config: &Config) -> Diagnostic<FileId> {
        let (headline, rest) = item.message.sentences();
        let severity = match item.severity {
            Severity::Error => diagnostic::Severity::Error,
            Severity::Warning => diagnostic::Severity::Warning,
            Severity::Note => diagnostic::Severity::Note,
        };
        let mut labels = Vec::new();
        for (i, spot) in self.shown.iter().enumerate() {
            let style = if i == 0 {
                LabelStyle::Primary
            } else {
                LabelStyle::Secondary
            };
            let range = self.range(spot);
            labels.push(
                diagnostic::Label::new(style, spot.file, range)
                    .with_message(spot.message.terminal()),
            );
        }
        Diagnostic::new(severity)
            .with_code(item.rule.code)
            .with_message(headline.terminal())
            .with_labels(labels)
            .with_notes(notes(item, &rest, config))
    }

    /// Where a place is in its excerpt.
    fn range(&self, spot: &Spot) -> Range<usize> {
        let place = spot.on_its_line();
        let line = self
            .files
            .get(&spot.file)
            .and_then(|f| f.lines.get(&(spot.start.line - 1)));
        line.map_or(0..0, |(bytes, shown)| {
            let range = shown.range(place);
            bytes.start + range.start..bytes.start + range.end
        })
    }

    fn file(&self, id: FileId) -> Result<&Excerpt, FilesError> {
        self.files.get(&id).ok_or(FilesError::FileMissing)
    }
}

impl Excerpt {
    fn new(view: &View<'_>, lines: &BTreeMap<usize, Vec<&Spot>>, limit: usize) -> Self {
        let mut excerpt = Self::default();
        let mut before: Option<usize> = None;
        for (&line, spots) in lines {
            let Some(any) = spots.first() else { continue };
            excerpt.name = any.path.terminal();
            // The renderer draws the one line between two places that are so near.
            if before.is_some_and(|b| b + 2 == line) {
                excerpt.push(line - 1, view.terminal_line(any, line, &[], limit));
            }
            let places: Vec<Span> = spots.iter().map(|s| s.on_its_line()).collect();
            let start = excerpt.text.len();
            excerpt.push(line, view.terminal_line(any, line + 1, &places, limit));
            for spot in spots {
                let at = excerpt
                    .lines
                    .get(&line)
                    .map_or(0, |(_, s)| s.locate(spot.start.byte));
                let locus = Location {
                    line_number: spot.start.line,
                    column_number: spot.start.column,
                };
                excerpt.loci.insert(start + at, locus);
            }
            before = Some(line);
        }
        excerpt
    }

    fn push(&mut self, line: usize, shown: Shown) {
        let start = self.text.len();
        self.text.push_str(shown.text());
        let end = self.text.len();
        // The line end keeps places of two lines apart.
        self.text.push('\n');
        self.lines.insert(line, (start..end, shown));
    }
}

impl<'a> Files<'a> for Excerpts<'_> {
    type FileId = FileId;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, id: FileId) -> Result<&'a str, FilesError> {
        Ok(&self.file(id)?.name)
    }

    fn source(&'a self, id: FileId) -> Result<&'a str, FilesError> {
        Ok(&self.file(id)?.text)
    }

    fn line_index(&'a self, id: FileId, byte: usize) -> Result<usize, FilesError> {
        let lines = &self.file(id)?.lines;
        lines
            .iter()
            .find(|(_, (bytes, _))| bytes.start <= byte && byte <= bytes.end)
            .map(|(line, _)| *line)
            .ok_or(FilesError::IndexTooLarge {
                given: byte,
                max: 0,
            })
    }

    fn line_range(&'a self, id: FileId, line: usize) -> Result<Range<usize>, FilesError> {
        let lines = &self.file(id)?.lines;
        lines
            .get(&line)
            .map(|(bytes, _)| bytes.clone())
            .ok_or(FilesError::LineTooLarge {
                given: line,
                max: 0,
            })
    }

    fn location(&'a self, id: FileId, byte: usize) -> Result<Location, FilesError> {
        let loci = &self.file(id)?.loci;
        loci.get(&byte).copied().ok_or(FilesError::IndexTooLarge {
            given: byte,
            max: 0,
        })
    }
}

/// What stands below the excerpt: why, what to do, remarks, the fix, and the rule with how sure it is.
fn notes(item: &Item, why: &Untrusted, config: &Config) -> Vec<String> {
    let width = config.width.saturating_sub(GUTTER).max(NARROWEST);
    let mut notes = Vec::new();
    let mut push = |word: &str, text: &str| {
        let wrapped = wrap(word, text, width);
        notes.push(match (config.color, word) {
            (true, "help") => wrapped.replacen("help", "\u{1b}[1;36mhelp\u{1b}[0m", 1),
            _ => wrapped,
        });
    };
    if !why.is_empty() {
        push("", &why.terminal());
    }
    if let Some(help) = &item.help {
        push("help", &help.terminal());
    }
    for note in &item.notes {
        push("note", &note.terminal());
    }
    let more = item.related.len().saturating_sub(MOST_RELATED);
    if more > 0 {
        push(
            "note",
            &format!("{more} more places are not shown; `--format json` has them all"),
        );
    }
    if let Some(fix) = &item.fix {
        match &fix.blocked {
            Some((_, reason)) => push("no fix", &reason.terminal()),
            None => push(fix_word(fix.safety), &fix.title.terminal()),
        }
    }
    let sure = match item.confidence {
        Confidence::Certain => String::new(),
        other => format!(", {}", other.name()),
    };
    push("", &format!("{}{sure}", item.rule.name));
    notes
}

fn fix_word(safety: Safety) -> &'static str {
    match safety {
        Safety::Safe => "--fix",
        Safety::Unsafe => "--unsafe-fixes",
        Safety::Display => "suggestion",
    }
}

/// `word: text`, its lines at most `width` columns long where words allow it, further lines below the text.
fn wrap(word: &str, text: &str, width: usize) -> String {
    let lead = if word.is_empty() {
        String::new()
    } else {
        format!("{word}: ")
    };
    let indent = lead.chars().count();
    let mut out = lead;
    let mut column = indent;
    let mut first = true;
    for piece in text.split(' ').filter(|w| !w.is_empty()) {
        let long = piece.chars().count();
        if !first && column + 1 + long > width {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent));
            out.push_str(&guard_line_start(piece.to_owned()));
            column = indent + long;
        } else {
            if !first {
                out.push(' ');
                column += 1;
            }
            out.push_str(piece);
            column += long;
        }
        first = false;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::{Config, OutputFormat, render, testing};
    use super::*;

    #[test]
    fn several_files_in_one_finding() {
        insta::assert_snapshot!(testing::text(OutputFormat::Full, &testing::stack()));
    }

    #[test]
    fn colours_are_asked_for() {
        let config = Config {
            color: true,
            ..Config::default()
        };
        let mut out = Vec::new();
        render(OutputFormat::Full, &testing::stack(), &config, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("\u{1b}["));
        let stripped: String = strip_ansi(&text);
        assert_eq!(
            stripped,
            testing::text(OutputFormat::Full, &testing::stack())
        );
    }

    fn strip_ansi(text: &str) -> String {
        let mut parts = text.split("\u{1b}[");
        let mut out = parts.next().unwrap_or("").to_owned();
        for part in parts {
            out.push_str(part.split_once('m').map_or("", |(_, rest)| rest));
        }
        out
    }

    #[test]
    fn hostile_text_is_shown_and_not_obeyed() {
        let text = testing::text(OutputFormat::Full, &testing::hostile());
        testing::assert_no_raw_controls(&text);
        testing::assert_no_secret(&text);
        assert!(
            !text.lines().any(|l| l.trim_start().starts_with("::")),
            "{text}"
        );
        assert!(!text.contains("##["), "{text}");
        insta::assert_snapshot!(text);
    }

    #[test]
    fn a_narrow_terminal_wraps_notes_and_cuts_lines() {
        let config = Config {
            width: 60,
            ..Config::default()
        };
        let mut out = Vec::new();
        render(OutputFormat::Full, &testing::minified(), &config, &mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap());
    }

    #[test]
    fn odd_places_are_drawn() {
        insta::assert_snapshot!(testing::text(OutputFormat::Full, &testing::odd_places()));
    }

    #[test]
    fn nothing_found_is_one_line() {
        let report = crate::finding::Report {
            checked: 3,
            ..Default::default()
        };
        assert_eq!(
            testing::text(OutputFormat::Full, &report),
            "3 files checked: no findings\n"
        );
    }

    #[test]
    fn a_word_at_a_line_start_is_no_workflow_command() {
        let text = wrap("note", &"aaaa ::set-output name=x::y ".repeat(6), 40);
        assert!(text.contains('\n'));
        assert!(
            !text.lines().any(|l| l.trim_start().starts_with("::")),
            "{text}"
        );
    }
}
