//! Code blocks: each is read as its language, and blocks without one as what they look like.

use super::{Doc, snippets};
use crate::facts::{Clue, ReadBy, Sighting, Tense};
use crate::formats::scan::block::{assignment, lines};
use crate::formats::scan::{Scan, has_digits};
use crate::formats::settings::Syntax;
use crate::source::{SourceFile, Text};
use std::ops::Range;

/// How a block is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Language {
    Shell,
    /// Commands after prompts, output between them.
    Session,
    Env,
    Yaml,
    Settings(Syntax),
    Dockerfile,
    /// What programs print, and pictures made of characters.
    Output,
    /// Lines that go and lines that come.
    Diff,
    /// Any programming or query language.
    Code,
}

impl Doc<'_> {
    /// A code block of a language, as named in the document (` ```bash title="x" ` → `bash`); empty if it has none.
    pub fn code(&mut self, language: &str, text: &Text) {
        if has_digits(&text.value) {
            let clues = self.clues();
            let announced = std::mem::take(&mut self.announced);
            let scan = Scan {
                tense: if announced {
                    Tense::History
                } else {
                    self.tense_here()
                },
                ..Scan::by(ReadBy::Host).clued(&clues)
            };
            let mut out = Vec::new();
            read(self.file, &scan, language, text, &mut out);
            self.out.append(&mut out);
        }
    }
}

fn read(file: &SourceFile, scan: &Scan<'_>, language: &str, text: &Text, out: &mut Vec<Sighting>) {
    match sort(language, &text.value) {
        Language::Shell => shell(scan, text, out),
        Language::Session => session(scan, text, out),
        Language::Env => scan.block(text, out),
        Language::Yaml => snippets::yaml(file, scan, text, out),
        Language::Settings(syntax) => snippets::settings(file, scan, syntax, text, out),
        Language::Dockerfile => dockerfile(scan, text, out),
        Language::Output => scan.prose(text, out),
        Language::Diff => diff(scan, text, out),
        Language::Code => snippets::code(scan, language, text, out),
    }
}

/// The way to read a block by its language's name, or by its looks.
fn sort(language: &str, text: &str) -> Language {
    let name = language.to_ascii_lowercase();
    match name.as_str() {
        "bash" | "sh" | "shell" | "zsh" | "fish" | "ksh" | "powershell" | "ps1" | "pwsh"
        | "bat" | "batch" | "cmd" | "makefile" | "make" | "just" => {
            if has_prompt(text) {
                Language::Session
            } else {
                Language::Shell
            }
        }
        "console" | "shell-session" | "shellsession" | "sh-session" | "terminal"
        | "bash-session" | "ps1con" => Language::Session,
        "env" | "dotenv" | ".env" => Language::Env,
        "yaml" | "yml" | "docker-compose" | "compose" => Language::Yaml,
        "json" | "jsonc" | "json5" => Language::Settings(Syntax::Json),
        "toml" => Language::Settings(Syntax::Toml),
        "ini" | "cfg" | "conf" if looks_like_env(text) => Language::Env,
        "ini" | "cfg" => Language::Settings(Syntax::Ini),
        "properties" => Language::Settings(Syntax::Properties),
        "xml" => Language::Settings(Syntax::Xml),
        "nginx" => Language::Settings(Syntax::Braces),
        "dockerfile" | "docker" | "containerfile" => Language::Dockerfile,
        "diff" | "patch" => Language::Diff,
        "mermaid" | "ascii" | "log" | "logs" | "output" | "plantuml" | "puml" | "d2" | "dot"
        | "tree" | "http" | "markdown" | "md" => Language::Output,
        "" | "text" | "txt" | "plain" | "plaintext" | "none" | "conf" | "config" => by_looks(text),
        _ => Language::Code,
    }
}

fn by_looks(text: &str) -> Language {
    if has_prompt(text) {
        Language::Session
    } else if is_drawing(text) || is_listing(text) {
        Language::Output
    } else if looks_like_env(text) {
        Language::Env
    } else if looks_like_yaml(text) {
        Language::Yaml
    } else if text.trim_start().starts_with(['{', '[']) && text.contains("\":") {
        Language::Settings(Syntax::Json)
    } else {
        // commands and output look alike; the finder for text reads what is common to both
        if looks_like_commands(text) {
            Language::Shell
        } else {
            Language::Output
        }
    }
}

/// Where a line's prompt ends: `$ `, `# ` is a comment, `user@host:~$ `, `PS C:\> `, `> ` only behind others.
fn prompt(line: &str) -> Option<usize> {
    let trimmed = line.trim_start();
    let lead = line.len() - trimmed.len();
    for prompt in ["$ ", "% ", "❯ ", "➜ ", "PS> "] {
        if trimmed.starts_with(prompt) {
            return Some(lead + prompt.len());
        }
    }
    let named = trimmed
        .find("$ ")
        .or_else(|| trimmed.find("# "))
        .filter(|&i| i < 60)?;
    let before = trimmed.get(..named)?;
    let fits = before.contains('@') && !before.contains(' ') && before.contains(':');
    fits.then_some(lead + named + 2)
}

fn has_prompt(text: &str) -> bool {
    text.lines().any(|l| prompt(l).is_some())
}

fn is_drawing(text: &str) -> bool {
    text.contains(['│', '┌', '├', '└', '─', '▼', '↓', '║', '╔'])
}

/// `docker ps` and its like.
fn is_listing(text: &str) -> bool {
    text.contains("CONTAINER ID") || text.contains("PORTS") || text.lines().any(is_output_line)
}

/// Whether a line can only be output: an arrow between ports.
fn is_output_line(line: &str) -> bool {
    let digit_before = |i: usize| {
        line.get(..i).is_some_and(|b| {
            b.trim_end()
                .ends_with(|c: char| c.is_ascii_digit() || c == 'p')
        })
    };
    line.match_indices("->").any(|(i, _)| {
        let after = line.get(i + 2..).unwrap_or("").trim_start();
        digit_before(i) && after.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '[' | ':'))
    })
}

fn looks_like_env(text: &str) -> bool {
    let mut assignments = 0;
    let mut others = 0;
    for line in lines(text) {
        let body = text.get(line.clone()).unwrap_or("").trim();
        if body.is_empty() || body.starts_with('#') {
            continue;
        }
        let fits = assignment(text, line).is_some_and(|a| {
            let key = text.get(a.key.clone()).unwrap_or("");
            text.get(a.key.end..a.value.start)
                .is_some_and(|s| s.contains('='))
                && key
                    .bytes()
                    .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
        });
        if fits { assignments += 1 } else { others += 1 }
    }
    assignments > 0 && others * 3 <= assignments
}

fn looks_like_yaml(text: &str) -> bool {
    let mut keys = 0;
    let mut others = 0;
    for line in text
        .lines()
        .map(str::trim)
        .filter(|l| !l.is_empty() && !l.starts_with('#'))
    {
        let key = line
            .split_once(':')
            .map(|(k, r)| (k.trim_start_matches("- "), r));
        let is_key =
            key.is_some_and(|(k, r)| (r.is_empty() || r.starts_with(' ')) && !k.contains(' '));
        if is_key || line.starts_with("- ") {
            keys += 1
        } else {
            others += 1
        }
    }
    keys > 1
        && others * 4 <= keys
        && (text.contains("services:") || text.contains("ports:") || text.contains("environment:"))
}

/// Whether the first line begins with a word that is a program's.
fn looks_like_commands(text: &str) -> bool {
    const PROGRAMS: &[&str] = &[
        "docker",
        "docker-compose",
        "podman",
        "kubectl",
        "psql",
        "curl",
        "sudo",
        "npm",
        "yarn",
        "pnpm",
        "python",
        "python3",
        "git",
        "cd",
        "export",
        "redis-cli",
        "mysql",
        "mongosh",
        "nc",
        "lsof",
        "ssh",
        "wget",
        "make",
        "pip",
        "node",
        "bash",
        "sh",
        "pg_dump",
        "telnet",
        "netstat",
        "ss",
        "http",
    ];
    let first = text
        .lines()
        .map(str::trim)
        .find(|l| !l.is_empty() && !l.starts_with('#'));
    first
        .and_then(|l| l.split_whitespace().next())
        .is_some_and(|w| PROGRAMS.contains(&w))
}

/// A script in which lines of output may stand.
fn shell(scan: &Scan<'_>, text: &Text, out: &mut Vec<Sighting>) {
    let value = text.value.as_str();
    let mut start = 0;
    for line in lines(value) {
        if value.get(line.clone()).is_some_and(is_output_line) {
            scan.command(&text.slice(start..line.start), out);
            scan.prose(&text.slice(line.clone()), out);
            start = line.end;
        }
    }
    scan.command(&text.slice(start..value.len()), out);
}

/// Commands behind prompts, output between them. The commands are one script: what one of them sets, the next one sees.
fn session(scan: &Scan<'_>, text: &Text, out: &mut Vec<Sighting>) {
    let value = text.value.as_str();
    let mut commands: Vec<Text> = Vec::new();
    let mut continued = false;
    let any = has_prompt(value);
    for line in lines(value) {
        let body = value.get(line.clone()).unwrap_or("");
        let start = if continued {
            Some(body.len() - body.trim_start_matches(['>', ' ']).len())
        } else if any {
            prompt(body)
        } else {
            Some(0).filter(|_| looks_like_commands(body))
        };
        match start {
            Some(skip) => {
                commands.push(text.slice(line.start + skip..line.end));
                continued = body.trim_end().ends_with('\\');
            }
            None => {
                continued = false;
                let comment = body.trim_start().starts_with('#');
                if comment || has_digits(body) {
                    output(scan, text, line, out);
                }
            }
        }
    }
    scan.command(&Text::joined(&commands, "\n"), out);
}

fn output(scan: &Scan<'_>, text: &Text, line: Range<usize>, out: &mut Vec<Sighting>) {
    scan.prose(&text.slice(line), out);
}

/// `EXPOSE 5432`, `ENV PORT=5432`, `RUN …`, `CMD …`: all of it inside the container.
fn dockerfile(scan: &Scan<'_>, text: &Text, out: &mut Vec<Sighting>) {
    let inside = Scan {
        read_by: ReadBy::Container,
        ..*scan
    };
    let value = text.value.as_str();
    for line in lines(value) {
        let body = value.get(line.clone()).unwrap_or("");
        let trimmed = body.trim_start();
        let instruction = trimmed
            .split_whitespace()
            .next()
            .unwrap_or("")
            .to_ascii_uppercase();
        let rest = line.end
            - trimmed
                .get(instruction.len()..)
                .unwrap_or("")
                .trim_start()
                .len();
        match instruction.as_str() {
            "EXPOSE" => {
                let ports = text.slice(rest..line.end);
                let mut from = 0;
                for word in ports.value.split_whitespace() {
                    let at = ports
                        .value
                        .get(from..)
                        .and_then(|v| v.find(word))
                        .map_or(from, |i| from + i);
                    from = at + word.len();
                    out.extend(
                        crate::formats::exposed::exposed(
                            &ports.slice(at..from),
                            ReadBy::Container,
                            "`EXPOSE` names container ports",
                        )
                        .map(|s| Sighting {
                            clues: scan.clues.to_vec(),
                            tense: scan.tense,
                            ..s
                        }),
                    );
                }
            }
            "ENV" | "ARG" | "LABEL" => {
                if let Some(found) = assignment(value, rest..line.end) {
                    let key = value.get(found.key).unwrap_or("");
                    Scan {
                        name: Some(key),
                        ..inside
                    }
                    .value(&text.slice(found.value), out);
                }
            }
            "RUN" | "CMD" | "ENTRYPOINT" | "HEALTHCHECK" => {
                inside.command(&text.slice(rest..line.end), out)
            }
            _ if trimmed.starts_with('#') => inside.prose(&text.slice(line), out),
            _ => {}
        }
    }
}

/// Lines that are taken out are history; the others are read as text.
fn diff(scan: &Scan<'_>, text: &Text, out: &mut Vec<Sighting>) {
    let value = text.value.as_str();
    for line in lines(value) {
        let gone = value
            .get(line.clone())
            .is_some_and(|l| l.starts_with('-') && !l.starts_with("- "));
        let before = out.len();
        scan.snippet(&text.slice(line), out);
        if gone {
            for sighting in out.iter_mut().skip(before) {
                sighting.tense = Tense::History;
            }
        }
    }
}

/// Clues of a scan with more before them.
pub(super) fn more_clues(scan: &Scan<'_>, first: Vec<Clue>) -> Vec<Clue> {
    let mut clues = first;
    clues.extend_from_slice(scan.clues);
    clues
}
