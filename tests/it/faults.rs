//! Full disks, closed streams, folders that may not be written: the exit code is right, the message names the path, and nothing
//! half-written is left.

use crate::support::Repo;
use std::fs;

const OLD: &str = "services:\n  db:\n    image: postgres:17\n    ports: [\"5432:5432\"]\n";

fn repo() -> Repo {
    (0..40).fold(Repo::new(), |repo, i| {
        repo.file(&format!("s{i}/compose.yaml"), OLD)
    })
}

/// Names of all that lies directly in a folder.
fn names(repo: &Repo, folder: &str) -> Vec<String> {
    let entries = fs::read_dir(repo.path(folder)).unwrap().flatten();
    let mut names: Vec<String> = entries
        .map(|e| e.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn an_output_that_cannot_be_written_is_named() {
    let repo = Repo::new().file("compose.yaml", OLD).file("folder/x", "");
    let before = names(&repo, ".");
    for (output, reason) in [
        ("folder", "is a directory"),
        ("none/report", "no such file or directory"),
        ("compose.yaml/report", "not a directory"),
    ] {
        let said = format!("`{output}` cannot be written: {reason}");
        repo.portlint(["check", "--output", output])
            .exits(2)
            .says(&said);
        repo.portlint(["check", &format!("--report=sarif={output}")])
            .exits(2)
            .says(&said);
        repo.portlint(["ports", "--output", output])
            .exits(2)
            .says(&said);
        repo.portlint(["baseline", "--output", output])
            .exits(2)
            .says(&said);
    }
    assert_eq!(names(&repo, "."), before);
    assert_eq!(names(&repo, "folder"), ["x"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said() {
    let repo = repo();
    let full = || fs::File::options().write(true).open("/dev/full").unwrap();
    for args in [
        &["check"][..],
        &["check", "--diff"],
        &["ports"],
        &["rules"],
        &["refs", "5432"],
    ] {
        let run = repo.run(repo.command().args(args).stdout(full()));
        assert_eq!(run.code, Some(2), "{args:?}: {run:#?}");
        assert!(
            run.stderr.contains("no space left on device"),
            "{args:?}: {run:#?}"
        );
    }
    repo.portlint(["check", "--output", "/dev/full"])
        .exits(2)
        .says("`/dev/full` cannot be written: no space left on device");
    // What cannot be said changes no verdict, and what was mended is mended.
    let run = repo.run(repo.command().args(["check"]).stderr(full()));
    assert_eq!(run.code, Some(1), "{run:#?}");
    let run = repo.run(
        repo.command()
            .args(["check", "--fix", "--select", "PL001"])
            .stderr(full()),
    );
    assert_eq!(run.code, Some(0), "{run:#?}");
    assert!(!repo.read("s1/compose.yaml").contains("5432:5432"));
}

#[test]
fn a_reader_that_goes_away_changes_no_verdict() {
    for (args, code) in [
        (&["check"][..], 1),
        (&["check", "--report=sarif=out.sarif"], 1),
        (&["check", "--exit-zero"], 0),
        (&["check", "--diff"], 1),
        (&["ports"], 0),
        (&["refs", "5432"], 0),
        (&["rules"], 0),
    ] {
        let repo = repo();
        let run = repo.run_unread(repo.command().args(args).arg("--quiet"));
        assert_eq!(run.stderr, "", "{args:?}");
        assert_eq!(run.code, Some(code), "{args:?}");
        assert_eq!(
            repo.path("out.sarif").exists(),
            args.iter().any(|a| a.contains("sarif")),
            "{args:?}"
        );
    }
}

/// A user whom permissions bind, where the test may become one.
#[cfg(target_os = "linux")]
mod bound {
    use super::*;
    use std::os::unix::fs::PermissionsExt;
    use std::process::Command;

    fn mode(repo: &Repo, path: &str, mode: u32) {
        fs::set_permissions(repo.path(path), fs::Permissions::from_mode(mode)).unwrap();
    }

    /// The binary as a user without rights of root; none if that cannot be had.
    fn command(repo: &Repo) -> Option<Command> {
        mode(repo, ".", 0o755);
        let is_root =
            fs::metadata("/proc/self").is_ok_and(|m| std::os::unix::fs::MetadataExt::uid(&m) == 0);
        if !is_root {
            return Some(repo.command());
        }
        let mut command = Command::new("setpriv");
        command
            .args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"])
            .arg(env!("CARGO_BIN_EXE_portlint"))
            .current_dir(repo.root());
        let mut try_it = Command::new("setpriv");
        try_it
            .args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"])
            .arg(env!("CARGO_BIN_EXE_portlint"))
            .arg("--version");
        try_it
            .output()
            .is_ok_and(|o| o.status.success())
            .then_some(command)
    }

    fn cache(repo: &Repo) -> String {
        let cache = repo.path("cache");
        fs::create_dir_all(&cache).unwrap();
        mode(repo, "cache", 0o777);
        cache.to_string_lossy().into_owned()
    }

    #[test]
    fn a_folder_that_may_not_be_written_keeps_its_files() {
        let repo = Repo::new()
            .file("a/compose.yaml", OLD)
            .file("b/compose.yaml", OLD.replace("db:", "other:"));
        let cache = cache(&repo);
        // The file may be written, but not beside it; nothing at all is replaced then.
        mode(&repo, "a", 0o555);
        mode(&repo, "a/compose.yaml", 0o666);
        mode(&repo, "b", 0o777);
        mode(&repo, "b/compose.yaml", 0o666);
        let Some(mut command) = command(&repo) else {
            return;
        };
        let run = repo.run(
            command
                .args(["check", "--fix"])
                .env("XDG_CACHE_HOME", &cache),
        );
        assert_eq!(run.code, Some(2), "{run:#?}");
        assert!(run.stderr.contains("a/compose.yaml"), "{run:#?}");
        assert!(run.stderr.contains("nothing was written"), "{run:#?}");
        assert_eq!(repo.read("a/compose.yaml"), OLD);
        assert!(repo.read("b/compose.yaml").contains("5432:5432"));
        assert_eq!(names(&repo, "b"), ["compose.yaml"]);
        let mut again = super::bound::command(&repo).unwrap();
        repo.run(again.args(["check", "--output", "a/report"]))
            .exits(2)
            .says("`a/report` cannot be written: permission denied");
        mode(&repo, "a", 0o755);
    }

    #[test]
    fn a_journal_that_cannot_be_written_stops_the_fix() {
        let repo = Repo::new().file("compose.yaml", OLD);
        let cache = cache(&repo);
        mode(&repo, "cache", 0o555);
        mode(&repo, "compose.yaml", 0o666);
        let Some(mut command) = command(&repo) else {
            return;
        };
        mode(&repo, ".", 0o777);
        let run = repo.run(
            command
                .args(["check", "--fix"])
                .env("XDG_CACHE_HOME", &cache),
        );
        assert_eq!(run.code, Some(2), "{run:#?}");
        assert!(run.stderr.contains("cache/portlint"), "{run:#?}");
        assert_eq!(repo.read("compose.yaml"), OLD);
        assert_eq!(names(&repo, "."), [".git", "cache", "compose.yaml"]);
    }
}
