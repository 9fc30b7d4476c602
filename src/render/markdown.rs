//! A job summary in Markdown: counts, findings and the port map.

use super::escape::Untrusted;
use super::summary::Counts;
use super::view::{FixView, Item, View};
use super::{Config, PortMap, PortRow};
use crate::finding::{Confidence, Safety, Severity};
use std::io::{self, Write};

/// GitHub takes a megabyte of summary for each step; what is over is cut here, the gravest kept, and said.
const MOST_BYTES: usize = 900_000;
/// Of these, for the findings; the rest is the map's.
const FINDINGS_BYTES: usize = 600_000;

pub(super) fn write(
    view: &View<'_>,
    counts: &Counts,
    config: &Config,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut page = format!(
        "## portlint\n\n{}.\n",
        Untrusted::new(counts.sentence()).markdown()
    );
    if counts.total() > 0 {
        page.push_str("\n| | Rule | Where | What and what to do |\n|---|---|---|---|\n");
        let rows = view.by_severity().map(|item| finding_row(&item, config));
        push_rows(&mut page, rows, FINDINGS_BYTES, "findings");
    }
    if let Some(map) = &config.ports {
        push_map(&mut page, map);
    }
    out.write_all(page.as_bytes())
}

/// Adds rows as long as there is room, and counts the others.
fn push_rows(page: &mut String, rows: impl Iterator<Item = String>, room: usize, what: &str) {
    let mut left_out = 0usize;
    for row in rows {
        if left_out > 0 || page.len() + row.len() > room {
            left_out += 1;
        } else {
            page.push_str(&row);
        }
    }
    if left_out > 0 {
        page.push_str(&format!("\n{left_out} more {what} are not shown.\n"));
    }
}

fn finding_row(item: &Item, config: &Config) -> String {
    let mark = match item.severity {
        Severity::Error => "🔴 error",
        Severity::Warning => "🟡 warning",
        Severity::Note => "🔵 note",
    };
    let sure = match item.confidence {
        Confidence::Certain => "",
        Confidence::Likely => ", likely",
        Confidence::Guess => ", a guess",
    };
    let rule = match config.rule(item.rule).map(|r| r.help_uri.as_str()) {
        Some(uri) if uri.starts_with("https://") => {
            format!("[{}]({uri} \"{}\")", item.rule.code, item.rule.name)
        }
        _ => item.rule.code.to_owned(),
    };
    let mut what = item.message.markdown();
    if let Some(help) = &item.help {
        what.push_str("<br>**Help:** ");
        what.push_str(&help.markdown());
    }
    if let Some(word) = item.fix.as_ref().and_then(fix_word) {
        what.push_str("<br>**Fix:** ");
        what.push_str(word);
    }
    let place = place(item.primary.path.raw(), item.primary.start.line);
    format!("| {mark}{sure} | {rule} | {place} | {what} |\n")
}

fn fix_word(fix: &FixView) -> Option<&'static str> {
    match fix.safety {
        _ if !fix.applicable() => None,
        Safety::Safe => Some("`--fix`"),
        Safety::Unsafe => Some("`--unsafe-fixes`"),
        Safety::Display => None,
    }
}

/// `path:line` as code.
fn place(path: &str, line: usize) -> String {
    if path.is_empty() {
        return String::new();
    }
    Untrusted::new(format!("{path}:{line}")).markdown_code()
}

fn push_map(page: &mut String, map: &PortMap) {
    for range in &map.ranges {
        let name = Untrusted::new(&range.name).markdown();
        page.push_str(&format!(
            "\n### {name} {}-{}\n\n| Band | Ports | For | Published |\n|---|---|---|---|\n",
            range.first, range.last
        ));
        for band in &range.bands {
            let within = |row: &&PortRow| {
                row.host
                    .is_some_and(|(a, b)| a <= band.last && band.first <= b)
            };
            let owners: Vec<String> = map.rows.iter().filter(within).map(owner).collect();
            let kinds = match band.kinds.as_slice() {
                [] => "by policy entry".to_owned(),
                kinds => Untrusted::new(kinds.join(", ")).markdown(),
            };
            let row = format!(
                "| {} | {}-{} | {kinds} | {} |\n",
                Untrusted::new(&band.name).markdown(),
                band.first,
                band.last,
                owners.join("<br>")
            );
            push_rows(page, std::iter::once(row), MOST_BYTES, "rows");
        }
    }
    if !map.rows.is_empty() {
        page.push_str("\n### Published ports\n\n| Host | Container | Service | Kind | Declared at | Verdict |\n|---|---|---|---|---|---|\n");
        push_rows(page, map.rows.iter().map(port_row), MOST_BYTES, "ports");
    }
}

/// `7000 timescaledb`, with a mark if it is not as it should be.
fn owner(row: &PortRow) -> String {
    let mark = if row.verdict == "ok" { "" } else { " ⚠️" };
    format!(
        "{} {}{mark}",
        row.host_text(),
        Untrusted::new(&row.service).markdown()
    )
}

fn port_row(row: &PortRow) -> String {
    let text = |t: &str| Untrusted::new(t).markdown();
    let address = match row.host_ip.as_str() {
        "" => String::new(),
        ip => format!("{}&#58;", text(ip)),
    };
    let verdict = match row.wanted {
        Some(port) => format!("{} → **{port}**", text(&row.verdict)),
        None => text(&row.verdict),
    };
    format!(
        "| {address}{} | {}/{} | {} | {} | {} | {verdict} |\n",
        row.host_text(),
        text(&row.container),
        text(&row.protocol),
        text(&row.service),
        text(&row.kind),
        place(&row.path, row.line),
    )
}

#[cfg(test)]
mod tests {
    use super::super::{OutputFormat, testing};
    use super::*;

    #[test]
    fn findings_and_map() {
        insta::assert_snapshot!(testing::text(OutputFormat::Markdown, &testing::stack()));
    }

    #[test]
    fn hostile_text_has_no_meaning() {
        let text = testing::text(OutputFormat::Markdown, &testing::hostile());
        testing::assert_no_raw_controls(&text);
        testing::assert_no_secret(&text);
        for bad in [
            "<b>",
            "<img",
            "<script",
            "](http://evil",
            "](javascript",
            "http://evil",
            "www.evil",
        ] {
            assert!(!text.contains(bad), "{bad} in {text}");
        }
        // Every row of the findings' table has its four cells.
        let row = text.lines().find(|l| l.starts_with("| 🟡")).unwrap();
        assert_eq!(row.replace("\\|", "").matches('|').count(), 5, "{row}");
        insta::assert_snapshot!(row);
    }

    #[test]
    fn a_long_summary_is_cut_and_says_so() {
        let mut page = String::new();
        push_rows(
            &mut page,
            (0..10).map(|i| format!("| row {i} |\n")),
            50,
            "findings",
        );
        assert!(
            page.contains("| row 4 |") && !page.contains("| row 5 |"),
            "{page}"
        );
        assert!(
            page.ends_with("\n5 more findings are not shown.\n"),
            "{page}"
        );
    }
}
