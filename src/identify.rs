//! Whose port it is: the kind and engine of a service, by the strongest evidence there is (port model, section 5).

use crate::model::{Identity, Kind};
use crate::policy::catalogue::{Catalogue, Engine};
use crate::policy::{Hit, Policy, ServicePolicy, image, pattern};

/// What is known of a service.
#[derive(Clone, Copy, Debug, Default)]
pub struct Input<'a> {
    /// Its key in the compose file.
    pub service_name: &'a str,
    /// `container_name`, interpolated.
    pub container_name: Option<&'a str>,
    /// The value of its label `portlint.kind`.
    pub label_kind: Option<&'a str>,
    /// `image`, interpolated.
    pub image: Option<&'a str>,
    /// The image that its build starts from: the last stage's `FROM`, or that of `target`.
    pub dockerfile_from: Option<&'a str>,
    /// Container ports of its `ports:` and `expose:`.
    pub targets: &'a [u16],
}

/// What one piece of evidence says.
struct Evidence {
    kind: Kind,
    engine: Option<String>,
    certain: bool,
    text: String,
}

/// Decides what a service is.
///
/// Evidence in falling order: the project's own policy entry, the label `portlint.kind`, the image repository, the image
/// that the build starts from, an image whose name contains an engine's, the service's or container's name with a
/// container port of that engine. The last two are likely, not certain.
pub fn identify(policy: &Policy, input: &Input<'_>) -> Identity {
    let found = by_image(policy, input)
        .or_else(|| by_name(policy, input))
        .unwrap_or_else(|| nothing(input));
    let found = by_label(input, found);
    let repository = input.image.map(image::repository);
    let names = Names {
        input,
        repository: repository.as_deref(),
    };
    if let Some(entry) = policy.services.iter().find(|e| e.own && names.fit(e)) {
        return by_entry(policy, entry, found);
    }
    let entry = policy
        .services
        .iter()
        .find(|e| !e.own && names.fit(e) && agrees(&policy.catalogue, e, &found));
    Identity {
        policy_service: entry.map(|e| e.name.clone()),
        kind: found.kind,
        engine: found.engine,
        certain: found.certain,
        evidence: found.text,
    }
}

// ---- the policy's entries --------------------------------------------------------------------------------------

struct Names<'a> {
    input: &'a Input<'a>,
    repository: Option<&'a str>,
}

impl Names<'_> {
    fn fit(&self, entry: &ServicePolicy) -> bool {
        let any = |patterns: &[String], name: &str| patterns.iter().any(|p| pattern::fits(p, name));
        any(&entry.services, self.input.service_name)
            || self
                .input
                .container_name
                .is_some_and(|n| any(&entry.containers, n))
            || self.repository.is_some_and(|r| any(&entry.images, r))
    }
}

/// The project's word stands above all else; what its entry leaves open is filled in from the other evidence.
fn by_entry(policy: &Policy, entry: &ServicePolicy, found: Evidence) -> Identity {
    let named = entry
        .engine
        .as_deref()
        .and_then(|e| policy.catalogue.engine(e));
    let kind = entry.kind.or_else(|| named.map(|e| policy.kind_of(e)));
    Identity {
        certain: kind.is_some() || found.certain,
        kind: kind.unwrap_or(found.kind),
        engine: entry.engine.clone().or(found.engine),
        evidence: format!("policy entry `{}`", entry.name),
        policy_service: Some(entry.name.clone()),
    }
}

/// Whether the pack's entry can mean this service: its name patterns alone would take `redis-commander` for a Redis.
fn agrees(catalogue: &Catalogue, entry: &ServicePolicy, found: &Evidence) -> bool {
    let same_engine = match (&entry.engine, &found.engine) {
        (Some(a), Some(b)) => catalogue.related(a, b),
        _ => true,
    };
    entry.kind == Some(found.kind) && same_engine
}

fn by_label(input: &Input<'_>, found: Evidence) -> Evidence {
    let kind = match input.label_kind.map(str::trim) {
        Some("database") => Kind::Database,
        Some("admin-ui") => Kind::AdminUi,
        Some("exporter") => Kind::Exporter,
        Some("other") => Kind::Other,
        _ => return found,
    };
    Evidence {
        kind,
        certain: true,
        text: format!("label `portlint.kind: {}`", kind.name()),
        engine: found.engine,
    }
}

fn nothing(input: &Input<'_>) -> Evidence {
    let text = match input.image {
        Some(image) => format!("image `{image}` is none that portlint knows"),
        None => format!(
            "nothing says that `{}` is a data service",
            input.service_name
        ),
    };
    Evidence {
        kind: Kind::Other,
        engine: None,
        certain: false,
        text,
    }
}

// ---- images ----------------------------------------------------------------------------------------------------

fn by_image(policy: &Policy, input: &Input<'_>) -> Option<Evidence> {
    let sources = [
        (input.image, "image"),
        (input.dockerfile_from, "its Dockerfile's `FROM`"),
    ];
    let sources = sources.map(|(image, what)| {
        let image = image.map(str::trim).filter(|i| !i.is_empty())?;
        Some((image, what))
    });
    let known = sources.iter().flatten().find_map(|&(image, what)| {
        // what a variable without a value stands for is not known
        let repository = (!image.contains('$')).then(|| image::repository(image))?;
        let engine = policy.catalogue.by_image(&repository)?;
        (!engine.base).then(|| of_engine(policy, input, engine, format!("{what} `{image}`")))
    });
    known.or_else(|| {
        sources
            .iter()
            .flatten()
            .find_map(|&(image, what)| by_image_name(policy, input, image, what))
    })
}

/// What a known image makes of a service. A database image without a port, in a service that is named like a job, runs a
/// job (`db-migrate` with the image `postgres`).
fn of_engine(policy: &Policy, input: &Input<'_>, engine: &Engine, text: String) -> Evidence {
    let kind = policy.kind_of(engine);
    if let Some(other) = tool_on_its_port(policy, input, engine) {
        return other;
    }
    let job = kind == Kind::Database
        && input.targets.is_empty()
        && tokens(input.service_name).any(|t| is_one_of(t, JOBS));
    if job {
        return Evidence {
            kind: Kind::Other,
            engine: Some(engine.name.clone()),
            certain: false,
            text: format!(
                "{text}, but `{}` is named like a job and has no port",
                input.service_name
            ),
        };
    }
    Evidence {
        kind,
        engine: Some(engine.name.clone()),
        certain: true,
        text,
    }
}

/// An exporter or an admin UI by name, on that tool's own port, whose image is a database's that knows no such port: image names
/// that come from variables and shared bases say less than the two together.
fn tool_on_its_port(policy: &Policy, input: &Input<'_>, engine: &Engine) -> Option<Evidence> {
    let foreign = policy.kind_of(engine) == Kind::Database
        && !input.targets.is_empty()
        && !input.targets.iter().any(|t| engine.listens_on(*t));
    let found = by_name(policy, input)
        .filter(|f| foreign && matches!(f.kind, Kind::AdminUi | Kind::Exporter))?;
    let tools = policy
        .catalogue
        .engines
        .iter()
        .filter(|e| policy.kind_of(e) == found.kind);
    let own_port = match &found.engine {
        Some(name) => policy
            .catalogue
            .engine(name)
            .is_some_and(|e| input.targets.iter().any(|t| e.listens_on(*t))),
        None => tools
            .into_iter()
            .any(|e| input.targets.iter().any(|t| e.listens_on(*t))),
    };
    own_port.then_some(found)
}

/// An image that is not in the catalogue, but is named after an engine: `acme/postgres-custom`.
fn by_image_name(policy: &Policy, input: &Input<'_>, image: &str, what: &str) -> Option<Evidence> {
    let text = format!("{what} `{image}` is named like one");
    if image.contains('$') {
        return named(policy, image, input.targets, text);
    }
    let repository = image::repository(image);
    let own_name = image::last_segment(&repository);
    if let Some(engine) = policy.catalogue.by_official_name(own_name)
        && !engine.base
        && input.targets.iter().any(|&t| engine.listens_on(t))
    {
        // somebody's copy of an official image, and its port as well: nothing is missing
        return Some(of_engine(
            policy,
            input,
            engine,
            format!("{what} `{image}`"),
        ));
    }
    named(policy, own_name, input.targets, text)
}

// ---- names -----------------------------------------------------------------------------------------------------

fn by_name(policy: &Policy, input: &Input<'_>) -> Option<Evidence> {
    let service = Some((input.service_name, "service"));
    let container = input.container_name.map(|name| (name, "container"));
    service
        .into_iter()
        .chain(container)
        .find_map(|(name, what)| {
            let by_engine = named(policy, name, input.targets, format!("{what} name `{name}`"));
            match by_engine {
                Some(found) if found.kind != Kind::Other => Some(found),
                // `kong-db` is named after a gateway, and is a database
                other => generic(policy, name, input.targets, what).or(other),
            }
        })
}

/// What a name says that contains an engine's: the engine it ends with, unless words around it make it another thing
/// (`redis-exporter`, `postgres-backup`, `mongo-ui`).
fn named(policy: &Policy, name: &str, targets: &[u16], text: String) -> Option<Evidence> {
    let hits = policy.catalogue.words(name);
    let fits = |hit: &&Hit<'_>| targets.iter().any(|&t| hit.engine.listens_on(t));
    let hit = hits
        .iter()
        .filter(|h| h.engine.kind != Kind::Other)
        .rfind(fits)
        .or_else(|| hits.iter().rfind(|h| !h.weak))?;
    let engine = hit.engine;
    let on_standard_port = fits(&hit);
    let text = match targets.iter().find(|&&t| engine.listens_on(t)) {
        Some(port) => format!("{text} with container port {port}"),
        None => text,
    };
    let likely = |kind, engine: Option<&Engine>| {
        Some(Evidence {
            kind,
            engine: engine.map(|e| e.name.clone()),
            certain: false,
            text: text.clone(),
        })
    };
    if engine.kind != Kind::Database {
        return likely(policy.kind_of(engine), Some(engine));
    }
    let data = policy.kind_of(engine) == Kind::Database;
    let behind = name.get(hit.range.end..).unwrap_or("");
    if tokens(name).any(|t| is_one_of(t, EXPORTERS)) {
        return likely(if data { Kind::Exporter } else { Kind::Other }, None);
    }
    if on_standard_port {
        return likely(policy.kind_of(engine), Some(engine));
    }
    if tokens(behind).any(|t| is_one_of(t, ADMIN_UIS)) {
        return likely(if data { Kind::AdminUi } else { Kind::Other }, None);
    }
    if tokens(name).any(|t| is_one_of(t, JOBS)) || tokens(behind).any(|t| is_one_of(t, CLIENTS)) {
        return likely(Kind::Other, None);
    }
    let before = name.get(..hit.range.start).unwrap_or("");
    let plain = tokens(before)
        .chain(tokens(behind))
        .all(|t| is_one_of(t, NEUTRAL) || is_version(t));
    // another port than the engine's: then the name must say nothing else
    (targets.is_empty() || plain).then(|| likely(policy.kind_of(engine), Some(engine)))?
}

/// A name that says "database" and no engine: the container port tells which.
fn generic(policy: &Policy, name: &str, targets: &[u16], what: &str) -> Option<Evidence> {
    if !tokens(name).any(|t| is_one_of(t, DATABASES)) {
        return None;
    }
    let (port, engine) = targets.iter().find_map(|&port| {
        let mut databases = policy
            .catalogue
            .by_port(port)
            .filter(|e| policy.kind_of(e) == Kind::Database && e.main_port() == Some(port));
        let first = databases.next()?;
        // several engines on one port: only those of one family say something
        let family = first.family();
        databases
            .all(|e| e.family() == family)
            .then_some((port, family))
    })?;
    Some(Evidence {
        kind: Kind::Database,
        engine: Some(engine.to_owned()),
        certain: false,
        text: format!("{what} name `{name}` with container port {port}"),
    })
}

/// The parts of a name: runs of letters and digits.
fn tokens(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_alphanumeric())
        .filter(|t| !t.is_empty())
}

fn is_one_of(token: &str, words: &[&str]) -> bool {
    words.iter().any(|w| token.eq_ignore_ascii_case(w))
}

fn is_version(token: &str) -> bool {
    token
        .trim_start_matches(['v', 'V'])
        .chars()
        .all(|c| c.is_ascii_digit())
}

const DATABASES: &[&str] = &["db", "database", "datastore", "rdbms"];

const EXPORTERS: &[&str] = &["exporter", "exporters"];

/// Behind an engine's name: a web interface to it.
const ADMIN_UIS: &[&str] = &[
    "ui",
    "gui",
    "webui",
    "admin",
    "commander",
    "browser",
    "explorer",
    "viewer",
    "dashboard",
    "studio",
    "console",
    "web",
    "insight",
    "workbench",
    "manager",
    "dashboards",
];

/// Anywhere in a name: it runs, does something to a database, and ends.
const JOBS: &[&str] = &[
    "backup",
    "backups",
    "dump",
    "restore",
    "migrate",
    "migrates",
    "migration",
    "migrations",
    "migrator",
    "init",
    "initdb",
    "seed",
    "seeder",
    "setup",
    "bootstrap",
    "wait",
    "job",
    "cron",
    "cli",
    "client",
    "loader",
    "import",
    "importer",
    "export",
    "provision",
    "createdb",
    "psql",
    "upgrade",
    "cleanup",
    "vacuum",
    "check",
];

/// Behind an engine's name: it speaks to one.
const CLIENTS: &[&str] = &[
    "api",
    "app",
    "backend",
    "frontend",
    "connector",
    "connect",
    "consumer",
    "producer",
    "worker",
    "sync",
    "replicator",
    "proxy",
    "gateway",
    "agent",
    "operator",
    "monitor",
    "test",
    "tests",
    "demo",
    "example",
    "tool",
    "tools",
    "mcp",
    "bot",
    "adapter",
    "bridge",
    "sink",
    "source",
    "cdc",
    "listener",
    "scheduler",
    "ingest",
    "ingestion",
    "indexer",
    "query",
    "logger",
    "metrics",
    "sidecar",
    "reloader",
    "watcher",
    "service-api",
    "rest",
    "graphql",
    "lambda",
    "function",
];

/// Beside an engine's name: says nothing.
const NEUTRAL: &[&str] = &[
    "custom",
    "docker",
    "image",
    "img",
    "data",
    "db",
    "database",
    "server",
    "alpine",
    "primary",
    "replica",
    "master",
    "slave",
    "secondary",
    "standby",
    "main",
    "prod",
    "production",
    "dev",
    "local",
    "staging",
    "base",
    "cluster",
    "node",
    "ssl",
    "tls",
    "ha",
    "my",
    "the",
    "cache",
    "store",
    "storage",
    "stack",
    "single",
    "standalone",
    "container",
    "shared",
    "infra",
    "core",
    "latest",
    "vector",
];

#[cfg(test)]
mod tests;
