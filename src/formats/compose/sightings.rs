//! Every port that a compose file speaks of, its `ports:` entries excepted: those are declarations.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::service::command_nodes;
use super::values::{is_reset, pairs, text, texts};
use crate::facts::{Clue, ClueKind, ComposeFile, EnvPair, ReadBy, Sighting};
use crate::formats::exposed::exposed;
use crate::formats::scan::{Entry, Scan, pair_hosts};
use crate::formats::yaml::{Node, Steps};
use crate::source::{Span, Style, Text};

/// How far behind a value, in bytes, a comment still is its own.
const MAX_GAP: usize = 80;

/// Collects the sightings of one file.
pub(super) struct Collector<'a> {
    text: &'a str,
    compose: &'a ComposeFile,
    /// The file's comments, in order.
    comments: &'a [Span],
    index: HashMap<&'a str, usize>,
    /// Where each service starts and ends, ascending, and its index.
    places: Vec<(u32, u32, usize)>,
    /// What has been read: a text behind an anchor counts once, for the first service that uses it.
    seen: HashSet<Span>,
    steps: Steps,
    found: Vec<Sighting>,
}

impl<'a> Collector<'a> {
    pub(super) fn new(text: &'a str, compose: &'a ComposeFile, comments: &'a [Span]) -> Self {
        let mut places: Vec<_> = compose
            .services
            .iter()
            .enumerate()
            .map(|(i, service)| (service.name.span.start, service.body_end, i))
            .collect();
        places.sort_unstable();
        Self {
            text,
            compose,
            comments,
            places,
            index: compose
                .services
                .iter()
                .enumerate()
                .map(|(i, service)| (service.name.value.as_str(), i))
                .collect(),
            seen: HashSet::new(),
            steps: Steps::of_one_file(),
            found: Vec::new(),
        }
    }

    pub(super) fn finish(self) -> Vec<Sighting> {
        self.found
    }

    /// Reads one document.
    pub(super) fn document(&mut self, root: &Node, services: Option<&Node>) {
        let mut users: HashMap<&str, usize> = HashMap::new();
        for (key, service) in services.map(Node::entries).unwrap_or_default() {
            let Some(&i) = key.str().and_then(|name| self.index.get(name)) else {
                continue;
            };
            self.service(service, i);
            for key in ["configs", "secrets"] {
                for item in service.get(key).map(Node::items).unwrap_or_default() {
                    let source = item.str().or_else(|| item.get("source")?.str());
                    if let Some(source) = source {
                        users.entry(source).or_insert(i);
                    }
                }
            }
        }
        for key in ["configs", "secrets"] {
            for (name, config) in root.get(key).map(Node::entries).unwrap_or_default() {
                let user = name.str().and_then(|name| users.get(name));
                let read_by = user.map_or(ReadBy::Container, |&i| ReadBy::Service(i));
                if let Some(content) = config.get("content").and_then(text) {
                    self.lines(&content, read_by);
                }
            }
        }
    }

    fn service(&mut self, service: &Node, i: usize) {
        let inside = ReadBy::Service(i);
        if let Some(environment) = field(service, "environment") {
            self.block(&pairs(environment), inside);
        }
        let args = field(service, "build").and_then(|build| field(build, "args"));
        if let Some(args) = args {
            self.block(&pairs(args), inside);
        }
        for command in command_nodes(service) {
            self.command(&texts(command), inside);
        }
        for port in field(service, "expose").map(texts).unwrap_or_default() {
            if self.is_new(&port) {
                self.found
                    .extend(exposed(&port, inside, "`expose:` names container ports"));
            }
        }
        let deploy = field(service, "deploy").and_then(|deploy| field(deploy, "labels"));
        for labels in [field(service, "labels"), deploy].into_iter().flatten() {
            self.labels(&pairs(labels), inside);
        }
        let logging = field(service, "logging").and_then(|logging| field(logging, "options"));
        if let Some(options) = logging {
            // The Docker engine ships logs, and it runs on the host.
            self.block(&pairs(options), ReadBy::Host);
        }
    }

    /// A block of keys and values.
    fn block(&mut self, pairs: &[EnvPair], read_by: ReadBy) {
        let start = self.found.len();
        let mut entries = Vec::new();
        for pair in pairs {
            let Some(value) = &pair.value else { continue };
            entries.push(Entry {
                key: &pair.key.value,
                value,
            });
            if self.is_new(value) {
                self.value(&pair.key.value, value, read_by);
            }
        }
        if let Some(found) = self.found.get_mut(start..) {
            pair_hosts(&entries, found);
        }
    }

    fn value(&mut self, name: &str, value: &Text, read_by: ReadBy) {
        let clues: Vec<Clue> = self.trailing_comment(value).into_iter().collect();
        let scan = Scan::by(read_by).named(name).clued(&clues);
        scan.value(value, &mut self.found);
    }

    /// The comment behind a value on its line.
    fn trailing_comment(&self, value: &Text) -> Option<Clue> {
        let end = value.span.end;
        let next = self.comments.partition_point(|comment| comment.start < end);
        let comment = self.comments.get(next)?;
        let between = self.text.get(end as usize..comment.start as usize)?;
        let near = between.len() <= MAX_GAP && !between.contains('\n');
        let text = self
            .text
            .get(comment.range())?
            .trim_start_matches('#')
            .trim();
        (near && !text.is_empty()).then(|| Clue {
            kind: ClueKind::Line,
            text: text.to_owned(),
        })
    }

    /// A command line in either form. The words of a list are read as one line, so that options stand beside their values; an
    /// item of several words is a script of its own.
    fn command(&mut self, items: &[Text], read_by: ReadBy) {
        let items: Vec<Text> = items
            .iter()
            .filter(|item| !matches!(item.value.as_str(), "CMD" | "CMD-SHELL"))
            .filter(|item| self.is_new(item))
            .cloned()
            .collect();
        let (scripts, words): (Vec<Text>, Vec<Text>) = items
            .into_iter()
            .partition(|item| item.value.contains(char::is_whitespace));
        let scan = Scan::by(read_by);
        scan.command(&Text::joined(&words, " "), &mut self.found);
        for script in &scripts {
            scan.command(script, &mut self.found);
        }
    }

    /// Labels: a key that ends in `port` tells a proxy or scraper the container's port; a link is for people to click.
    fn labels(&mut self, pairs: &[EnvPair], inside: ReadBy) {
        for EnvPair { key, value } in pairs {
            let Some(value) = value.as_ref().filter(|value| self.is_new(value)) else {
                continue;
            };
            if key.value.to_ascii_lowercase().ends_with("port") {
                let sighting = exposed(
                    value,
                    inside,
                    "a label that tells a proxy the container's port",
                );
                self.found.extend(sighting.map(|sighting| Sighting {
                    name: Some(key.value.clone()),
                    ..sighting
                }));
            } else if value.value.contains("://") {
                self.value(&key.value, value, ReadBy::Host);
            }
        }
    }

    /// The lines of a file that stands inside this one.
    fn lines(&mut self, content: &Text, read_by: ReadBy) {
        if !self.is_new(content) {
            return;
        }
        let mut at = 0;
        for line in content.value.split_inclusive('\n') {
            let begin = at;
            at += line.len();
            if !line.contains(|c: char| c.is_ascii_digit()) || !self.steps.take() {
                continue;
            }
            let body = line.trim();
            let from = begin + line.len() - line.trim_start().len();
            match assignment(body) {
                Some((key, value)) => {
                    let value = content.slice(from + value.start..from + value.end);
                    self.value(key, &value, read_by);
                }
                None => {
                    let line = content.slice(from..from + body.len());
                    Scan::by(read_by).prose(&line, &mut self.found);
                }
            }
        }
    }

    /// The comments: prose, commented-out entries of `ports:`, commented-out variables.
    pub(super) fn comments(&mut self) {
        for &span in self.comments {
            let line = self.text.get(span.range()).unwrap_or("");
            if line.contains(|c: char| c.is_ascii_digit()) {
                self.comment(line, span);
            }
        }
    }

    fn comment(&mut self, line: &str, span: Span) {
        let body = line.trim_start_matches(['#', ' ', '\t']).trim_end();
        let from = span.start as usize + line.find(body).unwrap_or(0);
        let owner = self.owner(span.start);
        if let Some((key, value)) = commented_variable(body) {
            let text = body.get(value.clone()).unwrap_or("");
            let value = Text::verbatim(text, from + value.start, Style::Plain);
            self.value(key, &value, owner.map_or(ReadBy::Host, ReadBy::Service));
            return;
        }
        let clues: Vec<Clue> = owner
            .and_then(|i| self.compose.services.get(i))
            .map(|service| Clue {
                kind: ClueKind::Near,
                text: service.name.value.clone(),
            })
            .into_iter()
            .collect();
        let text = Text::verbatim(body, from, Style::Plain);
        Scan::by(ReadBy::Host)
            .clued(&clues)
            .prose(&text, &mut self.found);
    }

    /// The service in whose lines an offset lies.
    fn owner(&self, offset: u32) -> Option<usize> {
        let next = self.places.partition_point(|&(start, ..)| start <= offset);
        let &(_, end, i) = self.places.get(next.checked_sub(1)?)?;
        (offset <= end).then_some(i)
    }

    /// Whether the text was not read yet, and there are steps left to read it.
    fn is_new(&mut self, text: &Text) -> bool {
        self.seen.insert(text.span) && self.steps.take()
    }
}

fn field<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    node.get(key).filter(|value| !is_reset(value))
}

/// A commented-out variable of an `environment:` block: its name, and the value's place.
fn commented_variable(body: &str) -> Option<(&str, Range<usize>)> {
    let item = body.strip_prefix("- ").unwrap_or(body).trim_start();
    let start = body.len() - item.len();
    let (key, value) = assignment(item)?;
    // In lower case it is a word of a sentence, or a key of the compose file.
    let is_variable = key
        .bytes()
        .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    is_variable.then_some((key, start + value.start..start + value.end))
}

/// `KEY=value` or `KEY: value`: the key, and the value's place, quotes left out.
fn assignment(body: &str) -> Option<(&str, Range<usize>)> {
    let cut = body.find(['=', ':'])?;
    let (key, rest) = body.split_at_checked(cut)?;
    let is_key = !key.is_empty()
        && key
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'));
    let value = rest.get(1..)?;
    if !is_key || (rest.starts_with(':') && !value.starts_with(' ')) {
        return None;
    }
    let value = value.trim();
    let start = body.len() - rest.get(1..)?.trim_start().len();
    let unquoted = ['"', '\''].into_iter().find_map(|quote| {
        let inner = value.strip_prefix(quote)?.strip_suffix(quote)?;
        Some(start + 1..start + 1 + inner.len())
    });
    Some((key, unquoted.unwrap_or(start..start + value.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assignments_in_either_form() {
        let table = [
            ("DB_PORT=5432", Some(("DB_PORT", "5432"))),
            ("DB_PORT: \"5432\"", Some(("DB_PORT", "5432"))),
            ("url = 'x'", None),
            ("listen.port=5432 ", Some(("listen.port", "5432"))),
            ("http://localhost:5432", None),
            ("A=", Some(("A", ""))),
            ("=", None),
            ("", None),
        ];
        for (body, expected) in table {
            let found = assignment(body).map(|(key, range)| (key, body.get(range).unwrap()));
            assert_eq!(found, expected, "{body}");
        }
    }
}
