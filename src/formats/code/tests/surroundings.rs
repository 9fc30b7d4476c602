use super::{read, show};
use crate::facts::{Clue, ClueKind, ReadBy, Side, Tense};
use crate::formats::code::{knows_fence, read_snippet};
use crate::formats::scan::Scan;
use crate::source::{Span, Style, Text};

fn clues(path: &str, text: &str, port: u16) -> Vec<(ClueKind, String)> {
    let (_, facts) = read(path, text);
    let sighting = facts.sightings.iter().find(|s| s.port == port);
    let clues = sighting.map(|s| s.clues.clone()).unwrap_or_default();
    clues.into_iter().map(|c| (c.kind, c.text)).collect()
}

#[test]
fn clues_name_what_stands_around() {
    let source = "\
class Market {
  // where the candles are
  connect() {
    const services = [
      // TimescaleDB, primary
      { name: 'Candles', port: 5432 }, // since v2
    ];
  }
}
";
    let found = clues("src/market.test.ts", source, 5432);
    let expected = [
        (ClueKind::Name, "port"),
        (ClueKind::Name, "Candles"),
        (ClueKind::KeyPath, "Market.services"),
        (ClueKind::Line, "since v2"),
        (ClueKind::Heading, "connect"),
        (ClueKind::File, "market.test.ts"),
    ];
    for (kind, text) in expected {
        assert!(
            found.contains(&(kind, text.to_owned())),
            "{text} in {found:?}"
        );
    }
    assert!(found.is_sorted_by_key(|(kind, _)| *kind), "{found:?}");
}

#[test]
fn the_comment_above_counts_until_an_empty_line() {
    let near = |source: &str| {
        let found = clues("a.py", source, 5432);
        found
            .into_iter()
            .find(|(k, _)| *k == ClueKind::Near)
            .map(|(_, t)| t)
    };
    assert_eq!(
        near("# TimescaleDB\nhost = 'x'\nport = 5432\n").as_deref(),
        Some("TimescaleDB")
    );
    assert_eq!(near("# TimescaleDB\n\nport = 5432\n"), None);
    assert_eq!(near("x = 1  # other\nport = 5432\n"), None);
    assert_eq!(
        near("# TimescaleDB\r\nport = 5432\r\n").as_deref(),
        Some("TimescaleDB")
    );
}

#[test]
fn comments_are_prose_under_the_next_declaration() {
    let source = "/**\n * Listens on port 9009.\n * See http://localhost:9000/docs.\n */\nfunction openQuestDb() {}\n";
    let (file, facts) = read("a.ts", source);
    let ports: Vec<_> = facts
        .sightings
        .iter()
        .map(|s| (s.port, file.line(s.span.start)))
        .collect();
    assert_eq!(ports, [(9009, 2), (9000, 3)]);
    let named = Clue {
        kind: ClueKind::Near,
        text: "openQuestDb".to_owned(),
    };
    assert!(facts.sightings.iter().all(|s| s.clues.contains(&named)));
}

#[test]
fn the_side_is_stated_where_a_call_states_it() {
    let (_, facts) = read(
        "a.test.ts",
        "new GenericContainer('x').withExposedPorts(5432)",
    );
    let hint = facts.sightings[0]
        .hint
        .as_ref()
        .map(|h| (h.side, h.certain));
    assert_eq!(hint, Some((Side::Container, true)));
}

#[test]
fn a_block_of_a_document_is_read_as_its_language() {
    let document = "# Guide\n\n```ts\nconst db = { host: 'localhost', port: 5432 };\n```\n";
    let start = document.find("const").unwrap_or(0);
    let code = "const db = { host: 'localhost', port: 5432 };";
    let text = Text::verbatim(code, start, Style::Block);
    let clues = [Clue {
        kind: ClueKind::Heading,
        text: "Guide".to_owned(),
    }];
    let base = Scan {
        tense: Tense::History,
        ..Scan::by(ReadBy::Host).clued(&clues)
    };
    for fence in ["ts", "JavaScript", "tsx"] {
        let found = read_snippet(fence, &text, &base);
        assert_eq!(
            found.iter().map(show).collect::<Vec<_>>(),
            ["5432 Keyed db.port @localhost(host)"]
        );
        assert_eq!(document.get(found[0].span.range()), Some("5432"));
        let host = found[0].host.as_ref().and_then(|h| h.span);
        assert_eq!(
            host.and_then(|h| document.get(h.range())),
            Some("localhost")
        );
        assert!(found[0].clues.contains(&clues[0]));
        assert_eq!(found[0].tense, Tense::History);
    }
    assert!(read_snippet("brainfuck", &text, &base).is_empty());
    assert!(knows_fence("python") && !knows_fence("yaml"));
}

#[test]
fn fragments_are_read_as_far_as_they_go() {
    let base = Scan::by(ReadBy::Host);
    let cases = [
        (
            "js",
            "host: 'localhost',\nport: 5432,\n",
            "5432 Keyed port @localhost",
        ),
        (
            "php",
            "$port = env('DB_PORT', 5432);",
            "5432 Keyed port <DB_PORT>",
        ),
        (
            "python",
            ">>> conn = connect(host='localhost', port=5433)",
            "5433 Keyed port @localhost(host)",
        ),
        ("go", "cfg := Config{Port: 5432}", "5432 Keyed Port"),
    ];
    for (fence, code, expected) in cases {
        let found = read_snippet(fence, &Text::verbatim(code, 0, Style::Block), &base);
        assert_eq!(
            found.iter().map(show).collect::<Vec<_>>(),
            [expected],
            "{code}"
        );
    }
}

#[test]
fn bytes_that_were_folded_away_keep_their_places() {
    // a quoted block of a document: `> ` before every line
    let file = "> const a = {\n>   port: 5432,\n> };\n";
    let value = "const a = {\n  port: 5432,\n};\n";
    let segments = vec![(0, 2, 12), (12, 16, 14), (26, 32, 3)];
    let text = Text::mapped(
        value.to_owned(),
        Span::new(0, file.len()),
        segments,
        Style::Block,
    );
    let found = read_snippet("js", &text, &Scan::by(ReadBy::Host));
    assert_eq!(found.len(), 1);
    assert_eq!(file.get(found[0].span.range()), Some("5432"));
}

#[test]
fn blocks_of_markdown_tell_code_from_comments_and_measures() {
    let guide = "# Client\n\n```js\nconst port = process.env.PG_PORT || 5433; // not 5432ms\nsetTimeout(go, 5432);\n```\n\n```kotlin\nval c = connect(host = \"localhost\", port = 5434)\n```\n";
    assert_eq!(
        super::lines("docs/client.md", guide),
        [
            "5433 Keyed port <PG_PORT>",
            "5434 Keyed port @localhost(host)"
        ]
    );
}
