//! Lookups of environment variables, as the languages and their libraries write them.

use super::language::Role;
use super::syntax::{Code, is_env_object};
use super::tree::Id;
use super::value::unique;
use std::ops::Range;

/// Nodes of an expression that are searched for lookups.
const MAX_NODES: usize = 400;
/// Names that are followed to their values in one expression.
const MAX_NAMES: usize = 8;

impl Code<'_> {
    /// The variable that the node itself looks up.
    pub(super) fn env_at(&self, id: Id) -> Option<String> {
        let tree = &self.tree;
        match tree.role(id) {
            Role::Ident => self.env_of_name(id),
            Role::Member => {
                let (object, name) = self.operands(id)?;
                let (object, name) = (tree.text(object).trim(), tree.text(name));
                let whole = matches!(object, "process.env" | "import.meta.env" | "Bun.env");
                (is_env_object(object) && is_variable(name) && (whole || is_loud(name)))
                    .then(|| name.to_owned())
            }
            Role::Index => {
                let object = tree.text(tree.parts(id).next()?);
                let key = self.name_of(id)?;
                (is_variable(key) && (is_env_object(object) || is_loud(key)))
                    .then(|| key.to_owned())
            }
            Role::Call => self.env_of_call(id),
            _ => None,
        }
    }

    fn env_of_call(&self, call: Id) -> Option<String> {
        let tree = &self.tree;
        let first = self.arguments(call).next()?;
        let first = self.bare(first);
        if tree.role(first) != Role::Str {
            return None;
        }
        let key = tree.slice(self.content(first));
        if !is_variable(key) || !key.contains(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        let callee = self.callee_text(call);
        let (from, last) = (callee.len().saturating_sub(48), self.callee(call));
        let near = callee.as_bytes().get(from..).unwrap_or_default();
        let reads_env = near.windows(3).any(|w| w.eq_ignore_ascii_case(b"env"));
        let found = !is_setter(last) && (reads_env || is_loud(key));
        found.then(|| key.to_owned())
    }

    /// The arguments of a call, punctuation and comments left out.
    pub(super) fn arguments(&self, call: Id) -> impl Iterator<Item = Id> + '_ {
        self.args(call)
            .into_iter()
            .flat_map(|args| self.tree.parts(args))
            .filter(|&a| self.tree.role(a) != Role::Punct)
    }

    /// The variables that some nodes look up, or those behind the names among them.
    pub(super) fn envs_in(&self, nodes: Range<Id>, depth: usize) -> Vec<String> {
        let mut found = Vec::new();
        let mut names = Vec::new();
        let mut at = nodes.start;
        let end = nodes.end.min(nodes.start + MAX_NODES);
        while at < end {
            if self.tree.role(at) == Role::Ident && names.len() < MAX_NAMES {
                names.push(at);
            }
            match self.env_at(at) {
                // a nested default belongs to its own variable as well: `getEnv("A", getEnv("B", "5432"))`
                Some(env) => {
                    found.push(env);
                    at = match self.tree.role(at) {
                        Role::Call => at + 1,
                        _ => self.tree.subtree(at).end.max(at + 1),
                    };
                }
                None => at += 1,
            }
        }
        if found.is_empty() {
            found.extend(names.iter().flat_map(|&n| self.envs_behind(n, depth)));
        }
        unique(found.into_iter())
    }

    fn envs_behind(&self, name: Id, depth: usize) -> Vec<String> {
        let values = self.resolve(name).into_iter();
        values.flat_map(|v| self.eval(v, depth).envs).collect()
    }
}

/// Whether a text can be a variable's name.
pub(super) fn is_variable(text: &str) -> bool {
    text.len() <= 80
        && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// Whether a name is written as variables of the environment are: `DB_PORT`, `PORT`.
pub(super) fn is_loud(text: &str) -> bool {
    text.len() >= 3
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        && text
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

/// Whether a call gives a variable its value instead of asking for it.
fn is_setter(callee: &str) -> bool {
    let lower = callee.to_ascii_lowercase();
    let sets = [
        "set", "put", "define", "with", "unset", "stub", "mock", "delete", "log", "print",
    ];
    lower != "setdefault" && sets.iter().any(|s| lower.starts_with(s))
}
