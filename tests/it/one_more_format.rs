//! Adding a format is one reader: this one is written here, outside the crate, and what it finds is judged like the rest.

use portlint::facts::{FileFacts, Form, ReadBy};
use portlint::formats::scan::Scan;
use portlint::formats::{READERS, Reader, read_with};
use portlint::source::{SourceFile, Style, Text};

/// A format that nobody has: `name => value` on each line, `;;` before a remark.
const LEDGER: Reader = Reader {
    name: "ledger",
    wants: |name, _| name.ending() == "ledger",
    read: |file, facts| {
        let mut at = 0;
        for line in file.text.split_inclusive('\n') {
            read_line(line, at, facts);
            at += line.len();
        }
    },
};

fn read_line(line: &str, at: usize, facts: &mut FileFacts) {
    let code = line.split(";;").next().unwrap_or(line).trim_end();
    if let Some((name, value)) = code.split_once("=>") {
        let start = at + code.len() - value.trim_start().len();
        let text = Text::verbatim(value.trim(), start, Style::Plain);
        let scan = Scan::by(ReadBy::Host).named(name.trim());
        scan.value(&text, &mut facts.sightings);
    }
}

const SOURCE: &str = "\
market.url => postgres://localhost:5432/market
market.timeout => 5432
cache.port => 6380   ;; was 6379
";

#[test]
fn a_reader_of_one_more_format_is_one_entry_in_a_list() {
    let file = SourceFile::new("app.ledger", SOURCE);
    let mut facts = FileFacts::default();
    assert!(
        !read_with(READERS, &file, &mut facts),
        "nobody knows the format"
    );
    assert!(facts.is_empty());

    assert!(read_with(&[LEDGER], &file, &mut facts));
    let found: Vec<_> = facts
        .sightings
        .iter()
        .map(|s| {
            let host = s.host.as_ref().map(|h| h.text.as_str());
            (file.slice(s.span), s.form, host, s.name.as_deref())
        })
        .collect();
    assert_eq!(
        found,
        [
            ("5432", Form::Url, Some("localhost"), Some("market.url")),
            ("6380", Form::Keyed, None, Some("cache.port")),
        ]
    );
}

#[test]
fn a_reader_is_asked_for_its_own_files_only() {
    let other = SourceFile::new("app.ts", SOURCE);
    assert!(!read_with(&[LEDGER], &other, &mut FileFacts::default()));
}
