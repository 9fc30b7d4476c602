//! A policy file as a tree of values with their bytes, and the helpers that turn it into typed settings.
//!
//! Reading in two steps (tree, then settings) is what lets one run name every mistake of a file.

use super::error::{Problem, Problems, nearest, suggest};
use crate::source::{Span, Spanned};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fmt;

/// A value and its bytes; a list's or mapping's span is empty, at its start.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) value: Value,
    pub(super) span: Span,
}

/// What stands there.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Null,
    /// A scalar's text, whatever type YAML sees in it; the key decides what it must be.
    Scalar(String),
    List(Vec<Node>),
    Map(Vec<(Spanned<String>, Node)>),
}

impl Node {
    /// Parses a document; an empty one is `Null`.
    pub(super) fn parse(text: &str) -> Result<Self, Box<Problem>> {
        let options = serde_saphyr::options! {
            // named by ourselves, with both places
            duplicate_keys: serde_saphyr::options::DuplicateKeyPolicy::PassThrough,
            // nobody repeats this much, and aliases of aliases grow without end
            alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: 10_000 },
        };
        serde_saphyr::from_str_with_options::<Option<Self>>(text, options)
            .map(|node| {
                node.unwrap_or(Self {
                    value: Value::Null,
                    span: Span::at(0),
                })
            })
            .map_err(|error| {
                let span = error.location().map_or(Span::at(0), |l| place_of(&l, text));
                Box::new(Problem::new("policy::syntax", plain_message(&error), span))
            })
    }

    /// A tree without places.
    pub(super) fn from_json(json: Json) -> Self {
        let value = match json {
            Json::Null => Value::Null,
            Json::Bool(value) => Value::Scalar(value.to_string()),
            Json::Number(value) => Value::Scalar(value.to_string()),
            Json::String(value) => Value::Scalar(value),
            Json::Array(items) => Value::List(items.into_iter().map(Self::from_json).collect()),
            Json::Object(entries) => Value::Map(
                entries
                    .into_iter()
                    .map(|(key, value)| {
                        (Spanned::new(key, Span::default()), Self::from_json(value))
                    })
                    .collect(),
            ),
        };
        Self {
            value,
            span: Span::default(),
        }
    }

    fn what(&self) -> &'static str {
        match self.value {
            Value::Null => "nothing",
            Value::Scalar(_) => "a single value",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }
}

/// The error's own words, without the place and the excerpt that the report shows anyway.
fn plain_message(error: &serde_saphyr::Error) -> String {
    let text = error.without_snippet().to_string();
    let first = text.lines().next().unwrap_or("not valid YAML");
    let message = first
        .rsplit_once(" at line ")
        .map_or(first, |(words, _)| words);
    message
        .strip_prefix("error: ")
        .unwrap_or(message)
        .to_owned()
}

/// The bytes of a place in an error, which may know its line and column only.
fn place_of(location: &serde_saphyr::Location, text: &str) -> Span {
    if location.span().byte_offset().is_some() {
        return span_of(location);
    }
    let number = |n: u64| usize::try_from(n).unwrap_or(usize::MAX).saturating_sub(1);
    let mut lines = text.split_inclusive('\n');
    let before: usize = lines
        .clone()
        .take(number(location.line()))
        .map(str::len)
        .sum();
    let line = lines.nth(number(location.line())).unwrap_or("");
    let column = line.char_indices().nth(number(location.column()));
    let within = column.map_or(line.trim_end().len(), |(at, _)| at);
    let width = column.map_or(0, |(_, c)| if c.is_control() { 0 } else { c.len_utf8() });
    Span::new(before + within, before + within + width)
}

fn span_of(location: &serde_saphyr::Location) -> Span {
    let span = location.span();
    let number = |n: Option<u64>| n.and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
    let start = number(span.byte_offset());
    Span::new(start, start.saturating_add(number(span.byte_len())))
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = serde_saphyr::Spanned::<Value>::deserialize(deserializer)?;
        Ok(Self {
            value: spanned.value,
            span: span_of(&spanned.referenced),
        })
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ValueVisitor;
        impl<'de> Visitor<'de> for ValueVisitor {
            type Value = Value;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value, a list or a mapping")
            }
            fn visit_unit<E: Error>(self) -> Result<Value, E> {
                Ok(Value::Null)
            }
            fn visit_none<E: Error>(self) -> Result<Value, E> {
                Ok(Value::Null)
            }
            fn visit_bool<E: Error>(self, v: bool) -> Result<Value, E> {
                Ok(Value::Scalar(v.to_string()))
            }
            fn visit_u64<E: Error>(self, v: u64) -> Result<Value, E> {
                Ok(Value::Scalar(v.to_string()))
            }
            fn visit_i64<E: Error>(self, v: i64) -> Result<Value, E> {
                Ok(Value::Scalar(v.to_string()))
            }
            fn visit_f64<E: Error>(self, v: f64) -> Result<Value, E> {
                Ok(Value::Scalar(v.to_string()))
            }
            fn visit_str<E: Error>(self, v: &str) -> Result<Value, E> {
                Ok(Value::Scalar(v.to_owned()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element()? {
                    items.push(item);
                }
                Ok(Value::List(items))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(key) = map.next_key::<serde_saphyr::Spanned<String>>()? {
                    let key = Spanned::new(key.value, span_of(&key.referenced));
                    entries.push((key, map.next_value()?));
                }
                Ok(Value::Map(entries))
            }
        }
        deserializer.deserialize_any(ValueVisitor)
    }
}

/// The keys of a mapping, taken one by one; what is left at the end is unknown.
pub(super) struct Fields<'a> {
    entries: Vec<(&'a Spanned<String>, &'a Node)>,
    span: Span,
    what: &'static str,
}

impl<'a> Fields<'a> {
    /// The mapping's entries; `keys` are the known ones, `what` names the mapping in messages. Anything else than a
    /// mapping is a problem.
    pub(super) fn of(
        node: &'a Node,
        what: &'static str,
        keys: &[&str],
        problems: &mut Problems,
    ) -> Option<Self> {
        let entries = match &node.value {
            Value::Map(entries) => entries.as_slice(),
            Value::Null => &[],
            _ => {
                problems.add(
                    Problem::new(
                        "policy::type",
                        format!("{what} must be a mapping, not {}", node.what()),
                        node.span,
                    )
                    .help(format!("its keys are {}", list_of(keys))),
                );
                return None;
            }
        };
        let mut known = Vec::new();
        let mut seen: BTreeMap<&str, &Spanned<String>> = BTreeMap::new();
        for (key, value) in entries {
            if let Some(first) = seen.insert(&key.value, key) {
                problems.add(twice(key, first, what));
            } else if keys.contains(&key.value.as_str()) {
                known.push((key, value));
            } else {
                problems.add(
                    Problem::new(
                        "policy::unknown-key",
                        format!("unknown key `{}` in {what}", key.value),
                        key.span,
                    )
                    .help(suggest(&key.value, keys.iter().copied())),
                );
            }
        }
        Some(Self {
            entries: known,
            span: entries.first().map_or(node.span, |(key, _)| key.span),
            what,
        })
    }

    /// A key's value.
    pub(super) fn get(&self, key: &str) -> Option<&'a Node> {
        self.entries
            .iter()
            .find(|(k, _)| k.value == key)
            .map(|(_, node)| *node)
    }

    /// Like [`Fields::get`]; a missing key is a problem.
    pub(super) fn require(&self, key: &str, problems: &mut Problems) -> Option<&'a Node> {
        let node = self.get(key);
        if node.is_none() {
            problems.add(Problem::new(
                "policy::missing-key",
                format!("{} needs the key `{key}`", self.what),
                self.span,
            ));
        }
        node
    }
}

/// A key that a mapping has twice.
pub(super) fn twice(key: &Spanned<String>, first: &Spanned<String>, what: &str) -> Problem {
    Problem::new(
        "policy::duplicate",
        format!("the key `{}` is there twice in {what}", key.value),
        key.span,
    )
    .and(Some(first.span), "the first time")
    .help("join the two")
}

/// "`a`, `b`, `c`"
pub(super) fn list_of(names: &[&str]) -> String {
    let quoted: Vec<_> = names.iter().map(|n| format!("`{n}`")).collect();
    quoted.join(", ")
}

/// The elements of a list; a single value counts as a list of one.
pub(super) fn items(node: &Node) -> &[Node] {
    match &node.value {
        Value::List(items) => items,
        Value::Null => &[],
        _ => std::slice::from_ref(node),
    }
}

/// A text that is not empty.
pub(super) fn text(node: &Node, what: &str, problems: &mut Problems) -> Option<Spanned<String>> {
    match &node.value {
        Value::Scalar(text) if !text.trim().is_empty() => {
            Some(Spanned::new(text.clone(), node.span))
        }
        Value::Scalar(_) | Value::Null => {
            problems.add(Problem::new(
                "policy::type",
                format!("{what} must not be empty"),
                node.span,
            ));
            None
        }
        _ => {
            problems.add(Problem::new(
                "policy::type",
                format!("{what} must be a text, not {}", node.what()),
                node.span,
            ));
            None
        }
    }
}

/// A list of texts.
pub(super) fn texts(
    node: Option<&Node>,
    what: &str,
    problems: &mut Problems,
) -> Vec<Spanned<String>> {
    node.map_or(&[][..], items)
        .iter()
        .filter_map(|item| text(item, what, problems))
        .collect()
}

/// A port, 1-65535.
pub(super) fn port(node: &Node, what: &str, problems: &mut Problems) -> Option<Spanned<u16>> {
    let text = text(node, what, problems)?;
    match text.value.trim().parse::<u16>() {
        Ok(port) if port > 0 => Some(Spanned::new(port, text.span)),
        _ => {
            problems.add(
                Problem::new(
                    "policy::port",
                    format!("{what} is `{}`, which is not a port", text.value),
                    text.span,
                )
                .help(format!("ports are whole numbers from 1 to {}", u16::MAX)),
            );
            None
        }
    }
}

/// One of the named values.
pub(super) fn one_of<T: Copy>(
    node: &Node,
    what: &str,
    values: &[(&str, T)],
    problems: &mut Problems,
) -> Option<T> {
    let text = text(node, what, problems)?;
    let value = values
        .iter()
        .find(|(name, _)| *name == text.value)
        .map(|&(_, v)| v);
    if value.is_none() {
        let names: Vec<_> = values.iter().map(|&(name, _)| name).collect();
        let problem = Problem::new(
            "policy::value",
            format!(
                "{what} must be one of {}, not `{}`",
                list_of(&names),
                text.value
            ),
            text.span,
        );
        problems.add(match nearest(&text.value, names.iter().copied()) {
            Some(name) => problem.help(format!("did you mean `{name}`?")),
            None => problem,
        });
    }
    value
}
