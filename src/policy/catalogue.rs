//! What the world runs: engines with their images, ports, data directories, schemes and clients.
//! The data is `rules/catalogue.yaml`; this module reads it (as JSON, see `rules/compiled/README.md`) and answers questions about it.

use super::image;
use super::words::{Hit, Words};
use crate::model::Kind;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, LazyLock, OnceLock};

/// All known engines, with an index over their names, images, schemes, clients, ports and words.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// Databases, admin UIs, exporters and brokers, and well-known others (so that `grafana:3000` is known not to be one).
    /// The index is made from them at the first question; changes after that are not seen by it.
    pub engines: Vec<Engine>,
    #[serde(skip)]
    index: OnceLock<Arc<Index>>,
    #[serde(skip)]
    words: OnceLock<Arc<Words>>,
}

/// Their number alone: the rest would fill pages.
impl fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Catalogue({} engines)", self.engines.len())
    }
}

/// One engine.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Engine {
    /// `postgres`
    pub name: String,
    /// `PostgreSQL`, for messages.
    pub title: String,
    /// Its kind; for a broker only where the policy counts brokers as data services (see [`super::Policy::kind_of`]).
    pub kind: Kind,
    /// A message broker, or an admin UI or exporter of one: a data service only where the policy says so.
    #[serde(default)]
    pub broker: bool,
    /// Often run as a cache only, so that a lost volume is no loss of data.
    #[serde(default)]
    pub cache: bool,
    /// A base image, which says nothing of what is built on it.
    #[serde(default)]
    pub base: bool,
    /// The engine whose protocol it speaks, if not its own (`timescaledb` → `postgres`).
    #[serde(default)]
    pub family: Option<String>,
    /// Image repositories, registry and tag stripped; a last `*` stands for any ending.
    pub images: Vec<String>,
    /// Standard container ports with what they serve; clients use the first.
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
    /// Words in names and prose that mean it, lower case: `postgres`, `timescale`; a space stands for any separator or none.
    #[serde(default)]
    pub words: Vec<String>,
    /// Words that hint at it but mean other things as well: `pg`, `es`.
    #[serde(default)]
    pub weak: Vec<String>,
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

impl Engine {
    /// The words that mean it, each as the catalogue has it and written as one: `mongo db`, `mongodb`.
    pub fn spellings(&self) -> impl Iterator<Item = String> {
        let joined = |word: &String| word.contains(' ').then(|| word.replace(' ', ""));
        self.words
            .iter()
            .flat_map(move |word| joined(word).into_iter().chain([word.clone()]))
    }

    /// The engine whose protocol it speaks: its family, or itself.
    pub fn family(&self) -> &str {
        self.family.as_deref().unwrap_or(&self.name)
    }

    /// Whether `port` is one of its standard container ports.
    pub fn listens_on(&self, port: u16) -> bool {
        self.ports.iter().any(|p| p.port == port)
    }

    /// The container port that clients use.
    pub fn main_port(&self) -> Option<u16> {
        self.ports.first().map(|p| p.port)
    }
}

/// Positions in the list of engines, by what one may ask for.
#[derive(Debug, Default)]
struct Index {
    by_name: HashMap<String, usize>,
    by_image: HashMap<String, usize>,
    /// `(prefix, engine)` of the patterns that end with `*`, longest first.
    by_prefix: Vec<(String, usize)>,
    /// Names of official images (no owner), which a private copy usually keeps: `acme/postgres`.
    by_official: HashMap<String, usize>,
    by_scheme: HashMap<String, usize>,
    by_client: HashMap<String, usize>,
    by_port: HashMap<u16, Vec<usize>>,
}

impl Index {
    fn new(engines: &[Engine]) -> Self {
        let mut index = Self::default();
        for (i, engine) in engines.iter().enumerate() {
            index.by_name.insert(engine.name.clone(), i);
            for pattern in &engine.images {
                index.add_image(&image::repository(pattern), i);
            }
            for scheme in &engine.schemes {
                index.by_scheme.insert(scheme.clone(), i);
            }
            for client in &engine.clients {
                index.by_client.insert(client.clone(), i);
            }
            for port in &engine.ports {
                let at = index.by_port.entry(port.port).or_default();
                if at.last() != Some(&i) {
                    at.push(i);
                }
            }
        }
        index
            .by_prefix
            .sort_by(|a, b| (b.0.len(), &a.0).cmp(&(a.0.len(), &b.0)));
        index
    }

    fn add_image(&mut self, repository: &str, engine: usize) {
        if let Some(prefix) = repository.strip_suffix('*') {
            self.by_prefix.push((prefix.to_owned(), engine));
            return;
        }
        if !repository.contains('/') {
            self.by_official.insert(repository.to_owned(), engine);
        }
        self.by_image.insert(repository.to_owned(), engine);
    }

    fn image(&self, repository: &str) -> Option<usize> {
        self.by_image.get(repository).copied().or_else(|| {
            self.by_prefix
                .iter()
                .find(|(prefix, _)| repository.starts_with(prefix.as_str()))
                .map(|&(_, engine)| engine)
        })
    }
}

impl Catalogue {
    /// The catalogue that comes with portlint.
    #[expect(clippy::expect_used, reason = "the embedded file is read by a test")]
    pub fn builtin() -> Self {
        static BUILTIN: LazyLock<Catalogue> = LazyLock::new(|| {
            serde_json::from_str(include_str!("../../rules/compiled/catalogue.json"))
                .expect("the embedded catalogue is valid")
        });
        BUILTIN.clone()
    }

    fn index(&self) -> &Index {
        self.index
            .get_or_init(|| Arc::new(Index::new(&self.engines)))
    }

    fn at(&self, position: usize) -> Option<&Engine> {
        self.engines.get(position)
    }

    /// An engine by name.
    pub fn engine(&self, name: &str) -> Option<&Engine> {
        self.at(*self.index().by_name.get(name)?)
    }

    /// The engine of an image repository (see [`image::repository`]), also behind the path of a pull-through cache
    /// (`mirror/qdrant/qdrant`).
    pub fn by_image(&self, repository: &str) -> Option<&Engine> {
        let mut rest = repository;
        loop {
            if let Some(engine) = self.index().image(rest) {
                return self.at(engine);
            }
            rest = rest.split_once('/')?.1;
            // a last segment alone is somebody's own name, not evidence of this strength
            if !rest.contains('/') {
                return None;
            }
        }
    }

    /// The engine whose official image has this name, whoever owns the copy: `postgres` for `acme/postgres`.
    pub fn by_official_name(&self, last_segment: &str) -> Option<&Engine> {
        self.at(*self.index().by_official.get(last_segment)?)
    }

    /// The engine that owns a URL scheme; a driver (`postgresql+asyncpg`) and what stands before a colon (`jdbc:`) are looked
    /// through.
    pub fn by_scheme(&self, scheme: &str) -> Option<&Engine> {
        let scheme = scheme.to_ascii_lowercase();
        let scheme = scheme.rsplit(':').next()?;
        let known = &self.index().by_scheme;
        let engine = known
            .get(scheme)
            .or_else(|| known.get(scheme.split('+').next()?))?;
        self.at(*engine)
    }

    /// The engine that a client command speaks to; a path and `.exe` before and after it are looked through.
    pub fn by_client(&self, command: &str) -> Option<&Engine> {
        let name = command
            .rsplit(['/', '\\'])
            .next()
            .unwrap_or(command)
            .to_ascii_lowercase();
        let name = name.strip_suffix(".exe").unwrap_or(&name);
        self.at(*self.index().by_client.get(name)?)
    }

    /// Engines with this standard container port, in the order of the file.
    pub fn by_port(&self, port: u16) -> impl Iterator<Item = &Engine> {
        let positions = self
            .index()
            .by_port
            .get(&port)
            .map_or(&[][..], Vec::as_slice);
        positions.iter().filter_map(|&i| self.at(i))
    }

    /// The words in a text that name an engine, by place: whole words only, the longest where several fit.
    pub fn words(&self, text: &str) -> Vec<Hit<'_>> {
        let words = self
            .words
            .get_or_init(|| Arc::new(Words::new(&self.engines)));
        words
            .find(text)
            .into_iter()
            .filter_map(|found| {
                Some(Hit {
                    range: found.range,
                    engine: self.at(found.engine)?,
                    weak: found.weak,
                })
            })
            .collect()
    }

    /// The engine whose protocol `name` speaks; a name that is not known is its own family.
    pub fn family<'a>(&'a self, name: &'a str) -> &'a str {
        self.engine(name).map_or(name, Engine::family)
    }

    /// Whether two engines speak one protocol: a `postgres` URL fits `timescaledb`.
    pub fn related(&self, a: &str, b: &str) -> bool {
        self.family(a) == self.family(b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn name(engine: Option<&Engine>) -> &str {
        engine.map_or("-", |e| e.name.as_str())
    }

    #[test]
    fn says_each_thing_once() {
        let catalogue = Catalogue::builtin();
        let mut seen: BTreeMap<(&str, String), &str> = BTreeMap::new();
        for engine in &catalogue.engines {
            let images = engine
                .images
                .iter()
                .map(|i| ("image", image::repository(i)));
            let words = engine.words.iter().map(|w| ("word", w.replace(' ', "")));
            let weak = engine.weak.iter().map(|w| ("word", w.replace(' ', "")));
            let rest = engine
                .schemes
                .iter()
                .map(|s| ("scheme", s.clone()))
                .chain(engine.clients.iter().map(|c| ("client", c.clone())))
                .chain([("name", engine.name.clone())]);
            for key in images.chain(words).chain(weak).chain(rest) {
                let shown = format!("{key:?}");
                let before = seen.insert(key, &engine.name);
                assert!(
                    before.is_none_or(|other| other == engine.name),
                    "{shown} of {} is {before:?}'s already",
                    engine.name
                );
            }
        }
        assert!(catalogue.engines.len() > 120);
    }

    #[test]
    fn relations_lead_to_known_engines() {
        let catalogue = Catalogue::builtin();
        for engine in &catalogue.engines {
            for other in engine.family.iter().chain(&engine.of) {
                assert!(
                    catalogue.engine(other).is_some(),
                    "{} → {other}",
                    engine.name
                );
            }
            let family = catalogue.engine(engine.family()).unwrap();
            assert!(
                family.family.is_none(),
                "{}'s family has a family",
                engine.name
            );
            assert!(engine.ports.iter().all(|p| p.port > 0));
            let lower = engine
                .words
                .iter()
                .chain(&engine.schemes)
                .chain(&engine.clients);
            assert!(
                lower.clone().all(|w| *w == w.to_lowercase()),
                "{}",
                engine.name
            );
            assert!(engine.schemes.iter().all(|s| !s.starts_with("http")));
        }
    }

    #[test]
    fn looks_through_drivers_and_prefixes() {
        let catalogue = Catalogue::builtin();
        for (scheme, engine) in [
            ("postgres", "postgres"),
            ("postgresql+asyncpg", "postgres"),
            ("jdbc:postgresql", "postgres"),
            ("JDBC:sqlserver", "mssql"),
            ("mongodb+srv", "mongodb"),
            ("rediss", "redis"),
            ("mysql+pymysql", "mysql"),
            ("neo4j+s", "neo4j"),
            ("amqps", "rabbitmq"),
            ("clickhouse+native", "clickhouse"),
            ("http", "-"),
            ("https", "-"),
            ("", "-"),
            ("+", "-"),
        ] {
            assert_eq!(name(catalogue.by_scheme(scheme)), engine, "{scheme}");
        }
        for (command, engine) in [
            ("psql", "postgres"),
            ("/usr/bin/pg_isready", "postgres"),
            ("C:\\tools\\PSQL.EXE", "postgres"),
            ("redis-cli", "redis"),
            ("mongosh", "mongodb"),
            ("cqlsh", "cassandra"),
            ("curl", "-"),
            ("", "-"),
        ] {
            assert_eq!(name(catalogue.by_client(command)), engine, "{command}");
        }
    }

    #[test]
    fn families_and_ports() {
        let catalogue = Catalogue::builtin();
        assert!(catalogue.related("timescaledb", "postgres"));
        assert!(catalogue.related("valkey", "redis"));
        assert!(!catalogue.related("mysql", "postgres"));
        assert!(!catalogue.related("unheard-of", "postgres"));
        assert!(catalogue.by_port(5432).any(|e| e.name == "postgres"));
        assert_eq!(catalogue.by_port(1).count(), 0);
    }
}
