//! The words by which texts and names speak of ports: data under `rules/`, read once.

use serde::Deserialize;
use std::collections::HashSet;
use std::sync::LazyLock;

/// `rules/words.yaml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Words {
    /// "port" in the languages that people write documents in.
    pub port: HashSet<String>,
    /// May stand between that word and its number.
    pub between: HashSet<String>,
    /// Between two numbers of one list.
    pub joined: HashSet<String>,
    /// Verb phrases that make the number behind them a port.
    pub serves: Vec<String>,
    /// Those that speak of the server's own socket.
    pub binds: Vec<String>,
    /// Phrases behind a number that say whether a program has it already.
    pub claimed: Vec<String>,
    /// Words for the host side.
    pub host_side: HashSet<String>,
    /// Words for the container side.
    pub container_side: HashSet<String>,
    /// Words behind a side's word that leave its meaning.
    pub side_tail: HashSet<String>,
    /// Words that put the number behind them into the past.
    pub past: HashSet<String>,
    /// Names of an old-to-new table's first column.
    pub old: HashSet<String>,
    /// Names of its second column.
    pub new: HashSet<String>,
    /// Names of columns that hold ports.
    pub columns: HashSet<String>,
    /// Names of columns that hold published ports.
    pub host_columns: HashSet<String>,
    /// Names of columns that hold container ports.
    pub container_columns: HashSet<String>,
    /// Names of columns that hold the value of the row's variable.
    pub value_columns: HashSet<String>,
    /// Units: beside a number they make it a measure.
    pub units: HashSet<String>,
    /// Things that are counted or numbered.
    pub counts: HashSet<String>,
    /// Words that end in "port" and are none.
    pub not_port: HashSet<String>,
    /// What may follow "port" in the name of a port.
    pub port_tail: HashSet<String>,
    /// What in a name says host side.
    pub name_host: HashSet<String>,
    /// What in a name says container side.
    pub name_container: HashSet<String>,
    /// Engines that a program may call its database.
    pub databases: HashSet<String>,
    /// Last words of the names of hosts.
    pub host_name: HashSet<String>,
    /// Last words of the names of URLs.
    pub url_name: HashSet<String>,
    /// Folder and file names of history.
    pub history_path: HashSet<String>,
    /// Headings of history.
    pub history_heading: HashSet<String>,
    /// Folder and file names of snapshots, if a date stands beside them.
    pub dated_path: HashSet<String>,
}

/// `rules/commands.yaml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Commands {
    /// Clients of a server.
    pub clients: Vec<Client>,
    /// Servers.
    pub servers: HashSet<String>,
    /// Programs that carry another command.
    pub wrappers: Vec<Wrapper>,
    /// Programs that run the rest of the line in a container.
    pub container_exec: Vec<ContainerExec>,
    /// Options of those programs before their subcommand that take a value.
    pub program_values: HashSet<String>,
    /// Programs that run the rest of the line elsewhere.
    pub remote: HashSet<String>,
    /// Their options that take a value.
    pub remote_values: HashSet<String>,
    /// Shells.
    pub shells: HashSet<String>,
    /// Programs whose plain words are ports of this machine.
    pub local_ports: HashSet<String>,
    /// Firewalls.
    pub firewalls: HashSet<String>,
    /// Programs that list sockets.
    pub listers: HashSet<String>,
    /// Programs that search what they are given.
    pub searchers: HashSet<String>,
    /// Programs that print words for people.
    pub printers: HashSet<String>,
    /// Programs whose numbers are never ports.
    pub silent: HashSet<String>,
}

/// How a client is told host and port.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Client {
    /// Its names.
    pub commands: Vec<String>,
    /// Options that give the host.
    pub host: Vec<String>,
    /// Options that give the port.
    pub port: Vec<String>,
    /// Whether plain words are HOST PORT.
    pub positional: bool,
    /// Variables that give the host.
    pub env_host: Vec<String>,
    /// Variables that give the port.
    pub env_port: Vec<String>,
}

/// A program that carries another command.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Wrapper {
    /// Its names.
    pub commands: Vec<String>,
    /// Options that take a value.
    pub values: Vec<String>,
    /// Plain words of its own before the command.
    pub skip: usize,
    /// The word behind which the command begins.
    pub until: Option<String>,
}

/// A program that runs the rest of the line in a container.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct ContainerExec {
    /// Its names.
    pub commands: Vec<String>,
    /// The subcommand's words.
    pub sub: Vec<String>,
    /// Options of the subcommand that take a value.
    pub values: Vec<String>,
}

/// The words. A broken file, which the tests rule out, reads as no words at all.
pub fn words() -> &'static Words {
    static WORDS: LazyLock<Words> = LazyLock::new(|| {
        serde_json::from_str(include_str!("../../../rules/compiled/words.json")).unwrap_or_default()
    });
    &WORDS
}

/// The commands, likewise.
pub fn commands() -> &'static Commands {
    static COMMANDS: LazyLock<Commands> = LazyLock::new(|| {
        serde_json::from_str(include_str!("../../../rules/compiled/commands.json"))
            .unwrap_or_default()
    });
    &COMMANDS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_are_read() {
        let words: Words =
            serde_json::from_str(include_str!("../../../rules/compiled/words.json")).unwrap();
        assert!(words.port.contains("porta") && words.between.contains("no"));
        let commands: Commands =
            serde_json::from_str(include_str!("../../../rules/compiled/commands.json")).unwrap();
        assert!(commands.clients.iter().any(|c| c.positional));
    }

    #[test]
    fn all_words_are_lower_case() {
        let w = words();
        for set in [
            &w.port,
            &w.between,
            &w.host_side,
            &w.container_side,
            &w.past,
            &w.units,
            &w.counts,
            &w.columns,
        ] {
            let mut sorted: Vec<_> = set.iter().collect();
            sorted.sort();
            for word in sorted {
                assert_eq!(*word, word.to_lowercase());
            }
        }
    }
}
