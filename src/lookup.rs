//! Everything that the repository says of one port, service or variable: what `portlint refs` lists.

use crate::engine::Repo;
use crate::model::{DeclarationId, Outcome, Reference, ServiceId};
use crate::plan::Verdict;
use crate::source::{Place, Span};
use std::collections::BTreeSet;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Symbol {
    /// A port number, on either side.
    Port(u16),
    /// A service, container or engine.
    Service(String),
    /// A variable.
    Variable(String),
}

impl Symbol {
    /// A number is a port; upper case a variable; anything else a service.
    pub fn parse(word: &str) -> Self {
        match word.parse::<u16>() {
            Ok(port) => Self::Port(port),
            Err(_)
                if word
                    .chars()
                    .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_') =>
            {
                Self::Variable(word.to_owned())
            }
            Err(_) => Self::Service(word.to_owned()),
        }
    }
}

/// What follows from a place, in the order in which it is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// A declaration, right as it is.
    Declared,
    /// A declaration that must move.
    MustMove,
    /// A value of the variable that feeds a declaration.
    Value,
    /// A reference that moves along with its declaration.
    MovesAlong,
    /// A reference to a declaration that stays.
    Right,
    /// A reference that is wrong as it stands.
    Wrong,
    /// The container side: left alone.
    ContainerSide,
    /// Another machine's, a CI runner's, or history.
    NotOurs,
    /// Not decided.
    Unknown,
}

impl Group {
    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Declared => "declared",
            Self::MustMove => "must-move",
            Self::Value => "value",
            Self::MovesAlong => "moves-along",
            Self::Right => "right",
            Self::Wrong => "wrong",
            Self::ContainerSide => "container-side",
            Self::NotOurs => "not-ours",
            Self::Unknown => "unknown",
        }
    }

    /// The group's heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Declared => "declared, right as it is",
            Self::MustMove => "declared, must move",
            Self::Value => "gives the variable its value",
            Self::MovesAlong => "host side: moves along",
            Self::Right => "host side: right as it is",
            Self::Wrong => "wrong as it stands",
            Self::ContainerSide => "container side: left alone",
            Self::NotOurs => "not ours: left alone",
            Self::Unknown => "not decided: left alone",
        }
    }
}

/// One place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What follows from it.
    pub group: Group,
    /// Where.
    pub place: Place,
    /// Why.
    pub reason: String,
}

/// All rows of a symbol, by group, path and place.
pub fn rows(repo: &Repo, symbol: &Symbol) -> Vec<Row> {
    let declarations = declarations(repo, symbol);
    let mut rows: Vec<Row> = declarations.iter().map(|id| declared(repo, *id)).collect();
    for id in &declarations {
        for candidate in repo
            .model
            .declaration(*id)
            .published
            .iter()
            .flat_map(|p| &p.candidates)
        {
            let reason = format!(
                "a value of the variable that publishes `{}`",
                service_name(repo, *id)
            );
            rows.push(Row {
                group: Group::Value,
                place: candidate.place,
                reason,
            });
        }
    }
    let services: BTreeSet<ServiceId> = declarations
        .iter()
        .map(|id| repo.model.declaration(*id).service)
        .collect();
    for reference in &repo.references {
        if is_meant(repo, symbol, reference, &declarations, &services) {
            let place = Place {
                file: reference.file,
                span: repo.model.sighting(reference).span,
            };
            if !rows
                .iter()
                .any(|r| r.place.file == place.file && r.place.span.overlaps(place.span))
            {
                rows.push(Row {
                    group: group(repo, reference),
                    place,
                    reason: reason(repo, reference),
                });
            }
        }
    }
    if let Symbol::Variable(name) = symbol {
        rows.extend(uses(repo, name, &rows));
    }
    rows.sort_by(|a, b| {
        let key = |r: &Row| (r.group, &repo.sources.get(r.place.file).path, r.place.span);
        key(a).cmp(&key(b))
    });
    rows.dedup();
    rows
}

fn declarations(repo: &Repo, symbol: &Symbol) -> Vec<DeclarationId> {
    let meant = |id: DeclarationId| {
        let declaration = repo.model.declaration(id);
        match symbol {
            Symbol::Port(port) => {
                declaration.target.contains(*port)
                    || declaration.published.as_ref().is_some_and(|p| {
                        p.range.contains(*port)
                            || p.candidates
                                .iter()
                                .any(|c| c.value.trim() == port.to_string())
                    })
            }
            Symbol::Service(name) => is_named(repo, declaration.service, name),
            Symbol::Variable(name) => declaration
                .published
                .as_ref()
                .is_some_and(|p| p.variable.as_deref() == Some(name)),
        }
    };
    repo.model
        .declarations()
        .map(|(id, _)| id)
        .filter(|id| meant(*id))
        .collect()
}

fn is_named(repo: &Repo, id: ServiceId, name: &str) -> bool {
    let service = repo.model.service(id);
    service
        .identity
        .engine
        .as_deref()
        .is_some_and(|e| e.eq_ignore_ascii_case(name))
        || service.aliases.iter().any(|a| a.eq_ignore_ascii_case(name))
        || service.name.value.eq_ignore_ascii_case(name)
}

fn service_name(repo: &Repo, id: DeclarationId) -> &str {
    &repo
        .model
        .service(repo.model.declaration(id).service)
        .name
        .value
}

fn declared(repo: &Repo, id: DeclarationId) -> Row {
    let declaration = repo.model.declaration(id);
    let name = service_name(repo, id);
    let port = declaration
        .published
        .as_ref()
        .map_or("a random host port".to_owned(), |p| p.range.to_string());
    let what = format!("`{name}` publishes {} on {port}", declaration.target);
    let verdict = repo.plan.verdict(id);
    let (group, reason) = match (verdict, repo.plan.move_of(id)) {
        (Verdict::Ok, None) => (Group::Declared, what),
        (_, Some(planned)) => (
            Group::MustMove,
            format!(
                "{what}; {}: to {} ({})",
                verdict.name(),
                planned.to,
                planned.why
            ),
        ),
        (_, None) => (Group::MustMove, format!("{what}; {}", verdict.name())),
    };
    Row {
        group,
        place: Place {
            file: declaration.file,
            span: declaration.entry,
        },
        reason,
    }
}

fn is_meant(
    repo: &Repo,
    symbol: &Symbol,
    reference: &Reference,
    declarations: &[DeclarationId],
    services: &BTreeSet<ServiceId>,
) -> bool {
    let sighting = repo.model.sighting(reference);
    match symbol {
        Symbol::Port(port) => {
            sighting.port == *port || sighting.end.as_ref().is_some_and(|e| e.value == *port)
        }
        Symbol::Service(name) => {
            reference
                .declaration()
                .is_some_and(|id| declarations.contains(&id))
                || reference
                    .service
                    .is_some_and(|id| services.contains(&id) || is_named(repo, id, name))
        }
        Symbol::Variable(name) => {
            sighting.name.as_deref() == Some(name) || sighting.fallback_of.iter().any(|v| v == name)
        }
    }
}

fn group(repo: &Repo, reference: &Reference) -> Group {
    match &reference.outcome {
        Outcome::Follows(id) if repo.plan.move_of(*id).is_some() => Group::MovesAlong,
        Outcome::Follows(_) => Group::Right,
        Outcome::LeftAlone => Group::ContainerSide,
        Outcome::Runner | Outcome::External | Outcome::History => Group::NotOurs,
        Outcome::Unknown => Group::Unknown,
        Outcome::PublishedInside(_)
        | Outcome::NoListener
        | Outcome::Stale { .. }
        | Outcome::DocsDrift(_)
        | Outcome::FallbackDrift(_)
        | Outcome::Dangling => Group::Wrong,
    }
}

fn reason(repo: &Repo, reference: &Reference) -> String {
    let why = &reference.reason;
    match &reference.outcome {
        Outcome::Follows(id) => format!("{why}: published by `{}`", service_name(repo, *id)),
        Outcome::PublishedInside(id) => format!(
            "{why}, but {} is published on the host only",
            service_name(repo, *id)
        ),
        Outcome::NoListener => format!("{why}, and the service does not listen on it"),
        Outcome::Stale { .. } => format!("{why}: an old port that nothing publishes"),
        Outcome::DocsDrift(id) => format!("`{}` is published elsewhere", service_name(repo, *id)),
        Outcome::FallbackDrift(id) => format!(
            "{why}: differs from what `{}` publishes",
            service_name(repo, *id)
        ),
        Outcome::Dangling => format!("{why}: nothing publishes it"),
        Outcome::History => "tells how things were".to_owned(),
        Outcome::LeftAlone | Outcome::Runner | Outcome::External | Outcome::Unknown => why.clone(),
    }
}

/// Interpolations that no declaration and no sighting stands for.
fn uses(repo: &Repo, name: &str, rows: &[Row]) -> Vec<Row> {
    let covered = |place: Place| {
        rows.iter()
            .any(|r| r.place.file == place.file && touches(r.place.span, place.span))
    };
    let variable = repo.model.variables.get(name);
    let uses = variable
        .iter()
        .flat_map(|v| &v.uses)
        .filter(|u| !covered(u.place))
        .map(|u| Row {
            group: Group::ContainerSide,
            place: u.place,
            reason: "interpolated here".to_owned(),
        });
    let values = variable
        .iter()
        .flat_map(|v| &v.values)
        .filter(|v| !covered(v.place))
        .map(|v| Row {
            group: Group::Value,
            place: v.place,
            reason: "a value of the variable".to_owned(),
        });
    uses.chain(values).collect()
}

fn touches(a: Span, b: Span) -> bool {
    a.overlaps(b) || a == b
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_apart() {
        assert_eq!(Symbol::parse("5432"), Symbol::Port(5432));
        assert_eq!(
            Symbol::parse("DB_PORT"),
            Symbol::Variable("DB_PORT".to_owned())
        );
        assert_eq!(
            Symbol::parse("timescaledb"),
            Symbol::Service("timescaledb".to_owned())
        );
        assert_eq!(Symbol::parse("99999"), Symbol::Variable("99999".to_owned()));
    }
}
