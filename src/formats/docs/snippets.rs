//! Code blocks in languages that other readers know: compose and other YAML, JSON, TOML, program code.

use super::fences::more_clues;
use crate::facts::{Clue, ClueKind, ReadBy, Sighting};
use crate::formats::code;
use crate::formats::scan::{Entry, Scan, pair_hosts};
use crate::formats::settings::{Settings, Syntax, keys, walk};
use crate::formats::yaml::{self, Node};
use crate::source::{SourceFile, Span, Text};

/// A block of YAML: services of Compose, whole or in part, and anything else.
pub(super) fn yaml(file: &SourceFile, scan: &Scan<'_>, text: &Text, out: &mut Vec<Sighting>) {
    let parsed = yaml::read(&text.value);
    let services = parsed
        .documents
        .iter()
        .flat_map(services)
        .collect::<Vec<_>>();
    if services.is_empty() {
        settings(file, scan, Syntax::Yaml, text, out);
        return;
    }
    let before = out.len();
    for (name, service) in &services {
        compose_service(scan, text, name, service, out);
    }
    for &comment in &parsed.comments {
        scan.prose(&text.slice(comment.range()), out);
    }
    // what stands beside the services, and in keys that have no reader here
    let mut rest = Vec::new();
    settings(file, scan, Syntax::Yaml, text, &mut rest);
    let known: std::collections::BTreeSet<Span> = out.iter().skip(before).map(|s| s.span).collect();
    let bodies: Vec<Span> = services
        .iter()
        // a body of several lines is no single run where lines end with a carriage return, too
        .map(|(_, s)| text.slice(s.span.range()).span)
        .collect();
    out.extend(
        rest.into_iter()
            .filter(|s| !known.contains(&s.span) && !bodies.iter().any(|b| b.contains(s.span))),
    );
}

/// The mappings that are services: under `services:`, at the top, or the top itself.
fn services(root: &Node) -> Vec<(String, &Node)> {
    if let Some(services) = root.get("services") {
        return named(services);
    }
    if is_service(root) {
        return vec![(String::new(), root)];
    }
    let top = named(root);
    let all = !top.is_empty() && top.iter().any(|(_, n)| is_service(n));
    if all {
        top.into_iter().filter(|(_, n)| is_service(n)).collect()
    } else {
        Vec::new()
    }
}

fn named(node: &Node) -> Vec<(String, &Node)> {
    node.entries()
        .into_iter()
        .filter(|(_, n)| n.map().is_some())
        .map(|(k, n)| (k.str().unwrap_or("").to_owned(), n))
        .collect()
}

/// Whether a mapping has the keys of a Compose service.
fn is_service(node: &Node) -> bool {
    let short = |key: &str| {
        node.get(key).is_some_and(|n| {
            n.is_seq()
                && n.items()
                    .iter()
                    .all(|i| i.text().is_some() || i.get("target").is_some())
        })
    };
    let image = node.get("image").is_some_and(|n| n.text().is_some());
    (image
        && node.get("containers").is_none()
        && node.get("repository").is_none()
        && node.get("steps").is_none())
        || (short("ports") && node.get("kind").is_none())
        || (node.get("build").is_some() && node.get("environment").is_some())
        || node
            .get("environment")
            .is_some_and(|e| e.is_seq() || e.map().is_some())
            && node.get("steps").is_none()
            && node.get("runs-on").is_none()
}

fn compose_service(
    scan: &Scan<'_>,
    text: &Text,
    name: &str,
    service: &Node,
    out: &mut Vec<Sighting>,
) {
    let field = |key: &str| service.get(key).and_then(Node::str).map(str::to_owned);
    let clue = |kind, text: Option<String>| {
        text.filter(|t| !t.is_empty())
            .map(|text| Clue { kind, text })
    };
    let first: Vec<Clue> = [
        clue(ClueKind::Name, Some(name.to_owned())),
        clue(ClueKind::KeyPath, field("image")),
        clue(ClueKind::KeyPath, field("container_name")),
    ]
    .into_iter()
    .flatten()
    .collect();
    let clues = more_clues(scan, first);
    let host = Scan {
        clues: &clues,
        ..*scan
    };
    let inside = Scan {
        read_by: ReadBy::Container,
        ..host
    };
    for entry in service.get("ports").map(Node::items).unwrap_or_default() {
        port_entry(&host, text, entry, out);
    }
    for exposed in service.get("expose").map(Node::items).unwrap_or_default() {
        if let Some(found) = exposed.text().and_then(|t| {
            crate::formats::exposed::exposed(
                &placed(text, t),
                ReadBy::Container,
                "`expose:` names container ports",
            )
        }) {
            out.push(Sighting {
                clues: clues.clone(),
                tense: scan.tense,
                ..found
            });
        }
    }
    if let Some(environment) = service.get("environment") {
        variables(&inside, text, environment, out);
    }
    for key in ["command", "entrypoint"] {
        commands(&inside, text, service.get(key), out);
    }
    let test = service.get("healthcheck").and_then(|h| h.get("test"));
    commands(&inside, text, test, out);
    for (key, value) in service.entries() {
        let key = key.str().unwrap_or("");
        if !matches!(
            key,
            "ports" | "expose" | "environment" | "command" | "entrypoint" | "healthcheck" | "image"
        ) {
            value.walk(&mut |_, node| {
                if let Some(found) = node.text() {
                    inside.value(&placed(text, found), out);
                }
                true
            });
        }
    }
}

/// The words of a scalar of the block, with their places in the file.
fn placed(block: &Text, scalar: &Text) -> Text {
    let range = scalar.span.range();
    if block.value.get(range.clone()) == Some(scalar.value.as_str()) {
        return block.slice(range);
    }
    // quotes around it, or an escape in it
    let inner = block
        .value
        .get(range.clone())
        .and_then(|raw| raw.find(scalar.value.as_str()));
    match inner {
        Some(at) => block.slice(range.start + at..range.start + at + scalar.value.len()),
        None => block.slice(range),
    }
}

fn port_entry(scan: &Scan<'_>, block: &Text, entry: &Node, out: &mut Vec<Sighting>) {
    if let Some(text) = entry.text() {
        let before = out.len();
        scan.named("ports").value(&placed(block, text), out);
        if let [one] = out.get_mut(before..).unwrap_or_default()
            && one.counterpart.is_none()
            && one.form == crate::facts::Form::Keyed
        {
            one.form = crate::facts::Form::Exposed;
            one.hint = Some(crate::facts::Hint {
                side: crate::facts::Side::Container,
                reason: "a `ports:` entry with a container port alone",
                certain: true,
            });
        }
        return;
    }
    let mut halves = Vec::new();
    for (key, side, reason) in [
        (
            "published",
            crate::facts::Side::Host,
            "`published:` of a `ports:` entry",
        ),
        (
            "target",
            crate::facts::Side::Container,
            "`target:` of a `ports:` entry",
        ),
    ] {
        if let Some(text) = entry.get(key).and_then(Node::text) {
            let before = out.len();
            scan.named("port").value(&placed(block, text), out);
            for found in out.iter_mut().skip(before) {
                found.form = crate::facts::Form::Mapping;
                found.hint = Some(crate::facts::Hint {
                    side,
                    reason,
                    certain: true,
                });
            }
            halves.extend(before..out.len());
        }
    }
    if let [a, b] = halves.as_slice() {
        let (first, second) = (out.get(*a).map(|s| s.port), out.get(*b).map(|s| s.port));
        if let Some(s) = out.get_mut(*a) {
            s.counterpart = second;
        }
        if let Some(s) = out.get_mut(*b) {
            s.counterpart = first;
        }
    }
}

/// `environment:` in either form.
fn variables(scan: &Scan<'_>, block: &Text, environment: &Node, out: &mut Vec<Sighting>) {
    let mut list: Vec<(String, Text)> = Vec::new();
    for (key, value) in environment.entries() {
        if let (Some(key), Some(value)) = (key.str(), value.text()) {
            list.push((key.to_owned(), placed(block, value)));
        }
    }
    for item in environment.items() {
        if let Some(text) = item.text().map(|t| placed(block, t))
            && let Some((key, _)) = text.value.split_once('=')
        {
            let value = text.slice(key.len() + 1..text.value.len());
            list.push((key.to_owned(), value));
        }
    }
    let before = out.len();
    for (key, value) in &list {
        let named = Scan {
            name: Some(key),
            ..*scan
        };
        named.value(value, out);
    }
    let entries: Vec<Entry<'_>> = list
        .iter()
        .map(|(key, value)| Entry { key, value })
        .collect();
    pair_hosts(&entries, out.get_mut(before..).unwrap_or_default());
}

fn commands(scan: &Scan<'_>, block: &Text, node: Option<&Node>, out: &mut Vec<Sighting>) {
    let Some(node) = node else { return };
    let items: Vec<Text> = match node.text() {
        Some(text) => vec![placed(block, text)],
        None => node
            .items()
            .iter()
            .filter_map(Node::text)
            .map(|t| placed(block, t))
            .collect(),
    };
    if !items.is_empty() {
        scan.command(&Text::joined(&items, " "), out);
    }
}

/// A block of settings: JSON, TOML, INI, any YAML.
pub(super) fn settings(
    file: &SourceFile,
    scan: &Scan<'_>,
    syntax: Syntax,
    text: &Text,
    out: &mut Vec<Sighting>,
) {
    let read = Settings::read(syntax, text);
    let found = walk::of_settings(file, read, scan.read_by, &|settings, id| {
        keys::by_key(settings, id, scan.read_by)
    });
    if found.is_empty() {
        scan.snippet(text, out);
        return;
    }
    out.extend(found.into_iter().map(|mut s| {
        s.clues.extend_from_slice(scan.clues);
        s.tense = s.tense.max(scan.tense);
        s
    }));
}

/// A block of program code.
pub(super) fn code(scan: &Scan<'_>, language: &str, text: &Text, out: &mut Vec<Sighting>) {
    if code::knows_fence(language) {
        out.extend(code::read_snippet(language, text, scan));
    } else {
        scan.snippet(text, out);
    }
}
