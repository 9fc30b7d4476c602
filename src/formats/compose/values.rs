//! Shapes that Compose uses everywhere: scalars, strings or lists, lists or mappings.

use crate::facts::{EnvPair, Mount, MountKind};
use crate::formats::yaml::{Node, Typed};
use crate::source::{Spanned, Text};

/// Whether Compose takes the value out: `!reset`.
pub(in crate::formats) fn is_reset(node: &Node) -> bool {
    node.tag.as_deref() == Some("!reset")
}

/// A scalar as Compose prints it: a number as a decimal number, whatever it was written as; `None` for anything else.
pub(in crate::formats) fn text(node: &Node) -> Option<Text> {
    let text = node.text()?;
    let printed = match node.typed() {
        Some(Typed::Int(n)) => n.to_string(),
        Some(Typed::Float(f)) if f.is_finite() => f.to_string(),
        _ => return Some(text.clone()),
    };
    Some(if printed == text.value {
        text.clone()
    } else {
        Text::mapped(printed, text.span, Vec::new(), text.style)
    })
}

/// A scalar, or a list of them.
pub(in crate::formats) fn texts(node: &Node) -> Vec<Text> {
    match text(node) {
        Some(text) => vec![text],
        None => node.items().iter().filter_map(text).collect(),
    }
}

/// Keys and values in either form: a mapping, or a list of `KEY=value`.
pub(in crate::formats) fn pairs(node: &Node) -> Vec<EnvPair> {
    if node.map().is_none() {
        return node.items().iter().filter_map(assignment).collect();
    }
    node.entries()
        .into_iter()
        .filter(|(_, value)| !is_reset(value))
        .filter_map(|(key, value)| {
            let key = key.text()?;
            Some(EnvPair {
                key: Spanned::new(key.value.clone(), key.span),
                value: text(value),
            })
        })
        .collect()
}

/// `KEY=value`, or `KEY` alone.
fn assignment(node: &Node) -> Option<EnvPair> {
    let whole = node.text()?;
    let cut = whole.value.find('=');
    let key = whole.value.get(..cut.unwrap_or(whole.value.len()))?;
    Some(EnvPair {
        key: Spanned::new(key.to_owned(), whole.locate_or_whole(0..key.len())),
        value: cut.map(|cut| whole.slice(cut + 1..whole.value.len())),
    })
}

/// The short form `[SOURCE:]TARGET[:MODE]` of a volume.
pub(in crate::formats) fn short_mount(text: &Text) -> Mount {
    let parts = split_at_colons(&text.value, true);
    let part = |i: usize| parts.get(i).cloned().unwrap_or(0..0);
    let (source, target) = match parts.len() {
        0 | 1 => (None, part(0)),
        _ => (Some(part(0)), part(1)),
    };
    let source = source.map(|range| text.slice(range));
    Mount {
        span: text.span,
        kind: source
            .as_ref()
            .map_or(MountKind::Anonymous, |s| source_kind(&s.value)),
        source,
        target: text.value.get(target).unwrap_or("").to_owned(),
    }
}

/// Splits at the colons that stand outside of `${…}`, and do not follow a drive letter if the parts are paths.
pub(super) fn split_at_colons(value: &str, paths: bool) -> Vec<std::ops::Range<usize>> {
    let mut parts = Vec::new();
    let (mut begin, mut depth, mut before) = (0, 0_usize, ' ');
    for (i, c) in value.char_indices() {
        match c {
            '{' if before == '$' || depth > 0 => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ':' if depth == 0 => {
                let is_drive = paths && i == begin + 1 && before.is_ascii_alphabetic();
                if !is_drive {
                    parts.push(begin..i);
                    begin = i + 1;
                }
            }
            _ => {}
        }
        before = c;
    }
    parts.push(begin..value.len());
    parts
}

/// What a volume's source is, going by its first character; a variable by its default or what follows it.
pub(super) fn source_kind(source: &str) -> MountKind {
    let first = innermost_default(source);
    let drive = first.starts_with(|c: char| c.is_ascii_alphabetic())
        && first.as_bytes().get(1) == Some(&b':');
    if source.is_empty() {
        MountKind::Anonymous
    } else if drive || first.starts_with(['.', '/', '~', '\\']) {
        MountKind::Bind
    } else if source.starts_with('$') && first == source && source.contains(['/', '\\']) {
        // `${DATA}/pg` can only be a path.
        MountKind::Bind
    } else {
        MountKind::Named
    }
}

/// `./x}}` of `${A:-${B:-./x}}`; the text itself where it is no variable, or one without a default.
fn innermost_default(source: &str) -> &str {
    let mut text = source;
    while let Some((_, default)) = text.strip_prefix("${").and_then(|t| t.split_once('-')) {
        if default.starts_with('}') {
            return source;
        }
        text = default;
    }
    text
}

/// The column of an offset, in bytes from the start of its line; a byte order mark has none.
pub(in crate::formats) fn column(text: &str, offset: usize) -> u32 {
    let before = text.get(..offset).unwrap_or("");
    let line = before.rsplit('\n').next().unwrap_or("");
    let line = line.trim_start_matches('\u{feff}');
    crate::source::Span::at(line.len()).start
}

/// The offset behind the line on which `offset` stands, line end included.
pub(in crate::formats) fn line_end(text: &str, offset: usize) -> usize {
    let rest = text.as_bytes().get(offset..).unwrap_or(&[]);
    memchr::memchr(b'\n', rest).map_or(text.len(), |i| offset + i + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Style;

    #[test]
    fn short_mounts_are_split_and_told_apart() {
        use MountKind::{Anonymous, Bind, Named};
        let table = [
            ("data:/var/lib/x", Some("data"), "/var/lib/x", Named),
            ("./data:/x:ro", Some("./data"), "/x", Bind),
            ("/var/lib/x", None, "/var/lib/x", Anonymous),
            ("~/x:/y", Some("~/x"), "/y", Bind),
            ("C:\\data:/y", Some("C:\\data"), "/y", Bind),
            ("${D:-./data}:/x", Some("${D:-./data}"), "/x", Bind),
            ("${D:-data}:/x", Some("${D:-data}"), "/x", Named),
            ("${D:-${E:-/e}}:/x", Some("${D:-${E:-/e}}"), "/x", Bind),
            ("${D}/pg:/x", Some("${D}/pg"), "/x", Bind),
            ("$D:/x", Some("$D"), "/x", Named),
            ("", None, "", Anonymous),
        ];
        for (text, source, target, kind) in table {
            let mount = short_mount(&Text::verbatim(text, 7, Style::Plain));
            assert_eq!(mount.source.as_ref().map(AsRef::as_ref), source, "{text}");
            assert_eq!(
                (mount.target.as_str(), mount.kind),
                (target, kind),
                "{text}"
            );
        }
    }
}
