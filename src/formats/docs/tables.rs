//! Tables: which column holds ports, which one names the row, which one holds the values of variables.

use super::{Doc, plain};
use crate::facts::{Clue, ClueKind, Hint, Side, Sighting, Tense};
use crate::formats::scan::words::words;
use crate::formats::scan::{Column, Entry, has_digits, names, pair_hosts};
use crate::source::Text;
use std::ops::Range;

/// A table as a format's reader found it.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// The cells of the header, as places in the file.
    pub header: Vec<Range<usize>>,
    /// The cells of the rows.
    pub rows: Vec<Vec<Range<usize>>>,
}

/// Longer cells tell, they do not name.
const NAME: usize = 64;

impl Doc<'_> {
    /// Reads a table.
    pub fn table(&mut self, table: &Table) {
        let header: Vec<String> = table
            .header
            .iter()
            .map(|r| plain(&self.slice(r.clone()).value))
            .collect();
        let columns = self.columns(&header);
        let around = self.clues();
        let mut values: Vec<Vec<(String, Text)>> = vec![Vec::new(); columns.len()];
        let before = self.out.len();
        for cells in &table.rows {
            let texts: Vec<Text> = cells.iter().map(|r| self.slice(r.clone())).collect();
            if texts.iter().any(|t| has_digits(&t.value)) || columns.contains(&Some(Column::Value))
            {
                self.row(&texts, &header, &columns, &around, &mut values);
            }
        }
        for column in &values {
            let entries: Vec<Entry<'_>> = column
                .iter()
                .map(|(key, value)| Entry { key, value })
                .collect();
            pair_hosts(&entries, self.out.get_mut(before..).unwrap_or_default());
        }
    }

    /// What the columns hold. A word such as "Host" or "Target" alone means ports only where the table is about ports.
    fn columns(&self, header: &[String]) -> Vec<Option<Column>> {
        let mut columns: Vec<Option<Column>> = header.iter().map(|h| column(h)).collect();
        let both =
            columns.contains(&Some(Column::Host)) && columns.contains(&Some(Column::Container));
        let about = self
            .headings
            .last()
            .is_some_and(|h| speaks_of_ports(&h.text))
            || self.lead.as_deref().is_some_and(speaks_of_ports);
        for (slot, head) in columns.iter_mut().zip(header) {
            let by_side = matches!(slot, Some(Column::Host | Column::Container));
            if by_side && !both && !about && !speaks_of_ports(head) {
                *slot = None;
            }
        }
        columns
    }

    fn row(
        &mut self,
        texts: &[Text],
        header: &[String],
        columns: &[Option<Column>],
        around: &[Clue],
        values: &mut [Vec<(String, Text)>],
    ) {
        let plain_cells: Vec<String> = texts.iter().map(|t| plain(&t.value)).collect();
        let naming = naming_cell(&plain_cells, columns);
        for (i, text) in texts.iter().enumerate() {
            let naming = naming.map(|n| repeated(header, n, i));
            let row_name = naming
                .and_then(|n| plain_cells.get(n))
                .cloned()
                .unwrap_or_default();
            let column = columns.get(i).copied().flatten();
            let value = unquoted(text);
            if column == Some(Column::Value)
                && let Some(list) = values.get_mut(i)
                && !row_name.is_empty()
            {
                list.push((row_name.clone(), value.clone()));
            }
            if !has_digits(&text.value) {
                continue;
            }
            let clues = row_clues(&plain_cells, naming, i, header, around);
            let start = self.out.len();
            self.cell(
                text,
                &value,
                column,
                &row_name,
                header.get(i).map_or("", String::as_str),
                &clues,
            );
            let new = self.out.get_mut(start..).unwrap_or_default();
            inherit_side(new, &plain_cells, i);
            if is_old(header, i) {
                for sighting in new {
                    sighting.tense = Tense::History;
                }
            }
        }
    }

    fn cell(
        &mut self,
        text: &Text,
        value: &Text,
        column: Option<Column>,
        row_name: &str,
        head: &str,
        clues: &[Clue],
    ) {
        let scan = self.scan(clues);
        match column {
            Some(Column::Value) if names::is_port(row_name) => {
                scan.named(row_name)
                    .cell(text, Column::Value, &mut self.out);
            }
            Some(Column::Value) => {
                let before = self.out.len();
                scan.named(row_name).value(value, &mut self.out);
                if self.out.len() == before {
                    scan.prose(text, &mut self.out);
                }
            }
            // `TIMESCALEDB_PORT` in a table of variables: the number is its value
            Some(column) if is_variable(row_name) && names::is_port(row_name) => {
                scan.named(row_name).cell(text, column, &mut self.out);
            }
            Some(column) => scan.named(head).cell(text, column, &mut self.out),
            None => scan.prose(text, &mut self.out),
        }
    }
}

/// What a column of this name holds, if it can hold ports.
fn column(header: &str) -> Option<Column> {
    let lower = header.to_lowercase();
    let words = words();
    if let Some((left, right)) = ["→", "->", "⇒", "=>", ":", "/", " to ", "➜"]
        .iter()
        .find_map(|arrow| lower.split_once(arrow))
    {
        let (l, r) = (side_of(left), side_of(right));
        match (l, r) {
            (Some(Column::Host), Some(Column::Container)) => return Some(Column::HostToContainer),
            (Some(Column::Container), Some(Column::Host)) => return Some(Column::ContainerToHost),
            _ => {}
        }
        let has = |text: &str, set: &std::collections::HashSet<String>| {
            text.split(|c: char| !c.is_alphanumeric())
                .any(|w| set.contains(w))
        };
        if has(left, &words.old) && has(right, &words.new) {
            return Some(Column::OldToNew);
        }
    }
    let bare = lower.trim();
    let list: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .collect();
    let port = list.iter().any(|w| words.port.contains(*w)) || words.columns.contains(bare);
    if port
        && list
            .iter()
            .any(|w| words.old.contains(*w) && !matches!(*w, "current" | "from" | "de"))
    {
        return Some(Column::Old);
    }
    if words.host_columns.contains(bare) || (port && side_of(&lower) == Some(Column::Host)) {
        return Some(Column::Host);
    }
    if words.container_columns.contains(bare)
        || (port && side_of(&lower) == Some(Column::Container))
    {
        return Some(Column::Container);
    }
    if port {
        return Some(Column::Ports);
    }
    list.iter()
        .any(|w| words.value_columns.contains(*w))
        .then_some(Column::Value)
}

/// The side that the words of a header say.
fn side_of(text: &str) -> Option<Column> {
    let words = words();
    let has = |set: &std::collections::HashSet<String>| {
        text.split(|c: char| !c.is_alphanumeric())
            .any(|w| set.contains(w))
    };
    match (has(&words.host_side), has(&words.container_side)) {
        (true, false) => Some(Column::Host),
        (false, true) => Some(Column::Container),
        _ => None,
    }
}

/// Whether a header of an old-to-new pair is followed by its "new".
fn is_old(header: &[String], i: usize) -> bool {
    let words = words();
    let is = |i: usize, set: &std::collections::HashSet<String>| {
        header.get(i).is_some_and(|h| {
            h.to_lowercase()
                .split(|c: char| !c.is_alphanumeric())
                .any(|w| set.contains(w))
        })
    };
    is(i, &words.old) && is(i + 1, &words.new)
}

fn speaks_of_ports(text: &str) -> bool {
    text.to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .any(|w| words().port.contains(w))
}

/// The cell that names the row: the first with letters that is no port and no address.
fn naming_cell(cells: &[String], columns: &[Option<Column>]) -> Option<usize> {
    cells.iter().enumerate().position(|(i, cell)| {
        let holds_ports = columns
            .get(i)
            .copied()
            .flatten()
            .is_some_and(|c| c != Column::Value)
            && has_digits(cell);
        !holds_ports
            && cell.chars().any(char::is_alphabetic)
            && cell.len() <= NAME
            && !cell.contains("://")
    })
}

/// The naming column for column `i` of a table that repeats its columns: `| Port | Service | Port | Service |`.
fn repeated(header: &[String], naming: usize, i: usize) -> usize {
    let first = header
        .iter()
        .position(|h| Some(h) == header.get(i))
        .unwrap_or(i);
    let moved = naming + (i - first.min(i));
    let same = header
        .get(moved)
        .is_some_and(|h| Some(h) == header.get(naming));
    if same { moved } else { naming }
}

fn row_clues(
    cells: &[String],
    naming: Option<usize>,
    own: usize,
    header: &[String],
    around: &[Clue],
) -> Vec<Clue> {
    let name = naming.and_then(|i| cells.get(i)).map(|text| Clue {
        kind: ClueKind::Name,
        text: text.clone(),
    });
    let others = cells
        .iter()
        .enumerate()
        .filter(|&(i, c)| Some(i) != naming && i != own && c.chars().any(char::is_alphabetic))
        .map(|(_, c)| Clue {
            kind: ClueKind::Line,
            text: c.clone(),
        });
    let head = header.iter().filter(|h| !h.is_empty()).map(|h| Clue {
        kind: ClueKind::Near,
        text: h.clone(),
    });
    name.into_iter()
        .chain(others)
        .chain(head)
        .chain(around.iter().cloned())
        .collect()
}

/// "Internal port" in another cell of the row says the side of a number of which nothing else does.
fn inherit_side(sightings: &mut [Sighting], cells: &[String], own: usize) {
    let said = cells
        .iter()
        .enumerate()
        .filter(|&(i, c)| i != own && c.len() <= NAME)
        .find_map(|(_, c)| {
            let lower = c.to_lowercase();
            let has_port = lower
                .split(|c: char| !c.is_alphanumeric())
                .any(|w| words().port.contains(w));
            side_of(&lower).filter(|_| has_port)
        });
    let side = match said {
        Some(Column::Host) => Side::Host,
        Some(Column::Container) => Side::Container,
        _ => return,
    };
    for sighting in sightings
        .iter_mut()
        .filter(|s| s.hint.is_none() && s.host.is_none())
    {
        sighting.hint = Some(Hint {
            side,
            reason: "the row says so",
            certain: false,
        });
    }
}

/// A cell's content without backticks and quotes.
fn unquoted(text: &Text) -> Text {
    let marks = |c: char| c.is_whitespace() || matches!(c, '`' | '"' | '\'' | '*' | '<' | '>');
    let value = text.value.as_str();
    let start = value.len() - value.trim_start_matches(marks).len();
    let end = value.trim_end_matches(marks).len().max(start);
    text.slice(start..end)
}

fn is_variable(name: &str) -> bool {
    name.len() > 1
        && name
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_by_their_names() {
        for (header, expected) in [
            ("Port", Some(Column::Ports)),
            ("Porta", Some(Column::Ports)),
            ("Port(s)", Some(Column::Ports)),
            ("Default Port", Some(Column::Ports)),
            ("Host Port", Some(Column::Host)),
            ("Porta Externa", Some(Column::Host)),
            ("Container Port", Some(Column::Container)),
            ("Internal", Some(Column::Container)),
            ("Port (host → container)", Some(Column::HostToContainer)),
            ("Host → Container", Some(Column::HostToContainer)),
            ("Ports (host:container)", Some(Column::HostToContainer)),
            ("Container → Host", Some(Column::ContainerToHost)),
            ("Old port", Some(Column::Old)),
            ("Old → New", Some(Column::OldToNew)),
            ("Default", Some(Column::Value)),
            ("Valor Padrão", Some(Column::Value)),
            ("Documents", None),
            ("Latency (ms)", None),
            ("Support", None),
            ("", None),
        ] {
            assert_eq!(column(header), expected, "{header}");
        }
    }
}
