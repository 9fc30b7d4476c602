//! What code scanning sees of a pull request: alerts stay the same while lines move, close when they are mended, and are cut by
//! severity where there are too many.

use crate::support::Repo;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;

const STACK: &str = "services:
  orders-db:
    image: postgres:17
    ports: [\"5440:5432\"]
  cache:
    image: redis:7
    ports: [\"6390:6379\"]
";
const CLIENT: &str = "module.exports = { db: \"postgres://app@localhost:5440/orders\" };\n";

/// By fingerprint: rule, file and line.
fn alerts(repo: &Repo) -> BTreeMap<String, (String, String, u64)> {
    let run = repo
        .portlint(["check", "--format", "sarif", "--exit-zero"])
        .exits(0);
    let log: Value = serde_json::from_str(&run.stdout).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let alerts: BTreeMap<_, _> = results
        .iter()
        .map(|result| {
            let place = &result["locations"][0]["physicalLocation"];
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            (
                text(&result["partialFingerprints"]["primaryLocationLineHash"]),
                (
                    text(&result["ruleId"]),
                    text(&place["artifactLocation"]["uri"]),
                    place["region"]["startLine"].as_u64().unwrap(),
                ),
            )
        })
        .collect();
    assert_eq!(alerts.len(), results.len(), "two results are one alert");
    alerts
}

fn repo() -> Repo {
    Repo::new()
        .file("compose.yaml", STACK)
        .file("src/db.js", CLIENT)
}

#[test]
fn alerts_stay_the_same_when_lines_move() {
    let before = alerts(&repo());
    assert!(before.len() >= 3, "{before:?}");
    let moved = repo()
        .file(
            "compose.yaml",
            format!(
                "# the databases\n\n{}",
                STACK.replace("  cache:", "\n  cache:")
            ),
        )
        .file("src/db.js", format!("// the database\r\n{CLIENT}"));
    let after = alerts(&moved);
    assert_eq!(
        before.keys().collect::<Vec<_>>(),
        after.keys().collect::<Vec<_>>()
    );
    for (fingerprint, (rule, path, line)) in &before {
        let now = &after[fingerprint];
        assert_eq!((rule, path), (&now.0, &now.1));
        assert!(now.2 > *line, "{rule} {path} stayed on line {line}");
    }
}

#[test]
fn an_alert_closes_when_it_is_mended_and_the_others_stay() {
    let before = alerts(&repo());
    let mended = repo().file("compose.yaml", STACK.replace("6390", "${CACHE_PORT:-7030}"));
    let after = alerts(&mended);
    assert!(after.keys().all(|f| before.contains_key(f)), "{after:?}");
    let closed: Vec<_> = before
        .iter()
        .filter(|(f, _)| !after.contains_key(*f))
        .map(|(_, (rule, _, line))| (rule.as_str(), *line))
        .collect();
    assert!(closed.contains(&("PL001", 7)), "{closed:?}");
    assert!(closed.iter().all(|(_, line)| *line == 7), "{closed:?}");
}

#[test]
fn a_new_alert_changes_no_other() {
    let before = alerts(&repo());
    let more = repo().file(
        "new/compose.yaml",
        STACK.replace("5440", "5450").replace("6390", "6391"),
    );
    let after = alerts(&more);
    assert!(after.len() > before.len());
    for (fingerprint, alert) in &before {
        assert_eq!(after.get(fingerprint), Some(alert));
    }
}

#[test]
fn more_than_code_scanning_shows_is_cut_by_severity_and_that_is_said() {
    /// What code scanning shows of a run: <https://docs.github.com/code-security/reference/code-scanning/sarif-files/sarif-support>
    const SHOWN: usize = 5_000;
    let mut stack = String::from("services:\n");
    for i in 0..SHOWN {
        // A warning each, for the missing volume; the last one is an error as well.
        let port = if i + 1 == SHOWN { 5499 } else { 7300 + i % 700 };
        writeln!(
            stack,
            "  db{i}:\n    image: postgres:17\n    ports: [\"127.0.{}.{}:{port}:5432\"]",
            1 + i / 250,
            1 + i % 250
        )
        .unwrap();
    }
    let policy = "ranges: [{name: data, ports: 7000-7999}]\n";
    let repo = Repo::new()
        .file("compose.yaml", stack)
        .file("portlint.yaml", policy);
    let report = repo.path("out.sarif");
    let to = format!("sarif={}", report.display());
    let run = repo
        .portlint([
            "check",
            "--select",
            "PL001,PL011",
            "--format",
            "jsonl",
            "--report",
            &to,
        ])
        .exits(1)
        .says("findings are not in the SARIF report");
    let all = run.stdout.lines().count() - 1;
    assert!(all > SHOWN, "{all} findings");
    let log: Value = serde_json::from_str(&std::fs::read_to_string(report).unwrap()).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), SHOWN);
    assert!(results.iter().any(|r| r["level"] == "error"));
    let said =
        &log["runs"][0]["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"];
    let said = said.as_str().unwrap();
    assert!(
        said.starts_with(&format!("{} findings are left out", all - SHOWN)),
        "{said}"
    );
}
