#![allow(clippy::string_slice, reason = "a wrong span must fail the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::*;
use crate::classify::Name;
use crate::facts::{ComposeService, MergeTag, MountKind, PortEntry, ProblemKind};

fn facts_of(path: &str, text: &str) -> FileFacts {
    let mut facts = FileFacts::default();
    read(&SourceFile::new(path, text), &mut facts);
    facts
}

fn compose_of(text: &str) -> ComposeFile {
    let facts = facts_of("compose.yaml", text);
    assert_eq!(facts.problems, [], "{text}");
    facts.compose.unwrap()
}

fn service_of(body: &str) -> ComposeService {
    let text = format!("services:\n  x:\n{}", indent(body, 4));
    compose_of(&text).services.remove(0)
}

fn indent(body: &str, by: usize) -> String {
    body.lines()
        .map(|line| format!("{}{line}\n", " ".repeat(by)))
        .collect()
}

fn values(texts: &[crate::source::Text]) -> Vec<&str> {
    texts.iter().map(AsRef::as_ref).collect()
}

fn ports(service: &ComposeService) -> Vec<String> {
    service
        .ports
        .iter()
        .map(|port| match port {
            PortEntry::Short(text) => text.value.clone(),
            PortEntry::Long(long) => format!(
                "{}→{}",
                long.published.as_ref().map_or("", |t| t.value.as_str()),
                long.target.as_ref().map_or("", |t| t.value.as_str())
            ),
        })
        .collect()
}

#[test]
fn a_service_is_read_with_all_its_fields() {
    let service = service_of(
        "image: ${IMAGE:-postgres}:16\ncontainer_name: pg\nhostname: pg1\nnetwork_mode: host\nrestart: unless-stopped\n\
         build: {context: ./db, dockerfile: D, target: prod, args: [A=1]}\n\
         environment: {A: 1, B: 'x', C: , D: 0x10, E: true}\nenv_file:\n  - a.env\n  - {path: b.env, required: false}\n\
         command: [postgres, -p, '5433']\nentrypoint: /x.sh\nhealthcheck:\n  test: [CMD-SHELL, pg_isready -p 5433]\n\
         expose: [5432, \"6000-6001/udp\"]\nvolumes:\n  - data:/var/lib/postgresql/data\n  - ./x:/x:ro\n  - /anon\n  \
         - {type: bind, source: /h, target: /c}\n  - {type: volume, target: /v}\n  - {type: tmpfs, target: /t}\n\
         networks:\n  a: {aliases: [db, pg]}\n  b:\nlinks: ['c:d']\nexternal_links: [e]\n\
         extra_hosts: ['h:host-gateway', 'i=10.0.0.1', 'j:::1', 'k=[::2]']\n\
         labels: ['a=b=c', d]\nprofiles: [p]\ndepends_on: {c: {condition: service_started}}\n\
         extends: {file: o.yml, service: s}\ndeploy:\n  replicas: 3\n  labels: {t: 1}\n",
    );
    assert_eq!(service.image.unwrap().value, "${IMAGE:-postgres}:16");
    assert_eq!(service.container_name.unwrap().value, "pg");
    assert_eq!(service.hostname.unwrap().value, "pg1");
    assert_eq!(service.network_mode.unwrap().value, "host");
    assert_eq!(service.restart.unwrap().value, "unless-stopped");
    let build = service.build.unwrap();
    assert_eq!(
        [build.context, build.dockerfile, build.target].map(|t| t.unwrap().value),
        ["./db", "D", "prod"]
    );
    let environment: Vec<_> = service
        .environment
        .iter()
        .map(|pair| {
            (
                pair.key.value.as_str(),
                pair.value.as_ref().map(AsRef::as_ref),
            )
        })
        .collect();
    assert_eq!(
        environment,
        [
            ("A", Some("1")),
            ("B", Some("x")),
            ("C", None),
            ("D", Some("16")),
            ("E", Some("true"))
        ]
    );
    assert_eq!(values(&service.env_files), ["a.env", "b.env"]);
    assert_eq!(
        values(&service.commands),
        [
            "postgres",
            "-p",
            "5433",
            "/x.sh",
            "CMD-SHELL",
            "pg_isready -p 5433"
        ]
    );
    assert!(service.healthcheck);
    assert_eq!(values(&service.expose), ["5432", "6000-6001/udp"]);
    let kinds: Vec<_> = service
        .mounts
        .iter()
        .map(|m| (m.kind, m.target.as_str()))
        .collect();
    assert_eq!(
        kinds,
        [
            (MountKind::Named, "/var/lib/postgresql/data"),
            (MountKind::Bind, "/x"),
            (MountKind::Anonymous, "/anon"),
            (MountKind::Bind, "/c"),
            (MountKind::Anonymous, "/v"),
            (MountKind::Other, "/t"),
        ]
    );
    assert_eq!(service.networks[0].aliases, ["db", "pg"]);
    assert_eq!(service.networks[1].name, "b");
    assert_eq!(values(&service.links), ["c:d", "e"]);
    let hosts: Vec<_> = service
        .extra_hosts
        .iter()
        .map(|(a, b)| (a.as_str(), b.as_str()))
        .collect();
    assert_eq!(
        hosts,
        [
            ("h", "host-gateway"),
            ("i", "10.0.0.1"),
            ("j", "::1"),
            ("k", "::2")
        ]
    );
    let labels: Vec<_> = service
        .labels
        .iter()
        .map(|(k, v)| (k.value.as_str(), v.value.as_str()))
        .collect();
    assert_eq!(labels, [("a", "b=c"), ("d", ""), ("t", "1")]);
    assert_eq!(values(&service.profiles), ["p"]);
    assert_eq!(service.depends_on, ["c"]);
    let extends = service.extends.unwrap();
    assert_eq!(
        (
            extends.file.unwrap().value.as_str(),
            extends.service.value.as_str()
        ),
        ("o.yml", "s")
    );
    assert_eq!(service.replicas, Some(3));
    assert_eq!((service.key_indent, service.name.value.as_str()), (4, "x"));
}

#[test]
fn other_forms_mean_the_same() {
    let service = service_of(
        "build: .\nenvironment:\n  - A=1\n  - B\n  - \"C=x=y\"\nenv_file: one.env\ncommand: postgres -p 5433\n\
         depends_on: [a, b]\nnetworks: [n]\nextra_hosts: {h: [10.0.0.1, 10.0.0.2]}\nlabels: {a: b}\nextends: base\nscale: 2\n\
         deploy: {restart_policy: {condition: on-failure}}\n",
    );
    assert_eq!(service.build.unwrap().context.unwrap().value, ".");
    assert_eq!(service.environment[2].value.as_ref().unwrap().value, "x=y");
    assert_eq!(service.environment[1].value, None);
    assert_eq!(values(&service.env_files), ["one.env"]);
    assert_eq!(values(&service.commands), ["postgres -p 5433"]);
    assert_eq!(service.depends_on, ["a", "b"]);
    assert_eq!(service.networks[0].name, "n");
    assert_eq!(service.extra_hosts.len(), 2);
    assert_eq!(service.extends.unwrap().file, None);
    assert_eq!(service.replicas, Some(2));
    assert_eq!(service.restart.unwrap().value, "on-failure");
}

#[test]
fn ports_in_every_form() {
    let table = [
        (
            "ports: ['5432:5432', 80, 0x50, 5_432]",
            vec!["5432:5432", "80", "80", "5432"],
        ),
        (
            "ports:\n  - 22:22\n  - '[::1]:7000:5432/tcp'",
            vec!["22:22", "[::1]:7000:5432/tcp"],
        ),
        (
            "ports:\n  - {target: 5432, published: '7000-7001'}\n  - target: 80",
            vec!["7000-7001→5432", "→80"],
        ),
        ("ports: []", vec![]),
        ("ports: !reset ['1:1']", vec![]),
        ("ports: !override ['1:1']", vec!["1:1"]),
    ];
    for (body, expected) in table {
        assert_eq!(ports(&service_of(body)), expected, "{body}");
    }
    assert_eq!(service_of("ports: !reset []").ports_tag, MergeTag::Reset);
    assert_eq!(
        service_of("ports: !override []").ports_tag,
        MergeTag::Override
    );
    let tagged = service_of("environment: !override {A: 1, B: !reset null}\ncommand: !reset null");
    assert_eq!(
        tagged.merge_tags,
        [
            ("environment".to_owned(), MergeTag::Override),
            ("environment.B".to_owned(), MergeTag::Reset),
            ("command".to_owned(), MergeTag::Reset)
        ]
    );
    assert_eq!(tagged.environment.len(), 1);
}

#[test]
fn healthchecks_can_be_turned_off() {
    let table = [
        ("image: x", false),
        ("healthcheck: {interval: 5s}", true),
        ("healthcheck: {disable: true}", false),
        ("healthcheck: {test: [NONE]}", false),
        ("healthcheck: {test: NONE}", false),
        ("healthcheck: {test: curl x}", true),
    ];
    for (body, expected) in table {
        assert_eq!(service_of(body).healthcheck, expected, "{body}");
    }
}

#[test]
fn anchors_merge_keys_and_extensions_are_resolved() {
    let text = "x-env: &env\n  DB_PORT: 5432\nx-base: &base\n  image: postgres\n  ports: &ports\n    - '5432:5432'\n  environment: *env\n\
        services:\n  a:\n    <<: *base\n  b:\n    <<: [*base]\n    ports: ['1:1']\n    environment:\n      <<: *env\n      X: y\n  c:\n    image: x\n    ports: *ports\n  x-note: hello\n";
    let compose = compose_of(text);
    let shown: Vec<_> = compose.services.iter().map(ports).collect();
    assert_eq!(shown, [["5432:5432"], ["1:1"], ["5432:5432"]]);
    assert_eq!(
        compose.services[0].image.as_ref().unwrap().value,
        "postgres"
    );
    assert_eq!(compose.services[1].environment.len(), 2);
    let span = compose.services[2].ports[0].span();
    assert_eq!(&text[span.range()], "5432:5432");
    assert_eq!(
        text.find("5432:5432"),
        Some(span.start as usize),
        "the anchor's place"
    );
}

#[test]
fn insertion_places_lie_behind_the_last_lines() {
    let text = "services:\r\n    db:\r\n        image: x # c\r\n\r\nvolumes:\r\n    a:\r\n    b: {}\r\n# end\r\n";
    let compose = compose_of(text);
    let service = &compose.services[0];
    assert!(text[..service.body_end as usize].ends_with("# c\r\n"));
    assert_eq!(service.key_indent, 8);
    let end = compose.volumes_end.unwrap();
    assert!(text[..end.offset as usize].ends_with("b: {}\r\n"));
    assert_eq!((end.exists, end.indent), (true, 4));
    assert_eq!(
        compose
            .volumes
            .iter()
            .map(|v| v.value.as_str())
            .collect::<Vec<_>>(),
        ["a", "b"]
    );

    let end = |text: &str| compose_of(text).volumes_end;
    let without = end("services:\n   db:\n      image: x").unwrap();
    assert_eq!(
        (without.offset, without.exists, without.indent),
        (31, false, 3)
    );
    let empty = end("volumes:\nservices:\n  db: {image: x}\n").unwrap();
    assert_eq!((empty.offset, empty.exists, empty.indent), (9, true, 2));
    assert_eq!(end("services:\n  db: {image: x}\nvolumes: {a: }\n"), None);
    assert_eq!(end("{services: {db: {image: x}}}"), None);
    let two = end("services:\n  db: {image: x}\n---\nservices:\n  e: {image: y}\n").unwrap();
    assert_eq!(two.offset, 27);
}

#[test]
fn includes_in_both_forms() {
    let compose = compose_of(
        "name: p\ninclude:\n  - a.yml\n  - path: [b.yml, c.yml]\n    env_file: d.env\n    project_directory: e\n",
    );
    assert_eq!(compose.name.unwrap().value, "p");
    assert_eq!(values(&compose.includes[0].paths), ["a.yml"]);
    assert_eq!(values(&compose.includes[1].paths), ["b.yml", "c.yml"]);
    assert_eq!(values(&compose.includes[1].env_files), ["d.env"]);
    assert_eq!(
        compose.includes[1]
            .project_directory
            .as_ref()
            .unwrap()
            .value,
        "e"
    );
}

#[test]
fn documents_of_one_file_are_merged() {
    let compose = compose_of(
        "services:\n  a:\n    image: x\n    ports: ['1:1']\n    environment: [A=1, B=2]\n  b: {image: y, ports: ['2:2']}\n  c: {image: z}\n\
         ---\nservices:\n  a:\n    image: w\n    ports: ['3:3']\n    environment: {B: 3}\n  b:\n    ports: !override ['4:4']\n  c: !reset null\n---\n",
    );
    let shown: Vec<_> = compose
        .services
        .iter()
        .map(|s| (s.name.value.as_str(), ports(s)))
        .collect();
    assert_eq!(
        shown,
        [
            ("a", vec!["1:1".to_owned(), "3:3".to_owned()]),
            ("b", vec!["4:4".to_owned()])
        ]
    );
    assert_eq!(compose.services[0].image.as_ref().unwrap().value, "w");
    assert_eq!(
        compose.services[0].environment[1]
            .value
            .as_ref()
            .unwrap()
            .value,
        "3"
    );
    assert_eq!(compose.removed, ["c"]);
}

#[test]
fn version_1_files_are_read_if_their_name_says_so() {
    let text = "web:\n  build: .\n  ports: ['80:80']\ndb:\n  image: postgres\n";
    assert_eq!(
        facts_of("docker-compose.yml", text)
            .compose
            .unwrap()
            .services
            .len(),
        2
    );
    assert_eq!(facts_of("stack.yml", text).compose, None);
    assert_eq!(
        facts_of("compose.yml", "- hosts: all\n  tasks: []\n").compose,
        None
    );
    assert_eq!(facts_of("compose.yml", "").compose, None);
}

fn problems(text: &str) -> Vec<(ProblemKind, String)> {
    let facts = facts_of("compose.yml", text);
    facts
        .problems
        .iter()
        .map(|p| (p.kind, text[p.span.range()].to_owned()))
        .collect()
}

#[test]
fn what_cannot_be_read_is_one_problem_at_its_place() {
    use ProblemKind::{Shape, Skipped, Syntax};
    let table = [
        ("services:\n  a: [\n", Syntax, "["),
        ("services:\n\ta: b\n", Syntax, "a"),
        (
            "a: 1\n<<<<<<< HEAD\nb: 2\n=======\nc: 3\n>>>>>>> main\n",
            Skipped,
            "<<<<<<<",
        ),
        (
            "services:\n{% for x in y %}\n  a:\n    image: x\n{% endfor %}\n",
            Skipped,
            "{%",
        ),
        (
            "services:\n  a:\n    image: {{ image }}\n",
            Skipped,
            "{{ image }}",
        ),
        (
            "services:\n  a:\n    ports: ['{{ port }}:1']\n",
            Skipped,
            "'{{ port }}:1'",
        ),
        ("services: []\n", Shape, "[]"),
        ("services:\n  a: b\n", Shape, "b"),
        ("services:\n  a:\n", Shape, "a"),
        ("services:\n  a:\n    ports: '1:1'\n", Shape, "'1:1'"),
        ("services:\n  a:\n    ports: [1.5]\n", Shape, "1.5"),
        ("services:\n  a:\n    ports: [[1]]\n", Shape, "[1]"),
        (
            "services:\n  a:\n    ports: [{published: 1}]\n",
            Shape,
            "{published: 1}",
        ),
        ("services:\n  a: {image: x}\n  a: {image: y}\n", Shape, "a"),
        ("services:\n  a: *b\n", Syntax, "*b"),
    ];
    for (text, kind, place) in table {
        let found = problems(text);
        assert_eq!(found.first(), Some(&(kind, place.to_owned())), "{text}");
        let extra = found.iter().filter(|(kind, _)| *kind != Shape).count();
        assert!(extra <= 1, "{text}: {found:?}");
    }
    let quoted = "services:\n  a:\n    image: x\n    hostname: '{{.Node.Hostname}}'\n    command: docker ps --format {{.ID}}\n";
    assert_eq!(problems(quoted), []);
}

#[test]
fn alias_bombs_are_cut_off() {
    let items = "'1:1',".repeat(3_000);
    let mut text =
        format!("x: &p [{items}]\ny: &s {{image: x, ports: *p, volumes: *p}}\nservices:\n");
    for i in 0..3_000 {
        text += &format!("  s{i}: *s\n");
    }
    let facts = facts_of("compose.yml", &text);
    let kinds: Vec<_> = facts.problems.iter().map(|p| p.kind).collect();
    assert_eq!(kinds, [ProblemKind::Skipped]);
    assert!(facts.compose.unwrap().services.len() < 3_000);
}

// ---- sightings -------------------------------------------------------------------------------------------------

/// `text side-of-hint reader` of each sighting, in the order of the file.
fn sightings(text: &str) -> Vec<String> {
    let facts = facts_of("compose.yml", text);
    let mut found = facts.sightings;
    found.sort_by_key(|s| s.span);
    found
        .iter()
        .map(|s| {
            let digits = &text[s.span.range()];
            assert_eq!(digits.parse(), Ok(s.port), "{text}");
            let host = s.host.as_ref().map_or("-", |host| host.text.as_str());
            let name = s.name.as_deref().unwrap_or("-");
            format!(
                "{digits} {:?} host={host} name={name} {:?}",
                s.form, s.read_by
            )
        })
        .collect()
}

#[test]
fn ports_inside_services_are_seen_with_their_reader() {
    let text = "x-env: &env\n  CACHE_URL: redis://cache:6379/0\nservices:\n  a:\n    image: x\n    ports: ['5432:5432']\n\
        \x20   environment: {<<: *env, DB_HOST: db, DB_PORT: 5433}\n  b:\n    image: y\n    environment:\n      <<: *env\n\
        \x20   healthcheck:\n      test: [\"CMD\", \"pg_isready\", \"-p\", \"5434\"]\n    command: sh -c 'redis-cli -p 6380'\n\
        \x20   expose: [5435, \"5436/tcp\"]\n    labels:\n      traefik.http.services.b.loadbalancer.server.port: 8081\n\
        \x20     homepage.href: http://localhost:5437\n";
    assert_eq!(
        sightings(text),
        [
            "6379 Url host=cache name=CACHE_URL Service(0)",
            "5433 Keyed host=db name=DB_PORT Service(0)",
            "5434 Flag host=localhost name=- Service(1)",
            "6380 Flag host=localhost name=- Service(1)",
            "5435 Exposed host=- name=- Service(1)",
            "5436 Exposed host=- name=- Service(1)",
            "8081 Exposed host=- name=traefik.http.services.b.loadbalancer.server.port Service(1)",
            "5437 Url host=localhost name=homepage.href Host",
        ]
    );
}

#[test]
fn comments_are_read_and_inline_files_too() {
    let text = "# Postgres listens on port 5432 of the host\nservices:\n  a:\n    image: x # reach it on localhost:5433\n\
        \x20   ports:\n    #  - \"5434:5432\"\n      - '1:1'\n    environment:\n      A: b\n      # - DB_URL=postgres://db:5436/x\n\
        \x20   configs: [c]\nconfigs:\n  c:\n    content: |\n      db_port: 5437\n      url = \"redis://cache:6379\"\n";
    let found = sightings(text);
    let starts = |start: &str| {
        found
            .iter()
            .find(|s| s.starts_with(start))
            .map(String::as_str)
    };
    assert_eq!(
        starts("5433"),
        Some("5433 HostPort host=localhost name=- Host")
    );
    assert_eq!(
        starts("5434 Mapping"),
        Some("5434 Mapping host=- name=- Host")
    );
    assert_eq!(
        starts("5436"),
        Some("5436 Url host=db name=DB_URL Service(0)")
    );
    assert_eq!(
        starts("5437"),
        Some("5437 Keyed host=- name=db_port Service(0)")
    );
    assert_eq!(
        starts("6379"),
        Some("6379 Url host=cache name=- Service(0)")
    );
}

#[test]
fn line_ends_and_byte_order_marks_change_nothing() {
    let text = "services:\n  a:\n    image: x\n    ports:\n      - 5432:5432\n    command: >\n      psql\n      -p 5433\n\
        \x20   environment:\n      - URL=redis://é:6379\n      - |-\n        B=redis://c:6380\nvolumes:\n  d:\n";
    let plain = sightings(text);
    assert_eq!(plain.len(), 3, "{plain:?}");
    let names = |text: &str| {
        let compose = compose_of(text);
        (
            ports(&compose.services[0]),
            compose.volumes.len(),
            compose.services[0].key_indent,
        )
    };
    for other in [text.replace('\n', "\r\n"), format!("\u{feff}{text}")] {
        assert_eq!(sightings(&other), plain);
        assert_eq!(names(&other), names(text));
    }
}

proptest::proptest! {
    #[test]
    fn compose_like_texts_are_read_without_panic(
        parts in proptest::collection::vec(
            proptest::sample::select(vec![
                "services:\n", "  a:\n", "  b: ", "    image: x\n", "    ports:\n", "      - ", "'5432:5432'\n", "5433", "\n", "\r\n",
                "    environment:\n", "      A: ", "${P:-5434}", "      - B=1\n", "volumes:\n", "  d:\n", "[", "]", "{", "}", ", ", ": ", "# 5432",
                "&a ", "*a", "<<: *a\n", "!reset ", "!override ", "---\n", "\u{feff}", "🐘", "{{", "}}", "\"", "'", "|\n", "    command: ",
                "    labels: ", "    extends: ", "    build: ", "    volumes: ", "include:\n", "    healthcheck: ", "    extra_hosts: ", "configs:\n",
            ]),
            0..40,
        )
    ) {
        let text = parts.concat();
        let facts = facts_of("compose.yml", &text);
        let whole = Span::new(0, text.len());
        let inside = |span: Span| whole.contains(span) && text.get(span.range()).is_some();
        for sighting in &facts.sightings {
            proptest::prop_assert!(inside(sighting.span) && inside(sighting.shown));
        }
        for problem in &facts.problems {
            proptest::prop_assert!(inside(problem.span));
        }
        for service in facts.compose.iter().flat_map(|compose| &compose.services) {
            proptest::prop_assert!(inside(service.body) && inside(Span::at(service.body_end as usize)));
            for port in &service.ports {
                proptest::prop_assert!(inside(port.span()));
            }
        }
    }
}

// ---- against what Docker Compose says --------------------------------------------------------------------------

fn corpus() -> PathBuf {
    std::env::var_os("PORTLINT_CORPUS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"),
        PathBuf::from,
    )
}

/// The services with ports and images of one file, as the truth lists them.
fn truth_of(file: &serde_json::Value) -> (BTreeMap<String, usize>, BTreeSet<String>) {
    let mut ports: BTreeMap<String, usize> = BTreeMap::new();
    for port in file["ports"].as_array().unwrap() {
        *ports
            .entry(port[0].as_str().unwrap().to_owned())
            .or_default() += 1;
    }
    let images = file["images"]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    (ports, images)
}

#[test]
fn compose_finds_the_services_and_ports_that_docker_finds() {
    let corpus = corpus();
    let Ok(truth) = std::fs::read_to_string(corpus.join("truth.json")) else {
        println!("no corpus at {}: nothing compared", corpus.display());
        return;
    };
    let truth: serde_json::Value = serde_json::from_str(&truth).unwrap();
    let (mut compared, mut problems) = (0, Vec::new());
    for file in truth["files"].as_array().unwrap() {
        let path = file["file"].as_str().unwrap();
        let text = std::fs::read_to_string(corpus.join("trees").join(path)).unwrap();
        assert!(
            (READER.wants)(&Name::of(path), &text),
            "{path} is not wanted"
        );
        let facts = facts_of(path, &text);
        let compose = facts
            .compose
            .unwrap_or_else(|| panic!("{path}: {:?}", facts.problems));
        problems.extend(
            facts
                .problems
                .iter()
                .map(|p| format!("{path}: {}", p.message)),
        );
        let alone =
            compose.includes.is_empty() && compose.services.iter().all(|s| s.extends.is_none());
        if file["ok"] != true || !alone {
            continue;
        }
        compared += 1;
        let mut ports = BTreeMap::new();
        let mut images = BTreeSet::new();
        for service in &compose.services {
            let name = &service.name.value;
            if !service.ports.is_empty() {
                ports.insert(name.clone(), service.ports.iter().map(ports_of).sum());
            }
            if service.image.is_some() {
                images.insert(name.clone());
            }
        }
        assert_eq!((ports, images), truth_of(file), "{path}");
        assert_eq!(
            mounts_of(&compose),
            truth_mounts_of(file, &compose),
            "{path}"
        );
    }
    println!("{compared} files agree");
    assert_eq!(problems, Vec::<String>::new());
}

/// Whether what a mount is does not hang on a variable.
fn is_plain(service: &ComposeService) -> bool {
    let sources = service
        .mounts
        .iter()
        .filter_map(|mount| mount.source.as_ref());
    !sources
        .into_iter()
        .any(|source| source.value.starts_with('$'))
}

type Mounts = BTreeSet<(String, &'static str, String)>;

fn mounts_of(compose: &ComposeFile) -> Mounts {
    let services = compose.services.iter().filter(|service| is_plain(service));
    services
        .flat_map(|service| service.mounts.iter().map(move |mount| (service, mount)))
        .map(|(service, mount)| {
            let kind = match mount.kind {
                MountKind::Bind => "bind",
                MountKind::Named | MountKind::Anonymous => "volume",
                MountKind::Other => "tmpfs",
            };
            let target = mount.target.trim_end_matches('/').to_owned();
            (service.name.value.clone(), kind, target)
        })
        .collect()
}

fn truth_mounts_of(file: &serde_json::Value, compose: &ComposeFile) -> Mounts {
    let mut mounts = Mounts::new();
    for service in compose.services.iter().filter(|service| is_plain(service)) {
        let name = &service.name.value;
        for mount in file["volumes"][name].as_array().into_iter().flatten() {
            let kind = ["bind", "volume", "tmpfs"]
                .into_iter()
                .find(|kind| mount[0] == *kind);
            let target = mount[2].as_str().unwrap().trim_end_matches('/');
            mounts.insert((name.clone(), kind.unwrap(), target.to_owned()));
        }
    }
    mounts
}

/// How many ports an entry publishes, its range counted out.
fn ports_of(entry: &PortEntry) -> usize {
    let container = match entry {
        PortEntry::Short(text) => text.value.rsplit(':').next().unwrap().to_owned(),
        PortEntry::Long(long) => long.target.as_ref().unwrap().value.clone(),
    };
    let numbers = container.split('/').next().unwrap();
    match numbers
        .split_once('-')
        .map(|(a, b)| (a.parse::<usize>(), b.parse::<usize>()))
    {
        Some((Ok(first), Ok(last))) => last - first + 1,
        _ => 1,
    }
}
