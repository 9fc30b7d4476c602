//! Ports in commands: clients' options, `docker run -p`, port forwards, socket listings, assignments; and who runs them where.

mod clients;
mod containers;
mod dispatch;
mod other;
mod place;

use super::finder::{Finder, Hit};
use super::lex::{self, Token, Word};
use super::words::commands;
use super::{Entry, Scan, block, names, pair_hosts};
use crate::facts::{Clue, ClueKind, Form, Host, Sighting};
use crate::source::Text;
use place::Place;
use std::borrow::Cow;
use std::ops::Range;

/// Scripts within scripts deeper than this are nobody's.
const DEEPEST: usize = 5;
/// A command's words as a clue are cut here, in bytes.
const LINE: usize = 240;

/// Reads a script.
pub(super) fn script(scan: &Scan<'_>, text: &Text, out: &mut Vec<Sighting>) {
    let place = Place {
        read_by: scan.read_by,
        hint: None,
        clues: Vec::new(),
        depth: 0,
    };
    Script::new(scan, text, out).run(&place);
}

/// Reads a command that a text quotes; texts within it are read as they are.
pub(super) fn quoted(scan: &Scan<'_>, text: &Text, out: &mut Vec<Sighting>) {
    let place = Place {
        read_by: scan.read_by,
        hint: None,
        clues: Vec::new(),
        depth: 0,
    };
    let mut script = Script::new(scan, text, out);
    script.quoted = true;
    script.run(&place);
}

/// One command: its words, and what it is joined to.
#[derive(Default)]
struct Command {
    words: Vec<Word>,
    /// It reads what a listing of sockets or containers printed.
    after_listing: bool,
    /// The words are an array's.
    array_of: Option<Word>,
    /// The comment behind it.
    comment: Option<String>,
}

/// A script at work.
struct Script<'a, 'o> {
    scan: &'a Scan<'a>,
    text: &'a Text,
    out: &'o mut Vec<Sighting>,
    /// Assignments, for hosts of sibling variables.
    assigned: Vec<(String, Text)>,
    /// Where an open `docker exec -it pg bash` or `ssh box` has led, until `exit`.
    inside: Option<Place>,
    /// The comment above, until a blank line.
    above: Option<String>,
    /// Variables that stand for a port, with the host and the client that they are used with.
    uses: Vec<Use>,
    /// A text quotes it: its own texts quote nothing more.
    quoted: bool,
}

/// A variable in the place of a port: `psql -h localhost -p "$PORT"`.
struct Use {
    variable: String,
    host: Host,
    client: Option<Clue>,
}

impl<'a, 'o> Script<'a, 'o> {
    fn new(scan: &'a Scan<'a>, text: &'a Text, out: &'o mut Vec<Sighting>) -> Self {
        Self {
            scan,
            text,
            out,
            assigned: Vec::new(),
            inside: None,
            above: None,
            uses: Vec::new(),
            quoted: false,
        }
    }

    fn run(&mut self, place: &Place) {
        let first = self.out.len();
        let mut command = Command::default();
        let mut listing = false;
        let mut ended = false;
        for token in lex::lex(&self.text.value) {
            let ends = token == Token::End;
            match token {
                Token::Word(word) => command.words.push(word),
                Token::Pipe => {
                    listing = listing || self.lists_sockets(&command);
                    self.finish(&mut command, place);
                    command.after_listing = listing;
                }
                Token::End => {
                    listing = false;
                    let blank = command.words.is_empty() && ended;
                    self.finish(&mut command, place);
                    if blank {
                        self.above = None;
                    }
                }
                Token::Array => {
                    let name = command.words.pop();
                    self.finish(&mut command, place);
                    command.array_of = name;
                }
                Token::Comment(range) => {
                    let words = self
                        .text
                        .value
                        .get(range.clone())
                        .map_or("", str::trim)
                        .to_owned();
                    if command.words.is_empty() {
                        self.above = Some(words);
                    } else {
                        command.comment = Some(words);
                    }
                    self.comment(range, place);
                }
                Token::Heredoc(range) => {
                    let body = self.text.slice(range);
                    let scan = Scan {
                        read_by: place.read_by,
                        ..*self.scan
                    };
                    scan.snippet(&body, self.out);
                }
            }
            ended = ends;
        }
        self.finish(&mut command, place);
        let entries: Vec<Entry<'_>> = self
            .assigned
            .iter()
            .map(|(key, value)| Entry { key, value })
            .collect();
        pair_hosts(&entries, self.out.get_mut(first..).unwrap_or_default());
        self.give_uses(first);
    }

    /// A variable that no sibling gives a host has the one that it is used with.
    fn give_uses(&mut self, first: usize) {
        for sighting in self
            .out
            .iter_mut()
            .skip(first)
            .filter(|s| s.host.is_none() && s.form == Form::Keyed)
        {
            let found = self
                .uses
                .iter()
                .find(|u| Some(u.variable.as_str()) == sighting.name.as_deref());
            if let Some(found) = found.filter(|u| !u.host.text.is_empty()) {
                sighting.host = Some(found.host.clone());
                sighting.clues.extend(found.client.clone());
            }
        }
    }

    fn finish(&mut self, command: &mut Command, place: &Place) {
        let command = std::mem::take(command);
        if command.words.is_empty() {
            return;
        }
        let before = self.out.len();
        self.dispatch(&command, place);
        let beside = command.comment.map(|text| (ClueKind::Line, text));
        let above = self.above.clone().map(|text| (ClueKind::Near, text));
        let clues: Vec<Clue> = beside
            .into_iter()
            .chain(above)
            .map(|(kind, text)| Clue { kind, text })
            .collect();
        for sighting in self.out.iter_mut().skip(before) {
            let at = sighting
                .clues
                .iter()
                .take_while(|c| c.kind <= ClueKind::Line)
                .count();
            sighting.clues.splice(at..at, clues.iter().cloned());
        }
    }

    fn dispatch(&mut self, command: &Command, place: &Place) {
        if let Some(name) = &command.array_of {
            self.array(name, &command.words, place);
        } else if let Some(inside) = self.inside.clone() {
            let leaves = command
                .words
                .first()
                .is_some_and(|w| matches!(&*self.str(w), "exit" | "logout" | "\\q"));
            if leaves {
                self.inside = None;
            } else {
                self.command(&command.words, command.after_listing, &inside);
            }
        } else {
            self.command(&command.words, command.after_listing, place);
        }
    }

    /// Whether a command is a shell that waits for commands of its own.
    fn is_open_shell(&self, words: &[Word]) -> bool {
        let Some(first) = words.first() else {
            return false;
        };
        commands().shells.contains(program(&self.str(first)))
            && words
                .iter()
                .skip(1)
                .all(|w| self.str(w).starts_with('-') && !self.str(w).ends_with('c'))
    }

    /// A comment: a variable that is commented out, or words.
    fn comment(&mut self, range: Range<usize>, place: &Place) {
        let scan = self.at(place);
        match block::assignment(&self.text.value, range.clone()) {
            Some(found) => {
                let entry = scan.assigned(self.text, &found, None, self.out);
                self.assigned.push(entry);
            }
            None => {
                let scan = *self.scan;
                self.prose(&scan, &self.text.slice(range));
            }
        }
    }

    /// Words that people read.
    fn prose(&mut self, scan: &Scan<'_>, text: &Text) {
        if self.quoted {
            scan.plain_prose(text, self.out);
        } else {
            scan.prose(text, self.out);
        }
    }

    /// `PORTS=(5432 6333)`, `declare -A PORTS=([timescaledb]=5433)`.
    fn array(&mut self, name: &Word, words: &[Word], place: &Place) {
        let name = self.str(name).trim_end_matches('=').to_owned();
        for word in words {
            let value = self.word(word);
            let keyed = value
                .value
                .strip_prefix('[')
                .and_then(|v| v.split_once("]="));
            let key = keyed.map(|(k, _)| k.trim_matches(['"', '\'']).to_owned());
            let start = keyed.map_or(0, |(k, _)| k.len() + 3);
            let value = value.slice(start..value.value.len());
            let mut scan = self.at(place);
            scan.name = Some(&name);
            let clues: Vec<Clue> = key
                .into_iter()
                .map(|text| Clue {
                    kind: ClueKind::Name,
                    text,
                })
                .chain(self.scan.clues.iter().cloned())
                .collect();
            scan.clues = &clues;
            scan.value(&value, self.out);
        }
    }

    /// The word's text.
    fn str(&self, word: &Word) -> Cow<'a, str> {
        word.text(&self.text.value)
    }

    /// The word with its place in the file.
    fn word(&self, word: &Word) -> Text {
        match word.runs.as_slice() {
            [one] => self.text.slice(one.clone()),
            many => {
                let parts: Vec<Text> = many.iter().map(|r| self.text.slice(r.clone())).collect();
                Text::joined(&parts, "")
            }
        }
    }

    /// The scan at a place.
    fn at(&self, place: &Place) -> Scan<'a> {
        Scan {
            read_by: place.read_by,
            ..*self.scan
        }
    }

    /// Whether a command prints which ports of this machine are in use.
    fn lists_sockets(&self, command: &Command) -> bool {
        let mut names = command
            .words
            .iter()
            .map(|w| program(&self.str(w)).to_owned())
            .filter(|n| n != "sudo");
        let first = names.next().unwrap_or_default();
        commands().listers.contains(&first)
            || matches!(first.as_str(), "docker" | "podman" | "docker-compose")
                && names.any(|n| n == "ps")
    }

    /// The clues of a command: the program if it says something, the names met on the way, the words.
    fn clues(&self, place: &Place, program: Option<&str>, words: &[Word]) -> Vec<Clue> {
        let mut clues = Vec::new();
        if let Some(program) = program {
            clues.push(Clue {
                kind: ClueKind::Command,
                text: program.to_owned(),
            });
        }
        clues.extend(place.clues.iter().cloned());
        if let (Some(first), Some(last)) = (words.first(), words.last()) {
            let line = self
                .text
                .value
                .get(first.raw.start..last.raw.end)
                .unwrap_or("");
            let cut = (0..=line.len().min(LINE))
                .rev()
                .find(|&i| line.is_char_boundary(i))
                .unwrap_or(0);
            clues.push(Clue {
                kind: ClueKind::Line,
                text: line.get(..cut).unwrap_or("").to_owned(),
            });
        }
        clues.extend_from_slice(self.scan.clues);
        clues
    }

    /// Puts the place's side on what was found since `before`.
    fn apply(&mut self, place: &Place, before: usize) {
        if let Some(hint) = &place.hint {
            for sighting in self
                .out
                .iter_mut()
                .skip(before)
                .filter(|s| s.hint.is_none())
            {
                let gateway = sighting
                    .host
                    .as_ref()
                    .is_some_and(|h| h.text.ends_with(".docker.internal"));
                if !gateway {
                    sighting.hint = Some(hint.clone());
                }
            }
        }
    }

    /// Reads one word with the means of `find`, with the command's clues.
    fn read(
        &mut self,
        word: &Text,
        clues: &[Clue],
        place: &Place,
        find: impl FnOnce(&mut Finder<'_>),
    ) {
        let mut scan = self.at(place);
        scan.clues = clues;
        let before = self.out.len();
        let mut finder = Finder::new(scan, word);
        find(&mut finder);
        for (host, variable) in std::mem::take(&mut finder.uses) {
            let host = Host {
                text: finder.piece(host.clone()).to_owned(),
                span: word.locate(host),
                key: None,
            };
            self.uses.push(Use {
                variable,
                host,
                client: None,
            });
        }
        finder.finish(self.out);
        self.apply(place, before);
    }
}

/// A program's name: without folders and `.exe`.
fn program(word: &str) -> &str {
    let name = word.rsplit(['/', '\\']).next().unwrap_or(word);
    name.strip_suffix(".exe").unwrap_or(name)
}

/// A flag's hit in a word: the digits or the expression at `at`, up to the word's end.
fn flag(finder: &Finder<'_>, at: usize) -> Option<Hit> {
    let text = finder.str();
    let part = super::number::part_at(text, at, &finder.exprs)?;
    let rest = text.get(part.whole.end..)?;
    let ends = rest.is_empty() || rest.starts_with([',', '/', '"', '\'']);
    if !ends {
        return None;
    }
    Hit::of(&part, part.whole.clone(), Form::Flag)
}

/// The host of this machine, where a command is given none.
fn implied() -> Host {
    Host {
        text: "localhost".to_owned(),
        span: None,
        key: None,
    }
}

/// Whether a word can be a host that stands before its port: letters or an address, no option, no path.
fn looks_like_host(word: &str) -> bool {
    let address = super::pair::is_ipv4(word);
    let name = word.contains(|c: char| c.is_ascii_alphabetic())
        && !word.starts_with('-')
        && word.bytes().all(|b| {
            b.is_ascii_alphanumeric()
                || matches!(
                    b,
                    b'.' | b'-' | b'_' | b'$' | b'{' | b'}' | b':' | b'<' | b'>' | b'[' | b']'
                )
        });
    address || name
}

/// Whether a long option is named like a port: `--port`, `--db-port`, `-Port`.
fn is_port_option(name: &str) -> bool {
    let bare = name.trim_start_matches('-');
    bare.len() > 1
        && name.starts_with('-')
        && names::is_port(
            bare.strip_prefix('D')
                .filter(|b| b.contains('.'))
                .unwrap_or(bare),
        )
}
