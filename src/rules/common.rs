//! What several rules say or look up in the same way.

use super::{Context, Rule};
use crate::facts::{ComposeService, Tense};
use crate::finding::{Confidence, Edit, Finding, Fix, Safety, Severity};
use crate::model::{
    Declaration, DeclarationId, Feeds, Kind, Origin, Published, Reference, Service,
};
use crate::plan::{Verdict, is_data};
use crate::source::{FileId, Place, Span};
use std::collections::BTreeMap;

/// "database", with its article and engine: "the database `questdb`".
pub(super) fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Database => "database",
        Kind::AdminUi => "admin UI",
        Kind::Exporter => "exporter",
        Kind::Other => "service",
    }
}

/// How sure a finding about a service's kind can be.
pub(super) fn confidence(context: &Context<'_>, service: &Service) -> Confidence {
    if context.model.project(service.project).workflow {
        Confidence::Guess
    } else if service.identity.certain {
        Confidence::Certain
    } else {
        Confidence::Likely
    }
}

/// The severity for a service: ports of a throw-away CI runner are worth a note at most.
pub(super) fn severity(context: &Context<'_>, rule: &Rule, service: &Service) -> Severity {
    if context.model.project(service.project).workflow {
        Severity::Note
    } else {
        rule.severity
    }
}

/// All reserved ranges as "7000-7999".
pub(super) fn ranges(context: &Context<'_>) -> String {
    let ranges: Vec<String> = context
        .policy
        .ranges
        .iter()
        .map(|r| r.range.to_string())
        .collect();
    ranges.join(", ")
}

/// The place of a declaration's entry.
pub(super) fn entry(declaration: &Declaration) -> Place {
    Place {
        file: declaration.file,
        span: declaration.entry,
    }
}

/// The place of a service's name.
pub(super) fn name_place(service: &Service) -> Place {
    Place {
        file: service.file,
        span: service.name.span,
    }
}

/// The declarations of a verdict, once for each literal that a person must edit: an `.env` line that feeds three files is
/// one problem. The first declaration stands for the others.
pub(super) fn by_literal(
    context: &Context<'_>,
    verdict: Verdict,
) -> Vec<(Place, Vec<DeclarationId>)> {
    let mut literals: BTreeMap<Place, Vec<DeclarationId>> = BTreeMap::new();
    for (id, declaration) in context.model.declarations() {
        if context.plan.verdict(id) != verdict || context.model.service(declaration.service).is_base
        {
            continue;
        }
        let place = declaration
            .published
            .as_ref()
            .map_or(entry(declaration), |p| p.origin.place());
        literals.entry(place).or_default().push(id);
    }
    literals.into_iter().collect()
}

/// Starts a finding about a declared host port: primary label at the literal, the entries that use it as related ones.
pub(super) fn declared(
    context: &Context<'_>,
    rule: &Rule,
    place: Place,
    declarations: &[DeclarationId],
    message: String,
) -> Option<Finding> {
    let id = *declarations.first()?;
    let declaration = context.model.declaration(id);
    let service = context.model.service(declaration.service);
    let mut finding = Finding::new(rule.id, severity(context, rule, service), message, place)
        .confidence(confidence(context, service))
        .subject(subject(context, declaration))
        .label(origin_label(declaration));
    for other in declarations {
        let other = context.model.declaration(*other);
        if !(other.file == place.file && other.entry.contains(place.span)) {
            let name = &context.model.service(other.service).name.value;
            finding = finding.related(entry(other), format!("`{name}` publishes it here"));
        }
    }
    Some(finding)
}

/// What the literal under the primary label is.
fn origin_label(declaration: &Declaration) -> String {
    match &declaration.published {
        _ if declaration.host_network => "on the host's network".to_owned(),
        None => "no host port is given".to_owned(),
        Some(Published {
            range,
            origin,
            variable,
            ..
        }) => match (origin, variable) {
            (Origin::EnvFile(_), Some(variable)) => format!("`{variable}` sets host port {range}"),
            (Origin::Default(_), Some(variable)) => {
                format!("the default of `{variable}`: host port {range}")
            }
            _ => format!("host port {range}"),
        },
    }
}

/// What a finding about a declaration is about, whatever line it stands on.
pub(super) fn subject(context: &Context<'_>, declaration: &Declaration) -> String {
    let service = context.model.service(declaration.service);
    format!(
        "{}/{}/{}",
        service.name.value, declaration.target, declaration.protocol
    )
}

/// "publish it on 7000 (assigned to TimescaleDB)", if a port was found.
pub(super) fn advice(context: &Context<'_>, id: DeclarationId) -> Option<String> {
    let planned = context.plan.move_of(id)?;
    let declaration = context.model.declaration(id);
    let len = declaration
        .published
        .as_ref()
        .map_or(declaration.target.count(), |p| p.range.count());
    let last = usize::from(planned.to) + len - 1;
    let ports = if len > 1 {
        format!("{}-{last}", planned.to)
    } else {
        planned.to.to_string()
    };
    let target = declaration.target;
    let address = if declaration.host_ip.is_empty() {
        String::new()
    } else {
        format!("{}:", declaration.host_ip)
    };
    let variable = declaration
        .published
        .as_ref()
        .and_then(|p| p.variable.as_ref());
    Some(if declaration.host_network {
        format!(
            "leave the host's network and publish it on {ports} ({}): `\"{address}{ports}:{target}\"`",
            planned.why
        )
    } else if let Some(variable) = variable {
        format!(
            "set `{variable}` to {ports} ({}), in the default and in every env file",
            planned.why
        )
    } else {
        let fix = context.plan.fix_of(id);
        let within = |e: &&Edit| {
            e.place.file == declaration.file && declaration.entry.contains(e.place.span)
        };
        let written = fix
            .and_then(|f| f.edits.iter().find(within))
            .map_or(ports.as_str(), |e| &e.replacement);
        let entry = if written.starts_with('"') {
            written.to_owned()
        } else {
            format!("\"{address}{written}:{target}\"")
        };
        format!("publish it on {ports} ({}): `{entry}`", planned.why)
    })
}

/// The evidence for the service's kind, as a note.
pub(super) fn evidence(service: &Service) -> String {
    let kind = kind_word(service.identity.kind);
    let sure = if service.identity.certain {
        "is"
    } else {
        "seems to be"
    };
    let article = if kind.starts_with(['a', 'e']) {
        "an"
    } else {
        "a"
    };
    format!(
        "`{}` {sure} {article} {kind}: {}",
        service.name.value, service.identity.evidence
    )
}

/// Services that keep data and are started from a compose file of the repo, bases that others extend left out.
pub(super) fn databases<'a>(context: &Context<'a>) -> impl Iterator<Item = &'a Service> {
    let model = context.model;
    model.services.iter().filter(|s| {
        s.identity.kind == Kind::Database
            && !s.is_base
            && s.image.is_some()
            && !model.project(s.project).workflow
    })
}

/// The place of a span in a file.
pub(super) fn at(file: FileId, span: Span) -> Place {
    Place { file, span }
}

/// Whether a declaration belongs to a data service.
pub(super) fn is_data_port(context: &Context<'_>, id: DeclarationId) -> bool {
    is_data(
        context
            .model
            .service(context.model.declaration(id).service)
            .identity
            .kind,
    )
}

/// Declarations whose host part is a variable without default and without a value anywhere, with that variable.
pub(super) fn undefined<'a>(context: &Context<'a>) -> BTreeMap<DeclarationId, (&'a str, Place)> {
    let mut found = BTreeMap::new();
    for (name, variable) in context
        .model
        .variables
        .iter()
        .filter(|(_, v)| v.values.is_empty())
    {
        for usage in &variable.uses {
            if let Feeds::HostPort(id) = usage.feeds
                && usage.default.is_none()
                && !usage.required
                && context.model.declaration(id).published.is_none()
            {
                found.insert(id, (name.as_str(), usage.place));
            }
        }
    }
    found
}

/// A service as its file has it.
pub(super) fn written<'a>(context: &Context<'a>, service: &Service) -> Option<&'a ComposeService> {
    context
        .model
        .files
        .get(service.file.0 as usize)?
        .compose
        .as_ref()?
        .services
        .get(service.index)
}

/// The digits of a reference.
pub(super) fn reference_place(context: &Context<'_>, reference: &Reference) -> Place {
    at(reference.file, context.model.sighting(reference).span)
}

/// Whether a literal is one that gives the declaration its port.
pub(super) fn is_origin(published: &Published, place: Place) -> bool {
    let same = |other: Place| other.file == place.file && other.span.overlaps(place.span);
    same(published.origin.place()) || published.candidates.iter().any(|c| same(c.place))
}

/// Starts a finding about a reference; the label says why its side is what it is.
pub(super) fn referring(
    context: &Context<'_>,
    rule: &Rule,
    reference: &Reference,
    message: String,
) -> Finding {
    let sighting = context.model.sighting(reference);
    let place = at(reference.file, sighting.span);
    let name = sighting.name.as_deref().unwrap_or_default();
    let severity = if sighting.tense == Tense::Now {
        rule.severity
    } else {
        Severity::Note
    };
    Finding::new(rule.id, severity, message, place)
        .confidence(if sighting.tense == Tense::Now {
            reference.confidence
        } else {
            Confidence::Guess
        })
        .label(reference.reason.clone())
        .subject(format!("{}/{name}", sighting.port))
}

/// "published by `timescaledb` on 5433".
pub(super) fn published_by(context: &Context<'_>, id: DeclarationId) -> String {
    let declaration = context.model.declaration(id);
    let name = &context.model.service(declaration.service).name.value;
    match &declaration.published {
        Some(p) => format!("`{name}` publishes {} here", p.range),
        None => format!("`{name}` is declared here"),
    }
}

/// A fix that replaces the digits of one reference; safe only where the reference is certain.
pub(super) fn retype(
    context: &Context<'_>,
    reference: &Reference,
    port: u16,
    title: &str,
) -> Option<Fix> {
    let place = reference_place(context, reference);
    let sighting = context.model.sighting(reference);
    if sighting.tense != Tense::Now || context.sources.slice(place) != sighting.port.to_string() {
        return None;
    }
    Some(Fix {
        title: title.to_owned(),
        set: format!("{title} at {}", context.sources.show(place)),
        safety: if reference.confidence == Confidence::Certain {
            Safety::Safe
        } else {
            Safety::Unsafe
        },
        edits: vec![Edit {
            place,
            replacement: port.to_string(),
        }],
        blocked: None,
    })
}
