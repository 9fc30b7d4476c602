use super::*;
use crate::finding::RuleId;
use crate::model::Identity;
use miette::{GraphicalReportHandler, GraphicalTheme};

mod errors;

const RULES: &[RuleId] = &[
    RuleId {
        code: "PL005",
        name: "port-collision",
    },
    RuleId {
        code: "PL022",
        name: "docs-port-drift",
    },
    RuleId {
        code: "PL012",
        name: "database-on-all-interfaces",
    },
];

fn read(text: &str) -> Policy {
    match Policy::from_yaml("portlint.yaml", text, RULES) {
        Ok(policy) => policy,
        Err(error) => panic!("{}", report(&error)),
    }
}

/// An error as a terminal shows it, without colours.
fn report(error: &PolicyError) -> String {
    let mut text = String::new();
    GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor())
        .with_width(100)
        .render_report(&mut text, error)
        .unwrap();
    // trailing spaces do not survive editors
    text.lines()
        .map(str::trim_end)
        .collect::<Vec<_>>()
        .join("\n")
}

fn identity(policy_service: &str) -> Identity {
    Identity {
        kind: Kind::Database,
        engine: None,
        certain: true,
        evidence: String::new(),
        policy_service: Some(policy_service.to_owned()),
    }
}

#[test]
fn the_pack_says_what_the_port_model_says() {
    let policy = Policy::builtin();
    let rows: Vec<_> = policy
        .remappings
        .iter()
        .map(|r| {
            format!(
                "{} | {} | {} | {} | {}",
                r.service,
                r.old,
                r.new,
                r.variable.as_deref().unwrap_or("-"),
                r.container.map_or("-".to_owned(), |c| c.to_string()),
            )
        })
        .collect();
    insta::assert_snapshot!(rows.join("\n"));
    let bands: Vec<_> = policy
        .bands
        .iter()
        .map(|b| format!("{} | {} | {:?}", b.range, b.name, b.kinds))
        .collect();
    insta::assert_snapshot!(bands.join("\n"));
    assert_eq!(
        policy.reserved(7999).unwrap().range.to_string(),
        "7000-7999"
    );
    assert!(policy.reserved(8000).is_none() && policy.reserved(6999).is_none());
    assert_eq!(
        policy
            .services
            .iter()
            .flat_map(|s| &s.ports)
            .map(|p| p.host)
            .collect::<std::collections::BTreeSet<_>>()
            .len(),
        14
    );
    assert!(policy.services.iter().all(|s| !s.own && s.span.is_none()));
    assert_eq!(policy.host_port_style, HostPortStyle::Variable);
}

#[test]
fn every_old_port_leads_to_its_assignment() {
    let policy = Policy::builtin();
    for row in &policy.remappings {
        let identity = identity(row.entry.as_deref().unwrap());
        let container = row.container.unwrap();
        let assigned = policy.assignment(&identity, container, Some(row.old), None);
        assert_eq!(assigned.unwrap().host, row.new, "{}", row.service);
        let engine = policy.catalogue.engine(&row.engine).unwrap();
        assert!(engine.listens_on(container), "{}", row.service);
    }
}

#[test]
fn of_several_rows_the_nearest_counts() {
    let policy = Policy::builtin();
    let host = |container, host, variable| {
        let row = policy.assignment(&identity("QuestDB"), container, host, variable);
        row.map(|r| r.host)
    };
    assert_eq!(host(9009, None, None), Some(7011));
    assert_eq!(host(9009, Some(7012), None), Some(7012));
    assert_eq!(host(9009, Some(8814), None), Some(7012));
    assert_eq!(
        host(9009, Some(1234), Some("QUESTDB_INFLUX_PORT")),
        Some(7012)
    );
    assert_eq!(host(8812, Some(8812), None), Some(7012));
    assert_eq!(host(9000, Some(9010), None), Some(7010));
    assert_eq!(host(9003, None, None), None);
}

/// The host port that a service's container port is assigned.
fn assigned(policy: &Policy, service: &str, container: u16) -> Option<u16> {
    let row = policy.assignment(&identity(service), container, None, None);
    row.map(|row| row.host)
}

fn remapping(policy: &Policy, old: u16) -> &Remapping {
    policy.remappings.iter().find(|r| r.old == old).unwrap()
}

const EVERYTHING: &str = r#"
extends: [protected-database-range]
ranges:
  - name: data ports
    ports: 6000-6999
    bands:
      - {name: databases, ports: 6000-6099, kinds: [database]}
      - {name: consoles, ports: 6100-6199, kinds: admin-ui}
      - {name: metrics, ports: 6200-6299, kinds: [exporter]}
      - {name: later, ports: "6300 - 6999"}
services:
  - name: Orders DB
    match: {services: ["orders-*"], containers: orders_db, images: [acme/orders-db]}
    kind: database
    engine: postgres
    ports:
      - {container: [5432, 5433], host: 6040, variable: ORDERS_DB_PORT}
  - name: redis
    engine: valkey
    ports: [{container: 6379, host: 6041}]
  - name: gateway
    kind: other
    ports: [{container: 80, host: 6300}]
remappings:
  - {name: Orders, service: Orders DB, words: [Orders, shop], old: 5439, new: 6040}
  - {engine: mysql, old: 3307, new: 6042, variable: MYSQL_PORT}
env-files: [config/docker.env, ./more/../shared.env]
paths: {include: vendor/ours, exclude: ["*.snap", /legacy/]}
rules:
  port-collision: off
  PL022: {severity: note, include: [docs/], exclude: docs/history}
  database-on-all-interfaces: "error"
never-together:
  - [dev, "compose/*.prod.yml"]
host-port-style: literal
loopback-names: [db.local.test]
brokers-are-data: yes
"#;

#[test]
fn every_key_is_read() {
    // `yes` is a truth value for some readers of YAML only
    let text = EVERYTHING.replace("brokers-are-data: yes", "brokers-are-data: true");
    for text in [
        text.clone(),
        text.replace('\n', "\r\n"),
        format!("\u{feff}{text}"),
    ] {
        let policy = read(&text);
        assert_eq!(policy.file.as_deref(), Some("portlint.yaml"));
        let ranges: Vec<_> = policy
            .ranges
            .iter()
            .map(|r| format!("{} {}", r.name, r.range))
            .collect();
        assert_eq!(ranges, ["data ports 6000-6999"]);
        let bands: Vec<_> = policy
            .bands
            .iter()
            .map(|b| format!("{} {} {}", b.name, b.range, b.kinds.len()))
            .collect();
        assert_eq!(
            bands,
            [
                "databases 6000-6099 1",
                "consoles 6100-6199 1",
                "metrics 6200-6299 1",
                "later 6300-6999 0"
            ]
        );

        let orders = policy.service("Orders DB").unwrap();
        assert!(
            orders.own
                && orders.kind == Some(Kind::Database)
                && orders.engine.as_deref() == Some("postgres")
        );
        assert_eq!(
            (
                orders.services[0].as_str(),
                orders.containers[0].as_str(),
                orders.images[0].as_str()
            ),
            ("orders-*", "orders_db", "acme/orders-db")
        );
        assert_eq!(
            orders
                .ports
                .iter()
                .map(|p| (p.container, p.host))
                .collect::<Vec<_>>(),
            [(5432, 6040), (5433, 6040)]
        );
        assert_eq!(
            text.get(orders.ports[0].span.unwrap().range()),
            Some("6040")
        );
        let redis = policy.service("redis").unwrap();
        assert_eq!(
            (redis.kind, redis.services[0].as_str()),
            (Some(Kind::Database), "redis")
        );

        // the pack's ports moved along with the bands
        assert_eq!(assigned(&policy, "TimescaleDB", 5432), Some(6000));
        assert_eq!(assigned(&policy, "pgAdmin", 80), Some(6100));
        let row = remapping(&policy, 9188);
        assert_eq!(
            (row.new, row.variable.as_deref()),
            (6200, Some("TIMESCALEDB_EXPORTER_PORT"))
        );

        let own = remapping(&policy, 5439);
        assert_eq!(
            (
                own.service.as_str(),
                own.engine.as_str(),
                own.new,
                own.container
            ),
            ("Orders", "postgres", 6040, Some(5432))
        );
        assert_eq!(own.variable.as_deref(), Some("ORDERS_DB_PORT"));
        assert_eq!(
            remapping(&policy, 3307).variable.as_deref(),
            Some("MYSQL_PORT")
        );

        assert_eq!(policy.env_files, ["config/docker.env", "shared.env"]);
        assert_eq!(
            policy.paths,
            Paths {
                include: vec!["vendor/ours".into()],
                exclude: vec!["*.snap".into(), "/legacy/".into()]
            }
        );
        assert_eq!(
            policy.rules["port-collision"].severity,
            Some(RuleSeverity::Off)
        );
        let docs = &policy.rules["docs-port-drift"];
        assert_eq!(
            (
                docs.severity,
                docs.include[0].as_str(),
                docs.exclude[0].as_str()
            ),
            (
                Some(RuleSeverity::On(Severity::Note)),
                "docs/",
                "docs/history"
            )
        );
        assert_eq!(
            policy.rules["database-on-all-interfaces"].severity,
            Some(RuleSeverity::On(Severity::Error))
        );
        assert_eq!(policy.never_together, [["dev", "compose/*.prod.yml"]]);
        assert_eq!(policy.host_port_style, HostPortStyle::Literal);
        assert_eq!(policy.loopback_names, ["db.local.test"]);
        assert!(policy.brokers_are_data);
        let kafka = policy.catalogue.engine("kafka").unwrap();
        assert_eq!(policy.kind_of(kafka), Kind::Database);
    }
}

#[test]
fn a_project_changes_what_it_names_and_no_more() {
    let policy = read(
        "services:\n  - {name: TimescaleDB, kind: database, ports: [{container: 5432, host: 7005, variable: TS}]}\n",
    );
    assert_eq!(
        policy
            .services
            .iter()
            .filter(|s| s.name == "TimescaleDB")
            .count(),
        1
    );
    let row = policy
        .remappings
        .iter()
        .find(|r| r.service == "TimescaleDB")
        .unwrap();
    assert_eq!(
        (row.old, row.new, row.variable.as_deref()),
        (5432, 7005, Some("TS"))
    );

    // a claim to one of the pack's ports takes it from the pack
    let policy =
        read("services:\n  - {name: cache, kind: database, ports: [{container: 1, host: 7030}]}\n");
    assert_eq!(assigned(&policy, "cache", 1), Some(7030));
    assert!(policy.service("Redis").unwrap().ports.is_empty());
    assert!(
        policy.remappings.iter().all(|r| r.old != 6380)
            && policy.remappings.iter().any(|r| r.old == 6333)
    );

    let policy = read("extends: []\n");
    assert!(policy.ranges.is_empty() && policy.services.is_empty() && policy.remappings.is_empty());
    assert!(policy.catalogue.engine("postgres").is_some());

    for nothing in ["", "# only a comment\n", "---\n", "~\n", "extends:\n"] {
        assert_eq!(
            Policy::from_yaml("p.yaml", nothing, RULES).is_ok(),
            nothing != "extends:\n" || read(nothing).ranges.is_empty(),
            "{nothing:?}"
        );
    }
}

#[test]
fn a_range_without_bands_takes_all_data_services() {
    let policy = read("ranges: [{ports: 7500-7999}]\n");
    assert_eq!(policy.bands.len(), 1);
    assert_eq!(
        policy.band_for(Kind::Exporter).unwrap().range.to_string(),
        "7500-7999"
    );
    assert!(policy.band_for(Kind::Other).is_none());
    assert_eq!(assigned(&policy, "Redis", 6379), Some(7530));
    assert_eq!(assigned(&policy, "pgAdmin", 80), Some(7600));

    // what finds no place is dropped
    let policy = read("ranges: [{ports: 7500-7505}]\n");
    assert_eq!(assigned(&policy, "TimescaleDB", 5432), Some(7500));
    assert!(assigned(&policy, "Redis", 6379).is_none());
    assert!(
        policy.remappings.iter().any(|r| r.old == 5432)
            && policy.remappings.iter().all(|r| r.old != 6380)
    );
}

#[test]
fn the_first_file_of_a_project_says_what_holds_anyway() {
    let started = read(init_text());
    let builtin = Policy::builtin();
    assert_eq!(started.services, builtin.services);
    assert_eq!(started.bands, builtin.bands);
    // every commented part is valid, too
    let active: String = init_text()
        .lines()
        .skip(1)
        .map(|line| match line.strip_prefix("# ") {
            Some(rest) if rest.starts_with(' ') || rest.split(':').next().is_some_and(is_key) => {
                rest
            }
            _ => line,
        })
        .map(|line| format!("{line}\n"))
        .collect();
    let policy = read(&active);
    assert_eq!(policy.service("Orders DB").unwrap().ports[0].host, 7040);
    assert_eq!(policy.rules.len(), 2);
    let schema = schema_json(RULES);
    for key in schema["properties"].as_object().unwrap().keys() {
        assert!(
            active.lines().any(|l| l.starts_with(&format!("{key}:"))),
            "`{key}` is missing in the sample"
        );
    }
    assert!(init_text().starts_with("# yaml-language-server: $schema="));
}

fn is_key(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c == '-')
}

#[test]
fn the_schema_describes_every_key_that_is_read() {
    let schema = schema_json(RULES);
    let mut undescribed = Vec::new();
    describe("", &schema, &mut undescribed);
    assert!(undescribed.is_empty(), "{undescribed:?}");
    assert_eq!(schema["title"], "portlint policy");
    assert!(schema["properties"]["rules"]["properties"]["port-collision"].is_object());
    assert!(
        schema["definitions"]["ServiceEntry"]["properties"]["engine"]["enum"]
            .as_array()
            .unwrap()
            .contains(&"postgres".into())
    );
    assert_eq!(
        schema["definitions"]["BandEntry"]["required"],
        serde_json::json!(["name", "ports"])
    );
    // a key of the schema that the reader does not know would be refused
    for (definition, path) in [
        ("ServiceEntry", "services"),
        ("RangeEntry", "ranges"),
        ("RemappingEntry", "remappings"),
    ] {
        for key in schema["definitions"][definition]["properties"]
            .as_object()
            .unwrap()
            .keys()
        {
            let text = format!("{path}: [{{{key}: x}}]\n");
            let Err(error) = Policy::from_yaml("p.yaml", &text, RULES) else {
                continue;
            };
            assert!(
                !report(&error).contains("unknown key"),
                "{definition}.{key}"
            );
        }
    }
}

fn describe(path: &str, schema: &serde_json::Value, missing: &mut Vec<String>) {
    if let Some(properties) = schema.get("properties").and_then(|p| p.as_object()) {
        for (key, value) in properties {
            if value.get("description").is_none() {
                missing.push(format!("{path}.{key}"));
            }
        }
    }
    if let Some(definitions) = schema.get("definitions").and_then(|d| d.as_object()) {
        for (name, value) in definitions {
            describe(name, value, missing);
        }
    }
}
