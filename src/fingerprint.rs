//! The identity of a finding over time: it stays when lines move, when words of messages change, and when other findings
//! come and go.

use crate::finding::Finding;
use crate::source::Sources;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Hexadecimal digits of a fingerprint: 128 bits.
const LENGTH: usize = 32;

/// Sets the fingerprint of every finding: a hash of rule code, path and subject. Findings that share all three are told apart
/// by their order, so that one more of them changes no other's. To be called once, with all findings of a run in their
/// canonical order, before any is suppressed.
pub fn assign(findings: &mut [Finding], sources: &Sources) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for f in findings {
        let path = &sources.get(f.primary.place.file).path;
        let subject = if f.subject.is_empty() {
            &f.message
        } else {
            &f.subject
        };
        let key = [f.rule.code, path, subject].join("\0");
        let ordinal = seen.entry(key.clone()).or_default();
        f.fingerprint = hash(&key, *ordinal);
        *ordinal += 1;
    }
}

fn hash(key: &str, ordinal: usize) -> String {
    let digest = Sha256::digest(format!("portlint 1\0{key}\0{ordinal}"));
    let mut out = String::with_capacity(LENGTH);
    for byte in digest.iter().take(LENGTH / 2) {
        let _ = write!(out, "{byte:02x}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{RuleId, Severity};
    use crate::source::{Place, SourceFile, Span};

    const RULE: RuleId = RuleId {
        code: "PL001",
        name: "database-port-outside-range",
    };

    fn fingerprints(text: &str, path: &str, subjects: &[(&str, usize)]) -> Vec<String> {
        let mut sources = Sources::default();
        let file = sources.push(SourceFile::new(path, text));
        let mut findings: Vec<Finding> = subjects
            .iter()
            .map(|(subject, at)| {
                let place = Place {
                    file,
                    span: Span::at(*at),
                };
                Finding::new(RULE, Severity::Error, format!("at {at}"), place).subject(*subject)
            })
            .collect();
        assign(&mut findings, &sources);
        findings.into_iter().map(|f| f.fingerprint).collect()
    }

    #[test]
    fn stays_when_lines_move_and_messages_change() {
        let before = fingerprints("a\nb", "compose.yml", &[("db/5432/tcp", 2)]);
        let after = fingerprints("new\nlines\na\nb", "compose.yml", &[("db/5432/tcp", 12)]);
        assert_eq!(before, after);
        assert_eq!(before[0].len(), LENGTH);
    }

    #[test]
    fn differs_by_path_subject_and_order() {
        let mut all = fingerprints("x", "a.yml", &[("s", 0), ("s", 1), ("t", 0)]);
        all.extend(fingerprints("x", "b.yml", &[("s", 0)]));
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn one_more_of_a_kind_changes_no_other() {
        let two = fingerprints("x", "a.yml", &[("s", 0), ("t", 1)]);
        let three = fingerprints("x", "a.yml", &[("s", 0), ("s", 1), ("t", 2)]);
        assert_eq!(two[0], three[0]);
        assert_eq!(two[1], three[2]);
    }

    #[test]
    fn the_value_is_fixed_for_ever() {
        // Baselines and code scanning keep these: a change here re-opens every alert.
        let now = fingerprints("x", "compose.yml", &[("timescaledb/5432/tcp", 0)]);
        assert_eq!(now, ["5c0a9c75d484d42dff424eacb6bb3bdd"]);
    }
}
