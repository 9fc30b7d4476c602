//! Trees in memory.

use portlint::engine::{Judged, Options, Repo, judged};
use portlint::finding::{Confidence, Severity};
use portlint::policy::Policy;
use portlint::rules::INTERNAL_ERROR;
use portlint::select::Chosen;
use portlint::source::{Place, Sources};
use std::collections::BTreeMap;

/// Files by path.
pub type Tree = BTreeMap<String, String>;

/// What begins the line that names the next file.
const MARK: &str = "=== ";

/// Files out of one text: a line `=== PATH` begins each. What stands before the first is a compose file.
pub fn parse(text: &str) -> Tree {
    let mut tree = Tree::new();
    let mut path = "compose.yaml".to_owned();
    for line in text.split_inclusive('\n') {
        match line.strip_prefix(MARK) {
            Some(next) => path = next.trim_end_matches(['\n', '\r']).to_owned(),
            None => tree.entry(path.clone()).or_default().push_str(line),
        }
    }
    tree
}

/// Every finding is asked for.
pub fn options() -> Options {
    Options {
        min_severity: Severity::Note,
        min_confidence: Confidence::Guess,
        ..Options::default()
    }
}

/// A repository of these files.
pub fn repo<'t>(policy: Policy, files: impl IntoIterator<Item = (&'t str, &'t str)>) -> Repo {
    Repo::of_texts(policy, files)
}

/// Checks a tree: no rule or reader fails, and every place lies in its file.
pub fn judge<'t>(
    policy: Policy,
    files: impl IntoIterator<Item = (&'t str, &'t str)>,
) -> (Repo, Judged) {
    let repo = repo(policy, files);
    let judged = findings(&repo);
    (repo, judged)
}

/// The findings of a repository, all places looked at.
pub fn findings(repo: &Repo) -> Judged {
    let chosen = Chosen::new(&repo.policy, &[], &[]);
    let Ok(chosen) = chosen else {
        // A glob of the policy that is none.
        return Judged::default();
    };
    let judged = judged(repo, &chosen, &options());
    for finding in &judged.findings {
        assert_ne!(finding.rule, INTERNAL_ERROR, "{}", finding.message);
        let edits = finding.fix.iter().flat_map(|f| &f.edits).map(|e| e.place);
        let related = finding.related.iter().map(|l| l.place);
        let blocked = finding
            .fix
            .iter()
            .filter_map(|f| Some(f.blocked.as_ref()?.place));
        for place in edits
            .chain(related)
            .chain(blocked)
            .chain([finding.primary.place])
        {
            assert!(
                lies_in_file(&repo.sources, place),
                "{place:?} of {finding:?}"
            );
        }
        assert!(!finding.fingerprint.is_empty(), "{finding:?}");
    }
    judged
}

fn lies_in_file(sources: &Sources, place: Place) -> bool {
    let file = sources.get(place.file);
    !file.path.is_empty() && file.text.get(place.span.range()).is_some()
}

/// Findings with lines and columns: the same for other line ends and behind a byte order mark.
pub fn lines(repo: &Repo, judged: &Judged) -> Vec<String> {
    let findings = judged.findings.iter();
    findings
        .map(|f| {
            let related: Vec<String> = f
                .related
                .iter()
                .map(|l| format!("{} {}", repo.sources.show(l.place), l.message))
                .collect();
            let fix = f.fix.as_ref().map(|fix| {
                let edits: Vec<String> = fix
                    .edits
                    .iter()
                    .map(|e| {
                        format!(
                            "{} {}",
                            repo.sources.show(e.place),
                            e.replacement.replace("\r\n", "\n")
                        )
                    })
                    .collect();
                format!(
                    "{} {:?} {edits:?} {}",
                    fix.title,
                    fix.safety,
                    fix.blocked.is_some()
                )
            });
            format!(
                "{} {} {:?} {:?} {} {related:?} {fix:?}",
                repo.sources.show(f.primary.place),
                f.rule.name,
                f.severity,
                f.confidence,
                f.message,
            )
            .replace("\r\n", "\n")
        })
        .collect()
}

/// Names of files that together lead to every reader.
pub const PATHS: &[&str] = &[
    "compose.yaml",
    "a/docker-compose.override.yml",
    ".github/workflows/ci.yml",
    "Dockerfile",
    ".env",
    "a/.env.example",
    "README.md",
    "docs/a.rst",
    "docs/a.adoc",
    "notes.txt",
    "run.sh",
    "Makefile",
    "a.js",
    "a.tsx",
    "a.py",
    "a.go",
    "A.java",
    "a.kt",
    "a.scala",
    "a.rb",
    "a.php",
    "a.rs",
    "A.cs",
    "a.vue",
    "a.dart",
    ".pgpass",
    ".devcontainer/devcontainer.json",
    ".gitlab-ci.yml",
    "servers.json",
    "k8s/a.yaml",
    "prometheus.yml",
    "grafana/datasources.yml",
    "main.tf",
    "telegraf.conf",
    "nginx.conf",
    "redis.conf",
    "application.properties",
    "config.toml",
    "config.json",
    "CHANGELOG.md",
];

/// Pieces of the formats, and numbers that matter.
pub const WORDS: &[&str] = &[
    "\n",
    "\n",
    "\n",
    "\r\n",
    "\n  ",
    "\n    ",
    "\n      - ",
    " ",
    " ",
    "\t",
    "#",
    "# ",
    "- ",
    ": ",
    ":",
    "=",
    "'",
    "\"",
    "`",
    "```",
    "```yaml\n",
    "${",
    "}",
    ":-",
    "$",
    "[",
    "]",
    "{",
    "}",
    "(",
    ")",
    ",",
    "|",
    "|\n",
    "<!--",
    "-->",
    "//",
    "/*",
    "*/",
    "&a ",
    "*a",
    "<<: ",
    "!reset ",
    ">-\n",
    "\\",
    "\u{feff}",
    "…",
    "\u{0}",
    "5432",
    "6379",
    "6333",
    "7000",
    "7030",
    "9001",
    "65536",
    "0",
    "5432-5434",
    "/tcp",
    "5432:5432",
    "services:\n  db:\n    image: postgres:17\n    ports:\n      - ",
    "\"5432:5432\"\n",
    "published: ",
    "target: ",
    "environment:\n",
    "DB_PORT",
    "DB_HOST",
    "PORT=",
    "export ",
    "localhost",
    "localhost:5432",
    "127.0.0.1",
    "host.docker.internal",
    "postgres://u:p@",
    "redis://",
    "postgresql",
    "timescaledb",
    "redis",
    "FROM postgres\n",
    "EXPOSE ",
    "ENV ",
    "psql -h localhost -p ",
    "docker run -p ",
    "os.getenv('DB_PORT', '",
    "process.env.DB_PORT || ",
    "const port = ",
    "port: ",
    "scrape_configs:\n",
    "targets: ",
    "listen ",
    "portlint: ignore",
    "[PL001]",
    "| Service | Port |\n|---|---|\n| TimescaleDB | ",
    ".. code-block:: yaml\n\n",
    "----\n",
    "[source,yaml]\n",
];
