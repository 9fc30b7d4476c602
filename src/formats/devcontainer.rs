//! `devcontainer.json`: most of it is read inside the development container.

use super::Reader;
use super::settings::walk::{Reading, sightings};
use super::settings::{NodeId, Settings, Syntax, keys};
use crate::classify::{Name, file_name};
use crate::facts::{FileFacts, Form, Hint, ReadBy, Side};
use crate::source::SourceFile;

/// The reader.
pub const READER: Reader = Reader {
    name: "devcontainer",
    wants,
    read,
};

fn wants(name: &Name<'_>, _text: &str) -> bool {
    let path = name.path;
    matches!(file_name(path), "devcontainer.json" | ".devcontainer.json")
        || path.contains(".devcontainer/") && path.ends_with(".json")
}

fn read(file: &SourceFile, facts: &mut FileFacts) {
    facts
        .sightings
        .extend(sightings(file, Syntax::Json, ReadBy::Container, &value));
}

fn value(settings: &Settings, id: NodeId) -> Reading {
    let path = settings.path(id);
    let top = path.first().copied().unwrap_or("");
    match top {
        // a number is a port of the container, `db:5432` one of a service beside it; the editor chooses the local end
        "forwardPorts" => Reading::by(ReadBy::Container)
            .form(Form::Exposed)
            .hint(Hint {
                side: Side::Container,
                reason: "`forwardPorts` names ports inside the containers",
                certain: true,
            }),
        // published like `docker run -p`: a number stands for both sides
        "appPort" => Reading::by(ReadBy::Host),
        "portsAttributes" | "otherPortsAttributes" => Reading::skip(),
        "runArgs" => Reading::by(ReadBy::Host),
        "initializeCommand" | "localEnv" => keys::by_key(settings, id, ReadBy::Host),
        _ => keys::by_key(settings, id, ReadBy::Container),
    }
}

#[cfg(test)]
mod tests {
    use crate::formats::testing::seen;

    #[test]
    fn ports_inside_the_containers() {
        let text = r##"{
  // the database
  "forwardPorts": [5432, "db:6379"],
  "portsAttributes": {"5432": {"label": "Postgres"}},
  "appPort": ["8080:80"],
  "remoteEnv": {"DATABASE_URL": "postgres://u:p@db:5432/x", "DB_HOST": "localhost", "DB_PORT": "5432"},
  "initializeCommand": "psql -h localhost -p 5433 -c 'select 1'",
  "postCreateCommand": "psql -h db -p 5432"
}
"##;
        assert_eq!(
            seen(".devcontainer/devcontainer.json", text),
            [
                "3: 5432 | Exposed | Container | `forwardPorts` | Container side",
                "3: db:6379 | Exposed | Container | db | `forwardPorts` | Container side",
                "5: 8080 | Mapping | Host | `appPort` | Host side",
                "5: 80 | Mapping | Host | `appPort` | Container side",
                "6: db:5432 | Url | Container | db | `remoteEnv.DATABASE_URL`",
                "6: 5432 | Keyed | Container | localhost (remoteEnv.DB_HOST) | `remoteEnv.DB_PORT`",
                "7: -p 5433 | Flag | Host | localhost | `initializeCommand`",
                "8: -p 5432 | Flag | Container | db | `postCreateCommand`",
            ]
        );
    }
}
