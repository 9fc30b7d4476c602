//! SARIF 2.1.0, complete by what GitHub's code scanning reads: <https://docs.github.com/code-security/reference/code-scanning/sarif-files/sarif-support>.

use super::escape::Untrusted;
use super::json::{Layout, to_writer};
use super::summary::Counts;
use super::view::{FixView, Item, Position, Spot, View};
use super::{Config, RuleInfo};
use crate::finding::{RuleId, Severity};
use serde_json::json;
use serde_sarif::sarif::{
    ArtifactChange, ArtifactContent, ArtifactLocation, Fix, Invocation, Location, Message,
    MultiformatMessageString, Notification, PhysicalLocation, PropertyBag, Region, Replacement,
    ReportingConfiguration, ReportingDescriptor, Result as SarifResult, ResultLevel, Run,
    RunAutomationDetails, Sarif, Tool, ToolComponent,
};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Where the public schema is.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// Where a reader learns what portlint is.
const HOME: &str = "https://crates.io/crates/portlint";
/// Code scanning shows this many results of a run.
pub(super) const MOST_RESULTS: usize = 5_000;
/// Further places of one result.
const MOST_RELATED: usize = 100;
/// Of these, the ones that the message links to.
const MOST_LINKED: usize = 8;
/// Tags of one rule.
const MOST_TAGS: usize = 20;
/// Keeps the results of one run apart from those of other tools and configurations of a commit.
const CATEGORY: &str = "portlint/";
/// The fingerprint that code scanning follows an alert by.
const LINE_HASH: &str = "primaryLocationLineHash";

pub(super) fn write(
    view: &View<'_>,
    counts: &Counts,
    config: &Config,
    out: &mut dyn Write,
) -> io::Result<()> {
    let rules = rule_table(view, config);
    let index: BTreeMap<&str, i64> = (0..).zip(&rules).map(|(i, r)| (r.id.as_str(), i)).collect();
    let (items, left_out) = view.gravest(MOST_RESULTS);
    // A result without a file is no result to code scanning: it is told as a notification.
    let (results, homeless): (Vec<Item>, Vec<Item>) =
        items.partition(|i| !i.primary.path.is_empty());
    let mut notifications: Vec<Notification> = homeless.iter().map(failure).collect();
    notifications.extend(cut_notice(left_out + counts.cut));
    let failed = view.rules().keys().any(is_failure);
    let invocation = Invocation::builder()
        .execution_successful(!failed)
        .tool_execution_notifications(notifications)
        .build();
    let results: Vec<SarifResult> = results.iter().map(|i| result(i, &index)).collect();
    let run = Run::builder()
        .tool(Tool::builder().driver(driver(&rules)).build())
        .invocations(vec![invocation])
        .column_kind(json!("utf16CodeUnits"))
        .automation_details(RunAutomationDetails::builder().id(CATEGORY).build())
        .results(results)
        .build();
    let log = Sarif::builder()
        .version(json!("2.1.0"))
        .schema(SCHEMA)
        .runs(vec![run])
        .build();
    to_writer(&log, Layout::Pretty, out)
}

/// The rules of the configuration, and those that reported without being in it.
fn rule_table(view: &View<'_>, config: &Config) -> Vec<RuleInfo> {
    let mut rules = config.rules.clone();
    for (id, (_, severity)) in view.rules() {
        if config.rule(id).is_none() {
            rules.push(RuleInfo {
                id: id.code.into(),
                name: id.name.into(),
                default_severity: Some(severity),
                ..RuleInfo::default()
            });
        }
    }
    rules
}

/// What failed inside makes the run a failed one.
fn is_failure(rule: &RuleId) -> bool {
    rule.name == "internal-error"
}

fn driver(rules: &[RuleInfo]) -> ToolComponent {
    let rules: Vec<ReportingDescriptor> = rules.iter().map(descriptor).collect();
    ToolComponent::builder()
        .name("portlint")
        .information_uri(HOME)
        .semantic_version(env!("CARGO_PKG_VERSION"))
        .version(env!("CARGO_PKG_VERSION"))
        .rules(rules)
        .build()
}

fn descriptor(rule: &RuleInfo) -> ReportingDescriptor {
    let or_name = |text: &str| text_of(if text.is_empty() { &rule.name } else { text });
    let mut properties: BTreeMap<String, serde_json::Value> = BTreeMap::new();
    let precision = match rule.precision.as_str() {
        "" => "high",
        precision => precision,
    };
    properties.insert("precision".into(), json!(precision));
    properties.insert(
        "problem.severity".into(),
        json!(problem_severity(rule.default_severity)),
    );
    let tags: Vec<String> = rule.tags.iter().take(MOST_TAGS).cloned().collect();
    let default = ReportingConfiguration::builder()
        .enabled(rule.default_severity.is_some())
        .level(json!(rule.default_severity.map_or("none", Severity::name)))
        .build();
    let mut descriptor = ReportingDescriptor::builder()
        .id(&rule.id)
        .name(&rule.name)
        .short_description(or_name(&rule.short))
        .full_description(or_name(if rule.full.is_empty() {
            &rule.short
        } else {
            &rule.full
        }))
        .default_configuration(default)
        .properties(
            PropertyBag::builder()
                .tags(tags)
                .additional_properties(properties)
                .build(),
        )
        .build();
    descriptor.help_uri = (!rule.help_uri.is_empty()).then(|| rule.help_uri.clone());
    let mut help = or_name(&rule.help_text);
    help.markdown = (!rule.help_markdown.is_empty()).then(|| rule.help_markdown.clone());
    descriptor.help = Some(help);
    descriptor
}

/// Code scanning's own three words.
fn problem_severity(severity: Option<Severity>) -> &'static str {
    match severity {
        Some(Severity::Error) => "error",
        Some(Severity::Warning) => "warning",
        Some(Severity::Note) | None => "recommendation",
    }
}

fn text_of(text: &str) -> MultiformatMessageString {
    MultiformatMessageString::builder().text(text).build()
}

fn message(text: impl Into<String>) -> Message {
    Message::builder().text(text.into()).build()
}

fn result(item: &Item, index: &BTreeMap<&str, i64>) -> SarifResult {
    let related: Vec<Location> = (1..)
        .zip(&item.related)
        .take(MOST_RELATED)
        .map(|(id, spot)| related(id, spot))
        .collect();
    let properties = BTreeMap::from([
        ("confidence".to_owned(), json!(item.confidence.name())),
        ("subject".to_owned(), json!(item.subject.plain())),
    ]);
    let mut result = SarifResult::builder()
        .rule_id(item.rule.code)
        .level(level(item.severity))
        .message(message(text(item)))
        .locations(vec![location(&item.primary)])
        .partial_fingerprints(BTreeMap::from([(
            LINE_HASH.to_owned(),
            item.fingerprint.clone(),
        )]))
        .properties(
            PropertyBag::builder()
                .additional_properties(properties)
                .build(),
        )
        .build();
    result.rule_index = index.get(item.rule.code).copied();
    result.related_locations = (!related.is_empty()).then_some(related);
    result.fixes = item
        .fix
        .as_ref()
        .filter(|f| f.applicable())
        .map(|f| vec![fix(f)]);
    result
}

/// The message, what to do, and the other places as links.
fn text(item: &Item) -> String {
    let mut text = item.message.sarif();
    // The first sentence stands alone where there is little room.
    if !text.ends_with(['.', '!', '?']) {
        text.push('.');
    }
    if let Some(help) = &item.help {
        text.push_str("\n\nHelp: ");
        text.push_str(&help.sarif());
    }
    if !item.related.is_empty() {
        text.push_str("\n\nSee also ");
        let links: Vec<String> = (1..)
            .zip(item.related.iter().take(MOST_LINKED))
            .map(|(id, spot): (usize, &Spot)| {
                let place = Untrusted::new(format!("{}:{}", spot.path.raw(), spot.start.line));
                format!("[{}]({id})", link_text(&place))
            })
            .collect();
        text.push_str(&links.join(", "));
        let more = item.related.len().saturating_sub(MOST_LINKED);
        text.push_str(&match more {
            0 => ".".to_owned(),
            more => format!(" and {more} more."),
        });
    }
    text
}

/// Inside a link's brackets, brackets are always escaped.
fn link_text(place: &Untrusted) -> String {
    place
        .plain()
        .replace('\n', " ")
        .replace('\\', "\\\\")
        .replace('[', "\\[")
        .replace(']', "\\]")
}

fn level(severity: Severity) -> ResultLevel {
    match severity {
        Severity::Error => ResultLevel::Error,
        Severity::Warning => ResultLevel::Warning,
        Severity::Note => ResultLevel::Note,
    }
}

fn related(id: i64, spot: &Spot) -> Location {
    let mut location = location(spot);
    location.id = Some(id);
    location.message = Some(message(spot.message.sarif())).filter(|_| !spot.message.is_empty());
    location
}

fn location(spot: &Spot) -> Location {
    Location::builder()
        .physical_location(
            PhysicalLocation::builder()
                .artifact_location(artifact(&spot.path))
                .region(region(spot.start, spot.line_end))
                .build(),
        )
        .build()
}

/// A relative path, percent-encoded; code scanning takes it from the repository's root.
fn artifact(path: &Untrusted) -> ArtifactLocation {
    ArtifactLocation::builder().uri(path.uri()).build()
}

fn region(start: Position, end: Position) -> Region {
    let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    Region::builder()
        .start_line(number(start.line))
        .start_column(number(start.utf16))
        .end_line(number(end.line))
        .end_column(number(end.utf16))
        .build()
}

fn fix(fix: &FixView) -> Fix {
    let mut changes: Vec<(&Untrusted, Vec<Replacement>)> = Vec::new();
    for (spot, text) in &fix.edits {
        let replacement = Replacement::builder()
            .deleted_region(region(spot.start, spot.end))
            .inserted_content(ArtifactContent::builder().text(text.raw()).build())
            .build();
        match changes.last_mut() {
            Some((path, replacements)) if *path == &spot.path => replacements.push(replacement),
            _ => changes.push((&spot.path, vec![replacement])),
        }
    }
    let changes: Vec<ArtifactChange> = changes
        .into_iter()
        .map(|(path, replacements)| {
            ArtifactChange::builder()
                .artifact_location(artifact(path))
                .replacements(replacements)
                .build()
        })
        .collect();
    let safety = BTreeMap::from([("safety".to_owned(), json!(fix.safety.name()))]);
    Fix::builder()
        .description(message(fix.title.sarif()))
        .artifact_changes(changes)
        .properties(PropertyBag::builder().additional_properties(safety).build())
        .build()
}

fn failure(item: &Item) -> Notification {
    Notification::builder()
        .level(json!(item.severity.name()))
        .message(message(item.explained().sarif()))
        .build()
}

fn cut_notice(left_out: usize) -> Option<Notification> {
    (left_out > 0).then(|| {
        Notification::builder()
            .level(json!("warning"))
            .message(message(format!(
                "{left_out} findings are left out: code scanning shows {MOST_RESULTS} of a run, and the gravest are here."
            )))
            .build()
    })
}

#[cfg(test)]
mod tests {
    use super::super::{OutputFormat, testing};
    use super::*;
    use crate::finding::{Finding, Report};
    use crate::source::{Place, SourceFile, Sources, Span};
    use serde_json::Value;

    fn sarif(report: &Report) -> Value {
        let text = testing::text(OutputFormat::Sarif, report);
        testing::assert_no_secret(&text);
        testing::assert_no_raw_controls(&text);
        // The crate's own reader takes it.
        let _: Sarif = serde_json::from_str(&text).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn a_run_of_several_files() {
        insta::assert_snapshot!(testing::text(OutputFormat::Sarif, &testing::stack()));
    }

    #[test]
    fn columns_are_utf16_and_on_one_line() {
        let log = sarif(&testing::odd_places());
        let results = log["runs"][0]["results"].as_array().unwrap();
        for result in results {
            let region = &result["locations"][0]["physicalLocation"]["region"];
            assert_eq!(region["startLine"], region["endLine"]);
            assert!(region["endColumn"].as_i64() >= region["startColumn"].as_i64());
        }
        let first = &results[0]["locations"][0]["physicalLocation"]["region"];
        assert_eq!(
            (&first["startColumn"], &first["endColumn"]),
            (&6.into(), &10.into())
        );
    }

    #[test]
    fn hostile_text_makes_no_link_and_no_uri() {
        let log = sarif(&testing::hostile());
        let result = &log["runs"][0]["results"][0];
        let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            .as_str()
            .unwrap();
        assert!(
            uri.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-._~/%".contains(&b)),
            "{uri}"
        );
        insta::assert_snapshot!(result["message"]["text"].as_str().unwrap());
    }

    #[test]
    fn the_gravest_stay_and_the_cut_is_said() {
        let mut sources = Sources::default();
        let file = sources.push(SourceFile::new("a.yml", "x".repeat(MOST_RESULTS + 10)));
        let findings = (0..MOST_RESULTS + 10).map(|i| {
            let severity = if i % 1000 == 999 {
                Severity::Error
            } else {
                Severity::Note
            };
            let place = Place {
                file,
                span: Span::new(i, i + 1),
            };
            Finding::new(testing::OUTSIDE, severity, "m", place).subject(i.to_string())
        });
        let report = Report {
            findings: findings.collect(),
            sources,
            ..Report::default()
        };
        let log = sarif(&report);
        let results = log["runs"][0]["results"].as_array().unwrap();
        assert_eq!(results.len(), MOST_RESULTS);
        assert_eq!(results.iter().filter(|r| r["level"] == "error").count(), 5);
        let said =
            &log["runs"][0]["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"];
        assert!(
            said.as_str()
                .unwrap()
                .starts_with("10 findings are left out"),
            "{said}"
        );
    }

    #[test]
    fn a_failure_inside_makes_the_run_a_failed_one() {
        let rule = RuleId {
            code: "PL017",
            name: "internal-error",
        };
        let nowhere = Place {
            file: crate::source::FileId(0),
            span: Span::default(),
        };
        let finding = Finding::new(rule, Severity::Error, "a rule failed", nowhere);
        let log = sarif(&Report {
            findings: vec![finding],
            ..Report::default()
        });
        let run = &log["runs"][0];
        assert_eq!(run["invocations"][0]["executionSuccessful"], false);
        assert_eq!(run["results"].as_array().unwrap().len(), 0);
        assert_eq!(
            run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"],
            "a rule failed"
        );
    }
}
