//! A place on the host side speaks of a port that a service leaves, or has left.

use super::{Context, common, rule};
use crate::facts::{Form, Side};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::{DeclarationId, Outcome, Reference};

rule!("PL020", "stale-port-reference", Warning, on: true, fix: true, check);

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for reference in context.references {
        match reference.outcome {
            Outcome::Follows(id) => findings.extend(moving(context, reference, id)),
            Outcome::Stale {
                remapping,
                ref engine,
                now,
            } => findings.extend(old(context, reference, remapping, engine, now)),
            _ => {}
        }
    }
}

/// The declaration moves, and takes the reference along.
fn moving(context: &Context<'_>, reference: &Reference, id: DeclarationId) -> Option<Finding> {
    let planned = context.plan.move_of(id)?;
    let declaration = context.model.declaration(id);
    let published = declaration.published.as_ref()?;
    let place = common::reference_place(context, reference);
    // The literal that feeds the declaration is reported there.
    if common::is_origin(published, place) {
        return None;
    }
    let service = context.model.service(declaration.service);
    let sighting = context.model.sighting(reference);
    let new = planned
        .to
        .saturating_add(sighting.port.saturating_sub(published.range.start));
    let name = &service.name.value;
    let (message, help) = if planned.ours {
        let message = format!(
            "{} is the host port of `{name}`, which must move to {new}. Left behind, this place points at nothing, or at \
             somebody else's service.",
            sighting.port,
        );
        (message, format!("write {new} ({})", planned.why))
    } else {
        let message = format!(
            "{} is the host port of `{name}`, which has to leave the reserved range. This place must follow it.",
            sighting.port,
        );
        (
            message,
            "change it together with the port of the service".to_owned(),
        )
    };
    let mut finding = common::referring(context, &RULE, reference, message);
    if reference.ambiguous {
        finding.severity = finding.severity.min(Severity::Note);
    }
    let finding = finding
        .related(
            common::entry(declaration),
            common::published_by(context, id),
        )
        .help(help);
    let fix = if reference.side == Side::Host
        && reference.confidence >= Confidence::Likely
        && !reference.ambiguous
    {
        context.plan.fix_of(id).cloned()
    } else {
        None
    };
    Some(finding.fix(fix))
}

/// Nothing publishes it any more, or only a command in a text does.
fn old(
    context: &Context<'_>,
    reference: &Reference,
    row: Option<usize>,
    engine: &str,
    now: Option<DeclarationId>,
) -> Option<Finding> {
    let row = row.and_then(|i| context.policy.remappings.get(i));
    let sighting = context.model.sighting(reference);
    let published = now
        .and_then(|id| context.model.declaration(id).published.as_ref())
        .map(|p| p.range.start);
    let planned = now.and_then(|id| context.plan.move_of(id)).map(|m| m.to);
    let new = planned
        .or(published)
        .or(row.map(|r| r.new))
        .or_else(|| by_convention(context, engine, reference));
    let title = context
        .policy
        .catalogue
        .engine(engine)
        .map_or(engine, |e| e.title.as_str());
    let name = row.map_or(title, |r| r.service.as_str());
    let message = if sighting.form == Form::Mapping {
        format!(
            "this publishes {name} on host port {}, outside the reserved range {}. The next stack that wants the port \
             cannot start beside it.",
            sighting.port,
            common::ranges(context),
        )
    } else if row.is_some() {
        format!(
            "no service of the repository publishes {}, by the convention the old host port of {name}. Whoever follows \
             this place finds nothing there.",
            sighting.port,
        )
    } else {
        format!(
            "{} follows a command that publishes {name} outside the reserved range {}. Both move together.",
            sighting.port,
            common::ranges(context),
        )
    };
    let mut finding = common::referring(context, &RULE, reference, message);
    finding.help = new.map(|new| match now {
        Some(id) => {
            let service = context.model.service(context.model.declaration(id).service);
            format!("write {new}, the host port of `{}`", service.name.value)
        }
        None => format!("write {new}, its port by the convention"),
    });
    if let Some(id) = now {
        finding = finding.related(
            common::entry(context.model.declaration(id)),
            common::published_by(context, id),
        );
    }
    let whose = now.map_or(name, |id| {
        let service = context.model.declaration(id).service;
        &context.model.service(service).name.value
    });
    let fix = new.and_then(|new| {
        common::retype(context, reference, new, &format!("write {new} for {whose}"))
    });
    Some(finding.fix(fix))
}

/// The port that the policy assigns to the engine's container port.
fn by_convention(context: &Context<'_>, engine: &str, reference: &Reference) -> Option<u16> {
    let sighting = context.model.sighting(reference);
    let target = sighting.counterpart.unwrap_or(sighting.port);
    let of_engine = |e: &&crate::policy::ServicePolicy| e.engine.as_deref() == Some(engine);
    let mut ports = context
        .policy
        .services
        .iter()
        .filter(of_engine)
        .flat_map(|e| &e.ports);
    ports.find(|p| p.container == target).map(|p| p.host)
}
