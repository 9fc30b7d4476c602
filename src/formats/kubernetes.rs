//! Kubernetes manifests, Helm charts and their values: what is read in a cluster.

use super::Reader;
use super::grafana::is_yaml;
use super::prometheus::top_level;
use super::settings::walk::{Reading, sightings};
use super::settings::{NodeId, Settings, Syntax, keys};
use crate::classify::file_name;
use crate::facts::{FileFacts, Form, Hint, ReadBy, Side};
use crate::source::SourceFile;

/// The reader.
pub const READER: Reader = Reader {
    name: "kubernetes",
    wants,
    read,
};

fn wants(path: &str, text: &str) -> bool {
    if path.ends_with(".tpl") {
        return path.contains("templates/");
    }
    if path.ends_with(".json") {
        return text.contains("\"apiVersion\"") && text.contains("\"kind\"");
    }
    is_yaml(path) && (is_manifest(text) || is_chart(path))
}

/// `apiVersion:` and `kind:` at the top of a document.
fn is_manifest(text: &str) -> bool {
    top_level(text, "apiVersion:") && top_level(text, "kind:")
}

/// Values and templates of a Helm chart, by where they lie.
fn is_chart(path: &str) -> bool {
    let name = file_name(path).to_ascii_lowercase();
    let is_values = name.starts_with("values")
        || name.ends_with("-values.yaml")
        || name.ends_with("-values.yml")
        || name.contains(".values.");
    let in_chart = path.to_ascii_lowercase().split('/').any(|folder| {
        matches!(
            folder,
            "charts" | "chart" | "helm" | "helm-charts" | "helmfile.d"
        )
    });
    is_values || in_chart || name == "helmfile.yaml"
}

fn read(file: &SourceFile, facts: &mut FileFacts) {
    let template =
        file.text.contains("{{") && !is_manifest(&file.text) || file.path.contains("templates/");
    let syntax = if file.path.ends_with(".json") {
        Syntax::Json
    } else if template {
        Syntax::Outline
    } else {
        Syntax::Yaml
    };
    facts
        .sightings
        .extend(sightings(file, syntax, ReadBy::Cluster, &value));
}

fn value(settings: &Settings, id: NodeId) -> Reading {
    let cluster = Reading::by(ReadBy::Cluster);
    match settings.key(id) {
        "containerPort" | "targetPort" => cluster.form(Form::Exposed).hint(Hint {
            side: Side::Container,
            reason: "a container's port in a cluster",
            certain: true,
        }),
        // Skaffold, Tilt and kind open these on the machine of whoever runs them
        "localPort" => local(),
        "hostPort" if settings.under(id, "extraPortMappings") => local(),
        _ => keys::by_key(settings, id, ReadBy::Cluster),
    }
}

fn local() -> Reading {
    Reading::by(ReadBy::Host).form(Form::Mapping).hint(Hint {
        side: Side::Host,
        reason: "the local end of a port that is forwarded from a cluster",
        certain: true,
    })
}
