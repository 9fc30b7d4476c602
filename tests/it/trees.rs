//! Random repositories such as people have: services with literal and variable ports, env files that feed them, and code, configs,
//! scripts and documents that refer to them from both sides.

use crate::harness::tree::Tree;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

/// An engine as people run it.
#[derive(Clone, Copy, Debug)]
struct Engine {
    name: &'static str,
    image: &'static str,
    container: u16,
    usual: &'static [u16],
    scheme: &'static str,
    client: &'static str,
}

const ENGINES: &[Engine] = &[
    Engine {
        name: "db",
        image: "postgres:17",
        container: 5432,
        usual: &[5432, 5433, 5437, 7000],
        scheme: "postgres",
        client: "psql -h",
    },
    Engine {
        name: "timescaledb",
        image: "timescale/timescaledb:latest-pg16",
        container: 5432,
        usual: &[5432, 7000, 15432],
        scheme: "postgresql",
        client: "psql -h",
    },
    Engine {
        name: "cache",
        image: "redis:8",
        container: 6379,
        usual: &[6379, 6380, 7030],
        scheme: "redis",
        client: "redis-cli -h",
    },
    Engine {
        name: "qdrant",
        image: "qdrant/qdrant:v1",
        container: 6333,
        usual: &[6333, 7020],
        scheme: "http",
        client: "curl",
    },
    Engine {
        name: "questdb",
        image: "questdb/questdb",
        container: 9000,
        usual: &[9001, 9000, 7010],
        scheme: "http",
        client: "curl",
    },
    Engine {
        name: "pgadmin",
        image: "dpage/pgadmin4",
        container: 80,
        usual: &[5051, 7100],
        scheme: "http",
        client: "curl",
    },
    Engine {
        name: "exporter",
        image: "prometheuscommunity/postgres-exporter",
        container: 9187,
        usual: &[9187, 9188, 7200],
        scheme: "http",
        client: "curl",
    },
    Engine {
        name: "web",
        image: "nginx:1",
        container: 80,
        usual: &[8080, 7005, 80],
        scheme: "http",
        client: "curl",
    },
];

/// How a port is published.
#[derive(Clone, Copy, Debug)]
enum Published {
    Literal,
    Quoted,
    Bound,
    Long,
    Variable,
    Default(u16),
    Nothing,
}

#[derive(Clone, Debug)]
struct Service {
    engine: Engine,
    name: String,
    host: u16,
    how: Published,
    comment: bool,
    /// Values of its variable in `.env` and `.env.example`.
    env: Option<u16>,
    example: Option<u16>,
    restart: bool,
}

impl Service {
    fn variable(&self) -> String {
        format!("{}_PORT", self.name.to_uppercase().replace('-', "_"))
    }

    fn ports(&self) -> String {
        let (host, container) = (self.host, self.engine.container);
        let entry = match self.how {
            Published::Literal => format!("- {host}:{container}"),
            Published::Quoted => format!("- \"{host}:{container}\""),
            Published::Bound => format!("- '127.0.0.1:{host}:{container}/tcp'"),
            Published::Long => {
                format!(
                    "- target: {container}\n        published: \"{host}\"\n        protocol: tcp"
                )
            }
            Published::Variable => format!("- \"${{{}}}:{container}\"", self.variable()),
            Published::Default(port) => format!("- '${{{}:-{port}}}:{container}'", self.variable()),
            Published::Nothing => return String::new(),
        };
        let comment = if self.comment { "  # for clients" } else { "" };
        format!("    ports:\n      {entry}{comment}\n")
    }

    fn compose(&self) -> String {
        let restart = if self.restart {
            "    restart: unless-stopped\n"
        } else {
            ""
        };
        format!(
            "  {}:\n    image: {}\n{restart}{}",
            self.name,
            self.engine.image,
            self.ports()
        )
    }
}

fn service() -> impl Strategy<Value = Service> {
    let how = prop_oneof![
        Just(Published::Literal),
        Just(Published::Quoted),
        Just(Published::Bound),
        Just(Published::Long),
        Just(Published::Variable),
        select(&[5432u16, 6379, 6380, 7000, 9001][..]).prop_map(Published::Default),
        Just(Published::Nothing),
    ];
    let port = select(&[5432u16, 5433, 6379, 6380, 6333, 7000, 7030, 8080][..]);
    (
        select(ENGINES),
        any::<prop::sample::Index>(),
        how,
        any::<(bool, bool)>(),
        option::of(port.clone()),
        option::of(port),
        0u8..4,
    )
        .prop_map(
            |(engine, usual, how, (comment, restart), env, example, suffix)| Service {
                name: match suffix {
                    0 => format!("app-{}", engine.name),
                    1 => format!("{}2", engine.name),
                    _ => engine.name.to_owned(),
                },
                host: *usual.get(engine.usual),
                engine,
                how,
                comment,
                env,
                example,
                restart,
            },
        )
}

/// A place that refers to a service: a file, and a line of it.
fn reference(service: &Service, sort: u8, port: u16) -> (&'static str, String) {
    let (name, variable) = (&service.name, service.variable());
    let Engine {
        scheme,
        client,
        container,
        ..
    } = service.engine;
    match sort {
        0 => (
            "README.md",
            format!("Connect to {name} with `{scheme}://localhost:{port}/app`.\n\n"),
        ),
        1 => ("README.md", format!("- {name}: {port}\n")),
        2 => (
            "docs/ports.md",
            format!("| {name} | {port} | {container} |\n"),
        ),
        3 => (
            "src/config.py",
            format!("{variable} = int(os.getenv('{variable}', '{port}'))\n"),
        ),
        4 => (
            "src/config.py",
            format!(
                "{}_URL = '{scheme}://app@localhost:{port}/app'\n",
                name.replace('-', "_")
            ),
        ),
        5 => (
            "web/config.ts",
            format!(
                "export const url{port} = process.env.{variable} ?? '{scheme}://127.0.0.1:{port}';\n"
            ),
        ),
        6 => (
            "scripts/run.sh",
            format!("{client} localhost -p {port} app\n"),
        ),
        7 => (
            "scripts/run.sh",
            format!("docker compose exec {name} {client} localhost -p {container}\n"),
        ),
        8 => (
            "config.toml",
            format!("[{name}_{port}]\nhost = \"localhost\"\nport = {port}\n"),
        ),
        9 => (
            "prometheus.yml",
            format!(
                "  - job_name: {name}{port}\n    static_configs:\n      - targets: ['{name}:{container}']\n"
            ),
        ),
        10 => (
            "backend.env",
            format!(
                "{}_URL={scheme}://{name}:{container}/app\n",
                name.to_uppercase().replace('-', "_")
            ),
        ),
        11 => (
            "CHANGELOG.md",
            format!("- {name} moved from {port} to 7042\n"),
        ),
        _ => (
            "README.md",
            format!(
                "```yaml\nservices:\n  {name}:\n    image: {}\n    ports: ['{port}:{container}']\n```\n",
                service.engine.image
            ),
        ),
    }
}

/// What files begin with.
fn head(path: &str) -> &'static str {
    match path {
        "src/config.py" => "import os\n",
        "scripts/run.sh" => "#!/bin/sh\n",
        "prometheus.yml" => "scrape_configs:\n",
        "docs/ports.md" => "# Ports\n\n| Service | Host port | Container port |\n|---|---|---|\n",
        "README.md" => "# App 🚀\n\n## Ports\n\n",
        _ => "",
    }
}

/// A whole repository.
pub fn tree() -> impl Strategy<Value = Tree> {
    let references = vec(
        (any::<prop::sample::Index>(), 0u8..13, any::<bool>()),
        0..10,
    );
    (vec(service(), 1..5), references, any::<bool>(), 0u8..4).prop_map(
        |(mut services, references, split, form)| {
            services.sort_by(|a, b| a.name.cmp(&b.name));
            services.dedup_by(|a, b| a.name == b.name);
            let mut tree = Tree::new();
            for (i, service) in services.iter().enumerate() {
                let folder = if split && i % 2 == 1 { "other/" } else { "" };
                tree.entry(format!("{folder}compose.yaml"))
                    .or_insert_with(|| "# our stack\nservices:\n".to_owned())
                    .push_str(&service.compose());
                for (file, value) in [(".env", service.env), (".env.example", service.example)] {
                    if let Some(value) = value {
                        let line = format!("{}={value}\n", service.variable());
                        tree.entry(format!("{folder}{file}"))
                            .or_default()
                            .push_str(&line);
                    }
                }
            }
            for (which, sort, published) in references {
                let service = which.get(&services);
                let port = if published {
                    service.host
                } else {
                    service.engine.container
                };
                let (path, line) = reference(service, sort, port);
                tree.entry(path.to_owned())
                    .or_insert_with(|| head(path).to_owned())
                    .push_str(&line);
            }
            for text in tree.values_mut() {
                match form {
                    1 => *text = text.replace('\n', "\r\n"),
                    2 => *text = format!("\u{feff}{text}"),
                    3 => *text = text.trim_end().to_owned(),
                    _ => {}
                }
            }
            tree
        },
    )
}
