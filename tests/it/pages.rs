//! Every rule has a page, and the page's examples are true. `rules/docs/README.md` tells how a page is written.

use crate::example::{self, blocks, repository};
use crate::support::Repo;
use portlint::rules::{self, Rule};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

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
        let Some(repo) = repository(&blocks, "Good") else {
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

#[test]
fn fixes_give_what_the_page_shows() {
    const SECTION: &str = "After --fix";
    for rule in rules::ALL {
        let blocks = blocks(rule.page);
        let shown: Vec<_> = blocks.iter().filter(|b| b.section == SECTION).collect();
        let Some(repo) = repository(&blocks, "Bad").filter(|_| !shown.is_empty()) else {
            continue;
        };
        let name = rule.id.name;
        assert!(rule.fixable, "{name}: shows a fix, but is not fixable");
        let fix = ["--fix", "--unsafe-fixes", "--min-confidence", "guess"];
        repo.portlint(["check", "--select", &selection(rule)].iter().chain(&fix));
        for block in shown {
            let fixed = repo.read(&block.title);
            example::compare_block(&page_path(rule), block, &fixed);
        }
    }
}

fn check_bad(rule: &Rule) {
    let name = rule.id.name;
    let blocks = blocks(rule.page);
    let Some(repo) = repository(&blocks, "Bad") else {
        return;
    };
    let printed = run(&repo, rule);
    assert!(
        printed.contains(name),
        "{name}: the bad example is not reported:\n{printed}"
    );
    example::compare(&page_path(rule), &blocks, "Bad", &printed);
}

fn page_path(rule: &Rule) -> PathBuf {
    Path::new("rules/docs").join(format!("{}.md", rule.id.name))
}

/// The rules to run: an ignore comment is unused only if the rule that it names ran.
fn selection(rule: &Rule) -> String {
    match rule.id.name {
        "unused-ignore" => "unused-ignore,database-port-outside-range".to_owned(),
        name => name.to_owned(),
    }
}

fn run(repo: &Repo, rule: &Rule) -> String {
    let selection = selection(rule);
    let args = ["check", "--select", &selection, "--min-confidence", "guess"];
    let run = repo.portlint(args);
    assert!(
        matches!(run.code, Some(0 | 1)),
        "{}: {run:#?}",
        rule.id.name
    );
    run.stdout
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

#[test]
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
