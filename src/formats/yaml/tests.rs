#![allow(clippy::string_slice, reason = "a wrong span must fail the test")]

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use serde::Deserialize;

use super::*;

fn root(text: &str) -> Node {
    let yaml = read(text);
    assert_eq!(yaml.problems, [], "{text:?}");
    yaml.root().cloned().unwrap_or(Node::null(Span::default()))
}

/// Every scalar as `(value, the bytes its span covers)`.
fn scalars(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    root(text).walk(&mut |_, node| {
        if let Some(t) = node.text() {
            found.push((t.value.clone(), text[t.span.range()].to_owned()));
        }
        true
    });
    found
}

#[test]
fn spans_cover_exactly_the_content() {
    let table = [
        (
            "\u{feff}a: 5432\r\nb: \"7000\"\r\n",
            vec![("5432", "5432"), ("7000", "7000")],
        ),
        ("🐘: 'it''s'  # 🐘\n", vec![("it's", "it''s")]),
        ("a: \"\\u0035\\t432\"", vec![("5\t432", "\\u0035\\t432")]),
        (
            "a: x\n  y   \n\n  z # c\n",
            vec![("x y\nz", "x\n  y   \n\n  z")],
        ),
        (
            "a: |2-\n    x\n   y\n\nb: 1",
            vec![("  x\n y", "  x\n   y"), ("1", "1")],
        ),
        ("- >\n  a\n  b\n\n", vec![("a b\n", "a\n  b")]),
        ("{\"a\":\t[1,\n2]}", vec![("1", "1"), ("2", "2")]),
        ("a:\nb: ~\nc: !x\n", vec![]),
    ];
    for (text, expected) in table {
        let found = scalars(text);
        let found: Vec<_> = found
            .iter()
            .map(|(a, b)| (a.as_str(), b.as_str()))
            .collect();
        assert_eq!(found, expected, "{text:?}");
    }
}

/// Whether the last `piece` of the only scalar maps to the last one of the file.
fn located(text: &str, piece: &str) -> bool {
    let node = root(text);
    let scalar = node.get("a").and_then(Node::text).unwrap();
    let at = scalar.value.rfind(piece).unwrap();
    let span = scalar.locate(at..at + piece.len());
    assert!(
        span.is_none() || span.map(|s| s.start as usize) == text.rfind(piece),
        "{text:?}"
    );
    span.is_some()
}

#[test]
fn pieces_of_a_scalar_are_found_in_the_file() {
    let table = [
        ("a: \"x\\\"y localhost:5432\"", "5432", true),
        ("a: 'x''y localhost:5432'", "5432", true),
        ("a: |\n  psql -p 5432\n  nc -z h 6333\n", "6333", true),
        ("a: |\r\n  psql -p 5432\r\n  nc -z h 6333\r\n", "6333", true),
        ("a: >\n  psql\n  -p 5432\n\n  x\n", "-p 5432", true),
        ("a: >\n  psql\n    -p 5432\n  x\n", "  -p 5432", true),
        ("a: psql\n  -p 5432", "-p 5432", true),
        ("a: psql\n  -p 5432", "psql -p", false),
        ("a: \"psql \\\n   -p 5432\"", "-p 5432", true),
        ("a: \"\\ud83d\\udc18 5432\"", "5432", true),
        ("a: \"\\x35432\"", "432", true),
        ("a: \"\\x35432\"", "5432", false),
        ("a: |\n  x\n\n\n  5432\n", "5432", true),
    ];
    for (text, piece, expected) in table {
        assert_eq!(located(text, piece), expected, "{text:?} {piece:?}");
    }
}

#[test]
fn collections_end_with_their_last_child() {
    let text = "a:\n  - x: 1\n    y: [1, 2]  # c\n\n# next\nb: 1\n";
    let node = root(text);
    assert_eq!(
        &text[node.get("a").unwrap().span.range()],
        "- x: 1\n    y: [1, 2]"
    );
    assert_eq!(&text[node.span.range()], &text[..text.len() - 1]);
    let comments: Vec<_> = read(text)
        .comments
        .iter()
        .map(|s| &text[s.range()])
        .collect();
    assert_eq!(comments, ["# c", "# next"]);
}

#[test]
fn merge_keys_are_followed_and_own_keys_win() {
    let text =
        "x: &x {a: 1, b: 1}\ny: &y {b: 2, c: 2}\nz:\n  b: 3\n  <<: [*x, *y]\nw: {'<<': q, a: 1}\n";
    let node = root(text);
    let z = node.get("z").unwrap();
    let all: Vec<_> = z
        .entries()
        .iter()
        .map(|(k, v)| format!("{}={}", k.str().unwrap(), v.str().unwrap()))
        .collect();
    assert_eq!(all, ["b=3", "a=1", "c=2"]);
    assert_eq!(z.get("c").and_then(Node::int), Some(2));
    assert_eq!(
        z.get("a").map(|n| n.span.start),
        Some(10),
        "the place is the anchor's"
    );
    assert_eq!(z.get("<<"), None);
    assert_eq!(
        node.get("w").unwrap().entries().len(),
        2,
        "a quoted `<<` is a key like any other"
    );
}

#[test]
fn duplicates_are_reported_and_the_last_wins() {
    let yaml = read("a: 1\nb: 2\na: 3\n<<: {c: 1}\n<<: {c: 2}\n");
    let root = yaml.root().unwrap();
    assert_eq!(root.get("a").and_then(Node::int), Some(3));
    assert_eq!(root.get("c").and_then(Node::int), Some(2));
    let said: Vec<_> = yaml
        .duplicates
        .iter()
        .map(|p| (p.message.as_str(), p.span.start))
        .collect();
    assert_eq!(
        said,
        [
            ("the key `a` stands twice in this mapping", 10),
            ("the key `<<` stands twice in this mapping", 26)
        ]
    );
}

#[test]
fn several_documents_and_what_stands_before_an_error_are_kept() {
    let yaml = read("a: 1\n---\nb: [1\n---\nc: 2\n");
    assert_eq!(yaml.documents.len(), 1);
    assert_eq!(yaml.problems.len(), 1);
    assert_eq!(yaml.problems[0].span, Span::new(12, 13));
    assert_eq!(read("a: 1\n---\nb: 2\n...\n---\n").documents.len(), 3);
    assert_eq!(read("").documents.len(), 0);
    assert_eq!(read("# only a comment").comments.len(), 1);
}

#[test]
fn hostile_nesting_and_aliases_stay_bounded() {
    let deep = "[".repeat(100_000);
    assert_eq!(read(&deep).problems.len(), 1);
    let block: String = (0..2_000)
        .map(|i| format!("{}- \n", " ".repeat(i)))
        .collect();
    assert_eq!(read(&block).problems.len(), 1);

    let mut bomb = "a0: &a0 [x, x]\n".to_owned();
    for i in 1..200 {
        bomb += &format!("a{i}: &a{i} [*a{p}, *a{p}]\n", p = i - 1);
    }
    let yaml = read(&bomb);
    assert_eq!(yaml.problems, []);
    let mut visited = 0;
    yaml.root().unwrap().walk(&mut |_, _| {
        visited += 1;
        true
    });
    assert!(visited < 1_000, "{visited}");

    let mut chain = "a0: &a0 [x]\n".to_owned();
    for i in 1..5_000 {
        chain += &format!("a{i}: &a{i} [*a{}]\n", i - 1);
    }
    assert!(!read(&chain).problems.is_empty(), "too deep");

    let mut merges = "a0: &a0 {k0: 0}\n".to_owned();
    for i in 1..100 {
        merges += &format!("a{i}: &a{i} {{<<: [*a{p}, *a{p}], k{i}: {i}}}\n", p = i - 1);
    }
    let yaml = read(&merges);
    let last = yaml.root().unwrap().get("a99").unwrap();
    assert_eq!(last.entries().len(), 100);
    assert_eq!(last.get("k0").and_then(Node::int), Some(0));

    assert_eq!(read("a: &a [*a]").problems.len(), 1);
    assert_eq!(read("a: *nobody").problems.len(), 1);
}

#[test]
fn a_walk_gives_the_path_of_every_node() {
    let mut paths = Vec::new();
    root("a: {b: [1, {c: 2}]}").walk(&mut |path, node| {
        if node.text().is_some() {
            paths.push(
                path.iter()
                    .map(|s| match s {
                        Step::Key(k) => (*k).to_owned(),
                        Step::Index(i) => i.to_string(),
                    })
                    .collect::<Vec<_>>()
                    .join("."),
            );
        }
        true
    });
    assert_eq!(paths, ["a.b.0", "a.b.1.c"]);
}

// ---- against an independent reader ---------------------------------------------------------------------------

fn corpus() -> PathBuf {
    std::env::var_os("PORTLINT_CORPUS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"),
        PathBuf::from,
    )
}

fn yaml_files(dir: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = std::fs::read_dir(dir)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            yaml_files(&path, found);
        } else if path
            .extension()
            .is_some_and(|e| e == "yml" || e == "yaml" || e == "json")
        {
            found.push(path);
        }
    }
}

/// Where the two trees differ, or nothing.
fn difference(ours: &Node, theirs: &serde_yaml::Value) -> Option<String> {
    use serde_yaml::Value;
    let theirs = match theirs {
        Value::Tagged(tagged) => &tagged.value,
        other => other,
    };
    let differ = || Some(format!("{ours:?}\n  is not {theirs:?}"));
    match (&ours.data, theirs) {
        (Data::Null, Value::Null) => None,
        (Data::Scalar(text), Value::String(s)) if text.value == *s => None,
        (Data::Scalar(text), Value::Bool(_) | Value::Number(_)) if text.style == Style::Plain => {
            let again: Value = serde_yaml::from_str(&text.value).ok()?;
            (again != *theirs).then(differ).flatten()
        }
        (Data::Seq(a), Value::Sequence(b)) if a.len() == b.len() => {
            a.iter().zip(b).find_map(|(a, b)| difference(a, b))
        }
        (Data::Map(a), Value::Mapping(b)) if a.pairs().len() == b.len() => a
            .pairs()
            .iter()
            .zip(b)
            .find_map(|((ak, av), (bk, bv))| difference(ak, bk).or_else(|| difference(av, bv))),
        _ => differ(),
    }
}

/// Compares the two readers on one text; false if either rejects it.
fn same_tree(text: &str, name: &str) -> bool {
    let theirs: Result<Vec<serde_yaml::Value>, _> = serde_yaml::Deserializer::from_str(text)
        .map(serde_yaml::Value::deserialize)
        .collect();
    let ours = read(text);
    let Ok(theirs) = theirs else { return false };
    if !ours.problems.is_empty() || !ours.duplicates.is_empty() {
        return false;
    }
    // An empty stream is a null document to them.
    if ours.documents.is_empty() {
        return true;
    }
    assert_eq!(ours.documents.len(), theirs.len(), "{name}");
    for (a, b) in ours.documents.iter().zip(&theirs) {
        if let Some(difference) = difference(a, b) {
            panic!("{name}: {difference}");
        }
    }
    true
}

fn check_spans(text: &str) {
    let yaml = read(text);
    let whole = Span::new(0, text.len());
    let inside = |span: Span| {
        assert!(
            whole.contains(span) && text.get(span.range()).is_some(),
            "{span} in {text:?}"
        );
    };
    for span in yaml
        .comments
        .iter()
        .chain(yaml.problems.iter().map(|p| &p.span))
    {
        inside(*span);
    }
    for document in &yaml.documents {
        document.walk(&mut |_, node| {
            inside(node.span);
            if let Some(t) = node.text() {
                inside(t.span);
                for (i, c) in t.value.char_indices() {
                    if let Some(span) = t.locate(i..i + c.len_utf8()) {
                        assert_eq!(&text[span.range()], c.encode_utf8(&mut [0; 4]), "{text:?}");
                    }
                }
            }
            true
        });
    }
}

#[test]
fn serde_yaml_reads_the_same_trees() {
    let trees = corpus().join("trees");
    let mut files = Vec::new();
    if trees.is_dir() {
        yaml_files(&trees, &mut files);
    } else {
        println!(
            "no corpus at {}: only the built-in set is compared",
            trees.display()
        );
    }
    let mut compared = 0;
    for path in &files {
        let Ok(text) = std::fs::read_to_string(path) else {
            continue;
        };
        compared += usize::from(same_tree(&text, &path.display().to_string()));
        check_spans(&text);
    }
    println!("{compared} of {} files compared", files.len());
    assert!(
        compared * 10 >= files.len() * 9,
        "{compared} of {}",
        files.len()
    );

    let built_in = [
        "a: 1\nb: [x, 'y', \"z\\n\"]\nc: {d: ~, e: }\n",
        "services:\n  db: &db\n    image: postgres\n    ports: ['5432:5432']\n  x:\n    <<: *db\n",
        "a: |\n  x\n   y\n\nb: >-\n  p\n  q\n\n  r\nc: |+\n  k\n\n",
        "- - 1\n  - 0x10\n- true\n- 22:22\n- 1_000\n",
        "{\"a\": [1, 2.5, null, \"\\u00e9\\/\"], \"b\": {\"c\": []}}",
        "a: x\n---\nb: y\n",
        "? k\n: v\n'q''q': \"\\x41\\\n   b\"\n",
    ];
    for text in built_in {
        assert!(same_tree(text, text), "{text}");
        check_spans(text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_text_is_read_without_panic(text in "\\PC{0,60}") {
        check_spans(&text);
    }

    #[test]
    fn yaml_like_text_keeps_its_spans(
        parts in proptest::collection::vec(
            proptest::sample::select(vec![
                "a", "5432", ": ", ":", "- ", "\n", "\r\n", "  ", "    ", "\t", "\"", "'", "''", "\\n", "\\\"", "\\", "\\u00e9",
                "🐘", "é", "|\n", ">\n", "|-\n", ">2+\n", "# c", "[", "]", "{", "}", ", ", "&a ", "*a", "<<: ", "!x ", "---\n", "\u{feff}", "?", "~",
            ]),
            0..40,
        )
    ) {
        check_spans(&parts.concat());
    }
}
