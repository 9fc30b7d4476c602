//! `portlint: ignore[...]` comments of any text, given its comment syntax. A shared helper of the readers, not a format.

use crate::classify::file_name;
use crate::facts::{FileFacts, Ignore, IgnoreScope};
use crate::source::{SourceFile, Span, Spanned};
use memchr::memmem::Finder;
use std::sync::LazyLock;

/// What a comment must begin with to be one of ours.
const WORD: &str = "portlint:";

/// Searches for [`WORD`] in every file that is read.
static FINDER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(WORD));

/// How a language writes comments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comments {
    /// What begins a comment that ends with the line.
    pub line: &'static [&'static str],
    /// What begins and ends any other.
    pub block: &'static [(&'static str, &'static str)],
}

const HASH: Comments = Comments {
    line: &["#"],
    block: &[],
};
const SLASHES: Comments = Comments {
    // A `*` begins the lines of a block.
    line: &["//", "*"],
    block: &[("/*", "*/")],
};
const ALL_OF_C: Comments = Comments {
    line: &["//", "#"],
    block: &[("/*", "*/")],
};
const MARKUP: Comments = Comments {
    line: &[],
    block: &[("<!--", "-->"), ("/*", "*/")],
};
const COMPONENT: Comments = Comments {
    line: &["//"],
    block: &[("<!--", "-->"), ("/*", "*/")],
};
const SEMICOLON: Comments = Comments {
    line: &["#", ";"],
    block: &[],
};
const DASHES: Comments = Comments {
    line: &["--"],
    block: &[("/*", "*/"), ("{-", "-}")],
};

/// Comment syntax by the name's last part; `#` where it is not named here.
const BY_EXTENSION: &[(&[&str], Comments)] = &[
    (
        &[
            "js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts", "go", "java", "kt", "kts", "rs",
            "cs", "c", "h", "cc", "cpp", "hpp", "swift", "scala", "dart", "groovy", "gradle",
            "proto", "json", "jsonc", "json5", "scss", "less", "css",
        ],
        SLASHES,
    ),
    (&["php", "tf", "hcl", "conf"], ALL_OF_C),
    (
        &[
            "md", "markdown", "mdx", "html", "htm", "xml", "svg", "rst", "adoc", "txt",
        ],
        MARKUP,
    ),
    (&["vue", "svelte", "astro"], COMPONENT),
    (&["ini", "cfg"], SEMICOLON),
    (&["sql", "lua", "hs", "elm"], DASHES),
];

/// Adds the file's ignore comments.
pub fn read(file: &SourceFile, facts: &mut FileFacts) {
    if FINDER.find(file.text.as_bytes()).is_some() {
        let comments = comments_of(&file.path);
        facts.ignores.append(&mut collect(&file.text, comments));
    }
}

/// The comment syntax of a file.
pub fn comments_of(path: &str) -> Comments {
    let name = file_name(path).to_ascii_lowercase();
    let extension = name.rsplit('.').next().unwrap_or("");
    BY_EXTENSION
        .iter()
        .find(|(extensions, _)| extensions.contains(&extension))
        .map_or(HASH, |&(_, comments)| comments)
}

/// The ignore comments of a text, in order.
///
/// One behind something else on its line speaks for that line. One that stands alone speaks for the next line that is no
/// comment. `ignore-file` counts before the file's first content only.
pub fn collect(text: &str, comments: Comments) -> Vec<Ignore> {
    let mut found: Vec<Ignore> = Vec::new();
    // Comments that wait for the line that they speak for.
    let mut waiting: Vec<usize> = Vec::new();
    let mut head = Head::Start;
    let mut offset = 0;
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        let start = offset;
        offset += line.len();
        let ours = comments.ignore(line);
        let body = line.trim_start_matches('\u{feff}').trim();
        let is_comment = comments.begins(body) || ours.as_ref().is_some_and(|c| c.alone);
        head = head.next(body, is_comment);
        if let Some(comment) = ours {
            let scope = match comment.whole_file && head != Head::Over {
                true => IgnoreScope::File,
                false => IgnoreScope::Line(number),
            };
            if comment.alone && scope != IgnoreScope::File {
                waiting.push(found.len());
            }
            found.push(comment.at(start, scope));
        } else if !is_comment && !body.is_empty() {
            for i in waiting.drain(..) {
                if let Some(ignore) = found.get_mut(i) {
                    ignore.scope = IgnoreScope::Line(number);
                }
            }
        }
    }
    found
}

/// Whether the file's content has begun.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Head {
    Start,
    /// Inside a document's front matter.
    FrontMatter,
    Comments,
    Over,
}

impl Head {
    fn next(self, line: &str, is_comment: bool) -> Self {
        match self {
            Self::Over => Self::Over,
            Self::Start if line == "---" => Self::FrontMatter,
            Self::FrontMatter if line == "---" => Self::Comments,
            Self::FrontMatter if !is_comment => Self::FrontMatter,
            _ if line.is_empty() || is_comment || line == "---" => Self::Comments,
            _ if line.starts_with("#!")
                || line.starts_with("<?")
                || line.starts_with("<!")
                || line.starts_with('%') =>
            {
                Self::Comments
            }
            _ => Self::Over,
        }
    }
}

/// An ignore comment on its line.
struct Found<'a> {
    /// Where it begins and ends, from the line's start.
    begin: usize,
    end: usize,
    alone: bool,
    whole_file: bool,
    /// The names between the brackets, and where they begin.
    names: &'a str,
    names_at: usize,
}

impl Found<'_> {
    fn at(&self, line: usize, scope: IgnoreScope) -> Ignore {
        let mut rules = Vec::new();
        let mut at = line + self.names_at;
        for piece in self.names.split(',') {
            let name = piece.trim();
            let begin = at + piece.len() - piece.trim_start().len();
            at += piece.len() + 1;
            if !name.is_empty() {
                rules.push(Spanned::new(
                    name.to_owned(),
                    Span::new(begin, begin + name.len()),
                ));
            }
        }
        Ignore {
            span: Span::new(line + self.begin, line + self.end),
            rules,
            scope,
        }
    }
}

impl Comments {
    /// Whether a line begins with a comment.
    fn begins(&self, body: &str) -> bool {
        let mut marks = self
            .line
            .iter()
            .chain(self.block.iter().map(|(open, _)| open));
        marks.any(|mark| body.starts_with(mark))
    }

    /// The ignore comment on a line.
    fn ignore<'a>(&self, line: &'a str) -> Option<Found<'a>> {
        let body = line.trim_end_matches(['\n', '\r']);
        memchr::memmem::find_iter(body.as_bytes(), WORD.as_bytes())
            .find_map(|word| self.ignore_at(body, word))
    }

    /// The ignore comment whose [`WORD`] stands at this offset of the line.
    fn ignore_at<'a>(&self, body: &'a str, word: usize) -> Option<Found<'a>> {
        let before = body.get(..word)?.trim_end();
        let (begin, close) = self.opened_by(before)?;
        let after_word = body.get(word + WORD.len()..)?;
        let end = close
            .and_then(|close| after_word.find(close).map(|i| (i, close.len())))
            .unwrap_or((after_word.trim_end().len(), 0));
        let content = after_word.get(..end.0)?;
        let order = content.trim_start();
        let (whole_file, rest) = match order.strip_prefix("ignore-file") {
            Some(rest) => (true, rest),
            None => (false, order.strip_prefix("ignore")?),
        };
        if rest.starts_with(|c: char| c.is_alphanumeric() || c == '-' || c == '_') {
            return None;
        }
        let comment_end = word + WORD.len() + end.0 + end.1;
        let list = rest.trim_start().strip_prefix('[');
        let names = list.map_or("", |list| list.split(']').next().unwrap_or(list));
        let names_at = word + WORD.len() + content.len() - list.map_or(0, str::len);
        let is_blank = |text: Option<&str>| {
            text.is_some_and(|t| t.trim_matches(['\u{feff}', ' ', '\t', '{', '}']).is_empty())
        };
        Some(Found {
            begin,
            end: comment_end,
            alone: is_blank(body.get(..begin)) && is_blank(body.get(comment_end..)),
            whole_file,
            names,
            names_at,
        })
    }

    /// Where the comment begins whose opening mark `before` ends with, and what closes it.
    fn opened_by(&self, before: &str) -> Option<(usize, Option<&'static str>)> {
        let block = self.block.iter().find_map(|&(open, close)| {
            let rest = before
                .trim_end_matches('*')
                .strip_suffix(open.trim_end_matches('*'))?;
            before
                .ends_with(open.chars().next_back()?)
                .then_some((rest.len(), Some(close)))
        });
        let line = || {
            self.line.iter().find_map(|mark| {
                before.strip_suffix(mark)?;
                let rest = before.trim_end_matches(mark);
                // `a#b` is no comment, nor is the `//` of a URL.
                let apart = rest.is_empty()
                    || rest.ends_with(|c: char| c.is_whitespace() || c == '\u{feff}')
                    || (*mark == "//" && !rest.ends_with(':'));
                apart.then_some((rest.len(), None))
            })
        };
        block.or_else(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `(names, scope line or 0 for the file, the comment's text)`.
    fn found(path: &str, text: &str) -> Vec<(String, usize, String)> {
        collect(text, comments_of(path))
            .into_iter()
            .map(|ignore| {
                let names: Vec<_> = ignore
                    .rules
                    .iter()
                    .map(|rule| {
                        assert_eq!(text.get(rule.span.range()), Some(rule.value.as_str()));
                        rule.value.clone()
                    })
                    .collect();
                let line = match ignore.scope {
                    IgnoreScope::Line(line) => line,
                    IgnoreScope::File => 0,
                };
                let shown = text.get(ignore.span.range()).unwrap().to_owned();
                (names.join("+"), line, shown)
            })
            .collect()
    }

    #[test]
    fn each_language_has_its_comments() {
        let table = [
            (
                "a.yml",
                "a: 1 # portlint: ignore[PL001]",
                "PL001",
                "# portlint: ignore[PL001]",
            ),
            (
                "a.yml",
                "a: 1  ## portlint:ignore",
                "",
                "## portlint:ignore",
            ),
            (
                "a.ts",
                "x(); // portlint: ignore[a, b-c] why",
                "a+b-c",
                "// portlint: ignore[a, b-c] why",
            ),
            ("a.ts", "x();// portlint: ignore", "", "// portlint: ignore"),
            (
                "a.ts",
                "x(/* portlint: ignore[q] */ 1)",
                "q",
                "/* portlint: ignore[q] */",
            ),
            (
                "a.md",
                "| db | 5432 | <!-- portlint: ignore[PL001] -->",
                "PL001",
                "<!-- portlint: ignore[PL001] -->",
            ),
            (
                "a.ini",
                "port = 1 ; portlint: ignore",
                "",
                "; portlint: ignore",
            ),
            ("a.sql", "x -- portlint: ignore", "", "-- portlint: ignore"),
            (
                "Dockerfile",
                "🐘 EXPOSE 1 # portlint: ignore[é]\r\n",
                "é",
                "# portlint: ignore[é]",
            ),
            (
                "a.css",
                "a /** portlint: ignore **/",
                "",
                "/** portlint: ignore **/",
            ),
        ];
        for (path, text, names, shown) in table {
            assert_eq!(
                found(path, text),
                [(names.to_owned(), 1, shown.to_owned())],
                "{path}: {text}"
            );
        }
        for (path, text) in [
            ("a.yml", "a: 1 // portlint: ignore"),
            ("a.yml", "a: portlint: ignore"),
            ("a.yml", "a#portlint: ignore"),
            ("a.yml", "# portlint: ignored"),
            ("a.yml", "# portlint: see docs"),
            ("a.ts", "'http://portlint: ignore'"),
            ("a.md", "`# portlint: ignore`"),
            ("a.md", "portlint: ignore"),
        ] {
            assert_eq!(found(path, text), [], "{path}: {text}");
        }
    }

    #[test]
    fn a_comment_alone_speaks_for_the_next_line_of_content() {
        let text = "a: 1\n  # portlint: ignore[x]\n\n  # why\n  # portlint: ignore[y]\n  - 5432:5432\n  - 1 # portlint: ignore[z]\n# portlint: ignore[end]";
        let lines: Vec<_> = found("a.yml", text)
            .into_iter()
            .map(|(n, l, _)| (n, l))
            .collect();
        let expected = [("x", 6), ("y", 6), ("z", 7), ("end", 8)];
        assert_eq!(lines, expected.map(|(n, l)| (n.to_owned(), l)));
    }

    #[test]
    fn the_whole_file_is_ignored_from_its_head_only() {
        let table = [
            ("a.yml", "\u{feff}# portlint: ignore-file\na: 1", 0),
            ("a.yml", "---\n# c\n\n# portlint: ignore-file[x] y\na: 1", 0),
            ("a.sh", "#!/bin/sh\n# portlint: ignore-file\n", 0),
            (
                "a.md",
                "---\ntitle: x\n---\n\n<!-- portlint: ignore-file -->\n# T",
                0,
            ),
            ("a.tsx", "{/* portlint: ignore-file */}\nx", 0),
            ("a.yml", "a: 1\n# portlint: ignore-file\nb: 1", 3),
            ("a.yml", "a: 1 # portlint: ignore-file", 1),
        ];
        for (path, text, line) in table {
            let lines: Vec<_> = found(path, text).into_iter().map(|(_, l, _)| l).collect();
            assert_eq!(lines, [line], "{path}: {text}");
        }
    }

    #[test]
    fn odd_texts_do_no_harm() {
        for text in [
            "portlint:",
            "#portlint:",
            "# portlint: ignore[",
            "# portlint: ignore[,,]",
            "/*portlint: ignore",
            "é# portlint: ignore[é",
        ] {
            for path in ["a.yml", "a.ts", "a.md", "a.sql"] {
                found(path, text);
            }
        }
        let many = "# portlint: ignore\n".repeat(50_000);
        assert_eq!(found("a.yml", &many).len(), 50_000);
    }

    proptest::proptest! {
        #[test]
        fn any_mixture_is_read_without_panic(
            parts in proptest::collection::vec(proptest::sample::select(vec!["portlint:", "portlint: ignore", " ignore-file", "[", "]", ",", "#", "//", "/*", "*/", "<!--", "-->", "--", "a", "\n", "\r\n", " ", "🐘", "\u{feff}", "---\n", "{", "}", "*"]), 0..30)
        ) {
            let text = parts.concat();
            for path in ["a.yml", "a.ts", "a.md", "a.sql"] {
                for ignore in collect(&text, comments_of(path)) {
                    proptest::prop_assert!(text.get(ignore.span.range()).is_some());
                }
            }
        }
    }
}
