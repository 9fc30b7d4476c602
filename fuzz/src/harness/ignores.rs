//! Ignore comments.

use super::{spans, split_path, with_crlf, with_mark};
use portlint::facts::{FileFacts, IgnoreScope};
use portlint::finding::{Finding, Severity};
use portlint::formats::ignores;
use portlint::rules;
use portlint::source::{Place, SourceFile, Sources, Span};
use portlint::suppress::{self, Ran};

/// A line with the path, which tells the language, and the text.
pub fn ignores(data: &[u8]) {
    let (path, text) = split_path(data);
    if text.is_empty() {
        return;
    }
    let silenced = hold(&path, &text);
    for other in [with_crlf(&text), with_mark(&text)].into_iter().flatten() {
        assert_eq!(hold(&path, &other), silenced, "for {other:?}");
    }
}

/// Lines on which findings stay, how many were silenced, and how many comments are called unused.
fn hold(path: &str, text: &str) -> (Vec<usize>, usize, usize) {
    let mut sources = Sources::default();
    let id = sources.push(SourceFile::new(path, text));
    let file = sources.get(id);
    let mut facts = FileFacts::default();
    ignores::read(file, &mut facts);
    spans::hold(file, &facts);
    let lines = text.split_inclusive('\n').count();
    for ignore in &facts.ignores {
        for rule in &ignore.rules {
            assert_eq!(file.slice(rule.span), rule.value);
        }
        if let IgnoreScope::Line(line) = ignore.scope {
            assert!((1..=lines).contains(&line), "{ignore:?} of {lines} lines");
        }
    }
    // One finding on each line, rules in turn.
    let mut findings: Vec<Finding> = (1..=lines)
        .zip(rules::ALL.iter().cycle())
        .map(|(line, rule)| {
            let at = file.line_span(line).start;
            let place = Place {
                file: id,
                span: Span { start: at, end: at },
            };
            Finding::new(rule.id, Severity::Error, "m", place)
        })
        .collect();
    let before = findings.len();
    let ran = Ran {
        rules: rules::ALL,
        narrowed: false,
    };
    let done = suppress::apply(&mut findings, std::slice::from_ref(&facts), &sources, ran);
    assert!(findings.len() <= before);
    for unused in &done.unused {
        let span = unused.primary.place.span;
        assert!(text.get(span.range()).is_some(), "{unused:?}");
    }
    let stay = findings
        .iter()
        .map(|f| sources.get(id).line(f.primary.place.span.start))
        .collect();
    (stay, done.count, done.unused.len())
}
