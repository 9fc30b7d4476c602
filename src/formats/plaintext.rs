//! Plain text documents: paragraphs, lists, underlined headings, indented blocks.

use super::Reader;
use super::docs::{Doc, Lines};
use super::scan::has_digits;
use crate::classify::Name;
use crate::facts::FileFacts;
use crate::source::SourceFile;

/// Plain text.
pub const READER: Reader = Reader {
    name: "plaintext",
    wants,
    read,
};

/// Names without an ending that people write text in.
const NAMES: &[&str] = &[
    "readme",
    "install",
    "notes",
    "todo",
    "howto",
    "usage",
    "hacking",
    "changelog",
    "news",
    "contributing",
];
/// Text files that are data of other programs.
const DATA: &[&str] = &[
    "requirements",
    "constraints",
    "robots",
    "license",
    "licence",
    "cmakelists",
    "humans",
    "llms-full",
    "security",
    "wordlist",
    "words",
    "dictionary",
    "third-party",
];

fn wants(name: &Name<'_>, _text: &str) -> bool {
    let stem = name.stem();
    match name.lower.rsplit_once('.') {
        None => NAMES.contains(&name.lower.as_str()),
        Some((_, "txt" | "text")) => {
            !DATA.iter().any(|d| stem.starts_with(d)) && !stem.ends_with("requirements")
        }
        Some(_) => false,
    }
}

fn read(file: &SourceFile, facts: &mut FileFacts) {
    if !has_digits(&file.text) {
        return;
    }
    let mut doc = Doc::new(file);
    let mut lines = Lines::new(&file.text);
    lines.skip_blank();
    while lines.here().is_some() {
        block(&mut doc, &mut lines);
        lines.skip_blank();
    }
    facts.sightings.append(&mut doc.finish());
}

fn block(doc: &mut Doc<'_>, lines: &mut Lines<'_>) {
    let at = lines.at;
    let line = lines.here().unwrap_or("");
    if lines.get(at + 1).is_some_and(is_underline) && !line.trim().is_empty() {
        let level = if lines.get(at + 1).is_some_and(|l| l.starts_with('=')) {
            1
        } else {
            2
        };
        doc.heading(level, lines.range(at));
        lines.at += 2;
    } else if line.starts_with('#') && line.trim_start_matches('#').starts_with(' ') {
        let level = line.bytes().take_while(|b| *b == b'#').count();
        doc.heading(u8::try_from(level).unwrap_or(6), lines.range(at));
        lines.at += 1;
    } else if lines.indent(at) >= 4 && super::docs::item_mark(line).is_none() {
        let range = lines.take_indented(3);
        let text = doc.slice(range);
        doc.code("", &text);
    } else {
        doc.text_block(lines, is_underline);
    }
}

/// `====`, `----`, `~~~~`.
fn is_underline(line: &str) -> bool {
    let bare = line.trim_end();
    bare.len() >= 3
        && ["=", "-", "~", "*"]
            .iter()
            .any(|c| bare.trim_start_matches(c).is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::docs::testing::seen;

    #[test]
    fn text_files() {
        let text = "Ports\n=====\n\nThe database is on\nport 5433.\n\n- TimescaleDB: 5432\n  (the main one)\n- QuestDB\n    - port 9000\n\nRun:\n\n    psql -h localhost -p 5433\n    docker exec pg psql -p 5432\n\nRoom 5432, issue #5433, 5434 rows.\n";
        assert_eq!(
            seen(READER, "README", text),
            [
                "5:5433 Prose",
                "7:5432 Item TimescaleDB",
                "10:9000 Prose QuestDB",
                "14:5433 Flag @localhost psql",
                "15:5432 Flag @localhost container by Container psql",
            ]
        );
    }

    #[test]
    fn data_files_are_not_documents() {
        for (path, wanted) in [
            ("requirements.txt", false),
            ("docs/setup.txt", true),
            ("README", true),
            ("robots.txt", false),
            ("a.log", false),
        ] {
            assert_eq!(wants(&Name::of(path), ""), wanted, "{path}");
        }
    }
}
