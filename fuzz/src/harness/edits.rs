//! The edit engine: any edits of any text, their diff, and undo.

use super::{split_first, text};
use portlint::finding::{Edit, Finding, Fix, RuleId, Safety, Severity};
use portlint::fix::choose;
use portlint::fix::diff::{Paint, unified};
use portlint::fix::journal::Store;
use portlint::fix::text::apply;
use portlint::fix::write::Replacement;
use portlint::source::{FileId, Place, SourceFile, Sources, Span};
use std::collections::BTreeSet;

const REPLACEMENTS: &[&str] = &["7000", "", "${DB_PORT:-7000}", "ä\r\n", "\n"];

const RULE: RuleId = RuleId {
    code: "PL000",
    name: "fuzzed",
};

/// How many edits, four bytes for each, then the text.
pub fn edits(data: &[u8]) {
    let (count, mut rest) = split_first(data);
    let mut wanted = Vec::new();
    for _ in 0..count % 8 {
        let Some((edit, others)) = rest.split_first_chunk::<4>() else {
            break;
        };
        wanted.push(*edit);
        rest = others;
    }
    let old = text(rest);
    let edits: Vec<Edit> = wanted.iter().map(|bytes| edit(*bytes, old.len())).collect();
    let sources = Sources::new(vec![SourceFile::new("f", old.as_str())]);
    let mut sorted = edits.clone();
    sorted.sort();
    one_by_one(&sources, &old, &sorted);
    chosen(&sources, &old, &edits);
    let undone = count & 0xf8 == 0xf8;
    if undone && let Some(new) = one_by_one(&sources, &old, &sorted) {
        undo(&old, &new);
    }
}

fn edit([start, more, len, replacement]: [u8; 4], bytes: usize) -> Edit {
    // Now and then one behind the end.
    let start = usize::from(u16::from_be_bytes([start, more])) % (bytes + 2);
    Edit {
        place: Place {
            file: FileId(0),
            span: Span::new(start, start + usize::from(len % 16)),
        },
        replacement: REPLACEMENTS
            .get(usize::from(replacement) % REPLACEMENTS.len())
            .copied()
            .unwrap_or_default()
            .to_owned(),
    }
}

/// The edits give what replacing them one by one from behind gives; edits that overlap, or that are not on borders, nothing.
fn one_by_one(sources: &Sources, old: &str, sorted: &[Edit]) -> Option<String> {
    let ranges: Vec<_> = sorted.iter().map(|e| e.place.span.range()).collect();
    let fit = ranges.iter().all(|r| old.get(r.clone()).is_some())
        && ranges
            .windows(2)
            .all(|pair| matches!(pair, [a, b] if a.end <= b.start));
    let new = apply(sources, sorted)
        .map(|mut texts| texts.remove(&FileId(0)).unwrap_or_else(|| old.to_owned()));
    assert_eq!(new.is_some(), fit, "{sorted:?}");
    let new = new?;
    let mut expected = old.to_owned();
    for (edit, range) in sorted.iter().zip(ranges).rev() {
        expected.replace_range(range, &edit.replacement);
    }
    assert_eq!(new, expected);
    let diff = unified("f", old, &new, Paint::Off, str::to_owned, str::to_owned);
    assert_eq!(patched(old, &diff), new, "{diff}");
    assert_eq!(patched_back(&new, &diff), old, "{diff}");
    Some(new)
}

/// Of sets of two edits each, those that are chosen fit together, and no set is there by half.
fn chosen(sources: &Sources, old: &str, edits: &[Edit]) {
    let findings: Vec<Finding> = edits
        .chunks(2)
        .enumerate()
        .filter_map(|(i, set)| {
            let mut edits = set.to_vec();
            edits.sort();
            edits.dedup();
            apply(sources, &edits)?;
            let first = edits.first()?.place;
            let fix = Fix {
                title: format!("set {i}"),
                set: i.to_string(),
                safety: Safety::Safe,
                edits,
                blocked: None,
            };
            Some(Finding::new(RULE, Severity::Error, "m", first).fix(Some(fix)))
        })
        .collect();
    let choice = choose::choose(sources, &findings, Safety::Safe);
    assert_eq!(choice.sets.len() + choice.left.len(), findings.len());
    let together = choose::edits(&choice.sets);
    let new = apply(sources, &together);
    assert!(new.is_some(), "{together:?} of {old:?}");
    let all: BTreeSet<&Edit> = together.iter().collect();
    for set in &choice.sets {
        assert!(set.edits.iter().all(|e| all.contains(e)));
    }
}

/// Writing and undoing gives the old bytes.
fn undo(old: &str, new: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("f");
    std::fs::write(&path, old).expect("a file");
    let store = Store::at(&folder.path().join("cache"), folder.path());
    let replacement = Replacement {
        path: path.clone(),
        old: old.into(),
        new: new.into(),
    };
    let read = || std::fs::read_to_string(&path).expect("the file");
    store
        .replace(folder.path(), &[replacement])
        .expect("written");
    assert_eq!(read(), new);
    store.undo().expect("undone");
    assert_eq!(read(), old);
}

fn patched(old: &str, diff: &str) -> String {
    patch(old, diff, '-', '+')
}

fn patched_back(new: &str, diff: &str) -> String {
    patch(new, diff, '+', '-')
}

/// The text that a unified diff of one file makes of another. Lines that begin with `gone` must be there.
fn patch(text: &str, diff: &str, gone: char, come: char) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut out = String::new();
    let mut at = 0;
    let mut last = ' ';
    let (mut old_left, mut new_left) = (0, 0);
    for line in diff.split_inclusive('\n') {
        if old_left == 0 && new_left == 0 && !line.starts_with('\\') {
            let Some(hunk) = line.strip_prefix("@@ ") else {
                assert!(
                    line.starts_with("--- ") || line.starts_with("+++ "),
                    "{line:?}"
                );
                continue;
            };
            let mut sides = hunk
                .split(' ')
                .map(|side| side.trim_start_matches(['-', '+']));
            let (minus, plus) = (numbers(sides.next()), numbers(sides.next()));
            (old_left, new_left) = (minus.1, plus.1);
            let (first, count) = if gone == '-' { minus } else { plus };
            // A hunk without lines stands behind the line that it names.
            let from = if count == 0 { first } else { first - 1 };
            out.extend(
                lines
                    .get(at..from)
                    .expect("lines before the hunk")
                    .iter()
                    .copied(),
            );
            at = from;
            continue;
        }
        let sign = line.chars().next().expect("a sign");
        let body = line.get(sign.len_utf8()..).expect("the rest");
        if sign == '\\' {
            // "No newline": of the line before.
            if last != gone {
                out.truncate(out.trim_end_matches('\n').len().max(out.len() - 1));
            }
            continue;
        }
        old_left -= usize::from(sign != '+');
        new_left -= usize::from(sign != '-');
        if sign != come {
            let there = lines.get(at).copied().unwrap_or_default();
            assert_eq!(there.trim_end_matches('\n'), body.trim_end_matches('\n'));
            at += 1;
        }
        if sign != gone {
            out.push_str(body);
        }
        last = sign;
    }
    out.extend(lines.get(at..).unwrap_or_default().iter().copied());
    out
}

/// `7,3` or `7`: first line and count.
fn numbers(side: Option<&str>) -> (usize, usize) {
    let side = side.expect("a side of a hunk");
    let (first, count) = side.split_once(',').unwrap_or((side, "1"));
    let number = |n: &str| n.parse().expect("a number");
    (number(first), number(count))
}
