//! Turns a literal host port into a variable: its name, and its place in the env files.

use super::changes::Ground;
use crate::facts::EnvEntry;
use crate::finding::Edit;
use crate::model::{DeclarationId, Feeds, Model, Outcome, PortRange};
use crate::source::{FileId, Place, Span};
use std::collections::{BTreeMap, BTreeSet};

/// Words in place of a variable's last one, `PORT`, in the name of its host.
const HOST_WORDS: &[&str] = &["HOST", "HOSTNAME", "SERVER", "ADDRESS", "ADDR"];

/// The end of a name that says that the port is a published one, whatever stands beside it.
const PUBLISHED: &str = "_HOST_PORT";

/// The names given in this run, so that two services never get the same one.
#[derive(Default)]
pub(crate) struct Naming {
    given: BTreeMap<String, crate::symbols::SymbolId>,
}

/// The edits that write `${NAME:-port}` instead of digits and add the variable to the env files beside the compose file.
/// None if no name is free.
pub(super) fn introduce(
    ground: &Ground<'_>,
    id: DeclarationId,
    literal: Place,
    range: PortRange,
    naming: &mut Naming,
) -> Option<Vec<Edit>> {
    let name = name(ground, id, naming)?;
    let text = ground
        .sources
        .get(literal.file)
        .text
        .get(..literal.span.start as usize)?;
    let expression = format!("${{{name}:-{range}}}");
    let mut edits = Vec::new();
    match surroundings(ground, literal, text) {
        Surroundings::Free => edits.push(Edit {
            place: literal,
            replacement: expression,
        }),
        Surroundings::Flow(whole) => {
            let entry = ground.sources.slice(whole);
            let at = (literal.span.start - whole.span.start) as usize;
            let (before, after) = (entry.get(..at)?, entry.get(at + literal.span.len()..)?);
            edits.push(Edit {
                place: whole,
                replacement: format!("\"{before}{expression}{after}\""),
            });
        }
    }
    for file in env_files(ground, id) {
        edits.extend(assignment(ground, file, &name, range));
    }
    Some(edits)
}

/// The edits that give the host port a variable of its own (`${DB_PORT}` becomes `${DB_HOST_PORT:-7004}`), where containers need
/// the old one as it is. None if the expression is more than that, or no name is free.
pub(super) fn split(
    ground: &Ground<'_>,
    id: DeclarationId,
    variable: &str,
    range: PortRange,
    naming: &mut Naming,
) -> Option<Vec<Edit>> {
    let known = ground.model.variables.get(variable)?;
    let mut uses = known
        .uses
        .iter()
        .filter(|u| matches!(u.feeds, Feeds::HostPort(other) if other == id));
    let place = uses.next()?.place;
    let written = ground.sources.slice(place);
    let whole = written.starts_with("${") && written.ends_with('}');
    if uses.next().is_some() || !whole || written.matches("${").count() > 1 {
        return None;
    }
    let base = variable.strip_suffix("_PORT").unwrap_or(variable);
    let name = given(ground, id, vec![format!("{base}{PUBLISHED}")], naming)?;
    let mut edits = vec![Edit {
        place,
        replacement: format!("${{{name}:-{range}}}"),
    }];
    for file in env_files(ground, id) {
        edits.extend(assignment(ground, file, &name, range));
    }
    Some(edits)
}

/// Whether an expression can be written where digits stand.
enum Surroundings {
    Free,
    /// A plain scalar inside `[...]` or `{...}`, where braces need quotes: the whole entry.
    Flow(Place),
}

fn surroundings(ground: &Ground<'_>, literal: Place, before: &str) -> Surroundings {
    let line = before.rsplit('\n').next().unwrap_or("");
    let entry_start = line
        .rfind(['[', ',', '{', '"', '\'', ' ', '\t'])
        .map(|i| line.get(i..).unwrap_or(""));
    let quoted = entry_start.is_some_and(|s| s.starts_with(['"', '\'']));
    let head = line.trim_end_matches(|c: char| c != '[' && c != ',' && c != '{');
    let opened = head.matches(['[', '{']).count() > head.matches([']', '}']).count();
    if quoted || !opened {
        return Surroundings::Free;
    }
    let file = ground.sources.get(literal.file);
    let start = literal.span.start as usize - entry_start.map_or(0, |s| s.len().saturating_sub(1));
    let rest = file.text.get(literal.span.end as usize..).unwrap_or("");
    let len = rest
        .find([',', ']', '}', '\n', '\r', ' '])
        .unwrap_or(rest.len());
    Surroundings::Flow(Place {
        file: literal.file,
        span: Span::new(start, literal.span.end as usize + len),
    })
}

/// The policy's name for the port, else one made of the service's name; never one with another use.
fn name(ground: &Ground<'_>, id: DeclarationId, naming: &mut Naming) -> Option<String> {
    of_variant(ground, id).or_else(|| given(ground, id, candidates(ground, id), naming))
}

/// The first of some names, or of numbered ones after them, that is free.
fn given(
    ground: &Ground<'_>,
    id: DeclarationId,
    mut names: Vec<String>,
    naming: &mut Naming,
) -> Option<String> {
    let symbol = ground.plan.symbols.of(id);
    let last = names.last().cloned()?;
    names.extend((2..=9).map(|n| format!("{last}_{n}")));
    let name = names.into_iter().find(|name| {
        naming
            .given
            .get(name)
            .map_or_else(|| is_free(ground, id, name), |owner| *owner == symbol)
    })?;
    naming.given.insert(name.clone(), symbol);
    Some(name)
}

/// The variable by which another file of the folder publishes the very same port: one service, one knob.
fn of_variant(ground: &Ground<'_>, id: DeclarationId) -> Option<String> {
    let model = ground.model;
    let own = model.declaration(id);
    let dir = |of: DeclarationId| {
        let service = model.service(model.declaration(of).service);
        (&service.name.value, &model.project(service.project).dir)
    };
    let members = ground.plan.symbols.members(ground.plan.symbols.of(id));
    members
        .iter()
        .filter(|other| model.declaration(**other).target == own.target && dir(**other) == dir(id))
        .find_map(|other| {
            let published = model.declaration(*other).published.as_ref()?;
            published.variable.clone()
        })
}

fn candidates(ground: &Ground<'_>, id: DeclarationId) -> Vec<String> {
    let declaration = ground.model.declaration(id);
    let service = ground.model.service(declaration.service);
    let target = declaration.target.start;
    let mut names = Vec::new();
    if let Some(entry) = service
        .identity
        .policy_service
        .as_deref()
        .and_then(|n| ground.policy.service(n))
    {
        names.extend(
            entry
                .ports
                .iter()
                .filter(|p| p.container == target)
                .filter_map(|p| p.variable.clone()),
        );
    }
    let base: String = service
        .name
        .value
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_uppercase()
            } else {
                '_'
            }
        })
        .collect();
    let base = if base.starts_with(|c: char| c.is_ascii_digit()) {
        format!("SERVICE_{base}")
    } else {
        base
    };
    let siblings = ground
        .model
        .declarations
        .iter()
        .filter(|d| d.service == declaration.service)
        .count();
    let named = service
        .identity
        .engine
        .as_deref()
        .and_then(|e| ground.policy.catalogue.engine(e))
        .and_then(|e| e.ports.iter().find(|p| p.port == target))
        .map(|p| p.name.to_ascii_uppercase().replace('-', "_"))
        .filter(|n| !n.is_empty());
    if siblings > 1 {
        names.push(named.map_or_else(
            || format!("{base}_{target}_PORT"),
            |n| format!("{base}_{n}_PORT"),
        ));
        names.push(format!("{base}_{target}_PORT"));
    } else {
        names.push(format!("{base}_PORT"));
    }
    names.push(format!("{base}{PUBLISHED}"));
    names
}

/// A name is free if nothing uses it, or if all that use it are references to this very port.
fn is_free(ground: &Ground<'_>, id: DeclarationId, name: &str) -> bool {
    let symbol = ground.plan.symbols.of(id);
    if ground
        .model
        .variables
        .get(name)
        .is_some_and(|v| !v.uses.is_empty())
        || !name.ends_with(PUBLISHED)
            && env_files(ground, id)
                .into_iter()
                .any(|file| names_container(ground, file, name))
    {
        return false;
    }
    let values = ground
        .model
        .variables
        .get(name)
        .map_or(&[][..], |v| &v.values);
    let mut followed: BTreeSet<Place> = BTreeSet::new();
    for reference in ground.references {
        let sighting = ground.model.sighting(reference);
        let named = sighting.name.as_deref() == Some(name)
            || sighting.fallback_of.iter().any(|v| v == name);
        if !named {
            continue;
        }
        match reference.outcome {
            Outcome::Follows(other) if ground.plan.symbols.of(other) == symbol => {
                followed.insert(Place {
                    file: reference.file,
                    span: sighting.span,
                });
            }
            _ => return false,
        }
    }
    values.iter().all(|v| {
        followed
            .iter()
            .any(|p| p.file == v.place.file && p.span.overlaps(v.place.span))
    })
}

/// Whether an env file has a host for the name (`REDIS_HOST=redis` for `REDIS_PORT`) that is a container: there the variable
/// would be the container's port.
fn names_container(ground: &Ground<'_>, file: FileId, name: &str) -> bool {
    let Some(prefix) = name.strip_suffix("PORT") else {
        return false;
    };
    let env = ground
        .model
        .files
        .get(file.0 as usize)
        .and_then(|f| f.env.as_ref());
    env.into_iter().flat_map(|e| &e.entries).any(|entry| {
        let word = entry.key.value.strip_prefix(prefix);
        !entry.commented
            && word.is_some_and(|w| HOST_WORDS.contains(&w))
            && is_service(ground.model, entry.value.value.trim())
    })
}

/// The `.env` that Compose reads for the declaration's project, and the templates beside it.
fn env_files(ground: &Ground<'_>, id: DeclarationId) -> Vec<FileId> {
    let dir = &ground
        .model
        .project(
            ground
                .model
                .service(ground.model.declaration(id).service)
                .project,
        )
        .dir;
    let templates: BTreeSet<FileId> = ground
        .model
        .variables
        .values()
        .flat_map(|v| v.values.iter().filter(|v| v.template).map(|v| v.place.file))
        .collect();
    ground
        .sources
        .iter()
        .filter(|(file, source)| {
            let (at, name) = source.path.rsplit_once('/').unwrap_or(("", &source.path));
            at == dir
                && (name == ".env" || templates.contains(file))
                && ground
                    .model
                    .files
                    .get(file.0 as usize)
                    .is_some_and(|f| f.env.is_some())
        })
        .map(|(file, _)| file)
        .collect()
}

/// A new line for the variable: behind the last port variable of the file, in its style, else at the end.
fn assignment(ground: &Ground<'_>, file: FileId, name: &str, range: PortRange) -> Option<Edit> {
    let env = ground.model.files.get(file.0 as usize)?.env.as_ref()?;
    if env
        .entries
        .iter()
        .any(|e| e.key.value == name && !e.commented)
    {
        return None;
    }
    let source = ground.sources.get(file);
    let eol = if source.text.contains("\r\n") {
        "\r\n"
    } else {
        "\n"
    };
    let live: Vec<&EnvEntry> = env.entries.iter().filter(|e| !e.commented).collect();
    let neighbour = live
        .iter()
        .rev()
        .find(|e| e.key.value.ends_with("_PORT"))
        .or(live.last())
        .copied();
    let export =
        neighbour.is_some_and(|e| source.slice(e.line).trim_start().starts_with("export "));
    let line = format!("{}{name}={range}", if export { "export " } else { "" });
    let (at, replacement) = match neighbour {
        Some(entry) => (entry.line.end, format!("{eol}{line}")),
        None => {
            let end = Span::at(source.text.len()).start;
            let glue = if source.text.is_empty() || source.text.ends_with('\n') {
                ""
            } else {
                eol
            };
            (end, format!("{glue}{line}{eol}"))
        }
    };
    Some(Edit {
        place: Place {
            file,
            span: Span { start: at, end: at },
        },
        replacement,
    })
}

/// Whether a name is that of a service of the repo, seen from another container.
pub(super) fn is_service(model: &Model, host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    model.services.iter().any(|s| s.aliases.contains(&host))
}
