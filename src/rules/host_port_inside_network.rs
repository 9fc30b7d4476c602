//! A container reaches another by its name, but with the port that is published on the host.

use super::{Context, common, rule};
use crate::facts::Role;
use crate::finding::Finding;
use crate::model::Outcome;

rule!("PL021", "host-port-inside-network", Error, on: true, fix: true, check);

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for reference in context.references {
        let Outcome::PublishedInside(id) = reference.outcome else {
            continue;
        };
        let sighting = context.model.sighting(reference);
        // A scrape target that nobody listens on has a rule of its own.
        if sighting.role == Role::ScrapeTarget {
            continue;
        }
        let declaration = context.model.declaration(id);
        let Some(published) = &declaration.published else {
            continue;
        };
        let target = declaration
            .target
            .start
            .saturating_add(sighting.port.saturating_sub(published.range.start));
        let name = &context.model.service(declaration.service).name.value;
        let message = format!(
            "inside the network `{name}` listens on {target}; {} is only its port on the host. The connection will be \
             refused.",
            sighting.port,
        );
        findings.push(
            common::referring(context, &RULE, reference, message)
                .related(
                    common::entry(declaration),
                    common::published_by(context, id),
                )
                .help(format!(
                    "write {target}: containers talk by service name and container port"
                ))
                .fix(common::retype(
                    context,
                    reference,
                    target,
                    &format!("reach `{name}` on {target}"),
                )),
        );
    }
}
