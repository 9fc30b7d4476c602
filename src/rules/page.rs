//! A rule's page, `rules/docs/<name>.md`: front matter and Markdown. `rules/docs/README.md` tells how one is written.

use super::Rule;

/// What a page says, in pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// One sentence that stands alone.
    pub summary: &'static str,
    /// The Markdown behind the front matter.
    pub markdown: &'static str,
}

impl Page {
    /// The page of a rule.
    pub fn of(rule: &Rule) -> Self {
        Self::parse(rule.page)
    }

    fn parse(text: &'static str) -> Self {
        let (front, markdown) = text
            .strip_prefix("---\n")
            .and_then(|t| t.split_once("\n---\n"))
            .unwrap_or(("", text));
        Self {
            summary: front
                .lines()
                .find_map(|line| line.strip_prefix("summary:"))
                .unwrap_or("")
                .trim(),
            markdown: markdown.trim_start(),
        }
    }

    /// The first paragraph of a section, on one line, without the backticks of inline code; the summary if there is none.
    pub fn paragraph(&self, section: &str) -> String {
        let heading = format!("## {section}\n");
        let body = self
            .markdown
            .split_once(&heading)
            .map_or(self.summary, |(_, body)| body.trim_start());
        let paragraph = body.split("\n\n").next().unwrap_or(body);
        plain_line(&paragraph.replace('\n', " "))
    }

    /// The page as plain text: no fences, no marks of headings and inline code.
    pub fn plain(&self) -> String {
        let mut fenced = false;
        let mut text = String::with_capacity(self.markdown.len());
        for line in self.markdown.lines() {
            if line.starts_with("```") {
                fenced = !fenced;
                continue;
            }
            if fenced {
                text.push_str("    ");
                text.push_str(line);
            } else {
                text.push_str(&plain_line(line.trim_start_matches('#').trim_start()));
            }
            text.push('\n');
        }
        text
    }
}

fn plain_line(line: &str) -> String {
    line.replace("**", "")
        .replace('`', "")
        .trim_end()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "---\ncode: PL1\nname: a\nsummary: Sums it up.\n---\n\n# a (PL1)\n\n## What it does\n\nReports `x`\nand **y**.\n\nMore.\n\n## Bad\n\n```yaml title=\"compose.yaml\"\na: 1\n```\n";

    #[test]
    fn a_page_falls_into_pieces() {
        let page = Page::parse(TEXT);
        assert_eq!(page.summary, "Sums it up.");
        assert!(page.markdown.starts_with("# a (PL1)"));
        assert_eq!(page.paragraph("What it does"), "Reports x and y.");
        assert_eq!(page.paragraph("No such section"), "Sums it up.");
        assert_eq!(
            page.plain(),
            "a (PL1)\n\nWhat it does\n\nReports x\nand y.\n\nMore.\n\nBad\n\n    a: 1\n"
        );
    }

    #[test]
    fn every_page_has_a_summary() {
        for rule in super::super::ALL {
            let summary = Page::of(rule).summary;
            assert!(
                summary.ends_with('.') && summary.len() < 120,
                "{}: {summary}",
                rule.id.name
            );
        }
    }
}
