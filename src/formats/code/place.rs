//! Where a literal stands: the names that lead to it, the variables whose default it is, the call that takes it.
//!
//! One walk from the literal to the root tells all of it, by the roles of the nodes on the way.

use super::callees::{is_default_key, is_env_key};
use super::hosts::Beside;
use super::language::{Field, Role};
use super::syntax::{Code, MAX_CLIMB, is_env_object};
use super::tree::Id;
use super::value::unique;
use crate::facts::{Hint, ReadBy};
use crate::formats::scan::names;
use std::ops::Range;

/// How deep names are followed to the variables behind them.
pub(super) const DEPTH: usize = 5;
/// Siblings that are looked at.
pub(super) const MAX_SIBLINGS: usize = 24;

/// What surrounds a literal.
#[derive(Debug, Default)]
pub(super) struct Surroundings {
    /// Keys of nested objects, innermost first.
    pub(super) keys: Vec<String>,
    /// Variables, callees and classes around them, innermost first.
    pub(super) outer: Vec<String>,
    /// Functions around it, innermost first.
    pub(super) functions: Vec<String>,
    /// Variables whose default it is, outermost first.
    pub(super) envs: Vec<String>,
    /// The host that stands beside it in a list of arguments or a tuple.
    pub(super) host: Option<Beside>,
    /// The node that names it: siblings and comments are looked for from here.
    pub(super) entry: Option<Id>,
    /// Who reads the value, where the call tells.
    pub(super) read_by: Option<ReadBy>,
    /// The side, where the call tells.
    pub(super) hint: Option<Hint>,
    /// Whether a number alone is a setting here, not an operand.
    pub(super) plain: bool,
    /// Whether the call runs it as a command.
    pub(super) command: bool,
    /// The condition on which it is the value: `inDocker ? 5432 : 5433`.
    pub(super) choice: Option<Choice>,
    /// Whether it counts only where nothing else is given, by the words around it.
    pub(super) defaulted: bool,
    /// The port that it stands in for: `url.port or 5432`.
    pub(super) instead_of: Option<String>,
    /// What it names when it is itself a key: `5432: "PostgreSQL"`.
    pub(super) names: Option<String>,
}

/// A condition on which a literal is the value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Choice {
    /// The condition.
    pub(super) condition: Id,
    /// Whether it must hold.
    pub(super) holds: bool,
}

/// The state of the walk.
pub(super) struct Walk {
    /// The value at hand is still the literal's own.
    pub(super) direct: bool,
    /// The entry that was named lies in an object, whose own name counts.
    pub(super) nested: bool,
    /// The node before.
    pub(super) child: Id,
    /// The node before that.
    pub(super) grandchild: Id,
    /// The value is what the function at hand returns.
    pub(super) returned: bool,
    /// Which element of a list it is.
    pub(super) index: usize,
}

impl Code<'_> {
    /// What surrounds a literal.
    pub(super) fn surroundings(&self, literal: Id) -> Surroundings {
        self.refuel();
        let mut found = Surroundings {
            plain: true,
            ..Surroundings::default()
        };
        let mut walk = Walk {
            direct: true,
            nested: false,
            child: literal,
            grandchild: literal,
            returned: false,
            index: 0,
        };
        for node in self.tree.ancestors(literal).take(MAX_CLIMB) {
            self.pass(node, &mut walk, &mut found);
            walk.grandchild = walk.child;
            walk.child = node;
        }
        found.envs = unique(found.envs.drain(..));
        found
    }

    fn pass(&self, node: Id, walk: &mut Walk, found: &mut Surroundings) {
        match self.tree.role(node) {
            Role::Pair => self.pass_pair(node, walk, found),
            Role::Binary => self.pass_binary(node, walk, found),
            Role::Ternary if walk.direct => {
                found.choice = found.choice.or(self.choice(node, walk.child));
                let others = self.tree.parts(node).take(3).filter(|&p| p != walk.child);
                let envs = others.flat_map(|p| self.envs_in(self.tree.subtree(p), DEPTH));
                prepend(&mut found.envs, envs.collect());
            }
            Role::Unary => {
                let sign = self.tree.text(node).chars().next();
                found.plain &= !matches!(sign, Some('-' | '!' | '~'));
            }
            Role::List | Role::Object => self.pass_list(node, walk, found),
            Role::Call => self.pass_call(node, walk, found),
            Role::Tokens => self.pass_tokens(node, walk, found),
            Role::Return => walk.returned = walk.direct,
            Role::Block => self.pass_block(node, walk),
            Role::Function => self.pass_function(node, walk, found),
            Role::Class => self.pass_class(node, walk, found),
            Role::Annotation => self.pass_annotation(node, walk, found),
            Role::Params => self.pass_params(walk, found),
            Role::Interp | Role::Stop | Role::Str => {
                found.plain &= !walk.direct;
                walk.direct = false;
                walk.nested = false;
            }
            Role::Index if self.tree.parts(node).next() != Some(walk.child) => {
                found.plain &= !walk.direct;
                walk.direct = false;
            }
            _ => {}
        }
    }

    /// The condition on which a part of a ternary is its value.
    fn choice(&self, ternary: Id, part: Id) -> Option<Choice> {
        let condition = self.condition(ternary)?;
        Some(Choice {
            condition: condition.test,
            holds: part == condition.then,
        })
    }

    fn pass_pair(&self, pair: Id, walk: &mut Walk, found: &mut Surroundings) {
        let tree = &self.tree;
        let Some(key) = self.key(pair) else {
            return;
        };
        if walk.child == key {
            return self.pass_key(pair, key, walk, found);
        }
        if tree.field(walk.child) == Field::Tag {
            found.entry = Some(pair);
        }
        let several = (tree.role(key) == Role::List)
            .then(|| tree.parts(key).nth(walk.index))
            .flatten();
        let Some(name) = self.name_of(several.unwrap_or(key)) else {
            walk.direct = false;
            return;
        };
        if walk.direct {
            walk.direct = is_default_key(name);
            if walk.direct {
                found.defaulted = true;
                let group = tree.parent(pair).unwrap_or(pair);
                prepend(&mut found.envs, self.sibling_envs(group, pair));
            } else {
                let named = (name == "value").then(|| self.sibling_name(pair)).flatten();
                let name = named.unwrap_or(name);
                self.pass_reader(name, found);
                found.keys.push(name.to_owned());
                found.entry = found.entry.or(Some(pair));
                walk.nested = true;
                if !self.is_entry(pair) && !self.is_parameter(pair) {
                    self.rebound(several.unwrap_or(key), found);
                }
                self.schema_variable(name, found);
            }
        } else if walk.nested && tree.role(walk.child) == Role::Pair {
            // `{ DB_PORT: port = 5432 }`
            found.keys = vec![name.to_owned()];
        } else if walk.nested && tree.role(walk.child) != Role::Annotation {
            found.keys.push(name.to_owned());
        } else {
            found.outer.push(name.to_owned());
        }
    }

    /// `DB_PORT` of `{ name: "DB_PORT", value: "5432" }`.
    fn sibling_name(&self, pair: Id) -> Option<&str> {
        let tree = &self.tree;
        let group = tree.parent(pair)?;
        let named = tree
            .parts(group)
            .take(MAX_SIBLINGS)
            .filter(|&p| tree.role(p) == Role::Pair && p != pair)
            .find(|&p| matches!(self.key_name(p), Some("name" | "key" | "Name" | "Key")))?;
        let value = self.bare(self.value(named)?);
        (tree.role(value) == Role::Str).then(|| tree.slice(self.content(value)))
    }

    /// The literal stands on the left: a number that is a key, or a default in a destructuring pattern.
    fn pass_key(&self, pair: Id, key: Id, walk: &mut Walk, found: &mut Surroundings) {
        let value = self.value(pair);
        let text = value.map_or("", |v| self.tree.text(v));
        if self.tree.role(key) == Role::Object {
            if is_env_object(text) {
                let own = found.keys.last().cloned();
                prepend(&mut found.envs, own.into_iter().collect());
            } else if let Some(name) = value.and_then(|v| self.name_of(v)) {
                found.outer.push(name.to_owned());
            }
        } else if walk.direct {
            found.names = value.map(|v| self.evaluate(v).as_str().to_owned());
            found.entry = Some(pair);
            walk.nested = true;
            return;
        }
        walk.direct = false;
        walk.nested = false;
    }

    /// A name that was first looked up and is now given a default: `port := os.Getenv("A"); if port == "" { port = "5432" }`.
    fn rebound(&self, key: Id, found: &mut Surroundings) {
        if found.envs.is_empty() {
            let scope = self.scope(key);
            let envs = self
                .bound(key)
                .filter(|b| b.pair < key && b.scope == scope)
                .flat_map(|b| self.eval(b.value, DEPTH).envs);
            found.envs = unique(envs);
        }
    }

    fn is_parameter(&self, pair: Id) -> bool {
        let parent = self.tree.parent(pair);
        parent.is_some_and(|p| self.tree.role(p) == Role::Params)
    }

    /// A loud key of a schema whose value is a call (`z.number().default(5432)`, `port({ default: 5432 })`) is a variable.
    fn schema_variable(&self, name: &str, found: &mut Surroundings) {
        if found.defaulted && super::env::is_loud(name) && found.envs.is_empty() {
            found.envs.push(name.to_owned());
        }
    }

    fn pass_binary(&self, binary: Id, walk: &mut Walk, found: &mut Surroundings) {
        let Some((first, last)) = self.operands(binary) else {
            return;
        };
        if self.is_fallback(binary) {
            if walk.direct && last == walk.child {
                walk.direct = !self.pass_fallback(first, found);
            }
        } else if self.is_arrow(binary) {
            self.pass_arrow(first, last, walk, found);
        } else {
            found.plain &= !walk.direct;
            walk.direct &= self.is_concat(binary) || matches!(self.operator(binary), "&&" | "and");
        }
    }

    /// Takes the variables on the left of a fallback, and says whether it took a key that names the value.
    fn pass_fallback(&self, left: Id, found: &mut Surroundings) -> bool {
        let envs = self.eval(left, DEPTH).envs;
        // `url.port or 5432`: what a driver does for everybody
        let of_member = self.tree.role(left) == Role::Member;
        if let Some(name) = self.name_of(left).filter(|n| names::is_port(n)) {
            found.instead_of = Some(name.to_owned());
            if envs.is_empty() && of_member {
                found.read_by = Some(ReadBy::Unknown);
            }
        }
        // `Configuration["Db:Port"] ?? "5432"`
        let key = self
            .looked_up_port(self.tree.subtree(left))
            .filter(|_| envs.is_empty() && found.keys.is_empty());
        prepend(&mut found.envs, envs);
        let named = key.is_some();
        found.keys.extend(key);
        named
    }

    /// The key of a port that an expression looks up somewhere.
    pub(super) fn looked_up_port(&self, lookup: Range<Id>) -> Option<String> {
        let strings: Vec<Id> = lookup
            .take(MAX_SIBLINGS)
            .filter(|&n| self.tree.role(n) == Role::Str)
            .collect();
        self.port_key(&strings, usize::MAX)
    }

    fn pass_arrow(&self, first: Id, last: Id, walk: &mut Walk, found: &mut Surroundings) {
        if first == walk.child {
            found.names = Some(self.evaluate(last).as_str().to_owned());
        } else if let Some(name) = self.name_of(first) {
            found.keys.push(name.to_owned());
        }
        found.entry = self.tree.parent(last);
        walk.direct = false;
        walk.nested = true;
    }

    fn pass_list(&self, list: Id, walk: &mut Walk, found: &mut Surroundings) {
        let tree = &self.tree;
        if !walk.direct {
            return;
        }
        walk.index = tree
            .parts(list)
            .take(MAX_SIBLINGS)
            .position(|p| p == walk.child)
            .unwrap_or(usize::MAX);
        if tree.text(list).starts_with(['(', '[', '{']) {
            let dialled = self.dialled(list);
            found.host = found
                .host
                .take()
                .or(self.positional_host(walk.child, dialled));
            found.entry = found.entry.or(Some(walk.child));
        }
    }

    fn pass_block(&self, block: Id, walk: &mut Walk) {
        let last = self.tree.after(walk.child).is_none();
        let parent = self.tree.parent(block).map(|p| self.tree.role(p));
        let body = matches!(
            parent,
            Some(Role::Function | Role::Block | Role::Call | Role::Wrap)
        );
        if !(walk.direct && (walk.returned || (last && body))) {
            walk.direct = false;
            walk.nested = false;
        }
    }

    fn pass_function(&self, function: Id, walk: &mut Walk, found: &mut Surroundings) {
        let name = self
            .tree
            .parts(function)
            .find(|&c| self.tree.field(c) == Field::Key)
            .and_then(|c| self.name_of(c));
        if let Some(name) = name {
            if walk.direct && self.tree.role(walk.child) != Role::Params {
                found.keys.push(name.to_owned());
                found.entry = found.entry.or(Some(function));
            } else {
                found.functions.push(name.to_owned());
            }
            walk.direct = false;
        }
        walk.returned = false;
        walk.nested = false;
    }

    fn pass_class(&self, class: Id, walk: &mut Walk, found: &mut Surroundings) {
        let tree = &self.tree;
        walk.direct = false;
        walk.nested = false;
        let name = tree
            .parts(class)
            .find(|&c| tree.field(c) == Field::Key || tree.role(c) == Role::Ident)
            .and_then(|c| self.name_of(c));
        if let Some(name) = name {
            found.outer.push(name.to_owned());
        }
        if let ([key], true) = (found.keys.as_slice(), found.envs.is_empty())
            && self.reads_settings(class)
        {
            let prefix = self.settings_prefix(class).unwrap_or_default();
            let variable = format!("{prefix}{key}").to_uppercase();
            found.envs.push(variable);
        }
    }

    /// Whether a class takes its fields from the environment (`class Settings(BaseSettings)`).
    fn reads_settings(&self, class: Id) -> bool {
        let head = self
            .tree
            .parts(class)
            .take_while(|&c| self.tree.role(c) != Role::Block);
        head.into_iter()
            .any(|c| self.tree.role(c) == Role::Args && self.tree.text(c).contains("BaseSettings"))
    }

    /// `env_prefix = "DB_"` of such a class.
    fn settings_prefix(&self, class: Id) -> Option<String> {
        let tree = &self.tree;
        let pair = tree
            .subtree(class)
            .take(4 * MAX_SIBLINGS)
            .find(|&n| tree.role(n) == Role::Pair && self.key_name(n) == Some("env_prefix"))?;
        Some(self.evaluate(self.value(pair)?).as_str().to_owned())
    }

    fn pass_params(&self, walk: &mut Walk, found: &mut Surroundings) {
        if walk.direct {
            // Kotlin keeps a parameter's default beside the parameter
            let before = self.tree.before(walk.child);
            if let Some(name) = before.and_then(|b| self.name_of(self.key(b).unwrap_or(b))) {
                found.keys.push(name.to_owned());
                found.entry = found.entry.or(before);
            }
            walk.direct = false;
        }
        // a function's own default: who calls it decides, unless a host stands beside it
        found.read_by = found.read_by.or(Some(ReadBy::Unknown));
        walk.nested = false;
    }

    /// The declaration that an annotation belongs to names the value in it.
    fn pass_annotation(&self, annotation: Id, walk: &mut Walk, found: &mut Surroundings) {
        if found.keys.is_empty()
            && let Some(pair) = self.annotated(annotation)
            && let Some(name) = self
                .key(pair)
                .or_else(|| self.value(pair))
                .and_then(|n| self.name_of(n))
        {
            found.keys.push(name.to_owned());
            found.entry = Some(pair);
        }
        walk.direct = false;
        walk.nested = false;
    }

    fn annotated(&self, annotation: Id) -> Option<Id> {
        let tree = &self.tree;
        let mut at = annotation;
        for _ in 0..3 {
            let mut next = tree.after(at);
            while let Some(sibling) = next {
                match tree.role(sibling) {
                    Role::Annotation | Role::Comment => next = tree.after(sibling),
                    Role::Pair => return Some(sibling),
                    Role::Function | Role::Class => return None,
                    _ => {
                        let mut below = tree.subtree(sibling).take(6);
                        match below.find(|&n| tree.role(n) == Role::Pair) {
                            Some(pair) => return Some(pair),
                            None => next = tree.after(sibling),
                        }
                    }
                }
            }
            at = tree.parent(at)?;
            if tree.role(at) == Role::Pair {
                return Some(at);
            }
        }
        None
    }

    /// Loose tokens of a macro: `host = "x", port = 5432`, `"port": 5432`.
    fn pass_tokens(&self, _tokens: Id, walk: &mut Walk, found: &mut Surroundings) {
        let tree = &self.tree;
        if !walk.direct && !walk.nested {
            return;
        }
        let sign = tree.before(walk.child).map(|b| (b, tree.text(b)));
        let key = match sign {
            Some((sign, "=" | ":" | "=>")) => tree.before(sign).and_then(|k| self.name_of(k)),
            _ => None,
        };
        match key {
            Some(key) if walk.direct && is_default_key(key) => {
                prepend(&mut found.envs, self.token_envs(walk.child));
            }
            Some(key) => {
                found.keys.push(key.to_owned());
                found.entry = found.entry.or(Some(walk.child));
                walk.direct = false;
                walk.nested = true;
            }
            None => {}
        }
    }

    /// `env = "X"` among the tokens before and behind one.
    fn token_envs(&self, token: Id) -> Vec<String> {
        let tree = &self.tree;
        let Some(tokens) = tree.parent(token) else {
            return Vec::new();
        };
        let strings = tree
            .children(tokens)
            .take(2 * MAX_SIBLINGS)
            .filter(|&t| tree.role(t) == Role::Str);
        strings
            .filter(|&s| {
                let sign = tree.before(s);
                let key = sign.and_then(|s| tree.before(s));
                key.is_some_and(|k| is_env_key(tree.text(k)))
            })
            .map(|s| tree.slice(self.content(s)).to_owned())
            .collect()
    }
}

/// Puts variables before those found so far: they lie further out.
pub(super) fn prepend(envs: &mut Vec<String>, mut outer: Vec<String>) {
    outer.append(envs);
    *envs = outer;
}
