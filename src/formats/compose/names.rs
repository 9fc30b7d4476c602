//! Which files are compose files.

use crate::classify::{Name, Role};
use crate::formats::workflow::is_workflow_path;

/// Top-level keys of a compose file, `x-` extensions aside.
const TOP_LEVEL: &[&str] = &[
    "version", "name", "include", "services", "networks", "volumes", "secrets", "configs", "models",
];

/// Keys of a service that no other format has below `services:`.
const TELLING: &[&str] = &[
    "build",
    "container_name",
    "depends_on",
    "env_file",
    "extends",
    "network_mode",
];

/// Whether the file is one: by its name, or by services with images or builds.
pub(super) fn wants(name: &Name<'_>, text: &str) -> bool {
    name.is_yaml()
        && !is_workflow_path(name.path)
        && (name.role() == Role::Compose || has_services(text))
}

/// Whether the file's name says that it is one.
pub(super) fn is_compose_name(path: &str) -> bool {
    Role::of(path) == Role::Compose
}

/// Whether the text's block-style top level is that of a compose file with a service that has an image, a build or the like.
///
/// Decided by lines, because every YAML file of a repository comes here and few of them are worth parsing.
fn has_services(text: &str) -> bool {
    if memchr::memmem::find(text.as_bytes(), b"services").is_none() {
        return false;
    }
    let mut services = Block::default();
    for line in text.trim_start_matches('\u{feff}').lines() {
        let body = line.trim_start_matches(' ');
        if body.is_empty() || body.starts_with('#') {
            continue;
        }
        let indent = line.len() - body.len();
        if indent == 0 {
            if line.starts_with("---") || line.starts_with("...") || line.starts_with('%') {
                continue;
            }
            let Some((key, rest)) = key_of(line) else {
                return false;
            };
            if !TOP_LEVEL.contains(&key) && !key.starts_with("x-") {
                return false;
            }
            services.inside = key == "services" && opens_block(rest);
        } else {
            services.line(indent, body);
        }
    }
    services.found && !services.broken
}

/// The lines below `services:`.
#[derive(Default)]
struct Block {
    inside: bool,
    /// Indentation of the service names.
    names: Option<usize>,
    /// Indentation of the keys of the service that is being read.
    keys: Option<usize>,
    /// Whether the last of these keys was `ports:`.
    ports: bool,
    found: bool,
    broken: bool,
}

impl Block {
    fn line(&mut self, indent: usize, body: &str) {
        if !self.inside {
            return;
        }
        let names = *self.names.get_or_insert(indent);
        if indent <= names {
            // A list of services is some CI's, not Compose's.
            self.broken |= key_of(body).is_none();
            self.keys = None;
        } else if self.ports && body.starts_with("- ") {
            self.found |= is_port_entry(body);
        } else if indent == *self.keys.get_or_insert(indent) {
            self.ports = matches!(key_of(body), Some(("ports", rest)) if opens_block(rest));
            self.found |= match key_of(body) {
                Some((key, _)) if TELLING.contains(&key) => true,
                // A mapping is the image of a Helm chart's values.
                Some(("image", rest)) => !opens_block(rest) && !rest.starts_with('{'),
                _ => false,
            };
        }
    }
}

/// Whether a list item begins like `"5432:5432"` or `${PORT}:5432`; the ports of other formats are numbers or mappings.
fn is_port_entry(body: &str) -> bool {
    let item = body.trim_start_matches(['-', ' ', '"', '\'']);
    let host = item.split_once(':').map_or("", |(host, _)| host);
    item.starts_with("${")
        || (!host.is_empty() && host.bytes().all(|b| b.is_ascii_digit() || b == b'-'))
}

/// A line's key, and what follows the colon.
fn key_of(line: &str) -> Option<(&str, &str)> {
    let (key, rest) = line.split_once(':')?;
    let is_key = !key.starts_with(['-', '{', '['])
        && (rest.is_empty() || rest.starts_with([' ', '\t', '\r']));
    is_key.then(|| (key.trim_end().trim_matches(['"', '\'']), rest.trim()))
}

/// Whether nothing stands behind the colon but an anchor, a tag or a comment.
fn opens_block(rest: &str) -> bool {
    rest.split_whitespace()
        .take_while(|word| !word.starts_with('#'))
        .all(|word| word.starts_with(['&', '!']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compose_files_are_known_by_their_names() {
        let yes = [
            "compose.yaml",
            "a/compose.yml",
            "docker-compose.yml",
            "docker-compose.prod.yaml",
            "compose-dev.yml",
            "docker-compose_ci.yml",
            "db.compose.yaml",
            "compose.override.yaml",
            "Docker-Compose.YML",
            "compose2.yml",
        ];
        let no = [
            "composer.yml",
            "docker-compose.json",
            "compose",
            "decompose.yml",
            "docker-stack.yml",
            "compose/values.yaml",
        ];
        for path in yes {
            assert!(is_compose_name(path), "{path}");
        }
        for path in no {
            assert!(!is_compose_name(path), "{path}");
        }
        assert!(!wants(&Name::of(".github/workflows/compose.yml"), ""));
    }

    #[test]
    fn other_files_are_known_by_their_services() {
        let yes = [
            "services:\n  db:\n    image: postgres\n",
            "\u{feff}version: '3'\r\nx-a: &a\r\n  b: 1\r\nservices: # all\r\n  # c\r\n  db:\r\n    restart: always\r\n    build: .\r\n",
            "services:\n    db:\n        environment:\n            image: x\n        image: y\nnetworks:\n    a:\n",
            "services:\n  db:\n    ports:\n    - '5432:5432'\n",
            "services:\n  db:\n    # c\n    ports: !override\n      - ${P:-1}:5432\n",
            "services:\n  db:\n    extends:\n      file: x.yml\n",
            "---\nservices:\n  'db': &db\n    image: postgres:16\n  b:\n    <<: *db\n",
        ];
        let no = [
            "",
            "services:\n",
            "services:\n  - postgres:16\n",
            "services:\n  - name: postgres\n    image: x\n",
            "services:\n  db:\n    image:\n      repository: postgres\n",
            "services:\n  db:\n    image: {repository: postgres}\n",
            "replicas: 1\nservices:\n  db:\n    image: postgres\n",
            "steps:\n  a:\n    image: x\nservices:\n  db:\n    image: postgres\n",
            "services:\n  App\\Foo:\n    arguments:\n      image: x\n",
            "jobs:\n  a:\n    services:\n      db:\n        image: postgres\n",
            "services:\n  web:\n    ports:\n      - name: http\n        port: 80\n",
            "services:\n  web:\n    ports:\n      - 80\n",
            "services: {db: {image: x}}\n",
        ];
        for text in yes {
            assert!(wants(&Name::of("stack.yml"), text), "{text}");
        }
        for text in no {
            assert!(!wants(&Name::of("stack.yml"), text), "{text}");
        }
        assert!(!wants(&Name::of("README.md"), yes[0]));
    }
}
