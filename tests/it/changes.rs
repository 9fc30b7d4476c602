//! What is reported of a change: files given by name, lines since a revision, an editor's buffer.

use crate::corpus::corpus;
use crate::support::Repo;
use portlint::classify::Name;
use portlint::engine::{Narrowing, Options, check};
use portlint::formats::may_declare;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

/// A database on its old port.
const DATABASE: &str = "services:\n  timescaledb:\n    image: timescale/timescaledb:2.17.2-pg16\n    ports:\n      - \"5432:5432\"\n";
/// Another stack that wants the same port.
const OTHER: &str =
    "services:\n  notes-db:\n    image: postgres:17\n    ports:\n      - \"5432:5432\"\n";
/// A stack without a word about ports of databases.
const WEB: &str = "services:\n  web:\n    image: nginx\n    ports:\n      - \"8080:80\"\n";
/// What uses the database from the host.
const CLIENT: &str = "TIMESCALEDB_URL=postgres://app@localhost:5432/market\n";

const OUTSIDE: &str = "database-port-outside-range";
const COLLISION: &str = "PL005 host port 5432 is wanted by";

fn repo() -> Repo {
    Repo::new()
        .file("market/compose.yaml", DATABASE)
        .file("research/compose.yaml", OTHER)
        .file("web/compose.yaml", WEB)
        .file("backend/.env", CLIENT)
}

/// The repository with all its files in one commit.
fn committed() -> Repo {
    let repo = repo();
    repo.git(["init", "--quiet"]);
    repo.git(["add", "--all"]);
    repo.git(["commit", "--quiet", "--message", "all"]);
    repo
}

#[test]
fn only_what_touches_the_files_given_is_reported() {
    let repo = repo();
    let check = |file: &str| repo.concise(["--select", "PL001,PL005", "--only-changed", file]);
    check("web/compose.yaml").exits(0).does_not_print("PL0");
    // The other half of the collision was not given, and is read all the same.
    check("research/compose.yaml")
        .exits(1)
        .prints(COLLISION)
        .prints("notes-db")
        .does_not_print("market/compose.yaml:5:10: PL001");
    // The fix of a database that must move edits the file that names its port.
    check("backend/.env")
        .exits(1)
        .prints("PL001 database `timescaledb`");
    check("market")
        .exits(1)
        .prints("PL001 database `timescaledb`");
}

#[test]
fn files_of_a_change_may_be_gone_ignored_or_elsewhere() {
    let repo = repo()
        .file(".gitignore", "old/\n")
        .file("old/compose.yaml", DATABASE);
    let elsewhere = Repo::new().file("compose.yaml", DATABASE);
    let check = |files: &[&str]| repo.concise([&["--only-changed"], files].concat());
    check(&["gone.yaml", "gone/too.env"]).exits(0);
    check(&["old/compose.yaml"]).exits(0);
    check(&[]).exits(0);
    check(&[elsewhere.path("compose.yaml").to_str().unwrap()])
        .exits(0)
        .says("1 of the files given lie outside [ROOT]");
    check(&["gone.yaml", "market/compose.yaml"]).exits(1);
}

#[test]
fn another_policy_is_another_judgement_of_every_file() {
    let repo = repo().file("portlint.yaml", "brokers-are-data: true\n");
    repo.concise(["--only-changed", "web/compose.yaml"])
        .exits(0);
    repo.concise(["--only-changed", "portlint.yaml"])
        .exits(1)
        .prints("market/compose.yaml");
}

#[test]
fn since_a_revision_only_touched_lines_and_declarations_are_reported() {
    let repo = committed();
    let check = || repo.concise(["--select", "PL001,PL005", "--diff-base", "HEAD"]);
    check().exits(0);
    // A comment elsewhere in the file is no change of the service.
    let repo = repo.file("market/compose.yaml", format!("# ours\n{DATABASE}"));
    let check = || repo.concise(["--select", "PL001,PL005", "--diff-base", "HEAD"]);
    check().exits(0);
    // A line of the service is.
    let repo = repo.file(
        "market/compose.yaml",
        DATABASE.replace("    ports:", "    restart: always\n    ports:"),
    );
    let check = || repo.concise(["--select", "PL001,PL005", "--diff-base", "HEAD"]);
    check()
        .exits(1)
        .prints("market/compose.yaml:6:10: PL001")
        .does_not_print("research/compose.yaml:5:10: PL001");
    // New files count as a whole, also such as Git does not know yet, whatever their names.
    let repo = committed().file(
        "new dir\n/\u{fc} compose.yaml",
        OTHER.replace("notes", "more"),
    );
    repo.concise(["--select", OUTSIDE, "--diff-base", "HEAD"])
        .exits(1)
        .prints("more-db")
        .does_not_print("notes-db");
}

#[test]
fn a_revision_on_another_branch_is_compared_where_the_two_parted() {
    let repo = committed();
    repo.git(["branch", "feature"]);
    let repo = repo.file("research/compose.yaml", OTHER.replace("5432:", "5439:"));
    repo.git(["commit", "--quiet", "--all", "--message", "meanwhile"]);
    repo.git(["branch", "--force", "trunk"]);
    repo.git(["checkout", "--quiet", "feature"]);
    // Against the tip of the other branch, the line of `notes-db` is another one; but not by this branch.
    repo.concise(["--diff-base", "trunk"]).exits(0);
    let repo = repo.file("research/compose.yaml", OTHER.replace("5432:", "5440:"));
    repo.git(["commit", "--quiet", "--all", "--message", "here"]);
    repo.concise(["--diff-base", "trunk", "--select", OUTSIDE])
        .exits(1)
        .prints("5440")
        .does_not_print("timescaledb");
}

#[test]
fn paths_limit_what_is_reported_since_a_revision() {
    let repo = committed()
        .file(
            "a/compose.yaml",
            DATABASE.replace("timescaledb:\n", "a-db:\n"),
        )
        .file("b/compose.yaml", OTHER.replace("notes-db:\n", "b-db:\n"));
    repo.concise(["--select", OUTSIDE, "--diff-base", "HEAD", "a"])
        .exits(1)
        .prints("a-db")
        .does_not_print("b-db");
}

#[test]
fn a_part_of_a_work_tree_is_compared_too() {
    let repo = committed().file("research/portlint.yaml", "brokers-are-data: false\n");
    repo.git(["add", "--all"]);
    repo.git(["commit", "--quiet", "--message", "a policy"]);
    let check =
        |repo: &Repo| repo.concise(["--select", OUTSIDE, "--diff-base", "HEAD", "research"]);
    check(&repo).exits(0);
    let repo = repo.file("research/compose.yaml", OTHER.replace("5432:", "5439:"));
    check(&repo).exits(1).prints("compose.yaml:5:10: PL001");
}

#[test]
fn what_git_cannot_answer_is_said() {
    let repo = committed();
    for (revision, said) in [
        ("nowhere", "Git knows no commit `nowhere`"),
        ("--output=x", "this is no name of one"),
        ("HEAD:market", "Git knows no commit"),
        ("", "this is no name of one"),
    ] {
        let run = repo.concise([&format!("--diff-base={revision}")]);
        run.exits(2).says(said);
    }
    assert!(!repo.path("x").exists());
    let without = tempfile::tempdir().unwrap();
    std::fs::write(without.path().join("compose.yaml"), DATABASE).unwrap();
    let mut command = repo.command();
    command
        .current_dir(without.path())
        .args(["check", "--diff-base", "HEAD"]);
    repo.run(&mut command)
        .exits(2)
        .says("lies in no work tree of Git");
}

/// Runs with a text on standard input.
fn with_input(repo: &Repo, args: &[&str], text: &[u8]) -> crate::support::Run {
    let input = tempfile::NamedTempFile::new().unwrap();
    input.as_file().write_all(text).unwrap();
    let mut command = repo.command();
    command.args(["check", "--format", "concise"]).args(args);
    command.stdin(std::fs::File::open(input.path()).unwrap());
    repo.run(&mut command)
}

#[test]
fn an_editors_buffer_stands_for_its_file() {
    let repo = repo();
    let check = |file: &str, text: &str| {
        let args = [
            "--select",
            "PL001,PL005",
            "--stdin",
            "--stdin-filename",
            file,
        ];
        with_input(&repo, &args, text.as_bytes())
    };
    // The file on disk is clean, the buffer is not; only what is to be edited in the buffer is reported.
    check("web/compose.yaml", &WEB.replace("nginx", "postgres:17"))
        .exits(1)
        .prints("web/compose.yaml:5:10: PL001")
        .does_not_print("market/compose.yaml:5");
    check("market/compose.yaml", &DATABASE.replace("5432:", "7000:"))
        .exits(0)
        .does_not_print("PL001");
    // A file that is not there yet is judged with the others.
    check(
        "new/deep/compose.yaml",
        &OTHER.replace("notes-db", "new-db"),
    )
    .exits(1)
    .prints("new/deep/compose.yaml:5:10: PL001");
    let stays = repo.read("web/compose.yaml");
    assert_eq!(stays, WEB);
}

#[test]
fn a_buffer_that_is_no_text_or_goes_with_other_options_is_refused() {
    let repo = repo();
    let web = ["--stdin", "--stdin-filename", "web/compose.yaml"];
    with_input(&repo, &web, b"\xff\xfe")
        .exits(2)
        .says("standard input cannot be read");
    for more in ["--fix", "--diff", "--only-changed", "--watch", "market"] {
        with_input(&repo, &[&web[..], &[more]].concat(), b"").exits(2);
    }
    with_input(&repo, &["--stdin"], b"").exits(2);
}

#[test]
fn one_run_writes_several_reports() {
    let repo = repo();
    let dir = tempfile::tempdir().unwrap();
    let to = |name: &str| format!("{name}={}", dir.path().join(name).display());
    let args = [
        "--report",
        &to("sarif"),
        "--report",
        &to("markdown"),
        "--report",
        &to("jsonl"),
    ];
    repo.concise(args).exits(1).prints("error");
    for (name, text) in [
        ("sarif", "\"version\": \"2.1.0\""),
        ("markdown", "## portlint"),
        ("jsonl", "\"code\""),
    ] {
        let report = std::fs::read_to_string(dir.path().join(name)).unwrap();
        assert!(report.contains(text), "{name}: {report}");
    }
    repo.concise(["--report", "sarif"])
        .exits(2)
        .says("sarif=portlint.sarif");
    repo.concise(["--report", "sarff=x"])
        .exits(2)
        .says("`sarff` is no format");
    repo.concise(["--report", "json="]).exits(2);
    repo.concise([
        "--report",
        &format!("json={}", dir.path().join("no/x").display()),
    ])
    .exits(2)
    .says("cannot be written");
}

#[test]
fn a_watched_repository_is_checked_again_when_a_file_changes() {
    let repo = repo();
    let mut command: Command = repo.command();
    command
        .args([
            "check", "--watch", "--format", "concise", "--select", OUTSIDE,
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut err = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut until = |text: &str| {
        let mut seen = Vec::new();
        loop {
            let line = out.next().expect("more output").unwrap();
            let found = line.contains(text);
            seen.push(line);
            if found {
                return seen.join("\n");
            }
        }
    };
    let first = until("2 errors");
    assert!(!first.contains('\u{1b}'), "{first}");
    // The run waits before the file is changed.
    while !err
        .next()
        .expect("more remarks")
        .unwrap()
        .contains("watching")
    {}
    let repo = repo.file("research/compose.yaml", OTHER.replace("5432:", "7004:"));
    let second = until("1 error");
    assert!(
        second.contains("market") && !second.contains("research"),
        "{second}"
    );
    let _repo = repo.file("portlint.yaml", "no-such-key: 1\n");
    while !err
        .next()
        .expect("more remarks")
        .unwrap()
        .contains("no-such-key")
    {}
    child.kill().unwrap();
    child.wait().unwrap();
}

/// A change to a file that declares nothing is judged without opening the others like it. That must hide nothing: whatever the whole
/// run says about such a file is said of the change as well.
#[test]
fn a_change_that_declares_nothing_hides_nothing() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/trading-stack");
    let mut trees = vec![example];
    if let Some(corpus) = corpus() {
        let found = std::fs::read_dir(corpus.join("trees")).unwrap();
        trees.extend(found.map(|tree| tree.unwrap().path()));
    }
    let mut compared = 0;
    for tree in trees {
        let whole = Options {
            root: Some(tree.clone()),
            paths: vec![tree.clone()],
            ..Options::default()
        };
        let report = check(&whole).unwrap().report;
        let mut touched: BTreeSet<String> = BTreeSet::new();
        for finding in &report.findings {
            let related = finding.related.iter().map(|label| label.place);
            let edits = finding.fix.iter().flat_map(|fix| &fix.edits);
            let places = related.chain(edits.map(|edit| edit.place));
            for place in places.chain([finding.primary.place]) {
                touched.insert(report.sources.get(place.file).path.to_string());
            }
        }
        touched.retain(|path| !may_declare(&Name::of(path)));
        // a few of each repository, since each is a run of its own
        for path in touched.iter().step_by(touched.len().div_ceil(3).max(1)) {
            let change = Options {
                paths: vec![tree.join(path)],
                narrowing: Narrowing::Changed,
                ..whole.clone()
            };
            let said = check(&change).unwrap().report.findings;
            assert!(!said.is_empty(), "{}: {path}", tree.display());
            compared += 1;
        }
    }
    assert!(compared > 0);
}
