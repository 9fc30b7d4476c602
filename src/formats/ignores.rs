//! Ignore comments, of every format alike: `# portlint: ignore[NAME] reason`, and `ignore-file` at a file's head.

use crate::classify::file_name;
use crate::facts::{FileFacts, Ignore, IgnoreScope};
use crate::source::{SourceFile, Span, Spanned};
use memchr::memmem;

/// What every ignore comment holds.
const KEYWORD: &str = "portlint:";
/// Marks that begin a comment, longer ones before those that they end with, and what ends it.
const MARKS: [(&str, Option<&str>); 9] = [
    ("<!--", Some("-->")),
    ("{/*", Some("*/}")),
    ("/*", Some("*/")),
    ("//", None),
    ("--", None),
    ("#", None),
    (";", None),
    ("*", None),
    ("%", None),
];
/// Of these, the ones that are comments in a document; `#` is a heading there, or a line of an example.
const DOCUMENT_MARKS: usize = 2;

/// Adds the file's ignore comments.
pub fn read(file: &SourceFile, facts: &mut FileFacts) {
    let marks = if is_document(&file.path) {
        MARKS.get(..DOCUMENT_MARKS).unwrap_or(&MARKS)
    } else {
        &MARKS
    };
    for at in memmem::find_iter(file.text.as_bytes(), KEYWORD) {
        facts.ignores.extend(comment(file, at, marks));
    }
}

/// Whether a file is a document, by its name.
fn is_document(path: &str) -> bool {
    let extension = file_name(path).rsplit_once('.').map_or("", |(_, e)| e);
    ["md", "mdx", "markdown", "rst", "adoc", "txt", "html"]
        .iter()
        .any(|e| extension.eq_ignore_ascii_case(e))
}

type Mark = (&'static str, Option<&'static str>);

/// The comment whose keyword stands at `at`.
fn comment(file: &SourceFile, at: usize, marks: &[Mark]) -> Option<Ignore> {
    let number = file.line(Span::at(at).start);
    let line = file.line_span(number);
    let before = file.text.get(line.start as usize..at)?.trim_end();
    let &(mark, close) = marks.iter().find(|(mark, _)| before.ends_with(mark))?;
    let code = before
        .strip_suffix(mark)?
        .trim_end_matches(|c| mark.starts_with(c));
    let start = line.start as usize + code.len();

    let body = at + KEYWORD.len();
    let rest = file.text.get(body..line.end as usize)?;
    let end = close
        .and_then(|c| rest.find(c).map(|i| (i, c.len())))
        .map_or(rest.trim_end().len(), |(i, len)| i + len);
    let command = rest.trim_start();
    let offset = body + rest.len() - command.len();
    let whole_file = command.strip_prefix("ignore-file");
    let arguments = whole_file.or_else(|| command.strip_prefix("ignore"))?;
    if arguments.starts_with(|c: char| c.is_alphanumeric() || c == '-' || c == '_') {
        return None;
    }
    let scope = match whole_file {
        Some(_) if is_head(file, number, marks) => IgnoreScope::File,
        Some(_) => IgnoreScope::Line(number),
        None if code.trim().is_empty() => IgnoreScope::Line(next_line(file, number, mark)),
        None => IgnoreScope::Line(number),
    };
    Some(Ignore {
        span: Span::new(start, body + end),
        rules: names(arguments, offset + command.len() - arguments.len()),
        scope,
    })
}

/// The names between brackets, with their bytes; `at` is where `arguments` stands in the file.
fn names(arguments: &str, at: usize) -> Vec<Spanned<String>> {
    let Some(list) = arguments.trim_start().strip_prefix('[') else {
        return Vec::new();
    };
    let start = at + arguments.len() - list.len();
    let list = list.split(']').next().unwrap_or("");
    let mut out = Vec::new();
    let mut offset = start;
    for part in list.split(',') {
        let name = part.trim();
        if !name.is_empty() {
            let from = offset + part.len() - part.trim_start().len();
            out.push(Spanned::new(
                name.to_owned(),
                Span::new(from, from + name.len()),
            ));
        }
        offset += part.len() + 1;
    }
    out
}

/// The line that a comment on its own line speaks for: the next one that is no comment of its sort.
fn next_line(file: &SourceFile, number: usize, mark: &str) -> usize {
    let last = file.line(Span::at(file.text.len()).start);
    (number + 1..=last)
        .find(|n| {
            !file
                .slice(file.line_span(*n))
                .trim_start()
                .starts_with(mark)
        })
        .unwrap_or(number)
}

/// Whether nothing but comments and what may open a file stands above a line.
fn is_head(file: &SourceFile, number: usize, marks: &[Mark]) -> bool {
    (1..number).all(|n| {
        let line = file
            .slice(file.line_span(n))
            .trim_start_matches('\u{feff}')
            .trim();
        let opens = line.is_empty()
            || line == "---"
            || ["<?", "<!", "%"].iter().any(|o| line.starts_with(o));
        opens || marks.iter().any(|(mark, _)| line.starts_with(mark))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `(comment, names, scope)` of each ignore.
    fn ignores(path: &str, text: &str) -> Vec<(String, Vec<String>, IgnoreScope)> {
        let file = SourceFile::new(path, text);
        let mut facts = FileFacts::default();
        read(&file, &mut facts);
        facts
            .ignores
            .iter()
            .map(|i| {
                let names = i
                    .rules
                    .iter()
                    .map(|r| file.slice(r.span).to_owned())
                    .collect();
                assert!(i.rules.iter().all(|r| r.value == file.slice(r.span)));
                (file.slice(i.span).to_owned(), names, i.scope)
            })
            .collect()
    }

    #[track_caller]
    fn one(path: &str, text: &str, comment: &str, names: &[&str], scope: IgnoreScope) {
        let names = names.iter().map(|n| (*n).to_owned()).collect();
        assert_eq!(
            ignores(path, text),
            [(comment.to_owned(), names, scope)],
            "{text:?}"
        );
    }

    #[test]
    fn on_the_line() {
        one(
            "c.yml",
            "ports:\r\n  - \"5432:5432\" # portlint: ignore[PL001, port-collision] legacy\r\n",
            "# portlint: ignore[PL001, port-collision] legacy",
            &["PL001", "port-collision"],
            IgnoreScope::Line(2),
        );
        one(
            "a.js",
            "x = 5432; // portlint: ignore",
            "// portlint: ignore",
            &[],
            IgnoreScope::Line(1),
        );
        one(
            "a.js",
            "x = 5432 /* portlint:ignore[a] */ + 1",
            "/* portlint:ignore[a] */",
            &["a"],
            IgnoreScope::Line(1),
        );
        one(
            "a.sql",
            "select 1 -- portlint: ignore[a]",
            "-- portlint: ignore[a]",
            &["a"],
            IgnoreScope::Line(1),
        );
        one(
            "🐘.yml",
            "\u{feff}é: 1 ## portlint: ignore[a",
            "## portlint: ignore[a",
            &["a"],
            IgnoreScope::Line(1),
        );
    }

    #[test]
    fn on_the_line_above() {
        one(
            "c.yml",
            "a:\n  # portlint: ignore[x]\n  # because\n  - 1\n",
            "# portlint: ignore[x]",
            &["x"],
            IgnoreScope::Line(4),
        );
        one(
            "c.yml",
            "a: 1\n# portlint: ignore",
            "# portlint: ignore",
            &[],
            IgnoreScope::Line(2),
        );
    }

    #[test]
    fn for_the_file() {
        one(
            "c.yml",
            "# a licence\n\n# portlint: ignore-file[x] why\na: 1\n",
            "# portlint: ignore-file[x] why",
            &["x"],
            IgnoreScope::File,
        );
        // Not at the head: it silences nothing, and is reported for it.
        one(
            "c.yml",
            "a: 1\n# portlint: ignore-file\n",
            "# portlint: ignore-file",
            &[],
            IgnoreScope::Line(2),
        );
    }

    #[test]
    fn documents_have_comments_of_their_own() {
        one(
            "README.md",
            "# A\n<!-- portlint: ignore[x] -->\n| Redis | 6380 |\n",
            "<!-- portlint: ignore[x] -->",
            &["x"],
            IgnoreScope::Line(3),
        );
        assert_eq!(
            ignores("README.md", "```yaml\n# portlint: ignore[x]\n```\n"),
            []
        );
    }

    #[test]
    fn what_is_no_ignore() {
        for text in [
            "portlint: ignore",
            "# portlint: ignored",
            "# portlint: version 1",
            "name: portlint: ignore",
            "# portlint:",
            "",
        ] {
            assert_eq!(ignores("c.yml", text), [], "{text:?}");
        }
    }
}
