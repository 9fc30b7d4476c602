//! Variables: every value that an env file gives, and every interpolation with what it feeds.

use super::declarations::Declared;
use super::env::{Envs, Scope};
use super::files::Files;
use super::projects::{Layout, is_template};
use super::services::Services;
use crate::facts::{ComposeService, EnvPair};
use crate::interpolate::{Expression, Missing, Operator, Template};
use crate::model::{DeclarationId, Feeds, Variable, VariableUse, VariableValue};
use crate::source::{FileId, Place, Text};
use std::collections::BTreeMap;

/// Words at a variable's end that a host's name has in place of `PORT`.
const HOST_WORDS: [&str; 5] = ["HOST", "HOSTNAME", "SERVER", "ADDRESS", "ADDR"];

/// Bytes of a value in which a host is looked for; longer ones are scripts and certificates.
const MAX_URL: usize = 4096;

/// All variables by name.
pub(super) fn variables(
    files: &Files<'_>,
    envs: &Envs<'_>,
    layout: &Layout,
    services: &Services,
    declared: &[Declared],
) -> BTreeMap<String, Variable> {
    let mut all: BTreeMap<String, Variable> = BTreeMap::new();
    for file in files.envs() {
        for entry in files.env(file).into_iter().flat_map(|e| &e.entries) {
            if entry.commented {
                continue;
            }
            let place = Place {
                file,
                span: entry.value.span,
            };
            let variable = all.entry(entry.key.value.clone()).or_default();
            variable.values.push(VariableValue {
                value: entry.value.value.clone(),
                place,
                template: is_template(files, place),
            });
        }
    }
    let mut add = |name: &str, usage: VariableUse| {
        all.entry(name.to_owned()).or_default().uses.push(usage);
    };
    for (i, declared) in declared.iter().enumerate() {
        for u in &declared.uses {
            let usage = VariableUse {
                service: Some(declared.declaration.service),
                feeds: u.side.feeds(DeclarationId(i)),
                ..u.usage.clone()
            };
            add(&u.name, usage);
        }
    }
    for (&(file, index), &id) in &services.by_key {
        let (Some(service), Some(member)) = (files.service(file, index), layout.members.get(&file))
        else {
            continue;
        };
        if member.scope.literal {
            continue;
        }
        let seen = Seen {
            envs,
            scope: &member.scope,
            file,
            hosts: hosts(service),
        };
        for (text, feeds) in texts(service) {
            let Ok(template) = Template::parse(&text.value) else {
                continue;
            };
            for expression in template.expressions() {
                let usage = VariableUse {
                    service: Some(id),
                    feeds: seen.feeds(text, expression, &feeds),
                    ..usage(file, text, expression)
                };
                add(&expression.name, usage);
            }
        }
    }
    for variable in all.values_mut() {
        variable.uses.sort_by_key(|u| u.place);
        // entries that an anchor repeats stand in one place
        variable.uses.dedup();
    }
    all
}

/// An interpolation as written, of no service and for no use yet.
pub(super) fn usage(file: FileId, text: &Text, expression: &Expression) -> VariableUse {
    let at = |range| Place {
        file,
        span: text.locate_or_whole(range),
    };
    let operation = expression.operation.as_ref();
    let default = operation
        .filter(|o| o.operator == Operator::Default)
        .and_then(|o| {
            Some((
                text.value.get(o.range.clone())?.to_owned(),
                at(o.range.clone()),
            ))
        });
    VariableUse {
        place: at(expression.range.clone()),
        service: None,
        feeds: Feeds::Other,
        default,
        required: operation.is_some_and(|o| o.operator == Operator::Required),
    }
}

/// One service's file as its project sees it.
struct Seen<'s> {
    envs: &'s Envs<'s>,
    scope: &'s Scope,
    file: FileId,
    hosts: BTreeMap<String, &'s Text>,
}

/// What the texts of a service feed, before the host beside them is known.
pub(super) enum Field<'s> {
    Environment(&'s EnvPair),
    Expose,
    Other,
}

/// All texts of a service that Compose interpolates, those of valid port entries excepted.
pub(super) fn texts<'t>(service: &'t ComposeService) -> Vec<(&'t Text, Field<'t>)> {
    let mut texts: Vec<(&Text, Field<'_>)> = Vec::new();
    for pair in &service.environment {
        texts.extend(pair.value.as_ref().map(|v| (v, Field::Environment(pair))));
    }
    texts.extend(service.expose.iter().map(|t| (t, Field::Expose)));
    let build = service.build.iter();
    let singles = [
        &service.image,
        &service.container_name,
        &service.hostname,
        &service.network_mode,
        &service.restart,
    ];
    let others = singles
        .into_iter()
        .chain(build.flat_map(|b| [&b.context, &b.dockerfile, &b.target]))
        .flatten()
        .chain(&service.env_files)
        .chain(&service.commands)
        .chain(&service.links)
        .chain(&service.profiles)
        .chain(service.mounts.iter().filter_map(|m| m.source.as_ref()))
        .chain(service.labels.iter().map(|(_, v)| v));
    texts.extend(others.map(|t| (t, Field::Other)));
    texts
}

impl Seen<'_> {
    fn feeds(&self, text: &Text, expression: &Expression, field: &Field<'_>) -> Feeds {
        match field {
            Field::Expose => Feeds::Expose,
            Field::Other => Feeds::Other,
            Field::Environment(pair) => Feeds::Environment {
                key: pair.key.value.clone(),
                host: self
                    .host_before(text, expression)
                    .or_else(|| self.host_beside(&pair.key.value)),
            },
        }
    }

    /// The host in the same value: `postgres://db:${DB_PORT}/x`.
    fn host_before(&self, text: &Text, expression: &Expression) -> Option<String> {
        if text.value.len() > MAX_URL {
            return None;
        }
        let before = text
            .value
            .get(..expression.range.start)?
            .strip_suffix(':')?;
        let part = text.slice(0..before.len());
        let value = self
            .envs
            .evaluate(self.scope, self.file, &part, Missing::Blank);
        let value = value.ok()?.resolved.value;
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let start = value.rfind(|c| !is_name(c)).map_or(0, |i| i + 1);
        let host = value.get(start..).filter(|h| !h.is_empty())?;
        // `user:` of `user:password@host` is no host
        let rest = text.value.get(expression.range.end..)?;
        let authority = rest.split(['/', '?']).next().unwrap_or(rest);
        (!authority.contains('@')).then(|| host.to_owned())
    }

    /// The host of the sibling variable: `DB_HOST` beside `DB_PORT`.
    fn host_beside(&self, key: &str) -> Option<String> {
        let upper = key.to_ascii_uppercase();
        let prefix = upper.strip_suffix("PORT")?;
        let text = HOST_WORDS
            .iter()
            .find_map(|word| self.hosts.get(&format!("{prefix}{word}")))?;
        let host = self.envs.text(self.scope, self.file, text);
        (!host.is_empty()).then_some(host)
    }
}

/// The variables of a service that name hosts, in upper case.
fn hosts(service: &ComposeService) -> BTreeMap<String, &Text> {
    let named = service.environment.iter().filter_map(|pair| {
        let name = pair.key.value.to_ascii_uppercase();
        let is_host = HOST_WORDS.iter().any(|word| name.ends_with(word));
        is_host.then_some((name, pair.value.as_ref()?))
    });
    named.collect()
}
