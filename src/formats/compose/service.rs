//! One service → [`ComposeService`].

use super::ComposeReader;
use super::values::{
    column, is_reset, line_end, pairs, short_mount, source_kind, split_at_colons, text, texts,
};
use crate::facts::{
    Build, ComposeService, EnvPair, Extends, LongPort, MergeTag, Mount, MountKind, NetworkUse,
    PortEntry,
};
use crate::formats::dockerfile;
use crate::formats::yaml::{Node, Typed};
use crate::source::{Span, Spanned, Text};

/// A key's value, unless `!reset` takes it out.
fn field<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    node.get(key).filter(|value| !is_reset(value))
}

fn field_text(node: &Node, key: &str) -> Option<Text> {
    field(node, key).and_then(text)
}

fn field_texts(node: &Node, key: &str) -> Vec<Text> {
    field(node, key).map(texts).unwrap_or_default()
}

impl ComposeReader<'_> {
    /// Reads the service of this name.
    pub(super) fn service(&mut self, name: &Text, node: &Node) -> ComposeService {
        let body_end = Span::at(line_end(self.text, node.span.end as usize)).start;
        let first_key = node.map().and_then(|map| map.pairs().first());
        let deploy = field(node, "deploy");
        ComposeService {
            name: Spanned::new(name.value.clone(), name.span),
            body: node.span,
            key_indent: first_key.map_or(0, |(key, _)| column(self.text, key.span.start as usize)),
            body_end,
            image: field_text(node, "image"),
            build: field(node, "build").and_then(build),
            container_name: field_text(node, "container_name"),
            hostname: field_text(node, "hostname"),
            network_mode: field_text(node, "network_mode"),
            restart: field_text(node, "restart").or_else(|| {
                let policy = deploy.and_then(|deploy| deploy.get("restart_policy"))?;
                policy.get("condition").and_then(text)
            }),
            healthcheck: field(node, "healthcheck").is_some_and(is_healthcheck),
            ports: field(node, "ports")
                .map(|ports| self.ports(name, ports))
                .unwrap_or_default(),
            ports_tag: node.get("ports").map(merge_tag).unwrap_or_default(),
            expose: field_texts(node, "expose"),
            environment: field(node, "environment").map(pairs).unwrap_or_default(),
            env_files: field(node, "env_file").map(env_files).unwrap_or_default(),
            commands: command_nodes(node).into_iter().flat_map(texts).collect(),
            mounts: field(node, "volumes")
                .map(|volumes| volumes.items().iter().filter_map(mount).collect())
                .unwrap_or_default(),
            networks: field(node, "networks").map(networks).unwrap_or_default(),
            links: ["links", "external_links"]
                .iter()
                .flat_map(|key| field_texts(node, key))
                .collect(),
            extra_hosts: field(node, "extra_hosts")
                .map(extra_hosts)
                .unwrap_or_default(),
            labels: labels(node),
            profiles: field_texts(node, "profiles"),
            depends_on: field(node, "depends_on").map(names).unwrap_or_default(),
            extends: field(node, "extends").and_then(extends),
            replicas: field(node, "scale")
                .or(deploy.and_then(|deploy| deploy.get("replicas")))
                .and_then(Node::int)
                .and_then(|n| u32::try_from(n).ok()),
            merge_tags: merge_tags(node),
            job: None,
        }
    }

    fn ports(&mut self, name: &Text, ports: &Node) -> Vec<PortEntry> {
        if !ports.is_seq() {
            let message = format!("`ports:` of `{}` must be a list", name.value);
            self.shape(some_span(ports, name.span), &message);
            return Vec::new();
        }
        let mut entries = Vec::new();
        for item in ports.items() {
            match port_entry(item) {
                _ if is_reset(item) => {}
                Ok(entry) => entries.push(entry),
                Err(problem) => {
                    let message = format!("a port of `{}` {problem}", name.value);
                    self.shape(some_span(item, ports.span), &message);
                }
            }
        }
        entries
    }
}

/// A node's own span, or another one where nothing is written.
fn some_span(node: &Node, other: Span) -> Span {
    if node.span.is_empty() {
        other
    } else {
        node.span
    }
}

/// An entry of `ports:`; else what is wrong with it.
fn port_entry(item: &Node) -> Result<PortEntry, &'static str> {
    if item.map().is_some() {
        return long_port(item).map(|port| PortEntry::Long(Box::new(port)));
    }
    match (item.typed(), text(item)) {
        (Some(Typed::Int(_) | Typed::Str(_)), Some(text)) => Ok(PortEntry::Short(text)),
        (Some(Typed::Null), _) => Err("is empty"),
        (Some(Typed::Float(_) | Typed::Bool(_)), _) => {
            Err("must be a port or a mapping `HOST:CONTAINER`, in quotes")
        }
        _ => Err("must be a text, a number or a mapping"),
    }
}

fn long_port(item: &Node) -> Result<LongPort, &'static str> {
    let port = LongPort {
        span: item.span,
        published: field_text(item, "published"),
        target: field_text(item, "target"),
        host_ip: field_text(item, "host_ip"),
        protocol: field_text(item, "protocol"),
        mode: field_text(item, "mode"),
    };
    match port.target {
        Some(_) => Ok(port),
        None => Err("has no `target:`, the port in the container"),
    }
}

fn merge_tag(node: &Node) -> MergeTag {
    match node.tag.as_deref() {
        Some("!reset") => MergeTag::Reset,
        Some("!override") => MergeTag::Override,
        _ => MergeTag::Merge,
    }
}

/// The tagged keys of a service, and those one level below them.
fn merge_tags(service: &Node) -> Vec<(String, MergeTag)> {
    let mut tags = Vec::new();
    for (key, node) in service.entries() {
        let Some(key) = key.str().filter(|&key| key != "ports") else {
            continue;
        };
        match merge_tag(node) {
            MergeTag::Merge => {}
            tag => tags.push((key.to_owned(), tag)),
        }
        for (below, node) in node.entries() {
            if let (Some(below), tag @ (MergeTag::Reset | MergeTag::Override)) =
                (below.str(), merge_tag(node))
            {
                tags.push((format!("{key}.{below}"), tag));
            }
        }
    }
    tags
}

fn build(node: &Node) -> Option<Build> {
    if let Some(context) = text(node) {
        return Some(Build {
            context: Some(context),
            ..Build::default()
        });
    }
    node.map()?;
    Some(Build {
        context: field_text(node, "context"),
        dockerfile: field_text(node, "dockerfile"),
        inline_from: field_text(node, "dockerfile_inline")
            .and_then(|text| dockerfile::first_image(&text.value)),
        target: field_text(node, "target"),
    })
}

/// Whether a health check is made: neither `disable: true` nor `test: NONE`.
fn is_healthcheck(node: &Node) -> bool {
    let disabled = node.get("disable").and_then(Node::bool) == Some(true);
    let test = field_texts(node, "test");
    let none = test.first().is_some_and(|word| word.value == "NONE");
    node.map().is_some() && !disabled && !none
}

fn env_files(node: &Node) -> Vec<Text> {
    match text(node) {
        Some(path) => vec![path],
        None => node
            .items()
            .iter()
            .filter_map(|item| text(item).or_else(|| field_text(item, "path")))
            .collect(),
    }
}

/// The nodes that hold a service's command lines: `command`, `entrypoint`, `healthcheck.test`, hooks.
pub(super) fn command_nodes(service: &Node) -> Vec<&Node> {
    let test = field(service, "healthcheck").and_then(|check| field(check, "test"));
    let hooks = ["post_start", "pre_stop"]
        .into_iter()
        .filter_map(|key| field(service, key))
        .flat_map(Node::items)
        .filter_map(|hook| field(hook, "command"));
    [
        field(service, "command"),
        field(service, "entrypoint"),
        test,
    ]
    .into_iter()
    .flatten()
    .chain(hooks)
    .collect()
}

fn mount(node: &Node) -> Option<Mount> {
    if let Some(short) = text(node) {
        return Some(short_mount(&short));
    }
    node.map()?;
    let source = field_text(node, "source").or_else(|| field_text(node, "src"));
    let by_source = source
        .as_ref()
        .map_or(MountKind::Anonymous, |s| source_kind(&s.value));
    let kind = match node.get("type").and_then(Node::str) {
        Some("bind") => MountKind::Bind,
        Some("volume") if source.is_some() => MountKind::Named,
        Some("volume") => MountKind::Anonymous,
        Some(_) => MountKind::Other,
        None => by_source,
    };
    Some(Mount {
        span: node.span,
        kind,
        source,
        target: ["target", "dst", "destination"]
            .iter()
            .find_map(|key| field_text(node, key))
            .map(|target| target.value)
            .unwrap_or_default(),
    })
}

/// A list of names, or the keys of a mapping.
fn names(node: &Node) -> Vec<String> {
    match node.map() {
        Some(map) => map
            .entries()
            .into_iter()
            .filter_map(|(key, _)| key.str().map(str::to_owned))
            .collect(),
        None => texts(node).into_iter().map(|text| text.value).collect(),
    }
}

fn networks(node: &Node) -> Vec<NetworkUse> {
    let network = |name: String, aliases: Option<&Node>| NetworkUse {
        name,
        aliases: aliases.map(names).unwrap_or_default(),
    };
    match node.map() {
        Some(map) => map
            .entries()
            .into_iter()
            .filter_map(|(key, value)| Some(network(key.str()?.to_owned(), value.get("aliases"))))
            .collect(),
        None => names(node)
            .into_iter()
            .map(|name| network(name, None))
            .collect(),
    }
}

fn extra_hosts(node: &Node) -> Vec<(String, String)> {
    if node.map().is_some() {
        return node
            .entries()
            .into_iter()
            .filter_map(|(host, addresses)| Some((host.str()?, texts(addresses))))
            .flat_map(|(host, addresses)| {
                addresses
                    .into_iter()
                    .map(|address| (host.to_owned(), address.value))
            })
            .collect();
    }
    texts(node)
        .iter()
        .filter_map(|entry| {
            let (host, address) = match entry.value.split_once('=') {
                Some(pair) => pair,
                None => {
                    let cut = split_at_colons(&entry.value, false).first()?.end;
                    let (host, rest) = entry.value.split_at_checked(cut)?;
                    (host, rest.strip_prefix(':')?)
                }
            };
            let address = address
                .strip_prefix('[')
                .and_then(|a| a.strip_suffix(']'))
                .unwrap_or(address);
            Some((host.to_owned(), address.to_owned()))
        })
        .collect()
}

/// `labels:`, then `deploy.labels:`.
fn labels(service: &Node) -> Vec<(Spanned<String>, Text)> {
    let deploy = field(service, "deploy").and_then(|deploy| field(deploy, "labels"));
    [field(service, "labels"), deploy]
        .into_iter()
        .flatten()
        .flat_map(pairs)
        .map(|EnvPair { key, value }| {
            let value = value.unwrap_or_else(|| {
                Text::mapped(
                    String::new(),
                    key.span,
                    Vec::new(),
                    crate::source::Style::Plain,
                )
            });
            (key, value)
        })
        .collect()
}

fn extends(node: &Node) -> Option<Extends> {
    if let Some(service) = text(node) {
        return Some(Extends {
            file: None,
            service,
        });
    }
    Some(Extends {
        file: field_text(node, "file"),
        service: field_text(node, "service")?,
    })
}
