//! Questions that the judgement asks a policy.

use super::catalogue::Engine;
use super::{Assigned, Band, Policy, Remapping, Reserved, ServicePolicy, pattern};
use crate::model::{Identity, Kind};

impl Policy {
    /// The reserved range that holds `port`.
    pub fn reserved(&self, port: u16) -> Option<&Reserved> {
        self.ranges.iter().find(|r| r.range.contains(port))
    }

    /// The band that holds `port`.
    pub fn band(&self, port: u16) -> Option<&Band> {
        self.bands.iter().find(|b| b.range.contains(port))
    }

    /// The first band in which `kind` may publish.
    pub fn band_for(&self, kind: Kind) -> Option<&Band> {
        self.bands.iter().find(|b| b.kinds.contains(&kind))
    }

    /// All bands in which `kind` may publish, ascending.
    pub fn bands_for(&self, kind: Kind) -> impl Iterator<Item = &Band> {
        self.bands.iter().filter(move |b| b.kinds.contains(&kind))
    }

    /// A service entry by its name.
    pub fn service(&self, name: &str) -> Option<&ServicePolicy> {
        self.services.iter().find(|s| s.name == name)
    }

    /// What an engine counts as: its kind, or `other` for brokers and what serves them unless the policy counts those as data.
    pub fn kind_of(&self, engine: &Engine) -> Kind {
        if engine.broker && !self.brokers_are_data {
            Kind::Other
        } else {
            engine.kind
        }
    }

    /// The service entry that speaks for an identity.
    pub fn entry(&self, identity: &Identity) -> Option<&ServicePolicy> {
        self.service(identity.policy_service.as_deref()?)
    }

    /// The host port that is assigned to a service's container port: the first row of its entry that fits.
    pub fn assigned(&self, identity: &Identity, container: u16) -> Option<&Assigned> {
        self.assignments(identity, container).next()
    }

    /// All host ports that are assigned to a service's container port; each is right where it stands.
    pub fn assignments(
        &self,
        identity: &Identity,
        container: u16,
    ) -> impl Iterator<Item = &Assigned> {
        self.entry(identity)
            .into_iter()
            .flat_map(|entry| &entry.ports)
            .filter(move |row| row.container == container)
    }

    /// The assigned host port for a declaration that publishes `host` through `variable` now: of several rows the one that
    /// is met already, else the successor of `host`, else the one of that variable, else the first.
    pub fn assignment(
        &self,
        identity: &Identity,
        container: u16,
        host: Option<u16>,
        variable: Option<&str>,
    ) -> Option<&Assigned> {
        let rows: Vec<_> = self.assignments(identity, container).collect();
        let entry = identity.policy_service.as_deref();
        let succeeds = |row: &Assigned| {
            self.remappings
                .iter()
                .any(|r| Some(r.old) == host && r.new == row.host && r.entry.as_deref() == entry)
        };
        let find =
            |wanted: &dyn Fn(&Assigned) -> bool| rows.iter().copied().find(|row| wanted(row));
        find(&|row| Some(row.host) == host)
            .or_else(|| find(&succeeds))
            .or_else(|| find(&|row| variable.is_some() && row.variable.as_deref() == variable))
            .or_else(|| rows.first().copied())
    }

    /// Whose host port it is, if the policy assigns it.
    pub fn assigned_to(&self, host: u16) -> Option<(&ServicePolicy, &Assigned)> {
        self.services.iter().find_map(|entry| {
            let row = entry.ports.iter().find(|row| row.host == host)?;
            Some((entry, row))
        })
    }

    /// The remappings of an old host port.
    pub fn remappings_of(&self, old: u16) -> impl Iterator<Item = &Remapping> {
        self.remappings.iter().filter(move |r| r.old == old)
    }

    /// The remapping of an old host port for which there is evidence: the engine speaks the same protocol, or `text` (a
    /// name, a row, a heading) names the engine or one of the remapping's words.
    pub fn remapping(&self, old: u16, engine: Option<&str>, text: &str) -> Option<&Remapping> {
        let lower = text.to_lowercase();
        let mut hits = None;
        self.remappings_of(old).find(|r| {
            let by_engine = engine.is_some_and(|e| self.catalogue.related(e, &r.engine));
            let by_word = r.words.iter().any(|w| has_word(&lower, w));
            by_engine || by_word || {
                let hits = hits.get_or_insert_with(|| self.catalogue.words(text));
                hits.iter()
                    .any(|h| !h.weak && self.catalogue.related(&h.engine.name, &r.engine))
            }
        })
    }

    /// Whether `port` is an old host port of the remapping table.
    pub fn is_old_port(&self, port: u16) -> bool {
        self.remappings_of(port).next().is_some()
    }

    /// Whether a host means this machine by the policy's own list (names are compared without case; patterns allowed).
    pub fn names_loopback(&self, host: &str) -> bool {
        self.loopback_names
            .iter()
            .any(|name| pattern::fits(name, host))
    }
}

/// Whether `text` has `word` between characters that are neither letters nor digits. Both are lower case.
fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|t| t.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|t| t.chars().next());
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}
