//! All places of one symbol, grouped by what follows from them: for people, and as JSON.

use super::escape::Untrusted;
use super::excerpt::{Form, Shown};
use super::json::{Layout, to_writer};
use crate::mask;
use crate::source::{Place, SourceFile, Sources, Span};
use schemars::JsonSchema;
use serde::Serialize;
use std::io::{self, Write};

/// Version of the JSON's shape.
const SCHEMA: u32 = 1;
/// Characters of a line.
const EXCERPT: usize = 100;

/// A place of the symbol, as handed in.
#[derive(Clone, Debug)]
pub struct RefRow {
    /// Identity of its group: `moves-along`.
    pub group: &'static str,
    /// The group's heading.
    pub title: &'static str,
    /// Where.
    pub place: Place,
    /// Why.
    pub reason: String,
}

/// How the rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum RefsFormat {
    /// Grouped lines
    Text,
    /// One JSON document
    Json,
}

#[derive(Serialize, JsonSchema)]
struct Document {
    /// Version of this shape: 1.
    schema: u32,
    /// What was asked for.
    symbol: Untrusted,
    /// All places, by group, path and place.
    places: Vec<PlaceJson>,
}

#[derive(Serialize, JsonSchema)]
struct PlaceJson {
    /// What follows from it.
    group: &'static str,
    /// Path relative to the repository's root.
    path: Untrusted,
    /// 1-based.
    line: usize,
    /// 1-based, in Unicode scalar values.
    column: usize,
    /// Why it is in its group.
    reason: Untrusted,
    /// The line, cut if it is long.
    excerpt: Untrusted,
}

/// Writes the rows, which come in the order of their groups.
pub fn write_refs(
    format: RefsFormat,
    symbol: &str,
    rows: &[RefRow],
    sources: &Sources,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        RefsFormat::Text => text(rows, sources, out),
        RefsFormat::Json => {
            let places = rows.iter().map(|r| place(r, sources)).collect();
            to_writer(
                &Document {
                    schema: SCHEMA,
                    symbol: clean(symbol),
                    places,
                },
                Layout::Pretty,
                out,
            )
        }
    }
}

/// The JSON's schema.
pub fn refs_schema() -> schemars::Schema {
    schemars::schema_for!(Document)
}

fn text(rows: &[RefRow], sources: &Sources, out: &mut dyn Write) -> io::Result<()> {
    let mut group = "";
    for row in rows {
        if row.group != group {
            if !group.is_empty() {
                writeln!(out)?;
            }
            let count = rows.iter().filter(|r| r.group == row.group).count();
            writeln!(out, "{} ({count})", row.title)?;
            group = row.group;
        }
        let file = sources.get(row.place.file);
        let at = file.line_col(row.place.span.start);
        let shown = shown(file, row.place.span, Form::Terminal);
        writeln!(
            out,
            "  {}:{}:{}: {}\n      {}",
            clean(&file.path).terminal(),
            at.line,
            at.column,
            shown.text().trim(),
            clean(&row.reason).terminal()
        )?;
    }
    Ok(())
}

fn place(row: &RefRow, sources: &Sources) -> PlaceJson {
    let file = sources.get(row.place.file);
    let at = file.line_col(row.place.span.start);
    PlaceJson {
        group: row.group,
        path: clean(&file.path),
        line: at.line,
        column: at.column,
        reason: clean(&row.reason),
        excerpt: shown(file, row.place.span, Form::Raw).into_untrusted(),
    }
}

fn shown(file: &SourceFile, span: Span, form: Form) -> Shown {
    Shown::new(file, file.line(span.start), &[span], EXCERPT, form)
}

fn clean(text: &str) -> Untrusted {
    Untrusted::new(mask::message(text))
}
