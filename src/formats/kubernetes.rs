//! Kubernetes manifests, Helm charts and their values: what is read in a cluster.

use super::Reader;
use super::grafana::is_yaml;
use super::prometheus::top_level;
use super::settings::walk::{Reading, sightings};
use super::settings::{NodeId, Settings, Syntax, keys};
use crate::classify::{Name, file_name};
use crate::facts::{FileFacts, Form, Hint, ReadBy, Side};
use crate::source::SourceFile;

/// The reader.
pub const READER: Reader = Reader {
    name: "kubernetes",
    wants,
    read,
};

fn wants(name: &Name<'_>, text: &str) -> bool {
    let path = name.path;
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

#[cfg(test)]
mod tests {
    use crate::formats::testing::seen;

    #[test]
    fn manifests() {
        let text = r##"apiVersion: v1
kind: Service
metadata:
  name: postgres
spec:
  ports:
    - name: sql
      port: 5432
      targetPort: 5432
      nodePort: 30432
---
apiVersion: apps/v1
kind: Deployment
spec:
  template:
    spec:
      containers:
        - name: app
          image: app:5432
          ports: [{containerPort: 8080}]
          env:
            - name: DB_HOST
              value: postgres
            - name: DB_PORT
              value: "5432"
---
apiVersion: v1
kind: ConfigMap
metadata: {name: cfg}
data:
  REDIS_HOST: redis
  REDIS_PORT: "6379"
  app.properties: |
    db.host=postgres
    db.port=5432
"##;
        assert_eq!(
            seen("k8s/postgres.yaml", text),
            [
                "8: 5432 | Keyed | Cluster | `spec.ports.port`",
                "9: 5432 | Exposed | Cluster | `spec.ports.targetPort` | Container side",
                "10: 30432 | Keyed | Cluster | `spec.ports.nodePort`",
                "20: 8080 | Exposed | Cluster | `spec.template.spec.containers.ports.containerPort` | Container side",
                "25: 5432 | Keyed | Cluster | postgres (DB_HOST) | `DB_PORT`",
                "32: 6379 | Keyed | Cluster | redis (data.REDIS_HOST) | `data.REDIS_PORT`",
                "35: 5432 | Keyed | Cluster | postgres (data.app.properties.db.host) | `data.app.properties.db.port`",
            ]
        );
    }

    #[test]
    fn values_and_the_comments_that_start_what_they_need() {
        let text = r##"# Prerequisites:
# docker run -d --name pg -e POSTGRES_DB=x -p 5432:5432 postgres:16
database:
  host: "host.docker.internal"  # or localhost
  port: 5432
redis:
  host: "your-redis-host.com"
  port: 6379
  timeout: 10000
"##;
        assert_eq!(
            seen("charts/app/examples/minimal.yaml", text),
            [
                "2: 5432 | Mapping | Host | Host side",
                "2: 5432 | Mapping | Host | Container side",
                "5: 5432 | Keyed | Cluster | host.docker.internal (database.host) | `database.port`",
                "8: 6379 | Keyed | Cluster | your-redis-host.com (redis.host) | `redis.port`",
            ]
        );
    }

    #[test]
    fn templates() {
        let text = r##"{{- if .Values.redis.enabled }}
data:
  REDIS_HOST: {{ .Values.redis.host | quote }}
  REDIS_PORT: "{{ default 6379 .Values.redis.port }}"
{{- end }}
"##;
        assert_eq!(
            seen("charts/app/templates/configmap.yaml", text),
            ["4: 6379 | Keyed | Cluster | `data.REDIS_PORT`",]
        );
    }

    #[test]
    fn what_a_person_opens_on_the_own_machine() {
        let text = r##"apiVersion: kind.x-k8s.io/v1alpha4
kind: Cluster
nodes:
  - role: control-plane
    extraPortMappings:
      - containerPort: 30432
        hostPort: 5432
"##;
        assert_eq!(
            seen("kind.yaml", text),
            [
                "6: 30432 | Exposed | Cluster | `nodes.extraPortMappings.containerPort` | Container side",
                "7: 5432 | Mapping | Host | `nodes.extraPortMappings.hostPort` | Host side",
            ]
        );
    }
}
