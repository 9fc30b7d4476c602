//! GitHub Actions workflows (and those of Gitea and Forgejo) and composite actions → the jobs' services, and the ports that
//! steps speak of.

use std::collections::HashSet;

use crate::classify::file_name;
use crate::facts::{
    ComposeFile, ComposeOrigin, ComposeService, EnvPair, FileFacts, PortEntry, ReadBy,
};
use crate::formats::compose::values::{column, line_end, pairs, short_mount, text};
use crate::formats::scan::{Entry, Scan, pair_hosts};
use crate::formats::yaml::{self, Node, Steps};
use crate::formats::{Reader, skipped};
use crate::source::{SourceFile, Span, Spanned, Text};

/// Workflows.
pub const READER: Reader = Reader {
    name: "workflow",
    wants: |name, text| {
        name.is_yaml() && (is_workflow_path(name.path) || is_action(name.path, text))
    },
    read,
};

/// Whether a file lies where a forge looks for workflows.
pub(super) fn is_workflow_path(path: &str) -> bool {
    let is_yaml = path.ends_with(".yml") || path.ends_with(".yaml");
    let mut folders = path.rsplit('/').skip(1);
    let place = (folders.next(), folders.next());
    is_yaml
        && matches!(
            place,
            (Some("workflows"), Some(".github" | ".gitea" | ".forgejo"))
        )
}

/// A composite action: `action.yml` with `runs:`.
fn is_action(path: &str, text: &str) -> bool {
    let name = file_name(path);
    matches!(name, "action.yml" | "action.yaml") && text.contains("runs:")
}

fn read(file: &SourceFile, facts: &mut FileFacts) {
    let yaml = yaml::read(&file.text);
    if let Some(problem) = skipped::obstacle(&file.text, !yaml.problems.is_empty()) {
        facts.problems.push(problem);
        return;
    }
    facts.problems.extend(yaml.problems.iter().take(1).cloned());
    facts.problems.extend(yaml.duplicates.iter().cloned());
    let Some(root) = yaml.root() else { return };
    let mut reader = WorkflowReader {
        text: &file.text,
        seen: HashSet::new(),
        services: Vec::new(),
        facts,
    };
    let mut budget = Steps::of_one_file();
    reader.environment(root);
    for (name, job) in root.get("jobs").map(Node::entries).unwrap_or_default() {
        if !budget.take_tree(job) {
            reader.facts.problems.push(skipped::too_large());
            break;
        }
        if let Some(name) = name.str() {
            reader.job(name, job);
        }
    }
    if let Some(runs) = root.get("runs") {
        reader.steps(runs);
    }
    let services = reader.services;
    if !services.is_empty() {
        facts.compose = Some(ComposeFile {
            origin: ComposeOrigin::Workflow,
            services,
            ..ComposeFile::default()
        });
    }
}

struct WorkflowReader<'a> {
    text: &'a str,
    /// What has been read: a text behind an anchor counts once.
    seen: HashSet<Span>,
    services: Vec<ComposeService>,
    facts: &'a mut FileFacts,
}

impl WorkflowReader<'_> {
    fn job(&mut self, name: &str, job: &Node) {
        for (key, service) in job.get("services").map(Node::entries).unwrap_or_default() {
            if let Some(key) = key.text().filter(|_| service.map().is_some()) {
                self.service(name, key, service);
            }
        }
        self.environment(job);
        if let Some(container) = job.get("container") {
            self.environment(container);
        }
        self.steps(job);
    }

    fn service(&mut self, job: &str, name: &Text, node: &Node) {
        let inside = ReadBy::Service(self.services.len());
        let environment = node.get("env").map(pairs).unwrap_or_default();
        let options = node.get("options").and_then(text);
        self.block(&environment, inside);
        if let Some(options) = &options {
            Scan::by(inside).command(options, &mut self.facts.sightings);
        }
        let first_key = node.map().and_then(|map| map.pairs().first());
        let ports = node.get("ports").map(Node::items).unwrap_or_default();
        self.services.push(ComposeService {
            name: Spanned::new(name.value.clone(), name.span),
            body: node.span,
            key_indent: first_key.map_or(0, |(key, _)| column(self.text, key.span.start as usize)),
            body_end: Span::at(line_end(self.text, node.span.end as usize)).start,
            image: node.get("image").and_then(text),
            healthcheck: options
                .as_ref()
                .is_some_and(|options| options.value.contains("--health-cmd")),
            ports: ports
                .iter()
                .filter_map(text)
                .map(PortEntry::Short)
                .collect(),
            environment,
            commands: options.into_iter().collect(),
            mounts: node
                .get("volumes")
                .map(Node::items)
                .unwrap_or_default()
                .iter()
                .filter_map(text)
                .map(|volume| short_mount(&volume))
                .collect(),
            job: Some(job.to_owned()),
            ..ComposeService::default()
        });
    }

    /// The steps of a job or a composite action.
    fn steps(&mut self, owner: &Node) {
        for step in owner.get("steps").map(Node::items).unwrap_or_default() {
            self.environment(step);
            if let Some(with) = step.get("with") {
                self.block(&pairs(with), ReadBy::CiJob);
            }
            let run = step.get("run").and_then(Node::text);
            if let Some(run) = run.filter(|run| self.seen.insert(run.span)) {
                Scan::by(ReadBy::CiJob).command(run, &mut self.facts.sightings);
            }
        }
    }

    /// The variables of `env:`.
    fn environment(&mut self, owner: &Node) {
        if let Some(env) = owner.get("env") {
            self.block(&pairs(env), ReadBy::CiJob);
        }
    }

    fn block(&mut self, pairs: &[EnvPair], read_by: ReadBy) {
        let found = &mut self.facts.sightings;
        let start = found.len();
        let mut entries = Vec::new();
        for EnvPair { key, value } in pairs {
            let Some(value) = value else { continue };
            if self.seen.insert(value.span) {
                Scan::by(read_by).named(&key.value).value(value, found);
            }
            entries.push(Entry {
                key: &key.value,
                value,
            });
        }
        if let Some(found) = found.get_mut(start..) {
            pair_hosts(&entries, found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classify::Name;

    fn read_text(text: &str) -> FileFacts {
        let mut facts = FileFacts::default();
        read(
            &SourceFile::new(".github/workflows/ci.yml", text),
            &mut facts,
        );
        facts
    }

    #[test]
    fn workflows_are_known_by_their_place() {
        let yes = [
            ".github/workflows/ci.yml",
            "sub/.github/workflows/x.yaml",
            ".forgejo/workflows/a.yml",
        ];
        let no = [
            ".github/dependabot.yml",
            "workflows/ci.yml",
            ".github/workflows/a/b.yml",
            ".github/workflows/x.md",
        ];
        for path in yes {
            assert!((READER.wants)(&Name::of(path), ""), "{path}");
        }
        for path in no {
            assert!(!(READER.wants)(&Name::of(path), ""), "{path}");
        }
        assert!((READER.wants)(
            &Name::of("x/action.yml"),
            "runs:\n  using: composite\n"
        ));
        assert!(!(READER.wants)(&Name::of("x/action.yml"), "a: 1"));
    }

    #[test]
    fn each_jobs_services_are_read() {
        let text = "on: push\njobs:\n  test:\n    services:\n      postgres:\n        image: postgres:16\n        env:\n          \
            POSTGRES_PASSWORD: x\n        ports:\n          - 5432:5432\n          - 6379\n        options: >-\n          \
            --health-cmd pg_isready\n          --health-interval 10s\n        volumes: [data:/x]\n  e2e:\n    services:\n      \
            redis: {image: redis, ports: ['6380:6379']}\n      broken: redis\n    steps:\n      - run: x\n";
        let facts = read_text(text);
        let compose = facts.compose.unwrap();
        assert_eq!(facts.problems, []);
        assert_eq!(compose.origin, ComposeOrigin::Workflow);
        let shown: Vec<_> = compose
            .services
            .iter()
            .map(|s| {
                let ports: Vec<_> = s
                    .ports
                    .iter()
                    .map(|p| text.get(p.span().range()).unwrap())
                    .collect();
                (
                    s.job.as_deref().unwrap(),
                    s.name.value.as_str(),
                    ports,
                    s.healthcheck,
                    s.key_indent,
                )
            })
            .collect();
        assert_eq!(
            shown[0],
            ("test", "postgres", vec!["5432:5432", "6379"], true, 8)
        );
        assert_eq!(
            (shown[1].0, shown[1].1, &shown[1].2),
            ("e2e", "redis", &vec!["6380:6379"])
        );
        assert_eq!(shown.len(), 2);
    }

    #[test]
    fn a_broken_workflow_is_one_problem() {
        assert_eq!(read_text("jobs:\n  a: [\n").problems.len(), 1);
        assert_eq!(read_text("").problems, []);
        assert_eq!(read_text("- a\n- b\n").compose, None);
        assert_eq!(
            read_text("a: 1\n<<<<<<< x\n=======\n>>>>>>> y\n")
                .problems
                .len(),
            1
        );
    }
}
