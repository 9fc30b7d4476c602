//! Grafana: provisioned data sources, and dashboards.

use super::Reader;
use super::prometheus::top_level;
use super::settings::walk::{How, Reading, sightings};
use super::settings::{NodeId, Settings, Syntax, keys};
use crate::classify::Name;
use crate::facts::{FileFacts, Hint, ReadBy, Side};
use crate::source::SourceFile;

/// The reader.
pub const READER: Reader = Reader {
    name: "grafana",
    wants,
    read,
};

fn wants(name: &Name<'_>, text: &str) -> bool {
    let path = name.path;
    is_data_sources(path, text) || is_dashboard(path, text)
}

fn is_data_sources(path: &str, text: &str) -> bool {
    is_yaml(path)
        && (top_level(text, "datasources:") || top_level(text, "deleteDatasources:"))
        && text.contains("type:")
}

/// A dashboard's JSON, bare or wrapped for the API.
fn is_dashboard(path: &str, text: &str) -> bool {
    path.ends_with(".json")
        && (text.contains("\"panels\"") || text.contains("\"rows\""))
        && [
            "\"schemaVersion\"",
            "\"templating\"",
            "\"__inputs\"",
            "\"datasource\"",
        ]
        .iter()
        .any(|m| text.contains(m))
}

/// Whether the name is that of a YAML file.
pub(super) fn is_yaml(path: &str) -> bool {
    path.ends_with(".yml") || path.ends_with(".yaml")
}

fn read(file: &SourceFile, facts: &mut FileFacts) {
    let found = if is_yaml(&file.path) {
        sightings(file, Syntax::Yaml, ReadBy::Mounted, &data_source)
    } else {
        sightings(file, Syntax::Json, ReadBy::Mounted, &dashboard)
    };
    facts.sightings.extend(found);
}

/// A data source is reached by Grafana, or from the browser where it says so.
fn data_source(settings: &Settings, id: NodeId) -> Reading {
    let access = settings.sibling(id, "access").unwrap_or("proxy");
    let reading = keys::by_key(settings, id, ReadBy::Mounted);
    if matches!(access, "direct" | "browser") && settings.key(id) == "url" {
        return reading.hint(Hint {
            side: Side::Host,
            reason: "the browser reaches this data source itself",
            certain: false,
        });
    }
    reading
}

/// A dashboard holds numbers of every sort; only texts with an address in them speak of ports.
fn dashboard(settings: &Settings, id: NodeId) -> Reading {
    let path = settings.path(id);
    let key = path.last().copied().unwrap_or("");
    let value = settings.value(id).map_or("", |v| v.value.as_str());
    if !value.contains(':') {
        return Reading::skip();
    }
    match key {
        "expr" | "query" | "rawSql" | "rawQuery" | "queryText" | "definition" => {
            Reading::by(ReadBy::Mounted).how(How::Quoted)
        }
        "content" | "description" | "title" | "text" => Reading::by(ReadBy::Host).how(How::Prose),
        // links open in the browser of whoever looks at the dashboard
        "url" if path.iter().any(|k| k.to_ascii_lowercase().contains("link")) => {
            Reading::by(ReadBy::Host)
        }
        "url" | "href" | "value" | "host" | "address" => Reading::by(ReadBy::Mounted),
        _ => Reading::skip(),
    }
}

#[cfg(test)]
mod tests {
    use crate::formats::testing::seen;

    #[test]
    fn data_sources_are_reached_from_grafana() {
        let text = r##"apiVersion: 1
datasources:
  - name: QuestDB
    type: postgres
    url: questdb:8812
    jsonData:
      port: 8812
      server: questdb
  - name: Timescale
    type: postgres
    access: proxy
    url: ${DB_HOST}:${DB_PORT:-5432}
  - name: Direct
    type: influxdb
    access: direct
    url: http://localhost:8086
"##;
        assert_eq!(
            seen("grafana/provisioning/datasources/db.yml", text),
            [
                "5: questdb:8812 | HostPort | Mounted | questdb | `datasources.url`",
                "7: 8812 | Keyed | Mounted | questdb (datasources.jsonData.server) | `datasources.jsonData.port`",
                "12: ${DB_HOST}:${DB_PORT:-5432} | HostPort | Mounted | ${DB_HOST} | `datasources.url` | $DB_PORT",
                "16: localhost:8086 | Url | Mounted | localhost | `datasources.url` | Host side",
            ]
        );
    }

    #[test]
    fn dashboards_hold_addresses_in_a_few_texts() {
        let text = r##"{
  "panels": [{"id": 5432, "gridPos": {"h": 9000, "w": 6333},
    "targets": [{"expr": "pg_up{instance=\"timescaledb:9187\"} > 5432", "refId": "A"}],
    "links": [{"title": "pgAdmin", "url": "http://localhost:5051/browser"}],
    "datasource": {"type": "postgres", "uid": "a:5432"}}],
  "schemaVersion": 36
}
"##;
        assert_eq!(
            seen("grafana/dashboards/db.json", text),
            [
                "3: timescaledb:9187 | HostPort | Mounted | timescaledb | `panels.targets.expr`",
                "4: localhost:5051 | Url | Host | localhost | `panels.links.url`",
            ]
        );
    }
}
