//! A data service's host port is written as digits where the convention wants a variable with a default.

use super::{Context, common, rule};
use crate::finding::Finding;
use crate::model::Origin;
use crate::plan::Verdict;
use crate::policy::HostPortStyle;

rule!("PL007", "hardcoded-host-port", Note, on: true, fix: true, check);

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    if context.policy.host_port_style == HostPortStyle::Literal {
        return;
    }
    for (id, declaration) in context.model.declarations() {
        let service = context.model.service(declaration.service);
        // A port that must move gets its variable in the same step.
        let settled = context.plan.verdict(id) == Verdict::Ok && context.plan.move_of(id).is_none();
        let literal = declaration
            .published
            .as_ref()
            .filter(|p| p.variable.is_none());
        let Some(published) = literal.filter(|_| settled && common::is_data_port(context, id))
        else {
            continue;
        };
        let Origin::Literal(place) = published.origin else {
            continue;
        };
        if service.is_base
            || declaration.host_network
            || context.model.project(service.project).workflow
        {
            continue;
        }
        let message = format!(
            "host port {} of `{}` is hardcoded. With a variable, one machine can use another port without editing the \
             compose file.",
            published.range, service.name.value,
        );
        let Some(mut finding) = common::declared(context, &RULE, place, &[id], message) else {
            continue;
        };
        let fix = context.plan.fixes_of_style.get(&id);
        let expression = fix.and_then(|f| f.edits.iter().find(|e| e.place.file == place.file));
        finding.help = expression.map(|e| format!("write `{}`", e.replacement));
        findings.push(finding.fix(fix.cloned()));
    }
}
