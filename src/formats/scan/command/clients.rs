//! Clients of a server (`psql -h localhost -p 5433`), and programs whose options are only guessed.

use super::{Place, Script, Use, flag, implied, is_port_option, looks_like_host};
use crate::facts::{Clue, ClueKind, Form, Host, ReadBy, Sighting};
use crate::formats::scan::finder::{Finder, Hit};
use crate::formats::scan::lex::Word;
use crate::formats::scan::number::variable;
use crate::formats::scan::words::Client;
use crate::formats::scan::{Entry, names, pair_hosts};
use crate::source::Text;
use std::collections::BTreeSet;

/// An option's value: the word and where in it the value begins.
struct Value<'w> {
    word: &'w Word,
    text: Text,
    /// The word that holds the option's name, for showing both.
    option: &'w Word,
}

impl Script<'_, '_> {
    /// Reads the command of a known client.
    pub(super) fn client(
        &mut self,
        client: &Client,
        name: &str,
        words: &[Word],
        own: &[(String, Text)],
        place: &Place,
    ) {
        let clues = self.clues(place, Some(name), words);
        let args = words.get(1..).unwrap_or_default();
        let host = self.option(args, &client.host);
        let port = self.option(args, &client.port);
        let before = self.out.len();
        if let Some(port) = &port {
            self.read(&port.text, &clues, place, |finder| {
                if let Some(hit) = flag(finder, 0) {
                    finder.add(hit);
                }
            });
            self.show_option(port, before);
        }
        if client.positional {
            self.positional(args, &clues, place);
        }
        self.server_comma_port(host.as_ref(), &clues, place);
        let skip = [host.as_ref().map(|h| h.word), port.as_ref().map(|p| p.word)];
        self.plain_words(args, &skip, &clues, place);
        // the command's own variables: `PGPORT=5433 psql`
        let own_value = |keys: &[String]| {
            own.iter()
                .find(|(k, _)| keys.contains(k))
                .map(|(_, v)| v.clone())
        };
        let found = match &host {
            Some(value) => Some(host_of(&value.text)),
            None => own_value(&client.env_host).map(|v| host_of(&v)),
        };
        let host = found
            .or_else(|| self.assigned_host(&client.env_host))
            .unwrap_or_else(implied);
        if let Some(name) = port.as_ref().and_then(|p| variable(&p.text.value)) {
            self.uses.push(Use {
                variable: name.to_owned(),
                host: host.clone(),
                client: clues.first().cloned(),
            });
        }
        for sighting in self
            .out
            .iter_mut()
            .skip(before)
            .filter(|s| s.form == Form::Flag && s.host.is_none())
        {
            sighting.host = Some(host.clone());
            if host.text.ends_with(".docker.internal") {
                // the way out of a container
                sighting.hint = None;
            }
        }
        dedupe(self.out, before);
        if !own.is_empty() {
            self.give_own_variables(client, &host, own, &clues);
        }
    }

    /// The host that an earlier assignment gives to the client's variable.
    fn assigned_host(&self, keys: &[String]) -> Option<Host> {
        let (key, value) = self.assigned.iter().rev().find(|(k, _)| keys.contains(k))?;
        Some(Host {
            key: Some(key.clone()),
            ..host_of(value)
        })
    }

    /// `PGPORT=5433 psql -h db`: the variable's sighting gets the client's host and name.
    fn give_own_variables(
        &mut self,
        client: &Client,
        host: &Host,
        own: &[(String, Text)],
        clues: &[Clue],
    ) {
        let spans: Vec<_> = own
            .iter()
            .filter(|(k, _)| client.env_port.contains(k))
            .map(|(_, v)| v.span)
            .collect();
        for sighting in self
            .out
            .iter_mut()
            .filter(|s| spans.iter().any(|span| span.contains(s.span)))
        {
            sighting.host.get_or_insert_with(|| host.clone());
            if let Some(command) = clues.first().filter(|c| c.kind == ClueKind::Command) {
                sighting.clues.insert(0, command.clone());
            }
        }
    }

    /// The value of the first of some options.
    fn option<'w>(&self, args: &'w [Word], options: &[String]) -> Option<Value<'w>> {
        args.iter().enumerate().find_map(|(i, word)| {
            let text = self.str(word);
            let name = options.iter().find(|o| text.starts_with(o.as_str()))?;
            let rest = text.get(name.len()..)?;
            if rest.is_empty() {
                let value = args.get(i + 1)?;
                return Some(Value {
                    word: value,
                    text: self.word(value),
                    option: word,
                });
            }
            let glued = name.len() == 2 && !rest.starts_with('=') && !name.starts_with("--");
            let skip = match rest.strip_prefix('=') {
                Some(_) => name.len() + 1,
                None if glued && name.ends_with(['p', 'P', 'h', 'S']) => name.len(),
                None => return None,
            };
            let whole = self.word(word);
            let fits = skip == name.len() + 1
                || !name.eq_ignore_ascii_case("-p")
                || rest.starts_with(|c: char| c.is_ascii_digit() || c == '$');
            fits.then(|| Value {
                word,
                text: whole.slice(skip..whole.value.len()),
                option: word,
            })
        })
    }

    /// Shows `-p 5433` instead of the digits alone, where both stand side by side in the file.
    fn show_option(&mut self, value: &Value<'_>, before: usize) {
        let range = value.option.raw.start..value.word.raw.end;
        if let Some(span) = self.text.locate(range) {
            for sighting in self
                .out
                .iter_mut()
                .skip(before)
                .filter(|s| span.contains(s.shown))
            {
                sighting.shown = span;
            }
        }
    }

    /// `nc -z localhost 5432`, `cqlsh db 9042`.
    fn positional(&mut self, args: &[Word], clues: &[Clue], place: &Place) {
        for pair in args.windows(2) {
            let [host, port] = pair else { continue };
            if !looks_like_host(&self.str(host)) {
                continue;
            }
            let written = host_of(&self.word(host));
            let before = self.out.len();
            let shown = self.text.locate(host.raw.start..port.raw.end);
            let port = self.word(port);
            if let Some(name) = variable(&port.value) {
                self.uses.push(Use {
                    variable: name.to_owned(),
                    host: written.clone(),
                    client: None,
                });
            }
            self.read(&port, clues, place, |finder| {
                if let Some(hit) = flag(finder, 0) {
                    finder.add(hit);
                }
            });
            for sighting in self.out.iter_mut().skip(before) {
                sighting.host = Some(written.clone());
                sighting.shown = shown.unwrap_or(sighting.shown);
            }
        }
    }

    /// `sqlcmd -S localhost,1433`.
    fn server_comma_port(&mut self, host: Option<&Value<'_>>, clues: &[Clue], place: &Place) {
        let Some(value) = host else { return };
        let Some(comma) = value.text.value.find(',') else {
            return;
        };
        let written = Host {
            text: value
                .text
                .value
                .get(..comma)
                .unwrap_or("")
                .trim_start_matches("tcp:")
                .to_owned(),
            span: value.text.locate(0..comma),
            key: None,
        };
        let before = self.out.len();
        self.read(&value.text.clone(), clues, place, |finder| {
            if let Some(hit) = flag(finder, comma + 1) {
                finder.add(hit);
            }
        });
        for sighting in self.out.iter_mut().skip(before) {
            sighting.host = Some(written.clone());
        }
    }

    /// URLs, pairs and DSNs in words, those of `skip` left out.
    pub(super) fn plain_words(
        &mut self,
        words: &[Word],
        skip: &[Option<&Word>],
        clues: &[Clue],
        place: &Place,
    ) {
        for word in words {
            if skip.iter().flatten().any(|s| s.raw == word.raw) && !self.str(word).contains(':') {
                continue;
            }
            if self.may_matter(word) {
                let text = self.word(word);
                self.read(&text, clues, place, find_in_word);
            }
        }
    }

    /// `redis-server --port 6380`, `postgres -p 5433`: where the server itself listens.
    pub(super) fn server(&mut self, name: &str, words: &[Word], place: &Place) {
        let listening = Place {
            read_by: ReadBy::Server,
            ..place.clone()
        };
        let clues = self.clues(&listening, Some(name), words);
        let options = ["-p".to_owned(), "-P".to_owned(), "--port".to_owned()];
        let before = self.out.len();
        if let Some(port) = self.option(words.get(1..).unwrap_or_default(), &options) {
            self.read(&port.text, &clues, &listening, |finder| {
                if let Some(hit) = flag(finder, 0) {
                    finder.add(hit);
                }
            });
            self.show_option(&port, before);
        }
        self.unknown(name, words, &listening);
        dedupe(self.out, before);
    }

    /// Reads a command of which nothing is known.
    pub(super) fn unknown(&mut self, name: &str, words: &[Word], place: &Place) {
        let args = words.get(1..).unwrap_or_default();
        let clues = self.clues(place, None, words);
        let before = self.out.len();
        self.assignments_among(args, place);
        self.port_options(args, &clues, place);
        self.compared(words, &clues, place);
        self.named_arguments(name, args, &clues, place);
        self.plain_words(words, &[], &clues, place);
        dedupe(self.out, before);
    }

    /// `export PORT=5432`, `make PORT=5432`, `PORT = "5432"`, `set -x PORT 5432`.
    fn assignments_among(&mut self, args: &[Word], place: &Place) {
        for word in args {
            if let Some((key, value)) = self.assignment(word) {
                self.assign(&key, &value, place);
            }
        }
    }

    /// `--port 5432`, `--db-port=5432`, `-Port 5432`, with the host of its sibling option.
    fn port_options(&mut self, args: &[Word], clues: &[Clue], place: &Place) {
        let mut options: Vec<(String, Text)> = Vec::new();
        let mut next: Option<String> = None;
        for word in args {
            let text = self.str(word);
            if let Some(name) = next.take() {
                options.push((name, self.word(word)));
            }
            if let Some((name, _)) = text.split_once('=').filter(|(n, _)| n.starts_with('-')) {
                let whole = self.word(word);
                options.push((
                    name.to_owned(),
                    whole.slice(name.len() + 1..whole.value.len()),
                ));
            } else if text.starts_with('-') && text.len() > 2 {
                next = Some(text.into_owned());
            }
        }
        let before = self.out.len();
        for (name, value) in options.iter().filter(|(n, _)| is_port_option(n)) {
            let key = name.trim_start_matches('-').to_owned();
            self.read(value, clues, place, |finder| {
                if let Some(mut hit) = flag(finder, 0) {
                    hit.name = Some(key);
                    finder.add(hit);
                }
            });
        }
        let keys: Vec<(&str, &Text)> = options
            .iter()
            .map(|(n, v)| (n.trim_start_matches('-'), v))
            .collect();
        let entries: Vec<Entry<'_>> = keys
            .iter()
            .map(|&(key, value)| Entry { key, value })
            .collect();
        pair_hosts(&entries, self.out.get_mut(before..).unwrap_or_default());
    }

    /// `[ "$DB_PORT" = "5432" ]`, `for port in 5432 6333`.
    fn compared(&mut self, words: &[Word], clues: &[Clue], place: &Place) {
        let mut keyed: Vec<(String, Text)> = Vec::new();
        for triple in words.windows(3) {
            let [left, operator, right] = triple else {
                continue;
            };
            let (left, operator) = (self.str(left), self.str(operator));
            let variable = left
                .trim_start_matches('$')
                .trim_matches(['{', '}'])
                .trim_start_matches("env:");
            let compares = matches!(
                &*operator,
                "=" | "==" | "!=" | "-eq" | "-ne" | "===" | "!=="
            );
            if left.starts_with('$') && compares && names::is_port(variable) {
                keyed.push((variable.to_owned(), self.word(right)));
            }
        }
        if let [first, variable, each, values @ ..] = words
            && self.str(first) == "for"
            && self.str(each) == "in"
        {
            let variable = self.str(variable).into_owned();
            if names::is_port(&variable) {
                keyed.extend(values.iter().map(|v| (variable.clone(), self.word(v))));
            }
        }
        // fish: `set -gx PGPORT 5432`
        if let [set, .., name, value] = words
            && self.str(set) == "set"
            && names::is_port(&self.str(name))
        {
            keyed.push((self.str(name).into_owned(), self.word(value)));
        }
        for (name, value) in keyed {
            self.read(&value, clues, place, |finder| {
                if let Some(mut hit) = flag(finder, 0) {
                    hit.form = Form::Keyed;
                    hit.name = Some(name);
                    finder.add(hit);
                }
            });
        }
    }

    /// `check_port 5432 "TimescaleDB"`, `wait_for localhost 5432`, `check_service "QuestDB" 9000`.
    fn named_arguments(&mut self, name: &str, args: &[Word], clues: &[Clue], place: &Place) {
        let by_name = names::parts(name).iter().any(|p| names::is_port(p));
        let label = args.iter().map(|w| self.str(w)).find(|t| {
            t.chars().any(char::is_alphabetic)
                && !t.contains(['/', '$', '=', '-', '.', ':'])
                && t.len() < 40
        });
        for (i, word) in args.iter().enumerate() {
            let text = self.str(word);
            if text.len() > 5 || !text.bytes().all(|b| b.is_ascii_digit()) || text.len() < 4 {
                continue;
            }
            let previous = i
                .checked_sub(1)
                .and_then(|p| args.get(p))
                .map(|w| self.word(w));
            let loopback = previous.as_ref().is_some_and(|p| is_loopback(&p.value));
            let option = previous.as_ref().is_some_and(|p| p.value.starts_with('-'));
            if option || !(by_name || loopback || label.is_some()) {
                continue;
            }
            let label = label
                .as_deref()
                .filter(|l| !is_loopback(l))
                .map(str::to_owned);
            let host = previous.filter(|_| loopback).map(|p| host_of(&p));
            let before = self.out.len();
            let value = self.word(word);
            self.read(&value, clues, place, |finder| {
                let certain = by_name || loopback;
                if let Some(mut hit) = flag(finder, 0) {
                    hit.form = if certain { Form::Flag } else { Form::Prose };
                    if by_name {
                        hit.name = Some("port".to_owned());
                    }
                    finder.add(match label {
                        Some(label) => hit.clue(ClueKind::Name, label),
                        None => hit,
                    });
                }
            });
            for sighting in self.out.iter_mut().skip(before) {
                sighting.host.clone_from(&host);
            }
        }
    }
}

/// The means for one word of a command.
pub(super) fn find_in_word(finder: &mut Finder<'_>) {
    finder.urls();
    finder.arrows();
    device(finder);
    finder.dsns();
    socket(finder);
    finder.pairs();
    variables(finder);
}

/// `/dev/tcp/localhost/5432`.
fn device(finder: &mut Finder<'_>) {
    let text = finder.str();
    let Some(start) = text.find("/dev/tcp/").map(|i| i + "/dev/tcp/".len()) else {
        return;
    };
    let Some(slash) = text
        .get(start..)
        .and_then(|r| r.find('/'))
        .map(|i| start + i)
    else {
        return;
    };
    if let Some(mut hit) = flag(finder, slash + 1) {
        hit.host = Some((finder.piece(start..slash).to_owned(), Some(start..slash)));
        finder.add(hit);
    }
}

/// `tcp:5432` (wait-on, proxies): a socket of this machine.
fn socket(finder: &mut Finder<'_>) {
    let text = finder.str();
    let start = text
        .find("tcp:")
        .filter(|&i| i == 0 || text.as_bytes().get(i - 1) == Some(&b'='));
    if let Some(mut hit) = start.and_then(|s| flag(finder, s + 4)) {
        hit.host = Some(("localhost".to_owned(), None));
        finder.add(hit);
    }
}

/// Defaults of variables that are named like ports: `${PGPORT:-5432}`.
fn variables(finder: &mut Finder<'_>) {
    let hits: Vec<Hit> = finder
        .exprs
        .iter()
        .filter(|e| names::is_port(&e.name))
        .filter_map(|e| {
            let number = finder.exprs.default_number(finder.str(), e)?;
            let mut hit = Hit::new(number.clone(), None, number.range, Form::Keyed);
            hit.name = Some(e.name.clone());
            Some(hit)
        })
        .collect();
    for hit in hits {
        finder.add(hit);
    }
}

/// A word as a host: the part before a port or a comma.
fn host_of(text: &Text) -> Host {
    let value = text.value.as_str();
    let start = if value.starts_with("tcp:") { 4 } else { 0 };
    let expression = value.starts_with("${");
    let end = match value.get(start..).and_then(|v| v.find([':', ','])) {
        Some(i) if !expression => start + i,
        _ => value.len(),
    };
    Host {
        text: value.get(start..end).unwrap_or("").to_owned(),
        span: text.locate(start..end),
        key: None,
    }
}

fn is_loopback(word: &str) -> bool {
    matches!(
        word,
        "localhost" | "127.0.0.1" | "::1" | "0.0.0.0" | "[::1]"
    )
}

/// Drops later sightings of digits that an earlier one of the same command took.
fn dedupe(out: &mut Vec<Sighting>, from: usize) {
    let mut seen: BTreeSet<u32> = BTreeSet::new();
    let mut index = 0;
    out.retain(|s| {
        index += 1;
        if index <= from {
            return true;
        }
        seen.insert(s.span.start)
    });
}
