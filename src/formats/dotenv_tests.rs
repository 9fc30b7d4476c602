use super::*;
use proptest::prelude::*;

fn facts(name: &str, text: &str) -> (SourceFile, FileFacts) {
    let file = SourceFile::new(name, text);
    let mut facts = FileFacts::default();
    read(&file, &mut facts);
    (file, facts)
}

fn entries(text: &str) -> Vec<(String, String)> {
    let (_, facts) = facts(".env", text);
    assert_eq!(facts.problems, [], "{text}");
    let env = facts.env.expect("an env file");
    env.entries
        .into_iter()
        .filter(|e| !e.commented)
        .map(|e| (e.key.value, e.value.value))
        .collect()
}

#[test]
fn reads_values_as_compose_does() {
    for (text, expected) in [
        ("FOO=bar", &[("FOO", "bar")] as &[_]),
        ("FOO =bar\nA= b", &[("FOO", "bar"), ("A", "b")]),
        (
            "FOO: 1\nURL: Foo=bar\nA=1:B",
            &[("FOO", "1"), ("URL", "Foo=bar"), ("A", "1:B")],
        ),
        (
            "export A=2\n\texport\tB=3\nexportC=4\nexport.D=5\nexport =6",
            &[
                ("A", "2"),
                ("B", "3"),
                ("exportC", "4"),
                ("export.D", "5"),
                ("", "6"),
            ],
        ),
        (
            "A=\"x\" # note\nB='y' # note\nC=z # note",
            &[("A", "x"), ("B", "y"), ("C", "z")],
        ),
        (
            "A=\"b#c\"\nB='b #c'\nC=b#c",
            &[("A", "b#c"), ("B", "b #c"), ("C", "b#c")],
        ),
        // without a blank before it, and at the very start of the value, `#` is part of the value
        (
            "A= # note\nB=x\t# note",
            &[("A", "# note"), ("B", "x\t# note")],
        ),
        (
            "A=\nB=\"\"\nC=''\nD=",
            &[("A", ""), ("B", ""), ("C", ""), ("D", "")],
        ),
        (
            "A=\"two\nlines\"\nB='three\n\nlines'\nC=1",
            &[("A", "two\nlines"), ("B", "three\n\nlines"), ("C", "1")],
        ),
        (
            "A=\"a\\nb\\tc\\\\d\\\"e\\q\"\nB='a\\nb\\'c'",
            &[("A", "a\nb\tc\\d\"e\\q"), ("B", "a\\nb'c")],
        ),
        (
            "A=\"\\$B ${C}\"\nD=\"\\0101\"",
            &[("A", "$$B ${C}"), ("D", "A")],
        ),
        (
            "A=b\r\nB=\"c\"\r\nC=\r\nD=d # x\r\n",
            &[("A", "b"), ("B", "c"), ("C", ""), ("D", "d")],
        ),
        ("\u{feff}A=b\n", &[("A", "b")]),
        ("A=\"b\"C=d\n", &[("A", "b"), ("C", "d")]),
        (
            "a[1]=c\na.b-c=d\nTÜR=zu",
            &[("a[1]", "c"), ("a.b-c", "d"), ("TÜR", "zu")],
        ),
        ("INHERITED\nA=1\nexport OTHER", &[("A", "1")]),
        ("A=1\nA=2", &[("A", "1"), ("A", "2")]),
        (
            "A=foobar=\n  B=  spaced out  ",
            &[("A", "foobar="), ("B", "spaced out")],
        ),
        ("", &[]),
        ("\n\n# only\n\n", &[]),
    ] {
        let expected: Vec<_> = expected
            .iter()
            .filter(|(k, _)| !k.is_empty())
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        assert_eq!(entries(text), expected, "{text:?}");
    }
}

#[test]
fn spans_are_those_of_the_file() {
    let text = "\u{feff}# 🐘 ports\r\nexport PG_PORT=\"5432\" # é\r\nURL='redis://h:6380'\r\n#  REDIS_PORT=6379 # old";
    let (file, facts) = facts(".env", text);
    let env = facts.env.expect("an env file");
    let shown: Vec<_> = env
        .entries
        .iter()
        .map(|e| {
            (
                file.slice(e.key.span),
                file.slice(e.value.span),
                file.slice(e.line),
                e.commented,
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("PG_PORT", "5432", "export PG_PORT=\"5432\" # é", false),
            ("URL", "redis://h:6380", "URL='redis://h:6380'", false),
            ("REDIS_PORT", "6379", "#  REDIS_PORT=6379 # old", true),
        ]
    );
    assert_eq!(env.headings, [("🐘 ports".to_owned(), 3)]);
    let redis = &env.entries[1].value;
    assert_eq!(file.slice(redis.locate(10..14).expect("verbatim")), "6380");
}

#[test]
fn escapes_keep_the_way_back() {
    let text = "A=\"x\\t5432\\$\\\"7000\"";
    let (file, facts) = facts(".env", text);
    let value = facts.env.expect("an env file").entries[0].value.clone();
    assert_eq!(value.value, "x\t5432$$\"7000");
    let digits = |n: &str| {
        let at = value.value.find(n).expect("there");
        value
            .locate(at..at + n.len())
            .map(|s| file.slice(s).to_owned())
    };
    assert_eq!(digits("5432").as_deref(), Some("5432"));
    assert_eq!(digits("7000").as_deref(), Some("7000"));
    assert_eq!(digits("\t5"), None);
}

#[test]
fn a_bad_line_is_said_and_the_rest_is_read() {
    let (file, problems) = facts(".env", "A=1\nlol$wut\nB C=2\nD=\"open\nE=5");
    let said: Vec<_> = problems
        .problems
        .iter()
        .map(|p| (p.kind, file.slice(p.span), p.message.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            (
                ProblemKind::Skipped,
                "lol$wut",
                "unexpected character `$` in a variable's name"
            ),
            (
                ProblemKind::Skipped,
                "B C=2",
                "a variable's name cannot contain a space"
            ),
            (
                ProblemKind::Skipped,
                "\"open",
                "the quoted value has no closing quote"
            ),
        ]
    );
    let keys: Vec<_> = problems
        .env
        .expect("read")
        .entries
        .iter()
        .map(|e| e.key.value.clone())
        .collect();
    assert_eq!(keys, ["A", "D", "E"]);
    let (_, shell) = facts(".envrc", "use nix\nif true; then\nexport A=$(pwd)\nfi\nB=2");
    assert_eq!(
        (shell.problems.len(), shell.env.expect("read").entries.len()),
        (0, 2)
    );
}

#[test]
fn comments_name_the_section() {
    let text = "\
# ==========
# Databases
# ==========
# host port of the main one
PG_PORT=5432 # TimescaleDB
PG_HOST=localhost

# --- Cache ---
REDIS_PORT=6380
# QuestDB
QUEST_PORT=9001
";
    let (_, facts) = facts(".env", text);
    let env = facts.env.expect("read");
    let headings: Vec<_> = env.headings.iter().map(|(t, _)| t.as_str()).collect();
    assert_eq!(headings, ["Databases", "Cache", "QuestDB"]);
    let mut lines = Lines {
        text,
        shell: false,
        env: EnvFile::default(),
        notes: Vec::new(),
        problems: Vec::new(),
        above: Above::Blank,
        heading: None,
        comment: None,
        line: (0, 0),
    };
    lines.read();
    let clues: Vec<Vec<_>> = lines
        .notes
        .iter()
        .map(|n| n.iter().map(|c| (c.kind, c.text.as_str())).collect())
        .collect();
    assert_eq!(
        clues,
        [
            vec![
                (ClueKind::Line, "TimescaleDB"),
                (ClueKind::Near, "host port of the main one"),
                (ClueKind::Heading, "Databases"),
            ],
            vec![(ClueKind::Heading, "Databases")],
            vec![(ClueKind::Heading, "Cache")],
            vec![(ClueKind::Heading, "QuestDB")],
        ]
    );
}

#[test]
fn prose_in_comments_is_no_assignment() {
    let (_, facts) = facts(
        ".env",
        "# set PORT=5432 to publish\n# see https://x.y/?a=b\n#DB_PORT=5432\n# export B='x y'\n# C = 1\n",
    );
    let env = facts.env.expect("read");
    let found: Vec<_> = env
        .entries
        .iter()
        .map(|e| (e.key.value.as_str(), e.value.value.as_str(), e.commented))
        .collect();
    assert_eq!(found, [("DB_PORT", "5432", true), ("B", "x y", true)]);
}

#[test]
fn knows_env_files_by_name() {
    for name in [
        ".env",
        "a/.env",
        ".env.local",
        ".env.example",
        "prod.env",
        ".envrc",
        "env.example",
        "example.env",
        ".env-sample",
        ".env_db_mysql",
        "env_template",
        "dotenv.dist",
        ".env.prod.tpl",
    ] {
        assert!(is_env_file(name), "{name}");
    }
    for name in [
        ".env.d.ts",
        ".env.md",
        "environment",
        "env",
        "env.py",
        "env.example.ts",
        "x.envx",
        "sample",
    ] {
        assert!(!is_env_file(name), "{name}");
    }
    assert!(is_env_template("a/.env.sample") && !is_env_template(".env.local"));
}

#[test]
fn long_input_is_read_in_linear_time() {
    let many = "A=\"1\"".repeat(200_000);
    let (_, read) = facts(".env", &many);
    assert_eq!(read.env.expect("read").entries.len(), 200_000);
    let open = "# A=\"1\n".repeat(200_000);
    assert_eq!(
        facts(".env", &open).1.env.expect("read").entries.len(),
        200_000
    );
}

#[test]
fn an_empty_value_stands_before_its_lines_carriage_return() {
    let (file, facts) = facts(".env", "A= \r\nB:\r\n");
    let entries = facts.env.expect("read").entries;
    let places: Vec<_> = entries
        .iter()
        .map(|e| file.line_col(e.value.span.start).column)
        .collect();
    assert_eq!(places, [4, 3]);
}

proptest! {
    #[test]
    fn never_panics_and_spans_fit(text in "[A-C=:'\"# \\\\$\r\n\té🐘5]{0,60}|\\PC{0,60}") {
        let (file, facts) = facts(".env", &text);
        for entry in &facts.env.expect("an env file").entries {
            prop_assert_eq!(file.slice(entry.key.span), entry.key.value.as_str());
            prop_assert!(entry.line.contains(entry.key.span));
            prop_assert!(entry.value.span.range().end <= text.len());
            if entry.value.style == Style::Plain {
                prop_assert_eq!(file.slice(entry.value.span), entry.value.value.as_str());
            }
        }
    }
}
