//! What `portlint move` means, and what it refuses.

use crate::engine::Repo;
use crate::error::Error;
use crate::model::DeclarationId;
use crate::plan::is_data;
use crate::symbols::SymbolId;
use std::collections::BTreeSet;

/// The one symbol that `what` names: a service, a service with its container port, or the host port that it has now.
pub(super) fn find(repo: &Repo, what: &str) -> Result<SymbolId, Error> {
    let port = what.parse::<u16>().ok();
    let (name, target) = match what.rsplit_once(':') {
        Some((name, target)) => (name, target.parse::<u16>().ok()),
        None => (what, None),
    };
    let is_meant = |id: DeclarationId| {
        let declaration = repo.model.declaration(id);
        let service = repo.model.service(declaration.service);
        let Some(published) = &declaration.published else {
            return false;
        };
        match port {
            Some(port) => published.range.contains(port),
            None => {
                let named = service.name.value == name
                    || service.aliases.iter().any(|a| a.eq_ignore_ascii_case(name));
                named && target.is_none_or(|t| declaration.target.contains(t))
            }
        }
    };
    let ids: Vec<DeclarationId> = repo
        .model
        .declarations()
        .map(|(id, _)| id)
        .filter(|id| is_meant(*id))
        .collect();
    let symbols: BTreeSet<SymbolId> = ids.iter().map(|id| repo.plan.symbols.of(*id)).collect();
    match symbols.iter().collect::<Vec<_>>().as_slice() {
        [one] => Ok(**one),
        [] => Err(Error::Usage {
            message: format!("nothing in the repository publishes `{what}`"),
            help: Some("`portlint ports` lists what is published".to_owned()),
        }),
        _ => {
            let shown: Vec<String> = ids.iter().map(|id| describe(repo, *id)).collect();
            Err(Error::Usage {
                message: format!("`{what}` means several ports: {}", shown.join(", ")),
                help: Some(
                    "name one as SERVICE:CONTAINER_PORT, or give a folder that holds only one"
                        .to_owned(),
                ),
            })
        }
    }
}

fn describe(repo: &Repo, id: DeclarationId) -> String {
    let declaration = repo.model.declaration(id);
    let name = &repo.model.service(declaration.service).name.value;
    format!(
        "{name}:{} ({})",
        declaration.target,
        repo.sources.get(declaration.file).path
    )
}

/// Refuses a port that is in use, outside the service's band, or kept for another service.
pub(super) fn allow(repo: &Repo, symbol: SymbolId, to: u16) -> Result<(), Error> {
    let refuse = |message: String, help: &str| {
        Err(Error::Usage {
            message,
            help: Some(help.to_owned()),
        })
    };
    let members = repo.plan.symbols.members(symbol);
    let Some(first) = members.first().map(|id| repo.model.declaration(*id)) else {
        return Ok(());
    };
    let service = repo.model.service(first.service);
    let len = first.published.as_ref().map_or(1, |p| p.range.count());
    let Some(last) = u16::try_from(len - 1).ok().and_then(|n| to.checked_add(n)) else {
        return refuse(
            format!(
                "the range of `{}` does not fit behind {to}",
                service.name.value
            ),
            "choose a lower port",
        );
    };
    for (id, declaration) in repo.model.declarations() {
        let other = declaration
            .published
            .as_ref()
            .filter(|_| repo.plan.symbols.of(id) != symbol);
        if other.is_some_and(|p| p.range.start <= last && to <= p.range.end) {
            return refuse(
                format!("{to} is in use by {}", describe(repo, id)),
                "choose a free port; `portlint ports` lists them",
            );
        }
    }
    let kind = service.identity.kind;
    if !is_data(kind) {
        return match repo.policy.reserved(to) {
            Some(range) => refuse(
                format!(
                    "{to} lies inside the reserved range {}, and `{}` is no data service",
                    range.range, service.name.value
                ),
                "choose a port outside the range",
            ),
            None => Ok(()),
        };
    }
    let fits = |b: &&crate::policy::Band| {
        b.kinds.contains(&kind) && b.range.contains(to) && b.range.contains(last)
    };
    if !repo.policy.bands.is_empty() && !repo.policy.bands.iter().any(|b| fits(&b)) {
        let home = repo
            .policy
            .band_for(kind)
            .map_or(String::new(), |b| format!(" ({} for {})", b.range, b.name));
        return refuse(
            format!(
                "{to} lies outside the band of `{}`{home}",
                service.name.value
            ),
            "choose a port of the band",
        );
    }
    let own = service.identity.policy_service.as_deref();
    let kept = repo.policy.services.iter().find(|s| {
        Some(s.name.as_str()) != own && s.ports.iter().any(|p| to <= p.host && p.host <= last)
    });
    match kept {
        Some(entry) => refuse(
            format!("{to} is kept for {} by the policy", entry.name),
            "choose another port, or change the assignment in `portlint.yaml`",
        ),
        None => Ok(()),
    }
}
