//! The effective policy: built-in pack, then `portlint.yaml`, then the command line.

mod build;
pub mod catalogue;
mod error;
pub mod file;
pub mod image;
mod load;
mod lookup;
mod node;
mod paths;
pub mod pattern;
mod schema;
mod words;

pub use error::{Invalid, PolicyError, Problem};
pub use load::FILES;
pub use schema::{SCHEMA_FILE, init_text, schema_json};
pub use words::Hit;

use crate::finding::Severity;
use crate::model::{Kind, PortRange};
use crate::source::Span;
use catalogue::Catalogue;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Everything that portlint judges by.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// Path of the file it came from, relative to the root; none for the built-in pack alone.
    pub file: Option<String>,
    /// Ranges that belong to data services.
    pub ranges: Vec<Reserved>,
    /// Parts of them, ascending, without overlaps.
    pub bands: Vec<Band>,
    /// Known services and their ports, the project's before the pack's.
    pub services: Vec<ServicePolicy>,
    /// Old host ports and their successors.
    pub remappings: Vec<Remapping>,
    /// Env files that feed interpolation, relative to the root, in falling precedence.
    pub env_files: Vec<String>,
    /// What to read.
    pub paths: Paths,
    /// Settings per rule name.
    pub rules: BTreeMap<String, RuleSetting>,
    /// Sets of projects or files that never run together: project names, or globs over paths.
    pub never_together: Vec<Vec<String>>,
    /// How a moved host port is written.
    pub host_port_style: HostPortStyle,
    /// Hosts that are this machine, beside the built-in loopback names.
    pub loopback_names: Vec<String>,
    /// Whether brokers (kafka, rabbitmq) count as databases.
    pub brokers_are_data: bool,
    /// Images, engines, ports, schemes.
    pub catalogue: Catalogue,
}

/// A reserved range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reserved {
    /// Name for messages: "reserved range".
    pub name: String,
    /// Its ports.
    pub range: PortRange,
    /// Where the policy file says so, if it does.
    pub span: Option<Span>,
}

/// A band of a reserved range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Band {
    /// Name for messages and output: `primary databases`.
    pub name: String,
    /// Its ports.
    pub range: PortRange,
    /// Who may publish there; empty: nobody without a policy entry of the project.
    pub kinds: Vec<Kind>,
    /// Where the policy file says so, if it does.
    pub span: Option<Span>,
}

/// A known service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServicePolicy {
    /// Name for messages: `TimescaleDB backup`.
    pub name: String,
    /// Service-name globs.
    pub services: Vec<String>,
    /// Container-name globs.
    pub containers: Vec<String>,
    /// Image-repository globs.
    pub images: Vec<String>,
    /// Kind, if the entry says so.
    pub kind: Option<Kind>,
    /// Engine, if the entry says so.
    pub engine: Option<String>,
    /// Assigned ports.
    pub ports: Vec<Assigned>,
    /// Whether the entry is the project's own, not the pack's.
    pub own: bool,
    /// Where the policy file says so, if it does.
    pub span: Option<Span>,
}

/// An assigned host port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assigned {
    /// Container port.
    pub container: u16,
    /// Host port.
    pub host: u16,
    /// The variable that carries it.
    pub variable: Option<String>,
    /// Where the policy file says so, if it does.
    pub span: Option<Span>,
}

/// An old host port and its successor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remapping {
    /// Name of the service for messages: `QuestDB ILP`.
    pub service: String,
    /// The service entry that it belongs to (`QuestDB`), by its name.
    pub entry: Option<String>,
    /// Its engine, for evidence by scheme, client and words; empty if not known.
    pub engine: String,
    /// Further words that name it: `langgraph`, `backup`, `ilp`.
    pub words: Vec<String>,
    /// Old host port.
    pub old: u16,
    /// New host port.
    pub new: u16,
    /// The container port that is published there, if known.
    pub container: Option<u16>,
    /// The variable.
    pub variable: Option<String>,
    /// Where the policy file says so, if it does.
    pub span: Option<Span>,
}

/// Globs over paths relative to the root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paths {
    /// Only these, if any; also brings back what is out by default.
    pub include: Vec<String>,
    /// Not these.
    pub exclude: Vec<String>,
}

/// A rule's settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleSetting {
    /// `off`, or another severity.
    pub severity: Option<RuleSeverity>,
    /// Not in these paths.
    pub exclude: Vec<String>,
    /// Only in these paths.
    pub include: Vec<String>,
}

/// A rule's severity in a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleSeverity {
    /// The rule does not run.
    Off,
    /// It reports at this severity.
    On(Severity),
}

/// How a moved host port is written.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum HostPortStyle {
    /// `${TIMESCALEDB_PORT:-7000}:5432`
    #[default]
    Variable,
    /// `7000:5432`
    Literal,
}

#[cfg(test)]
mod tests;
