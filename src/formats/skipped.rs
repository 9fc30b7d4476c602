//! What is no file of its format, but something that becomes one: a template, or a file with merge conflicts.

use crate::facts::{Problem, ProblemKind};
use crate::source::Span;

/// Why a text is not read at all, if it is not: it has merge conflicts, or it is `broken` as it stands because it is a template.
pub fn obstacle(text: &str, broken: bool) -> Option<Problem> {
    let as_template = || template_expression(text).filter(|_| broken).map(template);
    merge_conflict(text).or_else(as_template)
}

/// The problem of a file that Git could not merge; its markers stand at the start of lines.
fn merge_conflict(text: &str) -> Option<Problem> {
    let start = marker(text, "<<<<<<< ")?;
    marker(text.get(start..)?, ">>>>>>> ")?;
    Some(Problem {
        kind: ProblemKind::Skipped,
        message: "the file has an unresolved merge conflict".to_owned(),
        span: Span::new(start, start + "<<<<<<<".len()),
    })
}

fn marker(text: &str, marker: &str) -> Option<usize> {
    memchr::memmem::find_iter(text.as_bytes(), marker)
        .find(|&at| at == 0 || text.as_bytes().get(at - 1) == Some(&b'\n'))
}

/// The problem of a template at `span`.
pub fn template(span: Span) -> Problem {
    Problem {
        kind: ProblemKind::Skipped,
        message: "the file is a template: what it becomes is not known".to_owned(),
        span,
    }
}

/// The problem of a file that its aliases make larger than any that a person wrote.
pub fn too_large() -> Problem {
    Problem {
        kind: ProblemKind::Skipped,
        message: "aliases make the file too large: a part of it was not read".to_owned(),
        span: Span::default(),
    }
}

/// The first template expression (`{{`, `{%`, `<%`) of a YAML-like text that stands outside of quotes and comments.
fn template_expression(text: &str) -> Option<Span> {
    let bytes = text.as_bytes();
    if memchr::memmem::find(bytes, b"{{").is_none()
        && memchr::memmem::find(bytes, b"{%").is_none()
        && memchr::memmem::find(bytes, b"<%").is_none()
    {
        return None;
    }
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        if let Some(at) = unquoted_expression(line) {
            return Some(Span::new(offset + at, offset + at + 2));
        }
        offset += line.len();
    }
    None
}

/// Where on the line an expression starts; quotes are those of one line, as people write them.
fn unquoted_expression(line: &str) -> Option<usize> {
    let mut quote = None;
    let mut before = b' ';
    for (i, pair) in line.as_bytes().windows(2).enumerate() {
        let &[c, next] = pair else { break };
        match (quote, c) {
            (Some(q), _) if q == c => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') if !before.is_ascii_alphanumeric() => quote = Some(c),
            (None, b'#') if before.is_ascii_whitespace() => return None,
            (None, b'{') if matches!(next, b'{' | b'%') && before != b'$' => return Some(i),
            (None, b'<') if next == b'%' => return Some(i),
            _ => {}
        }
        before = c;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_one_only_where_the_text_cannot_be_read() {
        let text = "a: 1\n{% if x %}\n";
        assert_eq!(
            obstacle(text, true).map(|p| p.kind),
            Some(ProblemKind::Skipped)
        );
        assert_eq!(obstacle(text, false), None);
    }

    #[test]
    fn conflicts_need_both_markers_at_the_start_of_lines() {
        let text = "a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> x\n";
        assert_eq!(merge_conflict(text).map(|p| p.span), Some(Span::new(5, 12)));
        for text in [
            "",
            "a: <<<<<<< b\n>>>>>>> c\n",
            "<<<<<<< a\n",
            "x: |\n  <<<<<<< a\n  >>>>>>> b\n",
        ] {
            assert_eq!(merge_conflict(text), None, "{text:?}");
        }
    }

    #[test]
    fn templates_are_told_from_quoted_braces() {
        let table = [
            ("a: 1\n{{ if .x }}\nb: 2", Some(5)),
            ("a: {{ x }}", Some(3)),
            ("- {% for x in y %}", Some(2)),
            ("port: <%= @port %>", Some(6)),
            ("a: don't {{ x }}", Some(9)),
            ("a: '{{ x }}'", None),
            ("a: \"{{.State}}\" # {{ x }}", None),
            ("a: ${{ github.sha }}", None),
            ("# {{ x }}", None),
            ("", None),
        ];
        for (text, expected) in table {
            let found = template_expression(text).map(|s| s.start);
            assert_eq!(found, expected, "{text:?}");
        }
    }
}
