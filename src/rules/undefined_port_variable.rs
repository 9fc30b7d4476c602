//! A host port comes from a variable that has no default and no value anywhere.

use super::{Context, common, rule};
use crate::finding::Finding;

rule!("PL009", "undefined-port-variable", Warning, on: true, fix: false, check);

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (id, (variable, place)) in common::undefined(context) {
        let declaration = context.model.declaration(id);
        let service = context.model.service(declaration.service);
        let message = format!(
            "`{variable}` has no value in any env file and no default. Compose puts nothing in its place, and Docker \
             picks a random host port for `{}`.",
            service.name.value,
        );
        let port = context.plan.move_of(id).map(|m| m.to);
        let help = match port {
            Some(port) => format!("give it a default: `${{{variable}:-{port}}}`"),
            None => format!(
                "give it a default (`${{{variable}:-PORT}}`), or demand it: `${{{variable}:?set a host port}}`"
            ),
        };
        findings.push(
            Finding::new(
                RULE.id,
                common::severity(context, &RULE, service),
                message,
                place,
            )
            .confidence(common::confidence(context, service))
            .label("nothing sets this variable")
            .related(common::name_place(service), "the service that publishes it")
            .subject(format!(
                "{variable}/{}",
                common::subject(context, declaration)
            ))
            .help(help),
        );
    }
}
