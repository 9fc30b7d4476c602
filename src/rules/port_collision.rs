//! Several services want one host port.

use super::{Context, common, rule};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::DeclarationId;
use crate::plan::contests::Contest;

rule!("PL005", "port-collision", Error, on: true, fix: true, check);

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    findings.extend(
        context
            .plan
            .contests
            .iter()
            .filter_map(|c| finding(context, c)),
    );
}

fn finding(context: &Context<'_>, contest: &Contest) -> Option<Finding> {
    let names: Vec<String> = contest
        .wanters
        .iter()
        .map(|id| name(context, *id))
        .collect();
    // The one to change carries the primary label: a port of ours that moves, else the last that came.
    let moving = contest
        .wanters
        .iter()
        .find(|id| context.plan.move_of(**id).is_some_and(|m| m.ours));
    let primary = *moving.or(contest.wanters.last())?;
    let place = |id: DeclarationId| {
        let declaration = context.model.declaration(id);
        declaration
            .published
            .as_ref()
            .map_or(common::entry(declaration), |p| p.origin.place())
    };
    let (severity, confidence, when) = match (contest.certain, contest.data) {
        (true, _) => (
            Severity::Error,
            Confidence::Certain,
            "they cannot run at the same time",
        ),
        (false, true) => (
            Severity::Warning,
            Confidence::Likely,
            "their stacks cannot be started side by side",
        ),
        (false, false) => (
            Severity::Warning,
            Confidence::Guess,
            "their stacks cannot be started side by side",
        ),
    };
    let ports = contest.ports;
    let plural = if ports.count() > 1 { "ports" } else { "port" };
    let message = format!(
        "host {plural} {ports} is wanted by {}. As they stand, {when}.",
        list(&names)
    );
    let mut finding = Finding::new(RULE.id, severity, message, place(primary))
        .confidence(confidence)
        .label(format!("{} wants {ports}", name(context, primary)))
        .subject(format!(
            "{ports}/{}",
            context.model.declaration(primary).protocol
        ));
    for id in contest.wanters.iter().filter(|id| **id != primary) {
        finding = finding.related(
            place(*id),
            format!("{} wants {ports} too", name(context, *id)),
        );
    }
    let moves: Vec<String> = contest
        .wanters
        .iter()
        .filter_map(|id| {
            let planned = context.plan.move_of(*id)?;
            Some(format!(
                "move {} to {} ({})",
                name(context, *id),
                planned.to,
                planned.why
            ))
        })
        .collect();
    finding.help = Some(if moves.is_empty() {
        format!("give {} another host port", name(context, primary))
    } else {
        moves.join("; ")
    });
    if !contest.certain {
        finding = finding
            .note("if the two never run together, name them in `never-together` of the policy");
    }
    Some(finding.fix(moving.and_then(|id| context.plan.fix_of(*id)).cloned()))
}

/// `db` of project `shop`.
fn name(context: &Context<'_>, id: DeclarationId) -> String {
    let service = context.model.service(context.model.declaration(id).service);
    let file = &context.sources.get(service.file).path;
    format!("`{}` ({file})", service.name.value)
}

fn list(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first, second] => format!("{first} and {second}"),
        [first, second, third] => format!("{first}, {second} and {third}"),
        [first, second, rest @ ..] => format!("{first}, {second} and {} more", rest.len()),
    }
}
