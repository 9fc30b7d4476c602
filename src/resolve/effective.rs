//! Compose's own view of one file: with its `extends` and `include`, the `.env` beside it, all profiles on, and nothing else.
//!
//! What `docker compose -f FILE config` prints is the measure.

use super::env::{Envs, Scope};
use super::extends::{ByName, Key, NoBase, base_of};
use super::files::Files;
use super::projects::{Lost, Member, env_of, find, project_name};
use super::variables::texts;
use crate::facts::{ComposeService, Include, LongPort, MergeTag, PortEntry, ProblemKind};
use crate::interpolate::Missing;
use crate::model::{CandidateSource, ProjectId};
use crate::paths;
use crate::ports::{ShortPort, parse_port};
use crate::source::{FileId, Place, Span, Text};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Nesting of includes and length of `extends` chains beyond which nobody can mean it.
const MAX_DEPTH: usize = 64;

/// One published port, as `docker compose config --format json` prints it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Row {
    /// The service's key.
    pub service: String,
    /// The address; empty for all.
    pub host_ip: String,
    /// A port, a range to pick from, or nothing: Docker picks.
    pub published: String,
    /// The container's port.
    pub target: u16,
    /// `tcp`, `udp` or `sctp`.
    pub protocol: String,
    /// `ingress` or `host`.
    pub mode: String,
}

/// Why Compose would not take a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// One clause.
    pub message: String,
    /// Where, which may be in another file.
    pub place: Place,
}

/// The ports that Compose would publish for a file alone, by service.
///
/// # Errors
/// Why Compose would reject the file. A missing `env_file:` is no reason here: ports do not depend on it.
pub fn effective(files: &Files<'_>, file: FileId) -> Result<Vec<Row>, Rejected> {
    let mut envs = Envs::new(files);
    let mut loader = Loader {
        files,
        names: ByName::new(files),
        project_name: project_name(files.folder(file)),
        chain: Vec::new(),
    };
    let visit = Visit {
        file,
        folder: files.folder(file).to_owned(),
        env: env_of(files, files.folder(file)).into_iter().collect(),
    };
    let mut services = BTreeMap::new();
    loader.load(&mut envs, &visit, &mut services)?;
    let mut rows: Vec<Row> = services.into_values().flat_map(|s| s.rows).collect();
    rows.sort();
    Ok(rows)
}

/// A file to load, as the project sees it.
struct Visit {
    file: FileId,
    folder: String,
    env: Vec<FileId>,
}

/// A service with its ports so far.
#[derive(Default)]
struct Merged {
    /// The places that gave it, so that a file included twice is no conflict.
    keys: BTreeSet<Key>,
    rows: Vec<Row>,
}

type Services = BTreeMap<String, Merged>;

struct Loader<'l, 'a> {
    files: &'l Files<'a>,
    names: ByName<'a>,
    project_name: String,
    /// The files on the way: a ring comes back to one of them.
    chain: Vec<FileId>,
}

impl<'l> Loader<'l, '_> {
    /// Loads a file over what an include's earlier files gave.
    fn load(
        &mut self,
        envs: &mut Envs<'l>,
        visit: &Visit,
        services: &mut Services,
    ) -> Result<(), Rejected> {
        self.readable(visit.file)?;
        for env in &visit.env {
            self.readable(*env)?;
        }
        let layers: Vec<_> = visit
            .env
            .iter()
            .map(|id| (*id, CandidateSource::ComposeEnv))
            .collect();
        let mut scope = envs.scope(&layers);
        scope.project_name = Some(self.project_name.clone());
        let member = Member {
            project: ProjectId(0),
            scope,
            folder: visit.folder.clone(),
        };
        let Some(compose) = self.files.compose(visit.file) else {
            return Err(reject(visit.file, Span::default(), "it is no compose file"));
        };
        let mut own = Services::new();
        for (i, service) in compose.services.iter().enumerate() {
            let merged = self.service(envs, &member, (visit.file, i), service)?;
            own.insert(service.name.value.clone(), merged);
        }
        self.chain.push(visit.file);
        for include in &compose.includes {
            let mut included = Services::new();
            self.include(envs, visit, &member.scope, include, &mut included)?;
            for (name, merged) in included {
                match own.get(&name) {
                    Some(known) if known.keys != merged.keys => {
                        let span = include.paths.first().map(|p| p.span).unwrap_or_default();
                        let message =
                            format!("it includes another service `{}`", name.escape_debug());
                        return Err(reject(visit.file, span, message));
                    }
                    Some(_) => {}
                    None => {
                        own.insert(name, merged);
                    }
                }
            }
        }
        self.chain.pop();
        for name in &compose.removed {
            services.remove(name);
        }
        for (name, merged) in own {
            let index = self.names.find(visit.file, &name);
            let written = index.and_then(|i| self.files.service(visit.file, i));
            let known = services.entry(name).or_default();
            if written.is_some_and(|s| s.ports_tag != MergeTag::Merge) {
                known.rows.clear();
            }
            known.keys.extend(merged.keys);
            known.rows.extend(merged.rows);
            unique(&mut known.rows);
        }
        Ok(())
    }

    /// Refuses a file that could not be read whole.
    fn readable(&self, file: FileId) -> Result<(), Rejected> {
        let problems = self.files.facts(file).map_or(&[][..], |f| &f.problems);
        match problems.iter().find(|p| p.kind != ProblemKind::Internal) {
            Some(problem) => Err(reject(file, problem.span, problem.message.clone())),
            None => Ok(()),
        }
    }

    fn include(
        &mut self,
        envs: &mut Envs<'l>,
        visit: &Visit,
        scope: &Scope,
        include: &Include,
        services: &mut Services,
    ) -> Result<(), Rejected> {
        let value = |envs: &Envs<'_>, text: &Text| strict(envs, scope, visit.file, text);
        let mut folder = None;
        let mut env = visit.env.clone();
        for (i, text) in include.paths.iter().enumerate() {
            let path = value(envs, text)?;
            let file = find(self.files, &visit.folder, &path)
                .map_err(|lost| reject(visit.file, text.span, lost_message(&path, &lost)))?;
            if i == 0 {
                if self.chain.contains(&file) || self.chain.len() >= MAX_DEPTH {
                    return Err(reject(
                        visit.file,
                        text.span,
                        "it includes itself in a ring",
                    ));
                }
                let given = match &include.project_directory {
                    Some(text) => paths::join(&visit.folder, &value(envs, text)?),
                    None => Some(self.files.folder(file).to_owned()),
                };
                let given = given.ok_or_else(|| {
                    reject(visit.file, text.span, lost_message(&path, &Lost::Outside))
                })?;
                for text in &include.env_files {
                    let path = paths::join(&visit.folder, &value(envs, text)?);
                    let named = path.and_then(|p| self.files.find(&p));
                    let named = named.filter(|id| self.files.env(*id).is_some());
                    env.push(named.ok_or_else(|| {
                        reject(
                            visit.file,
                            text.span,
                            format!("there is no env file `{}`", text.value.escape_debug()),
                        )
                    })?);
                }
                if include.env_files.is_empty() {
                    env.extend(env_of(self.files, &given));
                }
                folder = Some(given);
            }
            let inner = Visit {
                file,
                folder: folder.clone().unwrap_or_default(),
                env: env.clone(),
            };
            self.load(envs, &inner, services)?;
        }
        Ok(())
    }

    /// The ports of a service, those of its bases first.
    fn service(
        &self,
        envs: &Envs<'_>,
        member: &Member,
        key: Key,
        service: &ComposeService,
    ) -> Result<Merged, Rejected> {
        let mut chain = vec![(key, service)];
        let mut seen_from = member.clone();
        while let Some(&((file, _), service)) = chain.last() {
            let place = |message| {
                let span = service.extends.as_ref().map(|e| e.service.span);
                reject(file, span.unwrap_or(service.name.span), message)
            };
            let base = base_of(self.files, envs, &self.names, &seen_from, file, service)
                .map_err(|error| place(no_base_message(&error)))?;
            let Some(base) = base else { break };
            if chain.len() > MAX_DEPTH || chain.iter().any(|(k, _)| *k == base) {
                return Err(place("it extends itself in a ring".to_owned()));
            }
            if base.0 != file {
                self.readable(base.0)?;
                seen_from.folder = self.files.folder(base.0).to_owned();
            }
            let Some(service) = self.files.service(base.0, base.1) else {
                break;
            };
            chain.push((base, service));
        }
        let mut rows = Vec::new();
        for ((file, _), link) in chain.into_iter().rev() {
            for (text, _) in texts(link) {
                strict(envs, &member.scope, file, text)?;
            }
            if link.ports_tag != MergeTag::Merge {
                rows.clear();
            }
            let reader = Reader {
                envs,
                scope: &member.scope,
                file,
                service: &service.name.value,
            };
            // what `!reset` takes out does not come back by its own value
            let entries = link
                .ports
                .iter()
                .filter(|_| link.ports_tag != MergeTag::Reset);
            for entry in entries {
                reader.entry(entry, &mut rows)?;
            }
        }
        unique(&mut rows);
        Ok(Merged {
            keys: BTreeSet::from([key]),
            rows,
        })
    }
}

/// Reads the port entries of one service, strictly.
struct Reader<'r> {
    envs: &'r Envs<'r>,
    scope: &'r Scope,
    file: FileId,
    service: &'r str,
}

impl Reader<'_> {
    fn entry(&self, entry: &PortEntry, rows: &mut Vec<Row>) -> Result<(), Rejected> {
        match entry {
            PortEntry::Short(text) => self.short(text, rows),
            PortEntry::Long(long) => self.long(long, rows),
        }
    }

    fn short(&self, text: &Text, rows: &mut Vec<Row>) -> Result<(), Rejected> {
        let value = strict(self.envs, self.scope, self.file, text)?;
        let port = ShortPort::parse(&value).map_err(|error| {
            let message = format!(
                "the port entry `{}` is wrong: {error}",
                value.escape_debug()
            );
            reject(self.file, text.span, message)
        })?;
        rows.extend(port.bindings().map(|binding| Row {
            service: self.service.to_owned(),
            host_ip: port.host_ip.clone(),
            published: binding.published,
            target: binding.target,
            protocol: port.protocol.clone(),
            mode: "ingress".to_owned(),
        }));
        Ok(())
    }

    fn long(&self, long: &LongPort, rows: &mut Vec<Row>) -> Result<(), Rejected> {
        let value = |text: &Option<Text>| match text {
            Some(text) => strict(self.envs, self.scope, self.file, text),
            None => Ok(String::new()),
        };
        let or = |value: String, default: &str| match value.as_str() {
            "" => default.to_owned(),
            _ => value,
        };
        let target = value(&long.target)?;
        let Some(target) = parse_port(&target) else {
            let message = format!("`{}` is no container port", target.escape_debug());
            return Err(reject(self.file, long.span, message));
        };
        rows.push(Row {
            service: self.service.to_owned(),
            host_ip: value(&long.host_ip)?,
            published: value(&long.published)?,
            target,
            protocol: or(value(&long.protocol)?, "tcp"),
            mode: or(value(&long.mode)?, "ingress"),
        });
        Ok(())
    }
}

/// Of entries with one address, port, target and protocol, the last stays, at the place of the first.
fn unique(rows: &mut Vec<Row>) {
    let mut places: BTreeMap<(String, String, u16, String), usize> = BTreeMap::new();
    let mut kept: Vec<Row> = Vec::new();
    for row in rows.drain(..) {
        let ip = if row.host_ip.is_empty() {
            "0.0.0.0".to_owned()
        } else {
            row.host_ip.clone()
        };
        let key = (ip, row.published.clone(), row.target, row.protocol.clone());
        let next = kept.len();
        match kept.get_mut(*places.entry(key).or_insert(next)) {
            Some(known) => *known = row,
            None => kept.push(row),
        }
    }
    *rows = kept;
}

/// The value of a text, or why Compose would not give it one.
fn strict(envs: &Envs<'_>, scope: &Scope, file: FileId, text: &Text) -> Result<String, Rejected> {
    match envs.evaluate(scope, file, text, Missing::Error) {
        Ok(evaluated) => Ok(evaluated.resolved.value),
        Err(error) => {
            let span = error.range().map_or(text.span, |r| text.locate_or_whole(r));
            Err(reject(file, span, error.to_string()))
        }
    }
}

fn reject(file: FileId, span: Span, message: impl Into<String>) -> Rejected {
    Rejected {
        message: message.into(),
        place: Place { file, span },
    }
}

fn lost_message(path: &str, lost: &Lost) -> String {
    let path = path.escape_debug();
    match lost {
        Lost::Remote => format!("`{path}` is on another machine and was not read"),
        Lost::Outside => format!("`{path}` lies outside the repository and was not read"),
        Lost::Missing(_) => format!("there is no compose file `{path}`"),
    }
}

fn no_base_message(error: &NoBase) -> String {
    match error {
        NoBase::File(Lost::Missing(path)) => {
            format!(
                "there is no compose file `{}` to extend from",
                path.escape_debug()
            )
        }
        NoBase::File(_) => "the file that it extends was not read".to_owned(),
        NoBase::Service(name) => format!("there is no service `{}` to extend", name.escape_debug()),
    }
}

#[cfg(test)]
#[path = "effective_tests.rs"]
mod tests;
