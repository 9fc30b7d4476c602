//! From settings to sightings: each value with its name, its siblings and the comments around it.

use super::{NodeId, Settings, Syntax};
use crate::classify::file_name;
use crate::facts::{Clue, ClueKind, Form, Hint, ReadBy, Role, Sighting, Tense};
use crate::formats::scan::{self, Entry, Scan};
use crate::source::{SourceFile, Span, Style, Text};

/// Comment lines above a setting that may speak of it.
const COMMENT_LINES: usize = 3;
/// How many mappings up the names of the siblings still say what a value belongs to.
const SIBLINGS_UP: usize = 2;
/// Keys whose values name or sort what their siblings describe.
const TELLING: &[&str] = &[
    "name", "id", "type", "kind", "engine", "driver", "client", "dialect", "adapter", "provider",
    "service", "image", "title", "label", "job_name", "alias", "plugin", "backend", "uid",
];
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
        lone: lone_comments(file, settings),
        trailing: trailing_comments(file, settings),
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

/// Comments that stand alone, by line.
fn lone_comments(file: &SourceFile, settings: &Settings) -> Vec<(usize, usize)> {
    let mut lines: Vec<(usize, usize)> = settings
        .comments()
        .iter()
        .enumerate()
        .filter(|(_, c)| c.alone)
        .map(|(i, c)| (file.line(c.text.span.start), i))
        .collect();
    lines.sort_unstable();
    lines
}

/// Comments behind something, by line.
fn trailing_comments(file: &SourceFile, settings: &Settings) -> Vec<(usize, usize)> {
    let mut lines: Vec<(usize, usize)> = settings
        .comments()
        .iter()
        .enumerate()
        .filter(|(_, c)| !c.alone)
        .map(|(i, c)| (file.line(c.text.span.start), i))
        .collect();
    lines.sort_unstable();
    lines
}

struct Walk<'a> {
    file: &'a SourceFile,
    settings: &'a Settings,
    judge: Judge<'a>,
    lone: Vec<(usize, usize)>,
    trailing: Vec<(usize, usize)>,
}

/// A value of a block with the name that it goes by.
struct Named<'a> {
    id: NodeId,
    name: String,
    value: &'a Text,
}

impl<'a> Walk<'a> {
    /// Reads one mapping's scalars together, so that hosts find their ports.
    fn block(&self, block: &[NodeId], out: &mut Vec<Sighting>) {
        let start = out.len();
        let named: Vec<Named<'a>> = block.iter().filter_map(|&id| self.named(id)).collect();
        for entry in &named {
            self.value(entry, out);
        }
        let entries: Vec<Entry<'_>> = named
            .iter()
            .map(|n| Entry {
                key: &n.name,
                value: n.value,
            })
            .collect();
        if let Some(new) = out.get_mut(start..) {
            scan::pair_hosts(&entries, new);
        }
    }

    /// The scalar of a node, or the `value` of one that holds a `name` and a `value`.
    fn named(&self, id: NodeId) -> Option<Named<'a>> {
        if let Some((name, value)) = self.name_and_value(id) {
            return Some(Named {
                id: value,
                name: name.to_owned(),
                value: self.settings.value(value)?,
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
        Some(Named {
            id,
            name: self.settings.path(id).join("."),
            value,
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
        let value = find(&["value", "Value", "ParameterValue"])?;
        Some((self.settings.value(name)?.value.as_str(), value))
    }

    fn value(&self, entry: &Named<'_>, out: &mut Vec<Sighting>) {
        let reading = (self.judge)(self.settings, entry.id);
        if reading.how == How::Skip {
            return;
        }
        let start = out.len();
        let clues = self.clues(entry);
        let scan = Scan {
            read_by: reading.read_by,
            tense: Tense::Now,
            name: (!entry.name.is_empty()).then_some(entry.name.as_str()),
            fallback_of: &[],
            clues: &clues,
        };
        match reading.how {
            How::Value if entry.value.value.contains('\n') => {
                lines(entry.value, |line| prose_or_command(&scan, &line, out));
            }
            How::Value => scan.value(entry.value, out),
            How::Command => scan.command(entry.value, out),
            How::Prose => scan.prose(entry.value, out),
            How::Quoted => quoted(entry.value, |piece| scan.value(&piece, out)),
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
            if entry.name.ends_with(own) {
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
        for telling in self.telling_siblings(entry.id) {
            add(ClueKind::Near, telling);
        }
        for i in self.comments_above(line) {
            add(ClueKind::Near, self.comment(i));
        }
        add(ClueKind::File, file_name(&self.file.path));
        clues
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

    /// Values of siblings, its own and its holders', that say what is described here.
    fn telling_siblings(&self, id: NodeId) -> Vec<&'a str> {
        let mut found = Vec::new();
        for holder in self.settings.upwards(id).skip(1).take(SIBLINGS_UP + 1) {
            for &child in self.settings.children(holder).iter().take(64) {
                let Some(node) = self.settings.node(child).filter(|_| child != id) else {
                    continue;
                };
                let telling = node
                    .key
                    .as_ref()
                    .is_some_and(|k| TELLING.iter().any(|t| k.value.eq_ignore_ascii_case(t)));
                if let Some(value) = node
                    .value
                    .as_ref()
                    .filter(|v| telling && v.value.len() <= NAME_LENGTH)
                {
                    found.push(value.value.as_str());
                }
            }
        }
        found
    }

    /// Reads the comments: commands as commands, the rest as words.
    fn comments(&self, read_by: ReadBy, out: &mut Vec<Sighting>) {
        let mut places: Vec<(Span, NodeId)> = self
            .settings
            .ids()
            .filter_map(|id| Some((self.settings.value(id)?.span, id)))
            .collect();
        places.sort_unstable();
        for comment in self.settings.comments() {
            if !comment.text.value.bytes().any(|b| b.is_ascii_digit()) {
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
            let scan = Scan {
                read_by,
                tense: Tense::Now,
                name: None,
                fallback_of: &[],
                clues: &clues,
            };
            prose_or_command(&scan, &comment.text, out);
        }
    }
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

/// A line of a comment or of a script: a command if it begins like one.
fn prose_or_command(scan: &Scan<'_>, line: &Text, out: &mut Vec<Sighting>) {
    match command_start(&line.value) {
        Some(start) => {
            // what a person types there runs on the host, whoever reads the file
            let scan = Scan {
                read_by: if scan.read_by == ReadBy::Mounted {
                    ReadBy::Host
                } else {
                    scan.read_by
                },
                ..*scan
            };
            scan.command(&line.slice(start..line.value.len()), out);
        }
        None => scan.prose(line, out),
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
    let word = body.split_whitespace().next().unwrap_or("");
    (body.len() > word.len() && PROGRAMS.contains(&word)).then_some(start)
}

/// Programs that people name in comments with their arguments.
const PROGRAMS: &[&str] = &[
    "docker",
    "podman",
    "nerdctl",
    "docker-compose",
    "psql",
    "pg_isready",
    "redis-cli",
    "mysql",
    "mongosh",
    "mongo",
    "curl",
    "wget",
    "nc",
    "telnet",
    "kubectl",
    "ssh",
    "sudo",
    "export",
    "clickhouse-client",
    "pg_dump",
    "lsof",
    "ss",
    "netstat",
    "http",
    "cqlsh",
    "sqlcmd",
];

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
