//! The command from end to end: what is read, what is said where, and how it exits.

use crate::support::Repo;

/// A database on its old port, published by digits.
const OLD: &str = "services:\n  timescaledb:\n    image: timescale/timescaledb:2.17.2-pg16\n    ports: [\"5432:5432\"]\n    volumes: [\"data:/var/lib/postgresql/data\"]\nvolumes:\n  data:\n";
/// The same as the convention wants it.
const NEW: &str = "services:\n  timescaledb:\n    image: timescale/timescaledb:2.17.2-pg16\n    ports: [\"${TIMESCALEDB_PORT:-7000}:5432\"]\n    volumes: [\"data:/var/lib/postgresql/data\"]\nvolumes:\n  data:\n";

const OUTSIDE: &str = "database-port-outside-range";

#[test]
fn exit_codes_tell_clean_from_findings_from_wrong_use() {
    let bad = Repo::new().file("compose.yaml", OLD);
    bad.portlint(["check"]).exits(1).prints("7000");
    bad.portlint(["check", "."]).exits(1);
    bad.portlint::<&str>([]).exits(1);
    bad.portlint(["--exit-zero"]).exits(0).prints("7000");
    Repo::new()
        .file("compose.yaml", NEW)
        .portlint(["check"])
        .exits(0);
    bad.portlint(["check", "--format", "sarff"]).exits(2);
    bad.portlint(["--help"]).exits(0).prints("Usage: portlint");
    bad.portlint(["--version"]).exits(0).prints("portlint ");
}

#[test]
fn every_format_has_the_same_exit_codes() {
    let bad = Repo::new().file("compose.yaml", OLD);
    let good = Repo::new().file("compose.yaml", NEW);
    for format in ["full", "concise", "json", "jsonl", "sarif", "github"] {
        bad.portlint(["check", "--format", format]).exits(1);
        good.portlint(["check", "--format", format]).exits(0);
        good.portlint(["check", "--format", format, "nowhere"])
            .exits(2);
    }
}

#[test]
fn fail_on_is_a_threshold() {
    let repo = Repo::new().file("compose.yaml", OLD);
    repo.concise(["--select", OUTSIDE, "--fail-on", "error"])
        .exits(1);
    let off = "database-without-healthcheck";
    repo.concise(["--select", off]).exits(0).prints(": PL014 ");
    repo.concise(["--select", off, "--fail-on", "note"])
        .exits(1);
    repo.concise(["--select", off, "--fail-on", "note", "--exit-zero"])
        .exits(0);
    repo.concise([
        "--select",
        off,
        "--fail-on",
        "note",
        "--min-severity",
        "warning",
    ])
    .exits(0);
}

#[test]
fn rules_are_chosen_by_code_or_name_in_any_case() {
    let repo = Repo::new().file("compose.yaml", OLD);
    for rule in ["PL001", "pl001", OUTSIDE, "Database-Port-Outside-Range"] {
        repo.concise(["--select", rule]).exits(1).prints("PL001");
        repo.concise(["--ignore", rule]).does_not_print("PL001");
    }
    repo.concise(["--select", "PL005,PL001"]).prints("PL001");
    repo.concise(["--select", "all", "--ignore", OUTSIDE])
        .does_not_print("PL001")
        .prints("PL012");
}

#[test]
fn an_unknown_rule_is_wrong_use_with_a_suggestion() {
    let repo = Repo::new().file("compose.yaml", OLD);
    repo.concise(["--select", "port-colision"])
        .exits(2)
        .says("there is no rule `port-colision`")
        .says("did you mean `port-collision` (PL005)?");
    repo.portlint(["explain", "zzz"])
        .exits(2)
        .says("`portlint rules` lists them");
}

#[test]
fn a_path_that_is_not_there_is_wrong_use() {
    Repo::new()
        .file("compose.yaml", OLD)
        .portlint(["check", "compos.yaml"])
        .exits(2)
        .says("`compos.yaml`")
        .says("no such file");
}

#[test]
fn an_empty_repository_says_so_on_standard_error() {
    Repo::new()
        .file("main.c", "int main() {}\n")
        .concise(["."])
        .exits(0)
        .says("nothing to check");
    let quiet = Repo::new().concise(["-q"]).exits(0);
    assert_eq!((quiet.stdout.as_str(), quiet.stderr.as_str()), ("", ""));
}

#[test]
fn a_part_is_judged_within_the_whole() {
    let repo = Repo::new()
        .file("a/compose.yaml", OLD)
        .file(
            "b/compose.yaml",
            "services:\n  legacy-db:\n    image: postgres:16\n    ports: [\"5432:5432\"]\n",
        )
        .file("c/compose.yaml", NEW);
    // The collision needs both sides, though one alone was asked for.
    repo.concise(["a", "--select", "port-collision"])
        .exits(1)
        .prints("b/compose.yaml");
    repo.concise(["a", "--select", OUTSIDE])
        .prints("a/compose.yaml")
        .does_not_print("b/compose.yaml:4");
    repo.concise(["c"]).exits(0);
    repo.concise(["c", "b/compose.yaml", "--select", OUTSIDE])
        .prints("b/compose.yaml")
        .does_not_print("a/compose.yaml:4");
}

#[test]
fn ignore_files_are_honoured_with_and_without_git() {
    let files = |repo: Repo| {
        repo.file(".gitignore", "/build/\n")
            .file(".portlintignore", "legacy\n")
            .file("build/compose.yaml", OLD)
            .file("legacy/compose.yaml", OLD)
            .file("node_modules/x/compose.yaml", OLD)
            .file("compose.yaml", NEW)
    };
    let with_git = files(Repo::new());
    with_git.concise(["."]).exits(0);
    std::fs::remove_dir_all(with_git.path(".git")).unwrap();
    with_git.concise(["."]).exits(0);
    // What is asked for by name is checked all the same.
    with_git.concise(["build/compose.yaml"]).exits(1);
    with_git
        .concise(["node_modules/x", "--select", OUTSIDE])
        .exits(1);
}

#[test]
fn hidden_files_are_seen() {
    let repo = Repo::new().file(".devcontainer/docker-compose.yml", OLD);
    repo.concise(["--select", OUTSIDE])
        .exits(1)
        .prints(".devcontainer/docker-compose.yml");
}

#[test]
fn the_env_file_that_compose_reads_counts_though_git_ignores_it() {
    let repo = Repo::new()
        .file(".gitignore", ".env\n.env.local\n")
        .file("db/compose.yaml", NEW)
        .file("db/.env", "TIMESCALEDB_PORT=5499\n")
        .file("db/.env.local", "TIMESCALEDB_PORT=5498\n");
    repo.concise(["--select", OUTSIDE])
        .exits(1)
        .prints("db/.env:1:")
        .prints("5499");
    repo.concise(["--select", "all"]).does_not_print("5498");
}

#[test]
fn the_order_and_the_threads_change_nothing() {
    let repo = (0..40).fold(Repo::new(), |repo, i| {
        repo.file(
            &format!("s{i}/compose.yaml"),
            OLD.replace("timescaledb:\n", &format!("db{i}:\n")),
        )
    });
    let one = repo.portlint(["--threads", "1", "--format", "json"]);
    for threads in ["2", "7"] {
        assert_eq!(
            repo.portlint(["--threads", threads, "--format", "json"]),
            one
        );
    }
}

#[test]
fn a_result_goes_to_a_file_whole() {
    let repo = Repo::new()
        .file("compose.yaml", OLD)
        .file("out.json", "old");
    let run = repo
        .portlint(["--format", "json", "--output", "out.json"])
        .exits(1);
    assert_eq!(run.stdout, "");
    serde_json::from_str::<serde_json::Value>(&repo.read("out.json")).unwrap();
    repo.portlint(["--output", "no/such/folder/out.json"])
        .exits(2)
        .says("`no/such/folder/out.json` cannot be written");
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_no_failure_and_changes_no_verdict() {
    let repo = (0..200).fold(Repo::new(), |repo, i| {
        repo.file(&format!("s{i}/compose.yaml"), OLD)
    });
    let run = repo.run_unread(repo.command().args(["--format", "json"]));
    assert_eq!(run.stderr, "");
    // What was found was found, although nobody read it.
    assert_eq!(run.code, Some(1));
}

#[test]
fn help_pages_are_there() {
    let repo = Repo::new();
    repo.portlint(["rules"])
        .exits(0)
        .prints("PL001")
        .prints("port-collision");
    repo.portlint(["rules", "--format", "json"])
        .exits(0)
        .prints("\"code\": \"PL001\"");
    repo.portlint(["explain", "pl005"])
        .exits(0)
        .prints("# port-collision (PL005)");
}

#[test]
fn every_shell_has_completions_of_every_command_and_option() {
    let repo = Repo::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let run = repo.portlint(["completions", shell]).exits(0);
        assert_eq!(run.stderr, "");
        for word in ["baseline", "only-changed", "stdin-filename", "unsafe-fixes"] {
            assert!(run.stdout.contains(word), "{shell}: no {word}");
        }
    }
    repo.portlint(["completions", "tcsh"])
        .exits(2)
        .says("possible values");
}

/// What is printed is taken by the shell itself, where there is one.
#[cfg(unix)]
#[test]
fn bash_completes_commands_and_formats() {
    use std::process::Command;
    if Command::new("bash").arg("--version").output().is_err() {
        return;
    }
    let repo = Repo::new();
    let script = repo.portlint(["completions", "bash"]).exits(0).stdout;
    let repo = repo.file("completions.bash", script);
    let complete = |words: &str| {
        let tries = format!(
            ". ./completions.bash; COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); \
             _portlint portlint \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD-1]}}\"; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        );
        let mut bash = Command::new("bash");
        bash.current_dir(repo.root()).args(["-uc", &tries]);
        repo.run(&mut bash).exits(0).stdout
    };
    assert_eq!(complete("portlint base"), "baseline\n");
    assert_eq!(complete("portlint check --format sa"), "sarif\n");
    assert_eq!(complete("portlint check --only"), "--only-changed\n");
}

#[test]
fn the_manual_page_names_every_command_and_option() {
    let page = Repo::new()
        .portlint(["man"])
        .exits(0)
        .prints(".TH portlint 1");
    for word in [
        "SYNOPSIS",
        "check",
        "undo",
        "\\-\\-only\\-changed",
        "\\-\\-baseline",
    ] {
        assert!(page.stdout.contains(word), "no {word}");
    }
}
