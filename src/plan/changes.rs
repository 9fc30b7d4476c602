//! A move as one change set: the declaration, its variable's values, the defaults, and all references (port model, section 9).

use super::Plan;
use super::variables::{self, Naming};
use crate::facts::Side;
use crate::finding::{Blocked, Confidence, Edit, Fix, Safety};
use crate::model::{
    CandidateSource, DeclarationId, Feeds, Model, Origin, Outcome, PortRange, Published, Reference,
};
use crate::policy::{HostPortStyle, Policy};
use crate::source::{Place, Sources};
use crate::symbols::SymbolId;
use std::collections::BTreeMap;

/// Everything a change set is made from.
pub(super) struct Ground<'a> {
    pub(super) model: &'a Model,
    pub(super) sources: &'a Sources,
    pub(super) policy: &'a Policy,
    pub(super) references: &'a [Reference],
    pub(super) plan: &'a Plan,
}

/// All change sets that the plan offers.
pub(super) struct Fixes {
    pub(super) moves: BTreeMap<SymbolId, Fix>,
    pub(super) style: BTreeMap<DeclarationId, Fix>,
    pub(super) drift: BTreeMap<DeclarationId, Fix>,
}

/// The change sets of all moves that portlint may carry out, and of what can be mended without a move.
pub(super) fn fixes(
    model: &Model,
    sources: &Sources,
    policy: &Policy,
    references: &[Reference],
    plan: &Plan,
) -> Fixes {
    let ground = Ground {
        model,
        sources,
        policy,
        references,
        plan,
    };
    let mut moves: BTreeMap<SymbolId, Fix> = BTreeMap::new();
    let mut naming = Naming::default();
    for (symbol, planned) in plan.moves.iter().filter(|(_, m)| m.ours) {
        moves.insert(
            *symbol,
            change_set(&ground, *symbol, planned.to, &mut naming),
        );
    }
    block_conflicts(&ground, &mut moves);
    let (mut style, mut drift) = (BTreeMap::new(), BTreeMap::new());
    for (id, declaration) in model.declarations() {
        let Some(published) = declaration
            .published
            .as_ref()
            .filter(|_| plan.move_of(id).is_none())
        else {
            continue;
        };
        match published.variable {
            None => {
                style.extend(variable_for(&ground, id, published, &mut naming).map(|fix| (id, fix)))
            }
            Some(_) => drift.extend(one_value(&ground, id, published).map(|fix| (id, fix))),
        }
    }
    Fixes {
        moves,
        style,
        drift,
    }
}

/// The change set of one symbol alone.
pub(super) fn of_symbol(
    model: &Model,
    sources: &Sources,
    policy: &Policy,
    references: &[Reference],
    plan: &Plan,
    symbol: SymbolId,
    to: u16,
) -> Fix {
    let ground = Ground {
        model,
        sources,
        policy,
        references,
        plan,
    };
    change_set(&ground, symbol, to, &mut Naming::default())
}

/// Digits become a variable with the same port as its default.
fn variable_for(
    ground: &Ground<'_>,
    id: DeclarationId,
    published: &Published,
    naming: &mut Naming,
) -> Option<Fix> {
    let service = ground.model.service(ground.model.declaration(id).service);
    let wanted = ground.policy.host_port_style == HostPortStyle::Variable
        && super::is_data(service.identity.kind);
    let Origin::Literal(place) = published.origin else {
        return None;
    };
    if !wanted || ground.sources.slice(place) != published.range.to_string() {
        return None;
    }
    let mut edits = variables::introduce(ground, id, place, published.range, naming)?;
    edits.sort();
    Some(Fix {
        title: format!(
            "read the host port of `{}` from a variable",
            service.name.value
        ),
        set: format!("variable for {}", ground.sources.show(place)),
        safety: if service.identity.certain {
            Safety::Safe
        } else {
            Safety::Unsafe
        },
        edits,
        blocked: None,
    })
}

/// Every place of a variable gets the value in force. A machine's own `.env` may differ on purpose, so that is unsafe.
fn one_value(ground: &Ground<'_>, id: DeclarationId, published: &Published) -> Option<Fix> {
    let variable = published.variable.as_ref()?;
    let local = matches!(published.origin, Origin::EnvFile(place)
        if published.candidates.iter().any(|c| c.place == place && c.source != CandidateSource::Template));
    let edits: Vec<Edit> = published
        .candidates
        .iter()
        .filter_map(|c| {
            let text = ground.sources.slice(c.place);
            let replacement = retyped(text, published.range).filter(|new| new != text)?;
            Some(Edit {
                place: c.place,
                replacement,
            })
        })
        .collect();
    let service = ground.model.service(ground.model.declaration(id).service);
    let mut sorted = edits;
    sorted.sort();
    sorted.dedup();
    (!sorted.is_empty()).then(|| Fix {
        title: format!("set `{variable}` to {} everywhere", published.range),
        set: format!(
            "`{variable}` to {} for {}",
            published.range, service.name.value
        ),
        safety: if local { Safety::Unsafe } else { Safety::Safe },
        edits: sorted,
        blocked: None,
    })
}

/// The change set that brings one symbol to a new first port, whoever asks for it.
pub(super) fn change_set(
    ground: &Ground<'_>,
    symbol: SymbolId,
    to: u16,
    naming: &mut Naming,
) -> Fix {
    let members = ground.plan.symbols.members(symbol);
    let mut set = Set {
        ground,
        symbol,
        to,
        edits: Vec::new(),
        blocked: None,
        certain: true,
    };
    for id in members {
        set.declaration(*id, naming);
    }
    for reference in ground.references {
        set.reference(reference);
    }
    let first = members.first().map(|id| ground.model.declaration(*id));
    let (name, certain, from) = first.map_or((String::new(), false, String::new()), |d| {
        let service = ground.model.service(d.service);
        let from = d
            .published
            .as_ref()
            .map_or(String::new(), |p| p.range.to_string());
        (service.name.value.clone(), service.identity.certain, from)
    });
    set.edits.sort();
    set.edits.dedup();
    if let Some(clash) = set.edits.windows(2).find_map(|w| match w {
        [a, b] if a.place.file == b.place.file && (a.place.span.overlaps(b.place.span)) => {
            Some(b.place)
        }
        _ => None,
    }) {
        set.block(
            clash,
            "two edits of the move want these bytes; edit them by hand".to_owned(),
        );
    }
    Fix {
        title: format!("publish `{name}` on {to}"),
        set: format!(
            "move {from} to {to} in {}",
            first.map_or(String::new(), |d| place_name(ground, d.file))
        ),
        safety: if certain && set.certain {
            Safety::Safe
        } else {
            Safety::Unsafe
        },
        edits: set.edits,
        blocked: set.blocked,
    }
}

fn place_name(ground: &Ground<'_>, file: crate::source::FileId) -> String {
    ground.sources.get(file).path.to_string()
}

/// Two sets that want the same bytes cannot both be right: neither applies.
fn block_conflicts(ground: &Ground<'_>, fixes: &mut BTreeMap<SymbolId, Fix>) {
    let mut edits: Vec<(Place, &str, SymbolId)> = fixes
        .iter()
        .flat_map(|(id, fix)| {
            fix.edits
                .iter()
                .map(|e| (e.place, e.replacement.as_str(), *id))
        })
        .filter(|(place, ..)| !place.span.is_empty())
        .collect();
    edits.sort_unstable();
    let mut clashes: Vec<(SymbolId, SymbolId, Place)> = Vec::new();
    for pair in edits.windows(2) {
        if let [(a, _, x), (b, _, y)] = pair
            && x != y
            && a.file == b.file
            && a.span.overlaps(b.span)
        {
            clashes.push((*x, *y, *b));
        }
    }
    for (x, y, place) in clashes {
        for (id, other) in [(x, y), (y, x)] {
            let name = ground
                .plan
                .symbols
                .members(other)
                .first()
                .map_or(String::new(), |d| {
                    ground
                        .model
                        .service(ground.model.declaration(*d).service)
                        .name
                        .value
                        .clone()
                });
            if let Some(fix) = fixes.get_mut(&id)
                && fix.blocked.is_none()
            {
                let reason = format!(
                    "this literal also feeds `{name}`, which gets another port; give each its own variable"
                );
                fix.blocked = Some(Blocked { place, reason });
            }
        }
    }
}

/// A change set in the making.
struct Set<'a> {
    ground: &'a Ground<'a>,
    symbol: SymbolId,
    to: u16,
    edits: Vec<Edit>,
    blocked: Option<Blocked>,
    certain: bool,
}

impl Set<'_> {
    fn block(&mut self, place: Place, reason: String) {
        self.blocked.get_or_insert(Blocked { place, reason });
    }

    fn edit(&mut self, place: Place, replacement: String) {
        if self.ground.sources.slice(place) != replacement {
            self.edits.push(Edit { place, replacement });
        }
    }

    fn declaration(&mut self, id: DeclarationId, naming: &mut Naming) {
        let declaration = self.ground.model.declaration(id);
        let Some(published) = &declaration.published else {
            return;
        };
        let range = shifted(published.range, self.to);
        match (&published.variable, published.origin) {
            (Some(variable), _) => self.variable(id, published, variable, range, naming),
            (None, Origin::Literal(place))
                if self.ground.policy.host_port_style == HostPortStyle::Variable =>
            {
                match variables::introduce(self.ground, id, place, range, naming) {
                    Some(edits) => self.edits.extend(edits),
                    None => self.literal(place, range),
                }
            }
            (None, origin) => self.literal(origin.place(), range),
        }
    }

    fn literal(&mut self, place: Place, range: PortRange) {
        match retyped(self.ground.sources.slice(place), range) {
            Some(text) => self.edit(place, text),
            None => self.block(
                place,
                "the port is not written as plain digits here; edit it by hand".to_owned(),
            ),
        }
    }

    /// All values that the variable can have here move, so that none is left behind in a template or a default. A value that
    /// containers need as well stays, and the host port gets a variable of its own.
    fn variable(
        &mut self,
        id: DeclarationId,
        published: &Published,
        variable: &str,
        range: PortRange,
        naming: &mut Naming,
    ) {
        let set_in_a_file = published
            .candidates
            .iter()
            .any(|c| c.source != CandidateSource::Default);
        if set_in_a_file {
            if let Some((place, reason)) = self.inside(id, variable) {
                match variables::split(self.ground, id, variable, range, naming) {
                    Some(edits) => {
                        self.certain = false;
                        self.edits.extend(edits);
                    }
                    None => self.block(place, reason),
                }
                return;
            }
            if let Some((place, reason)) = self.elsewhere(id, variable) {
                self.block(place, reason);
            }
        }
        self.literal(published.origin.place(), range);
        for candidate in &published.candidates {
            match retyped(self.ground.sources.slice(candidate.place), range) {
                Some(text) => self.edit(candidate.place, text),
                None if candidate.value.trim().is_empty() => {}
                None => self.block(
                    candidate.place,
                    format!("this value of `{variable}` is not a plain number; edit it by hand"),
                ),
            }
        }
    }

    /// Where containers need the value of a variable as it is, and why it cannot move.
    fn inside(&self, id: DeclarationId, variable: &str) -> Option<(Place, String)> {
        let model = self.ground.model;
        let stands = |what: String| format!("`{variable}` {what}; split the variable in two first");
        let reached = |host: &str| {
            stands(format!(
                "is also the port at which containers reach `{host}`"
            ))
        };
        let in_compose = model.variables.get(variable).and_then(|known| {
            known.uses.iter().find_map(|usage| {
                let reason = match &usage.feeds {
                    Feeds::ContainerPort(other)
                        if *other == id || shares_a_value(model, id, *other) =>
                    {
                        stands("is also a container port, which must not move".to_owned())
                    }
                    Feeds::Environment {
                        host: Some(host), ..
                    } if variables::is_service(model, host) => reached(host),
                    _ => return None,
                };
                Some((usage.place, reason))
            })
        });
        in_compose.or_else(|| {
            let (place, host) = self.paired(variable)?;
            Some((place, reached(&host)))
        })
    }

    /// Where another port takes the variable's value as well.
    fn elsewhere(&self, id: DeclarationId, variable: &str) -> Option<(Place, String)> {
        let model = self.ground.model;
        let known = model.variables.get(variable)?;
        known.uses.iter().find_map(|usage| match usage.feeds {
            Feeds::HostPort(other)
                if self.ground.plan.symbols.of(other) != self.symbol
                    && shares_a_value(model, id, other) =>
            {
                let name = &model.service(model.declaration(other).service).name.value;
                let reason = format!(
                    "`{variable}` also publishes `{name}`; split the variable in two first"
                );
                Some((usage.place, reason))
            }
            _ => None,
        })
    }

    /// Where an env file gives the variable beside a container's name (`DB_HOST=db`), with that name: whoever reads the file in a
    /// container needs the port as it is.
    fn paired(&self, variable: &str) -> Option<(Place, String)> {
        let model = self.ground.model;
        self.ground.references.iter().find_map(|reference| {
            let sighting = model.sighting(reference);
            let in_env = model
                .files
                .get(reference.file.0 as usize)
                .is_some_and(|f| f.env.is_some());
            if !in_env || sighting.name.as_deref() != Some(variable) {
                return None;
            }
            let host = sighting.paired(&self.ground.sources.get(reference.file).text)?;
            variables::is_service(model, &host.text).then(|| {
                let place = Place {
                    file: reference.file,
                    span: sighting.span,
                };
                (place, host.text.clone())
            })
        })
    }

    fn reference(&mut self, reference: &Reference) {
        let (Outcome::Follows(id) | Outcome::FallbackDrift(id)) = reference.outcome else {
            return;
        };
        if self.ground.plan.symbols.of(id) != self.symbol || reference.side != Side::Host {
            return;
        }
        if reference.confidence < Confidence::Likely || reference.ambiguous {
            return;
        }
        let Some(published) = &self.ground.model.declaration(id).published else {
            return;
        };
        let sighting = self.ground.model.sighting(reference);
        let offset = sighting.port.saturating_sub(published.range.start);
        let new = PortRange {
            start: self.to.saturating_add(offset),
            end: self.to.saturating_add(
                sighting
                    .end
                    .as_ref()
                    .map_or(offset, |e| e.value.saturating_sub(published.range.start)),
            ),
        };
        let place = Place {
            file: reference.file,
            span: sighting.span,
        };
        if self
            .edits
            .iter()
            .any(|e| e.place.file == place.file && e.place.span.overlaps(place.span))
        {
            return;
        }
        match retyped(
            self.ground.sources.slice(place),
            PortRange::single(new.start),
        ) {
            Some(text) => self.edit(place, text),
            None => self.block(
                place,
                "the port is not written as plain digits here; edit it by hand".to_owned(),
            ),
        }
        if let Some(end) = &sighting.end {
            self.edit(
                Place {
                    file: reference.file,
                    span: end.span,
                },
                new.end.to_string(),
            );
        }
    }
}

/// Whether two declarations take a value from the same place.
fn shares_a_value(model: &Model, a: DeclarationId, b: DeclarationId) -> bool {
    let places = |id: DeclarationId| {
        model
            .declaration(id)
            .published
            .iter()
            .flat_map(|p| p.candidates.iter().map(|c| c.place))
            .collect::<Vec<_>>()
    };
    let (a, b) = (places(a), places(b));
    b.iter().any(|place| a.contains(place))
}

/// A range of the same length that starts at `to`.
fn shifted(range: PortRange, to: u16) -> PortRange {
    PortRange {
        start: to,
        end: to.saturating_add(range.end.saturating_sub(range.start)),
    }
}

/// The digits (or `start-end`) of a text replaced, blanks kept; none if it is anything else.
fn retyped(text: &str, range: PortRange) -> Option<String> {
    let core = text.trim();
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let new = match core.split_once('-') {
        Some((a, b)) if digits(a) && digits(b) => format!("{}-{}", range.start, range.end),
        None if digits(core) => range.to_string(),
        _ => return None,
    };
    Some(text.replacen(core, &new, 1))
}
