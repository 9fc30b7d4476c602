//! The seed case: the example repository has all fourteen old ports in compose files, env files, configs, Prometheus and documents.
//! Each is found there, and what stands on the container's side, or is no port, is left alone.

use crate::example::compare_file;
use crate::support::Repo;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

const OLD_PORTS: [u16; 14] = [
    5432, 5437, 5438, 5433, 9001, 9010, 8814, 6333, 6334, 6380, 5051, 8082, 8083, 9188,
];

/// Where each of them stands.
const GROUPS: [(&str, &[&str]); 6] = [
    (
        "compose",
        &[
            "compose.yaml",
            "gateway/compose.yaml",
            "agents/compose.yaml",
        ],
    ),
    ("env", &[".env"]),
    ("template", &[".env.example"]),
    (
        "config",
        &[
            "services/market-data/src/config.js",
            "services/orders/src/config.js",
            "services/agents/src/config.js",
            "services/ops-console/src/config.js",
        ],
    ),
    ("prometheus", &["monitoring/prometheus/prometheus.yml"]),
    (
        "docs",
        &["docs/ports.md", "docs/operations.md", "README.md"],
    ),
];

fn example() -> Repo {
    Repo::copy_of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/trading-stack"))
}

/// Paths and byte ranges of primary places and of edits.
fn touched(repo: &Repo) -> BTreeSet<(String, usize, usize)> {
    let report: Value =
        serde_json::from_str(&repo.portlint(["check", "--format", "json"]).exits(1).stdout)
            .unwrap();
    let mut touched = BTreeSet::new();
    for finding in report["findings"].as_array().unwrap() {
        let edits = finding["fix"]["edits"].as_array().into_iter().flatten();
        for place in std::iter::once(&finding["location"]).chain(edits) {
            let offset =
                |end: &str| usize::try_from(place[end]["offset"].as_u64().unwrap()).unwrap();
            touched.insert((
                place["path"].as_str().unwrap().to_owned(),
                offset("start"),
                offset("end"),
            ));
        }
    }
    touched
}

#[test]
fn every_old_port_is_found_in_every_sort_of_file() {
    let repo = example();
    let touched = touched(&repo);
    let mut missing = Vec::new();
    for (group, paths) in GROUPS {
        for port in OLD_PORTS {
            let found = touched.iter().any(|(path, start, end)| {
                paths.contains(&path.as_str())
                    && repo.read(path)[*start..*end].contains(&port.to_string())
            });
            if !found {
                missing.push(format!("{port} in {group}"));
            }
        }
    }
    assert!(missing.is_empty(), "not found: {}", missing.join(", "));
}

#[test]
fn every_line_with_such_a_number_is_judged_as_written_down() {
    let repo = example();
    let touched = touched(&repo);
    let mut lines = String::new();
    for path in files(repo.root()) {
        let text = repo.read(&path);
        let mut start = 0;
        for (number, line) in text.split_inclusive('\n').enumerate() {
            if OLD_PORTS
                .iter()
                .any(|port| line.contains(&port.to_string()))
            {
                let moves = touched
                    .iter()
                    .any(|(p, from, to)| *p == path && *from < start + line.len() && start < *to);
                let mark = if moves { "moves" } else { "stays" };
                lines += &format!("{mark} {path}:{}: {}\n", number + 1, line.trim());
            }
            start += line.len();
        }
    }
    compare_file(Path::new("tests/it/seed.txt"), &lines);
}

/// All files below a folder but Git's, relative to it, sorted.
fn files(root: &Path) -> Vec<String> {
    fn collect(dir: &Path, root: &Path, into: &mut Vec<String>) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if !path.ends_with(".git") {
                    collect(&path, root, into);
                }
            } else {
                into.push(
                    path.strip_prefix(root)
                        .unwrap()
                        .to_str()
                        .unwrap()
                        .to_owned(),
                );
            }
        }
    }
    let mut found = Vec::new();
    collect(root, root, &mut found);
    found.sort();
    found
}
