//! The baseline: what is there is accepted, what is new is reported, what is gone is named and pruned.

use crate::support::Repo;
use serde_json::Value;

const FILE: &str = "portlint-baseline.json";

fn database(name: &str, port: u16) -> String {
    format!(
        "services:\n  {name}:\n    image: postgres:17\n    ports: [\"{port}:5432\"]\n    volumes: [\"data:/var/lib/postgresql/data\"]\nvolumes:\n  data:\n"
    )
}

/// Two databases on old ports, accepted.
fn accepted() -> Repo {
    let repo = Repo::new()
        .file("a/compose.yaml", database("a-db", 5440))
        .file("b/compose.yaml", database("b-db", 5441));
    let run = repo.portlint(["baseline"]).exits(0);
    assert_eq!(run.stdout, "");
    run.says("portlint-baseline.json: ").says("accepted");
    repo
}

fn entries(repo: &Repo) -> Vec<Value> {
    let file: Value = serde_json::from_str(&repo.read(FILE)).unwrap();
    assert_eq!(
        (&file["tool"], &file["schema"]),
        (&"portlint".into(), &1.into())
    );
    file["findings"].as_array().unwrap().clone()
}

#[test]
fn what_is_there_is_accepted_and_the_file_itself_is_not_checked() {
    let repo = accepted();
    repo.concise(["--select", "PL001"]).exits(1);
    repo.concise(["--baseline", FILE])
        .exits(0)
        .does_not_print("PL0")
        .prints("no findings");
    // It is the same again, byte for byte.
    let before = repo.read(FILE);
    repo.portlint(["baseline"]).exits(0);
    assert_eq!(repo.read(FILE), before);
    assert!(!before.contains("\"line\""), "{before}");
    assert!(entries(&repo).len() >= 2);
}

#[test]
fn what_is_new_is_reported_and_what_moved_is_not() {
    let repo = accepted()
        .file(
            "a/compose.yaml",
            format!("# ours\n\n{}", database("a-db", 5440)),
        )
        .file("c/compose.yaml", database("c-db", 5442));
    repo.concise(["--baseline", FILE, "--select", "PL001"])
        .exits(1)
        .prints("c/compose.yaml:4:14: PL001")
        .does_not_print("a/compose.yaml:")
        .does_not_print("b/compose.yaml:");
}

#[test]
fn what_is_gone_is_named_and_pruned() {
    let repo = accepted().file("b/compose.yaml", database("b-db", 7004));
    let count = entries(&repo).len();
    repo.concise(["--baseline", FILE])
        .exits(0)
        .says("no longer occurs: b/compose.yaml: PL001 database `b-db` is published on 5441")
        .says("`portlint baseline --prune` takes them out");
    // A rule that did not run says nothing of its entries.
    let part = repo
        .concise(["--baseline", FILE, "--select", "PL011"])
        .exits(0);
    assert_eq!(part.stderr, "");
    // Pruned, and nothing new is accepted with it.
    let repo = repo.file("c/compose.yaml", database("c-db", 5442));
    repo.portlint(["baseline", "--prune"])
        .exits(0)
        .says("taken out");
    let left = entries(&repo);
    assert!(left.len() < count, "{left:#?}");
    assert!(
        left.iter().all(|e| e["path"] == "a/compose.yaml"),
        "{left:#?}"
    );
    let run = repo
        .concise(["--baseline", FILE, "--select", "PL001"])
        .exits(1);
    assert_eq!(run.stderr, "");
    run.prints("c/compose.yaml");
}

#[test]
fn what_is_no_baseline_is_wrong_use() {
    let repo = accepted().file("broken.json", "{\"tool\": \"portlint\"");
    repo.concise(["--baseline", "broken.json"])
        .exits(2)
        .says("`broken.json` is no baseline");
    repo.concise(["--baseline", "nowhere.json"])
        .exits(2)
        .says("`portlint baseline` writes one");
    repo.portlint(["baseline", "--prune", "--output", "nowhere.json"])
        .exits(2);
    assert!(!repo.path("nowhere.json").exists());
    // A line of an editor's merge would be the usual way to break it; the old file stays as it is.
    let repo = repo.file(FILE, "<<<<<<< ours\n");
    repo.portlint(["baseline", "--prune"]).exits(2);
    assert_eq!(repo.read(FILE), "<<<<<<< ours\n");
}
