//! Collectors of metrics and logs (OpenTelemetry, Vector, Telegraf, Fluent, Beats, Logstash, Promtail, ...): they reach
//! databases from their own container.

use super::Reader;
use super::config;
use super::prometheus;
use super::settings::walk::{Reading, sightings};
use super::settings::{NodeId, Settings, keys};
use crate::classify::{Name, file_name};
use crate::facts::{FileFacts, ReadBy};
use crate::source::SourceFile;

/// The reader.
pub const READER: Reader = Reader {
    name: "telemetry",
    wants,
    read,
};

/// Names of the tools, as words of a folder's or the file's name.
const TOOLS: &[&str] = &[
    "telegraf",
    "otel",
    "otelcol",
    "opentelemetry",
    "fluentbit",
    "fluentd",
    "promtail",
    "filebeat",
    "metricbeat",
    "packetbeat",
    "logstash",
    "alloy",
    "vmagent",
    "loki",
    "mimir",
    "thanos",
    "collectd",
    "blackbox",
    "pgwatch",
    "pgwatch2",
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

fn wants(name: &Name<'_>, text: &str) -> bool {
    let path = name.path;
    if config::syntax(path, text).is_none() {
        return false;
    }
    let lower = path.to_ascii_lowercase();
    let named = lower
        .split(['/', '-', '_', '.'])
        .any(|word| TOOLS.contains(&word))
        || lower.contains("fluent-bit");
    let exports = file_name(&lower)
        .split('.')
        .next()
        .is_some_and(|stem| stem.ends_with("exporter"));
    named
        || exports
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

#[cfg(test)]
mod tests {
    use crate::formats::testing::seen;

    #[test]
    fn opentelemetry() {
        let text = r##"receivers:
  otlp:
    protocols:
      grpc:
        endpoint: 0.0.0.0:4317
  postgresql:
    endpoint: localhost:5432
  redis:
    endpoint: "redis:6379"
  prometheus:
    config:
      scrape_configs:
        - job_name: pg
          static_configs:
            - targets: ['postgres-exporter:9187']
exporters:
  otlphttp:
    endpoint: http://tempo:4318
service:
  pipelines: {}
"##;
        assert_eq!(
            seen("otel/collector.yaml", text),
            [
                "5: 0.0.0.0:4317 | HostPort | Server | 0.0.0.0 | `receivers.otlp.protocols.grpc.endpoint`",
                "7: localhost:5432 | HostPort | Mounted | localhost | `receivers.postgresql.endpoint`",
                "9: redis:6379 | HostPort | Mounted | redis | `receivers.redis.endpoint`",
                "15: postgres-exporter:9187 | HostPort | Mounted | postgres-exporter | `receivers.prometheus.config.scrape_configs.static_configs.targets` | scraped",
                "18: tempo:4318 | Url | Mounted | tempo | `exporters.otlphttp.endpoint`",
            ]
        );
    }

    #[test]
    fn telegraf() {
        let text = r##"[agent]
  interval = "5s"
[[inputs.postgresql]]
  address = "host=timescaledb port=5432 user=x" # main
[[inputs.redis]]
  servers = ["tcp://redis:6379"]
[[inputs.statsd]]
  service_address = ":8125"
[[outputs.influxdb_v2]]
  urls = ["http://influxdb:8086"]
"##;
        assert_eq!(
            seen("telegraf/telegraf.conf", text),
            [
                "4: port=5432 | Dsn | Mounted | timescaledb | `inputs.postgresql.address`",
                "6: redis:6379 | Url | Mounted | redis | `inputs.redis.servers`",
                "8: :8125 | HostPort | Server | `inputs.statsd.service_address`",
                "10: influxdb:8086 | Url | Mounted | influxdb | `outputs.influxdb_v2.urls`",
            ]
        );
    }

    #[test]
    fn vector() {
        let text = r##"[sources.pg]
type = "postgresql_metrics"
endpoints = ["postgresql://u:p@localhost:5432/x"]
[sinks.ch]
type = "clickhouse"
endpoint = "http://clickhouse:8123"
"##;
        assert_eq!(
            seen("vector.toml", text),
            [
                "3: localhost:5432 | Url | Mounted | localhost | `sources.pg.endpoints`",
                "6: clickhouse:8123 | Url | Mounted | clickhouse | `sinks.ch.endpoint`",
            ]
        );
    }

    #[test]
    fn fluent_bit() {
        let text = r##"[OUTPUT]
    Name  es
    Host  elasticsearch
    Port  9200
"##;
        assert_eq!(seen("fluent-bit.conf", text), Vec::<String>::new());
    }
}
