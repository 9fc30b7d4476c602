//! The whole report as JSON, versioned: `schema` grows when a field changes its meaning or goes, not when one is added.

use super::Config;
use super::escape::{Untrusted, is_hidden};
use super::summary::Counts;
use super::view::{FixView, Item, Position, Spot, View};
use crate::finding::{Confidence, Safety, Severity};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};
use std::io::{self, Write};

/// Version of the shape below.
const SCHEMA: u32 = 1;
/// Characters of an excerpt.
const EXCERPT: usize = 200;

/// A run's findings. Secrets in all texts are masked by `*`.
#[derive(Serialize, JsonSchema)]
struct Document {
    /// Version of this shape: 1.
    schema: u32,
    /// Who wrote it.
    tool: Tool,
    /// Counts.
    summary: Summary,
    /// All findings, by path and place.
    findings: Vec<FindingJson>,
}

/// Who wrote the document.
#[derive(Serialize, JsonSchema)]
struct Tool {
    /// `portlint`
    name: &'static str,
    /// Its version.
    version: &'static str,
}

/// Counts of a run.
#[derive(Serialize, JsonSchema)]
struct Summary {
    /// Files that were read.
    files: usize,
    /// Findings of severity `error`.
    errors: usize,
    /// Findings of severity `warning`.
    warnings: usize,
    /// Findings of severity `note`.
    notes: usize,
    /// Findings that `--fix` mends.
    fixable: usize,
    /// Findings that `--unsafe-fixes` mends beside these.
    unsafe_fixable: usize,
    /// Findings silenced by ignore comments or the baseline.
    suppressed: usize,
    /// Findings left out beyond the cap; the gravest are kept.
    cut: usize,
}

/// One finding.
#[derive(Serialize, JsonSchema)]
struct FindingJson {
    /// Stable code: `PL001`.
    code: &'static str,
    /// Stable name: `database-port-outside-range`.
    name: &'static str,
    /// How grave.
    severity: Severity,
    /// How sure.
    confidence: Confidence,
    /// What is wrong and why it matters; the first sentence stands alone.
    message: Untrusted,
    /// What to do.
    help: Option<Untrusted>,
    /// Further remarks.
    notes: Vec<Untrusted>,
    /// What it is about, independent of lines: `timescaledb/5432/tcp`.
    subject: Untrusted,
    /// Identity over time: stays when lines move.
    fingerprint: String,
    /// Address of the rule's page.
    url: Option<String>,
    /// The place to edit.
    location: LocationJson,
    /// The other places that make it true.
    related: Vec<LocationJson>,
    /// The repair, if there is one.
    fix: Option<FixJson>,
}

/// A place in a file.
#[derive(Serialize, JsonSchema)]
struct LocationJson {
    /// Path relative to the repository's root, with forward slashes.
    path: Untrusted,
    /// First character.
    start: PositionJson,
    /// One past the last character.
    end: PositionJson,
    /// What is said of it; may be empty.
    message: Untrusted,
    /// The line of `start`, cut around the place if it is long.
    excerpt: Untrusted,
}

/// A point in a file.
#[derive(Serialize, JsonSchema)]
struct PositionJson {
    /// 1-based line.
    line: usize,
    /// 1-based column in Unicode scalar values.
    column: usize,
    /// 1-based column in UTF-16 code units.
    utf16_column: usize,
    /// 0-based byte offset in the file, a byte order mark included.
    offset: u32,
}

/// A repair: all its edits apply, or none does.
#[derive(Serialize, JsonSchema)]
struct FixJson {
    /// What it does, as an imperative clause.
    title: Untrusted,
    /// Identity within the run: findings with the same set share their edits.
    set: Untrusted,
    /// `safe` is applied by `--fix`, `unsafe` by `--unsafe-fixes`, `display` never.
    safety: Safety,
    /// Why it may not be applied, if so.
    blocked: Option<BlockedJson>,
    /// Replacements, sorted by place; empty if one would show a secret.
    edits: Vec<EditJson>,
}

/// What stands in the way of a repair.
#[derive(Serialize, JsonSchema)]
struct BlockedJson {
    /// The place that cannot be edited safely.
    location: LocationJson,
    /// Why, and what to do.
    reason: Untrusted,
}

/// One replacement of bytes. An empty place inserts.
#[derive(Serialize, JsonSchema)]
struct EditJson {
    /// Path relative to the repository's root.
    path: Untrusted,
    /// First byte replaced.
    start: PositionJson,
    /// One past the last.
    end: PositionJson,
    /// The new text.
    replacement: Untrusted,
}

/// One line of `jsonl`.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Line {
    /// A finding; as in the document.
    Finding(Box<FindingJson>),
    /// The last line.
    Summary {
        /// Version of this shape: 1.
        schema: u32,
        /// Who wrote it.
        tool: Tool,
        /// Counts.
        #[serde(flatten)]
        summary: Summary,
    },
}

/// The JSON Schema of the document (`false`) or of each line of `jsonl` (`true`).
pub fn schema(lines: bool) -> schemars::Schema {
    if lines {
        schemars::schema_for!(Line)
    } else {
        schemars::schema_for!(Document)
    }
}

pub(super) fn write(
    view: &View<'_>,
    counts: &Counts,
    config: &Config,
    out: &mut dyn Write,
) -> io::Result<()> {
    let document = Document {
        schema: SCHEMA,
        tool: tool(),
        summary: counts.into(),
        findings: view.items().map(|i| finding(view, i, config)).collect(),
    };
    to_writer(&document, Layout::Pretty, out)
}

pub(super) fn write_lines(
    view: &View<'_>,
    counts: &Counts,
    config: &Config,
    out: &mut dyn Write,
) -> io::Result<()> {
    for item in view.items() {
        let line = Line::Finding(Box::new(finding(view, item, config)));
        to_writer(&line, Layout::Compact, out)?;
    }
    let last = Line::Summary {
        schema: SCHEMA,
        tool: tool(),
        summary: counts.into(),
    };
    to_writer(&last, Layout::Compact, out)
}

fn tool() -> Tool {
    Tool {
        name: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
    }
}

impl From<&Counts> for Summary {
    fn from(counts: &Counts) -> Self {
        Self {
            files: counts.files,
            errors: counts.errors,
            warnings: counts.warnings,
            notes: counts.notes,
            fixable: counts.safe,
            unsafe_fixable: counts.risky,
            suppressed: counts.suppressed,
            cut: counts.cut,
        }
    }
}

impl From<Position> for PositionJson {
    fn from(p: Position) -> Self {
        Self {
            line: p.line,
            column: p.column,
            utf16_column: p.utf16,
            offset: p.byte,
        }
    }
}

fn finding(view: &View<'_>, item: Item, config: &Config) -> FindingJson {
    FindingJson {
        code: item.rule.code,
        name: item.rule.name,
        severity: item.severity,
        confidence: item.confidence,
        url: config.rule(item.rule).map(|r| r.help_uri.clone()),
        location: location(view, &item.primary),
        related: item.related.iter().map(|s| location(view, s)).collect(),
        fix: item.fix.map(|f| fix(view, f)),
        message: item.message,
        help: item.help,
        notes: item.notes,
        subject: item.subject,
        fingerprint: item.fingerprint,
    }
}

fn location(view: &View<'_>, spot: &Spot) -> LocationJson {
    LocationJson {
        path: spot.path.clone(),
        start: spot.start.into(),
        end: spot.end.into(),
        message: spot.message.clone(),
        excerpt: view.line(spot, EXCERPT),
    }
}

fn fix(view: &View<'_>, fix: FixView) -> FixJson {
    FixJson {
        title: fix.title,
        set: fix.set,
        safety: fix.safety,
        blocked: fix.blocked.map(|(spot, reason)| BlockedJson {
            location: location(view, &spot),
            reason,
        }),
        edits: fix
            .edits
            .into_iter()
            .map(|(spot, replacement)| EditJson {
                path: spot.path,
                start: spot.start.into(),
                end: spot.end.into(),
                replacement,
            })
            .collect(),
    }
}

/// How JSON is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// Indented by two spaces.
    Pretty,
    /// On one line.
    Compact,
}

/// Writes JSON and a line end. Characters that a terminal would obey or hide are written as `\u` escapes, which say the same.
pub(super) fn to_writer(
    value: &impl Serialize,
    layout: Layout,
    out: &mut dyn Write,
) -> io::Result<()> {
    match layout {
        Layout::Pretty => serialize(value, PrettyFormatter::new(), out),
        Layout::Compact => serialize(value, CompactFormatter, out),
    }?;
    writeln!(out)
}

fn serialize<F: Formatter>(
    value: &impl Serialize,
    formatter: F,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(out, Escaping(formatter));
    value.serialize(&mut serializer).map_err(io::Error::from)
}

/// A formatter that escapes more characters than JSON demands.
struct Escaping<F>(F);

impl<F: Formatter> Formatter for Escaping<F> {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        // `##[…]` is a command for GitHub's runner, wherever it stands in a log.
        let commands = fragment.contains("##[");
        if !commands && fragment.bytes().all(|b| matches!(b, b' '..=b'~')) {
            return out.write_all(fragment.as_bytes());
        }
        let mut plain = 0;
        for (i, c) in fragment.char_indices() {
            let command = commands
                && c == '['
                && fragment
                    .get(..i)
                    .is_some_and(|before| before.ends_with("##"));
            if !(c.is_control() || is_hidden(c) || command) {
                continue;
            }
            out.write_all(fragment.as_bytes().get(plain..i).unwrap_or(&[]))?;
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                write!(out, "\\u{unit:04x}")?;
            }
            plain = i + c.len_utf8();
        }
        out.write_all(fragment.as_bytes().get(plain..).unwrap_or(&[]))
    }

    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_array(out)
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array(out)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(out, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array_value(out)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object(out)
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object(out)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object_value(out)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object_value(out)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{OutputFormat, testing};

    fn parse(text: &str) -> serde_json::Value {
        serde_json::from_str(text).expect("valid JSON")
    }

    #[test]
    fn everything_of_a_finding() {
        let text = testing::text(OutputFormat::Json, &testing::stack());
        parse(&text);
        insta::assert_snapshot!(text);
    }

    #[test]
    fn one_object_for_each_line() {
        let report = testing::stack();
        let text = testing::text(OutputFormat::Jsonl, &report);
        let lines: Vec<_> = text.lines().map(parse).collect();
        assert_eq!(lines.len(), report.findings.len() + 1);
        assert!(lines.iter().rev().skip(1).all(|l| l["type"] == "finding"));
        let document = parse(&testing::text(OutputFormat::Json, &report));
        let mut first = lines[0].clone();
        first.as_object_mut().unwrap().remove("type");
        assert_eq!(first, document["findings"][0]);
        let last = lines.last().unwrap();
        assert_eq!(
            (&last["type"], &last["schema"]),
            (&"summary".into(), &1.into())
        );
        assert_eq!(last["errors"], document["summary"]["errors"]);
    }

    #[test]
    fn hostile_text_comes_back_exactly_and_reaches_no_terminal() {
        let report = testing::hostile();
        let text = testing::text(OutputFormat::Json, &report);
        testing::assert_no_raw_controls(&text);
        testing::assert_no_secret(&text);
        let path = &report
            .sources
            .get(report.findings[0].primary.place.file)
            .path;
        assert_eq!(parse(&text)["findings"][0]["location"]["path"], **path);
    }

    #[test]
    fn columns_are_counted_in_every_unit() {
        let text = testing::text(OutputFormat::Json, &testing::odd_places());
        let at = &parse(&text)["findings"][0]["location"]["start"];
        assert_eq!(
            (
                &at["line"],
                &at["column"],
                &at["utf16_column"],
                &at["offset"]
            ),
            (&2.into(), &5.into(), &6.into(), &(3 + 3 + 7).into())
        );
    }
}
