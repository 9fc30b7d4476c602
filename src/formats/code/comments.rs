//! Comments and docstrings as running text: their signs taken off, their lines kept.

use super::language::Role;
use super::syntax::Code;
use super::tree::Id;
use crate::source::{Span, Style, Text};
use std::ops::Range;

/// Signs that may stand before the words of a comment's line.
const SIGNS: &[char] = &['/', '*', '#', '!', '<', ' ', '\t'];

/// The words of neighbouring comments as one text.
pub(super) fn words(code: &Code<'_>, comments: &[Id]) -> Text {
    let ranges = comments.iter().map(|&c| code.tree.span(c).range());
    lines(code.tree.source(), ranges)
}

/// The lines of some parts of a file as one text, their signs left out.
pub(super) fn lines(source: &str, parts: impl Iterator<Item = Range<usize>>) -> Text {
    let mut value = String::new();
    let mut segments = Vec::new();
    let mut whole: Option<Span> = None;
    for part in parts {
        let span = Span::new(part.start, part.end);
        whole = Some(whole.map_or(span, |w| w.join(span)));
        let mut at = part.start;
        for line in source.get(part).unwrap_or("").split_inclusive('\n') {
            let body = line.trim_end_matches(['\n', '\r']);
            let words = body.trim_start_matches(SIGNS);
            // a list's own bullet is not a sign: `* - item` keeps `- item`
            let start = at + body.len() - words.len();
            if !value.is_empty() {
                value.push('\n');
            }
            if !words.is_empty() {
                segments.push((
                    Span::at(value.len()).start,
                    Span::at(start).start,
                    Span::at(words.len()).start,
                ));
                value.push_str(words);
            }
            at += line.len();
        }
    }
    Text::mapped(value, whole.unwrap_or_default(), segments, Style::Block)
}

/// Comments in runs: line comments on lines one below the other are one text.
pub(super) fn runs(code: &Code<'_>, comments: impl Iterator<Item = Id>) -> Vec<Vec<Id>> {
    let tree = &code.tree;
    let mut runs: Vec<Vec<Id>> = Vec::new();
    for comment in comments {
        let start = tree.span(comment).range().start;
        let joins = runs.last().and_then(|r| r.last()).is_some_and(|&last| {
            let between = tree.slice(tree.span(last).range().end..start);
            between.len() < 200 && between.trim().is_empty() && between.matches('\n').count() <= 1
        });
        match runs.last_mut() {
            Some(run) if joins => run.push(comment),
            _ => runs.push(vec![comment]),
        }
    }
    runs
}

/// The name of the declaration that a comment stands before.
pub(super) fn subject<'a>(code: &Code<'a>, comment: Id) -> Option<&'a str> {
    let tree = &code.tree;
    let mut next = tree.after(comment);
    for _ in 0..8 {
        let sibling = next?;
        match tree.role(sibling) {
            Role::Comment | Role::Annotation => next = tree.after(sibling),
            _ => {
                let mut below = tree.subtree(sibling).take(8);
                return below.find_map(|n| match tree.role(n) {
                    Role::Pair => code.key_name(n),
                    Role::Function | Role::Class => tree
                        .parts(n)
                        .find(|&c| tree.field(c) == super::language::Field::Key)
                        .and_then(|c| code.name_of(c)),
                    _ => None,
                });
            }
        }
    }
    None
}
