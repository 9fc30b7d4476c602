//! What nodes say, whatever the language: the parts of pairs, calls and operators, and where names are bound.

use super::language::{Field, Role};
use super::tree::{Id, Tree};
use std::cell::{Cell, OnceCell};
use std::collections::HashMap;
use std::ops::Range;

/// Nodes above that are looked at, at most: real code is not nested deeper, hostile code is.
pub(super) const MAX_CLIMB: usize = 64;

/// Parts of one pair or operation that are looked at.
const MAX_PARTS: usize = 32;

/// Bindings of one name that are kept.
const MAX_BINDINGS: usize = 16;

/// Values of one name that are looked at: more of them agree on nothing.
const MAX_VALUES: usize = 4;

/// Steps of evaluation for a whole file: far more than real code needs, and a bound for code that is made to be slow.
const MAX_FUEL: u32 = 500_000;

/// The same for one literal.
const MAX_BUDGET: u32 = 2_000;

/// A parsed text with what is known about its names.
pub(super) struct Code<'a> {
    pub(super) tree: Tree<'a>,
    bindings: OnceCell<Bindings<'a>>,
    /// Steps of evaluation that this file may still cost.
    fuel: Cell<u32>,
    /// Steps that the literal at hand may still cost.
    budget: Cell<u32>,
}

/// The parts of a conditional expression.
pub(super) struct Condition {
    /// What is asked.
    pub(super) test: Id,
    /// The value where it holds.
    pub(super) then: Id,
    /// The value where it does not.
    pub(super) otherwise: Id,
}

/// A place that gives a name a value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Binding {
    /// The pair.
    pub(super) pair: Id,
    /// The value.
    pub(super) value: Id,
    /// The function around it, or the whole file.
    pub(super) scope: Id,
}

/// Where names get their values.
#[derive(Default)]
struct Bindings<'a> {
    /// All places that give a name a value.
    by_name: HashMap<&'a str, Vec<Binding>>,
    /// Names taken out of the environment, with the variables: `const { DB_PORT: port } = process.env`.
    from_env: HashMap<&'a str, &'a str>,
}

impl<'a> Code<'a> {
    pub(super) fn new(tree: Tree<'a>) -> Self {
        Self {
            tree,
            bindings: OnceCell::new(),
            fuel: Cell::new(MAX_FUEL),
            budget: Cell::new(0),
        }
    }

    /// Uses up a step; false when there are none left.
    pub(super) fn step(&self) -> bool {
        let left = self.budget.get();
        self.budget.set(left.saturating_sub(1));
        left > 0
    }

    /// Gives the next literal its share of steps.
    pub(super) fn refuel(&self) {
        let share = self.fuel.get().min(MAX_BUDGET);
        self.fuel.set(self.fuel.get() - share + self.budget.get());
        self.budget.set(share);
    }

    /// The first part of a pair: its name. `None` if it has a single part, which is its value.
    pub(super) fn key(&self, pair: Id) -> Option<Id> {
        let tree = &self.tree;
        let first = tree
            .parts(pair)
            .take(MAX_PARTS)
            .find(|&c| tree.field(c) == Field::Key)
            .or_else(|| {
                let named = |&c: &Id| !matches!(tree.role(c), Role::Annotation | Role::Other);
                tree.parts(pair).take(MAX_PARTS).find(named)
            })?;
        let alone = tree.field(first) != Field::Key && tree.after(first).is_none();
        (!alone).then_some(first)
    }

    /// The value of a pair.
    pub(super) fn value(&self, pair: Id) -> Option<Id> {
        let tree = &self.tree;
        let key = self.key(pair);
        tree.parts(pair)
            .take(MAX_PARTS)
            .find(|&c| tree.field(c) == Field::Value)
            .or_else(|| {
                let last = tree.parts(pair).take(MAX_PARTS).last()?;
                let plain = tree.field(last) != Field::Tag && tree.role(last) != Role::Annotation;
                plain.then_some(last)
            })
            .filter(|&v| Some(v) != key)
    }

    /// A pair's name as it is written in the end: `port` of `port`, `"port"`, `:port`, `$port`, `self.port`, `env["port"]`.
    pub(super) fn key_name(&self, pair: Id) -> Option<&'a str> {
        self.name_of(self.key(pair)?)
    }

    /// The last name of an expression that names something.
    pub(super) fn name_of(&self, id: Id) -> Option<&'a str> {
        let tree = &self.tree;
        let name = match tree.role(id) {
            Role::Ident => tree.text(id),
            Role::Str => tree.slice(self.content(id)),
            Role::Member | Role::Index | Role::Wrap | Role::Args | Role::List => {
                return self.name_of_last(id);
            }
            Role::Pair => return self.key_name_or_value(id),
            // `config.redis` is a call in Ruby
            _ if is_path(tree.text(id)) => last_name(tree.text(id)),
            _ => return None,
        };
        let name = name.trim_matches(|c: char| !c.is_alphanumeric() && c != '_');
        let usable = !name.is_empty() && name.len() <= 80 && !name.contains(['\n', '(', '"']);
        usable.then_some(name)
    }

    /// The names below end in leaves, so this takes the last leaf instead of descending step by step.
    fn name_of_last(&self, id: Id) -> Option<&'a str> {
        let tree = &self.tree;
        let mut leaf = id;
        for _ in 0..8 {
            match tree.parts(leaf).take(MAX_PARTS).last() {
                Some(last) if tree.role(leaf) != Role::Str => leaf = last,
                _ => break,
            }
        }
        matches!(tree.role(leaf), Role::Ident | Role::Str)
            .then(|| self.name_of(leaf))
            .flatten()
    }

    fn key_name_or_value(&self, pair: Id) -> Option<&'a str> {
        let part = self.key(pair).or_else(|| self.value(pair))?;
        match self.tree.role(part) {
            Role::Pair => None,
            _ => self.name_of(part),
        }
    }

    /// The text between the quotes of a string.
    pub(super) fn content(&self, string: Id) -> Range<usize> {
        let whole = self.tree.span(string).range();
        inner(self.tree.text(string), whole.start)
    }

    /// A node's first and last part.
    pub(super) fn operands(&self, binary: Id) -> Option<(Id, Id)> {
        let mut parts = self.tree.parts(binary).take(MAX_PARTS);
        let first = parts.next()?;
        Some((first, parts.last().unwrap_or(first)))
    }

    /// The parts of `test ? then : otherwise` or `then if test else otherwise`.
    pub(super) fn condition(&self, ternary: Id) -> Option<Condition> {
        let parts: Vec<Id> = self.tree.parts(ternary).take(MAX_PARTS).collect();
        let &[first, second, otherwise] = parts.as_slice() else {
            return None;
        };
        let between = self.tree.span(first).range().end..self.tree.span(second).range().start;
        let behind = self.tree.slice(between).trim() == "if";
        let (test, then) = if behind {
            (second, first)
        } else {
            (first, second)
        };
        Some(Condition {
            test,
            then,
            otherwise,
        })
    }

    /// The operator between a node's first and last part.
    pub(super) fn operator(&self, binary: Id) -> &'a str {
        let tree = &self.tree;
        let Some((first, last)) = self.operands(binary) else {
            return "";
        };
        let range = tree.span(first).range().end..tree.span(last).range().start;
        tree.slice(range).trim()
    }

    /// Whether an operator gives its right side where the left one has nothing.
    pub(super) fn is_fallback(&self, binary: Id) -> bool {
        matches!(self.operator(binary), "||" | "??" | "?:" | "or")
    }

    /// Whether an operator puts texts one behind the other.
    pub(super) fn is_concat(&self, binary: Id) -> bool {
        matches!(self.operator(binary), "+" | "." | ".." | "++" | "<>")
    }

    /// Whether an operator makes a pair: `"port" to 5432`, `"port" -> 5432`.
    pub(super) fn is_arrow(&self, binary: Id) -> bool {
        matches!(self.operator(binary), "to" | "->" | "=>")
    }

    /// The arguments' node of a call.
    pub(super) fn args(&self, call: Id) -> Option<Id> {
        self.tree
            .parts(call)
            .take(MAX_PARTS)
            .find(|&c| matches!(self.tree.role(c), Role::Args | Role::Tokens))
    }

    /// What is called, as written: `viper.SetDefault`, `new Redis`, `env::var("X").unwrap_or`.
    pub(super) fn callee_text(&self, call: Id) -> &'a str {
        let tree = &self.tree;
        let span = tree.span(call).range();
        let end = tree
            .parts(call)
            .take(MAX_PARTS)
            .find(|&c| matches!(tree.role(c), Role::Args | Role::Tokens | Role::Object))
            .map_or(span.end, |args| tree.span(args).range().start);
        tree.slice(span.start..end).trim_end()
    }

    /// The last name of what is called: `SetDefault`, `Redis`, `unwrap_or`.
    pub(super) fn callee(&self, call: Id) -> &'a str {
        last_name(self.callee_text(call))
    }

    /// The nodes of what is called, the name included.
    pub(super) fn callee_nodes(&self, call: Id) -> Range<Id> {
        call + 1..self.args(call).unwrap_or(self.tree.subtree(call).end)
    }

    /// The values that a name may have at a place: those of the innermost scope that gives it any.
    pub(super) fn resolve(&self, ident: Id) -> Vec<Id> {
        self.innermost(self.bound(ident))
    }

    fn innermost(&self, bound: impl Iterator<Item = Binding>) -> Vec<Id> {
        let bound: Vec<Binding> = bound.collect();
        let inner = bound.iter().map(|b| b.scope).max();
        let inner = bound.iter().filter(|b| Some(b.scope) == inner);
        inner.map(|b| b.value).take(MAX_VALUES).collect()
    }

    /// Where a name holds: the function or the class around it, or the whole file. A class's fields are not names of the code
    /// around it.
    pub(super) fn scope(&self, id: Id) -> Id {
        let holds = |&a: &Id| matches!(self.tree.role(a), Role::Function | Role::Class);
        let mut above = self.tree.ancestors(id).take(MAX_CLIMB);
        above.find(holds).unwrap_or(0)
    }

    /// All values that a name may have at a place, nearest scope last; not those which the place itself is a part of.
    pub(super) fn bound(&self, ident: Id) -> impl Iterator<Item = Binding> + '_ {
        self.bound_to(self.binding_name(ident), ident)
    }

    /// The same for a name that is only written in a text at that place.
    pub(super) fn resolve_text(&self, name: &str, at: Id) -> Vec<Id> {
        self.innermost(self.bound_to(Some(name), at))
    }

    fn bound_to(&self, name: Option<&str>, ident: Id) -> impl Iterator<Item = Binding> + '_ {
        let known = name.and_then(|n| self.bindings().by_name.get(n));
        known.into_iter().flatten().copied().filter(move |b| {
            self.tree.subtree(b.scope).contains(&ident)
                && !self.tree.subtree(b.pair).contains(&ident)
        })
    }

    /// The variable that a name was taken from, in a pattern over the environment.
    pub(super) fn env_of_name(&self, ident: Id) -> Option<String> {
        let env = self.bindings().from_env.get(self.tree.text(ident))?;
        Some((*env).to_owned())
    }

    fn bindings(&self) -> &Bindings<'a> {
        self.bindings.get_or_init(|| {
            let mut bindings = Bindings::default();
            for id in self.tree.ids() {
                if self.tree.role(id) == Role::Pair {
                    self.bind(id, &mut bindings);
                }
            }
            bindings
        })
    }

    fn bind(&self, pair: Id, bindings: &mut Bindings<'a>) {
        let tree = &self.tree;
        let (Some(key), Some(value)) = (self.key(pair), self.value(pair)) else {
            return;
        };
        if self.is_entry(pair) {
            return;
        }
        match (tree.role(key), tree.role(value)) {
            (Role::Object, _) if is_env_object(tree.text(value)) => {
                for part in tree.parts(key) {
                    let taken = match tree.role(part) {
                        Role::Pair => self.key_name(part),
                        _ => self.name_of(part),
                    };
                    let local = tree.subtree(part).filter(|&n| tree.role(n) == Role::Ident);
                    for name in local.take(2) {
                        let variable = taken.unwrap_or_else(|| tree.text(name));
                        bindings.from_env.insert(tree.text(name), variable);
                    }
                }
            }
            (Role::List, Role::List) => {
                let several = tree.parts(key).zip(tree.parts(value)).take(16);
                for (key, value) in several {
                    self.bind_name(key, pair, value, bindings);
                }
            }
            _ => self.bind_name(key, pair, value, bindings),
        }
    }

    /// Whether a pair is an entry of an object or an argument, not a variable's.
    pub(super) fn is_entry(&self, pair: Id) -> bool {
        let tree = &self.tree;
        let Some(parent) = tree.parent(pair) else {
            return false;
        };
        match tree.role(parent) {
            Role::Args | Role::Tokens => true,
            // a pattern on the left of an assignment binds its entries
            Role::Object => {
                let above = tree.parent(parent).filter(|&p| tree.role(p) == Role::Pair);
                above.and_then(|p| self.key(p)) != Some(parent)
            }
            _ => false,
        }
    }

    fn bind_name(&self, key: Id, pair: Id, value: Id, bindings: &mut Bindings<'a>) {
        if let Some(name) = self.binding_name(key) {
            let all = bindings.by_name.entry(name).or_default();
            if all.len() < MAX_BINDINGS {
                all.push(Binding {
                    pair,
                    value,
                    scope: self.scope(pair),
                });
            }
        }
    }

    /// The name by which a value is found again: the name itself, or that of a member of the object at hand.
    fn binding_name(&self, id: Id) -> Option<&'a str> {
        let tree = &self.tree;
        match tree.role(id) {
            Role::Ident => Some(tree.text(id).trim_start_matches(['$', '@'])),
            Role::Member => {
                let text = tree.text(id);
                [
                    "this.", "self.", "$this->", "this->", "self::", "Self::", "static::",
                ]
                .iter()
                .find_map(|p| text.strip_prefix(p))
                .map(|rest| rest.trim_start_matches('$'))
                .filter(|rest| rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'))
            }
            Role::List | Role::Wrap => {
                let (only, _) = self.operands(id).filter(|(a, b)| a == b)?;
                (tree.role(only) == Role::Ident).then(|| tree.text(only))
            }
            _ => None,
        }
    }
}

/// Whether an expression is the environment itself: `process.env`, `os.environ`, `ENV`, `$_ENV`, `import.meta.env`.
pub(super) fn is_env_object(text: &str) -> bool {
    let name = last_name(text.trim());
    matches!(
        name,
        "env" | "ENV" | "environ" | "_ENV" | "_SERVER" | "Env" | "environment"
    )
}

/// Whether a piece of code is names with dots between them.
fn is_path(text: &str) -> bool {
    text.len() <= 200
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"_.:$@->?!".contains(&b))
}

/// The last name in a piece of code: `var` of `std::env::var`, `get` of `map.get::<u16>`.
pub(super) fn last_name(text: &str) -> &str {
    let mut text = text.trim_end_matches(|c: char| c.is_whitespace() || "!?.:([{".contains(c));
    while text.ends_with('>') {
        match text.rfind('<') {
            Some(at) => text = text.get(..at).unwrap_or("").trim_end_matches([':', ' ']),
            None => break,
        }
    }
    let start = text
        .rfind(|c: char| !c.is_alphanumeric() && c != '_')
        .map_or(0, |i| {
            i + text
                .get(i..)
                .and_then(|t| t.chars().next())
                .map_or(1, char::len_utf8)
        });
    text.get(start..).unwrap_or("")
}

/// What stands between the quotes of a literal whose first byte is at `start`; the whole of it if there are none.
fn inner(text: &str, start: usize) -> Range<usize> {
    let whole = start..start + text.len();
    let bytes = text.as_bytes();
    if let Some(rest) = text.strip_prefix('%') {
        // Ruby's %q(…), %w[…]
        let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let open = 1 + letters + 1;
        return match open < text.len() {
            true => start + open..start + text.len() - 1,
            false => whole,
        };
    }
    let prefix = bytes
        .iter()
        .take_while(|b| b.is_ascii_alphabetic() || matches!(b, b'@' | b'$' | b'#'))
        .count();
    let Some(&quote) = bytes.get(prefix).filter(|b| b"\"'`".contains(b)) else {
        return whole;
    };
    if prefix > 4 {
        return whole;
    }
    let hashes = bytes.iter().take(prefix).filter(|&&b| b == b'#').count();
    let body = bytes.get(prefix..).unwrap_or_default();
    let tail = body
        .len()
        .checked_sub(hashes)
        .and_then(|end| body.split_at_checked(end))
        .filter(|(_, signs)| signs.iter().all(|&b| b == b'#'))
        .map_or(body, |(tail, _)| tail);
    let run = |bytes: &mut dyn Iterator<Item = &u8>| bytes.take_while(|&&b| b == quote).count();
    let opening = run(&mut body.iter());
    let closing = run(&mut tail.iter().rev());
    let open = match opening {
        0..=2 => 1,
        n if n >= 6 && tail.len() == n => 3,
        n => n.min(closing.max(3)),
    };
    let close = closing.min(open);
    let from = start + prefix + open.min(body.len());
    let to = start + prefix + tail.len() - close;
    from..to.max(from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_of_all_languages_are_taken_off() {
        for (literal, content) in [
            ("'5432'", "5432"),
            ("\"\"", ""),
            ("''", ""),
            ("\"\"\"doc\"\"\"", "doc"),
            ("\"\"\"\"\"\"", ""),
            ("rb'x'", "x"),
            ("f\"{a}\"", "{a}"),
            ("r#\"a\"b\"#", "a\"b"),
            ("$@\"x\"", "x"),
            ("`x`", "x"),
            ("%w[a b]", "a b"),
            ("%q(it's)", "it's"),
            ("plain", "plain"),
            ("\"open", "open"),
            ("\"", ""),
            ("'", ""),
            ("%", "%"),
            ("", ""),
            ("\"\"\"\"a\"\"\"\"", "a"),
            ("\"é\"", "é"),
        ] {
            let range = inner(literal, 0);
            assert_eq!(literal.get(range), Some(content), "{literal}");
        }
    }

    #[test]
    fn the_last_name_of_a_callee() {
        for (text, name) in [
            ("std::env::var", "var"),
            ("new Redis", "Redis"),
            ("c.GetValue<int>", "GetValue"),
            ("s.parse::<u16>", "parse"),
            ("format!", "format"),
            ("env::var(\"X\").unwrap_or", "unwrap_or"),
            ("process.env", "env"),
            ("$_ENV", "_ENV"),
            ("", ""),
            ("a?.b?.", "b"),
            ("é.ü", "ü"),
        ] {
            assert_eq!(last_name(text), name, "{text}");
        }
    }
}
