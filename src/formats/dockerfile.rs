//! Dockerfiles → `FROM` and `EXPOSE`, and the ports that their instructions speak of.

use std::collections::HashMap;

use crate::facts::{Dockerfile, FileFacts, ReadBy};
use crate::formats::Reader;
use crate::formats::exposed::exposed;
use crate::formats::scan::Scan;
use crate::source::{SourceFile, Span, Spanned, Style, Text};

/// The most ports that one file exposes.
const MAX_EXPOSED: usize = 1024;

/// The longest value, in bytes, that variables may build up.
const MAX_VALUE: usize = 4096;

/// Dockerfiles and Containerfiles.
pub const READER: Reader = Reader {
    name: "dockerfile",
    wants: |name, _| is_dockerfile(&name.lower),
    read,
};

/// Whether a file's name, in lower case, is that of a Dockerfile.
fn is_dockerfile(name: &str) -> bool {
    ["dockerfile", "containerfile"].iter().any(|kind| {
        let whole = name.strip_prefix(kind);
        whole.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_']))
            || name
                .strip_suffix(kind)
                .is_some_and(|rest| rest.ends_with('.'))
    }) && !name.ends_with(".dockerignore")
}

fn read(file: &SourceFile, facts: &mut FileFacts) {
    let (dockerfile, instructions) = parse(&file.text);
    for instruction in &instructions {
        let scan = Scan::by(ReadBy::Container);
        match instruction.word.as_str() {
            "RUN" | "CMD" | "ENTRYPOINT" | "HEALTHCHECK" => {
                scan.command(&instruction.rest, &mut facts.sightings);
            }
            "ENV" | "ARG" => {
                for (key, value) in assignments(&instruction.rest) {
                    scan.named(&key).value(&value, &mut facts.sightings);
                }
            }
            "EXPOSE" => {
                let ports = words(&instruction.rest);
                facts.sightings.extend(ports.filter_map(|port| {
                    exposed(&port, ReadBy::Container, "`EXPOSE` names container ports")
                }));
            }
            _ => {}
        }
    }
    facts.dockerfile = Some(dockerfile);
}

/// The image of an inline Dockerfile's first `FROM`.
pub fn first_image(text: &str) -> Option<String> {
    let (dockerfile, _) = parse(text);
    dockerfile
        .from
        .into_iter()
        .next()
        .map(|(image, _)| image.value)
}

/// One instruction: its word in upper case, and the rest of its lines.
struct Instruction {
    word: String,
    rest: Text,
}

/// What the file says, and its instructions.
fn parse(text: &str) -> (Dockerfile, Vec<Instruction>) {
    let mut dockerfile = Dockerfile::default();
    let instructions = instructions(text);
    // Only `ARG`s before the first `FROM` count in a `FROM`; in a stage, its own `ARG` and `ENV` count as well.
    let mut global: HashMap<String, String> = HashMap::new();
    let mut stage: HashMap<String, String> = HashMap::new();
    for instruction in &instructions {
        let rest = &instruction.rest;
        match instruction.word.as_str() {
            "FROM" => {
                dockerfile.from.extend(from(rest, &global));
                stage.clear();
            }
            "ARG" | "ENV" => {
                let in_stage = !dockerfile.from.is_empty();
                for (key, value) in assignments(rest) {
                    let value = substitute(&value.value, if in_stage { &stage } else { &global });
                    if in_stage { &mut stage } else { &mut global }.insert(key, value);
                }
                // `ARG NAME` in a stage takes over the value from above.
                for word in words(rest).filter(|word| !word.value.contains('=')) {
                    if let Some(value) = global.get(&word.value).filter(|_| in_stage) {
                        stage.insert(word.value, value.clone());
                    }
                }
            }
            "EXPOSE" => {
                for word in words(rest) {
                    let room = MAX_EXPOSED - dockerfile.expose.len();
                    dockerfile.expose.extend(ports(&word, &stage).take(room));
                }
            }
            _ => {}
        }
    }
    (dockerfile, instructions)
}

/// `[--platform=…] image [AS stage]`
fn from(rest: &Text, args: &HashMap<String, String>) -> Option<(Spanned<String>, Option<String>)> {
    let mut words = words(rest).skip_while(|word| word.value.starts_with("--"));
    let image = words.next()?;
    let stage = match words.next() {
        Some(word) if word.value.eq_ignore_ascii_case("as") => words.next().map(|name| name.value),
        _ => None,
    };
    let name = substitute(&image.value, args);
    Some((Spanned::new(name, image.span), stage))
}

/// `5432`, `5432/tcp`, `7000-7002`, `$PORT`.
fn ports(word: &Text, args: &HashMap<String, String>) -> impl Iterator<Item = Spanned<u16>> {
    let port = substitute(&word.value, args);
    let numbers = port.split('/').next().unwrap_or("");
    let (first, last) = numbers.split_once('-').unwrap_or((numbers, numbers));
    let range = match (first.parse::<u16>(), last.parse::<u16>()) {
        (Ok(first), Ok(last)) => Some(first..=last),
        _ => None,
    };
    let span = word.span;
    range
        .into_iter()
        .flatten()
        .map(move |port| Spanned::new(port, span))
}

/// The pairs of `KEY=value KEY="v w"` or `KEY value`.
fn assignments(rest: &Text) -> Vec<(String, Text)> {
    let all: Vec<Text> = words(rest).collect();
    let is_old_form = all.first().is_some_and(|word| !word.value.contains('='));
    if let (true, Some(key), Some(second)) = (is_old_form, all.first(), all.get(1)) {
        let begin = rest.value.find(second.value.as_str()).unwrap_or(0);
        let value = rest.slice(begin..rest.value.trim_end().len());
        return vec![(key.value.clone(), unquoted(&value))];
    }
    all.iter()
        .filter_map(|word| {
            let cut = word.value.find('=')?;
            let key = word.value.get(..cut)?.to_owned();
            Some((key, unquoted(&word.slice(cut + 1..word.value.len()))))
        })
        .collect()
}

fn unquoted(text: &Text) -> Text {
    let quoted = ['"', '\''].iter().any(|&quote| {
        text.value.len() >= 2 && text.value.starts_with(quote) && text.value.ends_with(quote)
    });
    if quoted {
        text.slice(1..text.value.len() - 1)
    } else {
        text.clone()
    }
}

/// The words of an instruction; blanks inside quotes do not end a word.
fn words(rest: &Text) -> impl Iterator<Item = Text> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let tail = rest.value.get(at..)?;
        let begin = at + tail.len() - tail.trim_start().len();
        let mut quote = None;
        let mut end = rest.value.len();
        for (i, c) in rest.value.get(begin..)?.char_indices() {
            match quote {
                Some(q) if q == c => quote = None,
                None if c == '"' || c == '\'' => quote = Some(c),
                None if c.is_whitespace() => {
                    end = begin + i;
                    break;
                }
                _ => {}
            }
        }
        at = end;
        (begin < end).then(|| rest.slice(begin..end))
    })
}

/// Replaces `$NAME`, `${NAME}`, `${NAME:-default}` and `${NAME:+other}`; what is not known becomes nothing.
fn substitute(text: &str, values: &HashMap<String, String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        if out.len() > MAX_VALUE {
            return out;
        }
        out.push_str(before);
        let braced = after
            .strip_prefix('{')
            .and_then(|after| after.split_once('}'));
        let (expression, tail) = match braced {
            Some(pair) => pair,
            None => {
                let end = after
                    .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                    .unwrap_or(after.len());
                after.split_at_checked(end).unwrap_or((after, ""))
            }
        };
        out.push_str(&evaluate(expression, values));
        rest = tail;
    }
    out.push_str(rest);
    out
}

fn evaluate(expression: &str, values: &HashMap<String, String>) -> String {
    let operator = expression.find([':', '-', '+']).unwrap_or(expression.len());
    let (name, modifier) = expression
        .split_at_checked(operator)
        .unwrap_or((expression, ""));
    let value = values.get(name).filter(|value| !value.is_empty());
    let modifier = modifier.trim_start_matches(':');
    match (value, modifier.chars().next()) {
        (Some(_), Some('+')) => modifier.get(1..).unwrap_or("").to_owned(),
        (Some(value), _) => value.clone(),
        (None, Some('-')) => modifier.get(1..).unwrap_or("").to_owned(),
        (None, _) => String::new(),
    }
}

/// Splits the text into instructions: comments and continuation lines taken out, here-documents belong to theirs.
fn instructions(text: &str) -> Vec<Instruction> {
    let escape = escape_character(text);
    let mut found = Vec::new();
    let mut lines = Lines { text, at: 0 };
    while let Some((line, start)) = lines.next() {
        let body = line.trim_start_matches(['\u{feff}', ' ', '\t']);
        if body.is_empty() || body.starts_with('#') {
            continue;
        }
        let begin = start + line.len() - body.len();
        let word = body.split(char::is_whitespace).next().unwrap_or("");
        let mut logical = Logical::default();
        let after = body.get(word.len()..).unwrap_or("");
        let mut open = logical.push(after, begin + word.len(), escape);
        while open {
            let Some((line, start)) = lines.next() else {
                break;
            };
            let trimmed = line.trim_start();
            // Comments and empty lines do not end a continued instruction.
            if trimmed.is_empty() || trimmed.starts_with('#') {
                continue;
            }
            open = logical.push(line, start, escape);
        }
        if let Some(end) = here_document(&logical.value) {
            for (line, start) in lines.by_ref() {
                logical.push_line(line, start);
                if line.trim() == end {
                    break;
                }
            }
        }
        found.push(Instruction {
            word: word.to_ascii_uppercase(),
            rest: logical.text(),
        });
    }
    found
}

/// `# escape=` among the directives at the file's head.
fn escape_character(text: &str) -> char {
    for line in text.trim_start_matches('\u{feff}').lines() {
        let directive = line
            .trim()
            .strip_prefix('#')
            .and_then(|d| d.split_once('='));
        match directive {
            Some((name, value)) if name.trim().eq_ignore_ascii_case("escape") => {
                return value.trim().chars().next().unwrap_or('\\');
            }
            Some(_) => {}
            None => break,
        }
    }
    '\\'
}

/// The mark that ends the here-document which an instruction opens: `<<EOF`, `<<-"EOF"`.
fn here_document(instruction: &str) -> Option<String> {
    let (_, after) = instruction.split_once("<<")?;
    let mark = after.strip_prefix('-').unwrap_or(after);
    let mark = mark
        .split(|c: char| c.is_whitespace() || matches!(c, '>' | '|' | ';'))
        .next()?;
    let mark = mark.trim_matches(['"', '\'']);
    let good = mark.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    good.then(|| mark.to_owned())
}

/// Lines with their offsets, line ends excluded.
struct Lines<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Iterator for Lines<'a> {
    type Item = (&'a str, usize);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let start = self.at;
        let line = rest.split_inclusive('\n').next()?;
        self.at += line.len();
        Some((line.trim_end_matches(['\n', '\r']), start))
    }
}

/// An instruction that is put together from several lines.
#[derive(Default)]
struct Logical {
    value: String,
    segments: Vec<(u32, u32, u32)>,
}

impl Logical {
    /// Adds a line; whether the next one continues it.
    fn push(&mut self, line: &str, start: usize, escape: char) -> bool {
        let body = line.trim_end();
        let continued = body.strip_suffix(escape);
        self.add(continued.unwrap_or(body), start);
        continued.is_some()
    }

    /// Adds a line of a here-document.
    fn push_line(&mut self, line: &str, start: usize) {
        self.value.push('\n');
        self.add(line, start);
    }

    fn add(&mut self, piece: &str, start: usize) {
        let run = Span::new(start, start + piece.len());
        let at = Span::at(self.value.len()).start;
        self.value.push_str(piece);
        self.segments.push((at, run.start, run.end - run.start));
    }

    fn text(self) -> Text {
        let span = match (self.segments.first(), self.segments.last()) {
            (Some(&(_, start, _)), Some(&(_, at, len))) => Span {
                start,
                end: at + len,
            },
            _ => Span::default(),
        };
        Text::mapped(self.value, span, self.segments, Style::Block)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classify::Name;

    fn read_text(text: &str) -> Dockerfile {
        let mut facts = FileFacts::default();
        read(&SourceFile::new("Dockerfile", text), &mut facts);
        facts.dockerfile.unwrap()
    }

    #[test]
    fn names() {
        for yes in [
            "Dockerfile",
            "a/Dockerfile.dev",
            "x.Dockerfile",
            "Containerfile",
            "dockerfile-prod",
        ] {
            assert!(is_dockerfile(&Name::of(yes).lower), "{yes}");
        }
        for no in [
            "Dockerfile.dockerignore",
            "docker",
            "Dockerfiles/x.md",
            "mydockerfile",
        ] {
            assert!(!is_dockerfile(&Name::of(no).lower), "{no}");
        }
    }

    #[test]
    fn stages_arguments_and_ports_are_read() {
        let text = "\u{feff}# syntax=docker/dockerfile:1\r\n# escape=\\\r\n\r\n\
            ARG VERSION=16\r\nARG BASE=postgres:${VERSION}-alpine\r\n\
            FROM --platform=$BUILDPLATFORM golang:1.23 AS build\r\n\
            RUN apk add \\\r\n  # a comment\r\n\r\n  curl\r\n\
            FROM ${BASE} as db\r\nARG VERSION\r\nENV PORT=5432 NAME=\"a b\"\r\n\
            EXPOSE ${PORT}/tcp 6333-6335 \\\r\n  9187/udp 99999 $NOBODY\r\n\
            FROM scratch\r\nEXPOSE $PORT 80";
        let found = read_text(text);
        let from: Vec<_> = found
            .from
            .iter()
            .map(|(i, s)| (i.value.as_str(), s.as_deref()))
            .collect();
        assert_eq!(
            from,
            [
                ("golang:1.23", Some("build")),
                ("postgres:16-alpine", Some("db")),
                ("scratch", None)
            ]
        );
        let ports: Vec<_> = found.expose.iter().map(|p| p.value).collect();
        assert_eq!(ports, [5432, 6333, 6334, 6335, 9187, 80]);
        let place = |port: u16| {
            let found = found.expose.iter().find(|p| p.value == port).unwrap();
            text.get(found.span.range()).unwrap()
        };
        assert_eq!(place(9187), "9187/udp");
        assert_eq!(place(5432), "${PORT}/tcp");
        assert_eq!(text.get(found.from[1].0.span.range()), Some("${BASE}"));
    }

    #[test]
    fn here_documents_and_other_escapes_hide_no_instruction() {
        let text = "# escape=`\nFROM a:1\nRUN <<EOF\nEXPOSE 1\nFROM b\nEOF\nRUN x `\n  y\nENV KEY some value\nEXPOSE 7000\n";
        let found = read_text(text);
        assert_eq!(found.from.len(), 1);
        assert_eq!(
            found.expose.iter().map(|p| p.value).collect::<Vec<_>>(),
            [7000]
        );
        assert_eq!(first_image("FROM\nFROM x AS y"), Some("x".to_owned()));
        assert_eq!(first_image(""), None);
    }

    #[test]
    fn values_keep_their_places() {
        let text = "ENV URL=\"postgres://db:5432/x\" B=2\nENV OLD localhost 5433\n";
        let pairs: Vec<_> = instructions(text)
            .iter()
            .flat_map(|i| assignments(&i.rest))
            .collect();
        let shown: Vec<_> = pairs
            .iter()
            .map(|(key, value)| {
                (
                    key.as_str(),
                    value.value.as_str(),
                    text.get(value.span.range()).unwrap(),
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                ("URL", "postgres://db:5432/x", "postgres://db:5432/x"),
                ("B", "2", "2"),
                ("OLD", "localhost 5433", "localhost 5433"),
            ]
        );
    }

    #[test]
    fn odd_texts_do_no_harm() {
        for text in [
            "",
            "FROM",
            "FROM \\",
            "ENV",
            "ENV =",
            "EXPOSE 5-",
            "RUN <<",
            "\\\n\\\n",
            "EXPOSE ${",
            "FROM $",
            "EXPOSE 0-65535 1-2-3",
        ] {
            read_text(text);
        }
    }

    proptest::proptest! {
        #[test]
        fn any_mixture_is_read_without_panic(
            parts in proptest::collection::vec(proptest::sample::select(vec!["FROM ", "ARG ", "ENV ", "EXPOSE ", "RUN ", "A", "=", "$A", "${A:-", "}", "5432", "-", "/tcp", "\n", "\r\n", " ", "\\\n", "\"", "'", "#", "<<EOF", "EOF", "🐘", "# escape=`\n", "`\n", "\u{feff}"]), 0..30)
        ) {
            let text = parts.concat();
            read_text(&text);
        }
    }
}
