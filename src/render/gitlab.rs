//! GitLab's code quality report: an array of issues (the fields of GitLab's "Code quality report format").

use super::escape::Untrusted;
use super::json::{Layout, to_writer};
use super::view::View;
use crate::finding::Severity;
use serde::Serialize;
use std::io::{self, Write};

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: Untrusted,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
    end: usize,
}

pub(super) fn write(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let issues: Vec<Issue> = view
        .items()
        .map(|item| Issue {
            description: item.explained().plain(),
            check_name: item.rule.name,
            fingerprint: item.fingerprint.clone(),
            severity: match item.severity {
                Severity::Error => "major",
                Severity::Warning => "minor",
                Severity::Note => "info",
            },
            location: Location {
                lines: Lines {
                    begin: item.primary.start.line,
                    end: item.primary.line_end.line,
                },
                path: item.primary.path,
            },
        })
        .collect();
    to_writer(&issues, Layout::Pretty, out)
}

#[cfg(test)]
mod tests {
    use super::super::{OutputFormat, testing};

    #[test]
    fn an_array_of_issues() {
        insta::assert_snapshot!(testing::text(OutputFormat::Gitlab, &testing::stack()));
    }

    #[test]
    fn hostile_text_is_plain_text() {
        let text = testing::text(OutputFormat::Gitlab, &testing::hostile());
        testing::assert_no_raw_controls(&text);
        testing::assert_no_secret(&text);
        let issues: serde_json::Value = serde_json::from_str(&text).unwrap();
        testing::assert_no_raw_controls(issues[0]["description"].as_str().unwrap());
    }

    #[test]
    fn nothing_found_is_an_empty_array() {
        assert_eq!(
            testing::text(OutputFormat::Gitlab, &Default::default()),
            "[]\n"
        );
    }
}
