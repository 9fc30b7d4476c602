//! The book under `docs/`: every page is in the summary, every rule has its page, and what is generated is up to date.

use crate::example::{blocks, compare, compare_file, repository};
use crate::support::Repo;
use portlint::rules::{self, page::Page};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn every_page_is_in_the_summary_and_every_link_leads_to_one() {
    let summary = fs::read_to_string("docs/src/SUMMARY.md").unwrap();
    let linked: Vec<&str> = summary
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')').map(|(link, _)| link))
        .collect();
    for link in &linked {
        assert!(
            Path::new("docs/src").join(link).is_file(),
            "{link} is not there"
        );
    }
    for folder in ["docs/src", "docs/src/rules"] {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path
                .strip_prefix("docs/src")
                .unwrap()
                .to_string_lossy()
                .replace('\\', "/");
            let page = name.ends_with(".md") && name != "SUMMARY.md";
            assert!(
                !page || linked.contains(&name.as_str()),
                "{name} is not in the summary"
            );
        }
    }
}

#[test]
fn every_rule_has_its_page_in_the_book() {
    let mut index = String::from(
        "# Rules\n\nCodes and names are stable for ever; both work in every option, ignore comment and policy.\n\n\
         | Code | Name | Severity | Fix | What it reports |\n|---|---|---|---|---|\n",
    );
    for rule in rules::ALL {
        let name = rule.id.name;
        let front = rule.page.split_once("\n---\n").unwrap().0.lines().count();
        let include = format!(
            "{{{{#include ../../../rules/docs/{name}.md:{}:}}}}\n",
            front + 2
        );
        compare_file(
            &Path::new("docs/src/rules").join(format!("{name}.md")),
            &include,
        );
        let severity = if rule.default_on {
            format!("{:?}", rule.severity).to_lowercase()
        } else {
            "off".to_owned()
        };
        let fix = if rule.fixable { "yes" } else { "" };
        writeln!(
            index,
            "| {} | [{name}]({name}.md) | {severity} | {fix} | {} |",
            rule.id.code,
            Page::of(rule).summary
        )
        .unwrap();
    }
    compare_file(Path::new("docs/src/rules/index.md"), &index);
}

#[test]
fn the_configuration_reference_is_that_of_the_schema() {
    let run = Repo::new().portlint(["schema"]).exits(0);
    let schema: Value = serde_json::from_str(&run.stdout).unwrap();
    let mut page = String::from(
        "# Configuration\n\n`portlint.yaml` or `.portlint.yaml`, from the paths upwards to the repository's root, or `--config FILE`. \
         `portlint init` writes a commented one, `portlint schema` prints the JSON Schema from which this page is made.\n\n",
    );
    table(&mut page, &schema);
    let definitions = schema["definitions"]
        .as_object()
        .cloned()
        .unwrap_or_default();
    for (name, definition) in &definitions {
        if definition["properties"].is_object() {
            writeln!(page, "## {}\n", spaced(name)).unwrap();
            if let Some(text) = definition["description"].as_str() {
                writeln!(page, "{text}\n").unwrap();
            }
            table(&mut page, definition);
        }
    }
    compare_file(
        Path::new("docs/src/configuration.md"),
        &(page.trim_end().to_owned() + "\n"),
    );
}

/// Pages written by hand, and the README.
fn pages() -> Vec<PathBuf> {
    let mut pages: Vec<PathBuf> = fs::read_dir("docs/src")
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "md"))
        .chain([PathBuf::from("README.md")])
        .collect();
    pages.sort();
    pages
}

/// A section with files and an output shows what the command on the output's first line prints in a repository of these files.
#[test]
fn outputs_in_the_book_are_what_portlint_prints() {
    let mut count = 0;
    for path in pages() {
        let blocks = blocks(&fs::read_to_string(&path).unwrap());
        for block in blocks.iter().filter(|b| b.title == "output") {
            let Some(command) = block.body.strip_prefix("$ portlint ") else {
                continue;
            };
            let command = command.lines().next().unwrap();
            let run = repository(&blocks, &block.section)
                .unwrap()
                .portlint(command.split(' '));
            assert!(run.code.is_some_and(|code| code < 2), "{run:#?}");
            let shown = format!("$ portlint {command}\n{}", run.stdout);
            compare(&path, &blocks, &block.section, &shown);
            count += 1;
        }
    }
    assert!(count >= 3, "{count} outputs");
}

#[test]
fn policies_in_the_book_are_taken() {
    let mut count = 0;
    for path in pages() {
        for block in blocks(&fs::read_to_string(&path).unwrap()) {
            if block.title == "portlint.yaml" {
                Repo::new()
                    .file("portlint.yaml", &block.body)
                    .portlint(["ports"])
                    .exits(0);
                count += 1;
            }
        }
    }
    assert!(count >= 5, "{count} policies");
}

/// Every `portlint …` in code: the command is there, and has the options.
#[test]
fn commands_in_the_book_exist() {
    let repo = Repo::new();
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    let mut help = |command: &str| {
        known
            .entry(command.to_owned())
            .or_insert_with(|| repo.portlint([command, "--help"]).exits(0).stdout)
            .clone()
    };
    let mut count = 0;
    for path in pages() {
        let page = fs::read_to_string(&path).unwrap();
        for (at, _) in page.match_indices("portlint ") {
            // A command stands at the start of code, or after a shell's prompt, a key or a quote; elsewhere it is a name.
            let before = page[..at].lines().next_back().unwrap_or_default();
            if page[..at].ends_with('\n') && !in_code(&page[..at]) {
                continue;
            }
            if !["", "$ ", "- run: ", "- ", "sh '", "\"command\": \""]
                .contains(&before.trim_start())
                && !page[..at].ends_with(['`', '\n'])
            {
                continue;
            }
            let line = page[at..].lines().next().unwrap();
            let command = line.split(['`', '#', '|', '\'', '"', '>']).next().unwrap();
            let mut words = command.split_whitespace().skip(1).peekable();
            let Some(first) = words.peek() else { continue };
            let help = if first.starts_with('-') || !first.chars().all(|c| c.is_ascii_lowercase()) {
                help("check")
            } else {
                let help = help(first);
                let usage = format!("Usage: portlint {first}");
                assert!(help.contains(&usage), "{}: {line}", path.display());
                help
            };
            for option in words.filter(|w| w.starts_with("--")) {
                let option = option.split('=').next().unwrap();
                let mut known = help.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
                assert!(known.any(|w| w == option), "{}: {line}", path.display());
            }
            count += 1;
        }
    }
    assert!(count >= 30, "{count} commands");
}

/// Whether the text ends within a fenced block.
fn in_code(text: &str) -> bool {
    text.lines().filter(|line| line.starts_with("```")).count() % 2 == 1
}

#[test]
fn the_tables_of_the_action_are_those_of_its_definition() {
    let action: Value = serde_yaml::from_str(&fs::read_to_string("action.yml").unwrap()).unwrap();
    let page = fs::read_to_string("docs/src/ci.md").unwrap();
    let words = |text: &Value| {
        let text = text.as_str().unwrap_or_default();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    for (name, input) in action["inputs"].as_object().unwrap() {
        let default = match words(&input["default"]) {
            text if text.is_empty() => String::new(),
            text => format!("`{text}` "),
        };
        let row = format!("| `{name}` | {} | {default}|", words(&input["description"]));
        assert!(page.contains(&row), "docs/src/ci.md lacks\n{row}");
    }
    for (name, output) in action["outputs"].as_object().unwrap() {
        let row = format!("| `{name}` | {} |", words(&output["description"]));
        assert!(page.contains(&row), "docs/src/ci.md lacks\n{row}");
    }
    let rows = page.lines().filter(|line| line.starts_with("| `")).count();
    let declared = |key: &str| action[key].as_object().unwrap().len();
    // Beside them: three hooks, three options.
    assert_eq!(rows, declared("inputs") + declared("outputs") + 6);
}

/// What the example of the JSON page is made of.
const STACK: &str = "services:\n  orders-db:\n    image: postgres:17\n    ports: [\"5432:5432\"]\n";

#[test]
fn the_shape_of_json_is_that_of_the_schema() {
    let repo = Repo::new().file("compose.yaml", STACK);
    let schema: Value =
        serde_json::from_str(&repo.portlint(["schema", "findings"]).exits(0).stdout).unwrap();
    let command = "check --select database-port-outside-range --format json";
    let example = repo.portlint(command.split(' ')).exits(1).stdout;
    let mut page = format!(
        "# JSON\n\n`--format json` writes one document. `--format jsonl` writes each finding as a line of its own, with `\"type\": \"finding\"` \
         before the other members, and a last line of `\"type\": \"summary\"` with the counts. The shape has a number, `schema`: within one number members may be added, \
         and none is taken away or changed. `portlint schema findings` and `portlint schema findings-line` print the JSON Schemas from which \
         this page is made.\n\n\
         ## Document\n\n{}\n\n",
        schema["description"].as_str().unwrap()
    );
    table(&mut page, &schema);
    for (name, definition) in schema["$defs"].as_object().unwrap() {
        let title = name.trim_end_matches("Json");
        writeln!(page, "## {title}\n").unwrap();
        writeln!(page, "{}\n", definition["description"].as_str().unwrap()).unwrap();
        table(&mut page, definition);
        values(&mut page, definition);
    }
    write!(
        page,
        "## An example\n\n```yaml\n{STACK}```\n\n```console\n$ portlint {command}\n```\n\n```json\n{example}```\n"
    )
    .unwrap();
    compare_file(Path::new("docs/src/json.md"), &page);
}

/// The values that a word may have.
fn values(page: &mut String, schema: &Value) {
    let Some(values) = schema["oneOf"].as_array() else {
        return;
    };
    page.push_str("| Value | Meaning |\n|---|---|\n");
    for value in values {
        let word = value["const"].as_str().unwrap_or_default();
        let text = value["description"].as_str().unwrap_or_default();
        writeln!(page, "| `{word}` | {text} |").unwrap();
    }
    page.push('\n');
}

fn table(page: &mut String, schema: &Value) {
    let Some(properties) = schema["properties"].as_object() else {
        return;
    };
    page.push_str("| Key | Meaning |\n|---|---|\n");
    for (key, property) in properties {
        let text = property["description"]
            .as_str()
            .unwrap_or("")
            .replace('\n', " ")
            .replace('|', "\\|");
        writeln!(page, "| `{key}` | {text} |").unwrap();
    }
    page.push('\n');
}

/// `ServiceEntry` as "Service entry".
fn spaced(name: &str) -> String {
    let mut text = String::new();
    for (i, c) in name.chars().enumerate() {
        if c.is_uppercase() && i > 0 {
            text.push(' ');
            text.extend(c.to_lowercase());
        } else {
            text.push(c);
        }
    }
    text
}
