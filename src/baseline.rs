//! The baseline: findings that were there when a repository took portlint up, accepted so that only new ones are reported.

use crate::bounded::read_text;
use crate::error::Error;
use crate::finding::{Finding, Report};
use crate::mask;
use crate::render::{self, Untrusted};
use crate::source::Sources;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;

/// Version of the file's shape.
const SCHEMA: u32 = 1;

/// No baseline is larger, in bytes.
pub const MOST_BYTES: u64 = 64 << 20;

/// Accepted findings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// By path, rule and fingerprint.
    entries: BTreeSet<Entry>,
}

/// An accepted finding: its fingerprint, and what a person needs to know it again. No line, so that the file changes only when
/// findings do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Entry {
    /// Path relative to the root.
    path: Untrusted,
    /// The rule's code.
    code: String,
    /// The rule's name.
    rule: String,
    /// What was said, secrets masked.
    message: Untrusted,
    /// Its identity.
    fingerprint: String,
}

#[derive(Serialize, Deserialize)]
struct File {
    /// `portlint`: by this the reader knows what it need not read.
    tool: String,
    schema: u32,
    findings: Vec<Entry>,
}

/// What a baseline did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// How many findings it took out.
    pub count: usize,
    /// Entries that no longer occur.
    pub stale: Vec<Entry>,
}

impl Baseline {
    /// Accepts all findings of a report.
    pub fn of(report: &Report) -> Self {
        let entry = |f: &Finding| Entry::of(f, &report.sources);
        Self {
            entries: report.findings.iter().map(entry).collect(),
        }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// If it cannot be read, is no baseline, or one of a later version.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = read_text(path, MOST_BYTES).map_err(|reason| Error::Path {
            path: path.to_owned(),
            reason,
            help: Some("`portlint baseline` writes one".to_owned()),
        })?;
        Self::parse(&text).map_err(|reason| Error::Usage {
            message: format!("`{}` is no baseline: {reason}", path.display()),
            help: Some("`portlint baseline` writes a new one".to_owned()),
        })
    }

    /// Reads a file's text; an error is a clause.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: File =
            serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|e| e.to_string())?;
        if file.schema != SCHEMA {
            return Err(format!(
                "its schema is {}, and this version of portlint knows {SCHEMA}",
                file.schema
            ));
        }
        Ok(Self {
            entries: file.findings.into_iter().collect(),
        })
    }

    /// Writes the file.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let file = File {
            tool: env!("CARGO_PKG_NAME").to_owned(),
            schema: SCHEMA,
            findings: self.entries.iter().cloned().collect(),
        };
        render::write_json(&file, out)
    }

    /// Takes the accepted findings out. `ran` tells whether a rule of this code ran: what it reported is stale only then.
    pub fn apply(&self, findings: &mut Vec<Finding>, ran: impl Fn(&str) -> bool) -> Applied {
        let known: BTreeSet<&str> = self.entries.iter().map(|e| &*e.fingerprint).collect();
        let mut seen = BTreeSet::new();
        let before = findings.len();
        findings.retain(|f| {
            let accepted = known.contains(&*f.fingerprint);
            if accepted {
                seen.insert(f.fingerprint.clone());
            }
            !accepted
        });
        Applied {
            count: before - findings.len(),
            stale: self
                .entries
                .iter()
                .filter(|e| ran(&e.code) && !seen.contains(&e.fingerprint))
                .cloned()
                .collect(),
        }
    }

    /// Takes entries out.
    pub fn prune(&mut self, stale: &[Entry]) {
        for entry in stale {
            self.entries.remove(entry);
        }
    }

    /// How many findings are accepted.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl Entry {
    fn of(finding: &Finding, sources: &Sources) -> Self {
        Self {
            path: Untrusted::new(&*sources.get(finding.primary.place.file).path),
            code: finding.rule.code.to_owned(),
            rule: finding.rule.name.to_owned(),
            message: Untrusted::new(mask::message(&finding.message)),
            fingerprint: finding.fingerprint.clone(),
        }
    }

    /// `path: CODE message`, fit for a terminal.
    pub fn line(&self) -> String {
        format!(
            "{}: {} {}",
            self.path.terminal_at_line_start(),
            Untrusted::new(&self.code).terminal(),
            self.message.terminal()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{RuleId, Severity};
    use crate::fingerprint;
    use crate::source::{Place, SourceFile, Span};

    const RULE: RuleId = RuleId {
        code: "PL001",
        name: "database-port-outside-range",
    };

    fn report(text: &str, subjects: &[&str]) -> Report {
        let mut sources = Sources::default();
        let file = sources.push(SourceFile::new("compose.yml", text));
        let finding = |subject: &&str| {
            let at = text.find(subject).unwrap();
            let place = Place {
                file,
                span: Span::new(at, at + subject.len()),
            };
            let message = format!("`{subject}` with postgres://u:hunter2@h");
            Finding::new(RULE, Severity::Error, message, place).subject(*subject)
        };
        let mut findings: Vec<Finding> = subjects.iter().map(finding).collect();
        fingerprint::assign(&mut findings, &sources);
        Report {
            sources,
            findings,
            ..Report::default()
        }
    }

    fn written(baseline: &Baseline) -> String {
        let mut out = Vec::new();
        baseline.write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_was_there_is_accepted_wherever_it_moves() {
        let baseline = Baseline::of(&report("a\nb\n", &["a", "b"]));
        let read = Baseline::parse(&written(&baseline)).unwrap();
        assert_eq!(read, baseline);
        let mut now = report("# new\n\nb\nc\na\n", &["a", "b", "c"]).findings;
        let applied = read.apply(&mut now, |_| true);
        assert_eq!(
            applied,
            Applied {
                count: 2,
                stale: vec![]
            }
        );
        assert_eq!(now.iter().map(|f| &*f.subject).collect::<Vec<_>>(), ["c"]);
    }

    #[test]
    fn what_no_longer_occurs_is_said_and_pruned() {
        let mut baseline = Baseline::of(&report("a\nb\n", &["a", "b"]));
        let mut now = report("b\n", &["b"]).findings;
        let applied = baseline.apply(&mut now, |code| code == "PL001");
        assert_eq!(applied.count, 1);
        let lines: Vec<String> = applied.stale.iter().map(Entry::line).collect();
        assert_eq!(
            lines,
            ["compose.yml: PL001 `a` with postgres://u:*******@h"]
        );
        // A rule that did not run makes nothing stale.
        assert_eq!(baseline.apply(&mut Vec::new(), |_| false).stale, []);
        baseline.prune(&applied.stale);
        assert_eq!(baseline.len(), 1);
    }

    #[test]
    fn the_file_is_sorted_and_shows_no_secret() {
        let text = written(&Baseline::of(&report("a\nb\n", &["b", "a"])));
        assert!(!text.contains("hunter2"));
        assert!(text.find("`a`").unwrap() < text.find("`b`").unwrap());
        assert!(text.ends_with("}\n"));
        assert!(crate::formats::own::is_own(&text));
    }

    #[test]
    fn what_is_no_baseline_is_told_apart() {
        for (text, reason) in [
            ("", "EOF"),
            ("[]", "invalid length"),
            (
                "{\"tool\": \"portlint\", \"schema\": 2, \"findings\": []}",
                "its schema is 2",
            ),
            (
                "{\"tool\": \"portlint\", \"schema\": 1}",
                "missing field `findings`",
            ),
            ("{\"schema\": 1, \"findings\": []}", "missing field `tool`"),
        ] {
            let error = Baseline::parse(text).unwrap_err();
            assert!(error.contains(reason), "{error}");
        }
        assert!(
            Baseline::parse("\u{feff}{\"tool\": \"portlint\", \"schema\": 1, \"findings\": []}")
                .unwrap()
                .is_empty()
        );
    }
}
