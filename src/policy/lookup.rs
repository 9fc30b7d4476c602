//! Questions that the judgement asks a policy.

use super::catalogue::Engine;
use super::{Assigned, Band, Policy, Reserved, ServicePolicy};
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

    /// All host ports that are assigned to a service's container port; each is right where it stands.
    fn assignments(&self, identity: &Identity, container: u16) -> impl Iterator<Item = &Assigned> {
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
}
