//! Host ports that several symbols want at once (port model, section 6).

use super::is_data;
use crate::model::{DeclarationId, Model, PortRange, Project};
use crate::policy::Policy;
use crate::source::Sources;
use crate::symbols::{SymbolId, Symbols};
use globset::GlobSet;
use std::collections::BTreeSet;

/// A contested port or run of ports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contest {
    /// The ports that all of them want.
    pub ports: PortRange,
    /// Who wants them, one declaration per symbol, in the order of the model.
    pub wanters: Vec<DeclarationId>,
    /// Whether two of them belong to one project and so collide at every start.
    pub certain: bool,
    /// Whether one of them is a data service.
    pub data: bool,
}

/// All contests, by first port.
pub fn contests(
    model: &Model,
    sources: &Sources,
    policy: &Policy,
    symbols: &Symbols,
) -> Vec<Contest> {
    let apart = Apart::new(policy, sources);
    let protocols: BTreeSet<&str> = model
        .declarations
        .iter()
        .map(|d| d.protocol.as_str())
        .collect();
    let mut found: Vec<Contest> = Vec::new();
    for protocol in protocols {
        for (ports, wanting) in sweep(model, protocol) {
            for wanters in by_address(model, &wanting) {
                if let Some(contest) = contest(model, symbols, &apart, ports, &wanters) {
                    join(&mut found, contest);
                }
            }
        }
    }
    found.sort_by(|a, b| (a.ports, &a.wanters).cmp(&(b.ports, &b.wanters)));
    found
}

/// Neighbouring runs with the same wanters are one contest.
fn join(found: &mut Vec<Contest>, contest: Contest) {
    if let Some(last) = found.last_mut()
        && last.wanters == contest.wanters
        && last.ports.end.checked_add(1) == Some(contest.ports.start)
    {
        last.ports.end = contest.ports.end;
        return;
    }
    found.push(contest);
}

/// Runs of ports with the declarations that publish them, where there are two or more.
fn sweep(model: &Model, protocol: &str) -> Vec<(PortRange, Vec<DeclarationId>)> {
    let mut events: Vec<(u32, bool, DeclarationId)> = Vec::new();
    for (id, declaration) in model.declarations() {
        let service = model.service(declaration.service);
        if declaration.protocol != protocol || service.is_base || declaration.overridden {
            continue;
        }
        if let Some(published) = &declaration.published {
            events.push((u32::from(published.range.start), true, id));
            events.push((u32::from(published.range.end) + 1, false, id));
        }
    }
    events.sort_unstable();
    let mut runs = Vec::new();
    let mut open: BTreeSet<DeclarationId> = BTreeSet::new();
    let mut from = 0;
    for (at, opens, id) in events {
        if at > from
            && open.len() > 1
            && let (Ok(start), Ok(end)) = (u16::try_from(from), u16::try_from(at - 1))
        {
            runs.push((PortRange { start, end }, open.iter().copied().collect()));
        }
        from = at;
        if opens {
            open.insert(id);
        } else {
            open.remove(&id);
        }
    }
    runs
}

/// Splits declarations of one port by address: all addresses overlap everything, single ones only themselves.
fn by_address(model: &Model, wanting: &[DeclarationId]) -> Vec<Vec<DeclarationId>> {
    let address = |id: &DeclarationId| canonical_address(&model.declaration(*id).host_ip);
    if wanting.iter().any(|id| address(id).is_empty()) {
        return vec![wanting.to_vec()];
    }
    let addresses: BTreeSet<String> = wanting.iter().map(address).collect();
    addresses
        .iter()
        .map(|a| {
            wanting
                .iter()
                .filter(|id| address(id) == *a)
                .copied()
                .collect()
        })
        .collect()
}

/// An address in one spelling; empty for all addresses.
fn canonical_address(ip: &str) -> String {
    let bare = ip.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<std::net::IpAddr>() {
        Ok(address) if address.is_unspecified() => String::new(),
        Ok(address) => address.to_string(),
        Err(_) => bare.to_ascii_lowercase(),
    }
}

fn contest(
    model: &Model,
    symbols: &Symbols,
    apart: &Apart<'_>,
    ports: PortRange,
    wanting: &[DeclarationId],
) -> Option<Contest> {
    let project = |id: &DeclarationId| model.service(model.declaration(*id).service).project;
    let clashes = |a: &DeclarationId, b: &DeclarationId| {
        let (p, q) = (model.project(project(a)), model.project(project(b)));
        symbols.of(*a) != symbols.of(*b)
            && (project(a) == project(b)
                || (p.stack != q.stack && !p.workflow && !q.workflow && !apart.keeps(p, q)))
    };
    let mut seen: BTreeSet<SymbolId> = BTreeSet::new();
    let wanters: Vec<DeclarationId> = wanting
        .iter()
        .filter(|a| wanting.iter().any(|b| clashes(a, b)) && seen.insert(symbols.of(**a)))
        .copied()
        .collect();
    if wanters.len() < 2 {
        return None;
    }
    let certain = wanters
        .iter()
        .enumerate()
        .any(|(i, a)| wanters.iter().skip(i + 1).any(|b| project(a) == project(b)));
    let data = wanters
        .iter()
        .any(|id| is_data(model.service(model.declaration(*id).service).identity.kind));
    Some(Contest {
        ports,
        wanters,
        certain,
        data,
    })
}

/// The policy's groups that never run together.
struct Apart<'a> {
    groups: Vec<Vec<GlobSet>>,
    sources: &'a Sources,
}

impl<'a> Apart<'a> {
    fn new(policy: &Policy, sources: &'a Sources) -> Self {
        let set = |pattern: &String| {
            let mut builder = globset::GlobSetBuilder::new();
            if let Ok(glob) = globset::Glob::new(pattern) {
                builder.add(glob);
            }
            builder.build().unwrap_or_else(|_| GlobSet::empty())
        };
        let groups = policy
            .never_together
            .iter()
            .map(|group| group.iter().map(set).collect())
            .collect();
        Self { groups, sources }
    }

    /// Whether a group holds the two in different entries.
    fn keeps(&self, a: &Project, b: &Project) -> bool {
        let entry = |group: &[GlobSet], p: &Project| {
            group.iter().position(|g| {
                let in_files = p
                    .files
                    .iter()
                    .any(|f| g.is_match(&*self.sources.get(*f).path));
                in_files || g.is_match(&p.name) || g.is_match(&p.dir)
            })
        };
        self.groups
            .iter()
            .any(|group| matches!((entry(group, a), entry(group, b)), (Some(i), Some(j)) if i != j))
    }
}
