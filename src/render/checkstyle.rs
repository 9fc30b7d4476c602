//! Checkstyle's XML report, which most CI servers read.

use super::escape::Untrusted;
use super::view::{Item, View};
use super::xml::{Value, Xml};
use crate::finding::Severity;
use std::io::{self, Write};

/// The version of the report's shape that readers look for.
const VERSION: &str = "4.3";

pub(super) fn write(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut xml = Xml::new(out)?;
    xml.open("checkstyle", &[("version", Value::Word(VERSION))])?;
    let mut current: Option<Untrusted> = None;
    for item in view.items() {
        let path = &item.primary.path;
        if current.as_ref() != Some(path) {
            if current.is_some() {
                xml.close()?;
            }
            xml.open("file", &[("name", Value::Text(path))])?;
            current = Some(path.clone());
        }
        error(&mut xml, &item)?;
    }
    if current.is_some() {
        xml.close()?;
    }
    xml.close()
}

fn error(xml: &mut Xml<'_>, item: &Item) -> io::Result<()> {
    let severity = match item.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "info",
    };
    let source = Untrusted::new(format!("portlint.{}.{}", item.rule.code, item.rule.name));
    xml.empty(
        "error",
        &[
            ("line", Value::Number(item.primary.start.line)),
            ("column", Value::Number(item.primary.start.column)),
            ("severity", Value::Word(severity)),
            ("source", Value::Text(&source)),
            ("message", Value::Text(&item.explained())),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::super::{OutputFormat, testing};

    #[test]
    fn errors_by_file() {
        insta::assert_snapshot!(testing::text(OutputFormat::Checkstyle, &testing::stack()));
    }

    #[test]
    fn hostile_text_stays_inside_its_attribute() {
        let text = testing::text(OutputFormat::Checkstyle, &testing::hostile());
        testing::assert_no_raw_controls(&text);
        testing::assert_no_secret(&text);
        insta::assert_snapshot!(text);
    }
}
