//! YAML's tree laid flat. What an alias repeats is left where its anchor stands.

use super::{NodeId, Settings};
use crate::formats::yaml::{self, Data, Node};
use crate::source::{Spanned, Text};

/// What holds a node, its key, the node.
type Waiting<'a> = (Option<NodeId>, Option<Spanned<String>>, &'a Node);

/// Reads a whole file; false if the parser did not accept all of it.
pub(super) fn read(text: &Text, settings: &mut Settings) -> bool {
    let tree = yaml::read(&text.value);
    if !tree.problems.is_empty() {
        return false;
    }
    // a list of what is still to be laid out, the next one last
    let mut waiting: Vec<Waiting<'_>> = tree
        .documents
        .iter()
        .rev()
        .map(|root| (None, None, root))
        .collect();
    while let Some((parent, key, node)) = waiting.pop() {
        if node.alias.is_some() {
            continue;
        }
        let id = settings.push(parent, key, node.text().cloned());
        match &node.data {
            Data::Map(map) => waiting.extend(map.pairs().iter().rev().map(|(key, value)| {
                let name = key.text().map(|t| Spanned::new(t.value.clone(), t.span));
                (Some(id), name, value)
            })),
            Data::Seq(items) => {
                waiting.extend(items.iter().rev().map(|item| (Some(id), None, item)))
            }
            Data::Null | Data::Scalar(_) => {}
        }
    }
    for span in tree.comments {
        let line = text
            .value
            .get(..span.start as usize)
            .and_then(|before| before.rsplit('\n').next());
        let alone =
            line.is_some_and(|before| before.trim_matches(['\u{feff}', ' ', '\t']).is_empty());
        settings.comment(text, span.range(), &['#'], alone);
    }
    true
}
