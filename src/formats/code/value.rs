//! The text that an expression comes to, as far as its literals tell, with the bytes that each piece came from.

use super::callees::is_default_key;
use super::language::{Field, Role};
use super::literal::{digits_of, is_format, slots, unescape};
use super::syntax::Code;
use super::tags;
use super::tree::Id;
use crate::source::{Span, Style, Text};
use std::ops::Range;

/// How deep expressions are followed.
const MAX_DEPTH: usize = 8;
/// Operands and arguments that are looked at.
const MAX_PARTS: usize = 64;
/// Operands of one sum that are looked at.
const MAX_OPERANDS: usize = 1_000;
/// Longest text that is put together, in bytes.
const MAX_TEXT: usize = 64 * 1024;

/// What an expression comes to.
#[derive(Clone, Debug, Default)]
pub(super) struct Value {
    /// The text; unknown pieces are written `${name}`.
    text: String,
    segments: Vec<(u32, u32, u32)>,
    /// Where a piece of the text is the default of variables: the piece, the variables.
    defaults: Vec<(Range<usize>, Vec<String>)>,
    /// Variables that give the value, outermost first.
    pub(super) envs: Vec<String>,
    /// Whether a literal gives at least a part of it.
    pub(super) literal: bool,
    /// Whether a part is unknown.
    pub(super) holes: bool,
}

impl Value {
    /// The text.
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// Where the text stands, if it stands in one piece.
    pub(super) fn span(&self) -> Option<Span> {
        match self.segments.as_slice() {
            &[(0, at, len)] if len as usize == self.text.len() => Some(Span {
                start: at,
                end: at + len,
            }),
            _ => None,
        }
    }

    /// The variables whose default the bytes at `span` are.
    pub(super) fn defaults_at(&self, span: Span) -> &[String] {
        self.defaults
            .iter()
            .find(|(range, _)| {
                self.segments.iter().any(|&(from, at, len)| {
                    range.contains(&(from as usize)) && at <= span.start && span.end <= at + len
                })
            })
            .map_or(&[], |(_, envs)| envs)
    }

    /// As a text for the scanner; `whole` are the bytes of the expression.
    pub(super) fn into_text(self, whole: Span, style: Style) -> Text {
        Text::mapped(self.text, whole, self.segments, style)
    }

    fn push_verbatim(&mut self, source: &str, range: Range<usize>) {
        let Some(text) = source.get(range.clone()).filter(|t| !t.is_empty()) else {
            return;
        };
        if self.text.len() + text.len() > MAX_TEXT {
            self.holes = true;
            return;
        }
        let span = Span::new(range.start, range.end);
        self.segments.push((
            Span::at(self.text.len()).start,
            span.start,
            span.end - span.start,
        ));
        self.text.push_str(text);
        self.literal = true;
    }

    fn push_unknown(&mut self, name: &str) {
        if self.text.len() + name.len() + 3 <= MAX_TEXT {
            self.text.push_str("${");
            self.text.push_str(name);
            self.text.push('}');
        }
        self.holes = true;
    }

    /// Puts a part of another value behind this one.
    fn push_part(&mut self, other: &Self, range: Range<usize>) {
        let Some(text) = other.text.get(range.clone()) else {
            return;
        };
        if self.text.len() + text.len() > MAX_TEXT {
            self.holes = true;
            return;
        }
        let base = self.text.len();
        for &(from, at, len) in &other.segments {
            let (from, end) = (from as usize, (from + len) as usize);
            let (cut, stop) = (from.max(range.start), end.min(range.end));
            if cut < stop {
                self.segments.push((
                    Span::at(base + cut - range.start).start,
                    at + Span::at(cut - from).start,
                    Span::at(stop - cut).start,
                ));
            }
        }
        for (piece, envs) in &other.defaults {
            if piece.start >= range.start && piece.end <= range.end {
                let moved = piece.start + base - range.start..piece.end + base - range.start;
                self.defaults.push((moved, envs.clone()));
            }
        }
        self.text.push_str(text);
        self.literal |= other.literal;
    }

    /// Puts another value behind this one, or its name where it is unknown.
    fn push_value(&mut self, other: &Self, name: &str) {
        if !other.literal {
            return self.push_unknown(other.envs.last().map_or(name, String::as_str));
        }
        let start = self.text.len();
        self.push_part(other, 0..other.text.len());
        self.holes |= other.holes;
        if !other.envs.is_empty() {
            self.defaults
                .push((start..self.text.len(), other.envs.clone()));
        }
    }
}

impl Code<'_> {
    /// The default that the tag of a Go struct's field gives.
    pub(super) fn tag_default(&self, pair: Id) -> Option<Value> {
        let tree = &self.tree;
        let tag = tree.parts(pair).find(|&p| tree.field(p) == Field::Tag)?;
        let text = self.decode(tag, MAX_DEPTH);
        let found = tags::read(text.as_str());
        let mut value = Value::default();
        value.push_part(&text, found.default?);
        value.envs.extend(found.env.map(str::to_owned));
        Some(value)
    }

    /// What an expression comes to.
    pub(super) fn evaluate(&self, id: Id) -> Value {
        self.refuel();
        self.eval(id, MAX_DEPTH)
    }

    pub(super) fn eval(&self, id: Id, depth: usize) -> Value {
        let Some(depth) = depth.checked_sub(1).filter(|_| self.step()) else {
            return Value::default();
        };
        let tree = &self.tree;
        match tree.role(id) {
            Role::Str => self.decode(id, depth),
            Role::Num => {
                let mut value = Value::default();
                let start = tree.span(id).range().start;
                let digits = digits_of(tree.text(id)).map_or(0, str::len);
                value.push_verbatim(tree.source(), start..start + digits);
                value
            }
            Role::Wrap
            | Role::Interp
            | Role::Unary
            | Role::Return
            | Role::Function
            | Role::Block => match tree.parts(id).take(MAX_PARTS).last() {
                Some(last) => self.eval(last, depth),
                None => Value::default(),
            },
            Role::Pair => match self.value(id) {
                Some(value) => self.eval(value, depth),
                None => Value::default(),
            },
            Role::List | Role::Args => self.eval_list(id, depth),
            Role::Ident | Role::Member | Role::Index => self.eval_name(id, depth),
            Role::Ternary => self.eval_ternary(id, depth),
            Role::Binary => self.eval_binary(id, depth),
            Role::Call => self.eval_call(id, depth),
            _ => Value::default(),
        }
    }

    fn eval_list(&self, id: Id, depth: usize) -> Value {
        let tree = &self.tree;
        let mut parts = tree.parts(id);
        let Some(first) = parts.next() else {
            return Value::default();
        };
        if parts.next().is_none() {
            return self.eval(first, depth);
        }
        // strings side by side are one string; a list in brackets is not
        let bare = !tree.text(id).starts_with(['[', '(', '{', '%']);
        let mut value = Value::default();
        if bare
            && tree
                .parts(id)
                .take(MAX_PARTS)
                .all(|p| tree.role(p) == Role::Str)
        {
            for part in tree.parts(id).take(MAX_PARTS) {
                value.push_value(&self.decode(part, depth), "");
            }
        }
        value
    }

    fn eval_name(&self, id: Id, depth: usize) -> Value {
        let values: Vec<Value> = self
            .resolve(id)
            .into_iter()
            .map(|v| self.eval(v, depth))
            .collect();
        let envs = values.iter().flat_map(|v| v.envs.iter().cloned());
        Value {
            envs: unique(self.env_at(id).into_iter().chain(envs)),
            ..only_literal(values)
        }
    }

    fn eval_ternary(&self, id: Id, depth: usize) -> Value {
        let parts: Vec<Value> = self
            .tree
            .parts(id)
            .take(3)
            .map(|p| self.eval(p, depth))
            .collect();
        let envs = unique(parts.iter().flat_map(|v| v.envs.iter().cloned()));
        Value {
            envs,
            ..only_literal(parts)
        }
    }

    fn eval_binary(&self, id: Id, depth: usize) -> Value {
        let tree = &self.tree;
        let Some((left, right)) = self.operands(id) else {
            return Value::default();
        };
        if self.is_fallback(id) {
            let (left, right) = (self.eval(left, depth), self.eval(right, depth));
            let envs = unique(left.envs.iter().chain(&right.envs).cloned());
            let literal = if right.literal { right } else { left };
            return Value { envs, ..literal };
        }
        if self.is_concat(id) {
            return self.eval_concat(id, depth);
        }
        match self.operator(id) {
            "&&" | "and" => self.eval(right, depth),
            "%" if tree.role(left) == Role::Str => {
                let template = self.eval(left, depth);
                let args: Vec<Id> = match tree.role(right) {
                    Role::List => tree.parts(right).take(MAX_PARTS).collect(),
                    _ => vec![right],
                };
                self.fill(&template, &args, id, depth)
            }
            _ => Value::default(),
        }
    }

    /// `a + b + c` leans to the left, as deep as it is long: its operands are found by walking down, not by recursion.
    fn eval_concat(&self, id: Id, depth: usize) -> Value {
        let tree = &self.tree;
        let mut operands = Vec::new();
        let mut left = id;
        while operands.len() < MAX_OPERANDS
            && tree.role(left) == Role::Binary
            && self.is_concat(left)
        {
            let Some((next, last)) = self.operands(left) else {
                break;
            };
            operands.push(last);
            left = next;
        }
        operands.push(left);
        let mut value = Value::default();
        for &operand in operands.iter().rev() {
            let piece = self.eval(operand, depth);
            value.push_value(&piece, self.name_of(operand).unwrap_or("_"));
        }
        value
    }

    fn eval_call(&self, id: Id, depth: usize) -> Value {
        let tree = &self.tree;
        let args: Vec<Id> = self.arguments(id).take(MAX_PARTS).collect();
        if is_format(self.callee(id)) {
            return self.eval_format(id, &args, depth);
        }
        let mut envs = self.envs_in(self.callee_nodes(id), depth);
        envs.extend(self.env_at(id));
        let described = self.setting_default(&args);
        let mut value = match (args.as_slice(), described) {
            _ if !envs.is_empty() => self.default_of(&args, self.env_at(id).is_some(), depth),
            (_, Some(default)) => self.eval(default, depth),
            // a conversion: `Number(x)`, `int(x)`, `Some(x)`; the receiver's own: `x.into()`, `x.parse()`
            ([only], _) => self.eval(*only, depth),
            ([first, radix], _) if tree.role(*radix) == Role::Num => self.eval(*first, depth),
            ([], _) => match tree.parts(id).next() {
                Some(callee) => self.eval_receiver(callee, depth),
                None => Value::default(),
            },
            _ => Value::default(),
        };
        envs.append(&mut value.envs);
        value.envs = unique(envs.into_iter());
        value
    }

    /// The default of a setting that is described by a call: `Field(description="…", default="localhost")`,
    /// `Field("localhost", description="…")`, `str({ default: "localhost" })`.
    fn setting_default(&self, args: &[Id]) -> Option<Id> {
        let tree = &self.tree;
        let is_default = |pair: Id| self.named_argument(pair).is_some_and(is_default_key);
        let described = args.iter().find_map(|&arg| {
            let object = self.bare(arg);
            if tree.role(object) == Role::Object {
                return tree.parts(object).take(MAX_PARTS).find(|&p| is_default(p));
            }
            is_default(arg).then_some(arg)
        });
        if let Some(pair) = described {
            return self.value(pair);
        }
        let (plain, named): (Vec<Id>, Vec<Id>) = args
            .iter()
            .partition(|&&a| self.named_argument(a).is_none());
        match plain.as_slice() {
            [only] if !named.is_empty() => Some(*only),
            _ => None,
        }
    }

    /// The default among a lookup's arguments; the first is the variable's name if `keyed`.
    fn default_of(&self, args: &[Id], keyed: bool, depth: usize) -> Value {
        args.iter()
            .skip(usize::from(keyed))
            .map(|&a| self.eval(a, depth))
            .find(|v| v.literal)
            .unwrap_or_default()
    }

    /// `x` of `x.trim`, `x` itself of a call without a receiver's name.
    fn eval_receiver(&self, callee: Id, depth: usize) -> Value {
        match self.tree.role(callee) {
            Role::Member | Role::Wrap => match self.tree.parts(callee).next() {
                Some(receiver) => self.eval(receiver, depth),
                None => Value::default(),
            },
            Role::Str | Role::Num | Role::Call | Role::Binary => self.eval(callee, depth),
            _ => Value::default(),
        }
    }

    /// `fmt.Sprintf("%s:%d", host, port)`, `"{}:{}".format(host, port)`, `format!("{host}:{}", port)`.
    fn eval_format(&self, id: Id, args: &[Id], depth: usize) -> Value {
        let tree = &self.tree;
        let own = self
            .callee_nodes(id)
            .take(4)
            .find(|&c| tree.role(c) == Role::Str);
        let (template, args) = match (
            own,
            args.iter()
                .position(|&a| tree.role(self.bare(a)) == Role::Str),
        ) {
            (Some(own), _) => (own, args),
            (None, Some(at)) => match args.split_at_checked(at + 1) {
                Some((head, rest)) => match head.last() {
                    Some(&template) => (template, rest),
                    None => return Value::default(),
                },
                None => return Value::default(),
            },
            (None, None) => return Value::default(),
        };
        self.fill(&self.eval(template, depth), args, id, depth)
    }

    /// An argument without the wrappers that some grammars put around it.
    pub(super) fn bare(&self, id: Id) -> Id {
        let mut bare = id;
        for _ in 0..4 {
            let next = match self.tree.role(bare) {
                Role::Wrap => self.operands(bare).map(|(_, last)| last),
                Role::Pair if self.key(bare).is_none() => self.value(bare),
                Role::List => self
                    .operands(bare)
                    .filter(|(a, b)| a == b)
                    .map(|(only, _)| only),
                _ => None,
            };
            match next {
                Some(next) => bare = next,
                None => break,
            }
        }
        bare
    }

    /// Puts values into the places of a template that stands at `at`.
    fn fill(&self, template: &Value, args: &[Id], at: Id, depth: usize) -> Value {
        let mut value = Value {
            holes: template.holes,
            ..Value::default()
        };
        let mut positional = args.iter().filter(|&&a| self.named_argument(a).is_none());
        let mut copied = 0;
        for slot in slots(&template.text) {
            value.push_part(template, copied..slot.range.start);
            copied = slot.range.end;
            let arg = match slot.name {
                Some(name) => args.iter().find(|&&a| self.named_argument(a) == Some(name)),
                None => positional.next(),
            };
            match arg {
                Some(&arg) => {
                    let piece = self.eval(arg, depth);
                    value.push_value(&piece, self.name_of(arg).unwrap_or("_"));
                }
                None => {
                    // `format!("{port}")`: the name is a variable's
                    let name = slot.name.unwrap_or("_");
                    let known = self.resolve_text(name, at).into_iter();
                    let known = only_literal(known.map(|v| self.eval(v, depth)).collect());
                    value.push_value(&known, name);
                }
            }
        }
        value.push_part(template, copied..template.text.len());
        value
    }

    fn named_argument(&self, arg: Id) -> Option<&str> {
        (self.tree.role(arg) == Role::Pair)
            .then(|| self.key_name(arg))
            .flatten()
    }

    /// A string literal: escapes decoded, expressions in it evaluated.
    fn decode(&self, string: Id, depth: usize) -> Value {
        let tree = &self.tree;
        let source = tree.source();
        let content = self.content(string);
        let mut value = Value::default();
        let mut copied = content.start;
        let mut nodes = tree.subtree(string);
        nodes.next();
        while let Some(node) = nodes.next() {
            let span = tree.span(node).range();
            if span.start < copied || span.end > content.end {
                continue;
            }
            match tree.role(node) {
                Role::Escape => {
                    value.push_verbatim(source, copied..span.start);
                    if let Some(c) = unescape(tree.text(node)) {
                        value.text.push(c);
                    }
                    copied = span.end;
                }
                Role::Interp | Role::Ident | Role::Member | Role::Index | Role::Call => {
                    value.push_verbatim(source, copied..span.start);
                    copied = span.end;
                    nodes = tree.subtree(node).end..tree.subtree(string).end;
                    // PHP's `{$x}`: the braces belong to the expression
                    if tree.role(node) != Role::Interp
                        && value.text.ends_with('{')
                        && source.as_bytes().get(copied) == Some(&b'}')
                    {
                        value.drop_last_byte();
                        copied += 1;
                    }
                    let piece = self.eval(self.inside(node), depth);
                    value.push_value(&piece, self.name_of(self.inside(node)).unwrap_or("_"));
                }
                _ => {}
            }
        }
        value.push_verbatim(source, copied..content.end);
        value.literal |= content.is_empty();
        value
    }

    /// The expression of an interpolation.
    fn inside(&self, node: Id) -> Id {
        match self.tree.role(node) {
            Role::Interp => self.tree.parts(node).next().unwrap_or(node),
            _ => node,
        }
    }
}

impl Value {
    /// Takes back the last byte of the text, an ASCII character.
    fn drop_last_byte(&mut self) {
        self.text.pop();
        if let Some((_, _, len)) = self.segments.last_mut() {
            *len = len.saturating_sub(1);
        }
        self.segments.retain(|s| s.2 > 0);
    }
}

/// The one literal among several values; nothing if they disagree (`inDocker ? 'qdrant' : 'localhost'`).
fn only_literal(values: Vec<Value>) -> Value {
    let mut literals = values.into_iter().filter(|v| v.literal);
    let Some(first) = literals.next() else {
        return Value::default();
    };
    match literals.all(|v| v.text == first.text) {
        true => first,
        false => Value::default(),
    }
}

/// Names without repetitions, in their order.
pub(super) fn unique(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for name in names {
        if !kept.contains(&name) {
            kept.push(name);
        }
    }
    kept
}
