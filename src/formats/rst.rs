//! reStructuredText: sections, lists, directives with code, grid, simple and list tables.

use super::Reader;
use super::docs::{Doc, Lines, Table};
use super::scan::has_digits;
use crate::classify::Name;
use crate::facts::FileFacts;
use crate::source::SourceFile;
use std::ops::Range;

/// reStructuredText documents.
pub const READER: Reader = Reader {
    name: "rst",
    wants,
    read,
};

fn wants(name: &Name<'_>, _text: &str) -> bool {
    matches!(name.ending(), "rst" | "rest" | "restx")
}

fn read(file: &SourceFile, facts: &mut FileFacts) {
    if !has_digits(&file.text) {
        return;
    }
    let mut doc = Doc::new(file);
    let mut lines = Lines::new(&file.text);
    // the levels of sections are the order in which their underlines first occur
    let mut levels: Vec<char> = Vec::new();
    lines.skip_blank();
    while lines.here().is_some() {
        block(&mut doc, &mut lines, &mut levels);
        lines.skip_blank();
    }
    facts.sightings.append(&mut doc.finish());
}

fn block(doc: &mut Doc<'_>, lines: &mut Lines<'_>, levels: &mut Vec<char>) {
    let at = lines.at;
    let line = lines.here().unwrap_or("");
    if let Some(mark) = lines
        .get(at + 1)
        .and_then(underline)
        .filter(|_| underline(line).is_none() && !line.starts_with(' '))
    {
        heading(doc, lines, levels, at, mark);
        lines.at += 2;
    } else if is_simple_border(line) {
        simple_table(doc, lines);
    } else if let Some(mark) =
        underline(line).filter(|_| lines.get(at + 2).and_then(underline).is_some())
    {
        heading(doc, lines, levels, at + 1, mark);
        lines.at += 3;
    } else if line.starts_with("+-") {
        grid_table(doc, lines);
    } else if line.trim_start().starts_with(".. ") {
        directive(doc, lines);
    } else if line.starts_with(' ') && super::docs::item_mark(line).is_none() {
        // a block quote, or what a `::` announces
        let range = lines.take_indented(0);
        let text = doc.slice(range);
        doc.code("", &text);
    } else if underline(line).is_some() {
        lines.at += 1;
    } else {
        doc.text_block(lines, |l| {
            l.trim_start().starts_with(".. ") || l.starts_with("+-")
        });
    }
}

fn heading(doc: &mut Doc<'_>, lines: &Lines<'_>, levels: &mut Vec<char>, at: usize, mark: char) {
    let known = levels.iter().position(|l| *l == mark);
    let level = known.unwrap_or_else(|| {
        levels.push(mark);
        levels.len() - 1
    });
    doc.heading(u8::try_from(level + 1).unwrap_or(u8::MAX), lines.range(at));
}

/// A line of one punctuation character, which it returns.
fn underline(line: &str) -> Option<char> {
    let bare = line.trim_end();
    let first = bare.chars().next()?;
    (bare.len() >= 3 && first.is_ascii_punctuation() && bare.chars().all(|c| c == first))
        .then_some(first)
}

/// `=====  =====`.
fn is_simple_border(line: &str) -> bool {
    let bare = line.trim();
    bare.starts_with("==") && bare.contains(' ') && bare.bytes().all(|b| matches!(b, b'=' | b' '))
}

/// `.. code-block:: bash`, `.. list-table::`, `.. note:: text`, `.. a comment`.
fn directive(doc: &mut Doc<'_>, lines: &mut Lines<'_>) {
    let at = lines.at;
    let line = lines.here().unwrap_or("").trim();
    let indent = lines.indent(at);
    let (name, argument) = line
        .trim_start_matches('.')
        .trim_start()
        .split_once("::")
        .unwrap_or(("", ""));
    let argument = argument.trim().to_owned();
    lines.at += 1;
    match name {
        "code-block" | "code" | "sourcecode" | "parsed-literal" | "prompt" | "console"
        | "literalinclude" => {
            options(lines, indent);
            let range = lines.take_indented(indent);
            let text = doc.slice(range);
            let language = argument.split(' ').next().unwrap_or("");
            doc.code(if name == "prompt" { "bash" } else { language }, &text);
        }
        "list-table" => list_table(doc, lines, indent),
        "csv-table" => csv_table(doc, lines, indent),
        _ => {
            // an admonition's text, a comment, a link's target
            doc.comment(lines.range(at));
            lines.skip_blank();
            let body = lines.take_indented(indent);
            doc.paragraph(body);
        }
    }
}

/// Passes over `:option: value` lines and the blank ones behind them.
fn options(lines: &mut Lines<'_>, indent: usize) {
    while lines
        .here()
        .is_some_and(|l| l.trim_start().starts_with(':'))
        && lines.indent(lines.at) > indent
    {
        lines.at += 1;
    }
    lines.skip_blank();
}

/// `* - cell` begins a row, `- cell` goes on with it.
fn list_table(doc: &mut Doc<'_>, lines: &mut Lines<'_>, indent: usize) {
    options(lines, indent);
    let mut rows: Vec<Vec<Range<usize>>> = Vec::new();
    while lines.here().is_some() && (lines.is_blank(lines.at) || lines.indent(lines.at) > indent) {
        let line = lines.here().unwrap_or("");
        let bare = line.trim_start();
        let cell = bare
            .strip_prefix("* - ")
            .map(|c| (true, c))
            .or_else(|| bare.strip_prefix("- ").map(|c| (false, c)));
        if let Some((new, cell)) = cell {
            let end = lines.range(lines.at).end;
            let place = end - cell.len()..end - (cell.len() - cell.trim_end().len());
            if new || rows.is_empty() {
                rows.push(Vec::new());
            }
            if let Some(row) = rows.last_mut() {
                row.push(place);
            }
        }
        lines.at += 1;
    }
    hand_over(doc, rows);
}

/// `:header: "A", "B"` and rows of cells between commas.
fn csv_table(doc: &mut Doc<'_>, lines: &mut Lines<'_>, indent: usize) {
    let mut rows: Vec<Vec<Range<usize>>> = Vec::new();
    while lines.here().is_some() && (lines.is_blank(lines.at) || lines.indent(lines.at) > indent) {
        let line = lines.here().unwrap_or("");
        let end = lines.range(lines.at).end;
        let bare = line.trim_start();
        let body = bare
            .strip_prefix(":header:")
            .unwrap_or(if bare.starts_with(':') { "" } else { bare });
        if !body.trim().is_empty() {
            let mut cells = Vec::new();
            let mut at = end - body.len();
            for cell in body.split(',') {
                let mark = |c: char| c.is_whitespace() || c == '"';
                let lead = cell.len() - cell.trim_start_matches(mark).len();
                let from = at + lead;
                cells.push(from..from + cell.trim_matches(mark).len());
                at += cell.len() + 1;
            }
            rows.push(cells);
        }
        lines.at += 1;
    }
    hand_over(doc, rows);
}

/// `+----+` borders, `|` between cells; a cell is its first line.
fn grid_table(doc: &mut Doc<'_>, lines: &mut Lines<'_>) {
    let mut rows: Vec<Vec<Range<usize>>> = Vec::new();
    let mut fresh = true;
    while let Some(line) = lines.here().filter(|l| l.starts_with(['+', '|'])) {
        if line.starts_with('+') {
            fresh = true;
        } else {
            let start = lines.range(lines.at).start;
            let bars: Vec<usize> = line.match_indices('|').map(|(i, _)| i).collect();
            let cells: Vec<Range<usize>> = bars
                .windows(2)
                .filter_map(|w| cell(line, start, *w.first()? + 1, *w.last()?))
                .collect();
            match rows.last_mut().filter(|r| !fresh && r.len() == cells.len()) {
                // a cell's further line: its text goes on to here
                Some(row) => {
                    for (whole, more) in row
                        .iter_mut()
                        .zip(cells)
                        .filter(|(w, m)| w.start == w.end && m.start < m.end)
                    {
                        *whole = more;
                    }
                }
                None => rows.push(cells),
            }
            fresh = false;
        }
        lines.at += 1;
    }
    hand_over(doc, rows);
}

/// Columns under `====  ====` borders.
fn simple_table(doc: &mut Doc<'_>, lines: &mut Lines<'_>) {
    let border = lines.here().unwrap_or("");
    let mut columns: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    for run in border.split_inclusive(' ') {
        let length = run.trim_end().len();
        if length > 0 {
            columns.push(at..at + length);
        }
        at += run.len();
    }
    lines.at += 1;
    let mut rows: Vec<Vec<Range<usize>>> = Vec::new();
    let mut borders = 1;
    while let Some(line) = lines.here() {
        if is_simple_border(line) {
            borders += 1;
            lines.at += 1;
            if borders == 3 || lines.is_blank(lines.at) {
                break;
            }
            continue;
        }
        if line.trim().is_empty() {
            break;
        }
        let start = lines.range(lines.at).start;
        let last = columns.len().saturating_sub(1);
        let cells = columns.iter().enumerate().filter_map(|(i, c)| {
            let end = if i == last {
                line.len()
            } else {
                c.end.min(line.len())
            };
            cell(line, start, c.start.min(line.len()), end)
        });
        rows.push(cells.collect());
        lines.at += 1;
    }
    hand_over(doc, rows);
}

/// The place of a cell's text between two columns; none if they split a character.
fn cell(line: &str, start: usize, from: usize, to: usize) -> Option<Range<usize>> {
    let text = line.get(from..to.max(from))?;
    let lead = text.len() - text.trim_start().len();
    let begin = start + from + lead;
    Some(begin..begin + text.trim().len())
}

fn hand_over(doc: &mut Doc<'_>, mut rows: Vec<Vec<Range<usize>>>) {
    if !rows.is_empty() {
        let header = rows.remove(0);
        doc.table(&Table { header, rows });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::docs::testing::seen;

    #[test]
    fn documents() {
        let text = "Guide\n=====\n\nPorts\n-----\n\n==========  ====\nService     Port\n==========  ====\nTimescale   5433\nQdrant      6333\n==========  ====\n\n+-----------+-----------+\n| Service   | Host port |\n+===========+===========+\n| QuestDB   | 9000      |\n+-----------+-----------+\n\n.. list-table::\n   :header-rows: 1\n\n   * - Service\n     - Container port\n   * - Redis\n     - 6379\n\n.. csv-table:: Ports\n   :header: \"Service\", \"Port\"\n\n   \"MySQL\", 3306\n\n.. code-block:: bash\n   :caption: x\n\n   psql -h localhost -p 5434\n\nAnd then::\n\n    $ curl localhost:9009\n\n.. note:: TimescaleDB is on port 5435.\n\n- Redis: 6380\n";
        assert_eq!(
            seen(READER, "a.rst", text),
            [
                "10:5433 Cell Timescale",
                "11:6333 Cell Qdrant",
                "17:9000 Cell host QuestDB",
                "26:6379 Cell container Redis",
                "31:3306 Cell MySQL",
                "36:5434 Flag @localhost psql",
                "40:9009 HostPort @localhost curl localhost:9009",
                "42:5435 Prose TimescaleDB",
                "44:6380 Item Redis",
            ]
        );
    }

    #[test]
    fn odd_texts_do_no_harm() {
        for text in [
            "",
            "=",
            "====  ====",
            "+-",
            "+-\n|",
            "..",
            ".. ::",
            ".. list-table::\n",
            "é==\n===\n",
            "====  ====\né  é 5432\n",
            "   x",
            "a\n===\n\n.. code::\n",
        ] {
            seen(READER, "a.rst", text);
        }
    }
}
