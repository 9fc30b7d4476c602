//! Compose files → facts: services as written, and every port that they speak of.
//!
//! Field names and shapes are the Compose Specification's; where it is silent, what `docker compose config` does counts.

mod merge;
mod names;
mod service;
mod sightings;
pub(super) mod values;

#[cfg(test)]
mod tests;

use crate::facts::{
    ComposeFile, ComposeOrigin, FileFacts, Include, Problem, ProblemKind, VolumesEnd,
};
use crate::formats::yaml::{self, Data, Node, Step, Steps, Yaml};
use crate::formats::{Reader, skipped};
use crate::source::{SourceFile, Span, Spanned};

use values::{column, line_end, text, texts};

/// Compose files.
pub const READER: Reader = Reader {
    name: "compose",
    wants: names::wants,
    read,
};

/// How many documents of one file are read; more are no compose file that a person wrote.
const MAX_DOCUMENTS: usize = 64;

/// Indentation where the file gives no example.
const DEFAULT_INDENT: u32 = 2;

fn read(file: &SourceFile, facts: &mut FileFacts) {
    let yaml = yaml::read(&file.text);
    if let Some(problem) = obstacle(&file.text, &yaml) {
        facts.problems.push(problem);
        return;
    }
    let named = names::is_compose_name(&file.path);
    facts.problems.extend(yaml.problems.into_iter().next());
    let mut roots: Vec<&Node> = yaml
        .documents
        .iter()
        .filter(|root| root.map().is_some())
        .collect();
    if let Some(next) = roots.get(MAX_DOCUMENTS) {
        let message = format!("only the first {MAX_DOCUMENTS} documents of the file are read");
        facts.problems.push(Problem {
            kind: ProblemKind::Skipped,
            message,
            span: Span::at(next.span.start as usize),
        });
        roots.truncate(MAX_DOCUMENTS);
    }
    let Some(first) = roots.first() else { return };
    let mut reader = ComposeReader::new(&file.text);
    let Some(compose) = reader.file(&roots, named) else {
        return;
    };
    let compose = ComposeFile {
        volumes_end: reader.volumes_end(first),
        ..compose
    };
    let mut sightings = sightings::Collector::new(&file.text, &compose, &yaml.comments);
    for root in &roots {
        sightings.document(root, services_of(root, named));
    }
    sightings.comments();
    facts.sightings.append(&mut sightings.finish());
    facts.compose = Some(compose);
    facts.problems.extend(yaml.duplicates);
    facts.problems.append(&mut reader.finish());
}

/// Why the file is not read at all, if it is not: merge markers, a template.
fn obstacle(text: &str, yaml: &Yaml) -> Option<Problem> {
    skipped::obstacle(text, !yaml.problems.is_empty())
        .or_else(|| template_value(text, yaml).map(skipped::template))
}

/// A template expression where a value ought to be: `image: {{ x }}`, which YAML reads as a mapping, or one in a port.
fn template_value(text: &str, yaml: &Yaml) -> Option<Span> {
    memchr::memmem::find(text.as_bytes(), b"{{")?;
    let mut found = None;
    for root in &yaml.documents {
        root.walk(&mut |path, node| {
            let whole = text.get(node.span.range()).unwrap_or("");
            let is_flow = node.map().is_some() && whole.starts_with("{{");
            let in_port = node.str().is_some_and(|s| s.contains("{{"))
                && path
                    .iter()
                    .rev()
                    .skip(1)
                    .take(2)
                    .any(|step| *step == Step::Key("ports"));
            if is_flow || in_port {
                found = found.or(Some(node.span));
            }
            found.is_none()
        });
    }
    found
}

/// The services of a document: `services:`, or the whole of a version-1 file.
fn services_of(root: &Node, named: bool) -> Option<&Node> {
    match root.get("services") {
        Some(services) => Some(services),
        None if named && is_version_1(root) => Some(root),
        None => None,
    }
}

/// A file of the first Compose version: nothing but services at the top level.
fn is_version_1(root: &Node) -> bool {
    let entries = root.entries();
    let is_service = |node: &Node| node.get("image").or(node.get("build")).is_some();
    entries.iter().all(|(_, node)| node.map().is_some())
        && entries.iter().any(|(_, node)| is_service(node))
}

struct ComposeReader<'a> {
    text: &'a str,
    problems: Vec<Problem>,
    steps: Steps,
}

impl<'a> ComposeReader<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            problems: Vec::new(),
            steps: Steps::of_one_file(),
        }
    }

    /// The file of these documents, each merged over the one before; `None` if it is no compose file after all.
    fn file(&mut self, roots: &[&Node], named: bool) -> Option<ComposeFile> {
        let is_compose = roots.iter().any(|root| {
            services_of(root, named).is_some()
                || (named
                    && ["include", "volumes", "networks"]
                        .iter()
                        .any(|key| root.get(key).is_some()))
        });
        if !is_compose {
            return None;
        }
        let mut whole = ComposeFile {
            origin: ComposeOrigin::Compose,
            ..ComposeFile::default()
        };
        for root in roots {
            let document = self.document(root, named);
            merge::file(&mut whole, document);
        }
        Some(whole)
    }

    fn document(&mut self, root: &Node, named: bool) -> ComposeFile {
        let mut file = ComposeFile {
            name: root.get("name").and_then(text),
            ..ComposeFile::default()
        };
        match services_of(root, named) {
            Some(services) if services.map().is_some() => self.services(services, &mut file),
            Some(services) if !services.is_null() || root.get("include").is_none() => {
                self.shape(services.span, "`services:` must be a mapping of services");
            }
            _ => {}
        }
        if let Some(include) = root.get("include") {
            file.includes = include.items().iter().filter_map(include_entry).collect();
        }
        for (key, _) in root.get("volumes").map(Node::entries).unwrap_or_default() {
            if let Some(key) = key.text() {
                file.volumes.push(Spanned::new(key.value.clone(), key.span));
            }
        }
        file
    }

    fn services(&mut self, services: &Node, file: &mut ComposeFile) {
        for (key, node) in services.entries() {
            let Some(name) = key.text() else { continue };
            if name.value.starts_with("x-") && node.map().is_none() {
                continue;
            }
            if values::is_reset(node) {
                file.removed.push(name.value.clone());
            } else if node.map().is_some() {
                if !self.steps.take_tree(node) {
                    break;
                }
                let service = self.service(name, node);
                file.services.push(service);
            } else {
                self.shape(
                    if node.span.is_empty() {
                        key.span
                    } else {
                        node.span
                    },
                    &format!("the service `{}` must be a mapping", name.value),
                );
            }
        }
    }

    /// Where a top-level volume can be inserted into a block-style document.
    fn volumes_end(&self, root: &Node) -> Option<VolumesEnd> {
        let offset = |node: &Node| Span::at(line_end(self.text, node.span.end as usize)).start;
        let first_column = |node: &Node| {
            let (key, _) = node.map()?.pairs().first()?;
            Some(column(self.text, key.span.start as usize))
        };
        if self.is_flow(root) {
            return None;
        }
        let volumes = root
            .map()?
            .pairs()
            .iter()
            .find(|(key, _)| key.str() == Some("volumes"));
        Some(match volumes {
            Some((_, node)) if node.alias.is_some() || self.is_flow(node) => return None,
            Some((key, node)) => VolumesEnd {
                offset: offset(if node.is_null() { key } else { node }),
                exists: true,
                indent: first_column(node).unwrap_or(DEFAULT_INDENT),
            },
            None => VolumesEnd {
                offset: offset(root),
                exists: false,
                indent: root
                    .get("services")
                    .and_then(first_column)
                    .filter(|&indent| indent > 0)
                    .unwrap_or(DEFAULT_INDENT),
            },
        })
    }

    fn is_flow(&self, node: &Node) -> bool {
        matches!(node.data, Data::Map(_))
            && self
                .text
                .get(node.span.range())
                .is_some_and(|t| t.starts_with('{'))
    }

    fn shape(&mut self, span: Span, message: &str) {
        self.problems.push(Problem {
            kind: ProblemKind::Shape,
            message: message.to_owned(),
            span,
        });
    }

    fn finish(mut self) -> Vec<Problem> {
        if self.steps.exhausted() {
            self.problems.push(skipped::too_large());
        }
        self.problems
    }
}

fn include_entry(node: &Node) -> Option<Include> {
    if let Some(path) = text(node) {
        return Some(Include {
            paths: vec![path],
            ..Include::default()
        });
    }
    node.map()?;
    Some(Include {
        paths: node.get("path").map(texts).unwrap_or_default(),
        env_files: node.get("env_file").map(texts).unwrap_or_default(),
        project_directory: node.get("project_directory").and_then(text),
    })
}
