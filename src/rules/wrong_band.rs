//! A data service sits in the band of another kind.

use super::{Context, common, rule};
use crate::finding::Finding;
use crate::plan::Verdict;

rule!("PL002", "wrong-band", Error, on: true, fix: true, check);

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (place, ids) in common::by_literal(context, Verdict::WrongBand) {
        let Some(&id) = ids.first() else { continue };
        let declaration = context.model.declaration(id);
        let service = context.model.service(declaration.service);
        let Some(published) = &declaration.published else {
            continue;
        };
        let kind = common::kind_word(service.identity.kind);
        let band = context.policy.band(published.range.start);
        let whose = match band {
            Some(band) if band.kinds.is_empty() => {
                format!(
                    "in {} ({}), which is kept free until the policy names a service",
                    band.name, band.range
                )
            }
            Some(band) => format!("in the band of {} ({})", band.name, band.range),
            None => "in no band of the reserved range".to_owned(),
        };
        let home = context.policy.band_for(service.identity.kind).map_or(String::new(), |b| {
            format!(" Each kind has its own band, so that a port tells what answers there; {kind}s belong into {}.", b.range)
        });
        let message = format!(
            "{kind} `{}` is published on {}, {whose}.{home}",
            service.name.value, published.range
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
