//! Small repositories in which every number that matters is marked: `⟦5432⟧` is to be flagged, `⟨5432⟩` is to be left alone.

use crate::support::Repo;
use serde_json::Value;
use std::collections::BTreeMap;
use std::ops::Range;

/// A text without its marks, and the marked pieces: place, whether it is to be flagged.
fn unmarked(text: &str) -> (String, Vec<(Range<usize>, bool)>) {
    let mut plain = String::new();
    let mut marks = Vec::new();
    let mut open = None;
    for c in text.chars() {
        match c {
            '⟦' | '⟨' => open = Some((plain.len(), c == '⟦')),
            '⟧' | '⟩' => {
                let (start, flag) = open.take().expect("an open mark");
                marks.push((start..plain.len(), flag));
            }
            c => plain.push(c),
        }
    }
    (plain, marks)
}

/// Primary places and edits of the findings that `portlint check` shows, by file.
fn touched(repo: &Repo) -> BTreeMap<String, Vec<Range<usize>>> {
    let run = repo.portlint(["check", "--format", "json", "--exit-zero", "-q"]);
    let report: Value = serde_json::from_str(&run.stdout).expect("a report");
    let mut touched: BTreeMap<String, Vec<Range<usize>>> = BTreeMap::new();
    for finding in report["findings"].as_array().expect("findings") {
        let edits = finding["fix"]["edits"].as_array().into_iter().flatten();
        for place in std::iter::once(&finding["location"]).chain(edits) {
            let offset = |end: &str| place[end]["offset"].as_u64().expect("an offset") as usize;
            let path = place["path"].as_str().expect("a path").to_owned();
            touched
                .entry(path)
                .or_default()
                .push(offset("start")..offset("end"));
        }
    }
    touched
}

/// Every mark against what the run touched.
#[track_caller]
fn judged(files: &[(&str, &str)]) {
    let mut repo = Repo::new();
    let mut marked = Vec::new();
    for (path, text) in files {
        let (plain, marks) = unmarked(text);
        repo = repo.file(path, &plain);
        marked.push((*path, plain, marks));
    }
    let touched = touched(&repo);
    let mut wrong = Vec::new();
    for (path, text, marks) in &marked {
        let places = touched.get(*path).map_or(&[][..], Vec::as_slice);
        for (mark, flag) in marks {
            let hit = places
                .iter()
                .any(|p| p.start < mark.end && mark.start < p.end.max(p.start + 1));
            if hit != *flag {
                let line = text[..mark.start].matches('\n').count() + 1;
                let what = if *flag { "not flagged" } else { "flagged" };
                wrong.push(format!(
                    "{path}:{line}: {what}: {}",
                    text.lines().nth(line - 1).unwrap_or_default()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

const STACK: &str = "\
services:
  postgres:
    image: postgres:16
    ports: [\"127.0.0.1:⟦5432⟧:5432\"]
  redis:
    image: redis:7
    ports: [\"⟦6379⟧:6379\"]
";

#[test]
fn published_ports_of_an_env_file_are_no_half_of_a_clients_pair() {
    judged(&[
        (
            "docker/compose.yaml",
            "\
services:
  db_main:
    image: postgres:16
    env_file: [./services.env]
    ports: [\"${EXPOSE_MAIN_DB_PORT:-⟦5432⟧}:5432\"]
  cache:
    image: redis:7
    env_file: [./services.env]
    ports: [\"${EXPOSE_CACHE_PORT:-⟦6379⟧}:6379\"]
",
        ),
        (
            "docker/services.env.example",
            "\
# what the containers get
DB_HOST=db_main
DB_PORT=⟨5432⟩
DB_USER=app

# on this machine
EXPOSE_MAIN_DB_PORT=⟦5432⟧
EXPOSE_CACHE_PORT=⟦6379⟧
",
        ),
    ]);
}

#[test]
fn a_variable_for_programs_of_the_machine_and_for_containers_is_shown_and_not_moved() {
    judged(&[
        (
            "compose.yaml",
            "\
services:
  db:
    image: postgres:16
    env_file: [.env]
    ports: [\"⟦5432⟧:5432\"]
  api:
    image: acme/shop-api
    env_file: [.env]
    environment:
      PG_SERVER: db
      PG_PORT: ⟨${PG_PORT}⟩
",
        ),
        (
            ".env",
            "PG_SERVER=localhost\nPG_PORT=⟦5432⟧\nPG_USER=shop\n",
        ),
    ]);
    let repo = Repo::new()
        .file("compose.yaml", "services:\n  db:\n    image: postgres:16\n    ports: [\"5432:5432\"]\n  api:\n    image: acme/api\n    environment:\n      PG_SERVER: db\n      PG_PORT: ${PG_PORT}\n")
        .file(".env", "PG_SERVER=localhost\nPG_PORT=5432\n");
    repo.portlint(["check", "--unsafe-fixes", "--fix", "--exit-zero", "-q"]);
    assert!(repo.read("compose.yaml").contains("7000"));
    assert!(repo.read(".env").contains("PG_PORT=5432"));
    // who sets the host as well sets both for whoever reads them
    judged(&[
        (
            "compose.yaml",
            "\
services:
  db:
    image: postgres:16
    ports: [\"⟦5432⟧:5432\"]
  api:
    image: acme/shop-api
    environment:
      PG_SERVER: ${PG_SERVER:-db}
      PG_PORT: ${PG_PORT:-⟨5432⟩}
",
        ),
        (".env.dev.example", "PG_SERVER=127.0.0.1\nPG_PORT=⟦5432⟧\n"),
    ]);
}

#[test]
fn an_alias_of_the_gateway_is_one_for_its_own_service_only() {
    judged(&[(
        "compose.yaml",
        "\
services:
  db:
    image: postgres:16
    ports: [\"⟦5432⟧:5432\"]
  proxy:
    image: acme/proxy
    extra_hosts: [\"db:host-gateway\"]
    environment:
      UPSTREAM: postgres://app@db:⟦5432⟧/shop
  api:
    image: acme/api
    environment:
      DATABASE_URL: postgres://app@db:⟨5432⟩/shop
",
    )]);
}

#[test]
fn settings_that_calls_describe() {
    judged(&[
        ("compose.yaml", STACK),
        (
            "api/config.py",
            "\
class Database(BaseSettings):
    PG_HOST: str = Field(description=\"where the database runs\", default=\"localhost\")
    PG_PORT: PositiveInt = Field(
        description=\"its port\",
        default=⟦5432⟧,
    )
    POOL_RECYCLE: int = Field(description=\"seconds\", default=⟨5432⟩)

class Inner(BaseSettings):
    redis_host: str = Field(description=\"cache\", default=\"redis\")
    redis_port: int = Field(description=\"port of the cache\", default=⟨6379⟩)

class Row:
    host = \"localhost\"

def connect(user, host):
    return create_engine(f\"postgresql://{user}@{host}:⟨5432⟩/shop\")
",
        ),
        (
            "cmd/config.go",
            "\
package cmd

type Config struct {
\tDBHost string `env:\"DB_HOST\" envDefault:\"localhost\"`
\tDBPort int    `env:\"DB_PORT\" envDefault:\"⟦5432⟧\"`
\tCacheHost string `env:\"REDIS_HOST\" envDefault:\"redis\"`
\tCachePort int `env:\"REDIS_PORT\" envDefault:\"⟨6379⟩\"`
}
",
        ),
        (
            "src/env.ts",
            "\
export const env = cleanEnv(process.env, {
  MAIN_HOST: str({ default: 'localhost' }),
  MAIN_PORT: port({ default: ⟦5432⟧, desc: 'postgres' }),
  CACHE_HOST: str({ desc: 'cache', default: 'redis' }),
  CACHE_PORT: port({ default: ⟨6379⟩ }),
});
",
        ),
        (
            "src/Cache.cs",
            "var o = new ConfigurationOptions { EndPoints = { { \"localhost\", ⟦6379⟧ } } };\n",
        ),
    ]);
}

#[test]
fn what_the_repository_does_not_run_is_not_missed_in_it() {
    judged(&[
        ("compose.yaml", STACK),
        (
            ".env.example",
            "\
ELASTICSEARCH_HOST=127.0.0.1
ELASTICSEARCH_PORT=⟨9200⟩
SESSION_REDIS_URL=redis://localhost:⟦6390⟧/0
",
        ),
    ]);
}

#[test]
fn sentences_name_hosts_and_speak_of_the_ports_of_a_machine() {
    judged(&[
        ("compose.yaml", STACK),
        (
            "README.md",
            "\
# Shop

Postgres is now listening on `localhost:⟦5432⟧`, and the log says \"listening on 0.0.0.0:⟨5432⟩\".
In the admin UI add a server with host `postgres` and port `⟨5432⟩`.
From your own machine use host `localhost` and port `⟦5432⟧` for Postgres.
Make sure that ports ⟦5432⟧ and ⟦6379⟧ are free.
",
        ),
    ]);
}

#[test]
fn what_tests_start_is_meant_by_tests_alone() {
    judged(&[
        (
            "src/compose.yaml",
            "services:\n  sqldata:\n    image: mcr.microsoft.com/mssql/server:2022-latest\n    ports: [\"⟦5433⟧:1433\"]\n",
        ),
        (
            "src/docker-compose-tests.yml",
            "services:\n  sql-test:\n    image: mcr.microsoft.com/mssql/server:2022-latest\n    ports: [\"⟦5433⟧:1433\"]\n",
        ),
        (
            "src/Orders/appsettings.json",
            "{ \"Db\": \"Server=tcp:127.0.0.1,⟦5433⟧;Database=o\", \"Check\": ⟨5433⟩ }\n",
        ),
        (
            "README.md",
            "| Service | Address |\n|---|---|\n| SQL Server | localhost,⟦5433⟧ |\n",
        ),
    ]);
    let repo = Repo::new()
        .file("src/compose.yaml", "services:\n  sqldata:\n    image: mcr.microsoft.com/mssql/server\n    ports: [\"5433:1433\"]\n")
        .file("src/compose.tests.yaml", "services:\n  sql-test:\n    image: mcr.microsoft.com/mssql/server\n    ports: [\"5433:1433\"]\n")
        .file("src/app.json", "{ \"Db\": \"Server=localhost,5433;Database=o\" }\n");
    let shown = repo.concise(["--exit-zero", "-q"]).stdout;
    assert!(
        shown.contains("src/app.json") && shown.contains("5433 is the host port of `sqldata`"),
        "{shown}"
    );
}
