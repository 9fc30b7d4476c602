//! From settings to sightings: each value with its name, its siblings and the comments around it.

use super::template;
use super::{Comment, NodeId, Settings, Syntax};
use crate::classify::file_name;
use crate::facts::{Clue, ClueKind, Form, Hint, ReadBy, Role, Sighting, Tense};
use crate::formats::scan::{self, Entry, Scan, words};
use crate::source::{SourceFile, Span, Style, Text};
use std::borrow::Cow;

/// Comment lines above a setting that may speak of it.
const COMMENT_LINES: usize = 3;
/// How many mappings up the names of the siblings still say what a value belongs to.
const MAPPINGS_UP: usize = 2;
/// Of a longer mapping only the first entries are looked at.
const MOST_SIBLINGS: usize = 64;
/// Keys whose values name or sort what their siblings describe.
const TELLING: &[&str] = &[
    "name", "id", "type", "kind", "engine", "driver", "client", "dialect", "adapter", "provider",
    "service", "image", "title", "label", "job_name", "alias", "plugin", "backend", "uid",
];
/// A mapping with more entries is data: its hosts and ports are not paired.
const BLOCK: usize = 2000;
/// Longer values name nothing.
const NAME_LENGTH: usize = 80;

/// What a reader makes of a value.
#[derive(Clone, Debug)]
pub struct Reading {
    /// What sort of text it is.
    pub how: How,
    /// Who reads it.
    pub read_by: ReadBy,
    /// What the format makes of it.
    pub role: Role,
    /// The form that the format gives it, whatever it looks like.
    pub form: Option<Form>,
    /// The side that the format states.
    pub hint: Option<Hint>,
    /// A name that says more than the key does.
    pub name: Option<&'static str>,
}

/// Sorts of texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// A value: URL, `host:port`, DSN, number.
    Value,
    /// A command line or a script.
    Command,
    /// Words for people.
    Prose,
    /// A query in a language of its own: only its quoted pieces are values.
    Quoted,
    /// Nothing that could hold a port.
    Skip,
}

impl Reading {
    /// A plain value.
    pub fn by(read_by: ReadBy) -> Self {
        Self {
            how: How::Value,
            read_by,
            role: Role::Plain,
            form: None,
            hint: None,
            name: None,
        }
    }

    /// Nothing.
    pub fn skip() -> Self {
        Self::by(ReadBy::Unknown).how(How::Skip)
    }

    /// Another sort of text.
    pub fn how(self, how: How) -> Self {
        Self { how, ..self }
    }

    /// Another role.
    pub fn role(self, role: Role) -> Self {
        Self { role, ..self }
    }

    /// Another form.
    pub fn form(self, form: Form) -> Self {
        Self {
            form: Some(form),
            ..self
        }
    }

    /// With a name.
    pub fn name(self, name: &'static str) -> Self {
        Self {
            name: Some(name),
            ..self
        }
    }

    /// With a side.
    pub fn hint(self, hint: Hint) -> Self {
        Self {
            hint: Some(hint),
            ..self
        }
    }
}

/// A format's opinion of its values.
pub type Judge<'a> = &'a dyn Fn(&Settings, NodeId) -> Reading;

/// Reads a file of one syntax: every scalar as `judge` says, every comment as words by `comments`.
pub fn sightings(
    file: &SourceFile,
    syntax: Syntax,
    comments: ReadBy,
    judge: Judge<'_>,
) -> Vec<Sighting> {
    let text = Text::verbatim(&*file.text, 0, Style::Plain);
    let mut settings = Settings::read(syntax, &text);
    embed_documents(&mut settings);
    of_settings(file, settings, comments, judge)
}

/// The same for settings that were read already.
pub fn of_settings(
    file: &SourceFile,
    mut settings: Settings,
    comments: ReadBy,
    judge: Judge<'_>,
) -> Vec<Sighting> {
    settings.index();
    let settings = &settings;
    let walk = Walk {
        file,
        settings,
        judge,
        tense: tense(&file.path),
        lone: comment_lines(file, settings, true),
        trailing: comment_lines(file, settings, false),
    };
    let mut out = Vec::new();
    for block in settings.blocks() {
        walk.block(block, &mut out);
    }
    walk.comments(comments, &mut out);
    out.sort_by_key(|s| s.span);
    out.dedup_by_key(|s| s.span);
    out
}

/// Reads configurations that stand inside values (a ConfigMap's files, a JSON text in a template).
pub fn embed_documents(settings: &mut Settings) {
    for id in settings.ids() {
        let Some(value) = settings
            .value(id)
            .filter(|v| v.value.contains('\n') || v.value.trim_start().starts_with("{\""))
        else {
            continue;
        };
        if let Some(syntax) = inner_syntax(settings.key(id), &value.value) {
            let inner = Settings::read(syntax, &value.clone());
            settings.embed(id, inner);
        }
    }
}

/// How the text under a key is written, if it is a configuration.
fn inner_syntax(key: &str, value: &str) -> Option<Syntax> {
    let value = value.trim_start();
    if value.starts_with(['{', '[']) && value.contains('"') {
        return Some(Syntax::Json);
    }
    let extension = key.rsplit_once('.')?.1.to_ascii_lowercase();
    match extension.as_str() {
        "yml" | "yaml" => Some(Syntax::Outline),
        "json" => Some(Syntax::Json),
        "toml" => Some(Syntax::Toml),
        "ini" | "cfg" | "cnf" => Some(Syntax::Ini),
        "properties" | "env" => Some(Syntax::Properties),
        "xml" => Some(Syntax::Xml),
        "conf" if value.contains('{') => Some(Syntax::Braces),
        "conf" => Some(Syntax::Words),
        _ => None,
    }
}

/// Folders of what is kept only because it once was.
const PAST: &[&str] = &[
    "archive",
    "archives",
    "archived",
    "_archive",
    ".archive",
    "attic",
    "graveyard",
    "deprecated",
    "obsolete",
];

/// What a file's folders say of its time.
fn tense(path: &str) -> Tense {
    let past = |folder: &str| PAST.iter().any(|p| folder.eq_ignore_ascii_case(p));
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    if folders.split('/').any(past) {
        Tense::History
    } else {
        Tense::Now
    }
}

/// Comments that stand alone, or those that do not, by line.
fn comment_lines(file: &SourceFile, settings: &Settings, alone: bool) -> Vec<(usize, usize)> {
    let mut lines: Vec<(usize, usize)> = settings
        .comments()
        .iter()
        .enumerate()
        .filter(|(_, c)| c.alone == alone)
        .map(|(i, c)| (file.line(c.text.span.start), i))
        .collect();
    lines.sort_unstable();
    lines
}

struct Walk<'a> {
    file: &'a SourceFile,
    settings: &'a Settings,
    judge: Judge<'a>,
    tense: Tense,
    lone: Vec<(usize, usize)>,
    trailing: Vec<(usize, usize)>,
}

/// A value of a block with the name that it goes by.
struct Named<'a> {
    id: NodeId,
    name: String,
    value: Cow<'a, Text>,
    /// The environment's variable that a template puts before the value.
    variable: Option<String>,
}

impl<'a> Walk<'a> {
    /// Reads one mapping's scalars together, so that hosts find their ports.
    fn block(&self, block: &[NodeId], out: &mut Vec<Sighting>) {
        let start = out.len();
        let named: Vec<Named<'a>> = block.iter().filter_map(|&id| self.named(id)).collect();
        for entry in &named {
            self.value(entry, out);
        }
        // a list of one host is a host, too
        let only: Vec<Named<'a>> = block.iter().filter_map(|&id| self.only_item(id)).collect();
        let entries: Vec<Entry<'_>> = named
            .iter()
            .chain(&only)
            .map(|n| Entry {
                key: &n.name,
                value: &n.value,
            })
            .collect();
        if let Some(new) = out.get_mut(start..).filter(|_| entries.len() <= BLOCK) {
            scan::pair_hosts(&entries, new);
        }
    }

    /// The scalar of a list that holds nothing else.
    fn only_item(&self, id: NodeId) -> Option<Named<'a>> {
        let &[item] = self.settings.children(id) else {
            return None;
        };
        self.settings.node(item).filter(|n| n.key.is_none())?;
        self.named(item)
    }

    /// The scalar of a node, or the `value` of one that holds a `name` and a `value`.
    fn named(&self, id: NodeId) -> Option<Named<'a>> {
        if let Some((name, value)) = self.name_and_value(id) {
            return Some(Named {
                id: value,
                name: name.to_owned(),
                value: Cow::Borrowed(self.settings.value(value)?),
                variable: None,
            });
        }
        let value = self.settings.value(id)?;
        let is_part = self
            .settings
            .parent(id)
            .and_then(|p| self.name_and_value(p))
            .is_some_and(|(_, v)| v == id);
        if is_part || !self.settings.children(id).is_empty() {
            return None;
        }
        if let Some(equals) = assignment(&value.value) {
            return Some(Named {
                id,
                name: value.value.get(..equals)?.to_owned(),
                value: Cow::Owned(value.slice(equals + 1..value.value.len())),
                variable: None,
            });
        }
        let (variable, value) = match template::default(&value.value) {
            Some((variable, range)) => (variable, Cow::Owned(value.slice(range))),
            None => (None, Cow::Borrowed(value)),
        };
        Some(Named {
            id,
            name: self.settings.path(id).join("."),
            value,
            variable,
        })
    }

    /// `name: PGPORT`, `value: "5432"`: the name and the value's node.
    fn name_and_value(&self, id: NodeId) -> Option<(&'a str, NodeId)> {
        let children = self.settings.children(id);
        // a mapping of that sort is small
        if children.is_empty() || children.len() > TELLING.len() {
            return None;
        }
        let find = |keys: &[&str]| {
            children.iter().copied().find(|&c| {
                let node = self.settings.node(c);
                node.and_then(|n| n.key.as_ref())
                    .is_some_and(|k| keys.contains(&k.value.as_str()))
            })
        };
        let name = find(&["name", "key", "Name", "Key", "ParameterKey", "variable"])?;
        // XML's `<property name="...">value</property>` has the value for its text
        let text = || {
            children.iter().copied().find(|&c| {
                self.settings
                    .node(c)
                    .is_some_and(|n| n.key.is_none() && n.value.is_some())
            })
        };
        let value = find(&["value", "Value", "ParameterValue"]).or_else(text)?;
        Some((self.settings.value(name)?.value.as_str(), value))
    }

    fn value(&self, entry: &Named<'_>, out: &mut Vec<Sighting>) {
        if !has_digit(&entry.value) {
            return;
        }
        let reading = (self.judge)(self.settings, entry.id);
        if reading.how == How::Skip {
            return;
        }
        let start = out.len();
        let clues = self.clues(entry);
        let fallback_of: Vec<String> = entry.variable.iter().cloned().collect();
        let scan = Scan {
            tense: self.tense,
            fallback_of: &fallback_of,
            name: reading
                .name
                .or((!entry.name.is_empty()).then_some(entry.name.as_str())),
            ..Scan::by(reading.read_by).clued(&clues)
        };
        match reading.how {
            How::Value if entry.value.value.contains('\n') => {
                lines(&entry.value, |line| match command_start(&line.value) {
                    Some(start) => scan.command(&line.slice(start..line.value.len()), out),
                    None => scan.prose(&line, out),
                });
            }
            How::Value => scan.value(&entry.value, out),
            How::Command => scan.command(&entry.value, out),
            How::Prose => scan.prose(&entry.value, out),
            How::Quoted => quoted(&entry.value, |piece| scan.value(&piece, out)),
            How::Skip => {}
        }
        for sighting in out.iter_mut().skip(start) {
            sighting.role = reading.role;
            sighting.form = reading.form.unwrap_or(sighting.form);
            if reading.hint.is_some() {
                sighting.hint.clone_from(&reading.hint);
            }
        }
    }

    fn clues(&self, entry: &Named<'_>) -> Vec<Clue> {
        let mut clues = Vec::new();
        let mut add = |kind, text: &str| {
            if !text.is_empty() {
                clues.push(Clue {
                    kind,
                    text: text.to_owned(),
                });
            }
        };
        let mut path = self.settings.path(entry.id);
        let own = path.pop().unwrap_or("");
        add(
            ClueKind::Name,
            if !own.is_empty() && entry.name.ends_with(own) {
                own
            } else {
                &entry.name
            },
        );
        add(ClueKind::KeyPath, &path.join("."));
        let line = self.file.line(entry.value.span.start);
        for &(_, i) in on_lines(&self.trailing, line, line) {
            add(ClueKind::Line, self.comment(i));
        }
        for telling in self.telling_siblings(entry) {
            add(ClueKind::Near, telling);
        }
        for line in self.lines_of(entry.id, line) {
            for i in self.comments_above(line) {
                add(ClueKind::Near, self.comment(i));
            }
        }
        add(ClueKind::File, file_name(&self.file.path));
        clues
    }

    /// The lines on which a value, and what holds it up to its mapping, begin.
    fn lines_of(&self, id: NodeId, own: usize) -> Vec<usize> {
        let mut lines = vec![own];
        for holder in self.settings.upwards(id).skip(1) {
            let key = |n: NodeId| self.settings.node(n).and_then(|n| n.key.as_ref());
            let first = self.settings.children(holder).first().copied();
            let place = key(holder)
                .or_else(|| first.and_then(key))
                .map(|k| k.span.start);
            lines.extend(place.map(|at| self.file.line(at)));
            if self.is_mapping(holder) {
                break;
            }
        }
        lines.dedup();
        lines
    }

    /// Comments directly above a line, the nearest first.
    fn comments_above(&self, line: usize) -> Vec<usize> {
        let above = on_lines(
            &self.lone,
            line.saturating_sub(COMMENT_LINES),
            line.saturating_sub(1),
        );
        above
            .iter()
            .rev()
            .zip(1..)
            .take_while(|&(&(at, _), distance)| at + distance == line)
            .map(|(&(_, i), _)| i)
            .collect()
    }

    fn comment(&self, index: usize) -> &'a str {
        self.settings
            .comments()
            .get(index)
            .map_or("", |c| c.text.value.as_str())
    }

    /// Values of siblings, its own and its holders', that say what is described here, labels among them.
    fn telling_siblings(&self, entry: &Named<'_>) -> Vec<&'a str> {
        let mut found = Vec::new();
        let holders = self.settings.upwards(entry.id).skip(1);
        for holder in holders.filter(|&h| self.is_mapping(h)).take(MAPPINGS_UP) {
            for &child in self.settings.children(holder).iter().take(MOST_SIBLINGS) {
                let key = self.settings.node(child).and_then(|n| n.key.as_ref());
                let is = |words: &[&str]| {
                    key.is_some_and(|k| words.iter().any(|w| k.value.eq_ignore_ascii_case(w)))
                };
                if is(&["labels"]) {
                    found.extend(
                        self.settings
                            .children(child)
                            .iter()
                            .take(MOST_SIBLINGS)
                            .copied(),
                    );
                } else if is(TELLING) && child != entry.id {
                    found.push(child);
                }
            }
        }
        found
            .into_iter()
            .filter_map(|id| self.settings.value(id))
            .map(|v| v.value.as_str())
            .filter(|v| v.len() <= NAME_LENGTH && *v != entry.name)
            .collect()
    }

    fn is_mapping(&self, id: NodeId) -> bool {
        let first = self.settings.children(id).first();
        first
            .and_then(|&c| self.settings.node(c))
            .is_some_and(|n| n.key.is_some())
    }

    /// Reads the comments: commands as commands, the rest as words.
    fn comments(&self, read_by: ReadBy, out: &mut Vec<Sighting>) {
        let mut places: Vec<(Span, NodeId)> = self
            .settings
            .ids()
            .filter_map(|id| Some((self.settings.value(id)?.span, id)))
            .collect();
        places.sort_unstable();
        for comment in self.joined_comments() {
            if !has_digit(&comment.text) {
                continue;
            }
            // a comment above a setting speaks of it, one behind a setting does so too
            let next = places.partition_point(|(span, _)| span.start <= comment.text.span.start);
            let of = if comment.alone {
                next
            } else {
                next.saturating_sub(1)
            };
            let mut clues = Vec::new();
            if let Some(&(_, id)) = places.get(of) {
                clues.push(Clue {
                    kind: ClueKind::Near,
                    text: self.settings.path(id).join("."),
                });
            }
            clues.push(Clue {
                kind: ClueKind::File,
                text: file_name(&self.file.path).to_owned(),
            });
            match command_start(&comment.text.value) {
                Some(start) => {
                    let command = comment.text.slice(start..comment.text.value.len());
                    self.scan(typed_by(read_by), &clues).command(&command, out);
                }
                None => self
                    .scan(told_by(read_by), &clues)
                    .prose(&comment.text, out),
            }
        }
    }

    fn scan<'s>(&self, read_by: ReadBy, clues: &'s [Clue]) -> Scan<'s> {
        Scan {
            tense: self.tense,
            ..Scan::by(read_by).clued(clues)
        }
    }

    /// The comments, those joined that go on behind a backslash.
    fn joined_comments(&self) -> Vec<Comment> {
        let mut joined = Vec::new();
        let mut rest = self.settings.comments();
        while let Some(first) = rest.first() {
            let goes_on = |c: &Comment| c.alone && c.text.value.ends_with('\\');
            let more = rest
                .iter()
                .take(MOST_SIBLINGS)
                .take_while(|c| goes_on(c))
                .count();
            let (command, others) = rest.split_at((more + 1).min(rest.len()));
            let text = match command {
                [one] => one.text.clone(),
                several => {
                    let texts: Vec<Text> = several.iter().map(|c| c.text.clone()).collect();
                    Text::joined(&texts, "\n")
                }
            };
            joined.push(Comment {
                text,
                alone: first.alone,
            });
            rest = others;
        }
        joined
    }
}

/// Who runs a command that a comment shows: the person who reads the comment.
fn typed_by(read_by: ReadBy) -> ReadBy {
    match read_by {
        ReadBy::CiJob => ReadBy::CiJob,
        _ => ReadBy::Host,
    }
}

/// From where a comment's words are meant: nobody knows, in a file for a cluster.
fn told_by(read_by: ReadBy) -> ReadBy {
    match read_by {
        ReadBy::Cluster => ReadBy::Unknown,
        other => other,
    }
}

fn has_digit(text: &Text) -> bool {
    text.value.bytes().any(|b| b.is_ascii_digit())
}

/// Where the `=` of `PGPORT=5432` stands, in a text that is an assignment to an environment's variable.
fn assignment(value: &str) -> Option<usize> {
    let equals = value.find('=')?;
    let name = value.get(..equals)?;
    let shaped = name
        .bytes()
        .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    (shaped && name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')).then_some(equals)
}

/// Entries whose line lies in the inclusive range.
fn on_lines(comments: &[(usize, usize)], from: usize, to: usize) -> &[(usize, usize)] {
    let start = comments.partition_point(|&(line, _)| line < from);
    let end = comments.partition_point(|&(line, _)| line <= to);
    comments.get(start..end).unwrap_or(&[])
}

/// Calls `each` with every line of a text.
fn lines(text: &Text, mut each: impl FnMut(Text)) {
    let mut at = 0;
    for line in text.value.split_inclusive('\n') {
        each(text.slice(at..at + line.trim_end().len()));
        at += line.len();
    }
}

/// Calls `each` with every piece between double or single quotes.
fn quoted(text: &Text, mut each: impl FnMut(Text)) {
    let mut open: Option<(char, usize)> = None;
    for (at, c) in text
        .value
        .char_indices()
        .filter(|&(_, c)| matches!(c, '"' | '\''))
    {
        match open {
            Some((quote, from)) if quote == c => {
                each(text.slice(from..at));
                open = None;
            }
            Some(_) => {}
            None => open = Some((c, at + 1)),
        }
    }
}

/// Where the command of a line begins, if the line is one: behind a prompt, or at the name of a program that takes ports.
fn command_start(line: &str) -> Option<usize> {
    let body =
        line.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '#' | '-' | '*' | '`'));
    let start = line.len() - body.len();
    if let Some(rest) = body.strip_prefix("$ ").or_else(|| body.strip_prefix("> ")) {
        return Some(line.len() - rest.len());
    }
    let mut words = body.split_whitespace();
    let program = words.next()?;
    if SHELL_WORDS.contains(&program) {
        return words.next().map(|_| start);
    }
    // a sentence may begin with the name of a program, but has neither options nor addresses
    let shaped = |word: &str| {
        word.starts_with('-')
            || word
                .split_once(':')
                .is_some_and(|(_, port)| port.starts_with(|c: char| c.is_ascii_digit() || c == '/'))
    };
    (is_program(program) && words.any(shaped)).then_some(start)
}

/// Words that begin commands, and no sentence.
const SHELL_WORDS: &[&str] = &[
    "export",
    "sudo",
    "nc",
    "telnet",
    "docker-compose",
    "podman-compose",
    "kubectl",
];

/// Programs of `rules/commands.yaml`, and those that fetch.
fn is_program(word: &str) -> bool {
    let commands = words::commands();
    let fetches = matches!(word, "curl" | "wget" | "http" | "https" | "xh");
    fetches
        || commands
            .clients
            .iter()
            .any(|c| c.commands.iter().any(|name| name == word))
        || commands
            .container_exec
            .iter()
            .any(|c| c.commands.iter().any(|name| name == word))
        || commands.remote.contains(word)
        || commands.local_ports.contains(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_in_comments_are_told_from_sentences() {
        for (line, command) in [
            (
                "docker run -p 5432:5432 postgres:16",
                Some("docker run -p 5432:5432 postgres:16"),
            ),
            ("  $ psql -p 5433", Some("psql -p 5433")),
            ("- curl localhost:6333", Some("curl localhost:6333")),
            ("nc db 5432", Some("nc db 5432")),
            ("questdb listens on 9000", None),
            ("docker publishes it on 5432", None),
            ("docker", None),
            ("Docker publishes it on 5432", None),
            ("the port 5432", None),
            ("", None),
        ] {
            assert_eq!(
                command_start(line).and_then(|at| line.get(at..)),
                command,
                "{line}"
            );
        }
    }

    #[test]
    fn quoted_pieces() {
        let text = Text::verbatim(
            "up{instance=\"db:9187\", job='x'} > 5432 \"",
            0,
            Style::Plain,
        );
        let mut pieces = Vec::new();
        quoted(&text, |p| pieces.push((p.value, p.span.start)));
        assert_eq!(pieces, [("db:9187".to_owned(), 13), ("x".to_owned(), 28)]);
    }
}
