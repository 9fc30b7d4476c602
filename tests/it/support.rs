//! Temporary repositories, and the real binary run in them.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// A repository in a temporary folder, with a `.git` that makes it a root of its own.
pub struct Repo {
    _keep: TempDir,
    root: PathBuf,
}

impl Repo {
    /// An empty one.
    pub fn new() -> Self {
        let keep = tempfile::tempdir().expect("a temporary folder");
        let root = keep.path().canonicalize().expect("its real path");
        let repo = Self { _keep: keep, root };
        repo.file(".git/HEAD", "ref: refs/heads/main\n")
    }

    /// One with the files of a folder.
    pub fn copy_of(folder: &Path) -> Self {
        let repo = Self::new();
        copy(folder, &repo.root);
        repo
    }

    /// Adds a file, and the folders above it.
    pub fn file(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        let full = self.root.join(path);
        fs::create_dir_all(full.parent().expect("a folder")).expect("folders");
        fs::write(full, content).expect("a file");
        self
    }

    /// Where it lies.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where one of its paths lies.
    pub fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// A file's text.
    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root.join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
    }

    /// Runs `portlint` at the root.
    pub fn portlint<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Run {
        self.run(self.command().args(args))
    }

    /// `portlint check --format concise` with the given options.
    pub fn concise<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Run {
        self.run(
            self.command()
                .args(["check", "--format", "concise"])
                .args(args),
        )
    }

    /// The binary at the root, in an environment without a person's settings.
    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_portlint"));
        command.current_dir(&self.root).env_clear();
        for kept in ["PATH", "SystemRoot", "TMPDIR", "LLVM_PROFILE_FILE"] {
            if let Some(value) = std::env::var_os(kept) {
                command.env(kept, value);
            }
        }
        command.env("HOME", self.root.join("no-home"));
        command.env("XDG_CACHE_HOME", self.root.join(".git/cache"));
        command
    }

    /// Runs Git at the root; it must succeed.
    pub fn git<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) {
        let mut command = Command::new("git");
        command
            .current_dir(&self.root)
            .args(["-c", "user.name=t", "-c", "user.email=t@example.com"])
            .args(args)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null");
        let output = command.output().expect("git runs");
        assert!(output.status.success(), "{output:?}");
    }

    /// Runs a command, and puts `[ROOT]` for the temporary folder.
    pub fn run(&self, command: &mut Command) -> Run {
        self.shown(command.output().expect("the binary runs"))
    }

    /// Runs a command whose reader goes away before it writes.
    pub fn run_unread(&self, command: &mut Command) -> Run {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary runs");
        drop(child.stdout.take());
        self.shown(child.wait_with_output().expect("the binary ends"))
    }

    fn shown(&self, output: Output) -> Run {
        let Output {
            status,
            stdout,
            stderr,
        } = output;
        let shown = |bytes: Vec<u8>| {
            String::from_utf8(bytes)
                .expect("output is UTF-8")
                .replace(&*self.root.to_string_lossy(), "[ROOT]")
        };
        Run {
            code: status.code(),
            stdout: shown(stdout),
            stderr: shown(stderr),
        }
    }
}

/// What a run printed.
#[derive(Debug, PartialEq, Eq)]
pub struct Run {
    /// Exit code; none if a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Run {
    /// Fails unless the run ended with this code.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }

    /// Fails unless standard output holds the text.
    #[track_caller]
    pub fn prints(self, text: &str) -> Self {
        assert!(self.stdout.contains(text), "no `{text}` in {self:#?}");
        self
    }

    /// Fails if standard output holds the text.
    #[track_caller]
    pub fn does_not_print(self, text: &str) -> Self {
        assert!(!self.stdout.contains(text), "`{text}` in {self:#?}");
        self
    }

    /// Fails unless standard error holds the text.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "no `{text}` in {self:#?}");
        self
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            fs::create_dir_all(&target).expect("a folder");
            copy(&source, &target);
        } else {
            fs::copy(&source, &target).expect("a file");
        }
    }
}
