//! Reviewdog's diagnostic format (`DiagnosticResult`). Its columns count bytes.

use super::Config;
use super::escape::Untrusted;
use super::json::{Layout, to_writer};
use super::view::{Item, Position, View};
use crate::finding::Severity;
use serde::Serialize;
use std::io::{self, Write};

#[derive(Serialize)]
struct DiagnosticResult {
    source: Source,
    diagnostics: Vec<Diagnostic>,
}

#[derive(Serialize)]
struct Source {
    name: &'static str,
}

#[derive(Serialize)]
struct Diagnostic {
    message: String,
    location: Location,
    severity: &'static str,
    code: Code,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion>,
}

#[derive(Serialize)]
struct Location {
    path: Untrusted,
    range: Range,
}

#[derive(Serialize)]
struct Range {
    start: Point,
    end: Point,
}

#[derive(Serialize)]
struct Point {
    line: usize,
    column: usize,
}

#[derive(Serialize)]
struct Code {
    value: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

#[derive(Serialize)]
struct Suggestion {
    range: Range,
    text: Untrusted,
}

pub(super) fn write(view: &View<'_>, config: &Config, out: &mut dyn Write) -> io::Result<()> {
    let result = DiagnosticResult {
        source: Source { name: "portlint" },
        diagnostics: view.items().map(|item| diagnostic(item, config)).collect(),
    };
    to_writer(&result, Layout::Pretty, out)
}

fn diagnostic(item: Item, config: &Config) -> Diagnostic {
    Diagnostic {
        message: item.explained().plain(),
        severity: match item.severity {
            Severity::Error => "ERROR",
            Severity::Warning => "WARNING",
            Severity::Note => "INFO",
        },
        code: Code {
            value: item.rule.code,
            url: config.rule(item.rule).map(|r| r.help_uri.clone()),
        },
        suggestions: suggestion(&item).into_iter().collect(),
        location: Location {
            range: range(item.primary.start, item.primary.line_end),
            path: item.primary.path,
        },
    }
}

/// A suggestion is taken by itself, so that only a repair of one edit in the finding's own file is one: half of a change
/// set breaks what the whole mends.
fn suggestion(item: &Item) -> Option<Suggestion> {
    let fix = item.fix.as_ref().filter(|f| f.applicable())?;
    let [(spot, text)] = fix.edits.as_slice() else {
        return None;
    };
    (spot.file == item.primary.file).then(|| Suggestion {
        range: range(spot.start, spot.end),
        text: text.clone(),
    })
}

fn range(start: Position, end: Position) -> Range {
    let point = |p: Position| Point {
        line: p.line,
        column: p.byte_column,
    };
    Range {
        start: point(start),
        end: point(end),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{OutputFormat, testing};

    #[test]
    fn diagnostics_with_byte_columns() {
        insta::assert_snapshot!(testing::text(OutputFormat::Rdjson, &testing::stack()));
    }

    #[test]
    fn only_a_whole_repair_is_suggested() {
        let mut report = testing::stack();
        assert!(!testing::text(OutputFormat::Rdjson, &report).contains("suggestions"));
        for f in &mut report.findings {
            if let Some(fix) = &mut f.fix {
                fix.edits.truncate(1);
            }
        }
        let text = testing::text(OutputFormat::Rdjson, &report);
        // The finding in `.env` has its edit in `.env`, the one in the config has not.
        assert_eq!(text.matches("suggestions").count(), 1, "{text}");
    }

    #[test]
    fn hostile_text_is_plain_text() {
        let text = testing::text(OutputFormat::Rdjson, &testing::hostile());
        testing::assert_no_raw_controls(&text);
        testing::assert_no_secret(&text);
        let result: serde_json::Value = serde_json::from_str(&text).unwrap();
        testing::assert_no_raw_controls(result["diagnostics"][0]["message"].as_str().unwrap());
    }
}
