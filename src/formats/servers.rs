//! Databases' own configurations: what they listen on, and the peers that they reach from their container.

use super::Reader;
use super::config;
use super::settings::walk::{Reading, sightings};
use super::settings::{NodeId, Settings, Syntax, keys};
use super::telemetry::is_own_address;
use crate::classify::file_name;
use crate::facts::{FileFacts, ReadBy};
use crate::source::SourceFile;

/// The reader.
pub const READER: Reader = Reader {
    name: "servers",
    wants,
    read,
};

/// Names of such files, without folders, endings and what distinguishes several (`redis-replica.conf`), with how they are written.
const NAMES: &[(&str, Syntax)] = &[
    ("redis", Syntax::Words),
    ("valkey", Syntax::Words),
    ("keydb", Syntax::Words),
    ("sentinel", Syntax::Words),
    ("dragonfly", Syntax::Words),
    ("postgresql", Syntax::Ini),
    ("postgres", Syntax::Ini),
    ("recovery", Syntax::Ini),
    ("pgbouncer", Syntax::Ini),
    ("pgpool", Syntax::Ini),
    ("pgcat", Syntax::Toml),
    ("odyssey", Syntax::Braces),
    ("patroni", Syntax::Yaml),
    ("mongod", Syntax::Yaml),
    ("mongos", Syntax::Yaml),
    ("my", Syntax::Ini),
    ("mysql", Syntax::Ini),
    ("mysqld", Syntax::Ini),
    ("mariadb", Syntax::Ini),
    ("proxysql", Syntax::Braces),
    ("elasticsearch", Syntax::Yaml),
    ("opensearch", Syntax::Yaml),
    ("kibana", Syntax::Yaml),
    ("opensearch_dashboards", Syntax::Yaml),
    ("cassandra", Syntax::Yaml),
    ("scylla", Syntax::Yaml),
    ("clickhouse", Syntax::Xml),
    ("neo4j", Syntax::Properties),
    ("influxdb", Syntax::Toml),
    ("qdrant", Syntax::Yaml),
    ("milvus", Syntax::Yaml),
    ("questdb", Syntax::Properties),
    ("rabbitmq", Syntax::Ini),
    ("zoo", Syntax::Properties),
    ("zookeeper", Syntax::Properties),
    ("kafka", Syntax::Properties),
    ("couchdb", Syntax::Ini),
    ("memcached", Syntax::Words),
    ("grafana", Syntax::Ini),
    ("supervisord", Syntax::Ini),
];

/// Keys by which they name the port that they listen on themselves.
const OWN_PORTS: &[&str] = &[
    "port",
    "listen_port",
    "http_port",
    "https_port",
    "http.port",
    "transport.port",
    "tcp_port",
    "tcp_port_secure",
    "mysql_port",
    "tls-port",
    "net.port",
    "native_transport_port",
    "storage_port",
    "rpc_port",
    "interserver_http_port",
    "postgresql_port",
    "grpc_port",
    "pcp_port",
    "clientport",
    "server.port",
    "http.bind.to",
    "pg.net.bind.to",
    "line.tcp.net.bind.to",
    "http.min.net.bind.to",
    "bind-address",
    "http-bind-address",
    "listen_addresses",
    "cluster-announce-port",
    "admin_port",
    "service.http_port",
    "service.grpc_port",
    "management.port",
    "report_port",
    "mysqlx_port",
    "inet_http_server",
    "pg.net.active.connection.limit",
    "metrics_port",
    "management.tcp.port",
    "listeners.tcp.default",
    "mysql_ifaces",
    "advertised.listeners",
];

fn wants(path: &str, text: &str) -> bool {
    syntax(path, text).is_some()
}

/// How the file is written, if its name is that of a server.
fn syntax(path: &str, text: &str) -> Option<Syntax> {
    let name = file_name(path).to_ascii_lowercase();
    let (stem, extension) = name.rsplit_once('.')?;
    if !matches!(
        extension,
        "conf" | "cnf" | "ini" | "yml" | "yaml" | "xml" | "toml" | "properties" | "cfg"
    ) {
        return None;
    }
    if let Some(folder) = [
        "clickhouse",
        "questdb",
        "qdrant",
        "postgres",
        "mysql",
        "redis",
    ]
    .iter()
    .find(|f| {
        matches!(
            stem,
            "config" | "server" | "users" | "custom" | "production" | "default"
        ) && path.to_ascii_lowercase().contains(*f)
    }) {
        let known = NAMES.iter().find(|(name, _)| name == folder)?.1;
        return Some(written(extension, known, path, text));
    }
    let words: Vec<&str> = stem.split(['-', '_', '.']).collect();
    let (_, syntax) = NAMES.iter().find(|(name, _)| {
        stem == *name || words.first() == Some(name) || words.last() == Some(name)
    })?;
    Some(written(extension, *syntax, path, text))
}

/// The ending is right where it says more than `.conf`.
fn written(extension: &str, usual: Syntax, path: &str, text: &str) -> Syntax {
    match extension {
        "conf" | "cfg" => usual,
        _ => config::syntax(path, text).unwrap_or(usual),
    }
}

fn read(file: &SourceFile, facts: &mut FileFacts) {
    if let Some(syntax) = syntax(&file.path, &file.text) {
        facts
            .sightings
            .extend(sightings(file, syntax, ReadBy::Mounted, &value));
    }
}

fn value(settings: &Settings, id: NodeId) -> Reading {
    let path: Vec<String> = settings
        .path(id)
        .iter()
        .map(|k| k.to_ascii_lowercase())
        .collect();
    let value = settings.value(id).map_or("", |v| v.value.as_str());
    let last = path.last().map_or("", String::as_str);
    let full = path.join(".");
    // the sections of clients and of databases behind a pooler speak of others
    let of_others = path.iter().any(|k| {
        [
            "client",
            "databases",
            "pools",
            "backend",
            "remote_servers",
            "zookeeper",
            "replica",
            "upstream",
            "peers",
            "mysql_servers",
            "database",
            "smtp",
        ]
        .iter()
        .any(|w| k == w || k.starts_with(&format!("{w}-")))
    });
    let own = OWN_PORTS.contains(&last)
        || OWN_PORTS
            .iter()
            .any(|o| o.contains('.') && full.ends_with(o));
    if !of_others && (own || is_own_address(value)) {
        return Reading::by(ReadBy::Server);
    }
    keys::by_key(settings, id, ReadBy::Mounted)
}
