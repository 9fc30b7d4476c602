//! A YAML tree with exact bytes on every node: a shared helper of the readers, not a format. Reads JSON as well.
//!
//! Built from granit-parser's events. Scalars keep their text; what type a plain scalar has is asked with [`Node::typed`].
//! Aliases share their anchor's content, so that the tree is never larger than the file; a consumer that follows aliases
//! must count its steps ([`Steps`]), one that does not uses [`Node::walk`].

mod segments;
mod typed;

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use granit_parser::{Event, Parser, ScanError};

use crate::facts::{Problem, ProblemKind};
use crate::source::{Span, Style, Text};

pub use typed::{Typed, resolve_plain};

/// Deepest nesting of a tree, aliases followed: what bounds every recursion over it.
const MAX_DEPTH: usize = 255;

/// How many mappings one lookup through `<<` may visit.
const MAX_MERGES: usize = 256;

/// A YAML stream.
#[derive(Clone, Debug, Default)]
pub struct Yaml {
    /// The documents that were read whole, in order; an empty stream has none.
    pub documents: Vec<Node>,
    /// The comments, from `#` to the end of the line, in order.
    pub comments: Vec<Span>,
    /// Why the rest could not be read; at most one syntax error, and one for each alias that leads nowhere.
    pub problems: Vec<Problem>,
    /// Keys that occur twice in one mapping (the last one wins); whether that is an error is for the format to say.
    pub duplicates: Vec<Problem>,
}

/// One node.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Its bytes: those of the anchor's content for an alias; quotes included, block headers excluded. Empty for a value
    /// that is not written.
    pub span: Span,
    /// Its tag as written: `!reset`, `!!str`.
    pub tag: Option<Arc<str>>,
    /// Where the alias stands, for a node that is one.
    pub alias: Option<Span>,
    /// What it holds.
    pub data: Data,
}

/// What a node holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    /// `null`, `~`, or nothing written.
    Null,
    /// A scalar of any type.
    Scalar(Arc<Text>),
    /// A sequence.
    Seq(Arc<[Node]>),
    /// A mapping.
    Map(Arc<Map>),
}

/// A mapping.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map {
    pairs: Vec<(Node, Node)>,
}

/// One step of the path from the root to a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// Below this key; empty for a key that is no scalar.
    Key(&'a str),
    /// Below this item of a sequence.
    Index(usize),
}

/// A budget of steps for a consumer that follows aliases, shared by all that it does with one file.
#[derive(Debug)]
pub struct Steps(usize);

impl Steps {
    /// A budget that no honest file exhausts.
    pub fn of_one_file() -> Self {
        Self(1_000_000)
    }

    /// Takes one step; false when none is left.
    pub fn take(&mut self) -> bool {
        let left = self.0.checked_sub(1);
        self.0 = left.unwrap_or(0);
        left.is_some()
    }

    /// Takes a step for each node below this one, aliases followed; false when there are not as many left.
    pub fn take_tree(&mut self, node: &Node) -> bool {
        self.take()
            && match &node.data {
                Data::Null | Data::Scalar(_) => true,
                Data::Seq(items) => items.iter().all(|item| self.take_tree(item)),
                Data::Map(map) => map.pairs.iter().all(|(_, value)| self.take_tree(value)),
            }
    }

    /// Whether a step was refused.
    pub fn exhausted(&self) -> bool {
        self.0 == 0
    }
}

impl Yaml {
    /// The first document.
    pub fn root(&self) -> Option<&Node> {
        self.documents.first()
    }
}

impl Node {
    /// A value that is not there, at an offset.
    fn null(span: Span) -> Self {
        Self {
            span,
            tag: None,
            alias: None,
            data: Data::Null,
        }
    }

    /// The scalar's text; `None` for null and collections.
    pub fn text(&self) -> Option<&Text> {
        match &self.data {
            Data::Scalar(text) => Some(text),
            _ => None,
        }
    }

    /// The scalar's value; `None` for null and collections.
    pub fn str(&self) -> Option<&str> {
        self.text().map(|t| t.value.as_str())
    }

    /// The items of a sequence; none for anything else.
    pub fn items(&self) -> &[Node] {
        match &self.data {
            Data::Seq(items) => items,
            _ => &[],
        }
    }

    /// The mapping.
    pub fn map(&self) -> Option<&Map> {
        match &self.data {
            Data::Map(map) => Some(map),
            _ => None,
        }
    }

    /// Whether it is a sequence.
    pub fn is_seq(&self) -> bool {
        matches!(self.data, Data::Seq(_))
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        matches!(self.data, Data::Null)
    }

    /// The value of a key, merge keys followed; `None` if this is no mapping.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.map()?.get(key)
    }

    /// The effective pairs of a mapping, merge keys followed; none for anything else.
    pub fn entries(&self) -> Vec<(&Node, &Node)> {
        self.map().map(Map::entries).unwrap_or_default()
    }

    /// Visits every node once, where it is written, parents first: aliases are visited but not entered, so the work is
    /// linear in the file. The path leads from the root to the node. `visit` says whether to go on below the node.
    pub fn walk<'a>(&'a self, visit: &mut dyn FnMut(&[Step<'a>], &'a Node) -> bool) {
        self.walk_from(&mut Vec::new(), visit);
    }

    fn walk_from<'a>(
        &'a self,
        path: &mut Vec<Step<'a>>,
        visit: &mut dyn FnMut(&[Step<'a>], &'a Node) -> bool,
    ) {
        if !visit(path, self) || self.alias.is_some() {
            return;
        }
        match &self.data {
            Data::Seq(items) => {
                for (i, item) in items.iter().enumerate() {
                    path.push(Step::Index(i));
                    item.walk_from(path, visit);
                    path.pop();
                }
            }
            Data::Map(map) => {
                for (key, value) in &map.pairs {
                    path.push(Step::Key(key.str().unwrap_or("")));
                    value.walk_from(path, visit);
                    path.pop();
                }
            }
            Data::Null | Data::Scalar(_) => {}
        }
    }
}

impl Map {
    /// The pairs as written, in order, `<<` among them; of several with one key, the last.
    pub fn pairs(&self) -> &[(Node, Node)] {
        &self.pairs
    }

    /// The value of a key: its own, else that of the first merged mapping which has one.
    pub fn get(&self, key: &str) -> Option<&Node> {
        let mut found = None;
        self.each_mapping(&mut |map| {
            found = map.own(key);
            found.is_none()
        });
        found
    }

    /// The effective pairs: its own in order, then those that `<<` brings in, nearest first.
    pub fn entries(&self) -> Vec<(&Node, &Node)> {
        let mut entries = Vec::with_capacity(self.pairs.len());
        let merges = self.pairs.iter().any(|(key, _)| is_merge(key));
        let mut seen = HashSet::new();
        self.each_mapping(&mut |map| {
            for (key, value) in &map.pairs {
                if is_merge(key) {
                    continue;
                }
                let known = merges && key.str().is_some_and(|key| !seen.insert(key));
                if !known {
                    entries.push((key, value));
                }
            }
            true
        });
        entries
    }

    fn own(&self, key: &str) -> Option<&Node> {
        let found = self.pairs.iter().find(|(k, _)| k.str() == Some(key));
        found.filter(|(k, _)| !is_merge(k)).map(|(_, value)| value)
    }

    /// This mapping, then those merged into it, each once, until `visit` says no.
    fn each_mapping<'a>(&'a self, visit: &mut dyn FnMut(&'a Map) -> bool) {
        let mut waiting = vec![self];
        let mut seen = HashSet::new();
        while let Some(map) = waiting.pop() {
            if seen.len() >= MAX_MERGES || !seen.insert(std::ptr::from_ref(map)) {
                continue;
            }
            if !visit(map) {
                return;
            }
            let mark = waiting.len();
            for (_, value) in map.pairs.iter().filter(|(key, _)| is_merge(key)) {
                waiting.extend(value.map());
                waiting.extend(value.items().iter().take(MAX_MERGES).filter_map(Node::map));
            }
            // A stack gives the last one first, but the first one merged wins.
            if let Some(added) = waiting.get_mut(mark..) {
                added.reverse();
            }
        }
    }
}

/// Whether a key is the merge key, as Compose's YAML library decides it.
fn is_merge(key: &Node) -> bool {
    key.text()
        .is_some_and(|t| t.value == "<<" && t.style == Style::Plain)
        && key
            .tag
            .as_deref()
            .is_none_or(|tag| tag == "!!merge" || tag == "!")
}

/// Reads a YAML or JSON text.
pub fn read(text: &str) -> Yaml {
    let options = granit_parser::options! {
        emit_unresolved_aliases: true,
        block_scalar_eof_without_line_feed: true,
        // The file is in memory: its comments cost no more than it does.
        max_buffered_comment_events: usize::MAX,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    let mut builder = Builder::new(text);
    for event in Parser::new_from_str_with_options(text, options) {
        match event {
            Ok((event, span)) => builder.event(event, &span),
            Err(error) => {
                builder.syntax_error(&error);
                break;
            }
        }
    }
    // The parser may look ahead past a comment before it tells of it.
    builder.yaml.comments.sort_unstable();
    builder.yaml
}

/// A collection that is being read.
enum Open {
    Seq(Vec<Node>),
    /// The pairs, and the key that waits for its value.
    Map(Vec<(Node, Node)>, Option<Node>),
}

struct Frame {
    start: Span,
    flow: bool,
    tag: Option<Arc<str>>,
    anchor: usize,
    /// The largest height among the children.
    height: usize,
    open: Open,
}

struct Builder<'a> {
    text: &'a str,
    yaml: Yaml,
    stack: Vec<Frame>,
    anchors: HashMap<usize, (Node, usize)>,
}

impl<'a> Builder<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            yaml: Yaml::default(),
            stack: Vec::new(),
            anchors: HashMap::new(),
        }
    }

    fn event(&mut self, event: Event<'_>, at: &granit_parser::Span) {
        let span = at
            .byte_range()
            .map_or_else(Span::default, |r| Span::new(r.start, r.end));
        match event {
            Event::Comment(..) => self.yaml.comments.push(span),
            Event::Scalar(value, style, anchor, tag) => {
                let tag = tag.map(|t| Arc::from(t.original()));
                let node = self.scalar(&value, style, span, tag);
                self.add(node, anchor, 0);
            }
            Event::Alias(id) => self.alias(id, span),
            Event::UnresolvedAlias(name) => {
                let message = format!("no anchor `&{name}` stands before this alias");
                self.dead_end(message, span);
            }
            Event::SequenceStart(style, anchor, tag) => self.open(
                Open::Seq(Vec::new()),
                span,
                style == granit_parser::StructureStyle::Flow,
                anchor,
                tag.map(|t| Arc::from(t.original())),
            ),
            Event::MappingStart(style, anchor, tag) => self.open(
                Open::Map(Vec::new(), None),
                span,
                style == granit_parser::StructureStyle::Flow,
                anchor,
                tag.map(|t| Arc::from(t.original())),
            ),
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            _ => {}
        }
    }

    fn scalar(
        &self,
        value: &str,
        style: granit_parser::ScalarStyle,
        span: Span,
        tag: Option<Arc<str>>,
    ) -> Node {
        let plain = style == granit_parser::ScalarStyle::Plain;
        let is_str = matches!(tag.as_deref(), Some("!!str" | "!"));
        if plain && !is_str && (span.is_empty() || typed::is_null(value)) {
            return Node {
                tag,
                ..Node::null(span)
            };
        }
        // The parser writes `~` for a value that is not there.
        let value = if span.is_empty() { "" } else { value };
        let text = segments::text(self.text, value, style, span);
        let span = match style {
            granit_parser::ScalarStyle::Literal | granit_parser::ScalarStyle::Folded => text.span,
            _ => span,
        };
        Node {
            span,
            tag,
            alias: None,
            data: Data::Scalar(Arc::new(text)),
        }
    }

    fn alias(&mut self, id: usize, span: Span) {
        let Some((node, height)) = self.anchors.get(&id) else {
            return self.dead_end("this alias stands inside its own anchor".to_owned(), span);
        };
        if self.stack.len() + height > MAX_DEPTH {
            let message = format!("aliases nest deeper than {MAX_DEPTH} levels");
            return self.dead_end(message, span);
        }
        let height = *height;
        let node = Node {
            alias: Some(span),
            ..node.clone()
        };
        self.add(node, 0, height);
    }

    /// An alias that leads nowhere: said, and read as null.
    fn dead_end(&mut self, message: String, span: Span) {
        self.problem(message, span);
        self.add(Node::null(span), 0, 0);
    }

    fn open(&mut self, open: Open, start: Span, flow: bool, anchor: usize, tag: Option<Arc<str>>) {
        self.stack.push(Frame {
            start,
            flow,
            tag,
            anchor,
            height: 0,
            open,
        });
    }

    fn close(&mut self, end: Span) {
        let Some(frame) = self.stack.pop() else {
            return;
        };
        // The end of a block collection is the parser's next token; its content ends with the last child.
        let (data, last) = match frame.open {
            Open::Seq(items) => {
                let last = items.last().map(written_end);
                (Data::Seq(items.into()), last)
            }
            Open::Map(pairs, _) => {
                let last = pairs
                    .last()
                    .map(|(k, v)| written_end(k).max(written_end(v)));
                let pairs = self.without_duplicates(pairs);
                (Data::Map(Arc::new(Map { pairs })), last)
            }
        };
        let end = match last {
            _ if frame.flow => end.end,
            Some(last) => last,
            None => frame.start.end,
        };
        let node = Node {
            span: frame.start.join(Span {
                start: frame.start.start,
                end,
            }),
            tag: frame.tag,
            alias: None,
            data,
        };
        self.add(node, frame.anchor, frame.height + 1);
    }

    /// Keeps the last pair of each key, and reports those before it.
    fn without_duplicates(&mut self, pairs: Vec<(Node, Node)>) -> Vec<(Node, Node)> {
        let mut first: HashMap<&str, Span> = HashMap::with_capacity(pairs.len());
        let mut repeated: HashSet<&str> = HashSet::new();
        let mut found = Vec::new();
        for (key, _) in &pairs {
            let Some(name) = key.str() else { continue };
            match first.get(name) {
                None => {
                    first.insert(name, key.span);
                }
                Some(_) => {
                    repeated.insert(name);
                    found.push(Problem {
                        kind: ProblemKind::Shape,
                        message: format!("the key `{name}` stands twice in this mapping"),
                        span: key.alias.unwrap_or(key.span),
                    });
                }
            }
        }
        if repeated.is_empty() {
            return pairs;
        }
        let repeated: HashSet<String> = repeated.into_iter().map(str::to_owned).collect();
        self.yaml.duplicates.append(&mut found);
        let mut taken = HashSet::new();
        let mut kept: Vec<_> = pairs
            .into_iter()
            .rev()
            .filter(|(key, _)| match key.str() {
                Some(name) if repeated.contains(name) => taken.insert(name.to_owned()),
                _ => true,
            })
            .collect();
        kept.reverse();
        kept
    }

    fn add(&mut self, node: Node, anchor: usize, height: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, (node.clone(), height));
        }
        let Some(frame) = self.stack.last_mut() else {
            self.yaml.documents.push(node);
            return;
        };
        frame.height = frame.height.max(height);
        match &mut frame.open {
            Open::Seq(items) => items.push(node),
            Open::Map(pairs, key) => match key.take() {
                None => *key = Some(node),
                Some(key) => pairs.push((key, node)),
            },
        }
    }

    fn syntax_error(&mut self, error: &ScanError) {
        let at = error
            .marker()
            .byte_offset()
            .unwrap_or(0)
            .min(self.text.len());
        let rest = self.text.get(at..).unwrap_or("");
        let width = rest.chars().next().map_or(0, |c| match c {
            '\n' | '\r' => 0,
            c => c.len_utf8(),
        });
        self.problem(error.info(), Span::new(at, at + width));
    }

    fn problem(&mut self, message: String, span: Span) {
        self.yaml.problems.push(Problem {
            kind: ProblemKind::Syntax,
            message,
            span,
        });
    }
}

/// Where a node ends in the text: the alias, if it is one.
fn written_end(node: &Node) -> u32 {
    node.alias.unwrap_or(node.span).end
}
