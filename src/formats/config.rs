//! Configurations of applications in general: any YAML, JSON, TOML, INI, properties, HCL or XML that has no reader of its own.

use super::Reader;
use super::settings::walk::{Reading, sightings};
use super::settings::{NodeId, Settings, Syntax, keys};
use crate::classify::{Name, file_name};
use crate::facts::{FileFacts, ReadBy};
use crate::source::SourceFile;
use aho_corasick::AhoCorasick;
use std::sync::LazyLock;

/// The reader of all that no other reader wants.
pub const READER: Reader = Reader {
    name: "config",
    wants,
    read,
};

/// Whether a text can name a port at all; what cannot need not be parsed, by this or any other reader of configurations.
///
/// Either something is called a port, or digits stand behind the colon of an address, or a connection string may hold them behind a comma.
pub fn may_hold_port(text: &str) -> bool {
    let bytes = text.as_bytes();
    let address = |colon: usize| {
        let digits = bytes
            .iter()
            .skip(colon + 1)
            .take(6)
            .take_while(|b| b.is_ascii_digit())
            .count();
        let before = colon.checked_sub(1).and_then(|i| bytes.get(i));
        (2..=5).contains(&digits)
            && before.is_some_and(|b| {
                b.is_ascii_alphanumeric() || matches!(b, b'}' | b']' | b')' | b'>' | b'*')
            })
    };
    CALLED.as_ref().is_none_or(|c| c.is_match(text))
        || memchr::memchr_iter(b':', bytes).any(address)
}

/// What ports, and servers in connection strings, are called.
static CALLED: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(["port", "server=", "source=", "puerto", "poort"])
        .ok()
});

/// How a file is written, by its name; `None` for what is no configuration.
pub fn syntax(path: &str, text: &str) -> Option<Syntax> {
    let name = file_name(path).to_ascii_lowercase();
    let extension = name.rsplit_once('.').map_or("", |(_, e)| e);
    // templates of configurations are configurations
    let extension = match extension {
        "example" | "sample" | "template" | "tmpl" | "tpl" | "dist" | "default" | "j2" | "erb"
        | "local" | "in" | "bak" => name.rsplit('.').nth(1).unwrap_or(""),
        other => other,
    };
    let syntax = match extension {
        "yml" | "yaml" => Syntax::Yaml,
        "json" | "jsonc" | "json5" | "code-workspace" | "webmanifest" => Syntax::Json,
        "toml" => Syntax::Toml,
        "ini" | "cfg" | "cnf" | "service" | "desktop" | "pg_service" => Syntax::Ini,
        // units by which Podman runs containers
        "container" | "pod" | "kube" | "quadlet" => Syntax::Ini,
        "properties" => Syntax::Properties,
        "tf" | "tfvars" | "hcl" | "nomad" | "prisma" => Syntax::Braces,
        "xml" | "iml" | "csproj" | "props" | "jmx" => Syntax::Xml,
        "config"
            if text
                .trim_start_matches('\u{feff}')
                .trim_start()
                .starts_with('<') =>
        {
            Syntax::Xml
        }
        "config" => loose(text),
        // requests of an editor's client: `GET http://localhost:8080`, `@host = localhost`
        "http" | "rest" => Syntax::Words,
        "conf" => loose(text),
        _ => match name.as_str() {
            "caddyfile" => Syntax::Braces,
            ".my.cnf" | ".pg_service.conf" | ".flaskenv" | "odbc.ini" | ".odbc.ini" => Syntax::Ini,
            _ => return None,
        },
    };
    Some(syntax)
}

/// `.conf` says nothing: braces, sections, `key = value` or `key value`.
fn loose(text: &str) -> Syntax {
    let lines = || {
        text.lines()
            .map(str::trim)
            .filter(|l| !l.is_empty() && !l.starts_with(['#', ';']))
    };
    if lines().any(|l| l.starts_with("[[")) {
        Syntax::Toml
    } else if lines().any(|l| l.ends_with('{')) {
        Syntax::Braces
    } else if lines().take(200).any(|l| l.starts_with('['))
        || lines().take(50).filter(|l| l.contains('=')).count() > 2
    {
        Syntax::Ini
    } else {
        Syntax::Words
    }
}

fn wants(name: &Name<'_>, text: &str) -> bool {
    let path = name.path;
    syntax(path, text).is_some()
}

fn read(file: &SourceFile, facts: &mut FileFacts) {
    let Some(syntax) = syntax(&file.path, &file.text) else {
        return;
    };
    let reading: fn(&Settings, NodeId) -> Reading = if describes_api(&file.text) {
        api_value
    } else {
        value
    };
    facts
        .sightings
        .extend(sightings(file, syntax, ReadBy::Host, &reading));
}

fn value(settings: &Settings, id: NodeId) -> Reading {
    keys::by_key(settings, id, ReadBy::Host)
}

/// Of an API's description only the addresses of its servers are more than an example.
fn api_value(settings: &Settings, id: NodeId) -> Reading {
    if settings.under(id, "servers") || settings.under(id, "host") {
        value(settings, id)
    } else {
        Reading::skip()
    }
}

/// OpenAPI, Swagger, AsyncAPI.
fn describes_api(text: &str) -> bool {
    text.lines().take(20).any(|line| {
        let line = line.trim_start_matches(['{', ' ', '\t', '"', '\'', '\u{feff}']);
        ["openapi", "swagger", "asyncapi"].iter().any(|word| {
            line.strip_prefix(word)
                .is_some_and(|rest| rest.trim_start_matches(['"', '\'']).starts_with(':'))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::may_hold_port;
    use crate::formats::testing::seen;

    #[test]
    fn spring_properties() {
        let text = r##"# local database
spring.datasource.url=jdbc:postgresql://localhost:5432/app
spring.redis.host=${REDIS_HOST:localhost}
spring.redis.port=${REDIS_PORT:6379}
server.port=8080
"##;
        assert_eq!(
            seen("src/main/resources/application.properties", text),
            [
                "2: localhost:5432 | Url | Host | localhost | `spring.datasource.url`",
                "4: ${REDIS_PORT:6379} | Keyed | Host | ${REDIS_HOST:localhost} (spring.redis.host) | `spring.redis.port` | $REDIS_PORT",
                "5: 8080 | Keyed | Server | `server.port`",
            ]
        );
    }

    #[test]
    fn spring_yaml() {
        let text = r##"spring:
  datasource:
    url: jdbc:postgresql://${DB_HOST:localhost}:${DB_PORT:5432}/app
  data:
    redis:
      host: localhost
      port: 6379 # cache
"##;
        assert_eq!(
            seen("src/main/resources/application.yml", text),
            [
                "3: ${DB_HOST:localhost}:${DB_PORT:5432} | Url | Host | ${DB_HOST:localhost} | `spring.datasource.url` | $DB_PORT",
                "7: 6379 | Keyed | Host | localhost (spring.data.redis.host) | `spring.data.redis.port`",
            ]
        );
    }

    #[test]
    fn dotnet() {
        let text = r##"{
  "ConnectionStrings": {
    "Default": "Host=localhost;Port=5432;Database=x;Username=y",
    "Sql": "Server=localhost,1433;Database=x"
  },
  "Redis": { "Configuration": "localhost:6379" },
  "Kestrel": {"Endpoints": {"Http": {"Url": "http://localhost:5000"}}}
}
"##;
        assert_eq!(
            seen("appsettings.json", text),
            [
                "3: Port=5432 | Dsn | Host | localhost | `ConnectionStrings.Default`",
                "4: localhost,1433 | Dsn | Host | localhost | `ConnectionStrings.Sql`",
                "6: localhost:6379 | HostPort | Host | localhost | `Redis.Configuration`",
                "7: localhost:5000 | Url | Host | localhost | `Kestrel.Endpoints.Http.Url`",
            ]
        );
    }

    #[test]
    fn json_of_an_orm() {
        let text = r##"{
  "development": {"username": "a", "database": "b", "host": "127.0.0.1", "port": 5432, "dialect": "postgres"},
  "production": {"url": "mongodb://mongo:27017/TodoApp", "retries": 5432}
}
"##;
        assert_eq!(
            seen("config/config.json", text),
            [
                "2: 5432 | Keyed | Host | 127.0.0.1 (development.host) | `development.port`",
                "3: mongo:27017 | Url | Host | mongo | `production.url`",
            ]
        );
    }

    #[test]
    fn toml() {
        let text = r##"# 🐘
[default.databases.main]
url = "postgres://u:p@localhost:5432/app"
[cache]
host = "redis"
port = 6379
"##;
        assert_eq!(
            seen("settings.toml", text),
            [
                "3: localhost:5432 | Url | Host | localhost | `default.databases.main.url`",
                "6: 6379 | Keyed | Host | redis (cache.host) | `cache.port`",
            ]
        );
    }

    #[test]
    fn ini() {
        let text = r##"[alembic]
script_location = alembic
sqlalchemy.url = postgresql+asyncpg://u:p@localhost:5432/app
[loggers]
keys = root,5432
"##;
        assert_eq!(
            seen("alembic.ini", text),
            ["3: localhost:5432 | Url | Host | localhost | `alembic.sqlalchemy.url`",]
        );
    }

    #[test]
    fn erb() {
        let text = r##"default: &default
  adapter: postgresql
  pool: <%= ENV.fetch("RAILS_MAX_THREADS") { 5 } %>
development:
  <<: *default
  host: <%= ENV.fetch("DB_HOST", "localhost") %>
  port: <%= ENV.fetch("DB_PORT", 5432) %>
test:
  host: <%= ENV["DB_HOST"] || "localhost" %>
  port: 5433
"##;
        assert_eq!(
            seen("config/database.yml", text),
            [
                "7: 5432 | Keyed | Host | localhost (development.host) | `development.port` | $DB_PORT",
                "10: 5433 | Keyed | Host | localhost (test.host) | `test.port`",
            ]
        );
    }

    #[test]
    fn systemd() {
        let text = r##"[Service]
Environment=DATABASE_URL=postgres://u:p@localhost:5432/app
Environment="PGPORT=5433"
ExecStart=/usr/bin/app --db localhost:5432
"##;
        assert_eq!(
            seen("deploy/app.service", text),
            [
                "2: localhost:5432 | Url | Host | localhost | `DATABASE_URL`",
                "3: 5433 | Keyed | Host | `PGPORT`",
                "4: localhost:5432 | HostPort | Host | localhost | `Service.ExecStart`",
            ]
        );
    }

    #[test]
    fn editors() {
        let text = r##"{
  // 5432 lines
  "sqltools.connections": [
    {"name": "Timescale", "driver": "PostgreSQL", "server": "localhost", "port": 5432, "database": "x"},
  ],
  "editor.rulers": [5432]
}
"##;
        assert_eq!(
            seen(".vscode/settings.json", text),
            [
                "4: 5432 | Keyed | Host | localhost (sqltools.connections.server) | `sqltools.connections.port`",
            ]
        );
    }

    #[test]
    fn model_context_servers() {
        let text = r##"{"mcpServers": {"pg": {"command": "npx", "args": ["-y", "server-postgres", "postgresql://localhost:5432/x"], "env": {"QDRANT_URL": "http://localhost:6333"}}}}"##;
        assert_eq!(
            seen(".mcp.json", text),
            [
                "1: localhost:5432 | Url | Host | localhost | `mcpServers.pg.args`",
                "1: localhost:6333 | Url | Host | localhost | `mcpServers.pg.env.QDRANT_URL`",
            ]
        );
    }

    #[test]
    fn what_names_no_port_is_not_parsed() {
        for (text, may) in [
            ("db: {host: a, PORT: 1}", true),
            ("url=postgres://db:5432/x", true),
            ("[::1]:5432", true),
            ("${HOST}:5432", true),
            ("Server=localhost,1433;", true),
            ("{\"a\":5432,\"b\":[12,77]}", false),
            ("at: 12:3", false),
            ("sha: ab:123456", false),
            ("", false),
        ] {
            assert_eq!(may_hold_port(text), may, "{text}");
        }
    }

    #[test]
    fn properties_of_hibernate() {
        let text = r##"<hibernate-configuration><session-factory>
  <property name="hibernate.connection.url">jdbc:mysql://localhost:3306/x</property>
  <property name="app.db.port">5432</property>
</session-factory></hibernate-configuration>"##;
        assert_eq!(
            seen("hibernate.cfg.xml", text),
            [
                "2: localhost:3306 | Url | Host | localhost | `hibernate.connection.url`",
                "3: 5432 | Keyed | Host | `app.db.port`",
            ]
        );
    }

    #[test]
    fn requests_of_editors_and_postman() {
        assert_eq!(
            seen(
                "api.http",
                "### all\n@host = localhost:6333\nGET http://localhost:6333/collections\n"
            ),
            [
                "2: localhost:6333 | HostPort | Host | localhost | `@host`",
                "3: localhost:6333 | Url | Host | localhost | `GET`",
            ]
        );
        let text = r##"{"item": [{"request": {"url": {"raw": "http://localhost:6333/x", "host": ["localhost"], "port": "6333"}}}]}"##;
        assert_eq!(
            seen("postman.json", text),
            [
                "1: localhost:6333 | Url | Host | localhost | `item.request.url.raw`",
                "1: 6333 | Keyed | Host | localhost (item.request.url.host) | `item.request.url.port`",
            ]
        );
    }

    #[test]
    fn containers_of_podman_ansible_and_scripts() {
        let unit = "[Container]\nImage=docker.io/postgres:16\nPublishPort=5432:5432\nEnvironment=PGPORT=5432\n";
        assert_eq!(
            seen("db.container", unit),
            [
                "3: 5432 | Mapping | Host | `Container.PublishPort` | Host side",
                "3: 5432 | Mapping | Host | `Container.PublishPort` | Container side",
                "4: 5432 | Keyed | Host | `PGPORT`",
            ]
        );
        let play = "- hosts: all\n  tasks:\n    - docker_container:\n        name: pg\n        image: postgres:16\n        ports:\n          - \"5432:5432\"\n";
        assert_eq!(
            seen("play.yml", play),
            [
                "7: 5432 | Mapping | Host | `tasks.docker_container.ports` | Host side",
                "7: 5432 | Mapping | Host | `tasks.docker_container.ports` | Container side",
            ]
        );
        let package = "{\"scripts\": {\"db:wait\": \"wait-on tcp:localhost:5432 && psql -h localhost -p 5432\", \"kill\": \"kill-port 4005\"}}";
        assert_eq!(
            seen("package.json", package),
            [
                "1: localhost:5432 | HostPort | Host | localhost | `scripts.db:wait`",
                "1: -p 5432 | Flag | Host | localhost | `scripts.db:wait`",
                "1: 4005 | Flag | Host | localhost | `scripts.kill` | Host side",
            ]
        );
    }

    #[test]
    fn datagrip() {
        let text = r##"<project><component><data-source name="pg"><jdbc-url>jdbc:postgresql://localhost:5432/x</jdbc-url></data-source></component></project>"##;
        assert_eq!(
            seen(".idea/dataSources.xml", text),
            [
                "1: localhost:5432 | Url | Host | localhost | `project.component.data-source.jdbc-url`",
            ]
        );
    }

    #[test]
    fn api_descriptions() {
        let text = r##"openapi: 3.0.0
servers:
  - url: http://localhost:6333
paths:
  /x:
    get:
      parameters:
        - name: port
          example: 5432
"##;
        assert_eq!(
            seen("docs/openapi.yaml", text),
            ["3: localhost:6333 | Url | Host | localhost | `servers.url`",]
        );
    }

    #[test]
    fn line_ends_byte_order_marks_and_emoji_change_nothing() {
        for (path, text) in [
            (
                "config.yml",
                "# 🐘 main\ndb:\n  host: localhost # 🐘\n  port: 5432\n",
            ),
            (
                "config.json",
                "{\n  \"db\": {\"note\": \"🐘\", \"host\": \"localhost\", \"port\": 5432}\n}",
            ),
            (
                "config.toml",
                "# 🐘\n[db]\nhost = \"localhost\"\nport = 5432",
            ),
            (
                "config.ini",
                "; 🐘\n[db]\nhost = localhost\n\nport = 5432 ; 🐘\n",
            ),
            ("app.properties", "# 🐘\ndb.host=localhost\ndb.port=5432"),
            ("redis.conf", "# 🐘\nbind 0.0.0.0\nport 5432"),
            ("nginx.conf", "# 🐘\nupstream db { server db:5432; }\n"),
            (
                "app.config",
                "<a>\n <!-- 🐘 --><add key=\"DbPort\" value=\"5432\"/>\n</a>",
            ),
            (".pgpass", "localhost:5432:a:b:🐘"),
        ] {
            let plain = seen(path, text);
            assert_eq!(plain.len(), 1, "{path}: {plain:?}");
            let crlf = text.replace('\n', "\r\n");
            assert_eq!(seen(path, &crlf), plain, "{path} with CRLF");
            assert_eq!(
                seen(path, &format!("\u{feff}{crlf}")),
                plain,
                "{path} with a byte order mark"
            );
        }
    }

    #[test]
    fn numbers_that_are_no_ports() {
        let text = r##"{
  "timeout": 5432, "id": 6333, "version": "5432.1", "sha": "5432", "year": 2024, "supportLine": 5432,
  "image": "postgres:5432", "created": "2024-05-01T12:54:32", "coords": [5432, 9001], "report": 9001
}"##;
        assert_eq!(seen("config/limits.json", text), Vec::<String>::new());
    }
}
