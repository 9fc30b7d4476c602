//! Commands that running text quotes: a usage comment, an `echo`, "connect with psql -h localhost -p 5433".

use super::Scan;
use super::command;
use super::words::{commands, words};
use crate::facts::Sighting;
use crate::source::Text;
use std::collections::BTreeSet;
use std::ops::Range;

/// Programs that run another program somewhere else.
const CARRIERS: &[&str] = &[
    "docker",
    "docker-compose",
    "podman",
    "podman-compose",
    "nerdctl",
    "kubectl",
    "oc",
];

/// Longer lines are data, in bytes.
const LONGEST: usize = 1000;

/// Reads the clients' commands among the lines of a text. What was found since `first` without a host gives way to them.
pub(super) fn commands_in(scan: &Scan<'_>, text: &Text, first: usize, out: &mut Vec<Sighting>) {
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.value.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let digits = line.bytes().any(|b| b.is_ascii_digit());
        if !digits || line.len() > LONGEST || !line.contains(" -") {
            continue;
        }
        if let Some(range) = command_in(line) {
            let piece = text.slice(start + range.start..start + range.end);
            command::quoted(scan, &piece, &mut found);
        }
    }
    if found.is_empty() {
        return;
    }
    let words = out.split_off(first.min(out.len()));
    let sure: BTreeSet<u32> = words
        .iter()
        .filter(|s| s.host.is_some() || s.hint.is_some())
        .map(|s| s.span.start)
        .collect();
    found.retain(|s: &Sighting| !sure.contains(&s.span.start));
    let said: BTreeSet<u32> = found.iter().map(|s| s.span.start).collect();
    out.extend(words.into_iter().filter(|s| !said.contains(&s.span.start)));
    out.append(&mut found);
}

/// The first client's command of a line, from what carries it to its end.
fn command_in(line: &str) -> Option<Range<usize>> {
    let tokens: Vec<(usize, &str)> = tokens(line).collect();
    let client = tokens.windows(2).position(|pair| match pair {
        [(_, name), (_, option)] => {
            is_option(option)
                && commands()
                    .clients
                    .iter()
                    .any(|c| c.commands.iter().any(|n| n == bare(name)))
        }
        _ => false,
    })?;
    let carried = tokens
        .iter()
        .take(client + 1)
        .find(|(_, word)| CARRIERS.contains(&bare(word)) || commands().remote.contains(bare(word)));
    let (at, word) = carried.or_else(|| tokens.get(client)).copied()?;
    let start = at + word.find(bare(word)).unwrap_or(0);
    if carried.is_none() && says_inside(line.get(..start)?) {
        return None;
    }
    let rest = line.get(start..)?;
    Some(start..start + end(rest))
}

/// The words of a line with their places.
fn tokens(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    line.split_whitespace().map(move |word| {
        let start = at + line.get(at..).and_then(|l| l.find(word)).unwrap_or(0);
        at = start + word.len();
        (start, word)
    })
}

/// A word without the marks before it.
fn bare(word: &str) -> &str {
    word.trim_start_matches(['`', '"', '\'', '(', '$', '*', '>'])
}

fn is_option(word: &str) -> bool {
    word.strip_prefix('-')
        .is_some_and(|w| w.starts_with(|c: char| c.is_ascii_alphabetic() || c == '-'))
}

/// Whether the words before a command say that it is run in a container.
fn says_inside(before: &str) -> bool {
    let lower = before.to_lowercase();
    words()
        .container_side
        .iter()
        .any(|phrase| phrase.len() > 5 && lower.contains(phrase.as_str()))
}

/// Where a command ends: before a mark that closes what was opened before it, a comment, or the punctuation of its sentence.
fn end(rest: &str) -> usize {
    let mut until = rest.len();
    let mut open: Vec<char> = Vec::new();
    let mut before = ' ';
    for (i, c) in rest.char_indices() {
        match c {
            '"' | '\'' | '`' if open.last() == Some(&c) => {
                open.pop();
            }
            // an apostrophe within a word opens nothing
            '\'' if before.is_alphanumeric()
                && rest
                    .get(i + 1..)
                    .is_some_and(|r| r.starts_with(char::is_alphabetic)) => {}
            '"' | '\'' | '`' if rest.get(i + 1..).is_some_and(|r| r.contains(c)) => open.push(c),
            '(' => open.push(')'),
            ')' if open.last() == Some(&c) => {
                open.pop();
            }
            '"' | '\'' | '`' | ')' | '\n' | '\r' => {
                until = i;
                break;
            }
            '#' if before == ' ' && open.is_empty() => {
                until = i;
                break;
            }
            _ => {}
        }
        before = c;
    }
    let body = rest.get(..until).unwrap_or("");
    body.trim_end()
        .trim_end_matches(['.', ',', ';', ':', '!', '?', '\\'])
        .len()
}

#[cfg(test)]
mod tests {
    use super::command_in;
    use crate::facts::ReadBy;
    use crate::formats::scan::Scan;
    use crate::source::{Style, Text};

    #[test]
    fn commands_of_lines() {
        for (line, command) in [
            (
                "Usage: psql -h localhost -p 5433",
                Some("psql -h localhost -p 5433"),
            ),
            (
                "Run `redis-cli -p 6380 ping`, then wait.",
                Some("redis-cli -p 6380 ping"),
            ),
            (
                "\"PGPASSWORD=x psql -p 5433 -U u\"",
                Some("psql -p 5433 -U u"),
            ),
            ("(try psql -p 5433) or wait", Some("psql -p 5433")),
            (
                "psql -p 5433 -c \"select (1)\" x",
                Some("psql -p 5433 -c \"select (1)\" x"),
            ),
            ("don't use psql -p 5433.", Some("psql -p 5433")),
            (
                "docker exec -it db psql -p 5432 # inside",
                Some("docker exec -it db psql -p 5432"),
            ),
            ("Inside the container: psql -p 5432", None),
            ("psql and redis-cli - 5432 of them", None),
            ("the mongo - express pair, 5432", None),
            ("", None),
            ("é psql -p 5433 “é", Some("psql -p 5433 “é")),
        ] {
            let found = command_in(line).and_then(|r| line.get(r));
            assert_eq!(found, command, "{line}");
        }
    }

    #[test]
    fn what_prose_quotes_is_read_as_a_command() {
        let seen = |text: &str| {
            let mut out = Vec::new();
            let text = Text::verbatim(text, 0, Style::Plain);
            Scan::by(ReadBy::Host).prose(&text, &mut out);
            let mut ports: Vec<u16> = out.iter().map(|s| s.port).collect();
            ports.sort_unstable();
            ports
        };
        assert_eq!(seen("Use psql -h localhost -p 5433 to connect."), [5433]);
        assert_eq!(seen("psql -h localhost --port 5433"), [5433]);
        assert_eq!(
            seen("psql -p 5433\nredis-cli -h localhost -p 6380 # on port 6380"),
            [5433, 6380, 6380]
        );
        let deep = "ssh a echo ".repeat(90) + "psql -p 5433";
        assert!(seen(&deep).len() <= 1);
    }
}
