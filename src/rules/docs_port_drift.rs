//! A document gives a service another port than the repository publishes.

use super::{Context, common, rule};
use crate::finding::Finding;
use crate::model::Outcome;

rule!("PL024", "docs-port-drift", Warning, on: true, fix: true, check);

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for reference in context.references {
        let Outcome::DocsDrift(id) = reference.outcome else {
            continue;
        };
        let declaration = context.model.declaration(id);
        let Some(published) = &declaration.published else {
            continue;
        };
        let sighting = context.model.sighting(reference);
        let name = &context.model.service(declaration.service).name.value;
        let new = context
            .plan
            .move_of(id)
            .map_or(published.range.start, |m| m.to);
        let message = format!(
            "this says {} for `{name}`, but the repository publishes it on {}. Readers will look at the wrong port.",
            sighting.port, published.range,
        );
        findings.push(
            common::referring(context, &RULE, reference, message)
                .related(
                    common::entry(declaration),
                    common::published_by(context, id),
                )
                .help(format!("write {new}"))
                .fix(common::retype(
                    context,
                    reference,
                    new,
                    &format!("write {new} for `{name}`"),
                )),
        );
    }
}
