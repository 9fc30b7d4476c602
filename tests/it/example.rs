//! Examples in Markdown: fenced blocks that name their files, and an `output` block that is written by machine.

use crate::support::Repo;
use std::fs;
use std::path::Path;

/// Set it to write anew what a machine writes.
pub const BLESS: &str = "PORTLINT_BLESS";

/// A fenced block with a title.
#[derive(Debug)]
pub struct Block {
    /// The heading above it.
    pub section: String,
    /// The file's path, or `output`.
    pub title: String,
    /// Its text.
    pub body: String,
    /// Lines of the body in the page: first, and one past the last.
    lines: (usize, usize),
}

/// Fails unless the section's output block is what was printed; writes it if that was asked for.
pub fn compare(path: &Path, blocks: &[Block], section: &str, printed: &str) {
    let output = blocks
        .iter()
        .find(|b| b.section == section && b.title == "output");
    if output.is_some_and(|b| b.body == printed) {
        return;
    }
    assert!(
        std::env::var_os(BLESS).is_some(),
        "{} says\n{}\nbut portlint prints\n{printed}\nIf that is right, run the test again with {BLESS}=1",
        path.display(),
        output.map_or("nothing", |b| &b.body),
    );
    bless(path, blocks, section, output, printed);
}

/// Fails unless a block is the given text; writes it if that was asked for. Blessing replaces lines one for one or adds some,
/// so that blocks further down are found again in the next run only.
pub fn compare_block(path: &Path, block: &Block, text: &str) {
    if block.body == text {
        return;
    }
    assert!(
        std::env::var_os(BLESS).is_some(),
        "{} says\n{}\nbut `--fix` gives\n{text}\nIf that is right, run the test again with {BLESS}=1",
        path.display(),
        block.body,
    );
    let page = fs::read_to_string(path).unwrap();
    let mut lines: Vec<&str> = page.lines().collect();
    let shown: Vec<&str> = lines
        .get(block.lines.0..block.lines.1)
        .unwrap_or_default()
        .to_vec();
    if shown.join("\n") + "\n" == block.body {
        lines.splice(block.lines.0..block.lines.1, text.lines());
        fs::write(path, lines.join("\n") + "\n").unwrap();
    }
}

/// Writes the output block, or adds it behind the section's last file.
fn bless(path: &Path, blocks: &[Block], section: &str, output: Option<&Block>, printed: &str) {
    let text = fs::read_to_string(path).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    if let Some(block) = output {
        lines.splice(block.lines.0..block.lines.1, printed.lines());
    } else {
        let last = blocks.iter().rfind(|b| b.section == section).unwrap();
        let added = ["", "```text title=\"output\""]
            .into_iter()
            .chain(printed.lines())
            .chain(["```"]);
        let at = last.lines.1 + 1;
        lines.splice(at..at, added);
    }
    fs::write(path, lines.join("\n") + "\n").unwrap();
}

/// The repository of a section's blocks; none if it has none.
pub fn repository(blocks: &[Block], section: &str) -> Option<Repo> {
    let mut files = blocks
        .iter()
        .filter(|b| b.section == section && b.title != "output")
        .peekable();
    files.peek()?;
    Some(files.fold(Repo::new(), |repo, b| repo.file(&b.title, &b.body)))
}

/// All blocks with a title.
pub fn blocks(page: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut section = String::new();
    let mut open: Option<Option<Block>> = None;
    for (at, line) in page.lines().enumerate() {
        match &mut open {
            None if line.starts_with("```") => {
                open = Some(title(line).map(|title| Block {
                    section: section.clone(),
                    title: title.to_owned(),
                    body: String::new(),
                    lines: (at + 1, at + 1),
                }));
            }
            None => {
                if let Some(heading) = line.strip_prefix("## ") {
                    section = heading.to_owned();
                }
            }
            Some(block) if line == "```" => {
                blocks.extend(block.take());
                open = None;
            }
            Some(Some(block)) => {
                block.body += line;
                block.body.push('\n');
                block.lines.1 = at + 1;
            }
            Some(None) => {}
        }
    }
    assert!(open.is_none(), "a fence is not closed in {page}");
    blocks
}

fn title(info: &str) -> Option<&str> {
    info.split_once("title=\"")?
        .1
        .split_once('"')
        .map(|(title, _)| title)
}

/// Fails unless a file's text is the given one; writes it if that was asked for.
pub fn compare_file(path: &Path, text: &str) {
    let written = fs::read_to_string(path).unwrap_or_default();
    if written == text {
        return;
    }
    assert!(
        std::env::var_os(BLESS).is_some(),
        "{} does not say\n{text}\nIf that is right, run the test again with {BLESS}=1",
        path.display(),
    );
    fs::write(path, text).unwrap();
}
