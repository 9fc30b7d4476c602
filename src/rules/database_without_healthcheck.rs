//! A database of which nobody can tell whether it is ready.

use super::{Context, common, rule};
use crate::finding::Finding;

rule!("PL014", "database-without-healthcheck", Note, on: false, fix: false, check);

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for service in common::databases(context) {
        let Some(written) = common::written(context, service) else {
            continue;
        };
        if written.extends.is_some() || written.healthcheck {
            continue;
        }
        let message = format!(
            "database `{}` has no healthcheck. Services that depend on it start before it answers.",
            service.name.value
        );
        findings.push(
            Finding::new(RULE.id, RULE.severity, message, common::name_place(service))
                .confidence(common::confidence(context, service))
                .subject(service.name.value.clone())
                .help("add a `healthcheck` with the engine's own client, and `condition: service_healthy` where others depend on it"),
        );
    }
}
