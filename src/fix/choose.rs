//! Which change sets are applied, and why the others are not.

use crate::finding::{Blocked, Edit, Finding, Fix, Safety};
use crate::source::{Place, Sources};
use std::collections::BTreeMap;

/// A change set that is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// What it would do.
    pub title: String,
    /// The place that stands in the way, or that it is about.
    pub place: Place,
    /// Why, and what to do.
    pub reason: String,
}

/// The choice.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// Sets to apply, by their first place; no two share a byte.
    pub sets: Vec<Fix>,
    /// Sets that are not applied.
    pub left: Vec<Left>,
    /// How many sets wait for `--unsafe-fixes`.
    pub unsafe_left: usize,
}

/// Chooses the sets of `findings` that may be applied at `safety`.
pub fn choose(sources: &Sources, findings: &[Finding], safety: Safety) -> Choice {
    let mut sets: BTreeMap<&str, &Fix> = BTreeMap::new();
    for fix in findings.iter().filter_map(|f| f.fix.as_ref()) {
        sets.entry(&fix.set).or_insert(fix);
    }
    let mut ordered: Vec<&Fix> = sets.into_values().filter(|f| !f.edits.is_empty()).collect();
    ordered.sort_by_key(|f| f.edits.first().map(|e| e.place));
    let mut choice = Choice::default();
    let mut taken: Vec<Edit> = Vec::new();
    for fix in ordered {
        if let Some(Blocked { place, reason }) = &fix.blocked {
            choice.left.push(Left {
                title: fix.title.clone(),
                place: *place,
                reason: reason.clone(),
            });
        } else if fix.safety < safety {
            choice.unsafe_left += usize::from(fix.safety == Safety::Unsafe);
        } else if let Some(clash) = fix.edits.iter().find(|e| clashes(e, &taken)) {
            // The other set is applied first; what is left of this one shows in the next round.
            let reason = format!(
                "another fix changes {} in the same step",
                sources.show(clash.place)
            );
            choice.left.push(Left {
                title: fix.title.clone(),
                place: clash.place,
                reason,
            });
        } else {
            taken.extend(fix.edits.iter().cloned());
            taken.sort();
            choice.sets.push(fix.clone());
        }
    }
    choice
}

/// Whether an edit shares bytes, or the place of an insertion with other text, with those taken. `taken` is sorted.
fn clashes(edit: &Edit, taken: &[Edit]) -> bool {
    let from = taken.partition_point(|t| {
        (t.place.file, t.place.span.end) < (edit.place.file, edit.place.span.start)
    });
    taken
        .iter()
        .skip(from)
        .take_while(|t| {
            t.place.file == edit.place.file && t.place.span.start <= edit.place.span.end
        })
        .any(|t| {
            *t != *edit && (t.place.span.overlaps(edit.place.span) || both_insert_within(t, edit))
        })
}

fn both_insert_within(a: &Edit, b: &Edit) -> bool {
    let inside = |x: &Edit, y: &Edit| {
        x.place.span.is_empty()
            && y.place.span.start < x.place.span.start
            && x.place.span.start < y.place.span.end
    };
    inside(a, b) || inside(b, a)
}

/// All edits of the sets, sorted, each once.
pub fn edits(sets: &[Fix]) -> Vec<Edit> {
    let mut edits: Vec<Edit> = sets.iter().flat_map(|f| f.edits.iter().cloned()).collect();
    edits.sort();
    edits.dedup();
    edits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{RuleId, Severity};
    use crate::source::{FileId, SourceFile, Span};

    fn finding(set: &str, safety: Safety, start: usize, blocked: bool) -> Finding {
        let place = Place {
            file: FileId(0),
            span: Span::new(start, start + 4),
        };
        let fix = Fix {
            title: set.to_owned(),
            set: set.to_owned(),
            safety,
            edits: vec![Edit {
                place,
                replacement: "7000".to_owned(),
            }],
            blocked: blocked.then(|| Blocked {
                place,
                reason: "in the way".to_owned(),
            }),
        };
        Finding::new(
            RuleId {
                code: "PL001",
                name: "x",
            },
            Severity::Error,
            "m",
            place,
        )
        .fix(Some(fix))
    }

    #[test]
    fn one_set_of_many_findings_applies_once_and_blocked_or_unsafe_ones_stay() {
        let sources = Sources::new(vec![SourceFile::new("f", "0123456789abcdefghij")]);
        let findings = [
            finding("a", Safety::Safe, 0, false),
            finding("a", Safety::Safe, 0, false),
            finding("b", Safety::Unsafe, 8, false),
            finding("c", Safety::Safe, 12, true),
            finding("d", Safety::Safe, 2, false),
        ];
        let choice = choose(&sources, &findings, Safety::Safe);
        assert_eq!(
            choice
                .sets
                .iter()
                .map(|s| s.set.as_str())
                .collect::<Vec<_>>(),
            ["a"]
        );
        assert_eq!(choice.unsafe_left, 1);
        assert_eq!(
            choice
                .left
                .iter()
                .map(|l| l.title.as_str())
                .collect::<Vec<_>>(),
            ["d", "c"]
        );
        assert_eq!(choose(&sources, &findings, Safety::Unsafe).sets.len(), 2);
    }
}
