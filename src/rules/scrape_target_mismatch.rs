//! Prometheus, or another collector, scrapes a port that the service does not listen on.

use super::{Context, common, rule};
use crate::facts::Role;
use crate::finding::Finding;
use crate::model::Outcome;

rule!("PL023", "scrape-target-mismatch", Error, on: true, fix: true, check);

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for reference in context.references {
        let sighting = context.model.sighting(reference);
        if sighting.role != Role::ScrapeTarget {
            continue;
        }
        let (target, declared) = match reference.outcome {
            Outcome::PublishedInside(id) => {
                let declaration = context.model.declaration(id);
                let from = declaration.published.as_ref().map_or(0, |p| p.range.start);
                (
                    Some(
                        declaration
                            .target
                            .start
                            .saturating_add(sighting.port.saturating_sub(from)),
                    ),
                    Some(id),
                )
            }
            Outcome::NoListener => (None, None),
            _ => continue,
        };
        let Some(service) = reference.service.map(|id| context.model.service(id)) else {
            continue;
        };
        let name = &service.name.value;
        let listens: Vec<String> = service.listens.iter().map(ToString::to_string).collect();
        let message = format!(
            "`{name}` does not listen on {}. The target stays down, and its alerts stay silent.",
            sighting.port
        );
        let mut finding = common::referring(context, &RULE, reference, message);
        finding = match declared {
            Some(id) => finding.related(
                common::entry(context.model.declaration(id)),
                common::published_by(context, id),
            ),
            None => finding.related(
                common::name_place(service),
                format!("listens on {}", listens.join(", ")),
            ),
        };
        finding.help = Some(match target {
            Some(port) => format!("scrape {port}: inside the network the container port counts"),
            None => format!(
                "scrape one of the ports that it listens on: {}",
                listens.join(", ")
            ),
        });
        finding.fix = target.and_then(|p| {
            common::retype(context, reference, p, &format!("scrape `{name}` on {p}"))
        });
        findings.push(finding);
    }
}
