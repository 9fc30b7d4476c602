//! What a sighting's surroundings say of the service that it means.

use super::vocabulary::{Named, Vocabulary};
use crate::facts::{ClueKind, Sighting};
use crate::model::{Declaration, Kind, Model, ServiceId};
use crate::policy::Policy;
use std::collections::BTreeMap;

/// How near a clue stands: the higher, the nearer.
pub(super) type Strength = u8;

/// The scheme, the client or the name of the value itself.
pub(super) const DIRECT: Strength = 3;
/// The same row, item, line or key path.
pub(super) const BESIDE: Strength = 2;
/// The line above, a heading, the file's name.
pub(super) const AROUND: Strength = 1;

/// Engines and services that the surroundings name, each with the nearest clue's strength.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    engines: BTreeMap<String, Strength>,
    services: BTreeMap<ServiceId, Strength>,
}

/// What the catalogue knows of engines, by their names.
pub(super) struct Engines<'a>(&'a Policy);

impl<'a> Engines<'a> {
    pub(super) fn new(policy: &'a Policy) -> Self {
        Self(policy)
    }

    /// The engine whose protocol an engine speaks.
    pub(super) fn family<'e>(&'e self, engine: &'e str) -> &'e str {
        self.0.catalogue.family(engine)
    }

    /// Whether it is a database, an admin UI or an exporter.
    pub(super) fn is_data(&self, engine: &str) -> bool {
        let engine = self.0.catalogue.engine(engine);
        engine.is_some_and(|e| self.0.kind_of(e) != Kind::Other)
    }

    fn subject(&self, engine: &str) -> Option<&str> {
        self.0.catalogue.engine(engine)?.of.as_deref()
    }
}

impl Evidence {
    pub(super) fn gather(
        vocabulary: &Vocabulary,
        engines: &Engines<'_>,
        sighting: &Sighting,
    ) -> Self {
        let mut evidence = Self::default();
        let catalogue = &engines.0.catalogue;
        let scheme = sighting.scheme.as_deref();
        if let Some(engine) = scheme.and_then(|s| catalogue.by_scheme(s)) {
            evidence.engine(&engine.name, DIRECT);
        }
        for name in sighting.name.iter().chain(&sighting.fallback_of) {
            let last = name.rsplit('.').next().unwrap_or(name);
            evidence.text(vocabulary, last, DIRECT);
            evidence.text(vocabulary, name, BESIDE);
        }
        for clue in &sighting.clues {
            let strength = match clue.kind {
                ClueKind::Command | ClueKind::Name => DIRECT,
                ClueKind::KeyPath | ClueKind::Line => BESIDE,
                ClueKind::Near | ClueKind::Heading | ClueKind::File => AROUND,
            };
            if clue.kind == ClueKind::Command
                && let Some(engine) = catalogue.by_client(&clue.text)
            {
                evidence.engine(&engine.name, DIRECT);
            }
            evidence.text(vocabulary, &clue.text, strength);
        }
        evidence
    }

    fn text(&mut self, vocabulary: &Vocabulary, text: &str, strength: Strength) {
        for named in vocabulary.named(text) {
            match named {
                Named::Engine(engine) => self.engine(&engine, strength),
                Named::Service(id) => {
                    let slot = self.services.entry(id).or_default();
                    *slot = (*slot).max(strength);
                }
            }
        }
    }

    fn engine(&mut self, engine: &str, strength: Strength) {
        let slot = self.engines.entry(engine.to_owned()).or_default();
        *slot = (*slot).max(strength);
    }

    /// The strongest clue that names any service or engine at all.
    pub(super) fn strongest(&self) -> Strength {
        self.engines
            .values()
            .chain(self.services.values())
            .copied()
            .max()
            .unwrap_or(0)
    }

    /// Data engines named at `strength` or nearer, nearest first.
    pub(super) fn data_engines<'a>(
        &'a self,
        engines: &'a Engines<'_>,
        strength: Strength,
    ) -> Vec<&'a str> {
        let mut found: Vec<(Strength, &str)> = self
            .engines
            .iter()
            .filter(|(name, s)| **s >= strength && engines.is_data(name))
            .map(|(name, s)| (*s, name.as_str()))
            .collect();
        found.sort_by(|a, b| b.cmp(a));
        found.into_iter().map(|(_, name)| name).collect()
    }

    /// Services named at `strength` or nearer.
    pub(super) fn services(&self, strength: Strength) -> impl Iterator<Item = ServiceId> {
        self.services
            .iter()
            .filter(move |(_, s)| **s >= strength)
            .map(|(id, _)| *id)
    }

    /// How well a declaration fits; none if nothing names it.
    pub(super) fn fits(
        &self,
        model: &Model,
        engines: &Engines<'_>,
        declaration: &Declaration,
    ) -> Option<Fit> {
        let service = model.service(declaration.service);
        let by_service = self.services.iter().filter_map(|(id, strength)| {
            let kinship = if *id == declaration.service {
                Kinship::Itself
            } else if model
                .service(*id)
                .aliases
                .iter()
                .any(|a| service.aliases.contains(a))
            {
                Kinship::Namesake
            } else {
                return None;
            };
            Some(Fit {
                kinship,
                strength: *strength,
            })
        });
        let by_engine = self.engines.iter().filter_map(|(name, strength)| {
            let engine = service.identity.engine.as_deref()?;
            let kinship = if name == engine {
                Kinship::Engine
            } else if engines.family(name) == engines.family(engine) {
                Kinship::Family
            } else if engines
                .subject(engine)
                .is_some_and(|of| engines.family(of) == engines.family(name))
            {
                Kinship::Subject
            } else {
                return None;
            };
            Some(Fit {
                kinship,
                strength: *strength,
            })
        });
        // The closest kinship, and the nearest clue of any: both speak for it.
        by_service.chain(by_engine).reduce(|a, b| Fit {
            kinship: a.kinship.max(b.kinship),
            strength: a.strength.max(b.strength),
        })
    }
}

/// How a declaration is related to what the surroundings name, from far to close.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kinship {
    /// Its engine serves the one named: an exporter, an admin UI.
    Subject,
    /// Its engine speaks the protocol of the one named.
    Family,
    /// Its engine.
    Engine,
    /// A service of its name in another file.
    Namesake,
    /// Its own service.
    Itself,
}

/// How well a declaration fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fit {
    pub(super) kinship: Kinship,
    /// Of the nearest clue.
    pub(super) strength: Strength,
}
