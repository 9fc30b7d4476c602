//! Readers: one file per format, each turning a [`SourceFile`] into facts. A reader knows its format and no rule.
//!
//! Adding a format is one new file and one line in [`READERS`]; a configuration's goes to [`CONFIGS`].

pub mod asciidoc;
pub mod ci;
pub mod cloud;
pub mod code;
pub mod compose;
pub mod config;
pub mod devcontainer;
pub mod dockerfile;
pub mod docs;
pub mod dotenv;
pub mod exposed;
pub mod grafana;
pub mod ignores;
pub mod kubernetes;
pub mod markdown;
pub mod other;
pub mod own;
pub mod pgadmin;
pub mod pgpass;
pub mod plaintext;
pub mod prometheus;
pub mod proxies;
pub mod rst;
pub mod scan;
pub mod servers;
pub mod settings;
pub mod shell;
pub mod skipped;
pub mod sql;
pub mod telemetry;
pub mod workflow;
pub mod yaml;

#[cfg(test)]
pub mod testing;

use crate::classify::Name;
use crate::facts::{FileFacts, Problem, ProblemKind};
use crate::guard::guard;
use crate::source::{SourceFile, Span};

/// A format's reader.
pub struct Reader {
    /// Its name in `-v` output and tests.
    pub name: &'static str,
    /// Whether it wants the file, by name and, where the name does not tell, by the text.
    pub wants: fn(name: &Name<'_>, text: &str) -> bool,
    /// Reads the file; adds to what other readers found.
    pub read: fn(file: &SourceFile, facts: &mut FileFacts),
}

/// Readers of one format each; every one that wants a file reads it, in this order.
pub static READERS: &[Reader] = &[
    compose::READER,
    workflow::READER,
    dockerfile::READER,
    dotenv::READER,
    markdown::READER,
    rst::READER,
    asciidoc::READER,
    plaintext::READER,
    shell::READER,
    code::JAVASCRIPT,
    code::TYPESCRIPT,
    code::PYTHON,
    code::GO,
    code::JAVA,
    code::KOTLIN,
    code::SCALA,
    code::RUBY,
    code::PHP,
    code::RUST,
    code::C_SHARP,
    code::WEB,
    sql::READER,
    other::READER,
];

/// Readers of configurations, the particular before the general: of those that want a file which no reader of [`READERS`] wants, the
/// first one reads it.
pub static CONFIGS: &[Reader] = &[
    pgpass::READER,
    devcontainer::READER,
    ci::READER,
    pgadmin::READER,
    kubernetes::READER,
    prometheus::READER,
    grafana::READER,
    cloud::READER,
    telemetry::READER,
    proxies::READER,
    servers::READER,
    config::READER,
];

/// The name of the reader of env files.
pub const ENV_READER: &str = "dotenv";

/// The name of the reader of compose files.
pub const COMPOSE_READER: &str = "compose";

/// Whether a file of this name may declare services, published ports or variables, by which other files are judged. A compose
/// file may be a YAML file of any name.
pub fn may_declare(name: &Name<'_>) -> bool {
    let by_name = |reader: &Reader| (reader.wants)(name, "");
    name.is_yaml()
        || name.role().is_named()
        || by_name(&dockerfile::READER)
        || by_name(&dotenv::READER)
}

/// All that a file says. What portlint wrote itself says nothing.
pub fn read(file: &SourceFile) -> FileFacts {
    let mut facts = FileFacts::default();
    if !read_with(READERS, file, &mut facts) && config::may_hold_port(&file.text) {
        let name = Name::of(&file.path);
        let first = CONFIGS.iter().find(|r| (r.wants)(&name, &file.text));
        if let Some(reader) = first {
            run(reader, file, &mut facts);
        }
    }
    ignores::read(file, &mut facts);
    // asked last: few files say anything
    if !facts.is_empty() && own::is_own(&file.text) {
        return FileFacts::default();
    }
    facts
}

/// Lets each of some readers that wants the file read it, and says whether one did.
pub fn read_with(readers: &[Reader], file: &SourceFile, facts: &mut FileFacts) -> bool {
    let name = Name::of(&file.path);
    let mut wanted = false;
    for reader in readers {
        if (reader.wants)(&name, &file.text) {
            run(reader, file, facts);
            wanted = true;
        }
    }
    wanted
}

/// Lets the reader of this name read a file that its own name does not show to be of its format (`env_file: db.vars`).
pub fn read_as(name: &str, file: &SourceFile) -> FileFacts {
    let mut facts = FileFacts::default();
    for reader in READERS.iter().filter(|r| r.name == name) {
        run(reader, file, &mut facts);
    }
    ignores::read(file, &mut facts);
    facts
}

/// Runs one reader; a panic in it costs this file alone.
fn run(reader: &Reader, file: &SourceFile, facts: &mut FileFacts) {
    if let Err(panic) = guard(|| (reader.read)(file, facts)) {
        facts.problems.push(Problem {
            kind: ProblemKind::Internal,
            message: format!("the `{}` reader failed: {panic}", reader.name),
            span: Span::default(),
        });
    }
}
