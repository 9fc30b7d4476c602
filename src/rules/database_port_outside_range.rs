//! A data service publishes a port outside the reserved range.

use super::{Context, common, rule};
use crate::finding::Finding;
use crate::plan::Verdict;

rule!("PL001", "database-port-outside-range", Error, on: true, fix: true, check);

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (place, ids) in common::by_literal(context, Verdict::OutsideRange) {
        let Some(&id) = ids.first() else { continue };
        let declaration = context.model.declaration(id);
        let service = context.model.service(declaration.service);
        let Some(published) = &declaration.published else {
            continue;
        };
        let message = format!(
            "{} `{}` is published on {}, outside the reserved range {}. Ports out there are anybody's: the next stack \
             that wants {} cannot start beside this one.",
            common::kind_word(service.identity.kind),
            service.name.value,
            published.range,
            common::ranges(context),
            published.range,
        );
        let Some(mut finding) = common::declared(context, &RULE, place, &ids, message) else {
            continue;
        };
        finding.help = common::advice(context, id);
        findings.push(
            finding
                .note(common::evidence(service))
                .fix(context.plan.fix_of(id).cloned()),
        );
    }
}
