//! Counts: the summary line that closes every output for people, and `--statistics`.

use super::Config;
use super::view::View;
use crate::finding::{Finding, Report, Safety, Severity};
use std::cmp::Reverse;
use std::io::{self, Write};

/// What was found, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) files: usize,
    pub(super) errors: usize,
    pub(super) warnings: usize,
    pub(super) notes: usize,
    /// Findings that `--fix` mends.
    pub(super) safe: usize,
    /// Findings that `--unsafe-fixes` mends beside these.
    pub(super) risky: usize,
    pub(super) suppressed: usize,
    pub(super) cut: usize,
}

impl Counts {
    pub(super) fn new(report: &Report) -> Self {
        let mut counts = Self {
            files: report.checked,
            suppressed: report.suppressed,
            cut: report.cut,
            ..Self::default()
        };
        for f in &report.findings {
            match f.severity {
                Severity::Error => counts.errors += 1,
                Severity::Warning => counts.warnings += 1,
                Severity::Note => counts.notes += 1,
            }
            match applicable(f) {
                Some(Safety::Safe) => counts.safe += 1,
                Some(Safety::Unsafe) => counts.risky += 1,
                _ => {}
            }
        }
        counts
    }

    /// Findings shown.
    pub(super) fn total(&self) -> usize {
        self.errors + self.warnings + self.notes
    }

    /// The counts as one sentence without a full stop.
    pub(super) fn sentence(&self) -> String {
        let mut parts = vec![format!("{} checked", plural(self.files, "file"))];
        parts.push(self.found());
        if let Some(fixable) = self.fixable() {
            parts.push(fixable);
        }
        if self.suppressed > 0 {
            parts.push(format!("{} suppressed", self.suppressed));
        }
        if self.cut > 0 {
            parts.push(format!("{} more not shown", self.cut));
        }
        let (head, tail) = parts.split_first().map_or(("", &[][..]), |(h, t)| (h, t));
        format!("{head}: {}", tail.join("; "))
    }

    /// `3 errors, 1 note`
    pub(super) fn found(&self) -> String {
        let parts: Vec<String> = [
            (self.errors, "error"),
            (self.warnings, "warning"),
            (self.notes, "note"),
        ]
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, word)| plural(*n, word))
        .collect();
        if parts.is_empty() {
            "no findings".to_owned()
        } else {
            parts.join(", ")
        }
    }

    fn fixable(&self) -> Option<String> {
        match (self.safe, self.risky) {
            (0, 0) => None,
            (safe, 0) => Some(format!("{safe} fixable with `--fix`")),
            (0, risky) => Some(format!("{risky} fixable with `--unsafe-fixes`")),
            (safe, risky) => Some(format!(
                "{safe} fixable with `--fix`, {risky} more with `--unsafe-fixes`"
            )),
        }
    }
}

/// The safety of a finding's fix, if it may be applied at all.
fn applicable(finding: &Finding) -> Option<Safety> {
    finding
        .fix
        .as_ref()
        .filter(|fix| fix.blocked.is_none() && !fix.edits.is_empty())
        .map(|fix| fix.safety)
}

fn plural(n: usize, word: &str) -> String {
    format!("{n} {word}{}", if n == 1 { "" } else { "s" })
}

/// A table of the rules that reported, most frequent first.
pub(super) fn write_statistics(
    report: &Report,
    config: &Config,
    out: &mut dyn Write,
) -> io::Result<()> {
    let rules = View::new(report).rules();
    let mut rows: Vec<_> = rules.into_iter().collect();
    rows.sort_by_key(|(rule, (count, _))| (Reverse(*count), *rule));
    let digits = rows
        .first()
        .map_or(1, |(_, (count, _))| count.to_string().len());
    let names = rows
        .iter()
        .map(|(rule, _)| rule.name.len())
        .max()
        .unwrap_or(0);
    for (rule, (count, severity)) in rows {
        let (on, off) = paint(config, severity);
        writeln!(
            out,
            "{count:>digits$}  {}  {:<names$}  {on}{}{off}",
            rule.code,
            rule.name,
            severity.name()
        )?;
    }
    if config.summary {
        writeln!(out, "{}", Counts::new(report).sentence())?;
    }
    Ok(())
}

/// Escape sequences around a severity's name.
pub(super) fn paint(config: &Config, severity: Severity) -> (&'static str, &'static str) {
    if !config.color {
        return ("", "");
    }
    let on = match severity {
        Severity::Error => "\u{1b}[1;31m",
        Severity::Warning => "\u{1b}[1;33m",
        Severity::Note => "\u{1b}[1;32m",
    };
    (on, "\u{1b}[0m")
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    #[test]
    fn the_sentence_says_what_there_is() {
        let none = Counts {
            files: 1,
            ..Counts::default()
        };
        assert_eq!(none.sentence(), "1 file checked: no findings");
        let all = Counts {
            files: 12,
            errors: 3,
            warnings: 1,
            notes: 2,
            safe: 2,
            risky: 1,
            suppressed: 4,
            cut: 7,
        };
        assert_eq!(
            all.sentence(),
            "12 files checked: 3 errors, 1 warning, 2 notes; 2 fixable with `--fix`, 1 more with `--unsafe-fixes`; \
             4 suppressed; 7 more not shown"
        );
    }

    #[test]
    fn a_blocked_fix_is_not_counted() {
        let mut report = testing::stack();
        let before = Counts::new(&report);
        assert_eq!((before.safe, before.risky), (1, 1));
        for f in &mut report.findings {
            if let Some(fix) = &mut f.fix {
                fix.blocked = Some(crate::finding::Blocked {
                    place: f.primary.place,
                    reason: "a template".into(),
                });
            }
        }
        let after = Counts::new(&report);
        assert_eq!((after.safe, after.risky), (0, 0));
    }

    #[test]
    fn statistics_are_a_table() {
        let mut out = Vec::new();
        write_statistics(&testing::stack(), &Config::default(), &mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap());
    }
}
