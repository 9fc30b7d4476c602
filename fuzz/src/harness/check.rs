//! The whole check of a tree in memory, and its repair.

use super::reader::is_steady;
use super::tree::{self, Tree};
use super::{split_first, text, with_crlf, with_mark};
use portlint::engine::Repo;
use portlint::finding::{Report, Safety};
use portlint::mend::{self, mend_loaded};
use portlint::policy::Policy;
use portlint::render::{Config, OutputFormat, render};
use std::collections::BTreeMap;

/// Bytes beyond which a tree only costs time.
const MOST_BYTES: usize = 1 << 16;

/// A byte that says what is looked at, then the tree as [`tree::parse`] reads it.
pub fn check(data: &[u8]) {
    let (what, rest) = split_first(data);
    if rest.len() > MOST_BYTES {
        return;
    }
    holds_for(&tree::parse(&text(rest)), what);
}

/// What holds for a tree; `what` chooses among what costs more.
pub fn holds_for(tree: &Tree, what: usize) {
    let (repo, judged) = judge(tree);
    match what % 8 {
        0 | 1 => {
            let steady = |(path, text): &(&String, &String)| is_steady(path, text);
            let owned = |(path, text): (&String, &String)| (path.clone(), text.clone());
            same_for_any_line_end(&tree.iter().filter(steady).map(owned).collect());
        }
        2 | 3 => mended(&repo, Safety::Unsafe),
        4 => {
            for &format in OutputFormat::ALL {
                rendered(&repo, &judged, format);
            }
        }
        _ => mended(&repo, Safety::Safe),
    }
}

fn judge(tree: &Tree) -> (Repo, portlint::engine::Judged) {
    let files = tree
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()));
    tree::judge(Policy::builtin(), files)
}

/// Findings do not depend on line ends, nor on byte order marks.
pub fn same_for_any_line_end(tree: &Tree) {
    let (repo, judged) = judge(tree);
    let lines = tree::lines(&repo, &judged);
    same_in(tree, with_crlf, &lines);
    same_in(tree, with_mark, &lines);
}

/// The same tree in another form has the same findings.
fn same_in(tree: &Tree, form: fn(&str) -> Option<String>, lines: &[String]) {
    let other: Option<Tree> = tree
        .iter()
        .map(|(path, text)| Some((path.clone(), form(text)?)))
        .collect();
    if let Some(other) = other {
        let (repo, judged) = judge(&other);
        assert_eq!(tree::lines(&repo, &judged), lines, "for {other:?}");
    }
}

/// Fixing keeps what it must keep, and a second fix changes nothing.
fn mended(repo: &Repo, safety: Safety) {
    let options = tree::options();
    let again = |repo: &Repo| repo.amended(&BTreeMap::new());
    let Ok(done) = mend_loaded(again(repo), &options, safety, false) else {
        panic!("the built-in policy is one");
    };
    for (file, old, new) in done.changes() {
        assert_eq!(
            old.starts_with('\u{feff}'),
            new.starts_with('\u{feff}'),
            "{file:?}"
        );
        if !old.replace("\r\n", "").contains('\n') && old.contains('\n') {
            assert!(!new.replace("\r\n", "").contains('\n'), "{old:?} {new:?}");
        }
    }
    if safety == Safety::Safe {
        assert_eq!(mend::prove(&done.before, &done.after), Ok(()));
    }
    let texts: BTreeMap<String, String> = done
        .after
        .sources
        .iter()
        .map(|(_, f)| (f.path.to_string(), f.text.to_string()))
        .collect();
    // Read anew, as a second run does.
    let files = texts
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()));
    let second = mend_loaded(
        tree::repo(Policy::builtin(), files),
        &options,
        safety,
        false,
    );
    let changed = second.as_ref().map(mend::Mended::changes);
    assert_eq!(
        changed.ok(),
        Some(Vec::new()),
        "a second fix changes something"
    );
}

fn rendered(repo: &Repo, judged: &portlint::engine::Judged, format: OutputFormat) {
    let mut sources = portlint::source::Sources::default();
    for (_, file) in repo.sources.iter() {
        sources.push(file.clone());
    }
    let report = Report {
        sources,
        findings: judged.findings.clone(),
        checked: repo.checked,
        suppressed: judged.suppressed,
        cut: 0,
    };
    let config = Config {
        ports: Some(repo.port_map()),
        ..Config::default()
    };
    let mut out = Vec::new();
    let written = render(format, &report, &config, &mut out);
    assert!(written.is_ok(), "{format:?}");
    let shown = String::from_utf8(out).expect("output is UTF-8");
    assert!(
        !shown.contains(['\u{1b}', '\u{7}', '\u{202e}']),
        "{format:?} shows what a terminal obeys: {shown:?}"
    );
}
