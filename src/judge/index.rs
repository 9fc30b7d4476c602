//! Lookups over the model that judging needs for every sighting, built once.

use crate::facts::MountKind;
use crate::model::{DeclarationId, Feeds, Model, ServiceId, VariableUse};
use crate::source::{FileId, Sources};
use std::collections::{BTreeMap, BTreeSet};

/// See the module.
#[derive(Default)]
pub(super) struct Index {
    /// Directory of each file, as its parts.
    dirs: Vec<Vec<String>>,
    by_port: BTreeMap<u16, Vec<DeclarationId>>,
    by_alias: BTreeMap<String, Vec<(ServiceId, FileId)>>,
    by_service: BTreeMap<ServiceId, Vec<DeclarationId>>,
    by_file: BTreeMap<FileId, Vec<ServiceId>>,
    /// Names that `extra_hosts` of these services point at the machine that runs them.
    gateway_aliases: BTreeMap<String, BTreeSet<ServiceId>>,
    /// Host paths that services mount.
    mounts: BTreeMap<String, Vec<ServiceId>>,
    /// Files that services take as `env_file:`.
    env_file_users: BTreeMap<FileId, Vec<ServiceId>>,
    /// Files that give interpolation its values.
    interpolated: BTreeSet<FileId>,
    /// Variables that are the host part of a declaration.
    host_variables: BTreeMap<String, Vec<DeclarationId>>,
    /// Variables that reach a container beside a service's name, or are a container port.
    inner_variables: BTreeSet<String>,
    /// Those that reach these containers beside a service's name.
    beside_services: BTreeMap<String, Vec<(ServiceId, String)>>,
}

impl Index {
    pub(super) fn new(model: &Model, sources: &Sources) -> Self {
        let mut index = Self {
            dirs: sources
                .iter()
                .map(|(_, f)| parts(directory(&f.path)))
                .collect(),
            ..Self::default()
        };
        index.declarations(model);
        index.services(model, sources);
        index.variables(model, sources);
        index
    }

    fn declarations(&mut self, model: &Model) {
        for (id, declaration) in model.declarations() {
            self.by_service
                .entry(declaration.service)
                .or_default()
                .push(id);
            let Some(published) = &declaration.published else {
                continue;
            };
            let range = published.range;
            let last = if range.count() <= 256 {
                range.end
            } else {
                range.start
            };
            let mut ports: BTreeSet<u16> = (range.start..=last).collect();
            ports.extend(
                published
                    .candidates
                    .iter()
                    .filter_map(|c| c.value.trim().parse::<u16>().ok()),
            );
            for port in ports {
                self.by_port.entry(port).or_default().push(id);
            }
            self.interpolated.extend(
                published
                    .candidates
                    .iter()
                    .map(|c| c.place.file)
                    .filter(|f| *f != declaration.file),
            );
        }
    }

    fn services(&mut self, model: &Model, sources: &Sources) {
        let files: BTreeMap<&str, FileId> = sources.iter().map(|(id, f)| (&*f.path, id)).collect();
        for (i, service) in model.services.iter().enumerate() {
            let id = ServiceId(i);
            self.by_file.entry(service.file).or_default().push(id);
            for alias in service.aliases.iter().collect::<BTreeSet<_>>() {
                self.by_alias
                    .entry(alias.to_ascii_lowercase())
                    .or_default()
                    .push((id, service.file));
            }
            let facts = model.files.get(service.file.0 as usize);
            let written = facts
                .and_then(|f| f.compose.as_ref())
                .and_then(|c| c.services.get(service.index));
            let Some(written) = written else { continue };
            let here = directory(&sources.get(service.file).path);
            let gateways = written
                .extra_hosts
                .iter()
                .filter(|(_, address)| address == "host-gateway");
            for (name, _) in gateways {
                let of = self.gateway_aliases.entry(name.to_ascii_lowercase());
                of.or_default().insert(id);
            }
            for mount in written.mounts.iter().filter(|m| m.kind == MountKind::Bind) {
                if let Some(path) = mount.source.as_ref().and_then(|s| join(here, &s.value)) {
                    self.mounts.entry(path).or_default().push(id);
                }
            }
            for path in &written.env_files {
                if let Some(file) =
                    join(here, &path.value).and_then(|p| files.get(p.as_str()).copied())
                {
                    self.env_file_users.entry(file).or_default().push(id);
                }
            }
        }
    }

    fn variables(&mut self, model: &Model, sources: &Sources) {
        let path = |file: FileId| &*sources.get(file).path;
        for (name, variable) in &model.variables {
            // the `.env` that Compose takes a value from is no mere container's environment
            for value in &variable.values {
                let (dir, file) = path(value.place.file)
                    .rsplit_once('/')
                    .unwrap_or(("", path(value.place.file)));
                let used = |u: &VariableUse| directory(path(u.place.file)) == dir;
                if file == ".env" && variable.uses.iter().any(used) {
                    self.interpolated.insert(value.place.file);
                }
            }
            for usage in &variable.uses {
                match &usage.feeds {
                    Feeds::HostPort(id) => self
                        .host_variables
                        .entry(name.clone())
                        .or_default()
                        .push(*id),
                    Feeds::ContainerPort(_) | Feeds::Expose => {
                        self.inner_variables.insert(name.clone());
                    }
                    Feeds::Environment {
                        host: Some(host), ..
                    } if self.by_alias.contains_key(&host.to_ascii_lowercase()) => {
                        self.inner_variables.insert(name.clone());
                        let beside = self.beside_services.entry(name.clone()).or_default();
                        beside.extend(usage.service.map(|id| (id, host.clone())));
                    }
                    _ => {}
                }
            }
        }
    }

    /// Declarations that publish a port, or could with another of their variable's values.
    pub(super) fn publishing(&self, port: u16) -> &[DeclarationId] {
        self.by_port.get(&port).map_or(&[], Vec::as_slice)
    }

    /// What a service publishes.
    pub(super) fn published_by(&self, service: ServiceId) -> &[DeclarationId] {
        self.by_service.get(&service).map_or(&[], Vec::as_slice)
    }

    /// Declarations whose host part the variable is.
    pub(super) fn fed_by(&self, variable: &str) -> &[DeclarationId] {
        self.host_variables.get(variable).map_or(&[], Vec::as_slice)
    }

    /// Whether the variable is a container's port somewhere.
    pub(super) fn is_inner(&self, variable: &str) -> bool {
        self.inner_variables.contains(variable)
    }

    /// Whether `extra_hosts` makes the name an alias of the host's gateway for one of the `readers`; the name of a service is
    /// one for nobody else.
    pub(super) fn is_gateway_alias(&self, name: &str, readers: &[ServiceId]) -> bool {
        self.gateway_aliases.get(name).is_some_and(|of| {
            readers.iter().any(|r| of.contains(r)) || !self.by_alias.contains_key(name)
        })
    }

    /// Containers that get the variable beside a service's name, with that name.
    pub(super) fn beside_services(&self, variable: &str) -> &[(ServiceId, String)] {
        self.beside_services
            .get(variable)
            .map_or(&[], Vec::as_slice)
    }

    /// Services reached by a name, those of the files nearest to `file` only. The name is in lower case.
    pub(super) fn services_named(&self, name: &str, file: FileId) -> Vec<ServiceId> {
        let all = self.by_alias.get(name).map_or(&[][..], Vec::as_slice);
        let nearest = all.iter().map(|(_, f)| self.distance(file, *f)).min();
        all.iter()
            .filter(|(_, f)| Some(self.distance(file, *f)) == nearest)
            .map(|(id, _)| *id)
            .collect()
    }

    /// Services written in a compose file.
    pub(super) fn written_in(&self, file: FileId) -> &[ServiceId] {
        self.by_file.get(&file).map_or(&[], Vec::as_slice)
    }

    /// Services whose containers see the file.
    pub(super) fn mounting(&self, path: &str) -> Vec<ServiceId> {
        let mut found = Vec::new();
        let mut at = path;
        loop {
            found.extend(self.mounts.get(at).into_iter().flatten().copied());
            match at.rsplit_once('/') {
                Some((parent, _)) => at = parent,
                None => return found,
            }
        }
    }

    /// Services whose environment an env file is, if it gives interpolation no values as well.
    pub(super) fn environment_of(&self, file: FileId) -> &[ServiceId] {
        if self.interpolated.contains(&file) {
            return &[];
        }
        self.env_file_users.get(&file).map_or(&[], Vec::as_slice)
    }

    /// The value that a variable has for a file: that of the nearest env file, templates last.
    pub(super) fn value_near<'m>(
        &self,
        model: &'m Model,
        file: FileId,
        variable: &str,
    ) -> Option<&'m str> {
        let values = &model.variables.get(variable)?.values;
        let nearest = values
            .iter()
            .min_by_key(|v| (v.template, self.distance(file, v.place.file)))?;
        Some(nearest.value.as_str())
    }

    /// Whether `file` lies in the folder of `other`, or below it; the root's folder is everybody's, and tells nothing.
    pub(super) fn lies_below(&self, file: FileId, other: FileId) -> bool {
        let dir = |f: FileId| self.dirs.get(f.0 as usize).map_or(&[][..], Vec::as_slice);
        !dir(other).is_empty() && dir(file).starts_with(dir(other))
    }

    /// How many directories lie between two files.
    pub(super) fn distance(&self, a: FileId, b: FileId) -> usize {
        let dir = |f: FileId| self.dirs.get(f.0 as usize).map_or(&[][..], Vec::as_slice);
        let (a, b) = (dir(a), dir(b));
        let common = a.iter().zip(b).take_while(|(x, y)| x == y).count();
        a.len() + b.len() - 2 * common
    }
}

fn directory(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(dir, _)| dir)
}

fn parts(dir: &str) -> Vec<String> {
    dir.split('/')
        .filter(|p| !p.is_empty())
        .map(str::to_owned)
        .collect()
}

/// A path as written in a file of directory `here`, relative to the root; none if it leaves the root or is not known.
fn join(here: &str, path: &str) -> Option<String> {
    let path = path
        .trim_start_matches("${PWD}/")
        .trim_start_matches("$PWD/");
    if path.starts_with(['/', '~']) || path.contains('$') {
        return None;
    }
    let mut parts = parts(here);
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name.to_owned()),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_inside_the_root_only() {
        assert_eq!(join("tools/compose", "../../.env").as_deref(), Some(".env"));
        assert_eq!(
            join("tools", "./redis/redis.conf").as_deref(),
            Some("tools/redis/redis.conf")
        );
        assert_eq!(join("", "../other/.env"), None);
        assert_eq!(join("a", "/etc/redis.conf"), None);
        assert_eq!(join("a", "${HOME}/x"), None);
    }
}
