//! From the keys of a policy file to the effective policy: what the pack says, then what the project says, and no
//! contradiction between them.

use super::catalogue::Catalogue;
use super::error::{Invalid, PolicyError, Problem, Problems, nearest, suggest};
use super::file::{AssignedEntry, PolicyFile, RangeEntry, RemappingEntry, ServiceEntry};
use super::node::Node;
use super::{
    Assigned, Band, Paths, Policy, Remapping, Reserved, RuleSetting, ServicePolicy, paths,
};
use crate::finding::RuleId;
use crate::model::{Kind, PortRange};
use crate::source::{Span, Spanned};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The built-in packs, by name, as JSON: YAML takes its time to read (see `rules/compiled/README.md`).
const PACKS: [(&str, &str); 1] = [(
    "protected-database-range",
    include_str!("../../rules/compiled/protected-database-range.json"),
)];

/// The names of the packs.
pub(super) fn pack_names() -> Vec<&'static str> {
    PACKS.iter().map(|(name, _)| *name).collect()
}

/// Kinds that may publish in a reserved range that has no bands.
const DATA_KINDS: [Kind; 3] = [Kind::Database, Kind::AdminUi, Kind::Exporter];

impl Policy {
    /// The built-in convention alone.
    #[expect(clippy::expect_used, reason = "the embedded pack is read by a test")]
    pub fn builtin() -> Self {
        static BUILTIN: LazyLock<Policy> = LazyLock::new(|| {
            let (_, json) = PACKS[0];
            let node = serde_json::from_str(json).expect("the embedded pack is JSON");
            let mut policy = Builder::read(&Node::from_json(node), &[], Policy::empty())
                .expect("the embedded pack is valid");
            for service in &mut policy.services {
                service.own = false;
                service.span = None;
                service.ports.iter_mut().for_each(|row| row.span = None);
            }
            policy.ranges.iter_mut().for_each(|r| r.span = None);
            policy.bands.iter_mut().for_each(|b| b.span = None);
            policy.remappings.iter_mut().for_each(|r| r.span = None);
            policy
        });
        BUILTIN.clone()
    }

    /// No range, no service: the catalogue alone.
    fn empty() -> Self {
        Self {
            catalogue: Catalogue::builtin(),
            ..Self::default()
        }
    }

    /// Reads a policy file. `path` names it in messages; `rules` are the rules that there are.
    pub fn from_yaml(path: &str, text: &str, rules: &[RuleId]) -> Result<Self, PolicyError> {
        let read = Node::parse(text)
            .map_err(|problem| vec![*problem])
            .and_then(|node| Builder::read(&node, rules, Self::builtin()));
        let policy = read.map_err(|problems| Invalid::new(path, text, problems))?;
        Ok(Self {
            file: Some(path.to_owned()),
            ..policy
        })
    }
}

struct Builder<'a> {
    rules: &'a [RuleId],
    problems: Problems,
}

impl<'a> Builder<'a> {
    fn read(node: &Node, rules: &'a [RuleId], base: Policy) -> Result<Policy, Vec<Problem>> {
        let mut builder = Self {
            rules,
            problems: Problems::default(),
        };
        let policy = PolicyFile::decode(node, &mut builder.problems)
            .map(|file| builder.policy(&file, base))
            .unwrap_or_default();
        if builder.problems.0.is_empty() {
            Ok(policy)
        } else {
            Err(builder.problems.0)
        }
    }

    fn policy(&mut self, file: &PolicyFile, base: Policy) -> Policy {
        let mut policy = if self.extends_pack(file) {
            base
        } else {
            Policy::empty()
        };
        if let Some(ranges) = &file.ranges {
            let old = std::mem::take(&mut policy.bands);
            (policy.ranges, policy.bands) = self.ranges(ranges);
            relocate(&mut policy, &old);
        }
        self.services(&mut policy, &file.services);
        self.remappings(&mut policy, &file.remappings);
        policy.env_files.extend(self.env_files(&file.env_files));
        policy.paths = Paths {
            include: self.globs(&file.paths.include),
            exclude: self.globs(&file.paths.exclude),
        };
        policy.rules = self.rule_settings(file);
        policy.never_together = file.never_together.iter().map(|g| self.globs(g)).collect();
        policy.host_port_style = file.host_port_style.unwrap_or(policy.host_port_style);
        policy.loopback_names.extend(values(&file.loopback_names));
        policy.brokers_are_data = file.brokers_are_data.unwrap_or(policy.brokers_are_data);
        policy
    }

    /// Whether the built-in pack is the base; without the key it is.
    fn extends_pack(&mut self, file: &PolicyFile) -> bool {
        let Some(extends) = &file.extends else {
            return true;
        };
        for name in extends {
            if PACKS.iter().all(|(pack, _)| *pack != name.value) {
                self.problems.add(
                    Problem::new(
                        "policy::unknown-pack",
                        format!("there is no pack `{}`", name.value),
                        name.span,
                    )
                    .help(suggest(&name.value, PACKS.iter().map(|(pack, _)| *pack))),
                );
            }
        }
        !extends.is_empty()
    }

    // ---- ranges and bands ----

    fn ranges(&mut self, entries: &[RangeEntry]) -> (Vec<Reserved>, Vec<Band>) {
        let mut ranges: Vec<Reserved> = Vec::new();
        let mut bands: Vec<Band> = Vec::new();
        for entry in entries {
            let range = Reserved {
                name: entry
                    .name
                    .as_ref()
                    .map_or_else(|| "reserved range".to_owned(), |n| n.value.clone()),
                range: port_range(&entry.ports),
                span: Some(entry.ports.span),
            };
            if let Some(other) = ranges.iter().find(|r| r.range.overlaps(range.range)) {
                self.problems.add(
                    Problem::new(
                        "policy::overlap",
                        format!("the ranges {} and {} overlap", other.range, range.range),
                        entry.ports.span,
                    )
                    .and(other.span, "the other range")
                    .help("a port belongs to one range only"),
                );
            }
            for band in &entry.bands {
                let band = Band {
                    name: band.name.value.clone(),
                    range: port_range(&band.ports),
                    kinds: band.kinds.clone(),
                    span: Some(band.ports.span),
                };
                self.check_band(&band, &range, &bands);
                bands.push(band);
            }
            if entry.bands.is_empty() {
                bands.push(Band {
                    name: range.name.clone(),
                    range: range.range,
                    kinds: DATA_KINDS.to_vec(),
                    span: range.span,
                });
            }
            ranges.push(range);
        }
        ranges.sort_by_key(|r| r.range);
        bands.sort_by_key(|b| b.range);
        (ranges, bands)
    }

    fn check_band(&mut self, band: &Band, range: &Reserved, others: &[Band]) {
        let span = band.span.unwrap_or_default();
        if !(range.range.contains(band.range.start) && range.range.contains(band.range.end)) {
            self.problems.add(
                Problem::new(
                    "policy::band-outside-range",
                    format!(
                        "the band `{}` ({}) leaves its range {}",
                        band.name, band.range, range.range
                    ),
                    span,
                )
                .and(range.span, "the range")
                .help("give the band ports of its range, or widen the range"),
            );
        }
        if let Some(other) = others.iter().find(|o| o.range.overlaps(band.range)) {
            self.problems.add(
                Problem::new(
                    "policy::overlap",
                    format!(
                        "the bands `{}` ({}) and `{}` ({}) overlap",
                        other.name, other.range, band.name, band.range
                    ),
                    span,
                )
                .and(other.span, format!("`{}`", other.name))
                .help("a port belongs to one band only"),
            );
        }
    }

    // ---- services ----

    fn services(&mut self, policy: &mut Policy, entries: &[ServiceEntry]) {
        let mut own: Vec<ServicePolicy> = Vec::new();
        for entry in entries {
            self.check_service(policy, entry, &own);
            for row in &entry.ports {
                self.check_assignment(policy, entry, row, &own);
            }
            let service = self.service(policy, entry);
            own.push(service);
        }
        for service in &own {
            replace(policy, service);
        }
        own.append(&mut policy.services);
        policy.services = own;
    }

    fn check_service(&mut self, policy: &Policy, entry: &ServiceEntry, before: &[ServicePolicy]) {
        let name = &entry.name;
        if let Some(other) = before.iter().find(|s| s.name == name.value) {
            self.problems.add(
                Problem::new(
                    "policy::duplicate",
                    format!("two services are named `{}`", name.value),
                    entry.span(),
                )
                .and(other.span, "the first one")
                .help("give each entry a name of its own"),
            );
        }
        if let Some(engine) = &entry.engine {
            self.check_engine(policy, engine);
        }
        let patterns = entry
            .r#match
            .iter()
            .flat_map(|m| m.services.iter().chain(&m.containers).chain(&m.images));
        for pattern in patterns {
            if let Some(strange) = pattern.value.chars().find(|c| "[]{}!".contains(*c)) {
                self.problems.add(
                    Problem::new(
                        "policy::pattern",
                        format!("`{strange}` has no meaning in the pattern `{}`", pattern.value),
                        pattern.span,
                    )
                    .help("patterns of names know `*` (any text) and `?` (any character); write further ones as a list"),
                );
            }
        }
    }

    fn check_engine(&mut self, policy: &Policy, engine: &Spanned<String>) {
        if policy.catalogue.engine(&engine.value).is_some() {
            return;
        }
        let known = policy.catalogue.engines.iter().map(|e| e.name.as_str());
        let help = match nearest(&engine.value, known) {
            Some(name) => format!("did you mean `{name}`?"),
            None => "leave `engine` out, and say what the service is with `kind`".to_owned(),
        };
        self.problems.add(
            Problem::new(
                "policy::unknown-engine",
                format!("portlint knows no engine `{}`", engine.value),
                engine.span,
            )
            .help(help),
        );
    }

    fn service(&self, policy: &Policy, entry: &ServiceEntry) -> ServicePolicy {
        let engine = entry.engine.as_ref().map(|e| e.value.clone());
        let of_engine = || {
            let engine = policy.catalogue.engine(engine.as_deref()?)?;
            Some(engine.kind)
        };
        let name = entry.name.value.clone();
        let (services, containers, images) = match &entry.r#match {
            Some(m) => (
                values(&m.services),
                values(&m.containers),
                values(&m.images),
            ),
            None => (vec![name.clone()], vec![name.clone()], Vec::new()),
        };
        ServicePolicy {
            services,
            containers,
            images,
            kind: entry.kind.or_else(of_engine),
            ports: entry.ports.iter().flat_map(assigned).collect(),
            engine,
            own: true,
            span: Some(entry.span()),
            name,
        }
    }

    fn check_assignment(
        &mut self,
        policy: &Policy,
        entry: &ServiceEntry,
        row: &AssignedEntry,
        before: &[ServicePolicy],
    ) {
        let host = &row.host;
        let same_entry = entry
            .ports
            .iter()
            .take_while(|other| !std::ptr::eq(*other, row));
        let twice = same_entry
            .filter(|other| other.host.value == host.value)
            .map(|other| (entry.name.value.as_str(), Some(other.host.span)))
            .chain(before.iter().flat_map(|s| {
                let rows = s.ports.iter().filter(|other| other.host == host.value);
                rows.map(|other| (s.name.as_str(), other.span))
            }))
            .next();
        if let Some((name, span)) = twice {
            self.problems.add(
                Problem::new(
                    "policy::duplicate",
                    format!("port {} is assigned twice", host.value),
                    host.span,
                )
                .label(format!("to `{}`", entry.name.value))
                .and(span, format!("to `{name}`"))
                .help("a host port belongs to one service only"),
            );
        }
        let engine = entry
            .engine
            .as_ref()
            .and_then(|e| policy.catalogue.engine(&e.value));
        if let Some(kind) = entry.kind.or(engine.map(|e| e.kind)) {
            self.check_in_band(policy, &entry.name.value, kind, host);
        }
    }

    /// An assignment lies in a band of its kind, or in one that is left to the policy's own entries.
    fn check_in_band(&mut self, policy: &Policy, name: &str, kind: Kind, host: &Spanned<u16>) {
        let band = policy.band(host.value);
        let reserved = policy.reserved(host.value);
        let fits = match (band, reserved) {
            (Some(band), _) => band.kinds.is_empty() || band.kinds.contains(&kind),
            (None, Some(_)) => false,
            (None, None) => kind == Kind::Other || policy.ranges.is_empty(),
        };
        if fits {
            return;
        }
        let place = match band {
            Some(band) => format!("in the band `{}` ({})", band.name, band.range),
            None if reserved.is_some() => "in no band".to_owned(),
            None => "outside the reserved ranges".to_owned(),
        };
        let right: Vec<_> = policy
            .bands_for(kind)
            .map(|b| format!("`{}` ({})", b.name, b.range))
            .collect();
        let problem = Problem::new(
            "policy::assignment-outside-band",
            format!(
                "port {}, assigned to `{name}` of the kind `{}`, lies {place}",
                host.value,
                kind.name()
            ),
            host.span,
        )
        .and(band.and_then(|b| b.span), "this band");
        self.problems.add(problem.help(if right.is_empty() {
            "no band takes this kind: assign a port outside the reserved ranges".to_owned()
        } else {
            format!("choose a port of {}", right.join(" or "))
        }));
    }

    // ---- remappings ----

    fn remappings(&mut self, policy: &mut Policy, entries: &[RemappingEntry]) {
        let mut own: Vec<Remapping> = Vec::new();
        for entry in entries {
            let Some(row) = self.remapping(policy, entry) else {
                continue;
            };
            let twin = own
                .iter()
                .find(|r| r.old == row.old && r.service == row.service);
            if let Some(twin) = twin {
                self.problems.add(
                    Problem::new(
                        "policy::duplicate",
                        format!("port {} of `{}` is remapped twice", row.old, row.service),
                        entry.old.span,
                    )
                    .and(twin.span, format!("to {} here", twin.new))
                    .help("keep one of the two"),
                );
            }
            own.push(row);
        }
        policy
            .remappings
            .retain(|r| own.iter().all(|o| o.service != r.service));
        own.append(&mut policy.remappings);
        policy.remappings = own;
    }

    fn remapping(&mut self, policy: &Policy, entry: &RemappingEntry) -> Option<Remapping> {
        let service = match &entry.service {
            Some(name) => Some(policy.service(&name.value).or_else(|| {
                let known = policy.services.iter().map(|s| s.name.as_str());
                self.problems.add(
                    Problem::new(
                        "policy::unknown-service",
                        format!("there is no service `{}` in this policy", name.value),
                        name.span,
                    )
                    .help(suggest(&name.value, known)),
                );
                None
            })?),
            None => None,
        };
        if let Some(engine) = &entry.engine {
            self.check_engine(policy, engine);
        }
        if entry.old.value == entry.new.value {
            self.problems.add(
                Problem::new(
                    "policy::value",
                    format!("port {} is remapped to itself", entry.old.value),
                    entry.new.span,
                )
                .and(Some(entry.old.span), "the old port"),
            );
        }
        let Some(name) = entry
            .name
            .as_ref()
            .or(entry.service.as_ref())
            .or(entry.engine.as_ref())
        else {
            self.problems.add(
                Problem::new(
                    "policy::missing-key",
                    format!(
                        "the remapping of {} does not say whose port it is",
                        entry.old.value
                    ),
                    entry.old.span,
                )
                .help("add `service:` with the name of a service entry, or `engine:`"),
            );
            return None;
        };
        let row = service.and_then(|s| s.ports.iter().find(|row| row.host == entry.new.value));
        let engine = entry.engine.as_ref().map(|e| e.value.clone());
        Some(Remapping {
            service: name.value.clone(),
            entry: service.map(|s| s.name.clone()),
            engine: engine
                .or_else(|| service?.engine.clone())
                .unwrap_or_default(),
            words: entry.words.iter().map(|w| w.value.to_lowercase()).collect(),
            old: entry.old.value,
            new: entry.new.value,
            container: row.map(|row| row.container),
            variable: entry
                .variable
                .as_ref()
                .map(|v| v.value.clone())
                .or_else(|| row?.variable.clone()),
            span: Some(entry.old.span),
        })
    }

    // ---- the rest ----

    fn env_files(&mut self, files: &[Spanned<String>]) -> Vec<String> {
        let mut found = Vec::new();
        for file in files {
            match paths::inside(&file.value) {
                Some(path) => found.push(path),
                None => self.problems.add(
                    Problem::new(
                        "policy::path",
                        format!("the env file `{}` lies outside the repository", file.value),
                        file.span,
                    )
                    .help("give a path inside the repository, relative to its root"),
                ),
            }
        }
        found
    }

    fn globs(&mut self, patterns: &[Spanned<String>]) -> Vec<String> {
        patterns.iter().filter_map(|p| self.glob(p)).collect()
    }

    fn glob(&mut self, pattern: &Spanned<String>) -> Option<String> {
        if let Err(error) = paths::glob(&pattern.value) {
            self.problems.add(Problem::new(
                "policy::pattern",
                format!("`{}` is not a pattern: {}", pattern.value, error.kind()),
                pattern.span,
            ));
            return None;
        }
        Some(pattern.value.clone())
    }

    fn rule_settings(&mut self, file: &PolicyFile) -> BTreeMap<String, RuleSetting> {
        let mut settings = BTreeMap::new();
        let mut places: BTreeMap<String, Span> = BTreeMap::new();
        for (key, entry) in &file.rules {
            let Some(name) = self.rule_name(key) else {
                continue;
            };
            if let Some(first) = places.insert(name.clone(), key.span) {
                self.problems.add(
                    Problem::new(
                        "policy::duplicate",
                        format!("the rule `{name}` is set twice"),
                        key.span,
                    )
                    .and(Some(first), "the first time")
                    .help("a rule's name and its code mean the same rule"),
                );
            }
            let setting = RuleSetting {
                severity: entry.severity,
                exclude: self.globs(&entry.exclude),
                include: self.globs(&entry.include),
            };
            settings.insert(name, setting);
        }
        settings
    }

    /// The rule's name, if `key` is a name or a code.
    fn rule_name(&mut self, key: &Spanned<String>) -> Option<String> {
        let known = self
            .rules
            .iter()
            .find(|rule| rule.name == key.value || rule.code.eq_ignore_ascii_case(&key.value));
        if let Some(rule) = known {
            return Some(rule.name.to_owned());
        }
        self.problems.add(
            Problem::new(
                "policy::unknown-rule",
                format!("there is no rule `{}`", key.value),
                key.span,
            )
            .help(suggest(&key.value, self.rules.iter().map(|rule| rule.name))),
        );
        None
    }
}

fn values(texts: &[Spanned<String>]) -> Vec<String> {
    texts.iter().map(|t| t.value.clone()).collect()
}

fn port_range(ports: &Spanned<(u16, u16)>) -> PortRange {
    PortRange {
        start: ports.value.0,
        end: ports.value.1,
    }
}

/// A row for each container port of the entry.
fn assigned(row: &AssignedEntry) -> impl Iterator<Item = Assigned> {
    row.container.iter().map(|container| Assigned {
        container: container.value,
        host: row.host.value,
        variable: row.variable.as_ref().map(|v| v.value.clone()),
        span: Some(row.host.span),
    })
}

/// Moves the pack's assignments and remappings into the project's bands, each to the same place in the band of its kind;
/// drops what finds no place.
fn relocate(policy: &mut Policy, old: &[Band]) {
    let bands = std::mem::take(&mut policy.bands);
    let moved = |host: u16| {
        let from = old.iter().find(|b| b.range.contains(host))?;
        let kind = from.kinds.first()?;
        let to = bands.iter().find(|b| b.kinds.contains(kind))?;
        // a band for several kinds keeps the bands of the pack apart
        let base = if to.kinds.len() > 1 {
            old.first()?
        } else {
            from
        };
        let new = to
            .range
            .start
            .checked_add(host.checked_sub(base.range.start)?)?;
        to.range.contains(new).then_some(new)
    };
    for service in &mut policy.services {
        service
            .ports
            .retain_mut(|row| moved(row.host).map(|new| row.host = new).is_some());
    }
    policy
        .remappings
        .retain_mut(|row| moved(row.new).map(|new| row.new = new).is_some());
    policy.bands = bands;
}

/// Makes room for a project's entry: the pack's entry of its name goes, and the pack's claims to its ports; the pack's
/// remappings follow to the ports that the entry assigns.
fn replace(policy: &mut Policy, own: &ServicePolicy) {
    policy.services.retain(|pack| pack.name != own.name);
    let taken = |host: u16| own.ports.iter().any(|row| row.host == host);
    for pack in &mut policy.services {
        pack.ports.retain(|row| !taken(row.host));
    }
    policy.remappings.retain_mut(|row| {
        if row.entry.as_deref() != Some(&own.name) {
            return !taken(row.new);
        }
        let successor = own
            .ports
            .iter()
            .find(|p| Some(p.container) == row.container);
        if let Some(successor) = successor {
            row.new = successor.host;
            row.variable.clone_from(&successor.variable);
        }
        successor.is_some()
    });
}
