//! A syntax tree as a flat list in the order of the text: parents and siblings are one step away, and nothing recurses.

use super::language::{Field, Language, Role};
use crate::source::Span;
use std::ops::{ControlFlow, Range};
use tree_sitter::{ParseOptions, Parser};

/// Nodes that are kept at most; what follows in the file is not seen.
const MAX_NODES: usize = 2_000_000;

/// Steps of the parser for any text, and bytes of text that allow for one more: twice what the slowest of 4,000 real files took.
const MIN_STEPS: usize = 100;
const BYTES_PER_STEP: usize = 12;

/// Brackets that may be open at once: real files stay under 100, and the parser's mending of errors is quadratic in them.
const MAX_NESTING: usize = 500;

/// Index of a node.
pub(super) type Id = usize;

/// One node.
#[derive(Clone, Copy, Debug, Default)]
struct Node {
    role: Role,
    field: Field,
    start: u32,
    end: u32,
    parent: u32,
    /// The first node behind this one's descendants.
    stop: u32,
    /// The sibling before it, or itself.
    before: u32,
}

/// A parsed text.
pub(super) struct Tree<'a> {
    source: &'a str,
    nodes: Vec<Node>,
    /// Whether some of the text did not fit the grammar.
    broken: bool,
}

/// Why there is no tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct GaveUp;

/// Parses `source`, or only `ranges` of it if there are any.
///
/// The parser's work is bounded by a number of steps that grows with the text, not by a clock, so that the outcome is
/// the same on every machine.
pub(super) fn parse<'a>(
    language: &Language,
    source: &'a str,
    ranges: &[Range<usize>],
) -> Result<Tree<'a>, GaveUp> {
    let compiled = language.compiled();
    let mut parser = Parser::new();
    parser.set_language(&compiled.grammar).map_err(|_| GaveUp)?;
    let ranges: Vec<_> = ranges.iter().map(|r| byte_range(source, r)).collect();
    parser.set_included_ranges(&ranges).map_err(|_| GaveUp)?;
    if nests_too_deep(source) {
        return Err(GaveUp);
    }
    let mut steps_left = MIN_STEPS + source.len() / BYTES_PER_STEP;
    let mut progress = |_: &tree_sitter::ParseState| match steps_left.checked_sub(1) {
        Some(left) => {
            steps_left = left;
            ControlFlow::Continue(())
        }
        None => ControlFlow::Break(()),
    };
    let bytes = source.as_bytes();
    let options = ParseOptions::new().progress_callback(&mut progress);
    let parsed = parser
        .parse_with_options(
            &mut |at, _| bytes.get(at..).unwrap_or_default(),
            None,
            Some(options),
        )
        .ok_or(GaveUp)?;
    Ok(Tree::flatten(language, source, &parsed))
}

/// Whether more brackets are open at once than a person opens.
fn nests_too_deep(source: &str) -> bool {
    let mut open = 0_usize;
    source.bytes().any(|b| {
        match b {
            b'(' | b'[' | b'{' => open += 1,
            b')' | b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        open > MAX_NESTING
    })
}

/// tree-sitter wants rows and columns as well; the scanners of some grammars look at columns.
fn byte_range(source: &str, range: &Range<usize>) -> tree_sitter::Range {
    let point = |at: usize| {
        let before = source.get(..at).unwrap_or(source).as_bytes();
        let row = memchr::memchr_iter(b'\n', before).count();
        let column = before.len() - memchr::memrchr(b'\n', before).map_or(0, |i| i + 1);
        tree_sitter::Point { row, column }
    };
    tree_sitter::Range {
        start_byte: range.start,
        end_byte: range.end,
        start_point: point(range.start),
        end_point: point(range.end),
    }
}

impl<'a> Tree<'a> {
    fn flatten(language: &Language, source: &'a str, parsed: &tree_sitter::Tree) -> Self {
        let compiled = language.compiled();
        let mut nodes: Vec<Node> = Vec::new();
        // the nodes above the cursor, each with the last child that was kept
        let mut above: Vec<(Id, Option<Id>)> = Vec::new();
        let mut cursor = parsed.walk();
        loop {
            let node = cursor.node();
            let parent = above.last().map_or(0, |&(id, _)| id);
            let in_tokens = nodes.get(parent).is_some_and(|p| p.role == Role::Tokens);
            let field = compiled.field(cursor.field_id());
            let mut role = compiled.role(node.kind_id());
            if node.is_error() {
                role = Role::Block;
            }
            let kept = match role {
                Role::Skip => false,
                Role::Punct => in_tokens,
                Role::Other | Role::Ident | Role::Member => field != Field::Type,
                _ => true,
            } && nodes.len() < MAX_NODES;
            let mut down = false;
            if kept {
                let id = nodes.len();
                let span = Span::new(node.start_byte(), node.end_byte());
                let last = above.last_mut().and_then(|(_, last)| last.replace(id));
                nodes.push(Node {
                    role,
                    field,
                    start: span.start,
                    end: span.end,
                    parent: Span::at(parent).start,
                    stop: 0,
                    before: Span::at(last.unwrap_or(id)).start,
                });
                down = cursor.goto_first_child();
                match down {
                    true => above.push((id, None)),
                    false => close(&mut nodes, id),
                }
            }
            while !down && !cursor.goto_next_sibling() {
                match above.pop() {
                    Some((id, _)) => close(&mut nodes, id),
                    None => {
                        let broken = parsed.root_node().has_error();
                        return Self {
                            source,
                            nodes,
                            broken,
                        };
                    }
                }
                cursor.goto_parent();
            }
        }
    }

    fn node(&self, id: Id) -> Node {
        self.nodes.get(id).copied().unwrap_or_default()
    }

    /// All nodes, in the order of the text, parents before children.
    pub(super) fn ids(&self) -> Range<Id> {
        0..self.nodes.len()
    }

    /// The whole text.
    pub(super) fn source(&self) -> &'a str {
        self.source
    }

    /// Whether some of the text did not fit the grammar.
    pub(super) fn is_broken(&self) -> bool {
        self.broken
    }

    /// What the node is.
    pub(super) fn role(&self, id: Id) -> Role {
        self.node(id).role
    }

    /// Which part of its parent the node is.
    pub(super) fn field(&self, id: Id) -> Field {
        self.node(id).field
    }

    /// Its bytes.
    pub(super) fn span(&self, id: Id) -> Span {
        let node = self.node(id);
        Span {
            start: node.start,
            end: node.end,
        }
    }

    /// Its text.
    pub(super) fn text(&self, id: Id) -> &'a str {
        self.slice(self.span(id).range())
    }

    /// The text of some bytes.
    pub(super) fn slice(&self, range: Range<usize>) -> &'a str {
        self.source.get(range).unwrap_or("")
    }

    /// The node above.
    pub(super) fn parent(&self, id: Id) -> Option<Id> {
        (id != 0).then(|| self.node(id).parent as Id)
    }

    /// Itself and all nodes below.
    pub(super) fn subtree(&self, id: Id) -> Range<Id> {
        id..self.node(id).stop as Id
    }

    /// The children, in order.
    pub(super) fn children(&self, id: Id) -> impl Iterator<Item = Id> + '_ {
        let stop = self.node(id).stop as Id;
        let first = Some(id + 1).filter(|&c| c < stop);
        std::iter::successors(first, move |&c| {
            Some(self.node(c).stop as Id).filter(|&next| next < stop && next > c)
        })
    }

    /// The children that are not comments.
    pub(super) fn parts(&self, id: Id) -> impl Iterator<Item = Id> + '_ {
        self.children(id).filter(|&c| self.role(c) != Role::Comment)
    }

    /// The sibling before.
    pub(super) fn before(&self, id: Id) -> Option<Id> {
        Some(self.node(id).before as Id).filter(|&b| b != id)
    }

    /// The sibling behind.
    pub(super) fn after(&self, id: Id) -> Option<Id> {
        let next = self.node(id).stop as Id;
        let parent = self.parent(id)?;
        (next < self.node(parent).stop as Id).then_some(next)
    }

    /// The nodes above, nearest first.
    pub(super) fn ancestors(&self, id: Id) -> impl Iterator<Item = Id> + '_ {
        std::iter::successors(self.parent(id), |&p| self.parent(p))
    }
}

fn close(nodes: &mut [Node], id: Id) {
    let stop = Span::at(nodes.len()).start;
    if let Some(node) = nodes.get_mut(id) {
        node.stop = stop;
    }
}
