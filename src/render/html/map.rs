//! The reserved ranges as a picture: one cell for each port, by band, with its owners.

use super::html;
use crate::render::{MapBand, MapRange, PortMap, PortRow};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// A longer run of free ports than this is one bar, in a range of more than [`MANY`] ports.
const LONG_RUN: u16 = 100;
/// Ports of a range that are all drawn.
const MANY: usize = 2_000;

/// What a port is, the gravest last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    #[default]
    Free,
    /// The policy gives it to a service that does not publish it.
    Assigned,
    /// Published as it should be.
    Used,
    /// By a data service that belongs elsewhere.
    Misplaced,
    /// By something that is no data service.
    Intruder,
}

impl State {
    fn of(verdict: &str) -> Self {
        match verdict {
            "ok" => Self::Used,
            "intruder" => Self::Intruder,
            _ => Self::Misplaced,
        }
    }

    fn class(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Assigned => "assigned",
            Self::Used => "used",
            Self::Misplaced => "misplaced",
            Self::Intruder => "intruder",
        }
    }

    /// A sign, so that colour is not all that tells.
    fn sign(self) -> &'static str {
        match self {
            Self::Free => "",
            Self::Assigned => "·",
            Self::Used => "✓",
            Self::Misplaced => "!",
            Self::Intruder => "×",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Assigned => "assigned, not published",
            Self::Used => "published as it should be",
            Self::Misplaced => "belongs on another port",
            Self::Intruder => "not a data service",
        }
    }
}

/// A port that somebody has or should have.
#[derive(Default)]
struct Cell<'a> {
    state: State,
    /// Row of the table, and the row.
    rows: Vec<(usize, &'a PortRow)>,
    assigned: Vec<&'a str>,
}

/// Draws every range.
pub(super) fn write(map: &PortMap, out: &mut dyn Write) -> io::Result<()> {
    for (number, range) in map.ranges.iter().enumerate() {
        write_range(map, range, number, out)?;
    }
    Ok(())
}

fn write_range(
    map: &PortMap,
    range: &MapRange,
    number: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let cells = cells(map, range);
    writeln!(
        out,
        "<section aria-labelledby=\"r{number}-head\">\n<h2 id=\"r{number}-head\">{} <span class=\"port\">{}-{}</span></h2>\n<ul class=\"key\" aria-label=\"Key\">",
        html(&range.name),
        range.first,
        range.last
    )?;
    for state in [
        State::Free,
        State::Assigned,
        State::Used,
        State::Misplaced,
        State::Intruder,
    ] {
        writeln!(
            out,
            "<li><i class=\"{}\" aria-hidden=\"true\">{}</i>{}</li>",
            state.class(),
            state.sign(),
            state.words()
        )?;
    }
    writeln!(out, "</ul>")?;
    for band in bands(range) {
        write_band(
            &band,
            &cells,
            usize::from(range.last - range.first) >= MANY,
            out,
        )?;
    }
    writeln!(out, "</section>")
}

/// What is on each port of a range; free ones are not in it.
fn cells<'a>(map: &'a PortMap, range: &'a MapRange) -> BTreeMap<u16, Cell<'a>> {
    let mut cells: BTreeMap<u16, Cell<'_>> = BTreeMap::new();
    for (port, service) in &range.assigned {
        let cell = cells.entry(*port).or_default();
        cell.state = cell.state.max(State::Assigned);
        cell.assigned.push(service);
    }
    for (number, row) in map.rows.iter().enumerate() {
        let Some((first, last)) = row.host else {
            continue;
        };
        for port in first.max(range.first)..=last.min(range.last) {
            let cell = cells.entry(port).or_default();
            cell.state = cell.state.max(State::of(&row.verdict));
            cell.rows.push((number, row));
        }
    }
    cells
}

/// The bands, and what lies between them.
fn bands(range: &MapRange) -> Vec<MapBand> {
    let mut out = Vec::new();
    let mut next = Some(range.first);
    let gap = |first: u16, last: u16| MapBand {
        name: "outside the bands".to_owned(),
        first,
        last,
        kinds: Vec::new(),
    };
    for band in &range.bands {
        let (first, last) = (band.first.max(range.first), band.last.min(range.last));
        let Some(from) = next.filter(|_| first <= last) else {
            continue;
        };
        if from < first {
            out.push(gap(from, first - 1));
        }
        out.push(MapBand {
            first,
            last,
            ..band.clone()
        });
        next = last.checked_add(1);
    }
    if let Some(from) = next.filter(|from| *from <= range.last) {
        out.push(gap(from, range.last));
    }
    out
}

fn write_band(
    band: &MapBand,
    cells: &BTreeMap<u16, Cell<'_>>,
    fold: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let size = usize::from(band.last - band.first) + 1;
    let taken = || cells.range(band.first..=band.last);
    let published = taken().filter(|(_, c)| !c.rows.is_empty()).count();
    let intruders = taken().filter(|(_, c)| c.state == State::Intruder).count();
    let label = format!(
        "ports {}-{}: {published} published, {intruders} by intruders, {} free",
        band.first,
        band.last,
        size - published
    );
    let kinds = match band.kinds.as_slice() {
        [] => "by policy entry only".to_owned(),
        kinds => html(&kinds.join(", ")),
    };
    writeln!(
        out,
        "<h3>{} <span class=\"port\">{}-{}</span> <span class=\"dim\">{kinds} · {published} published, {} free</span></h3>\n\
         <div class=\"cells\" role=\"group\" aria-label=\"{label}\">",
        html(&band.name),
        band.first,
        band.last,
        size - published,
    )?;
    let mut port = band.first;
    loop {
        let next = cells.range(port..=band.last).next().map(|(p, _)| *p);
        let free_until = next.map_or(Some(band.last), |n| n.checked_sub(1));
        if let Some(until) = free_until.filter(|u| next != Some(port) && *u >= port) {
            write_free(port, until, fold, out)?;
        }
        let Some(at) = next else { break };
        if let Some(cell) = cells.get(&at) {
            write!(out, "{}", drawn(at, cell))?;
        }
        match at.checked_add(1).filter(|p| *p <= band.last) {
            Some(behind) => port = behind,
            None => break,
        }
    }
    writeln!(out, "</div>")?;
    owners(taken(), out)
}

fn write_free(first: u16, last: u16, fold: bool, out: &mut dyn Write) -> io::Result<()> {
    if fold && last - first >= LONG_RUN {
        return write!(out, "<span class=\"gap\">{first}-{last} free</span>");
    }
    for _ in first..=last {
        write!(out, "<i></i>")?;
    }
    Ok(())
}

/// Who has the port, in words.
fn owner(cell: &Cell<'_>) -> String {
    if cell.rows.is_empty() {
        return cell.assigned.join(", ");
    }
    let mut names: Vec<&str> = cell.rows.iter().map(|(_, r)| r.service.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    names.join(", ")
}

fn drawn(port: u16, cell: &Cell<'_>) -> String {
    let (class, sign) = (cell.state.class(), cell.state.sign());
    let title = html(&format!("{port} {}: {}", owner(cell), cell.state.words()));
    match cell.rows.first() {
        Some((row, _)) => format!(
            "<a class=\"{class}\" href=\"#p{row}\" title=\"{title}\" aria-label=\"{title}\">{sign}</a>"
        ),
        None => format!("<i class=\"{class}\" title=\"{title}\">{sign}</i>"),
    }
}

/// The owners as a list; neighbours of one owner are one entry.
fn owners<'a>(
    cells: impl Iterator<Item = (&'a u16, &'a Cell<'a>)>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut runs: Vec<(u16, u16, State, String)> = Vec::new();
    for (&port, cell) in cells {
        let name = owner(cell);
        match runs.last_mut() {
            Some((_, last, state, owner))
                if last.checked_add(1) == Some(port) && *state == cell.state && *owner == name =>
            {
                *last = port;
            }
            _ => runs.push((port, port, cell.state, name)),
        }
    }
    if runs.is_empty() {
        return Ok(());
    }
    writeln!(out, "<ul class=\"owners\">")?;
    for (first, last, state, name) in runs {
        let ports = if first == last {
            first.to_string()
        } else {
            format!("{first}-{last}")
        };
        writeln!(
            out,
            "<li class=\"{}\"><span class=\"port\">{ports}</span> {} {}</li>",
            state.class(),
            html(&name),
            state.sign()
        )?;
    }
    writeln!(out, "</ul>")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn_range(range: MapRange, rows: Vec<PortRow>) -> String {
        let mut out = Vec::new();
        write(
            &PortMap {
                ranges: vec![range],
                rows,
            },
            &mut out,
        )
        .unwrap();
        String::from_utf8(out).unwrap()
    }

    fn row(host: (u16, u16), verdict: &str) -> PortRow {
        PortRow {
            host: Some(host),
            service: "s".into(),
            verdict: verdict.into(),
            ..PortRow::default()
        }
    }

    #[test]
    fn every_port_has_a_cell() {
        let range = MapRange {
            first: 7000,
            last: 7999,
            ..MapRange::default()
        };
        let text = drawn_range(
            range,
            vec![row((7000, 7001), "ok"), row((7999, 8005), "intruder")],
        );
        assert_eq!(text.matches("<i></i>").count(), 997);
        assert_eq!(text.matches("<a class=\"used\"").count(), 2);
        assert_eq!(text.matches("<a class=\"intruder\"").count(), 1);
        assert!(text.contains("outside the bands"));
    }

    #[test]
    fn the_whole_number_range_is_folded() {
        let range = MapRange {
            first: 0,
            last: u16::MAX,
            ..MapRange::default()
        };
        let text = drawn_range(range, vec![row((65535, 65535), "ok"), row((0, 0), "ok")]);
        assert!(text.contains("1-65534 free"), "{text}");
        assert!(text.len() < 4_000);
    }

    #[test]
    fn bands_leave_no_hole() {
        let band = |first, last| MapBand {
            name: "b".into(),
            first,
            last,
            kinds: vec![],
        };
        let range = MapRange {
            first: 10,
            last: 20,
            bands: vec![band(5, 11), band(14, 15), band(18, 99)],
            ..MapRange::default()
        };
        let spans: Vec<_> = bands(&range).iter().map(|b| (b.first, b.last)).collect();
        assert_eq!(spans, [(10, 11), (12, 13), (14, 15), (16, 17), (18, 20)]);
    }
}
