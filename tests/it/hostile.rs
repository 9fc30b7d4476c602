//! Bad input: a clear finding or message, no panic, no hang, and the rest of the run unharmed.

use crate::support::{Repo, Run};
use std::time::{Duration, Instant};

/// The file that must be reported whatever lies beside it.
const HEALTHY: &str = "services:\n  db:\n    image: postgres:17\n    ports: [\"5432:5432\"]\n";

/// Far more than a run takes, far less than a hang.
const PATIENCE: Duration = Duration::from_secs(60);

/// A repository with a healthy file, which every run must still report.
fn repo() -> Repo {
    Repo::new().file("healthy/compose.yaml", HEALTHY)
}

#[track_caller]
fn check(repo: &Repo) -> Run {
    let start = Instant::now();
    let run = repo
        .concise(["--min-confidence", "guess"])
        .exits(1)
        .prints("healthy/compose.yaml:4:");
    assert!(!run.stderr.contains("panicked"), "{run:#?}");
    assert!(
        !run.stdout.contains("internal-error") && !run.stdout.contains("PL017"),
        "{run:#?}"
    );
    assert!(start.elapsed() < PATIENCE, "took {:?}", start.elapsed());
    run
}

#[test]
fn text_that_is_not_utf8_is_named() {
    let utf16: Vec<u8> = [0xfeff]
        .into_iter()
        .chain(HEALTHY.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let repo = repo()
        .file("latin/compose.yaml", b"# caf\xe9\nservices: {}\n")
        .file("wide/compose.yaml", utf16)
        .file("zero/.env", b"PORT=\x00\x00\x01")
        .file("picture.md", b"\x89PNG\r\n\xff\xfe\x00");
    check(&repo)
        .says("skipped latin/compose.yaml: it is not valid UTF-8 (line 1)")
        .says("skipped wide/compose.yaml: it is written in UTF-16")
        .says("skipped zero/.env: it holds zero bytes");
    assert!(!check(&repo).stderr.contains("picture.md"));
}

#[test]
fn a_huge_file_is_named_and_not_read() {
    let line = "# 5432 5432 5432 5432 5432 5432 5432 5432 5432 5432 5432\n";
    let huge = line.repeat(50 * 1024 * 1024 / line.len() + 1);
    let repo = repo()
        .file("huge/compose.yaml", &huge)
        .file("huge.md", &huge)
        .file("huge.js", &huge);
    check(&repo)
        .says("skipped huge/compose.yaml: it has 52")
        .says("more than the");
}

#[test]
fn deep_nesting_is_a_finding() {
    const DEEP: usize = 10_000;
    let flow = format!("services: {}{}\n", "[".repeat(DEEP), "]".repeat(DEEP));
    let maps = format!("services: {}1{}\n", "{a: ".repeat(DEEP), "}".repeat(DEEP));
    let block: String = (0..DEEP)
        .map(|i| format!("{}k:\n", " ".repeat(i)))
        .collect();
    let repo = repo()
        .file("flow/compose.yaml", flow)
        .file("maps/compose.yaml", maps)
        .file("block/compose.yaml", format!("services:\n{block}"))
        .file(
            "deep.json",
            format!("{}{}", "[".repeat(DEEP), "]".repeat(DEEP)),
        )
        .file(
            "deep.js",
            format!("x = {}{};\nport = 5432", "(".repeat(DEEP), ")".repeat(DEEP)),
        )
        .file(
            "deep.py",
            format!(
                "port = 5432\nx = {}{}\n",
                "[".repeat(DEEP),
                "]".repeat(DEEP)
            ),
        )
        .file(
            "deep.toml",
            format!(
                "port = 5432\nx = {}{}\n",
                "[".repeat(DEEP),
                "]".repeat(DEEP)
            ),
        )
        .file("deep.md", format!("{} port 5432\n", "> ".repeat(DEEP)))
        .file(
            "deep.env",
            format!("PORT={}5432{}\n", "${A:-".repeat(DEEP), "}".repeat(DEEP)),
        );
    check(&repo)
        .prints("flow/compose.yaml")
        .prints("maps/compose.yaml");
}

#[test]
fn an_alias_bomb_stays_small() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for i in 1..30 {
        let alias = format!("*a{}", i - 1);
        bomb += &format!("a{i}: &a{i} [{}]\n", [alias.as_str(); 9].join(", "));
    }
    bomb += "services:\n  db:\n    image: postgres:17\n    environment: *a29\n    ports: *a29\n";
    let mut merges = "m0: &m0 {a: 1}\n".to_owned();
    for i in 1..40 {
        merges += &format!("m{i}: &m{i}\n  <<: [*m{0}, *m{0}]\n", i - 1);
    }
    merges += "services:\n  db:\n    <<: *m39\n    image: postgres:17\n";
    check(
        &repo()
            .file("bomb/compose.yaml", bomb)
            .file("merges/compose.yaml", merges),
    );
}

#[test]
fn an_anchor_that_holds_itself_ends() {
    let own = "services: &s\n  db: &d\n    <<: *d\n    image: postgres:17\n    depends_on: *s\n";
    check(&repo().file("own/compose.yaml", own));
}

#[test]
fn duplicate_keys_are_a_finding() {
    let twice = "services:\n  db:\n    image: postgres:17\n  db:\n    image: mysql:8\n";
    check(&repo().file("twice/compose.yaml", twice)).prints("twice/compose.yaml:4:");
}

#[test]
fn rings_of_files_end() {
    let repo = repo()
        .file("ring/compose.yaml", "include: [other.yaml]\nservices:\n  a:\n    extends: {file: other.yaml, service: b}\n")
        .file("ring/other.yaml", "include: [compose.yaml]\nservices:\n  b:\n    extends: {file: compose.yaml, service: a}\n")
        .file("self/compose.yaml", "include: [compose.yaml]\nservices:\n  a:\n    extends: a\n")
        .file("vars/.env", "A=${B}\nB=${A}\n")
        .file("vars/compose.yaml", "services:\n  a:\n    image: postgres\n    ports: [\"${A}:5432\"]\n");
    check(&repo);
}

#[test]
fn broken_files_are_findings_and_templates_are_named() {
    let repo = repo()
        .file("broken/compose.yaml", "services:\n  db: {image: postgres\n")
        .file("empty/compose.yaml", "")
        .file(
            "merge/compose.yaml",
            "<<<<<<< HEAD\nservices: {}\n=======\nservices: []\n>>>>>>> other\n",
        )
        .file(
            "helm/compose.yaml",
            "services:\n  {{ .Values.name }}:\n    image: {{ .Values.image }}\n",
        );
    check(&repo)
        .prints("broken/compose.yaml:")
        .does_not_print("empty/compose.yaml")
        .says("merge/compose.yaml")
        .says("helm/compose.yaml");
}

#[cfg(unix)]
mod unix {
    use super::{HEALTHY, check, repo};
    use std::fs;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::os::unix::net::UnixListener;
    use std::process::Command;

    #[test]
    fn links_in_a_ring_end_and_lead_nowhere_outside() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(
            outside.path().join("compose.yaml"),
            HEALTHY.replace("5432:", "5999:"),
        )
        .unwrap();
        let repo = repo().file("a/b/x.md", "");
        symlink(repo.path("a"), repo.path("a/b/up")).unwrap();
        symlink(repo.path("one"), repo.path("two")).unwrap();
        symlink(repo.path("two"), repo.path("one")).unwrap();
        symlink(outside.path(), repo.path("outside")).unwrap();
        symlink(
            outside.path().join("compose.yaml"),
            repo.path("compose.yaml"),
        )
        .unwrap();
        symlink("/dev/zero", repo.path("zero.env")).unwrap();
        check(&repo).does_not_print("5999");
    }

    #[test]
    fn pipes_and_sockets_do_not_block() {
        let repo = repo();
        let made = Command::new("mkfifo")
            .args([repo.path(".env"), repo.path("compose.yaml")])
            .status();
        if !made.is_ok_and(|s| s.success()) {
            return;
        }
        let _socket = UnixListener::bind(repo.path("app.env"));
        check(&repo);
    }

    #[test]
    fn a_file_that_may_not_be_read_is_a_finding() {
        let repo = repo()
            .file("secret/compose.yaml", HEALTHY)
            .file("closed/x/compose.yaml", HEALTHY);
        fs::set_permissions(
            repo.path("secret/compose.yaml"),
            fs::Permissions::from_mode(0o000),
        )
        .unwrap();
        fs::set_permissions(repo.path("closed"), fs::Permissions::from_mode(0o000)).unwrap();
        // Permissions do not bind root, who becomes nobody.
        let is_root = fs::read(repo.path("secret/compose.yaml")).is_ok();
        fs::set_permissions(repo.root(), fs::Permissions::from_mode(0o755)).unwrap();
        let command = |args: &[&str]| {
            let mut command = repo.command();
            if is_root {
                command = Command::new("setpriv");
                command
                    .args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"])
                    .arg(env!("CARGO_BIN_EXE_portlint"))
                    .current_dir(repo.root());
            }
            command.args(args);
            command
        };
        if command(&["--version"])
            .output()
            .is_ok_and(|o| o.status.success())
        {
            repo.run(&mut command(&["check", "--format", "concise"]))
                .exits(1)
                .prints("healthy/compose.yaml:4:")
                .prints("secret/compose.yaml:1:1: PL015 it cannot be read: permission denied")
                .says("skipped closed: it cannot be read: permission denied");
        }
        fs::set_permissions(repo.path("closed"), fs::Permissions::from_mode(0o755)).unwrap();
    }

    #[test]
    fn names_of_any_bytes_are_borne() {
        let repo = repo();
        let odd: [&[u8]; 4] = [
            b"new\nline",
            b"quo\"te'",
            b"esc\x1b[31m",
            "bidi\u{202e}gnp".as_bytes(),
        ];
        for name in odd {
            let dir = repo.root().join(std::ffi::OsStr::from_bytes(name));
            fs::create_dir(&dir).unwrap();
            fs::write(dir.join("compose.yaml"), HEALTHY).unwrap();
        }
        let invalid = repo.root().join(std::ffi::OsStr::from_bytes(b"bad\xff"));
        fs::create_dir(&invalid).unwrap();
        fs::write(invalid.join("compose.yaml"), HEALTHY).unwrap();
        let run = check(&repo).says("not valid UTF-8");
        assert!(
            !run.stdout.contains('\u{1b}') && !run.stderr.contains('\u{1b}'),
            "{run:#?}"
        );
    }
}
