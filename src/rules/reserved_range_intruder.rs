//! A service that keeps no data publishes a port inside the reserved range.

use super::{Context, common, rule};
use crate::finding::Finding;
use crate::plan::Verdict;

rule!("PL003", "reserved-range-intruder", Error, on: true, fix: false, check);

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (place, ids) in common::by_literal(context, Verdict::Intruder) {
        let Some(&id) = ids.first() else { continue };
        let declaration = context.model.declaration(id);
        let service = context.model.service(declaration.service);
        let Some(published) = &declaration.published else {
            continue;
        };
        let message = format!(
            "`{}` is no data service, but is published on {}, inside the reserved range {}. Sooner or later a database \
             is given that port.",
            service.name.value,
            published.range,
            common::ranges(context),
        );
        let Some(mut finding) = common::declared(context, &RULE, place, &ids, message) else {
            continue;
        };
        finding.help = context.plan.move_of(id).map(|m| {
            format!("publish it outside the range, for example on {}; if it does keep data, say so in the policy", m.to)
        });
        findings.push(finding);
    }
}
