//! What readers find in files: plain data with places, no judgement.
//!
//! A reader fills one [`FileFacts`] per file. Every text keeps its bytes ([`Text`], [`Span`]), so that later stages
//! point at, and edit, exactly the literal that a person would.

use crate::source::{Span, Spanned, Text};

/// All that one file says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FileFacts {
    /// The services of a compose file, or of a CI workflow's job.
    pub compose: Option<ComposeFile>,
    /// The variables of an env file.
    pub env: Option<EnvFile>,
    /// `FROM` and `EXPOSE`.
    pub dockerfile: Option<Dockerfile>,
    /// Every place that speaks of a port, declarations in compose `ports:` excepted.
    pub sightings: Vec<Sighting>,
    /// `portlint: ignore[...]` comments.
    pub ignores: Vec<Ignore>,
    /// Why the file, or a part of it, could not be read.
    pub problems: Vec<Problem>,
}

impl FileFacts {
    /// Whether the file said nothing; its text need not be kept.
    pub fn is_empty(&self) -> bool {
        !self.says_something() && self.ignores.is_empty() && self.problems.is_empty()
    }

    /// Whether it declares or mentions anything, whatever could not be read of it.
    pub fn says_something(&self) -> bool {
        self.compose.is_some()
            || self.env.is_some()
            || self.dockerfile.is_some()
            || !self.sightings.is_empty()
    }
}

/// Something in a file that keeps it, or a part of it, from being read.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// What sort.
    pub kind: ProblemKind,
    /// The parser's words, one clause.
    pub message: String,
    /// Where.
    pub span: Span,
}

/// Sorts of [`Problem`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// The parser gave up: the `syntax-error` finding.
    Syntax,
    /// Valid syntax that the format forbids (a port entry `abc:5432`, `ports:` that is a string): also `syntax-error`.
    Shape,
    /// Skipped on purpose (template, merge conflict, too large, not UTF-8): said, not reported as an error.
    Skipped,
    /// A compose or env file that the system does not let us read: also `syntax-error`.
    Unreadable,
    /// A reader failed: the `internal-error` finding.
    Internal,
}

/// An ignore comment.
#[derive(Clone, Debug, PartialEq)]
pub struct Ignore {
    /// The comment's bytes.
    pub span: Span,
    /// Codes or names between the brackets; empty means all rules.
    pub rules: Vec<Spanned<String>>,
    /// The lines it speaks for: its own and, when it stands alone on its line, the next one that is not a comment.
    pub scope: IgnoreScope,
}

/// How far an ignore comment reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IgnoreScope {
    /// This 1-based line.
    Line(usize),
    /// The whole file.
    File,
}

// ---- compose -------------------------------------------------------------------------------------------------

/// A compose file as written: nothing interpolated, nothing merged from other files.
/// YAML's own anchors, aliases and merge keys are resolved; the places stay those of the anchor's text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ComposeFile {
    /// Where the document comes from.
    pub origin: ComposeOrigin,
    /// `name:`
    pub name: Option<Text>,
    /// `services:` in file order; those of several documents are merged as Compose merges them.
    pub services: Vec<ComposeService>,
    /// Services with `!reset`: taken out of the files that this one overrides.
    pub removed: Vec<String>,
    /// `include:`
    pub includes: Vec<Include>,
    /// Names of the top-level `volumes:`.
    pub volumes: Vec<Spanned<String>>,
    /// Insert a top-level volume here: the end of `volumes:`' last entry, or of the file's last content.
    pub volumes_end: Option<VolumesEnd>,
}

/// Where top-level volumes can be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VolumesEnd {
    /// Byte offset behind the last line of the section (or of the file).
    pub offset: u32,
    /// Whether `volumes:` exists already.
    pub exists: bool,
    /// Indentation of its entries, in spaces.
    pub indent: u32,
}

/// What sort of document declares the services.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ComposeOrigin {
    /// A compose file.
    #[default]
    Compose,
    /// The `services:` of a GitHub Actions job: a throw-away runner's ports.
    Workflow,
}

/// One `include:` entry.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Include {
    /// `path:` (several are merged as overrides of the first).
    pub paths: Vec<Text>,
    /// `env_file:`
    pub env_files: Vec<Text>,
    /// `project_directory:`
    pub project_directory: Option<Text>,
}

/// One service as written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ComposeService {
    /// Its key.
    pub name: Spanned<String>,
    /// The bytes of its body.
    pub body: Span,
    /// Indentation of its keys, in spaces, and the offset behind its last line: where a key can be added.
    pub key_indent: u32,
    /// Offset behind the last line of the body.
    pub body_end: u32,
    /// `image:`
    pub image: Option<Text>,
    /// `build:`
    pub build: Option<Build>,
    /// `container_name:`
    pub container_name: Option<Text>,
    /// `hostname:`
    pub hostname: Option<Text>,
    /// `network_mode:`
    pub network_mode: Option<Text>,
    /// `restart:`, or `deploy.restart_policy.condition`.
    pub restart: Option<Text>,
    /// Whether `healthcheck:` is there and not disabled.
    pub healthcheck: bool,
    /// `ports:`
    pub ports: Vec<PortEntry>,
    /// `!reset` or `!override` on `ports:`.
    pub ports_tag: MergeTag,
    /// `expose:`
    pub expose: Vec<Text>,
    /// `environment:` in either form.
    pub environment: Vec<EnvPair>,
    /// `env_file:` paths.
    pub env_files: Vec<Text>,
    /// `command`, `entrypoint`, `healthcheck.test`, each item a text.
    pub commands: Vec<Text>,
    /// `volumes:`
    pub mounts: Vec<Mount>,
    /// `configs:`/`secrets:` do not count. Network names with aliases.
    pub networks: Vec<NetworkUse>,
    /// `links:` and `external_links:`
    pub links: Vec<Text>,
    /// `extra_hosts:` as `host` → `address`.
    pub extra_hosts: Vec<(String, String)>,
    /// `labels:` as key → value.
    pub labels: Vec<(Spanned<String>, Text)>,
    /// `profiles:`
    pub profiles: Vec<Text>,
    /// `depends_on:` names.
    pub depends_on: Vec<String>,
    /// `extends:`
    pub extends: Option<Extends>,
    /// `deploy.replicas` or `scale`, when it is a number.
    pub replicas: Option<u32>,
    /// Keys with `!reset` or `!override` (`environment`, `environment.DB_PORT`), those of `ports` excepted.
    pub merge_tags: Vec<(String, MergeTag)>,
    /// The CI job that runs it; services of two jobs never run on one machine.
    pub job: Option<String>,
}

impl Default for Spanned<String> {
    fn default() -> Self {
        Self::new(String::new(), Span::default())
    }
}

/// Compose's merge tags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MergeTag {
    /// None.
    #[default]
    Merge,
    /// `!reset`
    Reset,
    /// `!override`
    Override,
}

/// `build:`
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Build {
    /// `context:` or the short form.
    pub context: Option<Text>,
    /// `dockerfile:`
    pub dockerfile: Option<Text>,
    /// `dockerfile_inline:`'s first `FROM`, if given.
    pub inline_from: Option<String>,
    /// `target:`
    pub target: Option<Text>,
}

/// `extends:`
#[derive(Clone, Debug, PartialEq)]
pub struct Extends {
    /// `file:`; none means the same file.
    pub file: Option<Text>,
    /// `service:`
    pub service: Text,
}

/// One entry of `ports:`, not interpolated.
#[derive(Clone, Debug, PartialEq)]
pub enum PortEntry {
    /// `[HOST_IP:]HOST[-END]:CONTAINER[-END][/PROTO]`, also a bare number.
    Short(Text),
    /// The mapping form.
    Long(Box<LongPort>),
}

/// The mapping form of a port entry.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LongPort {
    /// The entry's bytes.
    pub span: Span,
    /// `published:`
    pub published: Option<Text>,
    /// `target:`
    pub target: Option<Text>,
    /// `host_ip:`
    pub host_ip: Option<Text>,
    /// `protocol:`
    pub protocol: Option<Text>,
    /// `mode:`
    pub mode: Option<Text>,
}

impl PortEntry {
    /// The entry's bytes.
    pub fn span(&self) -> Span {
        match self {
            Self::Short(text) => text.span,
            Self::Long(long) => long.span,
        }
    }
}

/// One variable of a service's `environment:`.
#[derive(Clone, Debug, PartialEq)]
pub struct EnvPair {
    /// Its name.
    pub key: Spanned<String>,
    /// Its value, not interpolated; none means: from the shell.
    pub value: Option<Text>,
}

/// One `volumes:` entry of a service.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mount {
    /// The entry's bytes.
    pub span: Span,
    /// Host path, volume name, or none for an anonymous volume. Not interpolated.
    pub source: Option<Text>,
    /// Path in the container.
    pub target: String,
    /// What it is.
    pub kind: MountKind,
}

/// Sorts of mounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MountKind {
    /// A named volume.
    Named,
    /// A host path.
    Bind,
    /// No source.
    #[default]
    Anonymous,
    /// tmpfs, npipe, cluster.
    Other,
}

/// A network that a service joins.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NetworkUse {
    /// Its name in the file.
    pub name: String,
    /// `aliases:`
    pub aliases: Vec<String>,
}

// ---- env files -----------------------------------------------------------------------------------------------

/// An env file's variables, in order; a later one of the same name wins.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EnvFile {
    /// Assignments.
    pub entries: Vec<EnvEntry>,
    /// Section headings (comment lines), for the place of a new variable: `(text, offset of the line)`.
    pub headings: Vec<(String, u32)>,
}

/// One assignment.
#[derive(Clone, Debug, PartialEq)]
pub struct EnvEntry {
    /// The name.
    pub key: Spanned<String>,
    /// The value as written, not interpolated; quotes excluded.
    pub value: Text,
    /// Whether the value is subject to interpolation (not single-quoted).
    pub interpolates: bool,
    /// A commented-out assignment (`# PORT=5432`): documents, declares nothing.
    pub commented: bool,
    /// The line's bytes, line end excluded.
    pub line: Span,
}

/// What a Dockerfile says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dockerfile {
    /// `FROM image [AS stage]`, `ARG` defaults applied.
    pub from: Vec<(Spanned<String>, Option<String>)>,
    /// `EXPOSE` ports.
    pub expose: Vec<Spanned<u16>>,
}

// ---- sightings -----------------------------------------------------------------------------------------------

/// A number that may be a port, and everything around it that tells what it means.
#[derive(Clone, Debug, PartialEq)]
pub struct Sighting {
    /// The digits (of the first port, for a range `6333-6334`).
    pub span: Span,
    /// The piece to show: `localhost:5433`, `-p 5433`, the digits at least.
    pub shown: Span,
    /// The number.
    pub port: u16,
    /// Last port of a range, with its digits.
    pub end: Option<Spanned<u16>>,
    /// How it is written.
    pub form: Form,
    /// The host beside it: in the same URL or pair, or a sibling key (`DB_HOST` beside `DB_PORT`).
    pub host: Option<Host>,
    /// URL scheme, lower case (`postgres`, `redis`, `http`).
    pub scheme: Option<String>,
    /// The variable or key that holds the value: `TIMESCALEDB_PORT`, `database.port`.
    pub name: Option<String>,
    /// Variables whose default this literal is, outermost first (`process.env.A ?? process.env.B ?? 5433`, `${A:-5433}`).
    pub fallback_of: Vec<String>,
    /// Who reads the value when the system runs.
    pub read_by: ReadBy,
    /// The side, where syntax or words say it outright ("(container)", `docker ps` arrows).
    pub hint: Option<Hint>,
    /// What may name the service: the row, the heading, the key path, the command.
    pub clues: Vec<Clue>,
    /// Whether the text tells how things are, were, or are by way of example.
    pub tense: Tense,
    /// The other half of a mapping `HOST:CONTAINER`.
    pub counterpart: Option<u16>,
    /// What the file's format makes of the value.
    pub role: Role,
}

/// What a file's format makes of a value that holds a port.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Role {
    /// Nothing special.
    #[default]
    Plain,
    /// A place that Prometheus (or a collector in its stead) scrapes, from its own place in the network.
    ScrapeTarget,
}

/// How a port is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// `scheme://host:port`
    Url,
    /// `host:port` without a scheme, `<host>:5433`, `[::1]:5432`.
    HostPort,
    /// The value of a key or variable that is named like a port.
    Keyed,
    /// `host=… port=…`
    Dsn,
    /// A part of `HOST:CONTAINER` in `docker run -p`, a compose snippet, `docker ps` or `docker port` output. The hint says which part.
    Mapping,
    /// `5432/tcp`, `EXPOSE`, `expose:`, `containerPort`, `targetPort`.
    Exposed,
    /// A client command's option: `psql -p 5433`, `nc -z localhost 5432`.
    Flag,
    /// A table's cell.
    Cell,
    /// A list item or `Name: 5432` line.
    Item,
    /// "port 5433", ":5433", "Adminer:8080" in running text.
    Prose,
}

/// The host beside a port.
#[derive(Clone, Debug, PartialEq)]
pub struct Host {
    /// As written: `localhost`, `timescaledb`, `${DB_HOST:-localhost}`, `<host>`.
    pub text: String,
    /// Where, in the same file.
    pub span: Option<Span>,
    /// The sibling key that gives it (`DB_HOST`), if it is not part of the same literal.
    pub key: Option<String>,
}

impl Sighting {
    /// The host of a sibling key (`DB_HOST` beside `DB_PORT`) that the port belongs to. None where the key's value has a port of its
    /// own, as `REDIS_URL=redis://redis:6379` does, or where the port's name says that it is a published one. `text` is the file's.
    pub fn paired(&self, text: &str) -> Option<&Host> {
        let host = self.host.as_ref().filter(|h| h.key.is_some())?;
        let behind = host.span.and_then(|s| text.get(s.end as usize..));
        let own = behind.and_then(|rest| rest.strip_prefix(':'));
        let complete = own.is_some_and(|p| p.starts_with(|c: char| c.is_ascii_digit()));
        let published = self.hint.as_ref().is_some_and(|h| h.side == Side::Host);
        (!complete && !published).then_some(host)
    }
}

/// Who reads a value when the system runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReadBy {
    /// A process on the host, or a person who types it there: scripts, backend configs, docs.
    Host,
    /// The service of this index in the same file's [`ComposeFile::services`].
    Service(usize),
    /// A container, not known which: `docker exec`, image entrypoints, Dockerfiles, a compose snippet's environment.
    Container,
    /// A tool that usually runs in a container of the repo and reads this file (Prometheus, Grafana, nginx, pgbouncer, ...):
    /// the service that mounts the file decides.
    Mounted,
    /// Nobody says: an env file whose uses decide, a library's default.
    Unknown,
    /// A Kubernetes object.
    Cluster,
    /// A step of a CI job on a throw-away runner.
    CiJob,
    /// The server itself: `listen`, bind addresses, logs.
    Server,
}

/// A side that the file states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Which.
    pub side: Side,
    /// Why, as a clause for messages: "the left part of `docker run -p`".
    pub reason: &'static str,
    /// Whether the words can hardly mean anything else.
    pub certain: bool,
}

/// The side of a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// What the machine publishes.
    Host,
    /// What a process in a container listens on.
    Container,
    /// A machine that the repo does not declare.
    External,
    /// Not decided.
    Unknown,
}

/// A piece of text that may name the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clue {
    /// How near it is.
    pub kind: ClueKind,
    /// The text.
    pub text: String,
}

/// Sorts of clues, nearest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClueKind {
    /// The command that takes the port: `psql`, `redis-cli`.
    Command,
    /// The name before it: variable, key, `TimescaleDB: 5432`, the row's name cell, the image of `docker run`.
    Name,
    /// The keys above it.
    KeyPath,
    /// The rest of the row, item, sentence or line, a trailing comment.
    Line,
    /// The line above, the table's header, the sibling entries.
    Near,
    /// The headings above it, nearest first.
    Heading,
    /// The file's own name.
    File,
}

/// Whether a text speaks of the present.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tense {
    /// How things are.
    #[default]
    Now,
    /// A dated report, plan or audit: a note at most.
    Dated,
    /// How they were: changelogs, ADRs, archives, "was 5432", the old column.
    History,
}
