//! What the README shows is what happens.

use crate::example::{blocks, compare, repository};
use std::fs;
use std::path::Path;

#[test]
fn the_example_prints_what_the_readme_shows() {
    let readme = fs::read_to_string("README.md").unwrap();
    let blocks = blocks(&readme);
    let repo = repository(&blocks, "Example").unwrap();
    let command = readme
        .lines()
        .find_map(|line| line.strip_prefix("`portlint ")?.split_once('`'))
        .unwrap()
        .0;
    let run = repo.portlint(command.split(' ')).exits(1);
    compare(Path::new("README.md"), &blocks, "Example", &run.stdout);
}

#[test]
fn links_lead_to_files_that_are_there() {
    let readme = fs::read_to_string("README.md").unwrap();
    for (at, _) in readme.match_indices("](") {
        let target = readme[at + 2..].split(')').next().unwrap();
        if !target.starts_with("http") {
            assert!(Path::new(target).exists(), "README.md links to {target}");
        }
    }
}

#[test]
fn every_option_of_check_that_is_shown_exists() {
    let help = crate::support::Repo::new()
        .portlint(["check", "--help"])
        .exits(0)
        .stdout;
    let readme = fs::read_to_string("README.md").unwrap();
    let table = readme
        .split("## Options of `check`")
        .nth(1)
        .unwrap()
        .split("\n\n")
        .nth(1)
        .unwrap();
    let options = table
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
        .filter(|w| w.starts_with("--") && w.len() > 3);
    let mut count = 0;
    for option in options.filter(|o| !o.trim_matches('-').is_empty()) {
        let mut known = help.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
        assert!(known.any(|word| word == option), "{option}");
        count += 1;
    }
    assert!(count > 10, "{count}");
}
