//! The places that give a variable its value disagree.

use super::{Context, common, rule};
use crate::finding::Finding;
use crate::model::{Candidate, CandidateSource, DeclarationId, Published};
use crate::source::Place;
use std::collections::BTreeSet;

rule!("PL008", "port-drift", Warning, on: true, fix: true, check);

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut told: BTreeSet<Place> = BTreeSet::new();
    for (id, declaration) in context.model.declarations() {
        let Some(published) = &declaration.published else {
            continue;
        };
        let relevant = common::is_data_port(context, id)
            && !context.model.service(declaration.service).is_base;
        if !relevant
            || context
                .model
                .project(context.model.service(declaration.service).project)
                .workflow
        {
            continue;
        }
        let other = published
            .candidates
            .iter()
            .find(|c| differs(c, published) && !told.contains(&c.place));
        if let Some(other) = other {
            told.insert(other.place);
            findings.extend(finding(context, id, published, other));
        }
    }
}

fn differs(candidate: &Candidate, published: &Published) -> bool {
    let value = candidate.value.trim();
    value.bytes().all(|b| b.is_ascii_digit())
        && !value.is_empty()
        && value != published.range.to_string()
}

fn finding(
    context: &Context<'_>,
    id: DeclarationId,
    published: &Published,
    other: &Candidate,
) -> Option<Finding> {
    let variable = published.variable.as_ref()?;
    let declaration = context.model.declaration(id);
    let service = context.model.service(declaration.service);
    let message = format!(
        "`{variable}` is {} here, but {} is in force for `{}`. Whoever trusts this place looks for the {} at the wrong \
         port.",
        other.value.trim(),
        published.range,
        service.name.value,
        common::kind_word(service.identity.kind),
    );
    let mut finding = Finding::new(RULE.id, RULE.severity, message, other.place)
        .confidence(common::confidence(context, service))
        .label(format!(
            "{}: {}",
            source_word(other.source),
            other.value.trim()
        ))
        .related(
            published.origin.place(),
            format!("in force: {}", published.range),
        )
        .subject(format!(
            "{variable}/{}",
            context.sources.get(other.place.file).path
        ));
    let rest = published
        .candidates
        .iter()
        .filter(|c| c.place != other.place && c.place != published.origin.place());
    for candidate in rest.filter(|c| differs(c, published)) {
        finding = finding.related(
            candidate.place,
            format!(
                "{}: {}",
                source_word(candidate.source),
                candidate.value.trim()
            ),
        );
    }
    if let Some(planned) = context.plan.move_of(id) {
        finding.help = Some(format!(
            "set it to {} everywhere ({})",
            planned.to, planned.why
        ));
        finding.fix = context.plan.fix_of(id).cloned();
    } else {
        finding.help = Some(format!("set it to {} here as well", published.range));
        finding.fix = context.plan.fixes_of_drift.get(&id).cloned();
    }
    Some(finding)
}

fn source_word(source: CandidateSource) -> &'static str {
    match source {
        CandidateSource::ComposeEnv => "the `.env` that Compose reads",
        CandidateSource::PolicyEnv => "an env file of the policy",
        CandidateSource::RootEnv => "the root's `.env`",
        CandidateSource::Template => "the template",
        CandidateSource::Default => "the default",
    }
}
