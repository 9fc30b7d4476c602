//! The keys of `portlint.yaml`. Their descriptions here are the ones of the JSON Schema and of the configuration reference.

use super::HostPortStyle;
use super::error::{Problem, Problems};
use super::node::{Fields, Node, Value, items, one_of, port, text, texts};
use crate::model::Kind;
use crate::source::{Span, Spanned};
use schemars::JsonSchema;

/// A policy of portlint: which host ports belong to databases and data services, and how the repository is checked.
///
/// The file is `portlint.yaml` or `.portlint.yaml`; portlint looks for it from the checked path upwards to the
/// repository's root. Without one, the built-in convention `protected-database-range` holds. Paths in it are relative to
/// its own folder, or to the repository's root if the file is given with `--config`.
#[derive(Debug, Default, JsonSchema)]
#[schemars(
    title = "portlint policy",
    rename_all = "kebab-case",
    deny_unknown_fields
)]
pub struct PolicyFile {
    /// The packs that this policy builds on: `protected-database-range` (also when the key is missing), or `[]` for none.
    #[schemars(with = "Option<OneOrMany<String>>")]
    pub extends: Option<Vec<Spanned<String>>>,

    /// The ranges of host ports that belong to data services, with their bands.
    ///
    /// They replace those of the pack. The ports that the pack assigns then move along, each to the same place in the band
    /// of its kind; those that find no place there are dropped.
    #[schemars(with = "Vec<RangeEntry>", default)]
    pub ranges: Option<Vec<RangeEntry>>,

    /// Services that portlint should know: what they are, and which host ports are theirs.
    ///
    /// The first entry that fits a service speaks for it; these come before the pack's. An entry with the name of one of
    /// the pack's replaces it.
    #[schemars(default)]
    pub services: Vec<ServiceEntry>,

    /// Old host ports and their successors: what `stale-port-reference` looks for.
    ///
    /// They are added to the pack's; an entry with the name of one of the pack's replaces it.
    #[schemars(default)]
    pub remappings: Vec<RemappingEntry>,

    /// Env files that Compose is started with (`--env-file`), the strongest first.
    ///
    /// They stand between the `.env` beside a compose file and the templates such as `.env.example`.
    #[schemars(with = "OneOrMany<String>", default)]
    pub env_files: Vec<Spanned<String>>,

    /// Which files are checked.
    #[schemars(default)]
    pub paths: PathsEntry,

    /// Severities and paths per rule; a rule goes by its name or its code.
    #[schemars(with = "std::collections::BTreeMap<String, RuleSchema>", default)]
    pub rules: Vec<(Spanned<String>, RuleEntry)>,

    /// Groups of projects or compose files that never run at the same time, so that their ports may be the same.
    ///
    /// Each group is a list of project names or of paths (patterns as in `paths`).
    #[schemars(with = "Vec<Vec<String>>", default)]
    pub never_together: Vec<Vec<Spanned<String>>>,

    /// How a fix writes a host port that it moves: `variable` writes `${TIMESCALEDB_PORT:-7000}` and adds the variable to the
    /// env files, `literal` changes the digits alone. Default: `variable`.
    pub host_port_style: Option<HostPortStyle>,

    /// Further host names that mean this machine, beside `localhost` and its like: names from `/etc/hosts`, for example.
    #[schemars(with = "OneOrMany<String>", default)]
    pub loopback_names: Vec<Spanned<String>>,

    /// Whether message brokers (Kafka, RabbitMQ, NATS, ...) with their admin UIs and exporters count as data services.
    /// Default: `false`.
    pub brokers_are_data: Option<bool>,
}

/// A range of host ports that belongs to data services.
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RangeEntry {
    /// Its name in messages. Default: `reserved range`.
    #[schemars(with = "Option<String>")]
    pub name: Option<Spanned<String>>,
    /// Its ports, `7000-7999`.
    #[schemars(with = "PortsText")]
    pub ports: Spanned<(u16, u16)>,
    /// Its parts, each for some kinds of services. Without bands, all data services may publish anywhere in the range.
    #[schemars(default)]
    pub bands: Vec<BandEntry>,
}

/// A part of a range.
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct BandEntry {
    /// Its name in messages: `primary databases`.
    #[schemars(with = "String")]
    pub name: Spanned<String>,
    /// Its ports, `7000-7099`; they lie in the range, and in no other band.
    #[schemars(with = "PortsText")]
    pub ports: Spanned<(u16, u16)>,
    /// Which kinds of services may publish there. Without any, only services that this policy assigns a port there.
    #[schemars(with = "OneOrMany<Kind>", default)]
    pub kinds: Vec<Kind>,
}

/// A known service.
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ServiceEntry {
    /// Its name in messages: `TimescaleDB backup`. Names are unique.
    #[schemars(with = "String")]
    pub name: Spanned<String>,
    /// Which services are meant. Without it: the services (and containers) of the entry's name.
    pub r#match: Option<MatchEntry>,
    /// What they are. Default: what their engine is.
    pub kind: Option<Kind>,
    /// The engine, as portlint's catalogue names it: `postgres`, `timescaledb`, `redis`, ...
    #[schemars(with = "Option<String>")]
    pub engine: Option<Spanned<String>>,
    /// The host ports that are theirs.
    #[schemars(default)]
    pub ports: Vec<AssignedEntry>,
}

/// Which services an entry means: those that fit one of the lists. Patterns know `*` (any text) and `?` (any character)
/// and take upper and lower case for the same.
#[derive(Debug, Default, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct MatchEntry {
    /// Names of compose services.
    #[schemars(with = "OneOrMany<String>", default)]
    pub services: Vec<Spanned<String>>,
    /// Container names (`container_name`).
    #[schemars(with = "OneOrMany<String>", default)]
    pub containers: Vec<Spanned<String>>,
    /// Image repositories, without registry, tag and digest: `timescale/timescaledb*`.
    #[schemars(with = "OneOrMany<String>", default)]
    pub images: Vec<Spanned<String>>,
}

/// A host port that belongs to a service.
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AssignedEntry {
    /// The port in the container that is published there; several if the image listens on one or the other.
    #[schemars(with = "OneOrMany<PortNumber>")]
    pub container: Vec<Spanned<u16>>,
    /// The host port.
    #[schemars(with = "PortNumber")]
    pub host: Spanned<u16>,
    /// The variable that carries the host port: `TIMESCALEDB_PORT`.
    #[schemars(with = "Option<String>")]
    pub variable: Option<Spanned<String>>,
}

/// An old host port and its successor.
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RemappingEntry {
    /// Its name in messages. Default: the service's.
    #[schemars(with = "Option<String>")]
    pub name: Option<Spanned<String>>,
    /// The entry of `services` that the port belongs to; engine and variable are taken from there.
    #[schemars(with = "Option<String>")]
    pub service: Option<Spanned<String>>,
    /// The engine, if there is no such entry.
    #[schemars(with = "Option<String>")]
    pub engine: Option<Spanned<String>>,
    /// Further words that name it in texts: `langgraph`, `backup`.
    #[schemars(with = "OneOrMany<String>", default)]
    pub words: Vec<Spanned<String>>,
    /// The old host port.
    #[schemars(with = "PortNumber")]
    pub old: Spanned<u16>,
    /// The new host port.
    #[schemars(with = "PortNumber")]
    pub new: Spanned<u16>,
    /// The variable that carries it. Default: that of the service's assigned port.
    #[schemars(with = "Option<String>")]
    pub variable: Option<Spanned<String>>,
}

/// Which files are checked. Patterns are those of `.gitignore`: `*`, `**`, `?`, `[ab]`, `{a,b}`; a pattern with a slash
/// starts at the root, one without fits at any depth, and a directory means everything in it.
#[derive(Debug, Default, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PathsEntry {
    /// Read these too, although they are left out by default (vendored, generated, fixtures). Given alone, nothing is taken away.
    #[schemars(with = "OneOrMany<String>", default)]
    pub include: Vec<Spanned<String>>,
    /// Do not read these.
    #[schemars(with = "OneOrMany<String>", default)]
    pub exclude: Vec<Spanned<String>>,
}

/// The settings of a rule.
#[derive(Debug, Default, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RuleEntry {
    /// How grave its findings are; `off` for none. Default: as the rule's page says.
    #[schemars(with = "Option<RuleLevel>")]
    pub severity: Option<super::RuleSeverity>,
    /// Report only in these paths.
    #[schemars(with = "OneOrMany<String>", default)]
    pub include: Vec<Spanned<String>>,
    /// Report nothing in these paths.
    #[schemars(with = "OneOrMany<String>", default)]
    pub exclude: Vec<Spanned<String>>,
}

/// A rule's severity alone, or its settings.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "a shape for the schema")]
pub(super) enum RuleSchema {
    /// The severity alone.
    Level(RuleLevel),
    /// All settings.
    Settings(RuleEntry),
}

/// `off`, or how grave a rule's findings are.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
#[expect(dead_code, reason = "a shape for the schema")]
pub(super) enum RuleLevel {
    /// The rule does not run.
    Off,
    /// Worth knowing.
    Note,
    /// Should be mended.
    Warning,
    /// Breaks the convention or the start of a stack.
    Error,
}

/// One value, or a list of them.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "a shape for the schema")]
pub(super) enum OneOrMany<T> {
    /// One value.
    One(T),
    /// A list.
    Many(Vec<T>),
}

/// A port, 1-65535.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "a shape for the schema")]
pub(super) struct PortNumber(#[schemars(range(min = 1))] u16);

/// Ports: `7000-7999`, or a single one.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "a shape for the schema")]
pub(super) enum PortsText {
    /// First and last port.
    Range(#[schemars(regex(pattern = r"^[0-9]{1,5}( *- *[0-9]{1,5})?$"))] String),
    /// A single port.
    Single(PortNumber),
}

/// The names of the kinds.
pub(super) const KINDS: [(&str, Kind); 4] = [
    ("database", Kind::Database),
    ("admin-ui", Kind::AdminUi),
    ("exporter", Kind::Exporter),
    ("other", Kind::Other),
];

impl PolicyFile {
    const KEYS: [&'static str; 11] = [
        "extends",
        "ranges",
        "services",
        "remappings",
        "env-files",
        "paths",
        "rules",
        "never-together",
        "host-port-style",
        "loopback-names",
        "brokers-are-data",
    ];

    pub(super) fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let fields = Fields::of(node, "the policy", &Self::KEYS, problems)?;
        let styles = [
            ("variable", HostPortStyle::Variable),
            ("literal", HostPortStyle::Literal),
        ];
        Some(Self {
            extends: fields
                .get("extends")
                .map(|n| texts(Some(n), "a pack in `extends`", problems)),
            ranges: fields
                .get("ranges")
                .map(|n| each(Some(n), problems, RangeEntry::decode)),
            services: each(fields.get("services"), problems, ServiceEntry::decode),
            remappings: each(fields.get("remappings"), problems, RemappingEntry::decode),
            env_files: texts(fields.get("env-files"), "an env file", problems),
            paths: fields
                .get("paths")
                .and_then(|n| PathsEntry::decode(n, problems))
                .unwrap_or_default(),
            rules: rules(fields.get("rules"), problems),
            never_together: fields
                .get("never-together")
                .map_or(&[][..], items)
                .iter()
                .map(|group| texts(Some(group), "a name in `never-together`", problems))
                .collect(),
            host_port_style: fields
                .get("host-port-style")
                .and_then(|n| one_of(n, "`host-port-style`", &styles, problems)),
            loopback_names: texts(fields.get("loopback-names"), "a loopback name", problems),
            brokers_are_data: fields.get("brokers-are-data").and_then(|n| {
                let values = [("true", true), ("false", false)];
                one_of(n, "`brokers-are-data`", &values, problems)
            }),
        })
    }
}

fn each<T>(
    node: Option<&Node>,
    problems: &mut Problems,
    decode: impl Fn(&Node, &mut Problems) -> Option<T>,
) -> Vec<T> {
    node.map_or(&[][..], items)
        .iter()
        .filter_map(|item| decode(item, problems))
        .collect()
}

fn rules(node: Option<&Node>, problems: &mut Problems) -> Vec<(Spanned<String>, RuleEntry)> {
    match node.map(|n| &n.value) {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Map(entries)) => entries
            .iter()
            .filter_map(|(name, node)| Some((name.clone(), RuleEntry::decode(node, problems)?)))
            .collect(),
        Some(_) => {
            if let Some(node) = node {
                problems.add(
                    Problem::new(
                        "policy::type",
                        "`rules` must be a mapping from a rule's name to its settings",
                        node.span,
                    )
                    .help("write `port-collision: warning`, one rule a line"),
                );
            }
            Vec::new()
        }
    }
}

impl RangeEntry {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let fields = Fields::of(node, "a range", &["name", "ports", "bands"], problems)?;
        Some(Self {
            name: fields
                .get("name")
                .and_then(|n| text(n, "a range's name", problems)),
            bands: each(fields.get("bands"), problems, BandEntry::decode),
            ports: ports(fields.require("ports", problems)?, problems)?,
        })
    }
}

impl BandEntry {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let fields = Fields::of(node, "a band", &["name", "ports", "kinds"], problems)?;
        let kinds = fields.get("kinds").map_or(&[][..], items);
        let kinds = kinds
            .iter()
            .filter_map(|n| one_of(n, "a kind", &KINDS, problems))
            .collect();
        let name = fields.require("name", problems);
        let ports = fields
            .require("ports", problems)
            .and_then(|n| ports(n, problems));
        Some(Self {
            name: text(name?, "a band's name", problems)?,
            ports: ports?,
            kinds,
        })
    }
}

impl ServiceEntry {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let keys = ["name", "match", "kind", "engine", "ports"];
        let fields = Fields::of(node, "a service", &keys, problems)?;
        let entry = Self {
            r#match: fields
                .get("match")
                .and_then(|n| MatchEntry::decode(n, problems)),
            kind: fields
                .get("kind")
                .and_then(|n| one_of(n, "`kind`", &KINDS, problems)),
            engine: fields
                .get("engine")
                .and_then(|n| text(n, "`engine`", problems)),
            ports: each(fields.get("ports"), problems, AssignedEntry::decode),
            name: text(
                fields.require("name", problems)?,
                "a service's name",
                problems,
            )?,
        };
        Some(entry)
    }
}

impl MatchEntry {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let fields = Fields::of(
            node,
            "`match`",
            &["services", "containers", "images"],
            problems,
        )?;
        Some(Self {
            services: texts(fields.get("services"), "a service pattern", problems),
            containers: texts(fields.get("containers"), "a container pattern", problems),
            images: texts(fields.get("images"), "an image pattern", problems),
        })
    }
}

impl AssignedEntry {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let keys = ["container", "host", "variable"];
        let fields = Fields::of(node, "a port", &keys, problems)?;
        let container = fields.require("container", problems).map(|node| {
            let list = items(node).iter();
            list.filter_map(|n| port(n, "`container`", problems))
                .collect()
        });
        let host = fields
            .require("host", problems)
            .and_then(|n| port(n, "`host`", problems));
        Some(Self {
            variable: fields
                .get("variable")
                .and_then(|n| text(n, "`variable`", problems)),
            container: container?,
            host: host?,
        })
    }
}

impl RemappingEntry {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let keys = [
            "name", "service", "engine", "words", "old", "new", "variable",
        ];
        let fields = Fields::of(node, "a remapping", &keys, problems)?;
        let old = fields
            .require("old", problems)
            .and_then(|n| port(n, "`old`", problems));
        let new = fields
            .require("new", problems)
            .and_then(|n| port(n, "`new`", problems));
        Some(Self {
            name: fields.get("name").and_then(|n| text(n, "`name`", problems)),
            service: fields
                .get("service")
                .and_then(|n| text(n, "`service`", problems)),
            engine: fields
                .get("engine")
                .and_then(|n| text(n, "`engine`", problems)),
            words: texts(fields.get("words"), "a word", problems),
            variable: fields
                .get("variable")
                .and_then(|n| text(n, "`variable`", problems)),
            old: old?,
            new: new?,
        })
    }
}

impl PathsEntry {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let fields = Fields::of(node, "`paths`", &["include", "exclude"], problems)?;
        Some(Self {
            include: texts(fields.get("include"), "a path", problems),
            exclude: texts(fields.get("exclude"), "a path", problems),
        })
    }
}

impl RuleEntry {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        use super::RuleSeverity::{Off, On};
        use crate::finding::Severity;
        let levels = [
            ("off", Off),
            ("note", On(Severity::Note)),
            ("warning", On(Severity::Warning)),
            ("error", On(Severity::Error)),
        ];
        let levels = levels.as_slice();
        if let Value::Scalar(_) = node.value {
            return Some(Self {
                severity: level(node, "a rule's severity", levels, problems),
                ..Self::default()
            });
        }
        let keys = ["severity", "include", "exclude"];
        let fields = Fields::of(node, "a rule's settings", &keys, problems)?;
        Some(Self {
            severity: fields
                .get("severity")
                .and_then(|n| level(n, "`severity`", levels, problems)),
            include: texts(fields.get("include"), "a path", problems),
            exclude: texts(fields.get("exclude"), "a path", problems),
        })
    }
}

/// `off` or a severity. YAML readers of the old school see a truth value in `off`, so `false` is the same.
fn level(
    node: &Node,
    what: &str,
    levels: &[(&str, super::RuleSeverity)],
    problems: &mut Problems,
) -> Option<super::RuleSeverity> {
    match &node.value {
        Value::Scalar(text) if text == "false" => Some(super::RuleSeverity::Off),
        _ => one_of(node, what, levels, problems),
    }
}

/// `7000-7999`, or a single port.
fn ports(node: &Node, problems: &mut Problems) -> Option<Spanned<(u16, u16)>> {
    let written = text(node, "`ports`", problems)?;
    let (first, last) = written
        .value
        .split_once('-')
        .unwrap_or((&written.value, &written.value));
    let number = |s: &str| s.trim().parse::<u16>().ok().filter(|&n| n > 0);
    match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => {
            Some(Spanned::new((first, last), written.span))
        }
        (Some(first), Some(last)) => {
            problems.add(
                Problem::new(
                    "policy::port",
                    format!("the range `{}` ends before it starts", written.value),
                    written.span,
                )
                .help(format!("write `{last}-{first}`")),
            );
            None
        }
        _ => {
            problems.add(
                Problem::new(
                    "policy::port",
                    format!("`{}` is not a range of ports", written.value),
                    written.span,
                )
                .help(format!(
                    "write the first and the last port, `FIRST-LAST`, each from 1 to {}",
                    u16::MAX
                )),
            );
            None
        }
    }
}

impl ServiceEntry {
    /// The entry's place: its name.
    pub(super) fn span(&self) -> Span {
        self.name.span
    }
}
