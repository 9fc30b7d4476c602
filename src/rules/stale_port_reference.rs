//! A place on the host side speaks of a port that a service leaves, or has left.

use super::{Context, common, rule};
use crate::facts::Side;
use crate::finding::{Confidence, Finding};
use crate::model::{DeclarationId, Outcome, Reference};

rule!("PL020", "stale-port-reference", Warning, on: true, fix: true, check);

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for reference in context.references {
        match reference.outcome {
            Outcome::Follows(id) => findings.extend(moving(context, reference, id)),
            Outcome::Stale { remapping, now } => {
                findings.extend(old(context, reference, remapping, now))
            }
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
    let message = format!(
        "{} is the host port of `{}`, which must move to {new}. Left behind, this place points at nothing, or at \
         somebody else's service.",
        sighting.port, service.name.value,
    );
    let finding = common::referring(context, &RULE, reference, message)
        .related(
            common::entry(declaration),
            common::published_by(context, id),
        )
        .help(format!("write {new} ({})", planned.why));
    let fix = if reference.side == Side::Host && reference.confidence >= Confidence::Likely {
        context.plan.fix_of(id).cloned()
    } else {
        None
    };
    Some(finding.fix(fix))
}

/// The table says where the service went.
fn old(
    context: &Context<'_>,
    reference: &Reference,
    row: usize,
    now: Option<DeclarationId>,
) -> Option<Finding> {
    let row = context.policy.remappings.get(row)?;
    let sighting = context.model.sighting(reference);
    let published = now.and_then(|id| {
        Some((
            id,
            context
                .model
                .declaration(id)
                .published
                .as_ref()?
                .range
                .start,
        ))
    });
    let planned = now.and_then(|id| context.plan.move_of(id)).map(|m| m.to);
    let new = planned
        .or(published.map(|(_, port)| port))
        .unwrap_or(row.new);
    let message = format!(
        "{} is the old host port of {}, and nothing in the repository publishes it. Whoever follows this place finds \
         nothing there.",
        sighting.port, row.service,
    );
    let mut finding = common::referring(context, &RULE, reference, message).help(format!(
        "write {new}, {}",
        if now.is_some() {
            "where it is published"
        } else {
            "its port by the convention"
        }
    ));
    if let Some(id) = now {
        finding = finding.related(
            common::entry(context.model.declaration(id)),
            common::published_by(context, id),
        );
    }
    let fix = common::retype(
        context,
        reference,
        new,
        &format!("write {new} for {}", row.service),
    );
    Some(finding.fix(fix))
}
