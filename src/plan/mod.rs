//! Judges every declaration by the policy, chooses the port that it should have, and plans moves as change sets.

mod allocate;
pub mod changes;
pub mod contests;

mod variables;

use crate::finding::Fix;
use crate::model::{DeclarationId, Kind, Model, Reference};
use crate::policy::{Assigned, Policy, ServicePolicy};
use crate::source::Sources;
use crate::symbols::{SymbolId, Symbols};
use contests::Contest;
use std::collections::{BTreeMap, BTreeSet};

/// What the policy says of a declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// A data service outside the reserved range.
    OutsideRange,
    /// Inside it, in another kind's band.
    WrongBand,
    /// Not a data service, inside the range.
    Intruder,
    /// In its band, but the policy assigns another port.
    Misassigned,
    /// Docker picks the host port.
    Ephemeral,
}

impl Verdict {
    /// The name in JSON and tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::OutsideRange => "outside-range",
            Self::WrongBand => "wrong-band",
            Self::Intruder => "intruder",
            Self::Misassigned => "misassigned",
            Self::Ephemeral => "ephemeral",
        }
    }
}

/// A symbol that must move, or, for an intruder, should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// The first port of its new range.
    pub to: u16,
    /// Why that one: "assigned to TimescaleDB", "the next free port of the band `primary databases`".
    pub why: String,
    /// Whether portlint may carry it out: not for an intruder, whose new place nobody but its owner knows.
    pub ours: bool,
}

/// The judgement over all declarations.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// By declaration.
    pub verdicts: Vec<Verdict>,
    /// Which declarations are one port.
    pub symbols: Symbols,
    /// Moves by symbol.
    pub moves: BTreeMap<SymbolId, Move>,
    /// Ports that several symbols want.
    pub contests: Vec<Contest>,
    /// The change set of each move.
    pub fixes: BTreeMap<SymbolId, Fix>,
    /// Digits to a variable, for data services that stay where they are.
    pub fixes_of_style: BTreeMap<DeclarationId, Fix>,
    /// One value for all places of a variable, for declarations that stay where they are.
    pub fixes_of_drift: BTreeMap<DeclarationId, Fix>,
}

impl Plan {
    /// The verdict of a declaration.
    pub fn verdict(&self, id: DeclarationId) -> Verdict {
        self.verdicts.get(id.0).copied().unwrap_or(Verdict::Ok)
    }

    /// The move of a declaration's symbol.
    pub fn move_of(&self, id: DeclarationId) -> Option<&Move> {
        self.moves.get(&self.symbols.of(id))
    }

    /// The change set of a declaration's symbol.
    pub fn fix_of(&self, id: DeclarationId) -> Option<&Fix> {
        self.fixes.get(&self.symbols.of(id))
    }
}

/// Judges all declarations and plans what must move.
pub fn plan(model: &Model, sources: &Sources, policy: &Policy, references: &[Reference]) -> Plan {
    let symbols = Symbols::group(model);
    let owners = owners(model, policy, &symbols);
    let verdicts: Vec<Verdict> = model
        .declarations()
        .map(|(id, _)| verdict(model, policy, &symbols, &owners, id))
        .collect();
    let contests = contests::contests(model, sources, policy, &symbols);
    let moves = allocate::moves(model, policy, &symbols, &owners, &verdicts, &contests);
    let mut plan = Plan {
        verdicts,
        symbols,
        moves,
        contests,
        ..Plan::default()
    };
    let mut fixes = changes::fixes(model, sources, policy, references, &plan);
    plan.fixes = std::mem::take(&mut fixes.moves);
    plan.fixes_of_style = fixes.style;
    plan.fixes_of_drift = fixes.drift;
    plan
}

/// Plans the move of one symbol alone, to a port that a person chose, and gives its change set.
pub fn plan_move(
    model: &Model,
    sources: &Sources,
    policy: &Policy,
    references: &[Reference],
    plan: &mut Plan,
    symbol: SymbolId,
    to: u16,
) -> Fix {
    plan.moves = BTreeMap::from([(
        symbol,
        Move {
            to,
            why: "asked for".to_owned(),
            ours: true,
        },
    )]);
    let fix = changes::of_symbol(model, sources, policy, references, plan, symbol, to);
    plan.fixes = BTreeMap::from([(symbol, fix.clone())]);
    fix
}

/// Whether a service's ports belong into the reserved range.
pub fn is_data(kind: Kind) -> bool {
    kind != Kind::Other
}

/// The symbol that each assigned port belongs to, by port.
type Owners = BTreeMap<u16, SymbolId>;

/// The policy's entry and assigned port for a declaration, whoever else matches them.
fn assignment<'p>(
    model: &Model,
    policy: &'p Policy,
    id: DeclarationId,
) -> Option<(&'p ServicePolicy, &'p Assigned)> {
    let declaration = model.declaration(id);
    let identity = &model.service(declaration.service).identity;
    let published = declaration.published.as_ref();
    let (host, variable) = (
        published.map(|p| p.range.start),
        published.and_then(|p| p.variable.as_deref()),
    );
    let assigned = policy.assignment(identity, declaration.target.start, host, variable)?;
    Some((policy.entry(identity)?, assigned))
}

/// Gives each assigned port to one symbol: the one that has it, else the one named most exactly, else the one on the
/// remapping's old port, else the first by path. An image alone may match many services; they cannot all have the port.
fn owners(model: &Model, policy: &Policy, symbols: &Symbols) -> Owners {
    let mut best: BTreeMap<u16, (u8, DeclarationId)> = BTreeMap::new();
    for (id, declaration) in model.declarations() {
        let service = model.service(declaration.service);
        if service.is_base || model.project(service.project).workflow {
            continue;
        }
        let Some((entry, assigned)) = assignment(model, policy, id) else {
            continue;
        };
        let published = declaration.published.as_ref().map(|p| p.range.start);
        let old = policy
            .remappings
            .iter()
            .any(|r| r.new == assigned.host && Some(r.old) == published);
        let rank = if published == Some(assigned.host) {
            0
        } else if named_exactly(
            entry,
            &service.name.value,
            service.container_name.as_deref(),
        ) {
            1
        } else if old {
            2
        } else {
            3
        };
        let slot = best.entry(assigned.host).or_insert((rank, id));
        if rank < slot.0 {
            *slot = (rank, id);
        }
    }
    best.into_iter()
        .map(|(port, (_, id))| (port, symbols.of(id)))
        .collect()
}

fn named_exactly(entry: &ServicePolicy, service: &str, container: Option<&str>) -> bool {
    let is = |pattern: &String, name: &str| {
        !pattern.contains(['*', '?']) && pattern.eq_ignore_ascii_case(name)
    };
    entry.services.iter().any(|p| is(p, service))
        || container.is_some_and(|c| entry.containers.iter().any(|p| is(p, c)))
}

/// The port that the policy assigns to this declaration and to no other symbol.
pub fn assigned_port(
    model: &Model,
    policy: &Policy,
    symbols: &Symbols,
    owners: &BTreeMap<u16, SymbolId>,
    id: DeclarationId,
) -> Option<u16> {
    let (_, assigned) = assignment(model, policy, id)?;
    (owners.get(&assigned.host) == Some(&symbols.of(id))).then_some(assigned.host)
}

fn verdict(
    model: &Model,
    policy: &Policy,
    symbols: &Symbols,
    owners: &Owners,
    id: DeclarationId,
) -> Verdict {
    let declaration = model.declaration(id);
    let service = model.service(declaration.service);
    let kind = service.identity.kind;
    if declaration.overridden {
        return Verdict::Ok;
    }
    let Some(published) = &declaration.published else {
        return if kind == Kind::Database && !declaration.demanded {
            Verdict::Ephemeral
        } else {
            Verdict::Ok
        };
    };
    let range = published.range;
    let inside = policy.ranges.iter().any(|r| r.range.overlaps(range));
    if !is_data(kind) {
        let allowed = assignment(model, policy, id)
            .is_some_and(|(entry, a)| entry.own && a.host == range.start);
        return if inside && !allowed {
            Verdict::Intruder
        } else {
            Verdict::Ok
        };
    }
    if !policy
        .ranges
        .iter()
        .any(|r| r.range.contains(range.start) && r.range.contains(range.end))
    {
        return Verdict::OutsideRange;
    }
    let assigned = assigned_port(model, policy, symbols, owners, id);
    if assigned == Some(range.start) {
        return Verdict::Ok;
    }
    let at_home = policy.bands.is_empty()
        || policy.bands.iter().any(|b| {
            b.kinds.contains(&kind) && b.range.contains(range.start) && b.range.contains(range.end)
        });
    match (at_home, assigned) {
        (false, _) => Verdict::WrongBand,
        (true, Some(_)) => Verdict::Misassigned,
        (true, None) => Verdict::Ok,
    }
}

/// Every port number that the repository speaks of, on whatever side: a new port must be none of them.
pub fn spoken_ports(model: &Model) -> BTreeSet<u16> {
    let mut ports = BTreeSet::new();
    for declaration in &model.declarations {
        if let Some(published) = &declaration.published {
            if published.range.count() <= 1024 {
                ports.extend(published.range.start..=published.range.end);
            } else {
                ports.extend([published.range.start, published.range.end]);
            }
            ports.extend(
                published
                    .candidates
                    .iter()
                    .filter_map(|c| c.value.trim().parse::<u16>().ok()),
            );
        }
        ports.extend([declaration.target.start, declaration.target.end]);
    }
    for variable in model.variables.values() {
        ports.extend(
            variable
                .values
                .iter()
                .filter_map(|v| v.value.trim().parse::<u16>().ok()),
        );
    }
    for (_, _, sighting) in model.sightings() {
        ports.insert(sighting.port);
        ports.extend(sighting.end.as_ref().map(|e| e.value));
    }
    ports
}
