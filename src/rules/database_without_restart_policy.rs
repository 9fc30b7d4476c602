//! A database that stays down after a crash or a reboot.

use super::{Context, common, rule};
use crate::finding::Finding;

rule!("PL013", "database-without-restart-policy", Note, on: false, fix: false, check);

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for service in common::databases(context) {
        let Some(written) = common::written(context, service) else {
            continue;
        };
        let policy = written.restart.as_ref().map(|r| r.value.as_str());
        if written.extends.is_some() || policy.is_some_and(|p| p != "no" && p != "none") {
            continue;
        }
        let message = format!(
            "database `{}` has no restart policy. After a crash or a reboot it stays down until somebody notices.",
            service.name.value
        );
        findings.push(
            Finding::new(RULE.id, RULE.severity, message, common::name_place(service))
                .confidence(common::confidence(context, service))
                .subject(service.name.value.clone())
                .help("add `restart: unless-stopped`"),
        );
    }
}
