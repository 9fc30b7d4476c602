//! The resolved repository, read-only: what rules look up.

use crate::facts::{FileFacts, Side, Sighting};
use crate::finding::Confidence;
use crate::source::{FileId, Place, Span, Spanned};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Index of a [`Service`] in [`Model::services`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServiceId(pub usize);

/// Index of a [`Declaration`] in [`Model::declarations`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeclarationId(pub usize);

/// Index of a [`Project`] in [`Model::projects`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProjectId(pub usize);

/// An inclusive range of ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortRange {
    /// First.
    pub start: u16,
    /// Last; the first again for a single port.
    pub end: u16,
}

impl PortRange {
    /// One port.
    pub fn single(port: u16) -> Self {
        Self {
            start: port,
            end: port,
        }
    }

    /// Whether the two share a port.
    pub fn overlaps(self, other: Self) -> bool {
        self.start <= other.end && other.start <= self.end
    }

    /// Whether `port` is one of them.
    pub fn contains(self, port: u16) -> bool {
        self.start <= port && port <= self.end
    }

    /// How many ports.
    pub fn count(self) -> usize {
        usize::from(self.end.saturating_sub(self.start)) + 1
    }
}

impl std::fmt::Display for PortRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.start == self.end {
            write!(f, "{}", self.start)
        } else {
            write!(f, "{}-{}", self.start, self.end)
        }
    }
}

/// What sort of service publishes a port (port model, section 5).
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Keeps data.
    Database,
    /// A web interface to a database.
    AdminUi,
    /// Turns a database's state into metrics.
    Exporter,
    /// Anything else.
    #[default]
    Other,
}

impl Kind {
    /// The name in policy, JSON and messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Database => "database",
            Self::AdminUi => "admin-ui",
            Self::Exporter => "exporter",
            Self::Other => "other",
        }
    }
}

/// The whole repository.
#[derive(Debug, Default)]
pub struct Model {
    /// Facts by file, in the order of [`FileId`].
    pub files: Vec<FileFacts>,
    /// What can be started as one.
    pub projects: Vec<Project>,
    /// All services, in the order of file and place.
    pub services: Vec<Service>,
    /// All published ports, in the order of file and place.
    pub declarations: Vec<Declaration>,
    /// All variables of env files and interpolations, by name.
    pub variables: BTreeMap<String, Variable>,
}

/// One compose file with its overrides and includes.
#[derive(Clone, Debug)]
pub struct Project {
    /// `name:`, `COMPOSE_PROJECT_NAME`, or the directory's name.
    pub name: String,
    /// Its directory, relative to the root, without a last slash; empty for the root.
    pub dir: String,
    /// The file that starts it, then overrides and includes.
    pub files: Vec<FileId>,
    /// Files that are variants of one stack share this number (`apps.yml`, `apps.prod.yml`).
    pub stack: usize,
    /// A CI job's services, not a stack of the repo.
    pub workflow: bool,
}

/// One service at the place where it is written.
#[derive(Clone, Debug)]
pub struct Service {
    /// Its project.
    pub project: ProjectId,
    /// Where it is written.
    pub file: FileId,
    /// Index in the file's `ComposeFile::services`.
    pub index: usize,
    /// Its key.
    pub name: Spanned<String>,
    /// `container_name`, interpolated.
    pub container_name: Option<String>,
    /// All names by which containers reach it: service name, container name, hostname, aliases. Lower case.
    pub aliases: Vec<String>,
    /// `image`, interpolated.
    pub image: Option<Spanned<String>>,
    /// What it is.
    pub identity: Identity,
    /// The ports that its processes listen on: targets, `expose`, `EXPOSE`, the engine's standard ones.
    pub listens: Vec<u16>,
    /// Uses the host's network: the container side is the host side.
    pub host_network: bool,
    /// A base that other services `extends`, with no life of its own.
    pub is_base: bool,
}

/// Whose port it is, and how that is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Identity {
    /// The kind.
    pub kind: Kind,
    /// `postgres`, `timescaledb`, `questdb`, ...
    pub engine: Option<String>,
    /// Whether the evidence is complete.
    pub certain: bool,
    /// The evidence as a clause: "image `postgres:16`".
    pub evidence: String,
    /// The policy's service entry that matched, by its name.
    pub policy_service: Option<String>,
}

/// One published port (or range), or a target whose host port Docker picks.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// Who publishes.
    pub service: ServiceId,
    /// The file.
    pub file: FileId,
    /// The whole entry.
    pub entry: Span,
    /// The published port; none means that Docker picks it.
    pub published: Option<Published>,
    /// The container's ports.
    pub target: PortRange,
    /// Where the target is written, if in this file.
    pub target_span: Span,
    /// `tcp`, `udp`, `sctp`.
    pub protocol: String,
    /// Address as written and interpolated; empty for all.
    pub host_ip: String,
    /// `network_mode: host`: there is no `ports:` entry, the engine listens on the machine itself.
    pub host_network: bool,
    /// A later file of the project takes the entry out (`!reset`) or puts others in its place (`!override`).
    pub overridden: bool,
    /// The host port is left to the shell: `${DB_PORT:?…}` without a value in any file.
    pub demanded: bool,
}

/// The host side of a declaration.
#[derive(Clone, Debug)]
pub struct Published {
    /// The value in force.
    pub range: PortRange,
    /// The host part as written in the entry: `5432`, `${DB_PORT:-5432}`.
    pub span: Span,
    /// Where the value in force stands: the digits that a person edits.
    pub origin: Origin,
    /// The variable that gives it, the outermost one.
    pub variable: Option<String>,
    /// All values that the variable could have here, in falling order of precedence.
    pub candidates: Vec<Candidate>,
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Digits in the entry itself.
    Literal(Place),
    /// The default in the expression.
    Default(Place),
    /// An env file.
    EnvFile(Place),
}

impl Origin {
    /// The digits.
    pub fn place(self) -> Place {
        match self {
            Self::Literal(p) | Self::Default(p) | Self::EnvFile(p) => p,
        }
    }
}

/// One value that a variable may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The value's text.
    pub value: String,
    /// Its bytes.
    pub place: Place,
    /// What sort of place.
    pub source: CandidateSource,
}

/// Sorts of candidate places, in falling order of precedence (port model, section 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CandidateSource {
    /// The `.env` that Compose reads.
    ComposeEnv,
    /// An env file that the policy names.
    PolicyEnv,
    /// The root's `.env`.
    RootEnv,
    /// `.env.example` and its like.
    Template,
    /// The default in the expression.
    Default,
}

/// A variable, wherever it is set or used.
#[derive(Clone, Debug, Default)]
pub struct Variable {
    /// Assignments in env files.
    pub values: Vec<VariableValue>,
    /// Interpolations in compose files.
    pub uses: Vec<VariableUse>,
}

/// One assignment in an env file.
#[derive(Clone, Debug)]
pub struct VariableValue {
    /// The value's text.
    pub value: String,
    /// Its bytes.
    pub place: Place,
    /// Whether the file is a template (`.env.example`, ...).
    pub template: bool,
}

/// One interpolation in a compose file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariableUse {
    /// The whole expression `${...}`.
    pub place: Place,
    /// The service, if it stands in one.
    pub service: Option<ServiceId>,
    /// What it feeds.
    pub feeds: Feeds,
    /// The default's text and bytes, if it has one.
    pub default: Option<(String, Place)>,
    /// `${VAR:?…}`: Compose refuses to start without a value, and says why.
    pub required: bool,
}

/// What an interpolation feeds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Feeds {
    /// The host part of a `ports:` entry.
    HostPort(DeclarationId),
    /// Its container part.
    ContainerPort(DeclarationId),
    /// A container's environment variable, with the host it is paired with (`DB_HOST`'s value), if any.
    Environment {
        /// The container's variable.
        key: String,
        /// The paired host, interpolated.
        host: Option<String>,
    },
    /// `expose:`
    Expose,
    /// Anything else.
    Other,
}

/// A judged sighting.
#[derive(Clone, Debug)]
pub struct Reference {
    /// The file.
    pub file: FileId,
    /// Index in [`FileFacts::sightings`].
    pub sighting: usize,
    /// The side.
    pub side: Side,
    /// Why, as a clause: "`localhost` in a file that a host process reads".
    pub reason: String,
    /// What it means.
    pub outcome: Outcome,
    /// How sure side and outcome are.
    pub confidence: Confidence,
    /// The service that it speaks of, where that is known.
    pub service: Option<ServiceId>,
    /// Other declarations fit as well; this is the one of the nearest file. No fix follows from it.
    pub ambiguous: bool,
}

/// What a sighting means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Host side: this declaration publishes it. If the declaration moves, it moves along.
    Follows(DeclarationId),
    /// Container side, and a port that the service listens on (or that nobody can know): right as it is.
    LeftAlone,
    /// A container reaches another by name, but with the port that this declaration publishes.
    PublishedInside(DeclarationId),
    /// A scrape target that no service listens on.
    NoListener,
    /// Host side, a data service's port outside the range that no declaration publishes: an old port of the table, or one
    /// that a `docker run` in a text publishes.
    Stale {
        /// The table's row, as index in `Policy::remappings`.
        remapping: Option<usize>,
        /// The engine that it speaks of.
        engine: String,
        /// Where the repo publishes the service now.
        now: Option<DeclarationId>,
    },
    /// A document names a service with another port than this declaration publishes.
    DocsDrift(DeclarationId),
    /// A fallback differs from the value that env files and compose give the same variable.
    FallbackDrift(DeclarationId),
    /// Host side, a data service by scheme or name, and nothing in the repo publishes it.
    Dangling,
    /// Host side of a throw-away CI runner.
    Runner,
    /// A machine that the repo does not declare.
    External,
    /// Tells how things were.
    History,
    /// Cannot be decided.
    Unknown,
}

impl Reference {
    /// The declaration that it resolves to.
    pub fn declaration(&self) -> Option<DeclarationId> {
        match self.outcome {
            Outcome::Follows(id)
            | Outcome::PublishedInside(id)
            | Outcome::DocsDrift(id)
            | Outcome::FallbackDrift(id) => Some(id),
            Outcome::Stale { now, .. } => now,
            _ => None,
        }
    }
}

#[expect(
    clippy::indexing_slicing,
    reason = "ids are made by the resolver for this very model"
)]
impl Model {
    /// A service.
    ///
    /// # Panics
    /// Never for ids of this model.
    pub fn service(&self, id: ServiceId) -> &Service {
        &self.services[id.0]
    }

    /// A declaration of this model.
    pub fn declaration(&self, id: DeclarationId) -> &Declaration {
        &self.declarations[id.0]
    }

    /// A project of this model.
    pub fn project(&self, id: ProjectId) -> &Project {
        &self.projects[id.0]
    }

    /// The sighting of a reference.
    pub fn sighting(&self, reference: &Reference) -> &Sighting {
        &self.files[reference.file.0 as usize].sightings[reference.sighting]
    }

    /// All declarations with their ids.
    pub fn declarations(&self) -> impl Iterator<Item = (DeclarationId, &Declaration)> {
        self.declarations
            .iter()
            .enumerate()
            .map(|(i, d)| (DeclarationId(i), d))
    }

    /// All sightings with their files.
    pub fn sightings(&self) -> impl Iterator<Item = (FileId, usize, &Sighting)> {
        self.files.iter().enumerate().flat_map(|(f, facts)| {
            let file = FileId(Span::at(f).start);
            facts
                .sightings
                .iter()
                .enumerate()
                .map(move |(i, s)| (file, i, s))
        })
    }
}
