//! Fixing, seen from outside: what changes, what must not, and that it can be undone.

use crate::corpus::corpus;
use crate::support::Repo;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A stack with a literal, a variable with two env files, references of many sorts, and the container side beside them.
fn stack() -> Repo {
    Repo::new()
        .file(
            "compose.yaml",
            "\u{feff}# ports\r\nservices:\r\n  db:\r\n    image: 'postgres:17'   # keep\r\n    ports: [ \"5432:5432\" ]\r\n  cache:\r\n    image: redis:8\r\n    ports:\r\n      - '${CACHE_PORT:-6380}:6379'\r\n  api:\r\n    image: acme/api\r\n    environment:\r\n      DATABASE_URL: postgres://db:5432/app\r\n      CACHE_URL: redis://host.docker.internal:6380",
        )
        .file(".env", "# ports\nexport CACHE_PORT=\"6380\" # cache\nNAME='x'\n")
        .file(".env.example", "CACHE_PORT=6379\n\tODD = 1")
        .file("src/config.py", "import os\nPORT = int(os.getenv('CACHE_PORT', '6380'))\nDSN = 'postgresql://app@localhost:5432/app'\n")
        .file("run.sh", "#!/bin/sh\npsql -h localhost -p 5432 app\ndocker compose exec db psql -p 5432 app\n")
}

fn check(repo: &Repo) -> Value {
    let run = repo
        .portlint(["check", "--format", "json", "--exit-zero"])
        .exits(0);
    serde_json::from_str(&run.stdout).unwrap()
}

#[test]
fn only_the_host_side_changes_and_every_other_byte_stays() {
    let repo = stack();
    repo.portlint(["check", "--fix", "--exit-zero"]).exits(0);
    assert_eq!(
        repo.read("compose.yaml"),
        "\u{feff}# ports\r\nservices:\r\n  db:\r\n    image: 'postgres:17'   # keep\r\n    ports: [ \"${DB_PORT:-7000}:5432\" ]\r\n  cache:\r\n    image: redis:8\r\n    ports:\r\n      - '${CACHE_PORT:-7030}:6379'\r\n  api:\r\n    image: acme/api\r\n    environment:\r\n      DATABASE_URL: postgres://db:5432/app\r\n      CACHE_URL: redis://host.docker.internal:7030"
    );
    assert_eq!(
        repo.read(".env"),
        "# ports\nexport CACHE_PORT=\"7030\" # cache\nexport DB_PORT=7000\nNAME='x'\n"
    );
    assert_eq!(
        repo.read(".env.example"),
        "CACHE_PORT=7030\nDB_PORT=7000\n\tODD = 1"
    );
    assert_eq!(
        repo.read("src/config.py"),
        "import os\nPORT = int(os.getenv('CACHE_PORT', '7030'))\nDSN = 'postgresql://app@localhost:7000/app'\n"
    );
    assert_eq!(
        repo.read("run.sh"),
        "#!/bin/sh\npsql -h localhost -p 7000 app\ndocker compose exec db psql -p 5432 app\n"
    );
}

#[test]
fn a_second_fix_finds_nothing_to_do() {
    let repo = stack();
    repo.portlint(["check", "--fix", "--exit-zero"]).exits(0);
    let once = texts(repo.root());
    repo.portlint(["check", "--fix", "--exit-zero"])
        .exits(0)
        .says("nothing to fix");
    assert_eq!(texts(repo.root()), once);
}

#[test]
fn a_diff_writes_nothing_and_tells_by_its_exit_code() {
    let repo = stack();
    let before = texts(repo.root());
    repo.portlint(["check", "--diff"])
        .exits(1)
        .prints("-psql -h localhost -p 5432 app")
        .prints("+psql -h localhost -p 7000 app");
    assert_eq!(texts(repo.root()), before);
    repo.portlint(["check", "--fix", "--exit-zero"]).exits(0);
    repo.portlint(["check", "--diff"])
        .exits(0)
        .says("nothing to fix");
}

#[test]
fn undo_brings_every_byte_back_and_refuses_where_somebody_went_on() {
    let repo = stack();
    let before = texts(repo.root());
    repo.portlint(["check", "--fix", "--exit-zero"]).exits(0);
    repo.portlint(["undo"]).exits(0).says("restored");
    assert_eq!(texts(repo.root()), before);
    repo.portlint(["undo"]).exits(2).says("nothing to undo");

    repo.portlint(["check", "--fix", "--exit-zero"]).exits(0);
    fs::write(repo.path("run.sh"), "something else\n").unwrap();
    let now = texts(repo.root());
    repo.portlint(["undo"])
        .exits(2)
        .says("changed since the fix");
    assert_eq!(texts(repo.root()), now);
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_written_keeps_its_whole_set_back() {
    use std::os::unix::fs::PermissionsExt;
    let repo = stack();
    fs::set_permissions(repo.path("run.sh"), fs::Permissions::from_mode(0o555)).unwrap();
    repo.portlint(["check", "--fix", "--exit-zero"])
        .exits(0)
        .says("run.sh:2: it may not be written");
    assert!(
        repo.read("compose.yaml").contains("\"5432:5432\""),
        "the database's set is left"
    );
    assert!(repo.read("src/config.py").contains("localhost:5432"));
    assert!(
        repo.read("compose.yaml").contains("${CACHE_PORT:-7030}"),
        "the cache's set is applied"
    );
}

#[cfg(unix)]
#[test]
fn modes_and_links_stay() {
    use std::os::unix::fs::PermissionsExt;
    let repo = stack();
    fs::set_permissions(repo.path("run.sh"), fs::Permissions::from_mode(0o751)).unwrap();
    fs::create_dir(repo.path("bin")).unwrap();
    fs::rename(repo.path("run.sh"), repo.path("bin/run.sh")).unwrap();
    std::os::unix::fs::symlink("bin/run.sh", repo.path("run.sh")).unwrap();
    repo.portlint(["check", "--fix", "--exit-zero"]).exits(0);
    assert!(
        fs::symlink_metadata(repo.path("run.sh"))
            .unwrap()
            .file_type()
            .is_symlink()
    );
    assert_eq!(
        fs::metadata(repo.path("bin/run.sh"))
            .unwrap()
            .permissions()
            .mode()
            & 0o777,
        0o751
    );
    assert!(repo.read("bin/run.sh").contains("-p 7000"));
}

#[test]
fn a_move_by_hand_takes_everything_along_or_is_refused() {
    let repo = stack();
    repo.portlint(["move", "db", "7042"]).exits(0);
    assert!(repo.read("compose.yaml").contains("${DB_PORT:-7042}:5432"));
    assert!(repo.read("src/config.py").contains("localhost:7042"));
    assert!(repo.read("run.sh").contains("exec db psql -p 5432"));
    let now = texts(repo.root());
    for (args, why) in [
        (["move", "db", "9000"], "outside the band"),
        (["move", "db", "6380"], "is in use"),
        (["move", "db", "7001"], "is kept for"),
        (["move", "7042", "7142"], "outside the band"),
        (
            ["move", "nobody", "7043"],
            "nothing in the repository publishes",
        ),
        (
            ["move", "api", "7043"],
            "nothing in the repository publishes",
        ),
    ] {
        repo.portlint(args).exits(2).says(why);
        assert_eq!(texts(repo.root()), now, "{args:?}");
    }
    repo.portlint(["move", "7042", "7043"]).exits(0);
    assert!(repo.read("compose.yaml").contains("${DB_PORT:-7043}:5432"));
    assert!(repo.read(".env").contains("DB_PORT=7043"));
}

#[test]
fn one_variable_for_two_sides_is_split_and_keeps_the_containers_side() {
    let repo = Repo::new()
        .file(
            "compose.yaml",
            "services:\n  db:\n    image: postgres:17\n    ports: ['${DB_PORT}:5432']\n  api:\n    image: acme/api\n    environment:\n      DB_HOST: db\n      DB_PORT: ${DB_PORT}\n",
        )
        .file(".env", "DB_PORT=5432\n");
    let before = texts(repo.root());
    repo.portlint(["check", "--fix", "--exit-zero"]).exits(0);
    assert_eq!(texts(repo.root()), before);
    repo.portlint(["check", "--unsafe-fixes", "--fix", "--exit-zero"])
        .exits(0);
    let now = repo.read("compose.yaml");
    assert!(now.contains("'${DB_HOST_PORT:-7000}:5432'"), "{now}");
    assert!(now.contains("DB_PORT: ${DB_PORT}"), "{now}");
    assert_eq!(repo.read(".env"), "DB_PORT=5432\nDB_HOST_PORT=7000\n");
}

#[test]
fn an_env_files_pair_with_a_container_keeps_its_port() {
    let repo = Repo::new()
        .file(
            "compose.yaml",
            "services:\n  store:\n    image: postgres:17\n    ports:\n      - ${STORE_PORT}:5432\n  cache:\n    image: valkey/valkey:8\n    ports:\n      - 6379:6379\n",
        )
        .file(
            ".env.example",
            "STORE_HOST=store\nSTORE_PORT=5432\nCACHE_URL=redis://cache:6379/0\n",
        );
    repo.portlint(["check", "--unsafe-fixes", "--fix", "--exit-zero"])
        .exits(0)
        .prints("no findings");
    let now = repo.read("compose.yaml");
    assert!(now.contains("- ${STORE_HOST_PORT:-7000}:5432"), "{now}");
    // a URL with a port of its own is nobody's other half
    assert!(now.contains("- ${CACHE_PORT:-7004}:6379"), "{now}");
    let env = repo.read(".env.example");
    assert!(env.contains("STORE_HOST=store\nSTORE_PORT=5432\n"), "{env}");
    assert!(env.contains("STORE_HOST_PORT=7000\n"), "{env}");
    assert!(env.contains("CACHE_URL=redis://cache:6379/0"), "{env}");
}

#[test]
fn variants_of_a_service_share_the_variable_of_their_port() {
    let repo = Repo::new()
        .file(
            "compose.yaml",
            "services:\n  db:\n    image: postgres:17\n    ports: ['${PG_PORT:-5432}:5432']\n",
        )
        .file(
            "compose.debug.yaml",
            "services:\n  db:\n    ports:\n      - 5432:5432\n",
        );
    repo.portlint(["check", "--fix", "--exit-zero"]).exits(0);
    assert!(repo.read("compose.yaml").contains("${PG_PORT:-7000}:5432"));
    assert!(
        repo.read("compose.debug.yaml")
            .contains("${PG_PORT:-7000}:5432")
    );
}

#[test]
fn a_template_for_each_way_to_run_feeds_where_there_is_no_plain_one() {
    let compose = "services:\n  db:\n    image: postgres:17\n    ports: ['${PG_PORT}:5432']\n";
    let repo = Repo::new()
        .file("compose.yaml", compose)
        .file("env-example-sql", "PG_PORT=5432\n");
    repo.portlint(["check", "--fix", "--exit-zero"]).exits(0);
    assert_eq!(repo.read("env-example-sql"), "PG_PORT=7000\n");
    let repo = Repo::new()
        .file("compose.yaml", compose)
        .file(".env.example", "PG_PORT=7000\n")
        .file(".env.staging.example", "PG_PORT=5432\n");
    repo.portlint(["check"]).does_not_print("5432, outside");
}

/// The binary is killed at every step of its writing. What it leaves is the old tree, or a mixture of whole old and whole new
/// files, which `undo` takes back and a second `--fix` brings to its end.
#[test]
fn killed_at_any_step_no_file_is_half_written_and_both_ways_out_are_open() {
    let (old, new) = {
        let repo = stack();
        let old = texts(repo.root());
        repo.portlint(["check", "--fix", "--exit-zero"]).exits(0);
        (old, texts(repo.root()))
    };
    let mut mixtures = 0;
    for step in 1.. {
        let killed = |repo: &Repo| {
            let mut command = repo.command();
            command
                .args(["check", "--fix", "--exit-zero"])
                .env("PORTLINT_KILL_AT_STEP", step.to_string());
            let run = repo.run(&mut command);
            let left = texts(repo.root());
            for (path, text) in left.iter().filter(|(p, _)| !p.contains(".portlint-")) {
                assert!(
                    *text == old[path] || *text == new[path],
                    "step {step}: {path} is half written"
                );
            }
            (run.code, left)
        };
        let repo = stack();
        let (code, left) = killed(&repo);
        if code.is_some() {
            assert_eq!(left, new, "the run was not killed, and came to its end");
            break;
        }
        let is_new =
            |path: &String| left.get(path) == new.get(path) && old.get(path) != new.get(path);
        let some_new = new.keys().any(is_new);
        mixtures += usize::from(some_new && new.keys().any(|p| left.get(p) != new.get(p)));
        if some_new {
            repo.portlint(["undo"]).exits(0);
            assert_eq!(texts(repo.root()), old, "step {step}: undo");
        }
        let again = stack();
        killed(&again);
        again.portlint(["check", "--fix", "--exit-zero"]).exits(0);
        assert_eq!(texts(again.root()), new, "step {step}: a second run");
        again.portlint(["undo"]).exits(0);
        assert_eq!(
            texts(again.root()),
            old,
            "step {step}: undo after the second run"
        );
    }
    assert!(
        mixtures >= 4,
        "a kill between two files was tried {mixtures} times only"
    );
}

/// Port model, section 9, over every tree of the corpus.
#[test]
fn corpus_trees_change_in_their_host_ports_alone() {
    let Some(corpus) = corpus() else { return };
    let labels = fs::read_to_string(corpus.join("references.tsv")).unwrap();
    let mut kept = 0;
    for tree in folders(&corpus.join("trees")) {
        let name = tree.file_name().unwrap().to_string_lossy().into_owned();
        let repo = Repo::copy_of(&tree);
        make_writable(repo.root());
        let (texts_before, found_before) = (texts(repo.root()), check(&repo));
        let ports_before = ports(&repo);
        repo.portlint(["check", "--fix", "--exit-zero"]).exits(0);
        let (texts_after, found_after) = (texts(repo.root()), check(&repo));

        same_but_published(&name, &ports_before, &ports(&repo));
        same_documents(&name, &texts_before, &texts_after);
        no_new_findings(&name, &found_before, &found_after);
        kept += container_sides_stay(&name, &labels, &texts_before, &texts_after);

        repo.portlint(["check", "--fix", "--exit-zero"]).exits(0);
        assert_eq!(
            texts(repo.root()),
            texts_after,
            "{name}: a second fix changes something"
        );
        if texts_before != texts_after {
            repo.portlint(["undo"]).exits(0);
        }
        assert_eq!(
            texts(repo.root()),
            texts_before,
            "{name}: undo gives other bytes"
        );
    }
    eprintln!(
        "conformance: {kept} labelled container-side places are byte for byte the same after --fix"
    );
    assert!(kept > 100);
}

/// What Compose would publish, by file.
fn ports(repo: &Repo) -> BTreeMap<String, Vec<Value>> {
    let files: Vec<String> = texts(repo.root())
        .into_keys()
        .filter(|p| p.contains("compose") && (p.ends_with(".yml") || p.ends_with(".yaml")))
        .collect();
    if files.is_empty() {
        return BTreeMap::new();
    }
    let args = ["ports", "--effective", "--format", "json"]
        .into_iter()
        .map(str::to_owned);
    let run = repo.portlint(args.chain(files));
    let document: Value = serde_json::from_str(&run.stdout).unwrap();
    let files = document["files"].as_array().unwrap();
    files
        .iter()
        .map(|f| {
            let path = f["file"].as_str().unwrap().to_owned();
            (path, f["ports"].as_array().cloned().unwrap_or_default())
        })
        .collect()
}

fn same_but_published(
    name: &str,
    before: &BTreeMap<String, Vec<Value>>,
    after: &BTreeMap<String, Vec<Value>>,
) {
    let stripped = |rows: &Vec<Value>| {
        let mut rows: Vec<String> = rows
            .iter()
            .map(|r| {
                format!(
                    "{} {} {} {} {}",
                    r["service"], r["host_ip"], r["target"], r["protocol"], r["mode"]
                )
            })
            .collect();
        rows.sort();
        rows
    };
    assert_eq!(before.len(), after.len());
    for (path, rows) in before {
        assert_eq!(stripped(rows), stripped(&after[path]), "{name}/{path}");
    }
}

/// Services are the same but for `ports`, and for host-side values in `environment` and `command`.
fn same_documents(
    name: &str,
    before: &BTreeMap<String, Vec<u8>>,
    after: &BTreeMap<String, Vec<u8>>,
) {
    let services = |bytes: &[u8]| {
        let mut document: serde_yaml::Value = serde_yaml::from_slice(bytes).ok()?;
        let services = document.get_mut("services")?.as_mapping_mut()?;
        for (_, service) in services.iter_mut() {
            for key in ["ports", "environment", "command"] {
                if let Some(service) = service.as_mapping_mut() {
                    service.remove(key);
                }
            }
        }
        Some(document.get("services")?.clone())
    };
    for (path, old) in before {
        let compose =
            path.contains("compose") && (path.ends_with(".yml") || path.ends_with(".yaml"));
        assert!(
            !compose || services(old) == services(&after[path]),
            "{name}/{path}: more than ports, environment and command has changed"
        );
    }
}

fn no_new_findings(name: &str, before: &Value, after: &Value) {
    let count = |document: &Value| {
        let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
        for finding in document["findings"].as_array().unwrap() {
            let key = (
                finding["code"].to_string(),
                finding["location"]["path"].to_string(),
            );
            *counts.entry(key).or_default() += 1;
        }
        counts
    };
    let before = count(before);
    for (key, n) in count(after) {
        assert!(
            n <= before.get(&key).copied().unwrap_or(0),
            "{name}: {key:?} is new after --fix"
        );
    }
}

/// How many places labelled as the container side are unchanged; fails if one is not.
fn container_sides_stay(
    name: &str,
    labels: &str,
    before: &BTreeMap<String, Vec<u8>>,
    after: &BTreeMap<String, Vec<u8>>,
) -> usize {
    let mut kept = 0;
    for label in labels.lines().skip(1) {
        let columns: Vec<&str> = label.split('\t').collect();
        let Some(path) = columns[0]
            .strip_prefix(name)
            .and_then(|p| p.strip_prefix('/'))
        else {
            continue;
        };
        if columns[4] != "must-not-flag" {
            continue;
        }
        let line = |texts: &BTreeMap<String, Vec<u8>>| {
            let text = String::from_utf8_lossy(&texts[path]).into_owned();
            text.lines().map(str::to_owned).collect::<Vec<_>>()
        };
        let (old, new) = (line(before), line(after));
        let number: usize = columns[1].parse().unwrap();
        let text = columns[2];
        // Lines are only ever added to env files, whose keys find them again.
        let same = if old.len() == new.len() {
            let (a, b) = (&old[number - 1], &new[number - 1]);
            a.match_indices(text).count() == b.match_indices(text).count()
                || a.find(text).map(|at| &a[at..at + text.len()])
                    == a.find(text).and_then(|at| b.get(at..at + text.len()))
        } else {
            new.contains(&old[number - 1])
        };
        assert!(
            same,
            "{label}\n  {}\n  {}",
            old[number - 1],
            new.get(number - 1).map_or("", String::as_str)
        );
        kept += 1;
    }
    kept
}

fn folders(dir: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(dir)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.is_dir())
        .collect();
    found.sort();
    found
}

/// All files below a folder but those of `.git`, by their relative paths.
fn texts(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![root.to_path_buf()];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if path.file_name().is_some_and(|n| n != ".git") {
                    open.push(path);
                }
            } else {
                let relative = path
                    .strip_prefix(root)
                    .unwrap()
                    .to_string_lossy()
                    .into_owned();
                found.insert(relative, fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// The corpus may be read-only, and so are copies of its files.
fn make_writable(root: &Path) {
    for path in texts(root).into_keys() {
        let path = root.join(path);
        let mut permissions = fs::metadata(&path).unwrap().permissions();
        #[cfg(unix)]
        std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o644);
        #[cfg(not(unix))]
        #[expect(
            clippy::permissions_set_readonly_false,
            reason = "there is no other way on this system"
        )]
        permissions.set_readonly(false);
        fs::set_permissions(&path, permissions).unwrap();
    }
    let mut open = vec![root.to_path_buf()];
    while let Some(dir) = open.pop() {
        #[cfg(unix)]
        fs::set_permissions(&dir, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            }
        }
    }
}
