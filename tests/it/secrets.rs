//! No output of any command shows a password that stands in the repository, whatever holds it and however it is asked for.

use crate::support::{Repo, Run};
use clap::ValueEnum;
use portlint::render::OutputFormat;
use portlint::render::inventory::TableFormat;
use portlint::render::refs::RefsFormat;
use std::fs;
use std::path::Path;

/// What every planted secret begins with, followed by two digits; nothing else in the repository holds it.
const SIGN: &str = "hUnt3rZq";

/// Files whose lines bear secrets beside ports that are reported, moved or shown as context. `@@` is a new secret each time.
const PLANTED: &[(&str, &str)] = &[
    (
        "compose.yaml",
        r#"name: shop
services:
  timescaledb:
    image: timescale/timescaledb:2.17.2-pg16
    environment:
      POSTGRES_PASSWORD: @@
      POSTGRES_INITDB_ARGS: "--auth=x"
    ports: ["5432:5432"]
    healthcheck:
      test: ["CMD-SHELL", "PGPASSWORD=@@ psql -h localhost -p 5432 -U app"]
  redis:
    image: redis:7
    command: redis-server --requirepass @@ --port 6379
    environment:
      - REDIS_PASSWORD=@@
      - REDIS_URL=redis://:@@@host.docker.internal:6380/0
    ports:
      - "6380:6379"
    healthcheck: {test: "redis-cli -a @@ -p 6380 ping"}
  mysql:
    image: mysql:8
    command: ["--port=3306", "--password=@@"]
    environment: {MYSQL_ROOT_PASSWORD: "@@", MYSQL_PASSWORD: '@@'}
    ports: ["3306:3306"]
    healthcheck: {test: ["CMD", "mysqladmin", "ping", "-p@@", "-P", "3306"]}
    labels: {traefik.auth.basic.password: "@@"}
  qdrant:
    image: qdrant/qdrant:v1
    environment:
      QDRANT__SERVICE__API_KEY: @@
    ports: ["6333:6333"]
  pgadmin:
    image: dpage/pgadmin4
    environment:
      PGADMIN_DEFAULT_PASSWORD: ${PGADMIN_PASSWORD:-@@}
    ports: ["5051:80"]
  broken:
    image: postgres:17
    environment: {POSTGRES_PASSWORD: @@}
    ports: ["a:x:y:5439:5432"]
"#,
    ),
    (
        ".env",
        r#"POSTGRES_PASSWORD=@@
DATABASE_URL=postgres://app:@@@localhost:5432/market?sslmode=disable
QUERY_URL=postgresql://localhost:5432/market?user=app&password=@@&x=1
REDIS_URL="redis://:@@@localhost:6380/0"
export MONGO_URL='mongodb+srv://root:@@@localhost:27017/admin'
JDBC_URL=jdbc:postgresql://localhost:5432/app?user=me&password=@@
AMQP_URL=amqps://u:@@@127.0.0.1:5433/vhost
QDRANT_URL=http://localhost:6333/?api_key=@@
SECRET_KEY="first @@
second @@ localhost:5432
third @@"
API_TOKEN=@@ # redis on 6380
TIMESCALEDB_PORT=5432
"#,
    ),
    (
        "monitoring/prometheus.yml",
        r#"scrape_configs:
  - job_name: qdrant
    basic_auth:
      username: admin
      password: @@
    static_configs:
      - targets: ["localhost:6333"]
  - job_name: pg
    bearer_token: @@
    authorization: {type: Bearer, credentials: @@}
    static_configs: [{targets: ["host.docker.internal:9188"]}]
"#,
    ),
    (
        "grafana/provisioning/datasources/pg.yaml",
        r#"apiVersion: 1
datasources:
  - name: timescaledb
    type: postgres
    url: localhost:5432
    user: app
    secureJsonData:
      password: @@
      basicAuthPassword: "@@"
"#,
    ),
    (
        "pgadmin/servers.json",
        r#"{"Servers": {"1": {"Name": "timescaledb", "Host": "localhost", "Port": 5432, "Username": "app", "Password": "@@", "SSLMode": "prefer"}}}
"#,
    ),
    ("pgadmin/pgpass", "localhost:5432:market:app:@@\n"),
    (
        "app/application.yml",
        r#"spring:
  datasource:
    url: jdbc:postgresql://localhost:5432/market
    username: app
    password: @@
  data.redis: {host: localhost, port: 6380, password: @@}
"#,
    ),
    (
        "app/application.properties",
        "spring.datasource.url=jdbc:postgresql://localhost:5432/market\nspring.datasource.password=@@\nredis.uri=redis://x:@@@localhost:6380\n",
    ),
    (
        "app/settings.py",
        r#"SECRET_KEY = "@@"
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "HOST": "localhost", "PORT": "5432", "PASSWORD": "@@"}}
CACHE = "redis://:@@@localhost:6380/1"
conn = psycopg2.connect(host="localhost", port=5432, user="app", password="@@")
engine = create_engine(f"postgresql+asyncpg://app:@@@localhost:5432/market")
"#,
    ),
    (
        "app/config.json",
        r#"{"database": {"host": "localhost", "port": 5432, "password": "@@"}, "redisUrl": "redis://u:@@@localhost:6380", "apiKey": "@@"}
"#,
    ),
    (
        "app/config.toml",
        "[database]\nhost = \"localhost\"\nport = 5432\npassword = \"@@\"\nurl = \"postgres://a:@@@localhost:5432/x\"\n",
    ),
    (
        "app/db.ini",
        "[postgresql]\nhost = localhost\nport = 5432\npassword = @@\n",
    ),
    (
        "app/context.xml",
        "<Context>\n  <Resource url=\"jdbc:postgresql://localhost:5432/market\" username=\"app\" password=\"@@\"/>\n  <password>@@</password>\n</Context>\n",
    ),
    (
        "app/client.ts",
        "const pool = new Pool({ host: 'localhost', port: 5432, password: '@@' });\nexport const url = process.env.DATABASE_URL || 'postgres://app:@@@localhost:5432/market';\nconst token = \"@@\"; // qdrant at http://localhost:6333\n",
    ),
    (
        "app/main.go",
        "package main\n\nconst dsn = \"root:@@@tcp(localhost:3306)/shop\"\nconst pg = \"host=localhost port=5432 user=app password=@@ dbname=market\"\n",
    ),
    (
        "scripts/backup.sh",
        r#"#!/bin/sh
PGPASSWORD=@@ psql -h localhost -p 5432 -U app market
export PGPASSWORD='@@'; pg_dump -p 5432 -h 127.0.0.1 market
mysql -h 127.0.0.1 -P 3306 -uroot -p@@ shop
mysqldump --password=@@ --host=127.0.0.1 --port=3306 shop
redis-cli -h localhost -p 6380 -a @@ ping
redis-cli -h localhost -p 6380 --pass @@ ping
curl -u admin:@@ http://localhost:6333/collections
curl -H "Authorization: Bearer @@" http://localhost:6333/collections
curl -H 'api-key: @@' http://localhost:6333/collections
curl "http://localhost:9001/exec?token=@@&q=1"
psql "postgresql://app:@@@localhost:5432/market"
mongosh --host localhost --port 27017 -u root -p @@
docker run -e MYSQL_PASSWORD=@@ -p 3307:3306 mysql --password @@
"#,
    ),
    (
        "README.md",
        r#"# Shop

Connect to `postgres://app:@@@localhost:5432/market` (TimescaleDB on port 5432).

| service | port | password |
|---|---|---|
| Redis | 6380 | @@ |

```sh
PGPASSWORD=@@ psql -h localhost -p 5432
redis-cli -p 6380 -a "@@"
```

- Qdrant: http://localhost:6333, API key: `@@`
- pgAdmin password: @@ at http://localhost:5051
"#,
    ),
];

/// The repository, and every secret in it.
fn planted() -> (Repo, Vec<String>) {
    let mut secrets = Vec::new();
    let mut repo = Repo::new();
    for (path, text) in PLANTED {
        let mut planted = String::new();
        let mut rest = *text;
        while let Some((before, behind)) = rest.split_once("@@") {
            let secret = format!("{SIGN}{:02}", secrets.len());
            planted = planted + before + &secret;
            secrets.push(secret);
            rest = behind;
        }
        repo = repo.file(path, planted + rest);
    }
    (repo, secrets)
}

/// Everything that was shown, by what showed it.
struct Shown {
    secrets: Vec<String>,
    leaks: Vec<String>,
    bytes: usize,
}

impl Shown {
    fn look(&mut self, what: &str, text: &str) {
        self.bytes += text.len();
        for line in text.lines() {
            // A part of a secret is a leak, too: its own digits are what tells it from the sign.
            for secret in self.secrets.iter().filter(|s| line.contains(s.as_str())) {
                self.leaks.push(format!("{what}: {secret}: {line}"));
            }
        }
    }

    fn run(&mut self, repo: &Repo, args: &[&str]) -> Run {
        let run = repo.portlint(args);
        assert!(
            run.code.is_some_and(|c| c < 2) && !run.stderr.contains("panicked"),
            "{args:?}: {run:#?}"
        );
        let what = args.join(" ");
        self.look(&what, &run.stdout);
        self.look(&format!("{what} (stderr)"), &run.stderr);
        run
    }

    fn files_below(&mut self, folder: &Path) {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let text = fs::read(entry.path()).unwrap_or_default();
            self.look(
                &entry.path().to_string_lossy(),
                &String::from_utf8_lossy(&text),
            );
        }
    }
}

fn name(value: &impl ValueEnum) -> String {
    value.to_possible_value().unwrap().get_name().to_owned()
}

#[test]
fn no_output_shows_a_secret() {
    let (repo, secrets) = planted();
    assert!(secrets.len() > 60, "{}", secrets.len());
    let mut shown = Shown {
        secrets,
        leaks: Vec::new(),
        bytes: 0,
    };
    for format in OutputFormat::value_variants() {
        let run = shown.run(
            &repo,
            &[
                "check",
                "--min-confidence",
                "guess",
                "--format",
                &name(format),
            ],
        );
        assert!(run.stdout.len() > 2000, "{format:?}: {run:#?}");
    }
    for verbosity in [
        "--verbose",
        "--quiet",
        "--color=always",
        "--statistics",
        "--select=all",
    ] {
        shown.run(&repo, &["check", "--min-confidence", "guess", verbosity]);
    }
    for change in [
        &["check", "--diff"][..],
        &[
            "check",
            "--unsafe-fixes",
            "--diff",
            "--verbose",
            "--color=always",
        ],
        &["move", "qdrant", "7020", "--diff"],
    ] {
        let run = shown.run(&repo, change);
        assert!(run.stdout.contains("@@ -"), "{change:?}: {run:#?}");
    }
    for format in TableFormat::value_variants() {
        shown.run(&repo, &["ports", "--format", &name(format)]);
        shown.run(
            &repo,
            &[
                "ports",
                "--effective",
                "compose.yaml",
                "--format",
                &name(format),
            ],
        );
    }
    let symbols = [
        "5432",
        "6380",
        "6333",
        "3306",
        "timescaledb",
        "redis",
        "DATABASE_URL",
        "POSTGRES_PASSWORD",
    ];
    for format in RefsFormat::value_variants() {
        for symbol in symbols {
            shown.run(
                &repo,
                &["refs", symbol, "--verbose", "--format", &name(format)],
            );
        }
    }
    fs::create_dir_all(repo.path("reports")).unwrap();
    shown.run(&repo, &["baseline", "--output", "reports/baseline.json"]);
    shown.run(
        &repo,
        &["check", "--baseline", "reports/baseline.json", "--verbose"],
    );
    let reports: Vec<String> = OutputFormat::value_variants()
        .iter()
        .map(|f| format!("--report={0}=reports/{0}", name(f)))
        .collect();
    let mut mend = vec!["check", "--fix", "--unsafe-fixes", "--verbose"];
    mend.extend(reports.iter().map(String::as_str));
    shown.run(&repo, &mend);
    shown.files_below(&repo.path("reports"));
    shown.run(&repo, &["undo", "--verbose"]);
    assert!(shown.bytes > 100_000, "{}", shown.bytes);
    assert!(
        shown.leaks.is_empty(),
        "{} leaks:\n{}",
        shown.leaks.len(),
        shown.leaks.join("\n")
    );
}

/// A policy that cannot be read is shown with its lines.
#[test]
fn no_complaint_about_a_policy_shows_a_secret() {
    for policy in [
        "password: @@\n",
        "services:\n  - name: db\n    token: @@\n",
        "env-files: [postgres://u:@@@localhost:5432/x, ../x]\nrules: 5\n",
        "rules: {api-token: @@: x}\n",
    ] {
        let secret = format!("{SIGN}77");
        let repo = Repo::new().file("portlint.yaml", policy.replace("@@", &secret));
        let run = repo.portlint(["check"]).exits(2);
        assert!(
            !run.stderr.contains(&secret) && !run.stdout.contains(&secret),
            "{policy}: {run:#?}"
        );
    }
}

/// The journal holds the old texts, secrets included: nobody else may read it.
#[cfg(unix)]
#[test]
fn the_journal_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (repo, _) = planted();
    repo.portlint(["check", "--fix", "--quiet"]);
    let mut folders = vec![repo.path(".git/cache/portlint")];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap().flatten() {
            let path = entry.path();
            let mode = fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{} has mode {mode:o}", path.display());
            seen += 1;
            if path.is_dir() {
                folders.push(path);
            }
        }
    }
    assert!(seen > 3, "{seen}");
}
