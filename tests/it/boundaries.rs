//! What portlint must never do for a repository: read outside it, open what never ends, run what its Git configuration names.

use crate::support::{Repo, Run};
use std::fs::{self, File};
use std::path::Path;

/// The file that must be reported whatever lies beside it.
const HEALTHY: &str = "services:\n  db:\n    image: postgres:17\n    ports: [\"5432:5432\"]\n";
/// Stands in every file that lies outside, and nowhere else.
const OUTSIDE: &str = "5999";

fn repo() -> Repo {
    Repo::new().file("healthy/compose.yaml", HEALTHY)
}

/// A folder outside, with files whose numbers would show if they were read.
fn outside() -> Repo {
    Repo::new()
        .file("compose.yaml", HEALTHY.replace("5432:", "5999:"))
        .file(".env", "DB_PORT=5999\n")
        .file("x.env", "DB_PORT=5999\n")
        .file("ignore", "compose.yaml\nhealthy\n")
        .file("portlint.yaml", "brokers-are-data: true\nranges: 5999\n")
}

#[track_caller]
fn check(repo: &Repo) -> Run {
    repo.concise(["--min-confidence", "guess", "--verbose"])
        .exits(1)
        .prints("healthy/compose.yaml:4:")
        .does_not_print("PL017")
}

#[track_caller]
fn says_nothing_of_outside(run: &Run) {
    let text = format!("{}{}", run.stdout, run.stderr);
    assert!(!text.contains(OUTSIDE), "{run:#?}");
}

#[test]
fn paths_that_lead_outside_are_named_and_not_followed() {
    let outside = outside();
    let out = outside.root().display();
    let up = format!(
        "../{}",
        outside.root().file_name().unwrap().to_string_lossy()
    );
    let compose = format!(
        "include:\n  - {up}/compose.yaml\n  - path: {out}/compose.yaml\n    env_file: {out}/x.env\n    project_directory: {up}\nservices:\n  db:\n    image: postgres:17\n    env_file: [{up}/x.env, \"~/x.env\", own.env]\n    extends: {{file: {up}/compose.yaml, service: db}}\n    build: {{context: {up}, dockerfile: {out}/Dockerfile}}\n    ports: [\"${{DB_PORT:-5432}}:5432\"]\n    configs: [c]\n    secrets: [s]\nconfigs: {{c: {{file: {up}/x.env}}}}\nsecrets: {{s: {{file: {out}/x.env}}}}\n"
    );
    let repo = repo()
        .file("compose.yaml", compose)
        .file("own.env", "A=1\n");
    let run = check(&repo)
        .says(&format!(
            "compose.yaml:2: `{up}/compose.yaml` lies outside the repository"
        ))
        .says(&format!(
            "compose.yaml:3: `{out}/compose.yaml` lies outside the repository"
        ))
        .says(&format!(
            "compose.yaml:4: `{out}/x.env` lies outside the repository"
        ))
        .says(&format!(
            "compose.yaml:9: `{up}/x.env` lies outside the repository"
        ))
        .says("compose.yaml:9: `~/x.env` lies outside the repository")
        .says("compose.yaml:10: the file that it extends lies outside the repository");
    says_nothing_of_outside(&run);
    for args in [
        &["ports", "--effective", "compose.yaml"][..],
        &["ports"],
        &["refs", "5432"],
        &["check", "--unsafe-fixes", "--diff"],
    ] {
        says_nothing_of_outside(&repo.portlint(args));
    }
}

#[test]
fn a_policy_cannot_name_files_outside() {
    let outside = outside();
    for env in [
        format!("{}/x.env", outside.root().display()),
        "../x.env".to_owned(),
        "a/../../x.env".to_owned(),
    ] {
        repo()
            .file("portlint.yaml", format!("env-files: [\"{env}\"]\n"))
            .concise([""; 0])
            .exits(2)
            .says("lies outside the repository");
    }
}

#[test]
fn ignore_files_above_the_work_tree_do_not_count() {
    let above = Repo::new()
        .file(".gitignore", "*\n")
        .file(".portlintignore", "*\n")
        .file("tree/.git/HEAD", "ref: refs/heads/main\n")
        .file("tree/.gitignore", "left-out/\n")
        .file("tree/part/portlint.yaml", "brokers-are-data: false\n")
        .file("tree/part/compose.yaml", HEALTHY)
        .file("tree/part/left-out/compose.yaml", HEALTHY)
        .file("tree/part/.env", "A_PORT=1\n");
    let at = |folder: &str, args: &[&str]| {
        let mut command = above.command();
        command.current_dir(above.path(folder));
        above.run(command.args(["check", "--format", "concise"]).args(args))
    };
    at("tree", &[]).exits(1).prints("part/compose.yaml:4:");
    at("tree/part", &["--root", "."])
        .exits(1)
        .prints("compose.yaml:4:")
        .prints("2 files checked")
        .does_not_print("left-out");
    // What is asked for by name is read even where it is left out.
    at("tree/part", &["left-out"])
        .exits(1)
        .prints("left-out/compose.yaml:4:");
    at("tree/part", &["left-out", "--force-exclude"]).exits(0);
}

#[test]
fn ignore_files_of_any_size_are_bounded() {
    let repo = repo()
        .file("a/compose.yaml", HEALTHY)
        .file("b/compose.yaml", HEALTHY);
    let sparse = |path: &str, len: u64| {
        File::create(repo.path(path)).unwrap().set_len(len).unwrap();
    };
    sparse("a/.gitignore", 2 << 30);
    sparse("b/.portlintignore", 2 << 30);
    check(&repo)
        .prints("a/.gitignore:1:1: PL015 it has 2147483648 bytes, more than the 1048576 that are read; nothing below its folder was read")
        .prints("b/.portlintignore:1:1: PL015")
        .does_not_print("a/compose.yaml");
    fs::create_dir_all(repo.path(".git/info")).unwrap();
    sparse(".git/info/exclude", 2 << 30);
    repo.concise([""; 0])
        .exits(1)
        .prints(".git/info/exclude:1:1: PL015");
}

#[test]
fn hostile_patterns_cost_little() {
    let many: String = (0..20_000)
        .map(|i| format!("d{i}/**/x*{i}?[ab]y\n"))
        .collect();
    let nested = format!("[\n{{{{{{\n{}\n!healthy\n", "{".repeat(100_000));
    let long = format!("{}\n", "*a".repeat(100_000));
    for patterns in [many, nested, long] {
        check(
            &repo()
                .file(".gitignore", &patterns)
                .file(".portlintignore", &patterns),
        );
    }
    for (key, pattern, exit) in [
        ("exclude", "{a,b}".repeat(3_000), 1),
        ("exclude", "{".repeat(3_000), 2),
        ("exclude", "*a".repeat(100_000), 2),
        ("include", "[!x]".repeat(40_000), 0),
        ("include", "**/".repeat(100_000), 1),
    ] {
        let run = repo()
            .file("portlint.yaml", format!("paths:\n  {key}: \"{pattern}\"\n"))
            .concise([""; 0])
            .exits(exit);
        assert!(
            run.stderr.len() < 20_000,
            "{key}: {} bytes",
            run.stderr.len()
        );
    }
    let policy: String = (0..20_000)
        .map(|i| format!("    - \"d{i}/**/x*{i}?[ab]{{c,d}}\"\n"))
        .collect();
    let run = repo()
        .file("portlint.yaml", format!("paths:\n  exclude:\n{policy}"))
        .concise([""; 0])
        .exits(2);
    assert!(run.stderr.len() < 10_000, "{} bytes", run.stderr.len());
}

#[test]
fn hostile_policies_are_refused() {
    let mut bomb = "extends: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for i in 1..10 {
        let alias = format!("*a{}", i - 1);
        bomb += &format!("k{i}: &a{i} [{}]\n", [alias.as_str(); 10].join(", "));
    }
    for policy in [
        bomb,
        format!("extends: {}", "[".repeat(100_000)),
        "a: ".repeat(1 << 20),
    ] {
        let run = repo()
            .file("portlint.yaml", policy)
            .concise([""; 0])
            .exits(2);
        assert!(run.stderr.len() < 20_000, "{run:#?}");
    }
    let repo = repo().file("portlint.yaml", "");
    File::create(repo.path("portlint.yaml"))
        .unwrap()
        .set_len(100 << 20)
        .unwrap();
    repo.concise([""; 0])
        .exits(2)
        .says("it has more than the 1048576");
}

#[test]
fn hostile_baselines_are_refused() {
    let repo = repo()
        .file("deep.json", "[".repeat(1 << 20))
        .file(
            "later.json",
            "{\"tool\":\"portlint\",\"schema\":9,\"findings\":[]}",
        )
        .file("other.json", "{\"findings\": 5}");
    File::create(repo.path("huge.json"))
        .unwrap()
        .set_len(2 << 30)
        .unwrap();
    for (baseline, said) in [
        ("deep.json", "is no baseline"),
        ("later.json", "its schema is 9"),
        ("other.json", "is no baseline"),
        ("huge.json", "more than the 67108864 bytes"),
        ("healthy", "not a regular file"),
    ] {
        repo.concise(["--baseline", baseline]).exits(2).says(said);
    }
}

/// As many findings as anybody can write: the output ends, and says that it does.
#[test]
fn findings_are_bounded_and_that_is_said() {
    let services: String = (0..25_000)
        .map(|i| {
            format!(
                "  db{i}:\n    image: postgres:17\n    ports: [\"{}:5432\"]\n",
                10_000 + i
            )
        })
        .collect();
    let repo = Repo::new().file("compose.yaml", format!("services:\n{services}"));
    let run = repo
        .concise(["--select", "PL001"])
        .exits(1)
        .prints("5000 more not shown");
    assert_eq!(run.stdout.lines().count(), 20_000 + 1);
}

#[test]
fn a_folder_of_many_files_is_read() {
    let repo = repo();
    fs::create_dir(repo.path("many")).unwrap();
    for i in 0..20_000 {
        fs::write(repo.path("many").join(format!("{i}.txt")), "").unwrap();
    }
    check(&repo).prints("20001 files checked");
}

/// A repository with a commit, whose configuration and attributes name programs that leave a mark if they are run.
fn armed(mark: &Path) -> Repo {
    let repo = repo()
        .file("touched/compose.yaml", HEALTHY)
        .file(".gitattributes", "* filter=evil diff=evil merge=evil\n");
    repo.git(["init", "--quiet"]);
    repo.git(["add", "--all"]);
    repo.git(["commit", "--quiet", "--message", "all"]);
    let run = |name: &str| format!("echo {name} >> '{}'; cat", mark.display());
    for (key, name) in [
        ("core.fsmonitor", "fsmonitor"),
        ("core.pager", "pager"),
        ("pager.diff", "pager"),
        ("pager.diff-index", "pager"),
        ("core.editor", "editor"),
        ("core.sshCommand", "ssh"),
        ("core.askPass", "askpass"),
        ("credential.helper", "credential"),
        ("diff.external", "external"),
        ("diff.evil.textconv", "textconv"),
        ("diff.evil.command", "command"),
        ("filter.evil.clean", "clean"),
        ("filter.evil.smudge", "smudge"),
        ("filter.evil.process", "process"),
        ("merge.evil.driver", "driver"),
        ("remote.origin.uploadpack", "uploadpack"),
    ] {
        repo.git(["config", key, &run(name)]);
    }
    for command in [
        "diff",
        "diff-index",
        "ls-files",
        "rev-parse",
        "merge-base",
        "cat-file",
    ] {
        repo.git([
            "config",
            &format!("alias.{command}"),
            &format!("!{}", run("alias")),
        ]);
    }
    // Blobs that are not there would be fetched from a remote that is a program.
    repo.git([
        "config",
        "remote.origin.url",
        &format!("ext::sh -c {}", run("remote").replace(' ', "% ")),
    ]);
    repo.git(["config", "remote.origin.promisor", "true"]);
    repo.git(["config", "protocol.allow", "always"]);
    repo.git(["config", "extensions.partialClone", "origin"]);
    repo.git(["config", "core.repositoryFormatVersion", "1"]);
    repo
}

#[cfg(unix)]
#[test]
fn programs_that_the_git_configuration_names_are_not_run() {
    use std::os::unix::fs::PermissionsExt;
    let marks = tempfile::tempdir().unwrap();
    let mark = marks.path().join("ran");
    let repo = armed(&mark);
    for hook in [
        "post-index-change",
        "reference-transaction",
        "post-checkout",
        "fsmonitor-watchman",
    ] {
        let path = repo.path(&format!(".git/hooks/{hook}"));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(
            &path,
            format!("#!/bin/sh\necho hook >> '{}'\n", mark.display()),
        )
        .unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    // One file is another, one is the same but looks touched, and the old text of a third one is lost.
    let repo = repo.file("touched/compose.yaml", format!("# x\n{HEALTHY}"));
    let same = fs::read(repo.path("healthy/compose.yaml")).unwrap();
    fs::remove_file(repo.path("healthy/compose.yaml")).unwrap();
    fs::write(repo.path("healthy/compose.yaml"), same).unwrap();
    let run = repo.concise(["--diff-base", "HEAD"]);
    assert!(run.code.is_some_and(|c| c < 2), "{run:#?}");
    assert!(
        !mark.exists(),
        "{}",
        fs::read_to_string(&mark).unwrap_or_default()
    );
    for object in fs::read_dir(repo.path(".git/objects")).unwrap().flatten() {
        let is_loose = object.file_name().len() == 2;
        for blob in fs::read_dir(object.path())
            .unwrap()
            .flatten()
            .filter(|_| is_loose)
        {
            let bytes = fs::read(blob.path()).unwrap();
            // Blobs of a healthy file alone: commit and trees stay.
            if bytes.len() < 90 {
                fs::remove_file(blob.path()).unwrap();
            }
        }
    }
    repo.concise(["--diff-base", "HEAD"]);
    repo.concise(["--diff-base", "0123456789012345678901234567890123456789"])
        .exits(2);
    assert!(
        !mark.exists(),
        "{}",
        fs::read_to_string(&mark).unwrap_or_default()
    );
}

#[cfg(unix)]
mod links_and_pipes {
    use super::*;
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;
    use std::process::Command;

    fn pipe(path: &Path) {
        assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    }

    #[test]
    fn links_that_lead_outside_are_named_and_not_read() {
        let outside = outside();
        let repo = repo()
            .file(
                "a/compose.yaml",
                HEALTHY.replace("5432:5432", "${DB_PORT:-5432}:5432"),
            )
            .file(".gitignore", ".env\n")
            .file(
                "a/extends.yaml",
                "include: [../folder/compose.yaml]\nservices: {}\n",
            )
            .file("portlint.yaml", "env-files: [linked.env]\n");
        for link in ["a/.env", ".env", "linked.env"] {
            symlink(outside.path("x.env"), repo.path(link)).unwrap();
        }
        symlink(outside.path("compose.yaml"), repo.path("compose.yaml")).unwrap();
        symlink(outside.root(), repo.path("folder")).unwrap();
        symlink("nowhere", repo.path("dangling.env")).unwrap();
        let run = check(&repo)
            .says("skipped compose.yaml: it is a link that leads outside the repository, and was not read")
            .says("skipped .env: it is a link that leads outside")
            .says("skipped a/.env: it is a link that leads outside")
            .says("skipped linked.env: it is a link that leads outside")
            .says("skipped dangling.env: it is a link that leads nowhere");
        says_nothing_of_outside(&run);
        says_nothing_of_outside(&repo.portlint(["ports", "--effective", "a/compose.yaml"]));
        // By name, as a commit's list of files has it.
        let run = repo
            .portlint(["check", "compose.yaml"])
            .exits(2)
            .says("lies outside the root");
        says_nothing_of_outside(&run);
        let run = repo
            .portlint(["check", "--only-changed", "compose.yaml"])
            .exits(0);
        says_nothing_of_outside(&run);
        let text = fs::read_to_string(outside.path("compose.yaml")).unwrap();
        repo.portlint(["check", "--fix", "--unsafe-fixes", "--quiet"]);
        assert_eq!(
            text,
            fs::read_to_string(outside.path("compose.yaml")).unwrap()
        );
    }

    #[test]
    fn links_inside_are_no_matter() {
        let repo = repo().file("shared.env", "DB_PORT=5433\n");
        symlink("../shared.env", repo.path("healthy/.env")).unwrap();
        symlink("healthy/compose.yaml", repo.path("docker-compose.yml")).unwrap();
        let run = check(&repo);
        assert!(!run.stderr.contains("link"), "{run:#?}");
    }

    #[test]
    fn a_policy_that_is_a_link_to_outside_is_refused_unread() {
        let outside = outside();
        let repo = repo();
        symlink(outside.path("portlint.yaml"), repo.path("portlint.yaml")).unwrap();
        let run = repo
            .portlint(["check"])
            .exits(2)
            .says("it is a link that leads outside");
        says_nothing_of_outside(&run);
    }

    #[test]
    fn ignore_files_that_are_links_to_outside_are_not_read() {
        for name in [".gitignore", ".portlintignore"] {
            let outside = outside();
            let repo = repo().file("part/compose.yaml", HEALTHY);
            symlink(outside.path("ignore"), repo.path(&format!("part/{name}"))).unwrap();
            check(&repo).prints(&format!(
                "part/{name}:1:1: PL015 it is a link that leads outside the repository"
            ));
        }
    }

    #[test]
    fn pipes_and_devices_in_any_place_do_not_block() {
        let places = [
            "compose.yaml",
            ".env",
            "x.py",
            "docs.md",
            "sub/.gitignore",
            "sub2/.portlintignore",
            "sub/.git",
            "healthy/.env",
        ];
        let repo = repo()
            .file("sub/compose.yaml", HEALTHY)
            .file("sub2/compose.yaml", HEALTHY);
        for place in places {
            pipe(&repo.path(place));
        }
        let _socket = UnixListener::bind(repo.path("app.env"));
        symlink("/dev/zero", repo.path("zero.env")).unwrap();
        symlink("/dev/zero", repo.path("zero.yaml")).unwrap();
        check(&repo)
            .prints("sub/.gitignore:1:1: PL015 it is not a regular file")
            .prints("sub2/.portlintignore:1:1: PL015 it is not a regular file")
            .says("skipped compose.yaml: it is not a regular file")
            .says("skipped .env: it is not a regular file")
            .says("skipped healthy/.env: it is not a regular file")
            .says("skipped app.env: it is not a regular file")
            .says("skipped zero.env: it is a link that leads outside");
        // At the root, no file is read then, and the run does not pass for a clean one.
        for place in [".gitignore", ".portlintignore", ".git/info/exclude"] {
            let repo = super::repo().file(".git/info/x", "");
            pipe(&repo.path(place));
            repo.concise([""; 0])
                .exits(1)
                .prints(&format!("{place}:1:1: PL015"));
        }
        let repo = super::repo();
        pipe(&repo.path("portlint.yaml"));
        pipe(&repo.path("baseline.json"));
        check(&repo);
        repo.portlint(["check", "--baseline", "baseline.json"])
            .exits(2)
            .says("`baseline.json` cannot be read: it is not a regular file");
        repo.portlint(["check", "--config", "portlint.yaml"])
            .exits(2)
            .says("it is not a regular file");
    }

    #[test]
    fn a_work_tree_whose_git_folder_lies_elsewhere_is_read() {
        let elsewhere = tempfile::tempdir().unwrap();
        let repo = repo();
        fs::remove_dir_all(repo.path(".git")).unwrap();
        fs::write(
            repo.path(".git"),
            format!("gitdir: {}\n", elsewhere.path().display()),
        )
        .unwrap();
        check(&repo);
        pipe(&elsewhere.path().join("commondir"));
        repo.concise([""; 0])
            .exits(1)
            .prints("commondir:1:1: PL015 it is not a regular file");
        fs::remove_file(repo.path(".git")).unwrap();
        pipe(&repo.path(".git"));
        check(&repo);
        fs::remove_file(repo.path(".git")).unwrap();
        symlink(elsewhere.path(), repo.path(".git")).unwrap();
        check(&repo);
    }

    #[test]
    fn init_writes_through_no_link() {
        let outside = outside();
        let before = outside.read("ignore");
        let repo = repo();
        symlink(outside.path("ignore"), repo.path("portlint.schema.json")).unwrap();
        repo.portlint(["init"]).exits(0);
        assert_eq!(outside.read("ignore"), before);
        assert!(repo.read("portlint.schema.json").starts_with('{'));
        let repo = super::repo();
        symlink(outside.path("new"), repo.path("portlint.yaml")).unwrap();
        repo.portlint(["init"])
            .exits(2)
            .says("there is a policy already");
        assert!(!outside.path("new").exists());
    }

    #[test]
    fn endless_standard_input_is_refused() {
        let repo = repo();
        let mut command = repo.command();
        command
            .args(["check", "--stdin", "--stdin-filename", "compose.yaml"])
            .stdin(File::open("/dev/zero").unwrap());
        repo.run(&mut command)
            .exits(2)
            .says("standard input cannot be read: it has more than the 16777216 bytes");
    }
}
