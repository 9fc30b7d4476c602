//! Collectors of metrics and logs (OpenTelemetry, Vector, Telegraf, Fluent, Beats, Logstash, Promtail, ...): they reach
//! databases from their own container.

use super::Reader;
use super::config;
use super::prometheus;
use super::settings::walk::{Reading, sightings};
use super::settings::{NodeId, Settings, keys};
use crate::facts::{FileFacts, ReadBy};
use crate::source::SourceFile;

/// The reader.
pub const READER: Reader = Reader {
    name: "telemetry",
    wants,
    read,
};

/// Words of paths.
const PATHS: &[&str] = &[
    "telegraf",
    "vector.",
    "vector/",
    "otel",
    "opentelemetry",
    "fluent-bit",
    "fluentbit",
    "fluentd",
    "promtail",
    "filebeat",
    "metricbeat",
    "heartbeat",
    "packetbeat",
    "logstash",
    "grafana-agent",
    "alloy",
    "vmagent",
    "datadog",
    "netdata",
    "loki",
    "tempo",
    "mimir",
    "thanos",
    "collectd",
    "blackbox",
    "jaeger",
    "zipkin",
    "pgwatch",
    "sql_exporter",
    "sql-exporter",
    "postgres_exporter",
    "postgres-exporter",
    "x509-exporter",
    "statsd",
];
/// Texts that only such a file holds, all of one group.
const MARKS: &[&[&str]] = &[
    &["[[inputs."],
    &["[[outputs."],
    &["\nreceivers:", "\nexporters:", "pipelines:"],
    &["[sources.", "[sinks."],
    &["\nsources:", "\nsinks:"],
    &["[INPUT]", "[OUTPUT]"],
    &["<source>", "<match"],
];

fn wants(path: &str, text: &str) -> bool {
    if config::syntax(path, text).is_none() {
        return false;
    }
    let lower = path.to_ascii_lowercase();
    PATHS.iter().any(|word| lower.contains(word))
        || MARKS
            .iter()
            .any(|group| group.iter().all(|mark| text.contains(mark)))
}

fn read(file: &SourceFile, facts: &mut FileFacts) {
    if let Some(syntax) = config::syntax(&file.path, &file.text) {
        facts
            .sightings
            .extend(sightings(file, syntax, ReadBy::Mounted, &value));
    }
}

fn value(settings: &Settings, id: NodeId) -> Reading {
    if settings.under(id, "scrape_configs") {
        return prometheus::value(settings, id);
    }
    let key = settings.key(id);
    let value = settings.value(id).map_or("", |v| v.value.as_str());
    if is_own_address(value) || key.starts_with("service_address") || key.ends_with("listen_port") {
        return Reading::by(ReadBy::Server);
    }
    keys::by_key(settings, id, ReadBy::Mounted)
}

/// An address without a machine is one that the collector itself listens at.
pub(super) fn is_own_address(value: &str) -> bool {
    let address = value.rsplit_once("://").map_or(value, |(_, a)| a);
    ["0.0.0.0:", "[::]:", "*:", ":::"]
        .iter()
        .any(|any| address.starts_with(any))
        || address
            .strip_prefix(':')
            .is_some_and(|port| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()))
}
