//! A service is in its band, but the policy assigns it another port.

use super::{Context, common, rule};
use crate::finding::Finding;
use crate::plan::Verdict;

rule!("PL004", "assigned-port-mismatch", Warning, on: true, fix: true, check);

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (place, ids) in common::by_literal(context, Verdict::Misassigned) {
        let Some(&id) = ids.first() else { continue };
        let declaration = context.model.declaration(id);
        let service = context.model.service(declaration.service);
        let Some(published) = &declaration.published else {
            continue;
        };
        let entry = service
            .identity
            .policy_service
            .as_deref()
            .unwrap_or("the policy's entry");
        let assigned = context
            .policy
            .service(entry)
            .and_then(|s| {
                s.ports
                    .iter()
                    .find(|p| p.container == declaration.target.start)
            })
            .map_or(String::new(), |p| format!(" {}", p.host));
        let message = format!(
            "`{}` is published on {}, but the policy assigns{assigned} to {entry}. Whoever relies on the convention looks \
             for it there.",
            service.name.value, published.range,
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
