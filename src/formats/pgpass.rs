//! PostgreSQL's password file: `host:port:database:user:password`, a line each.

use super::Reader;
use super::scan::Scan;
use crate::classify::{Name, file_name};
use crate::facts::{Clue, ClueKind, FileFacts, ReadBy, Tense};
use crate::source::{SourceFile, Style, Text};

/// The reader.
pub const READER: Reader = Reader {
    name: "pgpass",
    wants,
    read,
};

fn wants(name: &Name<'_>, _text: &str) -> bool {
    let path = name.path;
    let name = file_name(path);
    matches!(name, ".pgpass" | "pgpass" | "pgpass.conf" | "pgpassfile")
        || name.starts_with(".pgpass.")
}

fn read(file: &SourceFile, facts: &mut FileFacts) {
    let clues = [Clue {
        kind: ClueKind::File,
        text: file_name(&file.path).to_owned(),
    }];
    let scan = Scan {
        // a client on the host reads it, or one in the container that mounts it
        read_by: if file_name(&file.path).starts_with('.') {
            ReadBy::Host
        } else {
            ReadBy::Mounted
        },
        tense: Tense::Now,
        name: None,
        fallback_of: &[],
        clues: &clues,
    };
    let mut at = 0;
    for line in file.text.split_inclusive('\n') {
        if let Some(length) = address_length(line) {
            let start = at + (line.len() - line.trim_start_matches('\u{feff}').len());
            let address = file.text.get(start..at + length).unwrap_or("");
            scan.value(
                &Text::verbatim(address, start, Style::Plain),
                &mut facts.sightings,
            );
        }
        at += line.len();
    }
}

/// Length of `host:port` at the start of an entry.
fn address_length(line: &str) -> Option<usize> {
    let body = line.trim_start_matches('\u{feff}');
    if body.starts_with('#') {
        return None;
    }
    let second = body.match_indices(':').nth(1)?.0;
    Some(line.len() - body.len() + second)
}

#[cfg(test)]
mod tests {
    use crate::formats::testing::seen;

    #[test]
    fn one_entry_a_line() {
        let text = r##"# host:5432:x:y:z
localhost:5432:*:me:pa55:w0rd
db.example.com:5433:app:me:6333
*:*:*:*:x
"##;
        assert_eq!(
            seen(".pgpass", text),
            [
                "2: localhost:5432 | HostPort | Host | localhost",
                "3: db.example.com:5433 | HostPort | Host | db.example.com",
            ]
        );
    }
}
