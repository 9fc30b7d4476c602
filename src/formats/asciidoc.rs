//! AsciiDoc: sections, lists, listing blocks, tables.

use super::Reader;
use super::docs::{Doc, Lines, Table};
use super::scan::has_digits;
use crate::classify::Name;
use crate::facts::FileFacts;
use crate::source::SourceFile;
use std::ops::Range;

/// AsciiDoc documents.
pub const READER: Reader = Reader {
    name: "asciidoc",
    wants,
    read,
};

fn wants(name: &Name<'_>, _text: &str) -> bool {
    matches!(name.ending(), "adoc" | "asciidoc" | "asc")
}

fn read(file: &SourceFile, facts: &mut FileFacts) {
    if !has_digits(&file.text) {
        return;
    }
    let mut doc = Doc::new(file);
    let mut lines = Lines::new(&file.text);
    let mut language = String::new();
    lines.skip_blank();
    while lines.here().is_some() {
        block(&mut doc, &mut lines, &mut language);
        lines.skip_blank();
    }
    facts.sightings.append(&mut doc.finish());
}

/// Reads one block; `language` is that of the attribute line before it.
fn block(doc: &mut Doc<'_>, lines: &mut Lines<'_>, language: &mut String) {
    let at = lines.at;
    let line = lines.here().unwrap_or("");
    let bare = line.trim_end();
    if let Some(level) = section(bare) {
        doc.heading(level, lines.range(at));
        lines.at += 1;
    } else if bare.starts_with('[') && bare.ends_with(']') {
        *language = attribute_language(bare);
        lines.at += 1;
        return;
    } else if is_fence(bare) {
        let fence = bare.to_owned();
        lines.at += 1;
        let range = lines.take_until(|l| l.trim_end() == fence);
        let text = doc.slice(range);
        if fence.starts_with("////") {
            doc.comment(text.span.range());
        } else {
            doc.code(language, &text);
        }
    } else if bare.starts_with("|===") {
        lines.at += 1;
        table(doc, lines);
    } else if bare.starts_with("//") {
        doc.comment(lines.range(at));
        lines.at += 1;
    } else if line.starts_with(' ') && super::docs::item_mark(line).is_none() {
        let range = lines.take_indented(0);
        let text = doc.slice(range);
        doc.code(language, &text);
    } else {
        // a block's title (`.Ports`) introduces it as a paragraph does
        doc.text_block(lines, |l| {
            is_fence(l.trim_end()) || l.starts_with("|===") || l.starts_with('[')
        });
    }
    language.clear();
}

/// `== Section`: its level.
fn section(line: &str) -> Option<u8> {
    let marks = line.bytes().take_while(|b| *b == b'=').count();
    let title = line.get(marks..)?.starts_with(' ');
    u8::try_from(marks)
        .ok()
        .filter(|m| title && (1..=6).contains(m))
}

fn is_fence(line: &str) -> bool {
    line.len() >= 4
        && ["-", ".", "+", "/"]
            .iter()
            .any(|c| line.trim_start_matches(c).is_empty())
        || line == "```"
        || (line.starts_with("```") && !line.contains(' '))
}

/// The language of `[source,bash]`, `[bash]`, `[,yaml]`.
fn attribute_language(line: &str) -> String {
    let inner = line.trim_matches(['[', ']']);
    let mut parts = inner.split(',').map(|p| p.trim().trim_matches('"'));
    let first = parts.next().unwrap_or("");
    match first {
        "source" | "" | "listing" => parts.next().unwrap_or("").to_owned(),
        _ if first.contains(['=', '%', '#', '.']) => String::new(),
        other => other.to_owned(),
    }
}

/// Rows between `|===` lines: one line a row, or one line a cell until the header's width is full.
fn table(doc: &mut Doc<'_>, lines: &mut Lines<'_>) {
    let mut cells: Vec<Range<usize>> = Vec::new();
    let mut width = 0;
    while let Some(line) = lines.here() {
        if line.trim_end().starts_with("|===") {
            break;
        }
        let before = cells.len();
        row_cells(line, lines.range(lines.at).start, &mut cells);
        if width == 0 {
            width = cells.len() - before;
        }
        lines.at += 1;
    }
    lines.at += 1;
    if width == 0 {
        return;
    }
    let mut rows: Vec<Vec<Range<usize>>> = cells.chunks(width).map(<[_]>::to_vec).collect();
    let header = rows.remove(0);
    doc.table(&Table { header, rows });
}

/// The cells that begin on a line: `|Name |Port`.
fn row_cells(line: &str, start: usize, cells: &mut Vec<Range<usize>>) {
    let bars: Vec<usize> = line.match_indices('|').map(|(i, _)| i).collect();
    for (i, &bar) in bars.iter().enumerate() {
        let end = bars.get(i + 1).copied().unwrap_or(line.len());
        let cell = line.get(bar + 1..end).unwrap_or("");
        let lead = cell.len() - cell.trim_start().len();
        let from = start + bar + 1 + lead;
        cells.push(from..from + cell.trim().len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::docs::testing::seen;

    #[test]
    fn documents() {
        let text = "= Guide\n\n== Ports\n\n[cols=\"1,1\"]\n|===\n|Service |Host port\n\n|TimescaleDB |5433\n|QuestDB\n|9000\n|===\n\n* TimescaleDB: 5432\n** port 5433\n\n[source,bash]\n----\npsql -h localhost -p 5433\n----\n\n[source,yaml]\n----\nservices:\n  db:\n    image: postgres\n    ports:\n      - \"5434:5432\"\n----\n\n// port 6333\n\n----\n5435/tcp\n----\n";
        assert_eq!(
            seen(READER, "a.adoc", text),
            [
                "9:5433 Cell host TimescaleDB",
                "11:9000 Cell host QuestDB",
                "14:5432 Item TimescaleDB",
                "15:5433 Prose TimescaleDB: 5432",
                "19:5433 Flag @localhost psql",
                "28:5434 Mapping host db",
                "28:5432 Mapping container db",
                "31:6333 Prose",
                "34:5435 Exposed container",
            ]
        );
    }
}
