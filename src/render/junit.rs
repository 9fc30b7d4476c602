//! JUnit's XML report: a suite for each file, a failed test for each finding. A note is a passed test that says something,
//! since it fails no run.

use super::escape::Untrusted;
use super::summary::Counts;
use super::view::{Item, View};
use super::xml::{Value, Xml};
use crate::finding::Severity;
use std::io::{self, Write};

pub(super) fn write(view: &View<'_>, counts: &Counts, out: &mut dyn Write) -> io::Result<()> {
    let suites = suites(view);
    let mut xml = Xml::new(out)?;
    xml.open(
        "testsuites",
        &[
            ("name", Value::Word("portlint")),
            ("tests", Value::Number(counts.total().max(1))),
            ("failures", Value::Number(counts.errors + counts.warnings)),
            ("errors", Value::Number(0)),
        ],
    )?;
    for suite in &suites {
        write_suite(&mut xml, suite)?;
    }
    if suites.is_empty() {
        passed(&mut xml)?;
    }
    xml.close()
}

/// Findings of one file.
fn suites(view: &View<'_>) -> Vec<Vec<Item>> {
    let mut suites: Vec<Vec<Item>> = Vec::new();
    for item in view.items() {
        match suites.last_mut() {
            Some(suite)
                if suite
                    .first()
                    .is_some_and(|f| f.primary.path == item.primary.path) =>
            {
                suite.push(item);
            }
            _ => suites.push(vec![item]),
        }
    }
    suites
}

fn write_suite(xml: &mut Xml<'_>, suite: &[Item]) -> io::Result<()> {
    let Some(first) = suite.first() else {
        return Ok(());
    };
    let failures = suite.iter().filter(|i| i.severity > Severity::Note).count();
    xml.open(
        "testsuite",
        &[
            ("name", Value::Text(&first.primary.path)),
            ("tests", Value::Number(suite.len())),
            ("failures", Value::Number(failures)),
            ("errors", Value::Number(0)),
            ("skipped", Value::Number(0)),
            ("time", Value::Number(0)),
        ],
    )?;
    for item in suite {
        write_case(xml, item)?;
    }
    xml.close()
}

fn write_case(xml: &mut Xml<'_>, item: &Item) -> io::Result<()> {
    let at = &item.primary;
    let name = Untrusted::new(format!(
        "{} {} at {}:{}",
        item.rule.code, item.rule.name, at.start.line, at.start.column
    ));
    xml.open(
        "testcase",
        &[
            ("name", Value::Text(&name)),
            ("classname", Value::Text(&at.path)),
            ("file", Value::Text(&at.path)),
            ("line", Value::Number(at.start.line)),
            ("time", Value::Number(0)),
        ],
    )?;
    let said = item.explained();
    if item.severity == Severity::Note {
        xml.text("system-out", &[], &said)?;
    } else {
        let (headline, _) = item.message.sentences();
        let attributes = [
            ("message", Value::Text(&headline)),
            ("type", Value::Word(item.severity.name())),
        ];
        xml.text("failure", &attributes, &said)?;
    }
    xml.close()
}

/// A report without a test is taken for a run that did not happen.
fn passed(xml: &mut Xml<'_>) -> io::Result<()> {
    let count = [
        ("name", Value::Word("portlint")),
        ("tests", Value::Number(1)),
        ("failures", Value::Number(0)),
        ("errors", Value::Number(0)),
        ("skipped", Value::Number(0)),
        ("time", Value::Number(0)),
    ];
    xml.open("testsuite", &count)?;
    let case = [
        ("name", Value::Word("no findings")),
        ("classname", Value::Word("portlint")),
        ("time", Value::Number(0)),
    ];
    xml.empty("testcase", &case)?;
    xml.close()
}

#[cfg(test)]
mod tests {
    use super::super::{OutputFormat, testing};

    #[test]
    fn a_suite_for_each_file() {
        insta::assert_snapshot!(testing::text(OutputFormat::Junit, &testing::stack()));
    }

    #[test]
    fn nothing_found_is_a_passed_test() {
        insta::assert_snapshot!(testing::text(OutputFormat::Junit, &Default::default()));
    }

    #[test]
    fn a_note_fails_nothing() {
        let text = testing::text(OutputFormat::Junit, &testing::odd_places());
        assert!(!text.contains("<failure"), "{text}");
        assert!(
            text.contains("<system-out>behind a wide character</system-out>"),
            "{text}"
        );
    }

    #[test]
    fn hostile_text_stays_inside_its_element() {
        let text = testing::text(OutputFormat::Junit, &testing::hostile());
        testing::assert_no_raw_controls(&text);
        testing::assert_no_secret(&text);
        insta::assert_snapshot!(text);
    }
}
