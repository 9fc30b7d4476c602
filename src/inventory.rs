//! The inventory: one row for each published port, at the place that declares it.

use crate::model::{
    CandidateSource, Declaration, DeclarationId, Model, Origin, Published, Reference,
};
use crate::plan::Plan;
use crate::policy::Policy;
use crate::render::{MapBand, MapRange, PortMap, PortRow};
use crate::source::Sources;
use std::collections::BTreeMap;

/// All that the rows are made of.
#[derive(Clone, Copy)]
pub struct Inventory<'a> {
    /// The files.
    pub sources: &'a Sources,
    /// The resolved repository.
    pub model: &'a Model,
    /// The judged references, to be counted.
    pub references: &'a [Reference],
    /// Verdicts and moves.
    pub plan: &'a Plan,
    /// Ranges and bands.
    pub policy: &'a Policy,
}

impl Inventory<'_> {
    /// The reserved ranges and the rows of files that `wanted` names, by host port, then by place.
    pub fn port_map(&self, wanted: impl Fn(&str) -> bool) -> PortMap {
        let counts = self.reference_counts();
        let mut rows: Vec<PortRow> = self
            .model
            .declarations()
            .filter(|(_, d)| !self.model.service(d.service).is_base)
            .map(|(id, d)| self.row(id, d, counts.get(&id).copied().unwrap_or(0)))
            .filter(|row| wanted(&row.path))
            .collect();
        rows.sort_by(|a, b| order(a).cmp(&order(b)));
        PortMap {
            ranges: self.ranges(),
            rows,
        }
    }

    fn row(&self, id: DeclarationId, declaration: &Declaration, references: usize) -> PortRow {
        let service = self.model.service(declaration.service);
        let file = self.sources.get(declaration.file);
        let published = declaration.published.as_ref();
        let first = published.map(|p| p.range.start);
        let at = published.map_or(declaration.entry, |p| p.span);
        let value = published.map(|p| p.origin.place());
        PortRow {
            host: published.map(|p| (p.range.start, p.range.end)),
            container: declaration.target.to_string(),
            protocol: declaration.protocol.clone(),
            host_ip: declaration.host_ip.clone(),
            project: self.model.project(service.project).name.clone(),
            service: service.name.value.clone(),
            image: service
                .image
                .as_ref()
                .map_or_else(String::new, |i| i.value.clone()),
            kind: service.identity.kind.name().to_owned(),
            engine: service.identity.engine.clone().unwrap_or_default(),
            variable: published
                .and_then(|p| p.variable.clone())
                .unwrap_or_default(),
            path: file.path.to_string(),
            line: file.line(at.start),
            source: published.map_or("none", source_name).to_owned(),
            source_path: value
                .map_or_else(String::new, |p| self.sources.get(p.file).path.to_string()),
            source_line: value.map_or(0, |p| self.sources.get(p.file).line(p.span.start)),
            band: first
                .and_then(|port| self.policy.band(port))
                .map_or_else(String::new, |band| band.name.clone()),
            verdict: self.plan.verdict(id).name().to_owned(),
            wanted: self
                .plan
                .move_of(id)
                .map(|m| m.to)
                .filter(|to| Some(*to) != first),
            references,
        }
    }

    /// How many sightings mean each declaration.
    fn reference_counts(&self) -> BTreeMap<DeclarationId, usize> {
        let mut counts = BTreeMap::new();
        for reference in self.references {
            if let Some(id) = reference.declaration() {
                *counts.entry(id).or_insert(0) += 1;
            }
        }
        counts
    }

    fn ranges(&self) -> Vec<MapRange> {
        let mut ranges: Vec<MapRange> = self
            .policy
            .ranges
            .iter()
            .map(|reserved| MapRange {
                name: reserved.name.clone(),
                first: reserved.range.start,
                last: reserved.range.end,
                bands: self
                    .policy
                    .bands
                    .iter()
                    .filter(|band| band.range.overlaps(reserved.range))
                    .map(|band| MapBand {
                        name: band.name.clone(),
                        first: band.range.start,
                        last: band.range.end,
                        kinds: band.kinds.iter().map(|k| k.name().to_owned()).collect(),
                    })
                    .collect(),
                assigned: self.assigned(|port| reserved.range.contains(port)),
            })
            .collect();
        ranges.sort_by_key(|r| r.first);
        ranges
    }

    fn assigned(&self, inside: impl Fn(u16) -> bool) -> Vec<(u16, String)> {
        let mut ports: Vec<(u16, String)> = self
            .policy
            .services
            .iter()
            .flat_map(|s| s.ports.iter().map(|a| (a.host, s.name.clone())))
            .filter(|(port, _)| inside(*port))
            .collect();
        ports.sort();
        ports.dedup();
        ports
    }
}

/// By host port, ports that Docker picks last; then by place.
fn order(row: &PortRow) -> impl Ord + '_ {
    (
        row.host.is_none(),
        row.host,
        &row.path,
        row.line,
        &row.service,
        &row.container,
        &row.protocol,
    )
}

/// Where the value in force comes from, as JSON and tables name it.
fn source_name(published: &Published) -> &'static str {
    match published.origin {
        Origin::Literal(_) => "literal",
        Origin::Default(_) => "default",
        Origin::EnvFile(place) => {
            let source = published
                .candidates
                .iter()
                .find(|c| c.place == place)
                .map(|c| c.source);
            match source {
                Some(CandidateSource::ComposeEnv) | None => "compose-env",
                Some(CandidateSource::PolicyEnv) => "policy-env",
                Some(CandidateSource::RootEnv) => "root-env",
                Some(CandidateSource::Template) => "template",
                Some(CandidateSource::Default) => "default",
            }
        }
    }
}
