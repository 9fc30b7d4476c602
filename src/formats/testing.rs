//! For tests of readers: what a file says, one line for each sighting.

use super::read;
use crate::facts::{Role, Sighting};
use crate::source::SourceFile;

/// `line: shown | form | by whom | host | more` for each sighting, in order; checks that every span holds its digits.
pub fn seen(path: &str, text: &str) -> Vec<String> {
    let file = SourceFile::new(path, text);
    let facts = read(&file);
    assert!(facts.problems.is_empty(), "{path}: {:?}", facts.problems);
    facts.sightings.iter().map(|s| line(&file, s)).collect()
}

fn line(file: &SourceFile, sighting: &Sighting) -> String {
    assert_eq!(
        file.slice(sighting.span),
        sighting.port.to_string(),
        "{sighting:?}"
    );
    let mut parts = vec![
        format!(
            "{}: {}",
            file.line(sighting.span.start),
            file.slice(sighting.shown)
        ),
        format!("{:?}", sighting.form),
        format!("{:?}", sighting.read_by),
    ];
    parts.extend(sighting.host.as_ref().map(|h| match &h.key {
        Some(key) => format!("{} ({key})", h.text),
        None => h.text.clone(),
    }));
    parts.extend(sighting.name.as_ref().map(|n| format!("`{n}`")));
    parts.extend(sighting.fallback_of.iter().map(|v| format!("${v}")));
    parts.extend(sighting.hint.as_ref().map(|h| format!("{:?} side", h.side)));
    if sighting.role == Role::ScrapeTarget {
        parts.push("scraped".to_owned());
    }
    parts.join(" | ")
}

#[cfg(test)]
mod tests {
    use crate::classify::Name;
    use crate::facts::FileFacts;
    use crate::formats::{CONFIGS, Reader, read_with};
    use crate::source::{SourceFile, Span};
    use proptest::prelude::*;
    use std::time::{Duration, Instant};

    /// Names that lead to every syntax that the readers know.
    const PATHS: &[&str] = &[
        "a.yml",
        "a.json",
        "a.toml",
        "a.ini",
        "a.properties",
        "a.conf",
        "a.tf",
        "a.xml",
        "haproxy.cfg",
        "nginx.conf",
        "redis.conf",
        "my.cnf",
        "templates/a.yaml",
        ".pgpass",
        "Caddyfile",
        "mongod.conf",
        "telegraf.conf",
    ];

    fn read_with_all(path: &str, text: &str) -> usize {
        let file = SourceFile::new(path, text);
        let mut count = 0;
        for reader in CONFIGS {
            let mut facts = FileFacts::default();
            (reader.read)(&file, &mut facts);
            for sighting in &facts.sightings {
                let digits: Option<u16> = file.slice(sighting.span).parse().ok();
                assert_eq!(digits, Some(sighting.port), "{}: {sighting:?}", reader.name);
                assert!(
                    text.get(sighting.shown.range()).is_some(),
                    "{}: {sighting:?}",
                    reader.name
                );
                let host = sighting
                    .host
                    .as_ref()
                    .and_then(|h| h.span)
                    .unwrap_or(Span::at(0));
                assert!(
                    text.get(host.range()).is_some(),
                    "{}: {sighting:?}",
                    reader.name
                );
            }
            count += facts.sightings.len();
        }
        count
    }

    /// A format that nobody has: `port|5432`. Its file would hold this, its line in the list is `MINE`.
    mod bars {
        use crate::classify::Name;
        use crate::facts::{FileFacts, ReadBy};
        use crate::formats::Reader;
        use crate::formats::scan::Scan;
        use crate::source::{SourceFile, Style, Text};

        pub const READER: Reader = Reader {
            name: "bars",
            wants,
            read,
        };

        fn wants(name: &Name<'_>, _text: &str) -> bool {
            name.ending() == "bars"
        }

        fn read(file: &SourceFile, facts: &mut FileFacts) {
            let mut at = 0;
            for line in file.text.split_inclusive('\n') {
                if let Some((key, value)) = line.trim_end().split_once('|') {
                    let value = Text::verbatim(value, at + key.len() + 1, Style::Plain);
                    Scan::by(ReadBy::Host)
                        .named(key)
                        .value(&value, &mut facts.sightings);
                }
                at += line.len();
            }
        }
    }

    #[test]
    fn one_more_format_is_one_file_and_one_line() {
        let mine: &[Reader] = &[bars::READER];
        let file = SourceFile::new(
            "a.bars",
            "name|x\ndb_port|5432\nurl|redis://localhost:6380\n",
        );
        let mut facts = FileFacts::default();
        assert!(read_with(mine, &file, &mut facts));
        let ports: Vec<_> = facts.sightings.iter().map(|s| file.slice(s.span)).collect();
        assert_eq!(ports, ["5432", "6380"]);
        assert!(!read_with(mine, &SourceFile::new("a.foos", ""), &mut facts));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn any_text_is_read_without_harm(text in r#"(port|host|url|targets|- |: |= |\{|\}|\[|\]|<|>|"|'|\||#|;|,|//|\\|[ \t]{1,3}|\r?\n|🐘|\u{feff}|5432|localhost|db:5432|http://h:80|\$\{|\{\{|<%=|default ){0,60}"#) {
            for path in PATHS {
                read_with_all(path, &text);
            }
        }
    }

    #[test]
    fn long_files_take_time_by_their_length() {
        for (path, piece) in [
            ("a.yml", "- port: 5432\n  host: db\n"),
            ("a.yml", "# docker run -p 5432:5432 postgres \\\n"),
            ("a.yml", "port5432: 5432\n"),
            ("a.json", "{\"host\": \"db\", \"port\": 5432},"),
            ("a.json", "\"port\": 5432, \"host\": \"db\","),
            ("a.ini", "db_host = db\ndb_port = 5432\n"),
            ("a.toml", "[[a]]\nport = 5432\n"),
            ("nginx.conf", "server db:5432;"),
            ("a.xml", "<add key='port' value='5432'/>"),
            (".pgpass", "h:5432:a:b:c\n"),
        ] {
            let mut text = piece.repeat(1 + 200_000 / piece.len());
            if path == "a.json" {
                text = format!("[{text}");
            }
            let file = SourceFile::new(path, text);
            let reader = CONFIGS
                .iter()
                .find(|r| (r.wants)(&Name::of(&file.path), &file.text))
                .unwrap();
            let started = Instant::now();
            let mut facts = FileFacts::default();
            (reader.read)(&file, &mut facts);
            assert!(!facts.sightings.is_empty(), "{path} {piece:?}");
            let took = started.elapsed();
            assert!(took < Duration::from_secs(20), "{path} {piece:?}: {took:?}");
        }
    }
}
