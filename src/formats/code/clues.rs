//! What may name the service of a literal: names around it, sibling entries, comments, the file.

use super::language::Role;
use super::place::Surroundings;
use super::syntax::Code;
use super::tree::Id;
use crate::facts::{Clue, ClueKind};

/// Longest clue, in bytes.
const MAX_CLUE: usize = 200;
/// Siblings that are looked at.
const MAX_SIBLINGS: usize = 24;
/// How far above a comment may stand, in bytes.
const NEAR: usize = 1_000;

/// Comments of a file, in order.
pub(super) struct Comments(Vec<Id>);

impl Comments {
    /// Collects a file's comments.
    pub(super) fn of(code: &Code<'_>) -> Self {
        let ids = code.tree.ids();
        Self(
            ids.filter(|&n| code.tree.role(n) == Role::Comment)
                .collect(),
        )
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = Id> + '_ {
        self.0.iter().copied()
    }

    /// The comment behind `at` on the same line.
    fn trailing(&self, code: &Code<'_>, at: usize) -> Option<Id> {
        let tree = &code.tree;
        let i = self.0.partition_point(|&c| tree.span(c).range().start < at);
        let comment = *self.0.get(i)?;
        let start = tree.span(comment).range().start;
        (start - at <= MAX_CLUE && !tree.slice(at..start).contains('\n')).then_some(comment)
    }

    /// The nearest comment above `at` on lines of its own, with no empty line between.
    fn above(&self, code: &Code<'_>, at: usize) -> Option<Id> {
        let tree = &code.tree;
        let i = self.0.partition_point(|&c| tree.span(c).range().end <= at);
        let comment = *self.0.get(i.checked_sub(1)?)?;
        let span = tree.span(comment).range();
        if at - span.end > NEAR {
            return None;
        }
        let head = tree.slice(span.start.saturating_sub(NEAR)..span.start);
        let alone = head
            .rsplit('\n')
            .next()
            .is_none_or(|line| line.trim().is_empty());
        let mut between: Vec<&str> = tree.slice(span.end..at).split('\n').skip(1).collect();
        between.pop();
        (alone && between.iter().all(|line| !line.trim().is_empty())).then_some(comment)
    }
}

impl Code<'_> {
    /// The clues of a literal, nearest first.
    pub(super) fn clues(
        &self,
        literal: Id,
        around: &Surroundings,
        comments: &Comments,
    ) -> Vec<Clue> {
        let mut clues = Vec::new();
        let mut add = |kind: ClueKind, text: &str| {
            let text = short(text.trim());
            if !text.is_empty() && text.bytes().any(|b| b.is_ascii_alphabetic()) {
                clues.push(Clue {
                    kind,
                    text: text.to_owned(),
                });
            }
        };
        if let Some(named) = &around.names {
            add(ClueKind::Name, named);
        }
        for name in around.keys.iter().take(1).chain(&around.envs) {
            add(ClueKind::Name, name);
        }
        let entry = around.entry.unwrap_or(literal);
        let siblings = self.sibling_texts(entry);
        for (_, text) in siblings.iter().filter(|(names, _)| *names) {
            add(ClueKind::Name, text);
        }
        let path: Vec<&str> = around
            .outer
            .iter()
            .rev()
            .chain(around.keys.iter().skip(1).rev())
            .map(String::as_str)
            .collect();
        add(ClueKind::KeyPath, &path.join("."));
        let end = self.tree.span(literal).range().end;
        if let Some(comment) = comments.trailing(self, end) {
            add(ClueKind::Line, &bare_comment(self.tree.text(comment)));
        }
        let start = self.tree.span(entry).range().start;
        if let Some(comment) = comments.above(self, start) {
            add(ClueKind::Near, &bare_comment(self.tree.text(comment)));
        }
        for (_, text) in siblings.iter().filter(|(names, _)| !names) {
            add(ClueKind::Near, text);
        }
        for function in &around.functions {
            add(ClueKind::Heading, function);
        }
        clues
    }

    /// Strings beside an entry, and whether each is a name: `{ name: "TimescaleDB", port: 5432 }`, `["TimescaleDB", 5432]`.
    fn sibling_texts(&self, entry: Id) -> Vec<(bool, String)> {
        let tree = &self.tree;
        let Some(group) = tree.parent(entry) else {
            return Vec::new();
        };
        if !matches!(
            tree.role(group),
            Role::Object | Role::List | Role::Args | Role::Tokens
        ) {
            return Vec::new();
        }
        let before = std::iter::successors(tree.before(entry), |&s| tree.before(s));
        let after = std::iter::successors(tree.after(entry), |&s| tree.after(s));
        before
            .take(MAX_SIBLINGS)
            .chain(after.take(MAX_SIBLINGS))
            .filter_map(|s| {
                let (key, value) = match tree.role(s) {
                    Role::Pair => (self.key_name(s), self.bare(self.value(s)?)),
                    _ => (None, self.bare(s)),
                };
                let text =
                    (tree.role(value) == Role::Str).then(|| tree.slice(self.content(value)))?;
                let names = key.is_none_or(|k| {
                    matches!(
                        k.to_ascii_lowercase().as_str(),
                        "name"
                            | "title"
                            | "label"
                            | "service"
                            | "id"
                            | "displayname"
                            | "display_name"
                            | "image"
                            | "engine"
                            | "container"
                    )
                });
                Some((names, short(text).to_owned()))
            })
            .filter(|(_, text)| !text.contains("://"))
            .take(6)
            .collect()
    }
}

/// At most [`MAX_CLUE`] bytes of a text.
fn short(text: &str) -> &str {
    let mut end = text.len().min(MAX_CLUE);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or("")
}

/// A comment's words without its signs.
fn bare_comment(comment: &str) -> String {
    let lines = short(comment).lines().map(|line| {
        line.trim()
            .trim_start_matches(['/', '*', '#', '!', '-'])
            .trim_end_matches(['*', '/'])
            .trim()
    });
    lines
        .filter(|l| !l.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
