//! The fallback in code differs from the value that env files and compose give the same variable.

use super::{Context, common, rule};
use crate::finding::Finding;
use crate::model::Outcome;

rule!("PL025", "fallback-drift", Warning, on: true, fix: true, check);

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for reference in context.references {
        let Outcome::FallbackDrift(id) = reference.outcome else {
            continue;
        };
        let declaration = context.model.declaration(id);
        let Some(published) = &declaration.published else {
            continue;
        };
        let sighting = context.model.sighting(reference);
        let service = context.model.service(declaration.service);
        let variable = sighting
            .fallback_of
            .first()
            .or(sighting.name.as_ref())
            .map_or("the variable", String::as_str);
        let planned = context.plan.move_of(id);
        let new = planned.map_or(published.range.start, |m| m.to);
        let name = &service.name.value;
        let message = if sighting.fallback_of.is_empty() {
            format!(
                "`{variable}` is {} here, but `{name}` is published on {}. Whoever takes this value looks at the \
                 wrong port.",
                sighting.port, published.range,
            )
        } else {
            format!(
                "`{variable}` falls back to {} here, but `{name}` is published on {}. Without the variable, this \
                 program looks at the wrong port.",
                sighting.port, published.range,
            )
        };
        let fix = match planned {
            Some(_) => context.plan.fix_of(id).cloned(),
            None => common::retype(
                context,
                reference,
                new,
                &format!("let `{variable}` fall back to {new}"),
            ),
        };
        findings.push(
            common::referring(context, &RULE, reference, message)
                .related(
                    published.origin.place(),
                    format!("`{}` gets {} here", service.name.value, published.range),
                )
                .help(format!("write {new}"))
                .fix(fix),
        );
    }
}
