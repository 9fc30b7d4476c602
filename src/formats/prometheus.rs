//! Prometheus and what speaks its language: scrape configs, target files, rules, Alertmanager.

use super::Reader;
use super::settings::walk::{How, Reading, sightings};
use super::settings::{NodeId, Settings, Syntax, keys};
use crate::classify::Name;
use crate::facts::{FileFacts, Form, Hint, ReadBy, Role, Side};
use crate::source::SourceFile;

/// The reader.
pub const READER: Reader = Reader {
    name: "prometheus",
    wants,
    read,
};

/// Top-level keys by which one of the files is known, each with another that stands beside it (or none).
const MARKS: &[(&str, &str)] = &[
    ("scrape_configs:", ""),
    ("scrape_config_files:", ""),
    ("rule_files:", ""),
    ("remote_write:", ""),
    ("groups:", "expr:"),
    ("route:", "receivers:"),
];

/// Words of a path that make a list of targets a target file.
const TARGET_PATHS: &[&str] = &[
    "target",
    "file_sd",
    "prometheus",
    "scrape",
    "vmagent",
    "monitoring",
    "exporter",
    "blackbox",
    "sd_config",
];

fn wants(name: &Name<'_>, text: &str) -> bool {
    let path = name.path;
    let ending = name.ending();
    if ending == "json" {
        return is_target_path(path)
            && text.trim_start().starts_with('[')
            && text.contains("\"targets\"");
    }
    if !matches!(ending, "yml" | "yaml" | "rules") {
        return false;
    }
    if top_level(text, "apiVersion:") {
        return false;
    }
    MARKS
        .iter()
        .any(|(mark, beside)| top_level(text, mark) && text.contains(beside))
        || is_target_path(path) && top_level(text, "- targets:")
}

fn is_target_path(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    TARGET_PATHS.iter().any(|word| path.contains(word))
}

/// Whether a line without indentation begins with `mark`.
pub(super) fn top_level(text: &str, mark: &str) -> bool {
    text.lines()
        .any(|line| line.trim_start_matches('\u{feff}').starts_with(mark))
}

fn read(file: &SourceFile, facts: &mut FileFacts) {
    let syntax = if file.path.ends_with(".json") {
        Syntax::Json
    } else {
        Syntax::Yaml
    };
    facts
        .sightings
        .extend(sightings(file, syntax, ReadBy::Mounted, &value));
}

/// How Prometheus reads a value of its configuration.
pub(super) fn value(settings: &Settings, id: NodeId) -> Reading {
    let mounted = Reading::by(ReadBy::Mounted);
    let path = settings.path(id);
    let under = |key: &str| path.contains(&key);
    let key = settings.key(id);
    match key {
        "expr" => mounted.how(How::Quoted),
        "targets" if under("alertmanagers") || under("alerting") => mounted,
        "targets" if is_probed(settings, id) => mounted,
        "targets" => mounted.form(Form::HostPort).role(Role::ScrapeTarget),
        "__address__" => mounted.role(Role::ScrapeTarget),
        "replacement" => replacement(settings, id),
        "port" if path.iter().any(|k| k.ends_with("_sd_configs")) => mounted.hint(Hint {
            side: Side::External,
            reason: "the port of machines that Prometheus discovers",
            certain: true,
        }),
        // other words of relabelling are patterns and label names
        "regex" | "source_labels" | "target_label" | "job_name" | "separator" | "action" => {
            Reading::skip()
        }
        _ if under("annotations") => mounted.how(How::Prose),
        _ if under("labels") => Reading::by(ReadBy::Unknown),
        _ => keys::by_key(settings, id, ReadBy::Mounted),
    }
}

/// A replacement is an address only where it goes into one; elsewhere it is a label's text.
fn replacement(settings: &Settings, id: NodeId) -> Reading {
    match settings.sibling(id, "target_label") {
        Some("__address__") => Reading::by(ReadBy::Mounted).role(Role::ScrapeTarget),
        Some("__param_target") => Reading::by(ReadBy::Mounted),
        _ => Reading::by(ReadBy::Unknown),
    }
}

/// Whether the targets of this job are handed to an exporter, which a relabelling names as the address to scrape.
fn is_probed(settings: &Settings, id: NodeId) -> bool {
    let configs = job(settings, id).and_then(|job| settings.child(job, "relabel_configs"));
    configs.is_some_and(|configs| {
        settings.children(configs).iter().any(|&config| {
            let text = |key| {
                settings
                    .child(config, key)
                    .and_then(|c| settings.value(c))
                    .map_or("", |v| v.value.as_str())
            };
            text("target_label") == "__address__" && text("replacement").contains(':')
        })
    })
}

/// The scrape config that holds a node.
fn job(settings: &Settings, id: NodeId) -> Option<NodeId> {
    settings.upwards(id).find(|&up| {
        let holder = settings.parent(up).and_then(|p| settings.node(p));
        holder
            .and_then(|n| n.key.as_ref())
            .is_some_and(|k| k.value == "scrape_configs")
    })
}

#[cfg(test)]
mod tests {
    use crate::formats::testing::seen;

    #[test]
    fn targets_are_scraped_from_prometheus_place() {
        let text = r##"global:
  scrape_interval: 15s
alerting:
  alertmanagers:
    - static_configs:
        - targets: ['alertmanager:9093']
scrape_configs:
  - job_name: timescaledb # exporter
    metrics_path: /metrics
    static_configs:
      - targets: ["host.docker.internal:9187", 'questdb:9003']
        labels:
          group: postgres
    relabel_configs:
      - source_labels: [__address__]
        target_label: instance
        replacement: timescaledb:9187
  - job_name: probe
    params:
      target: ['timescaledb:5432']
    static_configs:
      - targets: [redis://redis:6379]
    relabel_configs:
      - source_labels: [__address__]
        target_label: __param_target
      - target_label: __address__
        replacement: redis-exporter:9121
  - job_name: ec2
    ec2_sd_configs:
      - region: us-east-1
        port: 9010
remote_write:
  - url: http://victoria:8428/api/v1/write
"##;
        assert_eq!(
            seen("monitoring/prometheus.yml", text),
            [
                "6: alertmanager:9093 | HostPort | Mounted | alertmanager | `alerting.alertmanagers.static_configs.targets`",
                "11: host.docker.internal:9187 | HostPort | Mounted | host.docker.internal | `scrape_configs.static_configs.targets` | scraped",
                "11: questdb:9003 | HostPort | Mounted | questdb | `scrape_configs.static_configs.targets` | scraped",
                "17: timescaledb:9187 | HostPort | Unknown | timescaledb | `scrape_configs.relabel_configs.replacement`",
                "20: timescaledb:5432 | HostPort | Mounted | timescaledb | `scrape_configs.params.target`",
                "22: redis:6379 | Url | Mounted | redis | `scrape_configs.static_configs.targets`",
                "27: redis-exporter:9121 | HostPort | Mounted | redis-exporter | `scrape_configs.relabel_configs.replacement` | scraped",
                "31: 9010 | Keyed | Mounted | `scrape_configs.ec2_sd_configs.port` | External side",
                "33: victoria:8428 | Url | Mounted | victoria | `remote_write.url`",
            ]
        );
    }

    #[test]
    fn target_files() {
        let text = r##"[{"targets": ["postgres-exporter:9187"], "labels": {"env": "prod"}}]"##;
        assert_eq!(
            seen("prometheus/targets/db.json", text),
            [
                "1: postgres-exporter:9187 | HostPort | Mounted | postgres-exporter | `targets` | scraped",
            ]
        );
    }

    #[test]
    fn rules_and_their_words() {
        let text = r##"groups:
  - name: db
    rules:
      - alert: Down
        expr: up{instance="host.docker.internal:9187"} == 0 and rate(x[5m]) > 5432
        for: 5m
        annotations:
          summary: Postgres exporter at localhost:9187 is down for 5432 seconds
"##;
        assert_eq!(
            seen("prometheus/rules/db.yml", text),
            [
                "5: host.docker.internal:9187 | HostPort | Mounted | host.docker.internal | `groups.rules.expr`",
                "8: localhost:9187 | HostPort | Mounted | localhost | `groups.rules.annotations.summary`",
            ]
        );
    }

    #[test]
    fn alertmanager() {
        let text = r##"route:
  receiver: hook
receivers:
  - name: hook
    webhook_configs:
      - url: http://alert-router:8080/alert
"##;
        assert_eq!(
            seen("alertmanager.yml", text),
            [
                "6: alert-router:8080 | Url | Mounted | alert-router | `receivers.webhook_configs.url`",
            ]
        );
    }
}
