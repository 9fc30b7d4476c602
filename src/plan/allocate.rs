//! Chooses the new port of every symbol that must move: the same choice on every machine and in every run.

use super::contests::Contest;
use super::{Move, Owners, Verdict, assigned_port, is_data, spoken_ports};
use crate::model::{DeclarationId, Kind, Model};
use crate::policy::{Policy, Remapping};
use crate::symbols::{SymbolId, Symbols};
use std::collections::{BTreeMap, BTreeSet};

/// The moves of all symbols that break the policy, and of the data services that lose a contest.
pub(super) fn moves(
    model: &Model,
    policy: &Policy,
    symbols: &Symbols,
    owners: &Owners,
    verdicts: &[Verdict],
    contests: &[Contest],
) -> BTreeMap<SymbolId, Move> {
    let movers = movers(model, symbols, verdicts, contests);
    let mut chooser = Chooser::new(model, policy, symbols, &movers);
    let mut moves = BTreeMap::new();
    let mut rest = Vec::new();
    for (id, first) in &movers {
        let mover = Mover::new(model, *id, *first);
        if !is_data(mover.kind) {
            rest.push(mover);
        } else if let Some(to) = assigned_port(model, policy, symbols, owners, *first)
            && chooser.take(to, mover.len)
        {
            let name = model
                .service(model.declaration(*first).service)
                .identity
                .policy_service
                .as_deref();
            let why = format!("assigned to {}", name.unwrap_or("it"));
            moves.insert(
                *id,
                Move {
                    to,
                    why,
                    ours: mover.ours,
                },
            );
        } else {
            rest.push(mover);
        }
    }
    rest.sort_by(|a, b| a.order.cmp(&b.order));
    for mover in &rest {
        if let Some(remapping) = remapping(model, policy, mover)
            && chooser.take(remapping.new, mover.len)
        {
            let why = format!(
                "the successor of {} for {}",
                remapping.old, remapping.service
            );
            moves.insert(
                mover.symbol,
                Move {
                    to: remapping.new,
                    why,
                    ours: mover.ours,
                },
            );
        }
    }
    for mover in rest.iter().filter(|m| !m.ephemeral || is_data(m.kind)) {
        if !moves.contains_key(&mover.symbol)
            && let Some(choice) = chooser.next(mover)
        {
            moves.insert(mover.symbol, choice);
        }
    }
    moves
}

/// The symbols to move, each with the declaration that breaks the policy.
fn movers(
    model: &Model,
    symbols: &Symbols,
    verdicts: &[Verdict],
    contests: &[Contest],
) -> BTreeMap<SymbolId, DeclarationId> {
    let mut movers = BTreeMap::new();
    for (id, declaration) in model.declarations() {
        let service = model.service(declaration.service);
        let bad = verdicts.get(id.0).is_some_and(|v| *v != Verdict::Ok);
        if bad && !model.project(service.project).workflow {
            movers.entry(symbols.of(id)).or_insert(id);
        }
    }
    for contest in contests {
        let stays = |id: &&DeclarationId| !movers.contains_key(&symbols.of(**id));
        let kind = |id: &DeclarationId| model.service(model.declaration(*id).service).identity.kind;
        let staying: Vec<DeclarationId> = contest
            .wanters
            .iter()
            .filter(stays)
            .filter(|id| is_data(kind(id)))
            .copied()
            .collect();
        for loser in staying.into_iter().skip(1) {
            movers.insert(symbols.of(loser), loser);
        }
    }
    movers
}

/// What the choice of a port depends on.
struct Mover {
    symbol: SymbolId,
    declaration: DeclarationId,
    kind: Kind,
    family: String,
    engine: Option<String>,
    published: Option<u16>,
    len: usize,
    ours: bool,
    ephemeral: bool,
    /// Engine by engine, then in the order of the model, so that the services of one engine come to stand side by side.
    order: (bool, String, usize),
}

impl Mover {
    fn new(model: &Model, symbol: SymbolId, declaration: DeclarationId) -> Self {
        let d = model.declaration(declaration);
        let identity = &model.service(d.service).identity;
        let published = d.published.as_ref().map(|p| p.range);
        let family = identity.engine.clone().unwrap_or_default();
        Self {
            symbol,
            declaration,
            kind: identity.kind,
            engine: identity.engine.clone(),
            published: published.map(|r| r.start),
            len: published.map_or(d.target.count(), |r| r.count()),
            ours: is_data(identity.kind) && !d.host_network && published.is_some(),
            ephemeral: published.is_none(),
            order: (published.is_none(), family.clone(), declaration.0),
            family,
        }
    }
}

/// The table's row for a port of this engine or its family.
fn remapping<'p>(model: &Model, policy: &'p Policy, mover: &Mover) -> Option<&'p Remapping> {
    let engine = mover.engine.as_deref()?;
    let published = mover.published?;
    let speaks = |name: &str| {
        policy
            .catalogue
            .engine(name)
            .and_then(|e| e.family.as_deref())
            .unwrap_or(name)
            .to_owned()
    };
    let kind = model
        .service(model.declaration(mover.declaration).service)
        .identity
        .kind;
    policy
        .remappings
        .iter()
        .filter(|r| {
            r.old == published && policy.band(r.new).is_none_or(|b| b.kinds.contains(&kind))
        })
        .find(|r| r.engine == engine || speaks(&r.engine) == speaks(engine))
}

/// Hands out ports.
struct Chooser<'a> {
    policy: &'a Policy,
    /// Ports that the repo speaks of, or that the policy keeps for a service.
    spoken: BTreeSet<u16>,
    reserved: BTreeSet<u16>,
    /// Ports published by declarations that stay, and those given away already.
    taken: BTreeSet<u16>,
    /// The last port given to, or held by, an engine in a band.
    last: BTreeMap<(Kind, String), u16>,
}

impl<'a> Chooser<'a> {
    fn new(
        model: &Model,
        policy: &'a Policy,
        symbols: &Symbols,
        movers: &BTreeMap<SymbolId, DeclarationId>,
    ) -> Self {
        let mut taken = BTreeSet::new();
        let mut last: BTreeMap<(Kind, String), u16> = BTreeMap::new();
        for (id, declaration) in model.declarations() {
            if movers.contains_key(&symbols.of(id)) {
                continue;
            }
            let Some(published) = &declaration.published else {
                continue;
            };
            let identity = &model.service(declaration.service).identity;
            for reserved in &policy.ranges {
                let (a, b) = (
                    published.range.start.max(reserved.range.start),
                    published.range.end.min(reserved.range.end),
                );
                taken.extend(a..=b);
            }
            if let (true, Some(engine)) = (is_data(identity.kind), &identity.engine)
                && policy.reserved(published.range.end).is_some()
            {
                let slot = last.entry((identity.kind, engine.clone())).or_default();
                *slot = (*slot).max(published.range.end);
            }
        }
        let assigned = policy
            .services
            .iter()
            .flat_map(|s| s.ports.iter().map(|p| p.host));
        let reserved = assigned
            .chain(policy.remappings.iter().map(|r| r.new))
            .collect();
        Self {
            policy,
            spoken: spoken_ports(model),
            reserved,
            taken,
            last,
        }
    }

    /// Takes a port that the policy gives, if no other declaration has it.
    fn take(&mut self, port: u16, len: usize) -> bool {
        let Some(range) = run(port, len) else {
            return false;
        };
        if range.clone().any(|p| self.taken.contains(&p)) {
            return false;
        }
        self.taken.extend(range);
        true
    }

    /// The next free run of the band, behind the engine's last one if it has any.
    fn next(&mut self, mover: &Mover) -> Option<Move> {
        if !is_data(mover.kind) {
            return self.outside(mover);
        }
        let band = self.policy.band_for(mover.kind);
        let bounds = band.map_or_else(
            || self.policy.ranges.first().map(|r| r.range),
            |b| Some(b.range),
        )?;
        let key = (mover.kind, mover.family.clone());
        let from = self
            .last
            .get(&key)
            .and_then(|l| l.checked_add(1))
            .filter(|p| bounds.contains(*p));
        let starts = from
            .into_iter()
            .flat_map(|f| f..=bounds.end)
            .chain(bounds.start..=bounds.end);
        let to = starts.into_iter().find(|p| {
            run(*p, mover.len)
                .is_some_and(|mut r| *r.end() <= bounds.end && r.all(|p| self.is_free(p)))
        })?;
        let range = run(to, mover.len)?;
        self.last.insert(key, *range.end());
        self.taken.extend(range);
        let why = match band {
            Some(band) => format!("the next free port of the band `{}`", band.name),
            None => "the next free port of the range".to_owned(),
        };
        Some(Move {
            to,
            why,
            ours: mover.ours,
        })
    }

    /// A port for a service that does not belong into the range: the same number a step of a thousand up.
    fn outside(&mut self, mover: &Mover) -> Option<Move> {
        const STEP: u16 = 1000;
        let port = mover.published?;
        let to = (1..=u16::MAX / STEP)
            .filter_map(|n| port.checked_add(n * STEP))
            .find(|p| {
                run(*p, mover.len).is_some_and(|mut r| {
                    r.all(|p| self.policy.reserved(p).is_none() && self.is_free(p))
                })
            })?;
        self.taken.extend(run(to, mover.len)?);
        Some(Move {
            to,
            why: "a free port outside the range".to_owned(),
            ours: false,
        })
    }

    fn is_free(&self, port: u16) -> bool {
        !self.taken.contains(&port)
            && !self.spoken.contains(&port)
            && !self.reserved.contains(&port)
    }
}

fn run(start: u16, len: usize) -> Option<std::ops::RangeInclusive<u16>> {
    let last = u16::try_from(len.checked_sub(1)?).ok()?;
    Some(start..=start.checked_add(last)?)
}
