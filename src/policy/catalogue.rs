//! What the world runs: engines with their images, ports, data directories, schemes and clients.
//! The data is `rules/catalogue.yaml`.

use crate::model::Kind;
use serde::{Deserialize, Serialize};

/// All known engines.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// Databases, admin UIs, exporters and brokers, and well-known others (so that `grafana:3000` is known not to be one).
    pub engines: Vec<Engine>,
}

/// One engine.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Engine {
    /// `postgres`
    pub name: String,
    /// `PostgreSQL`, for messages.
    pub title: String,
    /// Its kind.
    pub kind: Kind,
    /// A message broker: a data service only where the policy says so.
    #[serde(default)]
    pub broker: bool,
    /// Often run as a cache only, so that a lost volume is no loss of data.
    #[serde(default)]
    pub cache: bool,
    /// The engine whose protocol it speaks, if not its own (`timescaledb` → `postgres`).
    #[serde(default)]
    pub family: Option<String>,
    /// Image repositories, registry and tag stripped; a last segment alone (`timescaledb`) matches under any owner only with `*/`.
    pub images: Vec<String>,
    /// Standard container ports with what they serve.
    #[serde(default)]
    pub ports: Vec<EnginePort>,
    /// Directories whose loss is the loss of the data.
    #[serde(default)]
    pub data_dirs: Vec<String>,
    /// URL schemes that only this family uses (never `http`).
    #[serde(default)]
    pub schemes: Vec<String>,
    /// Client commands: `psql`, `pg_isready`.
    #[serde(default)]
    pub clients: Vec<String>,
    /// Words in names and prose that mean it, lower case: `postgres`, `postgresql`, `pgsql`, `timescale`.
    #[serde(default)]
    pub words: Vec<String>,
    /// An exporter's or admin UI's subject: `postgres`.
    #[serde(default)]
    pub of: Option<String>,
}

/// A standard port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnginePort {
    /// The container port.
    pub port: u16,
    /// What it serves: `sql`, `http`, `grpc`, `ilp`, `metrics`; also the suffix of a variable's name.
    #[serde(default)]
    pub name: String,
}

impl Catalogue {
    /// An engine by name.
    pub fn engine(&self, name: &str) -> Option<&Engine> {
        self.engines.iter().find(|e| e.name == name)
    }
}
