//! Scripts: of shells, of `make` and `just`, of Windows; and Procfiles.

use super::Reader;
use super::scan::block::{assignment, lines};
use super::scan::{Entry, Scan, pair_hosts};
use crate::classify::{Name, file_name};
use crate::facts::{FileFacts, ReadBy, Sighting};
use crate::source::{SourceFile, Style, Text};
use std::ops::Range;

/// Shell scripts and what is like them.
pub const READER: Reader = Reader {
    name: "shell",
    wants,
    read,
};

/// How a script is cut into commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// As a shell reads it.
    Shell,
    /// Assignments and rules; the indented lines are commands.
    Make,
    /// `name: command` lines.
    Procfile,
}

fn wants(name: &Name<'_>, text: &str) -> bool {
    kind(name, text).is_some()
}

fn kind(name: &Name<'_>, text: &str) -> Option<Kind> {
    let (ending, stem) = (name.ending(), name.stem());
    match (name.lower.as_str(), ending) {
        (
            _,
            "sh" | "bash" | "zsh" | "fish" | "ksh" | "dash" | "bats" | "ps1" | "psm1" | "bat"
            | "cmd" | "command",
        ) => Some(Kind::Shell),
        (
            ".bashrc" | ".zshrc" | ".profile" | ".bash_profile" | ".bash_aliases" | ".zprofile"
            | ".aliases",
            _,
        ) => Some(Kind::Shell),
        ("justfile" | ".justfile", _) | (_, "mk" | "mak" | "just") => Some(Kind::Make),
        _ if matches!(stem, "makefile" | "gnumakefile")
            && matches!(
                ending,
                "" | "am" | "in" | "dev" | "prod" | "docker" | "local"
            ) =>
        {
            Some(Kind::Make)
        }
        _ if stem == "procfile" => Some(Kind::Procfile),
        _ => is_shebang(text).then_some(Kind::Shell),
    }
}

/// `#!/bin/sh`, `#!/usr/bin/env bash`.
fn is_shebang(text: &str) -> bool {
    let Some(line) = text
        .trim_start_matches('\u{feff}')
        .strip_prefix("#!")
        .and_then(|t| t.lines().next())
    else {
        return false;
    };
    line.split(['/', ' ']).any(|w| {
        matches!(
            w.trim(),
            "sh" | "bash" | "zsh" | "fish" | "ksh" | "dash" | "ash" | "bats"
        )
    })
}

/// Who runs a script: the host, or the container whose entrypoint or setup it is.
fn read_by(path: &str) -> ReadBy {
    let lower = path.to_ascii_lowercase();
    let name = file_name(&lower);
    let in_image = name.contains("entrypoint")
        || lower.split('/').any(|f| {
            matches!(
                f,
                "docker-entrypoint-initdb.d"
                    | "docker-entrypoint.d"
                    | "initdb.d"
                    | "rootfs"
                    | "s6-overlay"
            )
        });
    if in_image {
        ReadBy::Container
    } else if name.starts_with("healthcheck") || name.starts_with("health-check.") {
        // run by a container's engine as often as by a person
        ReadBy::Unknown
    } else {
        ReadBy::Host
    }
}

fn read(file: &SourceFile, facts: &mut FileFacts) {
    let start = file.mark_len();
    let text = Text::verbatim(file.text.get(start..).unwrap_or(""), start, Style::Plain);
    let scan = Scan::by(read_by(&file.path));
    let mut found = Vec::new();
    match kind(&Name::of(&file.path), &file.text).unwrap_or(Kind::Shell) {
        Kind::Shell => scan.command(&text, &mut found),
        Kind::Make => make(&scan, &text, &mut found),
        Kind::Procfile => procfile(&scan, &text, &mut found),
    }
    found.sort_by_key(|s| s.span);
    found.dedup_by_key(|s| s.span);
    facts.sightings.append(&mut found);
}

/// Rules and assignments; the commands of one rule are one script.
fn make(scan: &Scan<'_>, text: &Text, out: &mut Vec<Sighting>) {
    let value = text.value.as_str();
    let before = out.len();
    let mut list: Vec<(String, Text)> = Vec::new();
    let mut recipe: Vec<Text> = Vec::new();
    for line in lines(value) {
        let body = value.get(line.clone()).unwrap_or("");
        if body.starts_with([' ', '\t']) && !body.trim().is_empty() {
            let continued = recipe.last().is_some_and(|l| l.value.ends_with('\\'));
            recipe.push(text.slice(if continued {
                line
            } else {
                command(body, &line)
            }));
            continue;
        }
        finish(scan, &mut recipe, out);
        if let Some(comment) = body.strip_prefix('#') {
            let commented = assignment(value, line.clone());
            if commented.is_none() {
                scan.prose(&text.slice(line.end - comment.len()..line.end), out);
                continue;
            }
        }
        if let Some(found) = assignment(value, line) {
            list.push(scan.assigned(text, &found, None, out));
        }
    }
    finish(scan, &mut recipe, out);
    let entries: Vec<Entry<'_>> = list
        .iter()
        .map(|(key, value)| Entry { key, value })
        .collect();
    pair_hosts(&entries, out.get_mut(before..).unwrap_or_default());
}

/// A line of a recipe without the marks before its command: `@`, `-`, `+`.
fn command(body: &str, line: &Range<usize>) -> Range<usize> {
    let bare = body.trim_start().trim_start_matches(['@', '-', '+']);
    line.end - bare.len()..line.end
}

fn finish(scan: &Scan<'_>, recipe: &mut Vec<Text>, out: &mut Vec<Sighting>) {
    if !recipe.is_empty() {
        scan.command(&Text::joined(recipe, "\n"), out);
        recipe.clear();
    }
}

/// `web: gunicorn --bind 0.0.0.0:8000`.
fn procfile(scan: &Scan<'_>, text: &Text, out: &mut Vec<Sighting>) {
    let value = text.value.as_str();
    for line in lines(value) {
        let body = value.get(line.clone()).unwrap_or("");
        if let Some((_, command)) = body
            .split_once(": ")
            .filter(|(name, _)| !name.starts_with('#'))
        {
            scan.command(&text.slice(line.end - command.len()..line.end), out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Form;

    fn seen(path: &str, text: &str) -> Vec<String> {
        assert!(wants(&Name::of(path), text), "{path}");
        let file = SourceFile::new(path, text);
        let mut facts = FileFacts::default();
        read(&file, &mut facts);
        facts
            .sightings
            .iter()
            .map(|s| {
                assert_eq!(file.slice(s.span), s.port.to_string());
                let host = s.host.as_ref().map_or("-", |h| h.text.as_str());
                format!(
                    "{}:{} {:?} {host} {:?}",
                    file.line(s.span.start),
                    s.port,
                    s.form,
                    s.read_by
                )
            })
            .collect()
    }

    #[test]
    fn scripts() {
        let script = "#!/usr/bin/env bash\nset -euo pipefail\nDB_HOST=\"${DB_HOST:-localhost}\"\nDB_PORT=\"${DB_PORT:-5433}\"  # TimescaleDB\nTIMEOUT=5000\n\ncheck() {\n  local port=${1:-9000}\n  nc -z localhost \"$port\"\n}\n\nuntil pg_isready -h \"$DB_HOST\" -p 5433; do\n  sleep 5432\ndone\ndocker exec pg psql -p 5432\n";
        assert_eq!(
            seen("scripts/start.sh", script),
            [
                "4:5433 Keyed ${DB_HOST:-localhost} Host",
                "8:9000 Keyed localhost Host",
                "12:5433 Flag $DB_HOST Host",
                "15:5432 Flag localhost Container",
            ]
        );
        assert_eq!(
            seen("docker/docker-entrypoint.sh", "psql -p 5432\n"),
            ["1:5432 Flag localhost Container"]
        );
        assert_eq!(
            seen("bin/up", "#!/bin/sh\r\ncurl localhost:9000\r\n"),
            ["2:9000 HostPort localhost Host"]
        );
        assert_eq!(
            seen(
                "x.ps1",
                "$env:PGPORT = \"5433\"\nTest-NetConnection -ComputerName localhost -Port 5432\n"
            )
            .len(),
            2
        );
        assert_eq!(
            seen("x.bat", "set PGPORT=5433\r\nrem port 5432\r\n"),
            ["1:5433 Keyed - Host", "2:5432 Prose - Host"]
        );
        assert_eq!(
            seen("x.fish", "set -gx PGPORT 5433"),
            ["1:5433 Keyed - Host"]
        );
    }

    #[test]
    fn makefiles_and_procfiles() {
        let makefile = "DB_HOST ?= localhost\nDB_PORT ?= 5433\n# QuestDB on port 9000\n\n.PHONY: psql\npsql: up ## open a shell\n\t@psql -h $(DB_HOST) \\\n\t\t-p 5433\n\tdocker run -p 6333:6333 qdrant/qdrant\n";
        assert_eq!(
            seen("Makefile", makefile),
            [
                "2:5433 Keyed localhost Host",
                "3:9000 Prose - Host",
                "8:5433 Flag $(DB_HOST) Host",
                "9:6333 Mapping - Host",
                "9:6333 Mapping - Host",
            ]
        );
        assert_eq!(
            seen("justfile", "port := \"5433\"\n\ndb:\n    @psql -p 5433\n"),
            ["1:5433 Keyed - Host", "4:5433 Flag localhost Host"]
        );
        assert_eq!(
            seen("Procfile", "web: uvicorn a:b --port 8000\n"),
            ["1:8000 Flag - Host"]
        );
    }

    #[test]
    fn other_files_are_not_ours() {
        for (path, text) in [
            ("src/main.rs", "fn main() {}"),
            ("a.py", "#!/usr/bin/env python3"),
            ("makefile.py", ""),
        ] {
            assert!(!wants(&Name::of(path), text), "{path}");
        }
    }

    #[test]
    fn what_is_no_port_stays_unseen() {
        let script = "MAX=5432\nkill -9 5432\nhead -c 5432 x\nsleep 5432\nprintf '%5432s' x\ndate +%s5432\nRETRIES=5432\ntail -n 5432 log\nid=5432\nexit 1\n";
        assert_eq!(seen("a.sh", script), Vec::<String>::new());
        let mut facts = FileFacts::default();
        read(&SourceFile::new("a.sh", "psql -p 5432"), &mut facts);
        assert_eq!(facts.sightings.first().map(|s| s.form), Some(Form::Flag));
    }
}
