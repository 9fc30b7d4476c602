//! The book under `docs/`: every page is in the summary, every rule has its page, and what is generated is up to date.

use crate::example::compare_file;
use crate::support::Repo;
use portlint::rules::{self, page::Page};
use serde_json::Value;
use std::fmt::Write;
use std::fs;
use std::path::Path;

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
