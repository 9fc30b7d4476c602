//! What a file says, with lines and columns in the place of bytes: the same for other line ends and behind a byte order mark.

use portlint::facts::{FileFacts, PortEntry, Sighting};
use portlint::source::{SourceFile, Span, Text};

/// One line for each thing that the file says.
pub fn outline(file: &SourceFile, facts: &FileFacts) -> Vec<String> {
    let at = |span: Span| {
        let start = file.line_col(span.start);
        format!("{}:{}", start.line, start.column)
    };
    let text = |text: &Text| format!("{} `{}`", at(text.span), one_line_end(&text.value));
    let mut lines: Vec<String> = facts.sightings.iter().map(|s| sighting(file, s)).collect();
    for service in facts.compose.iter().flat_map(|c| &c.services) {
        lines.push(format!(
            "service {} {}",
            service.name.value,
            at(service.name.span)
        ));
        lines.extend(service.image.iter().map(&text));
        lines.extend(service.ports.iter().map(|port| match port {
            PortEntry::Short(short) => text(short),
            PortEntry::Long(long) => at(long.span),
        }));
        for pair in &service.environment {
            let value = pair.value.as_ref().map(&text).unwrap_or_default();
            lines.push(format!("{} {value}", pair.key.value));
        }
    }
    for entry in facts.env.iter().flat_map(|env| &env.entries) {
        lines.push(format!("{} {}", entry.key.value, text(&entry.value)));
    }
    for ignore in &facts.ignores {
        let rules: Vec<&str> = ignore.rules.iter().map(|r| r.value.as_str()).collect();
        lines.push(format!("{} {:?} {rules:?}", at(ignore.span), ignore.scope));
    }
    for problem in &facts.problems {
        // A parser's words, and where it gave up, depend on the bytes before.
        lines.push(format!("{:?}", problem.kind));
    }
    lines
}

fn sighting(file: &SourceFile, s: &Sighting) -> String {
    let at = file.line_col(s.span.start);
    let host = s.host.as_ref().map(|h| one_line_end(&h.text));
    format!(
        "{}:{} {} {:?} {:?} {host:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        at.line,
        at.column,
        s.port,
        s.end.as_ref().map(|e| e.value),
        s.form,
        s.scheme,
        s.name.as_deref().map(one_line_end),
        s.fallback_of,
        s.read_by,
        s.hint,
        s.tense,
        s.counterpart,
        s.role,
    )
}

/// Values of several lines keep the line ends of their file.
fn one_line_end(text: &str) -> String {
    text.replace("\r\n", "\n")
}
