//! The stages know each other in one direction only: the table below is the whole of who may use whom.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// For each module of the crate, the modules it may use. A new dependency is a decision, so it is written here.
const MAY_USE: &[(&str, &[&str])] = &[
    ("source", &[]),
    ("bounded", &[]),
    ("guard", &[]),
    ("error", &["policy"]),
    ("facts", &["source"]),
    ("finding", &["source"]),
    ("classify", &["error"]),
    ("walk", &["classify", "error", "facts", "source"]),
    ("root", &["error", "policy", "walk"]),
    ("formats", &["classify", "facts", "guard", "source"]),
    ("interpolate", &["source"]),
    ("paths", &[]),
    ("ports", &["model"]),
    ("model", &["facts", "finding", "source"]),
    ("policy", &["bounded", "finding", "mask", "model", "source"]),
    ("identify", &["model", "policy"]),
    (
        "load",
        &[
            "classify", "error", "facts", "formats", "paths", "policy", "root", "source", "walk",
        ],
    ),
    (
        "resolve",
        &[
            "facts",
            "formats",
            "identify",
            "interpolate",
            "model",
            "paths",
            "policy",
            "ports",
            "source",
        ],
    ),
    ("identify", &["model", "policy"]),
    ("symbols", &["model"]),
    (
        "judge",
        &["facts", "finding", "model", "policy", "source", "symbols"],
    ),
    (
        "plan",
        &["facts", "finding", "model", "policy", "source", "symbols"],
    ),
    (
        "rules",
        &[
            "facts", "finding", "model", "plan", "policy", "source", "symbols",
        ],
    ),
    (
        "select",
        &["classify", "error", "finding", "policy", "rules"],
    ),
    (
        "suppress",
        &["facts", "finding", "mask", "model", "rules", "source"],
    ),
    (
        "inventory",
        &["model", "plan", "policy", "render", "source"],
    ),
    ("mask", &["source"]),
    (
        "baseline",
        &[
            "bounded",
            "error",
            "finding",
            "fingerprint",
            "mask",
            "render",
            "source",
        ],
    ),
    ("changes", &["facts", "source"]),
    ("focus", &["changes", "finding", "root", "source"]),
    ("git", &["changes", "error"]),
    ("fingerprint", &["finding", "source"]),
    ("render", &["finding", "fingerprint", "mask", "source"]),
    ("fix", &["error", "finding", "source"]),
    ("engine", ANY),
    ("effective", ANY),
    ("mend", ANY),
    ("lookup", &["engine", "model", "plan", "source"]),
    ("cli", ANY),
    ("lib", ANY),
    ("main", ANY),
];

/// The top of the house uses what it likes.
const ANY: &[&str] = &["*"];

#[test]
fn modules_use_only_what_lies_below_them() {
    let allowed: BTreeMap<&str, BTreeSet<&str>> = MAY_USE
        .iter()
        .map(|(module, uses)| (*module, uses.iter().copied().collect()))
        .collect();
    let mut wrong = Vec::new();
    let mut seen = 0;
    for file in sources(Path::new("src")) {
        let module = module_of(&file);
        let text = production(&fs::read_to_string(&file).unwrap());
        for used in crate_uses(&text) {
            seen += 1;
            let fine = allowed
                .get(module.as_str())
                .is_some_and(|uses| uses.contains("*") || uses.contains(used.as_str()));
            if !fine && used != module {
                wrong.push(format!("{}: `{module}` uses `{used}`", file.display()));
            }
        }
    }
    assert!(seen > 50, "the search for uses finds too little: {seen}");
    assert!(
        wrong.is_empty(),
        "not in the table of tests/it/layering.rs:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn files_stay_small() {
    const MOST_LINES: usize = 800;
    for file in sources(Path::new("src")) {
        let lines = fs::read_to_string(&file).unwrap().lines().count();
        assert!(
            lines <= MOST_LINES,
            "{} has {lines} lines, more than {MOST_LINES}",
            file.display()
        );
    }
}

#[test]
fn the_search_for_uses_sees_all_forms() {
    let text = "use crate::a::B;\nuse crate::{c, d::E, self};\n    crate::f::g();\n#[cfg(test)]\nmod tests { use crate::z; }\n";
    let found: Vec<String> = crate_uses(&production(text)).into_iter().collect();
    assert_eq!(found, ["a", "c", "d", "f"]);
}

fn sources(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The module that a file belongs to: its first folder below `src`, or its own name.
fn module_of(file: &Path) -> String {
    let first = file.components().nth(1).unwrap();
    Path::new(first.as_os_str())
        .file_stem()
        .unwrap()
        .to_string_lossy()
        .into_owned()
}

/// The text before the unit tests, which may use anything; a file of tests alone has none.
fn production(text: &str) -> String {
    text.lines()
        .take_while(|line| *line != "#[cfg(test)]")
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// First path segments behind `crate::`, in braces too.
fn crate_uses(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => found.extend(group_heads(group)),
            None => found.extend(head(rest)),
        }
    }
    found
}

fn group_heads(group: &str) -> Vec<String> {
    let mut depth = 0;
    let mut heads = Vec::new();
    let mut start = true;
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => start = true,
            c if start && !c.is_whitespace() => {
                heads.extend(head(&group[at..]));
                start = false;
            }
            _ => {}
        }
    }
    heads
}

fn head(text: &str) -> Option<String> {
    let end = text
        .find(|c: char| !(c.is_alphanumeric() || c == '_'))
        .unwrap_or(text.len());
    let name = &text[..end];
    (!name.is_empty() && name != "self" && name.starts_with(|c: char| c.is_lowercase()))
        .then(|| name.to_owned())
}
