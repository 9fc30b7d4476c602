//! One line for each finding, as compilers write it: `path:line:column: CODE message`.

use super::Config;
use super::summary::{Counts, paint};
use super::view::{Item, View};
use std::io::{self, Write};

pub(super) fn write(
    view: &View<'_>,
    counts: &Counts,
    config: &Config,
    out: &mut dyn Write,
) -> io::Result<()> {
    for item in view.items() {
        writeln!(out, "{}", line(&item, config))?;
    }
    if config.summary {
        writeln!(out, "{}", counts.sentence())?;
    }
    Ok(())
}

fn line(item: &Item, config: &Config) -> String {
    let (on, off) = paint(config, item.severity);
    let at = item.primary.start;
    format!(
        "{}:{}:{}: {on}{}{off} {}",
        item.primary.path.terminal_at_line_start(),
        at.line,
        at.column,
        item.rule.code,
        item.message.terminal()
    )
}

#[cfg(test)]
mod tests {
    use super::super::{OutputFormat, testing};

    #[test]
    fn one_line_for_each_finding() {
        insta::assert_snapshot!(testing::text(OutputFormat::Concise, &testing::stack()));
    }

    #[test]
    fn hostile_text_stays_on_its_line() {
        let text = testing::text(OutputFormat::Concise, &testing::hostile());
        testing::assert_no_raw_controls(&text);
        testing::assert_no_secret(&text);
        assert!(!text.lines().any(|l| l.starts_with("::")), "{text}");
        insta::assert_snapshot!(text);
    }
}
