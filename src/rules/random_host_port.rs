//! A database whose host port Docker picks anew at every start.

use super::{Context, common, rule};
use crate::finding::Finding;
use crate::plan::Verdict;

rule!("PL006", "random-host-port", Warning, on: true, fix: false, check);

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let undefined = common::undefined(context);
    for (place, ids) in common::by_literal(context, Verdict::Ephemeral) {
        let Some(&id) = ids.first().filter(|id| !undefined.contains_key(id)) else {
            continue;
        };
        let declaration = context.model.declaration(id);
        let service = context.model.service(declaration.service);
        let message = format!(
            "database `{}` publishes {} without a host port. Docker picks another one at every start, so nothing can \
             rely on it, and it may be any port that another stack needs.",
            service.name.value, declaration.target,
        );
        let Some(mut finding) = common::declared(context, &RULE, place, &ids, message) else {
            continue;
        };
        finding.help = common::advice(context, id).map(|advice| {
            format!("{advice}; or, if only containers use it, replace `ports` by `expose`")
        });
        findings.push(finding.note(common::evidence(service)));
    }
}
