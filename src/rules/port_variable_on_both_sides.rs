//! One variable is a host port here and a container port there: no one value can be right.

use super::{Context, common, rule};
use crate::facts::Host;
use crate::finding::Finding;
use crate::model::{DeclarationId, Feeds, Variable};
use crate::plan::is_data;
use crate::source::Place;

rule!("PL010", "port-variable-on-both-sides", Warning, on: true, fix: false, check);

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (name, variable) in &context.model.variables {
        for (place, id) in host_parts(context, variable) {
            let inside = container_sides(context, name, variable, id);
            if !inside.is_empty() {
                findings.push(finding(context, name, place, id, &inside));
                break;
            }
        }
    }
}

/// Where the variable is the host part of a data service's port.
fn host_parts(context: &Context<'_>, variable: &Variable) -> Vec<(Place, DeclarationId)> {
    variable
        .uses
        .iter()
        .filter_map(|u| match u.feeds {
            Feeds::HostPort(id) if common::is_data_port(context, id) => Some((u.place, id)),
            _ => None,
        })
        .collect()
}

/// Where the same variable is a container's port: the other half of a mapping, or beside a service's name.
fn container_sides(
    context: &Context<'_>,
    name: &str,
    variable: &Variable,
    id: DeclarationId,
) -> Vec<(Place, String)> {
    let mut sides: Vec<(Place, String)> = variable
        .uses
        .iter()
        .filter_map(|u| match &u.feeds {
            Feeds::ContainerPort(other) if *other == id => {
                Some((u.place, "and the container port here".to_owned()))
            }
            Feeds::Environment {
                host: Some(host), ..
            } if is_data_service(context, host) => Some((
                u.place,
                format!("the port at which a container reaches `{host}`"),
            )),
            _ => None,
        })
        .collect();
    for (file, _, sighting) in context.model.sightings() {
        let facts = context.model.files.get(file.0 as usize);
        let paired = sighting
            .paired(&context.sources.get(file).text)
            .filter(|h| is_data_service(context, &h.text));
        if let (Some(Host { text, .. }), true) = (paired, facts.is_some_and(|f| f.env.is_some()))
            && sighting.name.as_deref() == Some(name)
        {
            sides.push((
                common::at(file, sighting.span),
                format!("paired with `{text}`, a container's name"),
            ));
        }
    }
    sides
}

fn is_data_service(context: &Context<'_>, host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    context
        .model
        .services
        .iter()
        .any(|s| is_data(s.identity.kind) && s.aliases.contains(&host))
}

fn finding(
    context: &Context<'_>,
    name: &str,
    place: Place,
    id: DeclarationId,
    inside: &[(Place, String)],
) -> Finding {
    let service = context.model.service(context.model.declaration(id).service);
    let message = format!(
        "`{name}` is the host port of `{}` and a container port as well. The container keeps its port when the host port \
         moves, so no one value can be right for both.",
        service.name.value,
    );
    let host_name = format!("{}_HOST_PORT", name.trim_end_matches("_PORT"));
    let mut finding = Finding::new(
        RULE.id,
        common::severity(context, &RULE, service),
        message,
        place,
    )
    .confidence(common::confidence(context, service))
    .label(format!("the host port of `{}`", service.name.value))
    .subject(format!("{name}/{}", service.name.value))
    .help(format!(
        "split it in two, for example `{host_name}` here, and `{name}` for the container side"
    ));
    for (place, what) in inside.iter().take(5) {
        finding = finding.related(*place, what.clone());
    }
    finding
}
