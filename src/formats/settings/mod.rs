//! A configuration of any syntax as one flat tree: keys, values and comments, each with its bytes.
//!
//! Shared by the readers of configs; no format of its own. The tree is a list in file order in which every node knows
//! its parent, so that nothing here recurses, however deep the input is nested.

mod braces;
mod json;
pub mod keys;
mod lines;
mod outline;
mod template;
mod toml;
pub mod walk;
mod xml;
mod yaml;

use crate::source::{Span, Spanned, Text};

/// How far up a key path is followed; deeper files are no configurations that people write.
const MAX_PATH: usize = 24;

/// How a configuration is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// JSON, JSON with comments, JSON5.
    Json,
    /// TOML.
    Toml,
    /// `[section]`, `key = value`, comments `#` and `;`.
    Ini,
    /// Java properties: `key=value`, `key: value`, comments `#` and `!`.
    Properties,
    /// `key value` lines, comments `#`; a line without indentation that is followed by indented ones holds them (HAProxy).
    Words,
    /// `name args { ... }`, statements that end with `;` (nginx) or with the line (HCL, Caddyfile, Logstash).
    Braces,
    /// Elements and attributes.
    Xml,
    /// YAML; a file that the parser does not accept is read as an outline.
    Yaml,
    /// YAML read line by line: for templates, and for what no parser accepts.
    Outline,
}

/// Index of a node in its [`Settings`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

impl NodeId {
    /// Its place in [`Settings::blocks`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A mapping, a list or a scalar.
#[derive(Clone, Debug)]
pub struct Node {
    /// What holds it; none at the top.
    pub parent: Option<NodeId>,
    /// Its key; none for a list's item.
    pub key: Option<Spanned<String>>,
    /// The scalar's text; none for mappings and lists.
    pub value: Option<Text>,
}

/// A comment, its marker and the blanks around it taken off.
#[derive(Clone, Debug)]
pub struct Comment {
    /// The words.
    pub text: Text,
    /// Whether nothing else stands before it on its line.
    pub alone: bool,
}

/// The whole configuration.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    nodes: Vec<Node>,
    comments: Vec<Comment>,
    /// Children by parent, the top's last; what [`Settings::index`] made.
    blocks: Vec<Vec<NodeId>>,
}

impl Settings {
    /// Reads as much of the text as can be understood; what is broken is left out, without a word.
    pub fn read(syntax: Syntax, text: &Text) -> Self {
        let mut settings = Self::default();
        match syntax {
            Syntax::Json => json::read(text, &mut settings),
            Syntax::Toml => toml::read(text, &mut settings),
            Syntax::Ini | Syntax::Properties | Syntax::Words => {
                lines::read(syntax, text, &mut settings)
            }
            Syntax::Braces => braces::read(text, &mut settings),
            Syntax::Xml => xml::read(text, &mut settings),
            Syntax::Yaml => {
                // only a whole file has the parser's places; what is embedded is read by its lines
                let whole = text.span.start == 0 && text.is_verbatim();
                if !whole || !yaml::read(text, &mut settings) {
                    settings = Self::default();
                    outline::read(text, &mut settings);
                }
            }
            Syntax::Outline => outline::read(text, &mut settings),
        }
        settings
    }

    /// Adds a node.
    pub fn push(
        &mut self,
        parent: Option<NodeId>,
        key: Option<Spanned<String>>,
        value: Option<Text>,
    ) -> NodeId {
        self.nodes.push(Node { parent, key, value });
        NodeId(Span::at(self.nodes.len() - 1).start)
    }

    /// Adds a comment: `range` of `text` with its marker, which is one of `markers` (repeated or not).
    fn comment(
        &mut self,
        text: &Text,
        range: std::ops::Range<usize>,
        markers: &[char],
        alone: bool,
    ) {
        let Some(raw) = text.value.get(range.clone()) else {
            return;
        };
        let end = range.start + raw.trim_end().len();
        let body = raw.trim_end().trim_start_matches(markers).trim_start();
        let text = text.slice(end - body.len()..end);
        self.comments.push(Comment { text, alone });
    }

    /// Adds what was read from a text inside this configuration, under `node`.
    pub fn embed(&mut self, node: NodeId, inner: Self) {
        let base = Span::at(self.nodes.len()).start;
        self.nodes.extend(inner.nodes.into_iter().map(|n| Node {
            parent: Some(n.parent.map_or(node, |p| NodeId(p.0 + base))),
            ..n
        }));
        self.comments.extend(inner.comments);
    }

    /// All nodes, in file order (embedded ones at the end).
    pub fn ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..Span::at(self.nodes.len()).start).map(NodeId)
    }

    /// A node; ids of other settings give none.
    pub fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.0 as usize)
    }

    /// All comments, in file order.
    pub fn comments(&self) -> &[Comment] {
        &self.comments
    }

    /// Makes the lists that [`Settings::children`] and [`Settings::blocks`] give: call it when all is read.
    pub fn index(&mut self) {
        let mut blocks = vec![Vec::new(); self.nodes.len() + 1];
        for id in self.ids() {
            let parent = self.parent(id).map_or(self.nodes.len(), NodeId::index);
            if let Some(block) = blocks.get_mut(parent) {
                block.push(id);
            }
        }
        self.blocks = blocks;
    }

    /// What each node holds, then what stands at the top.
    pub fn blocks(&self) -> &[Vec<NodeId>] {
        &self.blocks
    }

    /// What a node holds, in order.
    pub fn children(&self, id: NodeId) -> &[NodeId] {
        self.blocks.get(id.index()).map_or(&[], Vec::as_slice)
    }

    /// The child of a key.
    pub fn child(&self, id: NodeId, key: &str) -> Option<NodeId> {
        let is = |&c: &NodeId| {
            self.node(c)
                .and_then(|n| n.key.as_ref())
                .is_some_and(|k| k.value == key)
        };
        self.children(id).iter().copied().find(is)
    }

    /// The text of another key of the mapping that holds a node.
    pub fn sibling(&self, id: NodeId, key: &str) -> Option<&str> {
        let found = self.child(self.parent(id)?, key)?;
        self.value(found).map(|v| v.value.as_str())
    }

    /// What holds a node.
    pub fn parent(&self, id: NodeId) -> Option<NodeId> {
        self.node(id)?.parent
    }

    /// The scalar's text.
    pub fn value(&self, id: NodeId) -> Option<&Text> {
        self.node(id)?.value.as_ref()
    }

    /// The node's own key, or the nearest one above it if it is an item of a list.
    pub fn key(&self, id: NodeId) -> &str {
        self.upwards(id)
            .find_map(|n| self.node(n)?.key.as_ref())
            .map_or("", |k| k.value.as_str())
    }

    /// The node and all that hold it, innermost first.
    pub fn upwards(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(Some(id), |&n| self.parent(n)).take(MAX_PATH)
    }

    /// Keys from the top down to the node, list items left out.
    pub fn path(&self, id: NodeId) -> Vec<&str> {
        let mut path: Vec<&str> = self
            .upwards(id)
            .filter_map(|n| self.node(n)?.key.as_ref())
            .map(|k| k.value.as_str())
            .collect();
        path.reverse();
        path
    }

    /// Whether one of the keys from the top down to the node is `key`, whatever its case.
    pub fn under(&self, id: NodeId, key: &str) -> bool {
        self.upwards(id)
            .filter_map(|n| self.node(n)?.key.as_ref())
            .any(|k| k.value.eq_ignore_ascii_case(key))
    }
}

/// A key at `range` of a text.
fn key_at(text: &Text, range: std::ops::Range<usize>) -> Option<Spanned<String>> {
    let value = text.value.get(range.clone())?.to_owned();
    Some(Spanned::new(value, text.locate_or_whole(range)))
}

#[cfg(test)]
mod tests;
