//! Grafana: provisioned data sources, and dashboards.

use super::Reader;
use super::prometheus::top_level;
use super::settings::walk::{How, Reading, sightings};
use super::settings::{NodeId, Settings, Syntax, keys};
use crate::facts::{FileFacts, Hint, ReadBy, Side};
use crate::source::SourceFile;

/// The reader.
pub const READER: Reader = Reader {
    name: "grafana",
    wants,
    read,
};

fn wants(path: &str, text: &str) -> bool {
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
