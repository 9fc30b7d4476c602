//! pgAdmin's list of servers, `servers.json`: read in pgAdmin's container.

use super::Reader;
use super::settings::walk::{Reading, sightings};
use super::settings::{Syntax, keys};
use crate::classify::Name;
use crate::facts::{FileFacts, ReadBy};
use crate::source::SourceFile;

/// The reader.
pub const READER: Reader = Reader {
    name: "pgadmin",
    wants,
    read,
};

fn wants(name: &Name<'_>, text: &str) -> bool {
    let path = name.path;
    path.ends_with(".json")
        && text.contains("\"Servers\"")
        && (text.contains("\"MaintenanceDB\"")
            || text.contains("\"SSLMode\"")
            || text.contains("\"Port\""))
}

fn read(file: &SourceFile, facts: &mut FileFacts) {
    let found = sightings(
        file,
        Syntax::Json,
        ReadBy::Mounted,
        &|settings, id| match settings.key(id) {
            // `Group`, `Name` and the like are told apart by the walk; ids are none of ours
            "Timeout" | "SharedUsername" => Reading::skip(),
            _ => keys::by_key(settings, id, ReadBy::Mounted),
        },
    );
    facts.sightings.extend(found);
}

#[cfg(test)]
mod tests {
    use crate::formats::testing::seen;

    #[test]
    fn servers() {
        let text = r##"{
  "Servers": {
    "1": {
      "Name": "TimescaleDB", "Group": "Servers", "Host": "timescaledb", "Port": 5432,
      "MaintenanceDB": "postgres", "Username": "x", "SSLMode": "prefer", "Timeout": 5432
    },
    "2": {"Name": "Host", "Host": "host.docker.internal", "Port": 5433}
  }
}
"##;
        assert_eq!(
            seen("pgadmin/servers.json", text),
            [
                "4: 5432 | Keyed | Mounted | timescaledb (Servers.1.Host) | `Servers.1.Port`",
                "7: 5433 | Keyed | Mounted | host.docker.internal (Servers.2.Host) | `Servers.2.Port`",
            ]
        );
    }
}
