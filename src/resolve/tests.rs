use super::*;
use crate::formats;
use crate::model::{
    CandidateSource, Declaration, DeclarationId, Feeds, Kind, Origin, Published, Service,
};
use crate::source::{Place, SourceFile};

/// A repository in memory.
pub(super) struct Repo {
    pub(super) sources: Sources,
    pub(super) facts: Vec<FileFacts>,
}

impl Repo {
    pub(super) fn new(files: &[(&str, &str)]) -> Self {
        let mut files = files.to_vec();
        files.sort_unstable();
        let files: Vec<_> = files
            .into_iter()
            .map(|(path, text)| SourceFile::new(path, text))
            .collect();
        let facts = files.iter().map(formats::read).collect();
        Self {
            sources: Sources::new(files),
            facts,
        }
    }
}

/// A resolved repository.
pub(super) struct Resolved {
    pub(super) sources: Sources,
    pub(super) model: Model,
}

pub(super) fn resolved(files: &[(&str, &str)]) -> Resolved {
    resolved_by(files, &Policy::builtin())
}

fn resolved_by(files: &[(&str, &str)], policy: &Policy) -> Resolved {
    let Repo { sources, facts } = Repo::new(files);
    let model = resolve(facts, &sources, policy);
    Resolved { sources, model }
}

impl Resolved {
    fn show(&self, place: Place) -> String {
        format!(
            "{} {}",
            self.sources.show_line(place),
            self.sources.slice(place)
        )
    }

    pub(super) fn origin(&self, origin: Origin) -> String {
        let sort = match origin {
            Origin::Literal(_) => "literal",
            Origin::Default(_) => "default",
            Origin::EnvFile(_) => "env",
        };
        format!("{sort} {}", self.show(origin.place()))
    }

    pub(super) fn published(&self, i: usize) -> &Published {
        let declaration = self.model.declaration(DeclarationId(i));
        declaration.published.as_ref().expect("published")
    }

    /// `service published→target ip/protocol`
    fn ports(&self) -> Vec<String> {
        let row = |d: &Declaration| {
            let published = d
                .published
                .as_ref()
                .map_or("?".to_owned(), |p| p.range.to_string());
            let name = &self.model.service(d.service).name.value;
            let over = if d.overridden { " overridden" } else { "" };
            let ip = if d.host_ip.is_empty() {
                "*"
            } else {
                &d.host_ip
            };
            format!("{name} {ip} {published}→{}/{}{over}", d.target, d.protocol)
        };
        self.model.declarations.iter().map(row).collect()
    }

    fn candidates(&self, i: usize) -> Vec<(String, CandidateSource, String)> {
        let all = self.published(i).candidates.iter();
        all.map(|c| (c.value.clone(), c.source, self.show(c.place)))
            .collect()
    }

    fn problems(&self) -> Vec<(String, ProblemKind, String)> {
        let files = self.sources.iter().zip(&self.model.files);
        files
            .flat_map(|((_, file), facts)| {
                facts
                    .problems
                    .iter()
                    .map(|p| (file.slice(p.span).to_owned(), p.kind, p.message.clone()))
            })
            .collect()
    }

    fn service(&self, name: &str) -> &Service {
        let found = self.model.services.iter().find(|s| s.name.value == name);
        found.expect("the service")
    }

    fn projects(&self) -> Vec<(String, Vec<String>, usize)> {
        let path = |id: &crate::source::FileId| self.sources.get(*id).path.to_string();
        let all = self.model.projects.iter();
        all.map(|p| (p.name.clone(), p.files.iter().map(path).collect(), p.stack))
            .collect()
    }
}

const DB: &str = "services:\n  db:\n    image: postgres:16\n    ports:\n      - ";

pub(super) fn db(entry: &str) -> String {
    format!("{DB}{entry}\n")
}

#[test]
fn literals_are_where_they_stand() {
    let repo = resolved(&[("compose.yml", &db("\"127.0.0.1:7000:5432/tcp\""))]);
    assert_eq!(repo.ports(), ["db 127.0.0.1 7000→5432/tcp"]);
    assert_eq!(
        repo.origin(repo.published(0).origin),
        "literal compose.yml:5 7000"
    );
    let declaration = &repo.model.declarations[0];
    let file = repo.sources.get(declaration.file);
    assert_eq!(file.slice(declaration.target_span), "5432");
    assert_eq!(file.slice(declaration.entry), "127.0.0.1:7000:5432/tcp");
}

#[test]
fn candidates_come_in_the_order_of_precedence() {
    let policy = Policy {
        env_files: vec!["config/ports.env".to_owned()],
        ..Policy::builtin()
    };
    let repo = resolved_by(
        &[
            ("app/compose.yml", &db("\"${DB_PORT:-5432}:5432\"")),
            ("app/.env", "DB_PORT=5433 # host\n"),
            ("app/.env.example", "DB_PORT=5434\n"),
            ("app/.env.staging.example", "DB_PORT=1\n"),
            ("config/ports.env", "DB_PORT=\"5435\"\n"),
            (".env", "# DB_PORT=1\nDB_PORT='5436'\n"),
            (".env.sample", "DB_PORT=\n"),
            (".env.dist", "DB_PORT=5437\n"),
            ("other/.env", "DB_PORT=2\n"),
        ],
        &policy,
    );
    let published = repo.published(0);
    assert_eq!(published.variable.as_deref(), Some("DB_PORT"));
    assert_eq!(repo.origin(published.origin), "env app/.env:1 5433");
    let file = repo.sources.get(repo.model.declarations[0].file);
    assert_eq!(file.slice(published.span), "${DB_PORT:-5432}");
    let expected = [
        ("5433", CandidateSource::ComposeEnv, "app/.env:1 5433"),
        (
            "5435",
            CandidateSource::PolicyEnv,
            "config/ports.env:1 5435",
        ),
        ("5436", CandidateSource::RootEnv, ".env:2 5436"),
        ("5434", CandidateSource::Template, "app/.env.example:1 5434"),
        ("5437", CandidateSource::Template, ".env.dist:1 5437"),
        ("5432", CandidateSource::Default, "app/compose.yml:5 5432"),
    ];
    let expected = expected.map(|(v, s, p)| (v.to_owned(), s, p.to_owned()));
    assert_eq!(repo.candidates(0), expected);
    let values = &repo.model.variables["DB_PORT"].values;
    let templates = values.iter().filter(|v| v.template).count();
    assert_eq!((values.len(), templates), (8, 4));
}

#[test]
fn digits_are_found_through_every_form() {
    for (entry, env, range, origin, variable) in [
        (
            "'${P-7000}:5432'",
            "",
            "7000",
            "default compose.yml:5 7000",
            Some("P"),
        ),
        (
            "'${A:-${B:-7000}}:5432'",
            "",
            "7000",
            "default compose.yml:5 7000",
            Some("A"),
        ),
        (
            "'${A:-${B:-7000}}:5432'",
            "B=7001",
            "7001",
            "env .env:1 7001",
            Some("A"),
        ),
        (
            "'${MAP:-7000:5432}'",
            "",
            "7000",
            "default compose.yml:5 7000",
            Some("MAP"),
        ),
        (
            "'$MAP'",
            "MAP=127.0.0.1:7002:5432",
            "7002",
            "env .env:1 7002",
            Some("MAP"),
        ),
        (
            "'${IP}:${P}:5432'",
            "IP=::1\nP=7000",
            "7000",
            "env .env:2 7000",
            Some("P"),
        ),
        (
            "'$P:5432'",
            "BASE=7000\nP=${BASE}",
            "7000",
            "env .env:1 7000",
            Some("P"),
        ),
        (
            "'$P:5432'",
            "P=\"${X:-7000}\"",
            "7000",
            "env .env:1 7000",
            Some("P"),
        ),
        (
            "'${P:+7000}:5432'",
            "P=1",
            "7000",
            "literal compose.yml:5 7000",
            Some("P"),
        ),
        (
            "'${A}00:5432'",
            "A=70",
            "7000",
            "literal compose.yml:5 ${A}00",
            Some("A"),
        ),
        (
            "'$P:5432'",
            "P=1\nP=7000",
            "7000",
            "env .env:2 7000",
            Some("P"),
        ),
        (
            "'7000-7001:5432-5433'",
            "",
            "7000-7001",
            "literal compose.yml:5 7000-7001",
            None,
        ),
        (
            "'7000-7005:5432'",
            "",
            "7000-7005",
            "literal compose.yml:5 7000-7005",
            None,
        ),
        (
            "{target: 5432, published: '${P:-7000}'}",
            "",
            "7000",
            "default compose.yml:5 7000",
            Some("P"),
        ),
        (
            "{target: 5432, published: 7000}",
            "",
            "7000",
            "literal compose.yml:5 7000",
            None,
        ),
    ] {
        let repo = resolved(&[("compose.yml", &db(entry)), (".env", env)]);
        assert_eq!(repo.problems(), [], "{entry}");
        let published = repo.published(0);
        assert_eq!(published.range.to_string(), range, "{entry}");
        assert_eq!(repo.origin(published.origin), origin, "{entry}");
        assert_eq!(published.variable.as_deref(), variable, "{entry}");
    }
}

#[test]
fn a_host_port_that_docker_or_the_shell_gives_is_none() {
    for (entry, demanded) in [
        ("5432", false),
        ("'5432'", false),
        ("':5432'", false),
        ("'0:5432'", false),
        ("'127.0.0.1::5432'", false),
        ("'${P}:5432'", false),
        ("'${P:?set P}:5432'", true),
        ("'127.0.0.1:${P?}:5432'", true),
        ("{target: 5432}", false),
        ("{target: 5432, published: '${P:?set P}'}", true),
    ] {
        let repo = resolved(&[("compose.yml", &db(entry))]);
        assert_eq!(repo.problems(), [], "{entry}");
        let declaration = &repo.model.declarations[0];
        assert_eq!(
            (declaration.published.is_none(), declaration.demanded),
            (true, demanded),
            "{entry}"
        );
        for usage in repo
            .model
            .variables
            .get("P")
            .into_iter()
            .flat_map(|v| &v.uses)
        {
            assert_eq!(usage.feeds, Feeds::HostPort(DeclarationId(0)), "{entry}");
            assert_eq!(usage.required, demanded, "{entry}");
        }
    }
}

#[test]
fn bad_entries_are_said_where_compose_would_stumble() {
    let said = |entry: &str, env: &str| {
        let repo = resolved(&[("compose.yml", &db(entry)), (".env", env)]);
        repo.problems()
            .into_iter()
            .map(|(at, _, message)| (at, message))
            .next()
    };
    let wrong = |at: &str, message: &str| Some((at.to_owned(), message.to_owned()));
    assert_eq!(
        said("'abc:5432'", ""),
        wrong(
            "abc",
            "the port entry `abc:5432` is wrong: `abc` is no host port"
        )
    );
    assert_eq!(
        said("'${P}:5432'", "P=none"),
        wrong(
            "${P}",
            "the port entry `none:5432` is wrong: `none` is no host port"
        )
    );
    let unclosed = said("'${P:5432'", "").expect("said");
    assert_eq!(unclosed.0, "${P:5432");
    assert!(
        unclosed.1.starts_with("invalid interpolation"),
        "{}",
        unclosed.1
    );
    // the shell may set them both
    assert_eq!(said("'${P}:${Q}'", ""), None);
    assert_eq!(
        said("{target: '${T:-x}', published: 1}", ""),
        wrong("${T:-x}", "`x` is no container port")
    );
}

#[test]
fn a_template_that_gives_no_port_is_passed_over() {
    let repo = resolved(&[
        ("compose.yml", &db("'${P:-7000}:5432'")),
        (".env.example", "P=<your port>\n"),
    ]);
    assert_eq!(
        (repo.ports(), repo.problems()),
        (vec!["db * 7000→5432/tcp".to_owned()], vec![])
    );
}

#[test]
fn an_override_belongs_to_its_base() {
    let repo = resolved(&[
        (
            "a/compose.yaml",
            "name: shop\nservices:\n  db:\n    image: postgres\n    ports: ['5432:5432']\n  web: {image: nginx, ports: ['80:80']}\n",
        ),
        (
            "a/compose.override.yml",
            "services:\n  db:\n    ports: !override ['7000:5432']\n    container_name: shop-db\n",
        ),
        (
            "a/compose.prod.yml",
            "services:\n  db:\n    ports: ['7001:5432']\n",
        ),
        ("a/other.yml", "services:\n  mail:\n    image: mailpit\n"),
    ]);
    assert_eq!(
        repo.ports(),
        [
            "db * 7000→5432/tcp",
            "db * 7001→5432/tcp",
            "db * 5432→5432/tcp overridden",
            "web * 80→80/tcp",
        ]
    );
    let files = |f: &[&str]| f.iter().map(|p| (*p).to_owned()).collect::<Vec<_>>();
    let base = ["a/compose.yaml", "a/compose.override.yml"];
    assert_eq!(
        repo.projects(),
        [
            ("a".to_owned(), files(&["a/compose.prod.yml"]), 0),
            ("shop".to_owned(), files(&base), 0),
            ("a".to_owned(), files(&["a/other.yml"]), 2),
        ]
    );
    // what neither file says is known from the other, and from the other variant of the stack
    for service in repo.model.services.iter().filter(|s| s.name.value == "db") {
        assert_eq!(
            service.image.as_ref().map(|i| i.value.as_str()),
            Some("postgres")
        );
        assert_eq!(service.identity.kind, Kind::Database);
    }
    assert!(
        repo.model.services[0]
            .aliases
            .contains(&"shop-db".to_owned())
    );
    assert!(
        repo.model.services[2]
            .aliases
            .contains(&"shop-db".to_owned())
    );
}

#[test]
fn compose_file_in_env_names_the_project() {
    let repo = resolved(&[
        (
            ".env",
            "COMPOSE_FILE=base.compose.yml:deploy/db.yml\nCOMPOSE_PROJECT_NAME=shop\nP=7000\n",
        ),
        ("base.compose.yml", "services:\n  web: {image: nginx}\n"),
        ("deploy/db.yml", &db("'${P}:5432'")),
        ("deploy/.env", "P=1\n"),
    ]);
    let files = vec!["base.compose.yml".to_owned(), "deploy/db.yml".to_owned()];
    assert_eq!(repo.projects(), [("shop".to_owned(), files, 0)]);
    assert_eq!(repo.ports(), ["db * 7000→5432/tcp"]);
}

#[test]
fn includes_belong_to_the_file_that_includes_them() {
    let repo = resolved(&[
        (
            "compose.yml",
            "include:\n  - db/compose.yml\n  - path: [mail/a.compose.yml, mail/b.compose.yml]\n    env_file: mail/ports.env\n  - ../outside.yml\n  - https://example.com/x.yml\nservices:\n  web: {image: nginx}\n",
        ),
        (".env", "DB=7000\n"),
        ("db/compose.yml", &db("'${DB}:5432'")),
        ("db/.env", "DB=1\nOTHER=2\n"),
        (
            "mail/a.compose.yml",
            "services:\n  mail:\n    image: mailpit\n    ports: ['${MAIL}:1025']\n",
        ),
        (
            "mail/b.compose.yml",
            "services:\n  mail: {ports: ['8025:8025']}\n",
        ),
        ("mail/ports.env", "MAIL=1025\n"),
    ]);
    // the including project's values come first
    assert_eq!(
        repo.ports(),
        [
            "db * 7000→5432/tcp",
            "mail * 1025→1025/tcp",
            "mail * 8025→8025/tcp"
        ]
    );
    assert_eq!(repo.projects().len(), 1);
    assert_eq!(
        repo.problems(),
        [(
            "../outside.yml".to_owned(),
            ProblemKind::Skipped,
            "`../outside.yml` lies outside the repository and was not read".to_owned()
        )]
    );
}

#[test]
fn rings_end() {
    let repo = resolved(&[
        (
            "a.compose.yml",
            "include: [b.compose.yml]\nservices:\n  a: {image: x, ports: ['1:1']}\n",
        ),
        (
            "b.compose.yml",
            "include: [c.compose.yml]\nservices:\n  b: {image: x, extends: {service: b}}\n",
        ),
        (
            "c.compose.yml",
            "include: [a.compose.yml]\nservices:\n  c: {image: x, extends: {file: d.compose.yml, service: d}}\n",
        ),
        (
            "d.compose.yml",
            "services:\n  d: {image: x, extends: {file: c.compose.yml, service: c}}\n  e: {extends: gone}\n",
        ),
    ]);
    let said: Vec<_> = repo.problems().into_iter().map(|p| p.2).collect();
    assert_eq!(
        said,
        [
            "`b` extends itself in a ring",
            "`a.compose.yml` includes itself in a ring",
            "`c` extends itself in a ring",
            "there is no service `gone` to extend",
            "`d` extends itself in a ring",
        ]
    );
    assert_eq!(repo.ports(), ["a * 1→1/tcp"]);
}

#[test]
fn a_base_declares_for_the_service_that_extends_it() {
    let repo = resolved(&[
        (
            "app/compose.yml",
            "services:\n  orders-db:\n    extends: {file: ../common/db.yml, service: pg}\n",
        ),
        ("app/.env", "P=7000\n"),
        (
            "common/db.yml",
            "services:\n  pg:\n    image: postgres:${TAG:-16}\n    ports: ['${P:-5432}:5432']\n    expose: [9187]\n",
        ),
    ]);
    assert_eq!(repo.ports(), ["orders-db * 7000→5432/tcp"]);
    assert_eq!(repo.origin(repo.published(0).origin), "env app/.env:1 7000");
    let declaration = &repo.model.declarations[0];
    assert_eq!(&*repo.sources.get(declaration.file).path, "common/db.yml");
    let orders = repo.service("orders-db");
    assert_eq!(
        orders.image.as_ref().map(|i| i.value.as_str()),
        Some("postgres:16")
    );
    assert_eq!(
        (orders.is_base, &orders.listens[..]),
        (false, &[5432, 9187][..])
    );
    assert!(repo.service("pg").is_base);
}

#[test]
fn a_base_with_a_life_of_its_own_declares_for_itself() {
    let repo = resolved(&[(
        "compose.yml",
        "services:\n  db:\n    image: postgres\n    ports: ['1:5432']\n  copy:\n    extends: db\n    ports: !override ['2:5432']\n  \
         frame:\n    ports: ['3:3']\n  live:\n    image: x\n    extends: {service: frame}\n",
    )]);
    assert_eq!(
        repo.ports(),
        ["db * 1→5432/tcp", "copy * 2→5432/tcp", "live * 3→3/tcp"]
    );
    assert_eq!(repo.service("copy").identity.kind, Kind::Database);
}

#[test]
fn the_dockerfile_tells_what_a_build_is() {
    let repo = resolved(&[
        (
            "app/compose.yml",
            "services:\n  one: {build: ../db}\n  two:\n    build: {context: .., dockerfile: db/Dockerfile.dev, target: base}\n",
        ),
        (
            "db/Dockerfile",
            "FROM golang:1 AS build\nFROM postgres:16 AS base\nEXPOSE 5432 8008\nFROM base\n",
        ),
        (
            "db/Dockerfile.dev",
            "FROM postgres:16 AS base\nFROM golang\n",
        ),
    ]);
    for name in ["one", "two"] {
        let identity = &repo.service(name).identity;
        assert_eq!(identity.engine.as_deref(), Some("postgres"), "{name}");
    }
    assert_eq!(repo.service("one").listens, [5432, 8008]);
    assert_eq!(repo.service("two").listens, [5432]);
}

#[test]
fn the_hosts_network_publishes_the_engines_ports() {
    let repo = resolved(&[(
        "compose.yml",
        "services:\n  db:\n    image: postgres\n    network_mode: ${NET:-host}\n    ports: ['1:5432']\n  web:\n    image: nginx\n    network_mode: host\n",
    )]);
    assert_eq!(repo.ports(), ["db * 5432→5432/tcp"]);
    let declaration = &repo.model.declarations[0];
    assert!(declaration.host_network && repo.service("web").host_network);
    assert_eq!(
        repo.sources.get(declaration.file).slice(declaration.entry),
        "${NET:-host}"
    );
}

#[test]
fn names_by_which_a_service_is_reached() {
    let repo = resolved(&[(
        "compose.yml",
        "services:\n  DB:\n    image: postgres\n    container_name: ${NAME:-Main}\n    hostname: pg.local\n    networks:\n      back: {aliases: [Store]}\n  \
         web:\n    image: nginx\n    links: ['DB:database']\n",
    )]);
    assert_eq!(
        repo.service("DB").aliases,
        ["database", "db", "main", "pg.local", "store"]
    );
    assert_eq!(repo.service("DB").container_name.as_deref(), Some("Main"));
}

#[test]
fn uses_say_what_a_variable_feeds() {
    let text = "services:\n  db:\n    image: postgres:${TAG}\n    ports: ['${IP}:${P:-1}:${Q:-5432}']\n    expose: ['${E}']\n  \
                web:\n    image: nginx\n    environment:\n      DB_HOST: ${H:-db}\n      DB_PORT: ${P}\n      URL: postgres://u:${PW}@${H:-db}:${P}/x\n";
    let repo = resolved(&[("compose.yml", text)]);
    let feeds = |name: &str| -> Vec<Feeds> {
        let uses = repo.model.variables[name].uses.iter();
        uses.map(|u| u.feeds.clone()).collect()
    };
    let environment = |key: &str, host: Option<&str>| Feeds::Environment {
        key: key.to_owned(),
        host: host.map(str::to_owned),
    };
    let port = DeclarationId(0);
    assert_eq!(
        feeds("P"),
        [
            Feeds::HostPort(port),
            environment("DB_PORT", Some("db")),
            environment("URL", Some("db")),
        ]
    );
    assert_eq!(feeds("Q"), [Feeds::ContainerPort(port)]);
    assert_eq!(
        (feeds("IP"), feeds("E")),
        (vec![Feeds::Other], vec![Feeds::Expose])
    );
    assert_eq!(feeds("PW"), [environment("URL", None)]);
    let default = repo.model.variables["P"].uses[0]
        .default
        .clone()
        .expect("a default");
    assert_eq!(
        (default.0.as_str(), repo.show(default.1).as_str()),
        ("1", "compose.yml:4 1")
    );
    assert_eq!(
        repo.show(repo.model.variables["P"].uses[0].place),
        "compose.yml:4 ${P:-1}"
    );
}

#[test]
fn jobs_of_a_workflow_are_projects_of_their_own() {
    let job = "    runs-on: ubuntu-latest\n    services:\n      postgres:\n        image: postgres:16\n        ports: ['5432:5432', '${{ env.P }}:5432']\n";
    let text = format!("on: push\njobs:\n  a:\n{job}  b:\n{job}");
    let repo = resolved(&[(".github/workflows/ci.yml", &text)]);
    assert_eq!(
        repo.ports(),
        ["postgres * 5432→5432/tcp", "postgres * 5432→5432/tcp"]
    );
    let projects: Vec<_> = repo
        .model
        .projects
        .iter()
        .map(|p| (p.name.as_str(), p.workflow))
        .collect();
    assert_eq!(
        (projects, repo.problems()),
        (vec![("a", true), ("b", true)], vec![])
    );
    assert_ne!(
        repo.model.services[0].project,
        repo.model.services[1].project
    );
}

#[test]
fn stacks_are_told_by_services_and_containers() {
    let two = |a: &str, b: &str| format!("services:\n  {a}: {{image: x}}\n  {b}: {{image: x}}\n");
    let named = |s: &str, c: &str| format!("services:\n  {s}: {{image: x, container_name: {c}}}\n");
    let repo = resolved(&[
        ("docker-compose.apps.yml", &two("api", "web")),
        ("docker-compose.apps.prod.yml", &two("api", "front")),
        ("docker-compose.tools.yml", &two("kestra", "admin")),
        ("one/compose.yml", &two("db", "web")),
        ("two/compose.yml", &two("db", "web")),
        ("three/compose.yml", &named("pg", "main-db")),
        ("four/compose.yml", &named("postgres", "main-db")),
    ]);
    let stacks: Vec<_> = repo
        .projects()
        .into_iter()
        .map(|p| (p.1[0].clone(), p.2))
        .collect();
    let stack = |path: &str| {
        stacks
            .iter()
            .find(|s| s.0 == path)
            .map(|s| s.1)
            .expect("there")
    };
    assert_eq!(
        stack("docker-compose.apps.yml"),
        stack("docker-compose.apps.prod.yml")
    );
    assert_ne!(
        stack("docker-compose.apps.yml"),
        stack("docker-compose.tools.yml")
    );
    assert_ne!(stack("one/compose.yml"), stack("two/compose.yml"));
    assert_eq!(stack("three/compose.yml"), stack("four/compose.yml"));
}

#[test]
fn anchored_entries_are_declared_by_each_service() {
    let repo = resolved(&[(
        "compose.yml",
        "x-ports: &ports ['7000:5432']\nservices:\n  a: {image: postgres, ports: *ports}\n  b: {image: postgres, ports: *ports}\n",
    )]);
    assert_eq!(repo.ports(), ["a * 7000→5432/tcp", "b * 7000→5432/tcp"]);
    assert_eq!(repo.published(0).span, repo.published(1).span);
}

#[test]
fn line_ends_marks_and_wide_characters_shift_nothing() {
    let text = "\u{feff}# 🐘 é\r\nservices:\r\n  db:\r\n    image: postgres\r\n    ports:\r\n      - \"${P:-7000}:5432\" # ü\r\n";
    let repo = resolved(&[
        ("compose.yml", text),
        (".env", "\u{feff}# é\r\nP=\"7001\"\r\n"),
    ]);
    assert_eq!(repo.origin(repo.published(0).origin), "env .env:2 7001");
    let sources: Vec<_> = repo.candidates(0).into_iter().map(|c| c.2).collect();
    assert_eq!(sources, [".env:2 7001", "compose.yml:6 7000"]);
}

#[test]
fn a_bad_line_is_an_error_where_compose_reads_it() {
    let repo = resolved(&[
        ("app/compose.yml", &db("'7000:5432'")),
        ("app/.env", "A B=1\n"),
        ("web/.env", "A B=1\n"),
    ]);
    let kinds: Vec<_> = repo.problems().into_iter().map(|p| p.1).collect();
    assert_eq!(kinds, [ProblemKind::Shape, ProblemKind::Skipped]);
}
