//! Databases' own configurations: what they listen on, and the peers that they reach from their container.

use super::Reader;
use super::settings::walk::{Reading, sightings};
use super::settings::{NodeId, Settings, Syntax, keys};
use super::telemetry::is_own_address;
use crate::classify::{Name, file_name};
use crate::facts::{FileFacts, ReadBy};
use crate::source::SourceFile;

/// The reader.
pub const READER: Reader = Reader {
    name: "servers",
    wants,
    read,
};

/// A server's file, known by its name.
struct Known {
    /// The name without ending, or a word of it at either end (`redis-replica`).
    name: &'static str,
    endings: &'static [&'static str],
    syntax: Syntax,
    /// Where others use the same name, one of these must be in the text.
    marks: &'static [&'static str],
}

const fn known(
    name: &'static str,
    endings: &'static [&'static str],
    syntax: Syntax,
    marks: &'static [&'static str],
) -> Known {
    Known {
        name,
        endings,
        syntax,
        marks,
    }
}

const YAML: &[&str] = &["yml", "yaml"];

const KNOWN: &[Known] = &[
    known("redis", &["conf"], Syntax::Words, &[]),
    known("valkey", &["conf"], Syntax::Words, &[]),
    known("keydb", &["conf"], Syntax::Words, &[]),
    known("sentinel", &["conf"], Syntax::Words, &[]),
    known("dragonfly", &["conf"], Syntax::Words, &[]),
    known("memcached", &["conf"], Syntax::Words, &[]),
    known("postgresql", &["conf"], Syntax::Ini, &[]),
    known("postgres", &["conf"], Syntax::Ini, &[]),
    known("recovery", &["conf"], Syntax::Ini, &["primary_conninfo"]),
    known("pgbouncer", &["ini", "conf"], Syntax::Ini, &[]),
    known("pgpool", &["conf"], Syntax::Ini, &[]),
    known("pgcat", &["toml"], Syntax::Toml, &[]),
    known("odyssey", &["conf"], Syntax::Braces, &[]),
    known("patroni", YAML, Syntax::Yaml, &[]),
    known("mongod", &["conf", "cfg", "yml", "yaml"], Syntax::Yaml, &[]),
    known("mongos", &["conf", "cfg", "yml", "yaml"], Syntax::Yaml, &[]),
    known("my", &["cnf", "ini"], Syntax::Ini, &[]),
    known("mysql", &["cnf"], Syntax::Ini, &[]),
    known("mysqld", &["cnf"], Syntax::Ini, &[]),
    known("mariadb", &["cnf"], Syntax::Ini, &[]),
    known("proxysql", &["cnf"], Syntax::Braces, &[]),
    known(
        "elasticsearch",
        YAML,
        Syntax::Yaml,
        &[
            "cluster.name",
            "network.host",
            "http.port",
            "discovery.",
            "path.data",
            "xpack.",
        ],
    ),
    known(
        "opensearch",
        YAML,
        Syntax::Yaml,
        &[
            "cluster.name",
            "network.host",
            "http.port",
            "discovery.",
            "plugins.",
        ],
    ),
    known(
        "kibana",
        YAML,
        Syntax::Yaml,
        &["elasticsearch.hosts", "server.host", "server.name"],
    ),
    known("dashboards", YAML, Syntax::Yaml, &["opensearch.hosts"]),
    known("cassandra", YAML, Syntax::Yaml, &["cluster_name"]),
    known(
        "scylla",
        YAML,
        Syntax::Yaml,
        &["cluster_name", "seed_provider"],
    ),
    known(
        "qdrant",
        YAML,
        Syntax::Yaml,
        &["storage:", "http_port:", "grpc_port:"],
    ),
    known("milvus", YAML, Syntax::Yaml, &["etcd:"]),
    known("neo4j", &["conf"], Syntax::Properties, &[]),
    known("influxdb", &["conf", "toml"], Syntax::Toml, &[]),
    known("rabbitmq", &["conf"], Syntax::Ini, &[]),
    known("zoo", &["cfg"], Syntax::Properties, &[]),
    known("zookeeper", &["properties"], Syntax::Properties, &[]),
    known("couchdb", &["ini"], Syntax::Ini, &[]),
    known("grafana", &["ini"], Syntax::Ini, &[]),
    known("supervisord", &["conf", "ini"], Syntax::Ini, &[]),
];

/// The same by the folder, for files whose own names are everybody's.
const KNOWN_FOLDERS: &[Known] = &[
    known("clickhouse", &["xml"], Syntax::Xml, &[]),
    known("questdb", &["conf"], Syntax::Properties, &[]),
    known(
        "qdrant",
        YAML,
        Syntax::Yaml,
        &["storage:", "http_port:", "grpc_port:"],
    ),
    known("kafka", &["properties"], Syntax::Properties, &["listeners"]),
    known("mysql", &["cnf"], Syntax::Ini, &[]),
    known("mariadb", &["cnf"], Syntax::Ini, &[]),
    known("postgres", &["conf"], Syntax::Ini, &[]),
    known("postgresql", &["conf"], Syntax::Ini, &[]),
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

fn wants(name: &Name<'_>, text: &str) -> bool {
    let path = name.path;
    syntax(path, text).is_some()
}

/// How the file is written, if its name is that of a server's.
fn syntax(path: &str, text: &str) -> Option<Syntax> {
    let path = path.to_ascii_lowercase();
    let (stem, ending) = file_name(&path).rsplit_once('.')?;
    let fits = |k: &&Known| {
        k.endings.contains(&ending)
            && (k.marks.is_empty() || k.marks.iter().any(|m| text.contains(m)))
    };
    let mut words = stem.split(['-', '_', '.']);
    let (first, last) = (words.next(), words.next_back());
    let by_name = KNOWN
        .iter()
        .filter(fits)
        .find(|k| stem == k.name || first == Some(k.name) || last == Some(k.name));
    let by_folder = || {
        KNOWN_FOLDERS.iter().filter(fits).find(|k| {
            path.split('/')
                .any(|folder| folder == k.name || folder.starts_with(&format!("{}-", k.name)))
        })
    };
    by_name.or_else(by_folder).map(|k| k.syntax)
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

#[cfg(test)]
mod tests {
    use crate::formats::testing::seen;

    #[test]
    fn redis() {
        let text = r##"bind 0.0.0.0
port 6379
save 60 10000 # often
replicaof redis-master 6379
pidfile /var/run/redis_6379.pid
"##;
        assert_eq!(
            seen("redis/redis.conf", text),
            ["2: 6379 | Keyed | Server | `port`",]
        );
    }

    #[test]
    fn pgbouncer() {
        let text = r##"[databases]
;; the primary
app = host=timescaledb port=5432 dbname=app pool_size=20
[pgbouncer]
listen_addr = 0.0.0.0
listen_port = 6432
max_client_conn = 1000 ;; many
"##;
        assert_eq!(
            seen("pgbouncer/pgbouncer.ini", text),
            [
                "3: port=5432 | Dsn | Mounted | timescaledb | `databases.app`",
                "6: 6432 | Keyed | Server | 0.0.0.0 (pgbouncer.listen_addr) | `pgbouncer.listen_port` | Container side",
            ]
        );
    }

    #[test]
    fn postgresql() {
        let text = r##"listen_addresses = '*'
port = 5432				# (change requires restart)
#max_connections = 1000
primary_conninfo = 'host=pg-primary port=5432 user=rep'
"##;
        assert_eq!(
            seen("postgresql.conf", text),
            [
                "2: 5432 | Keyed | Server | `port`",
                "4: port=5432 | Dsn | Mounted | pg-primary | `primary_conninfo`",
            ]
        );
    }

    #[test]
    fn mysql() {
        let text = r##"[client]
host = 127.0.0.1
port = 3306
[mysqld]
port = 3306
"##;
        assert_eq!(
            seen("my.cnf", text),
            [
                "3: 3306 | Keyed | Mounted | 127.0.0.1 (client.host) | `client.port`",
                "5: 3306 | Keyed | Server | `mysqld.port`",
            ]
        );
    }

    #[test]
    fn mongod() {
        let text = r##"net:
  port: 27017
  bindIp: 0.0.0.0
"##;
        assert_eq!(
            seen("mongod.conf", text),
            ["2: 27017 | Keyed | Server | 0.0.0.0 (net.bindIp) | `net.port`",]
        );
    }

    #[test]
    fn elasticsearch_and_kibana() {
        let text = r##"server.port: 5601
elasticsearch.hosts: ["http://elasticsearch:9200"]
"##;
        assert_eq!(
            seen("kibana.yml", text),
            [
                "1: 5601 | Keyed | Server | `server.port`",
                "2: elasticsearch:9200 | Url | Mounted | elasticsearch | `elasticsearch.hosts`",
            ]
        );
    }
}
