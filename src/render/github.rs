//! Workflow commands of GitHub Actions, which become annotations.
//!
//! GitHub shows only the first ten of each severity of a step, so that the gravest come first.

use super::Config;
use super::escape::Untrusted;
use super::summary::Counts;
use super::view::{Item, View};
use crate::finding::Severity;
use std::io::{self, Write};

/// Further places named in an annotation.
const MOST_RELATED: usize = 8;

pub(super) fn write(
    view: &View<'_>,
    counts: &Counts,
    config: &Config,
    out: &mut dyn Write,
) -> io::Result<()> {
    for item in view.by_severity() {
        writeln!(out, "{}", command(&item))?;
    }
    if config.summary {
        writeln!(out, "{}", counts.sentence())?;
    }
    Ok(())
}

fn command(item: &Item) -> String {
    let word = match item.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let at = &item.primary;
    let place = if at.path.is_empty() {
        String::new()
    } else {
        format!(
            "file={},line={},endLine={},col={},endColumn={},",
            at.path.workflow_property(),
            at.start.line,
            at.line_end.line,
            at.start.column,
            at.line_end.column,
        )
    };
    let title = Untrusted::new(format!("{} {}", item.rule.code, item.rule.name));
    format!(
        "::{word} {place}title={}::{}",
        title.workflow_property(),
        data(item)
    )
}

fn data(item: &Item) -> String {
    let mut data = item.explained().workflow_data();
    for spot in item.related.iter().take(MOST_RELATED) {
        data.push_str("%0A");
        data.push_str(&spot.described().workflow_data());
    }
    data
}

#[cfg(test)]
mod tests {
    use super::super::{OutputFormat, testing};

    #[test]
    fn one_command_for_each_finding_gravest_first() {
        insta::assert_snapshot!(testing::text(OutputFormat::Github, &testing::stack()));
    }

    #[test]
    fn hostile_text_stays_inside_its_command() {
        let text = testing::text(OutputFormat::Github, &testing::hostile());
        testing::assert_no_raw_controls(&text);
        testing::assert_no_secret(&text);
        assert_eq!(
            text.lines().filter(|l| l.starts_with("::")).count(),
            1,
            "{text}"
        );
        let (head, data) = text
            .split_once("::`ev")
            .expect("the message follows the properties");
        // Properties: no comma or colon but our own.
        assert_eq!(head.matches(',').count(), 5, "{head}");
        assert_eq!(head.matches(':').count(), 2, "{head}");
        assert!(!data.is_empty());
        insta::assert_snapshot!(text);
    }
}
