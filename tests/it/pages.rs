//! Every rule has a page, and the page's examples are true. `rules/docs/README.md` tells how a page is written.

use crate::support::Repo;
use portlint::rules::{self, Rule};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Set it to write the output blocks anew.
const BLESS: &str = "PORTLINT_BLESS";

/// What cannot be shown by a repository.
const WITHOUT_EXAMPLE: &[&str] = &["internal-error"];

const SECTIONS: &[&str] = &[
    "What it does",
    "Why it matters",
    "Bad",
    "Good",
    "Fix",
    "After --fix",
    "Options",
    "Known limits",
];

/// A fenced block with a title.
#[derive(Debug)]
struct Block {
    section: String,
    title: String,
    body: String,
    /// Lines of the body in the page: first, and one past the last.
    lines: (usize, usize),
}

#[test]
fn rules_their_files_and_their_pages_are_the_same_set() {
    let all: BTreeSet<String> = rules::ALL.iter().map(|r| r.id.name.to_owned()).collect();
    let files = |dir: &str, ending: &str, not: &[&str]| -> BTreeSet<String> {
        fs::read_dir(dir)
            .unwrap()
            .filter_map(|e| e.unwrap().file_name().into_string().ok())
            .filter_map(|name| name.strip_suffix(ending).map(|n| n.replace('_', "-")))
            .filter(|name| !not.contains(&name.as_str()))
            .collect()
    };
    assert_eq!(
        all,
        files("src/rules", ".rs", &["mod", "common", "page"]),
        "src/rules"
    );
    assert_eq!(all, files("rules/docs", ".md", &["README"]), "rules/docs");
}

#[test]
fn pages_have_their_front_matter_and_sections() {
    for rule in rules::ALL {
        let name = rule.id.name;
        let (front, body) = rule
            .page
            .strip_prefix("---\n")
            .and_then(|p| p.split_once("\n---\n"))
            .unwrap_or_else(|| panic!("{name}: no front matter"));
        assert!(
            front.contains(&format!("code: {}\nname: {name}\nsummary: ", rule.id.code)),
            "{name}: {front}"
        );
        let title = format!("# {name} ({})", rule.id.code);
        assert!(
            body.trim_start().starts_with(&title),
            "{name}: no heading `{title}`"
        );
        let sections: Vec<&str> = headings(rule.page).collect();
        let order: Vec<&str> = SECTIONS
            .iter()
            .copied()
            .filter(|s| sections.contains(s))
            .collect();
        assert_eq!(
            sections, order,
            "{name}: sections in the order of rules/docs/README.md"
        );
    }
}

#[test]
fn bad_examples_are_reported_as_the_page_says() {
    for rule in rules::ALL {
        check_bad(rule);
    }
}

#[test]
fn good_examples_are_silent() {
    for rule in rules::ALL {
        let blocks = blocks(rule.page);
        let Some(repo) = example(&blocks, "Good") else {
            continue;
        };
        let run = run(&repo, rule);
        assert!(
            !run.contains(rule.id.name),
            "{}: the good example is reported:\n{run}",
            rule.id.name
        );
    }
}

fn check_bad(rule: &Rule) {
    let name = rule.id.name;
    let blocks = blocks(rule.page);
    let Some(repo) = example(&blocks, "Bad") else {
        return;
    };
    let printed = run(&repo, rule);
    assert!(
        printed.contains(name),
        "{name}: the bad example is not reported:\n{printed}"
    );
    let output = blocks
        .iter()
        .find(|b| b.section == "Bad" && b.title == "output");
    if output.is_some_and(|b| b.body == printed) {
        return;
    }
    assert!(
        std::env::var_os(BLESS).is_some(),
        "{name}: the page says\n{}\nbut portlint prints\n{printed}\nIf that is right, run the test again with {BLESS}=1",
        output.map_or("nothing", |b| &b.body),
    );
    bless(rule, &blocks, output, &printed);
}

fn run(repo: &Repo, rule: &Rule) -> String {
    let args = [
        "check",
        "--select",
        rule.id.name,
        "--min-confidence",
        "guess",
    ];
    let run = repo.portlint(args);
    assert!(
        matches!(run.code, Some(0 | 1)),
        "{}: {run:#?}",
        rule.id.name
    );
    run.stdout
}

/// Writes the output block of `## Bad`, or adds it behind the section's last file.
fn bless(rule: &Rule, blocks: &[Block], output: Option<&Block>, printed: &str) {
    let path = Path::new("rules/docs").join(format!("{}.md", rule.id.name));
    let text = fs::read_to_string(&path).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    if let Some(block) = output {
        lines.splice(block.lines.0..block.lines.1, printed.lines());
    } else {
        let last = blocks.iter().rfind(|b| b.section == "Bad").unwrap();
        let added = ["", "```text title=\"output\""]
            .into_iter()
            .chain(printed.lines())
            .chain(["```"]);
        let at = last.lines.1 + 1;
        lines.splice(at..at, added);
    }
    fs::write(path, lines.join("\n") + "\n").unwrap();
}

/// The repository of a section's blocks; none if it has none.
fn example(blocks: &[Block], section: &str) -> Option<Repo> {
    let mut files = blocks
        .iter()
        .filter(|b| b.section == section && b.title != "output")
        .peekable();
    files.peek()?;
    Some(files.fold(Repo::new(), |repo, b| repo.file(&b.title, &b.body)))
}

fn headings(page: &str) -> impl Iterator<Item = &str> {
    let mut fenced = false;
    page.lines().filter_map(move |line| {
        if line.starts_with("```") {
            fenced = !fenced;
        }
        line.strip_prefix("## ").filter(|_| !fenced)
    })
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut section = String::new();
    let mut open: Option<Option<Block>> = None;
    for (at, line) in page.lines().enumerate() {
        match &mut open {
            None if line.starts_with("```") => {
                open = Some(title(line).map(|title| Block {
                    section: section.clone(),
                    title: title.to_owned(),
                    body: String::new(),
                    lines: (at + 1, at + 1),
                }));
            }
            None => {
                if let Some(heading) = line.strip_prefix("## ") {
                    section = heading.to_owned();
                }
            }
            Some(block) if line == "```" => {
                blocks.extend(block.take());
                open = None;
            }
            Some(Some(block)) => {
                block.body += line;
                block.body.push('\n');
                block.lines.1 = at + 1;
            }
            Some(None) => {}
        }
    }
    assert!(open.is_none(), "a fence is not closed in {page}");
    blocks
}

fn title(info: &str) -> Option<&str> {
    info.split_once("title=\"")?
        .1
        .split_once('"')
        .map(|(title, _)| title)
}

#[test]
#[ignore = "the pages are being written"]
fn every_rule_has_a_bad_and_a_good_example() {
    let without: Vec<&str> = rules::ALL
        .iter()
        .filter(|r| !WITHOUT_EXAMPLE.contains(&r.id.name))
        .filter(|r| {
            let blocks = blocks(r.page);
            !["Bad", "Good"]
                .iter()
                .all(|s| blocks.iter().any(|b| b.section == *s))
        })
        .map(|r| r.id.name)
        .collect();
    assert!(
        without.is_empty(),
        "no examples on the pages of {without:?}"
    );
}
