//! Tells by its path what a file may be, before it is opened. The data is `rules/defaults.yaml`.

use crate::error::Error;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// What a path promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Named like a compose file.
    Compose,
    /// Named like an env file.
    Env,
    /// Anything else that may hold text.
    Other,
}

/// A path with what readers ask of its last part, worked out once for all of them.
#[derive(Clone, Debug)]
pub struct Name<'a> {
    /// The path relative to the root, with forward slashes.
    pub path: &'a str,
    /// Its last part in lower case.
    pub lower: String,
    /// Where the ending begins in it.
    ending: usize,
}

impl<'a> Name<'a> {
    /// The name of a path.
    pub fn of(path: &'a str) -> Self {
        let lower = file_name(path).to_ascii_lowercase();
        let dot = lower.bytes().rposition(|b| b == b'.');
        Self {
            path,
            ending: dot.map_or(lower.len(), |dot| dot + 1),
            lower,
        }
    }

    /// What stands behind the last dot of the name, in lower case; empty if there is none.
    pub fn ending(&self) -> &str {
        self.lower.get(self.ending..).unwrap_or("")
    }

    /// What stands before the first dot of the name, in lower case.
    pub fn stem(&self) -> &str {
        self.lower.split('.').next().unwrap_or("")
    }

    /// Whether the name ends as one of a YAML file.
    pub fn is_yaml(&self) -> bool {
        matches!(self.ending(), "yml" | "yaml")
    }

    /// What the name promises.
    pub fn role(&self) -> Role {
        if is_compose_name(&self.lower) {
            Role::Compose
        } else if is_env_name(&self.lower) {
            Role::Env
        } else {
            Role::Other
        }
    }
}

impl Role {
    /// The role of a path.
    pub fn of(path: &str) -> Self {
        Name::of(path).role()
    }

    /// Whether a person would miss the file if it were left out in silence.
    pub fn is_named(self) -> bool {
        self != Self::Other
    }
}

/// `compose*.y[a]ml`, `docker-compose*.y[a]ml`, `*.compose.y[a]ml`, but not `composer.yml`; the name is in lower case.
fn is_compose_name(name: &str) -> bool {
    let Some(stem) = name
        .strip_suffix(".yaml")
        .or_else(|| name.strip_suffix(".yml"))
    else {
        return false;
    };
    let begins = |prefix: &str| {
        stem.strip_prefix(prefix)
            .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_lowercase()))
    };
    begins("compose") || begins("docker-compose") || stem.ends_with(".compose")
}

/// `.env`, `.env.*`, `*.env`; the name is in lower case.
fn is_env_name(name: &str) -> bool {
    name == ".env" || name.starts_with(".env.") || name.ends_with(".env")
}

/// The last part of a path with forward slashes.
pub fn file_name(path: &str) -> &str {
    // backwards byte by byte: names are short
    let start = path.bytes().rposition(|b| b == b'/').map_or(0, |i| i + 1);
    path.get(start..).unwrap_or(path)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Defaults {
    folders: BTreeSet<String>,
    files: Vec<String>,
    binary: BTreeSet<String>,
    limits: Limits,
}

/// Sizes in bytes over which a file is not read.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Compose and env files.
    pub named: u64,
    /// All others.
    pub other: u64,
}

impl Limits {
    /// The limit for a role.
    pub fn of(self, role: Role) -> u64 {
        if role.is_named() {
            self.named
        } else {
            self.other
        }
    }
}

struct Exclusions {
    folders: BTreeSet<String>,
    files: FileGlobs,
    binary: BTreeSet<String>,
    limits: Limits,
}

/// Globs over names in lower case, those of the simple sorts told apart: every file of a repository is held against them.
struct FileGlobs {
    /// Globs without a wildcard.
    whole: BTreeSet<String>,
    /// What stands behind the `*` of globs that begin with their only wildcard.
    ends: Vec<String>,
    /// All others.
    rest: GlobSet,
    /// Dots that a name has at least if one of the rest matches it.
    dots: usize,
}

impl FileGlobs {
    fn new(globs: &[String]) -> Result<Self, Error> {
        const WILD: [char; 6] = ['*', '?', '[', ']', '{', '}'];
        let lower = globs.iter().map(|glob| glob.to_ascii_lowercase());
        let (whole, wild): (BTreeSet<_>, Vec<_>) = {
            let (wild, whole) = lower.partition::<Vec<_>, _>(|glob| glob.contains(WILD));
            (whole.into_iter().collect(), wild)
        };
        let end = |glob: &String| {
            let end = glob.strip_prefix('*')?;
            (!end.contains(WILD)).then(|| end.to_owned())
        };
        let ends = wild.iter().filter_map(end).collect();
        let rest: Vec<_> = wild
            .into_iter()
            .filter(|glob| end(glob).is_none())
            .collect();
        let dots = |glob: &String| glob.matches('.').count();
        Ok(Self {
            whole,
            ends,
            dots: rest.iter().map(dots).min().unwrap_or(usize::MAX),
            rest: compile(&rest, |glob| vec![glob.to_owned()])?,
        })
    }

    fn is_match(&self, name: &str) -> bool {
        self.whole.contains(name)
            || self.ends.iter().any(|end| name.ends_with(end.as_str()))
            || (name.bytes().filter(|b| *b == b'.').count() >= self.dots
                && self.rest.is_match(name))
    }
}

#[expect(
    clippy::expect_used,
    reason = "the data is part of the program, and a test reads it"
)]
static DEFAULTS: LazyLock<Exclusions> = LazyLock::new(|| {
    let defaults: Defaults = serde_json::from_str(include_str!("../rules/compiled/defaults.json"))
        .expect("rules/defaults.yaml");
    Exclusions {
        folders: defaults
            .folders
            .iter()
            .map(|f| f.to_ascii_lowercase())
            .collect(),
        files: FileGlobs::new(&defaults.files).expect("globs of rules/defaults.yaml"),
        binary: defaults.binary,
        limits: defaults.limits,
    }
});

/// The built-in limits.
pub fn limits() -> Limits {
    DEFAULTS.limits
}

/// Globs over paths relative to the root: `*` stays inside one folder, `**` does not; a folder's name means all that is in it;
/// a glob without a slash matches in every folder, as in `.gitignore`.
#[derive(Clone, Debug, Default)]
pub struct PathGlobs(GlobSet);

impl PathGlobs {
    /// Compiles the globs.
    pub fn new(globs: &[String]) -> Result<Self, Error> {
        compile(globs, with_contents).map(Self)
    }

    /// Whether one of them matches.
    pub fn is_match(&self, path: &str) -> bool {
        self.0.is_match(path)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn compile(globs: &[String], expand: fn(&str) -> Vec<String>) -> Result<GlobSet, Error> {
    let mut set = GlobSetBuilder::new();
    for glob in globs {
        for pattern in expand(glob) {
            let built = GlobBuilder::new(&pattern)
                .literal_separator(true)
                .case_insensitive(true)
                .build();
            set.add(built.map_err(|e| glob_error(glob, &e))?);
        }
    }
    let together = || {
        format!(
            "{} and {} more",
            globs.first().map_or("", |g| g),
            globs.len() - 1
        )
    };
    set.build().map_err(|e| glob_error(&together(), &e))
}

fn glob_error(glob: &str, error: &globset::Error) -> Error {
    Error::Glob {
        glob: glob.to_owned(),
        reason: error.kind().to_string(),
    }
}

/// A glob and the same for what lies below it.
fn with_contents(glob: &str) -> Vec<String> {
    let body = glob.trim_start_matches("./").trim_end_matches('/');
    let anywhere = if body.contains('/') { "" } else { "**/" };
    let body = body.trim_start_matches('/');
    vec![format!("{anywhere}{body}"), format!("{anywhere}{body}/**")]
}

/// Which paths of a repository are read: the built-in exclusions with the policy's `paths`.
pub struct Selection {
    include: PathGlobs,
    exclude: PathGlobs,
    /// Folder names that an `include` glob spells out: built-in exclusions that it brings back.
    named_folders: BTreeSet<String>,
}

impl Selection {
    /// From the policy's globs.
    pub fn new(include: &[String], exclude: &[String]) -> Result<Self, Error> {
        let named_folders = include
            .iter()
            .flat_map(|glob| glob.split('/'))
            .map(str::to_ascii_lowercase)
            .filter(|part| DEFAULTS.folders.contains(part))
            .collect();
        Ok(Self {
            include: PathGlobs::new(include)?,
            exclude: PathGlobs::new(exclude)?,
            named_folders,
        })
    }

    /// Whether a folder is entered.
    pub fn enters(&self, path: &str) -> bool {
        let name = file_name(path).to_ascii_lowercase();
        if DEFAULTS.folders.contains(&name) && !self.named_folders.contains(&name) {
            return false;
        }
        name != ".git" && !self.exclude.is_match(path)
    }

    /// Whether a file is read.
    pub fn takes(&self, path: &str) -> bool {
        if self.exclude.is_match(path) {
            return false;
        }
        if !self.include.is_empty() {
            return self.include.is_match(path);
        }
        !is_excluded_file(path)
    }
}

/// Whether a file's name alone keeps it out by default.
fn is_excluded_file(path: &str) -> bool {
    let name = Name::of(path);
    DEFAULTS.binary.contains(name.ending()) || DEFAULTS.files.is_match(&name.lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_roles() {
        for (path, role) in [
            ("compose.yaml", Role::Compose),
            ("deploy/docker-compose.prod.yml", Role::Compose),
            ("Docker-Compose.YML", Role::Compose),
            ("db.compose.yml", Role::Compose),
            ("compose", Role::Other),
            (".env", Role::Env),
            ("a/.env.example", Role::Env),
            ("a/prod.env", Role::Env),
            (".envrc", Role::Other),
            ("environment.ts", Role::Other),
        ] {
            assert_eq!(Role::of(path), role, "{path}");
        }
    }

    fn selection(include: &[&str], exclude: &[&str]) -> Selection {
        let own = |globs: &[&str]| globs.iter().map(|&g| g.to_owned()).collect::<Vec<_>>();
        Selection::new(&own(include), &own(exclude)).unwrap()
    }

    #[test]
    fn built_in_exclusions() {
        let plain = selection(&[], &[]);
        assert!(!plain.enters("web/node_modules"));
        assert!(!plain.enters(".git"));
        assert!(plain.enters(".github"));
        assert!(plain.enters("tests"));
        for out in [
            "a/yarn.lock",
            "package-lock.json",
            "x/app.min.js",
            "logo.PNG",
            "run.log",
            "b.snap",
            "app.log.12",
            "npm-debug.log.old",
            "Page.Generated.ts",
            "src/api_pb2.py",
            "web/GO.SUM",
        ] {
            assert!(!plain.takes(out), "{out}");
        }
        for read in [
            "compose.yaml",
            ".env",
            "docs/a.md",
            "Makefile",
            "src/config.js",
            "init.sql",
        ] {
            assert!(plain.takes(read), "{read}");
        }
    }

    #[test]
    fn a_policy_brings_back_and_leaves_out() {
        let back = selection(&["**/fixtures/**", "vendor/db"], &["old"]);
        assert!(back.enters("tests/fixtures"));
        assert!(back.enters("vendor"));
        assert!(!back.enters("node_modules"));
        assert!(back.takes("vendor/db/compose.yaml"));
        assert!(
            !back.takes("vendor/web/compose.yaml"),
            "only what is included is read"
        );
        assert!(!back.enters("a/old"));
        assert!(!back.takes("old/fixtures/compose.yaml"));
    }

    #[test]
    fn version_control_stays_out_even_if_named() {
        assert!(!selection(&[".git/**"], &[]).enters(".git"));
    }

    #[test]
    fn a_bad_glob_is_an_error_with_its_text() {
        let error = Selection::new(&[], &["a[".to_owned()]).err().unwrap();
        assert!(
            error.to_string().contains("`a[`") || error.to_string().contains("a["),
            "{error}"
        );
    }
}
