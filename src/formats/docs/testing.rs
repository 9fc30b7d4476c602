//! What the tests of the readers of documents share.

use crate::classify::Name;
use crate::facts::{ClueKind, FileFacts, ReadBy, Side, Tense};
use crate::formats::Reader;
use crate::source::SourceFile;

/// What a reader sees, one line each: `line:port form @host side reader tense nearest clue`.
pub fn seen(reader: Reader, path: &str, text: &str) -> Vec<String> {
    assert!((reader.wants)(&Name::of(path), text), "{path}");
    let file = SourceFile::new(path, text);
    let mut facts = FileFacts::default();
    (reader.read)(&file, &mut facts);
    facts
        .sightings
        .iter()
        .map(|s| {
            assert_eq!(file.slice(s.span), s.port.to_string());
            let mut line = format!("{}:{} {:?}", file.line(s.span.start), s.port, s.form);
            if let Some(host) = &s.host {
                line += &format!(" @{}", host.text);
            }
            match s.hint.as_ref().map(|h| h.side) {
                Some(Side::Host) => line += " host",
                Some(Side::Container) => line += " container",
                Some(Side::External) => line += " external",
                _ => {}
            }
            if s.read_by != ReadBy::Host {
                line += &format!(" by {:?}", s.read_by);
            }
            if s.tense != Tense::Now {
                line += &format!(" {:?}", s.tense);
            }
            let name = s.clues.iter().find(|c| {
                matches!(
                    c.kind,
                    ClueKind::Command | ClueKind::Name | ClueKind::KeyPath
                )
            });
            let name = name.or_else(|| {
                s.clues.iter().find(|c| {
                    c.kind == ClueKind::Line
                        && s.host.is_some()
                        && s.form == crate::facts::Form::HostPort
                })
            });
            if let Some(name) = name {
                line += &format!(" {}", name.text);
            }
            line
        })
        .collect()
}
