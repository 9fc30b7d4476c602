//! `portlint rules` and `portlint explain`, and the rules as formats describe them.

use super::args::ListFormat;
use crate::error::Error;
use crate::render::RuleInfo;
use crate::rules::page::Page;
use crate::rules::{self, Rule};
use crate::select::find_rule;
use serde_json::json;
use std::io::{self, Write};

/// Where a released version's rule pages can be read.
const PAGES: &str = concat!(
    "https://docs.rs/crate/portlint/",
    env!("CARGO_PKG_VERSION"),
    "/source/rules/docs/"
);

/// Words to filter by in code scanning.
const TAGS: [&str; 3] = ["ports", "docker-compose", "database"];

/// Version of the JSON document's shape.
const SCHEMA: u32 = 1;

/// All rules as formats describe them.
pub(super) fn infos() -> Vec<RuleInfo> {
    rules::ALL.iter().map(|rule| info(rule)).collect()
}

fn info(rule: &Rule) -> RuleInfo {
    let page = Page::of(rule);
    RuleInfo {
        id: rule.id.code.to_owned(),
        name: rule.id.name.to_owned(),
        short: page.summary.to_owned(),
        full: page.paragraph("What it does"),
        help_markdown: page.markdown.to_owned(),
        help_text: page.plain(),
        help_uri: format!("{PAGES}{}.md", rule.id.name),
        precision: String::new(),
        default_severity: rule.default_on.then_some(rule.severity),
        tags: TAGS.iter().map(|&t| t.to_owned()).collect(),
    }
}

/// The list of rules.
pub(super) fn list(format: ListFormat, out: &mut dyn Write) -> io::Result<()> {
    match format {
        ListFormat::Table => write_table(out),
        ListFormat::Json => write_json(out),
    }
}

fn write_table(out: &mut dyn Write) -> io::Result<()> {
    let names = rules::ALL
        .iter()
        .map(|r| r.id.name.len())
        .max()
        .unwrap_or(0);
    writeln!(out, "code   {:<names$}  default  fix  summary", "name")?;
    for rule in rules::ALL {
        writeln!(
            out,
            "{}  {:<names$}  {:<7}  {:<3}  {}",
            rule.id.code,
            rule.id.name,
            default_severity(rule),
            if rule.fixable { "yes" } else { "" },
            Page::of(rule).summary
        )?;
    }
    Ok(())
}

fn write_json(out: &mut dyn Write) -> io::Result<()> {
    let rows: Vec<_> = rules::ALL
        .iter()
        .map(|rule| {
            json!({
                "code": rule.id.code,
                "name": rule.id.name,
                "summary": Page::of(rule).summary,
                "severity": rule.severity.name(),
                "enabled": rule.default_on,
                "fixable": rule.fixable,
            })
        })
        .collect();
    let document = json!({ "schema": SCHEMA, "rules": rows });
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn default_severity(rule: &Rule) -> &'static str {
    if rule.default_on {
        rule.severity.name()
    } else {
        "off"
    }
}

/// The page of a rule, as Markdown.
pub(super) fn explain(name: &str) -> Result<&'static str, Error> {
    Ok(Page::of(find_rule(name)?).markdown)
}
