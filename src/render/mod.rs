//! Writes a report in one of many formats: one file each, all behind [`render`].
//!
//! A format reads the masked view of a report and a [`Config`], and writes to the sink it is given. Adding one is a file, a
//! variant of [`OutputFormat`] and its arm in [`render`].

mod checkstyle;
mod concise;
mod escape;
mod excerpt;
mod full;
mod github;
mod gitlab;
mod html;
pub mod inventory;
mod json;
mod junit;
mod markdown;
mod rdjson;
pub mod refs;
mod sarif;
mod summary;
#[cfg(test)]
mod testing;
mod view;
mod xml;

pub use escape::Untrusted;
pub use json::schema as json_schema;

use crate::finding::{Report, RuleId, Severity};
use std::io::{self, Write};
use view::View;

/// How findings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum OutputFormat {
    /// Source excerpts with all places of a finding
    Full,
    /// One line for each finding: `path:line:column: CODE message`
    Concise,
    /// One JSON document
    Json,
    /// One JSON object for each line
    Jsonl,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// GitHub workflow commands: annotations
    Github,
    /// GitLab's code quality report
    Gitlab,
    /// JUnit's XML report
    Junit,
    /// Checkstyle's XML report
    Checkstyle,
    /// Reviewdog's diagnostics
    Rdjson,
    /// A job summary: findings and the port map
    Markdown,
    /// One self-contained page: findings, and the reserved ranges as a picture
    Html,
}

impl OutputFormat {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Full,
        Self::Concise,
        Self::Json,
        Self::Jsonl,
        Self::Sarif,
        Self::Github,
        Self::Gitlab,
        Self::Junit,
        Self::Checkstyle,
        Self::Rdjson,
        Self::Markdown,
        Self::Html,
    ];

    /// Whether a service reads it that knows the files by their place in the Git work tree, wherever portlint's root lies in that.
    fn is_for_services(self) -> bool {
        match self {
            Self::Sarif
            | Self::Github
            | Self::Gitlab
            | Self::Junit
            | Self::Checkstyle
            | Self::Rdjson => true,
            Self::Full | Self::Concise | Self::Json | Self::Jsonl | Self::Markdown | Self::Html => {
                false
            }
        }
    }
}

/// What formats need to know beside the report.
#[derive(Clone, Debug)]
pub struct Config {
    /// Whether to colour; of `full`, `concise` and the statistics alone.
    pub color: bool,
    /// Columns of the terminal.
    pub width: usize,
    /// Whether to close with a line of counts, in formats for people.
    pub summary: bool,
    /// The rules that could have reported, by code.
    pub rules: Vec<RuleInfo>,
    /// The published ports, for pages that show them.
    pub ports: Option<PortMap>,
    /// The root's path in its Git work tree, with a last slash; empty at its top.
    pub prefix: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            color: false,
            width: DEFAULT_WIDTH,
            summary: true,
            rules: Vec::new(),
            ports: None,
            prefix: String::new(),
        }
    }
}

impl Config {
    fn rule(&self, id: RuleId) -> Option<&RuleInfo> {
        self.rules.iter().find(|r| r.id == id.code)
    }
}

/// Columns where there is no terminal.
pub const DEFAULT_WIDTH: usize = 100;

/// A rule as outputs describe it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleInfo {
    /// `PL001`
    pub id: String,
    /// `database-port-outside-range`
    pub name: String,
    /// One sentence, with a full stop.
    pub short: String,
    /// A paragraph of plain text.
    pub full: String,
    /// The rule's page as Markdown, front matter excluded.
    pub help_markdown: String,
    /// The rule's page as plain text.
    pub help_text: String,
    /// Address of the rule's page.
    pub help_uri: String,
    /// How often it is right, in code scanning's words: `very-high`, `high`, `medium`, `low`.
    pub precision: String,
    /// The severity without a policy; none means off.
    pub default_severity: Option<Severity>,
    /// Words to filter by; for SARIF at most twenty.
    pub tags: Vec<String>,
}

/// The published ports and the reserved ranges, as plain rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PortMap {
    /// The reserved ranges.
    pub ranges: Vec<MapRange>,
    /// Every published port, sorted by host port.
    pub rows: Vec<PortRow>,
}

/// A reserved range.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MapRange {
    /// Its name: `reserved range`.
    pub name: String,
    /// First port.
    pub first: u16,
    /// Last port.
    pub last: u16,
    /// Its bands, ascending.
    pub bands: Vec<MapBand>,
    /// Ports that the policy assigns, with the service's name.
    pub assigned: Vec<(u16, String)>,
}

/// A band of a range.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MapBand {
    /// Its name: `primary databases`.
    pub name: String,
    /// First port.
    pub first: u16,
    /// Last port.
    pub last: u16,
    /// Who may publish there, in words.
    pub kinds: Vec<String>,
}

/// A published port at the place that declares it. Texts come from files and are escaped by the formats.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PortRow {
    /// First and last host port; none if Docker picks it.
    pub host: Option<(u16, u16)>,
    /// `5432`, `8000-8010`
    pub container: String,
    /// `tcp`
    pub protocol: String,
    /// Empty for every address.
    pub host_ip: String,
    /// The compose project.
    pub project: String,
    /// The service's key.
    pub service: String,
    /// Its image.
    pub image: String,
    /// `database`, `admin-ui`, `exporter`, `other`
    pub kind: String,
    /// `postgres`
    pub engine: String,
    /// The variable that gives the host port.
    pub variable: String,
    /// Where the value in force comes from: `literal`, `default`, `compose-env`, `policy-env`, `root-env`, `template`; `none` if
    /// Docker picks the port.
    pub source: String,
    /// Path of the file with the value in force.
    pub source_path: String,
    /// Its line there.
    pub source_line: usize,
    /// How many places of the repository mean this declaration.
    pub references: usize,
    /// Path of the declaring file.
    pub path: String,
    /// Its line there.
    pub line: usize,
    /// The band's name, if the port lies in one.
    pub band: String,
    /// The verdict in words: `ok`, `outside-range`, `intruder`, ...
    pub verdict: String,
    /// The port that it should have, if another.
    pub wanted: Option<u16>,
}

impl PortRow {
    /// `7000`, `7000-7009`, or nothing.
    fn host_text(&self) -> String {
        match self.host {
            None => String::new(),
            Some((first, last)) if first == last => first.to_string(),
            Some((first, last)) => format!("{first}-{last}"),
        }
    }
}

/// Text of a repository as a terminal or a log may show it: one line, nothing that moves the cursor, reorders or hides text.
pub fn shown(text: &str) -> String {
    escape::Untrusted::new(text).terminal_at_line_start()
}

/// Writes `report` as `format`.
pub fn render(
    format: OutputFormat,
    report: &Report,
    config: &Config,
    out: &mut dyn Write,
) -> io::Result<()> {
    let prefix = if format.is_for_services() {
        &config.prefix
    } else {
        ""
    };
    let view = View::new(report).with_prefix(prefix);
    let counts = summary::Counts::new(report);
    match format {
        OutputFormat::Full => full::write(&view, &counts, config, out),
        OutputFormat::Concise => concise::write(&view, &counts, config, out),
        OutputFormat::Json => json::write(&view, &counts, config, out),
        OutputFormat::Jsonl => json::write_lines(&view, &counts, config, out),
        OutputFormat::Sarif => sarif::write(&view, &counts, config, out),
        OutputFormat::Github => github::write(&view, &counts, config, out),
        OutputFormat::Gitlab => gitlab::write(&view, out),
        OutputFormat::Junit => junit::write(&view, &counts, out),
        OutputFormat::Checkstyle => checkstyle::write(&view, out),
        OutputFormat::Rdjson => rdjson::write(&view, config, out),
        OutputFormat::Markdown => markdown::write(&view, &counts, config, out),
        OutputFormat::Html => html::write(&view, &counts, config, out),
    }
}

/// How many of the report's findings this format leaves out, since its reader takes no more; the gravest are in it.
pub fn left_out(format: OutputFormat, report: &Report) -> usize {
    match format {
        OutputFormat::Sarif => report.findings.len().saturating_sub(sarif::MOST_RESULTS),
        _ => 0,
    }
}

/// Writes a JSON document of another part of portlint by the same layer: indented, and without a character that a terminal
/// would obey.
pub fn write_json(value: &impl serde::Serialize, out: &mut dyn Write) -> io::Result<()> {
    json::to_writer(value, json::Layout::Pretty, out)
}

/// Writes how often each rule reported, instead of the findings.
pub fn statistics(report: &Report, config: &Config, out: &mut dyn Write) -> io::Result<()> {
    summary::write_statistics(report, config, out)
}

/// A line of a repository's text, or a message about it, for a terminal: secrets masked, control characters visible.
pub fn clean_line(text: &str) -> String {
    escape::Untrusted::new(crate::mask::message(text)).terminal()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::own::is_own;

    #[test]
    fn what_every_format_writes_is_known_as_our_own() {
        for &format in OutputFormat::ALL {
            assert!(
                is_own(&testing::text(format, &testing::stack())),
                "{format:?}"
            );
            // A path that begins like a workflow command is no place in a log.
            if format != OutputFormat::Concise {
                assert!(
                    is_own(&testing::text(format, &testing::hostile())),
                    "{format:?}"
                );
            }
        }
    }
}
