//! SQL: comments alone, where people write how a script is run. Addresses in statements are the server's own business.

use super::Reader;
use super::scan::Scan;
use crate::classify::Name;
use crate::facts::{FileFacts, ReadBy};
use crate::source::{SourceFile, Style, Text};

/// The reader's registration.
pub const READER: Reader = Reader {
    name: "sql",
    wants,
    read,
};

/// Endings of such files.
const EXTENSIONS: &[&str] = &["sql", "psql", "pgsql", "ddl"];

fn wants(name: &Name<'_>, _text: &str) -> bool {
    EXTENSIONS.contains(&name.ending())
}

fn read(file: &SourceFile, facts: &mut FileFacts) {
    let scan = Scan::by(ReadBy::Host);
    let mut at = file.mark_len();
    for line in file.text.get(at..).unwrap_or("").split_inclusive('\n') {
        let body = line.trim_start();
        if body.starts_with("--") {
            let words = body.trim_start_matches(['-', ' ', '\t']).trim_end();
            let start = at + line.len() - body.len() + body.find(words).unwrap_or(0);
            let text = Text::verbatim(words, start, Style::Plain);
            scan.prose(&text, &mut facts.sightings);
        }
        at += line.len();
    }
}

#[cfg(test)]
mod tests {
    use crate::formats;
    use crate::source::SourceFile;

    #[test]
    fn comments_are_read_and_statements_are_not() {
        let text = "-- Apply: psql -h localhost -p 5433 -f init.sql\r\nCREATE SERVER s OPTIONS (host 'localhost', port '5434');\n\t-- 5435 rows\nSELECT 5436; -- port 5437\n--";
        let file = SourceFile::new("db/init.sql", text);
        let facts = formats::read(&file);
        let seen: Vec<(u16, usize)> = facts
            .sightings
            .iter()
            .map(|s| (s.port, file.line(s.span.start)))
            .collect();
        assert_eq!(seen, [(5433, 1)]);
        let marked = SourceFile::new("db/init.sql", format!("\u{feff}{text}"));
        assert_eq!(formats::read(&marked).sightings.len(), 1);
    }
}
