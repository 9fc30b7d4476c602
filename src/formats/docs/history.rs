//! Whether a document tells how things are, or how they were: by its path, its date and its headings (port model, section 7).

use crate::facts::Tense;
use crate::formats::scan::words::words;

/// So many lines may hold the date of a document, from its start.
const DATE_LINES: usize = 50;

/// The tense of a whole file.
pub fn of_file(path: &str, text: &str) -> Tense {
    let lower = path.to_lowercase();
    let (folders, name) = lower.rsplit_once('/').unwrap_or(("", lower.as_str()));
    let stem = name.split_once('.').map_or(name, |(s, _)| s);
    let words = words();
    let historic = folders
        .split('/')
        .any(|f| words.history_path.contains(f) || is_version_folder(f))
        || is_history_stem(stem);
    if historic {
        return Tense::History;
    }
    let sort = lower
        .split(|c: char| !c.is_alphanumeric())
        .any(|part| words.dated_path.contains(part));
    if sort && (has_date(&lower) || text.lines().take(DATE_LINES).any(has_date)) {
        return Tense::Dated;
    }
    Tense::Now
}

/// `CHANGELOG`, `changelog-2.0`, `ADR-005-testing`, `migration_guide`.
fn is_history_stem(stem: &str) -> bool {
    let words = words();
    let dashed = stem.replace(['_', ' '], "-");
    let first = dashed.split('-').next().unwrap_or("");
    words.history_path.contains(&dashed)
        || matches!(first, "changelog" | "adr" | "changes") && words.history_path.contains(first)
        || [
            "-changelog",
            "-migration-guide",
            "-upgrade-guide",
            "-release-notes",
        ]
        .iter()
        .any(|tail| dashed.ends_with(tail))
}

/// `version-1.2`, `v2.0`: a folder of versioned documents.
fn is_version_folder(folder: &str) -> bool {
    let bare = folder
        .strip_prefix("version-")
        .or_else(|| folder.strip_prefix('v'))
        .unwrap_or(folder);
    bare.contains('.')
        && bare
            .split('.')
            .all(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit() || b == b'x'))
}

/// The tense of what stands under a heading: "Before", "Changelog", "[1.2.0] - 2024-03-01".
pub fn of_heading(heading: &str) -> Tense {
    let lower = heading.to_lowercase();
    let bare = lower.trim_matches(|c: char| !c.is_alphanumeric());
    let first = bare
        .split([':', '(', '–', '—'])
        .next()
        .unwrap_or(bare)
        .trim();
    if words().history_heading.contains(bare) || words().history_heading.contains(first) {
        return Tense::History;
    }
    let versioned = bare
        .trim_start_matches(['v', '['])
        .starts_with(|c: char| c.is_ascii_digit())
        && bare.contains('.');
    if versioned && has_date(&lower) {
        return Tense::History;
    }
    Tense::Now
}

/// Whether a paragraph announces how things were: "Before:", "Old (deprecated):".
pub fn announces(lead: &str) -> bool {
    let Some(label) = lead.trim_end().strip_suffix(':') else {
        return false;
    };
    let label = label.to_lowercase();
    let last = label.rsplit(['.', '\n']).next().unwrap_or(&label);
    let first = last.split('(').next().unwrap_or(last);
    let bare = first.trim_matches(|c: char| !c.is_alphanumeric());
    words().history_heading.contains(bare)
}

/// Whether a line holds a date: `2025-10-29`, `20251029`, `29/10/2025`, `29.10.2025`, "October 29, 2025", `2025-11`.
fn has_date(line: &str) -> bool {
    let bytes = line.as_bytes();
    let mut at = 0;
    while let Some(i) = bytes
        .get(at..)
        .and_then(|b| b.iter().position(u8::is_ascii_digit))
    {
        let start = at + i;
        let length = bytes
            .get(start..)
            .unwrap_or(&[])
            .iter()
            .take_while(|b| b.is_ascii_digit())
            .count();
        let number: u32 = line
            .get(start..start + length)
            .and_then(|n| n.parse().ok())
            .unwrap_or(0);
        let year = length == 4 && (1990..2100).contains(&number);
        let after = bytes.get(start + length).copied();
        let before = start.checked_sub(1).and_then(|i| bytes.get(i)).copied();
        let month_follows = bytes
            .get(start + length + 1)
            .is_some_and(u8::is_ascii_digit);
        if year
            && (matches!(after, Some(b'-' | b'/' | b'.' | b'_')) && month_follows
                || matches!(before, Some(b'/' | b'.' | b'-'))
                    && start >= 2
                    && bytes.get(start - 2).is_some_and(u8::is_ascii_digit))
        {
            return true;
        }
        if length == 8 && (1990..2100).contains(&(number / 10_000)) {
            return true;
        }
        if year && month_before(line.get(..start).unwrap_or("")) {
            return true;
        }
        at = start + length;
    }
    false
}

/// Whether the words before a year are a month and perhaps a day.
fn month_before(before: &str) -> bool {
    let lower = before.to_lowercase();
    let word = lower
        .trim_end_matches(|c: char| !c.is_alphabetic())
        .rsplit(|c: char| !c.is_alphabetic())
        .map(|w| if w == "de" { "" } else { w })
        .find(|w| !w.is_empty())
        .unwrap_or("");
    let start: String = word.chars().take(3).collect();
    const MONTHS: &[&str] = &[
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "fev",
        "abr", "mai", "ago", "set", "out", "dez", "ene", "dic", "okt", "mär", "dez", "fév", "avr",
        "jui", "aoû", "déc",
    ];
    word.chars().count() >= 3 && MONTHS.contains(&start.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_tell_history() {
        for (path, text, tense) in [
            ("CHANGELOG.md", "", Tense::History),
            ("docs/adr/0001-postgres.md", "", Tense::History),
            ("docs/reference/adrs/ADR-005-test.md", "", Tense::History),
            ("docs/archive/setup.md", "", Tense::History),
            ("versioned_docs/version-1.2/setup.md", "", Tense::History),
            ("docs/v1.2/setup.md", "", Tense::History),
            ("docs/MIGRATION_GUIDE.md", "", Tense::History),
            ("docs/audits/RAG-2025-10-29.md", "", Tense::Dated),
            (
                "docs/ENV-AUDIT-REPORT.md",
                "# Audit\n\n**Date:** 2025-10-31\n",
                Tense::Dated,
            ),
            (
                "docs/reviews/x.md",
                "Reviewed on October 29, 2025",
                Tense::Dated,
            ),
            ("docs/ENV-AUDIT-REPORT.md", "# Audit", Tense::Now),
            ("docs/proposals/schema-2025-11.md", "", Tense::Now),
            ("docs/database/migrations.mdx", "", Tense::Now),
            ("docs/v1/api.md", "", Tense::Now),
            ("README.md", "Updated: 2025-10-31", Tense::Now),
            ("docs/planes.md", "2025-10-31", Tense::Now),
            (
                "docs/plano-de-testes.md",
                "Data: 31 de outubro de 2025",
                Tense::Dated,
            ),
        ] {
            assert_eq!(of_file(path, text), tense, "{path}");
        }
    }

    #[test]
    fn headings_that_tell_history() {
        for (heading, tense) in [
            ("Before", Tense::History),
            ("Changelog", Tense::History),
            ("[1.2.0] - 2024-03-01", Tense::History),
            ("v2.0.1 (2024-03-01)", Tense::History),
            ("Before you begin", Tense::Now),
            ("1.2 Setup", Tense::Now),
            ("Ports", Tense::Now),
        ] {
            assert_eq!(of_heading(heading), tense, "{heading}");
        }
        assert!(announces("Antes:") && announces("**Before** (old way):"));
        assert!(!announces("Run this before:") && !announces("Before"));
    }
}
