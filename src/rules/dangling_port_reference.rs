//! A place on the host side expects a data service on this machine, and nothing in the repository publishes it.

use super::{Context, common, rule};
use crate::finding::Finding;
use crate::model::Outcome;

rule!("PL022", "dangling-port-reference", Warning, on: true, fix: false, check);

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for reference in context
        .references
        .iter()
        .filter(|r| r.outcome == Outcome::Dangling)
    {
        let sighting = context.model.sighting(reference);
        let message = format!(
            "nothing in the repository publishes {} on this machine. Either the service was moved or removed, or it is \
             started by other means.",
            sighting.port,
        );
        let mut finding = common::referring(context, &RULE, reference, message).help(
            "point it at the port where the service is published, or say in an ignore comment what starts it",
        );
        if let Some(id) = reference.service {
            let service = context.model.service(id);
            finding = finding.related(
                common::name_place(service),
                format!(
                    "`{}` is declared here, without this port",
                    service.name.value
                ),
            );
        }
        findings.push(finding);
    }
}
