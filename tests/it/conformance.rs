//! Real compose files: exactly the ports that `docker compose config` gives for them.

use portlint::engine::{Options, Repo};
use portlint::resolve::effective::{Rejected, Row, effective};
use portlint::resolve::files::Files;
use serde_json::Value;
use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// The corpus, if it is at hand: it is not a part of the project.
fn corpus() -> Option<PathBuf> {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let path = env::var_os("PORTLINT_CORPUS").map_or_else(default, PathBuf::from);
    path.join("truth.json").is_file().then_some(path)
}

/// What Compose printed for one file.
struct Truth {
    ports: Vec<Row>,
    error: Option<String>,
}

/// By tree, then by path in it.
fn truth(corpus: &Path) -> BTreeMap<String, BTreeMap<String, Truth>> {
    let text = fs::read_to_string(corpus.join("truth.json")).unwrap();
    let all: Value = serde_json::from_str(&text).unwrap();
    let mut trees: BTreeMap<String, BTreeMap<String, Truth>> = BTreeMap::new();
    for file in all["files"].as_array().unwrap() {
        let (tree, path) = file["file"].as_str().unwrap().split_once('/').unwrap();
        let mut ports: Vec<Row> = file["ports"]
            .as_array()
            .into_iter()
            .flatten()
            .map(row)
            .collect();
        ports.sort();
        let error = file["error"].as_str().map(str::to_owned);
        let truth = Truth { ports, error };
        trees
            .entry(tree.to_owned())
            .or_default()
            .insert(path.to_owned(), truth);
    }
    trees
}

fn row(row: &Value) -> Row {
    let text = |i: usize| row[i].as_str().unwrap().to_owned();
    Row {
        service: text(0),
        host_ip: text(1),
        published: text(2),
        target: row[3].as_u64().unwrap().try_into().unwrap(),
        protocol: text(4),
        mode: text(5),
    }
}

/// Compose wants every `env_file:` to be there. Ports do not depend on them, so portlint answers all the same.
fn is_missing_env_file(error: &str) -> bool {
    error.starts_with("env file ") && error.contains("no such file or directory")
}

fn judge(truth: &Truth, found: Option<Result<Vec<Row>, Rejected>>) -> Result<(), String> {
    match (found, &truth.error) {
        (None, _) => Err("was not read as a compose file".to_owned()),
        (Some(Ok(rows)), None) if rows == truth.ports => Ok(()),
        (Some(Ok(rows)), None) => Err(format!("expected {:?}\n  found {rows:?}", truth.ports)),
        (Some(Ok(_)), Some(error)) if is_missing_env_file(error) => Ok(()),
        (Some(Ok(_)), Some(error)) => Err(format!("Compose rejects it: {error}")),
        (Some(Err(rejected)), None) => Err(format!("rejected: {}", rejected.message)),
        (Some(Err(_)), Some(_)) => Ok(()),
    }
}

#[test]
fn ports_are_those_of_docker_compose_config() {
    let Some(corpus) = corpus() else {
        println!("skipped: no corpus (set PORTLINT_CORPUS)");
        return;
    };
    let (mut right, mut wrong) = (0, Vec::new());
    for (tree, truths) in truth(&corpus) {
        let root = corpus.join("trees").join(&tree);
        let options = Options {
            paths: vec![root.clone()],
            root: Some(root),
            ..Options::default()
        };
        let repo = Repo::load(&options).unwrap();
        let files = Files::new(&repo.sources, &repo.model.files);
        for (path, truth) in truths {
            let found = files.find(&path).map(|id| effective(&files, id));
            match judge(&truth, found) {
                Ok(()) => right += 1,
                Err(error) => wrong.push(format!("{tree}/{path}: {error}")),
            }
        }
    }
    println!("conformance: {right} of {} files", right + wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(right > 0, "the corpus holds no truth");
}
