//! Services: what each of them is, by all that its file, its bases, its overrides and its Dockerfile say.

use super::env::{Envs, Scope};
use super::extends::{Bases, Key};
use super::files::Files;
use super::projects::{Layout, Member, is_base_name};
use crate::facts::{ComposeService, Dockerfile, PortEntry};
use crate::identify::{self, identify};
use crate::model::{Identity, PortRange, ProjectId, Service, ServiceId};
use crate::paths;
use crate::policy::Policy;
use crate::ports::{ShortPort, parse_port, parse_range};
use crate::source::{Spanned, Text};
use std::collections::{BTreeMap, BTreeSet};

/// The label by which a service says what it is.
const KIND_LABEL: &str = "portlint.kind";

/// Ports of one range that count as listened on; nobody serves a thousand protocols.
const MAX_LISTENED: usize = 256;

/// Services of one sort that are asked about another; people write a service down three times, not thirty.
const MAX_KIN: usize = 32;

/// All services with the way from their places to their numbers.
pub(super) struct Services {
    pub all: Vec<Service>,
    pub by_key: BTreeMap<Key, ServiceId>,
}

/// Resolves all services, in the order of file and place.
pub(super) fn services(
    files: &Files<'_>,
    envs: &Envs<'_>,
    layout: &Layout,
    bases: &Bases,
    policy: &Policy,
) -> Services {
    let mut keys: Vec<Key> = Vec::new();
    for &file in layout.members.keys() {
        let count = files.compose(file).map_or(0, |c| c.services.len());
        keys.extend((0..count).map(|i| (file, i)));
    }
    let kin = Kin::new(files, layout, bases, &keys);
    let mut found = Services {
        all: Vec::with_capacity(keys.len()),
        by_key: BTreeMap::new(),
    };
    for key in keys {
        let Some(view) = View::new(files, envs, layout, &kin, key) else {
            continue;
        };
        found.by_key.insert(key, ServiceId(found.all.len()));
        found
            .all
            .push(view.service(policy, is_base(files, layout, bases, key)));
    }
    found
}

/// The project of a service: that of its file, or of its job.
fn project_of(layout: &Layout, key: Key, service: &ComposeService) -> Option<ProjectId> {
    let member = layout.members.get(&key.0)?;
    let job = layout.jobs.get(&(key.0, service.job.clone()));
    Some(job.copied().unwrap_or(member.project))
}

/// Whether a service exists for others to extend: it stands in a file that nothing starts, or could not start by itself.
fn is_base(files: &Files<'_>, layout: &Layout, bases: &Bases, key: Key) -> bool {
    let Some(service) = files.service(key.0, key.1) else {
        return false;
    };
    if !bases.is_extended(key) {
        return false;
    }
    let member = layout.members.get(&key.0);
    let project = member.and_then(|m| layout.projects.get(m.project.0));
    let alone = project.is_some_and(|p| p.files.as_slice() == [key.0]);
    let started = !alone || is_base_name(files.path(key.0));
    let runnable = service.image.is_some() || service.build.is_some() || service.extends.is_some();
    (bases.is_extended_elsewhere(key) && !started) || !runnable || !service.profiles.is_empty()
}

/// Which services are one: by project and name, and by stack and name.
struct Kin<'a> {
    bases: &'a Bases,
    by_project: BTreeMap<(ProjectId, &'a str), Vec<Key>>,
    by_stack: BTreeMap<(usize, &'a str), Vec<Key>>,
    /// The names that `links: - db:database` gives a service of a project.
    links: BTreeMap<(ProjectId, &'a str), BTreeSet<&'a str>>,
}

impl<'a> Kin<'a> {
    fn new(files: &Files<'a>, layout: &Layout, bases: &'a Bases, keys: &[Key]) -> Self {
        let mut kin = Self {
            bases,
            by_project: BTreeMap::new(),
            by_stack: BTreeMap::new(),
            links: BTreeMap::new(),
        };
        for &key in keys {
            let Some(service) = files.service(key.0, key.1) else {
                continue;
            };
            let Some(project) = project_of(layout, key, service) else {
                continue;
            };
            let name = service.name.value.as_str();
            let stack = layout
                .projects
                .get(project.0)
                .map_or(project.0, |p| p.stack);
            kin.by_project.entry((project, name)).or_default().push(key);
            kin.by_stack.entry((stack, name)).or_default().push(key);
            for (target, alias) in service.links.iter().filter_map(|l| l.value.split_once(':')) {
                kin.links
                    .entry((project, target))
                    .or_default()
                    .insert(alias);
            }
        }
        kin
    }
}

/// A service with all others that say something of it.
struct View<'v, 'a> {
    files: &'v Files<'a>,
    envs: &'v Envs<'a>,
    layout: &'v Layout,
    key: Key,
    service: &'a ComposeService,
    project: ProjectId,
    /// Itself, its bases, and the same service in the project's other files.
    same: Vec<Key>,
    /// Then those that extend it, and the same service in other variants of the stack.
    kin: Vec<Key>,
    /// The names that links of the project give it.
    links: Vec<&'a str>,
}

impl<'v, 'a> View<'v, 'a> {
    fn new(
        files: &'v Files<'a>,
        envs: &'v Envs<'a>,
        layout: &'v Layout,
        kin: &Kin<'a>,
        key: Key,
    ) -> Option<Self> {
        let service = files.service(key.0, key.1)?;
        let project = project_of(layout, key, service)?;
        let stack = layout.projects.get(project.0).map(|p| p.stack)?;
        let name = service.name.value.as_str();
        let mut same = vec![key];
        let add = |list: &mut Vec<Key>, more: &[Key]| {
            for k in more.iter().take(MAX_KIN) {
                if !list.contains(k) {
                    list.push(*k);
                }
            }
        };
        add(&mut same, &kin.bases.chain(key));
        let siblings = kin
            .by_project
            .get(&(project, name))
            .map_or(&[][..], Vec::as_slice);
        add(&mut same, siblings);
        for sibling in siblings.iter().take(MAX_KIN) {
            add(&mut same, &kin.bases.chain(*sibling));
        }
        let mut wide = same.clone();
        add(&mut wide, &kin.bases.extenders(key));
        add(
            &mut wide,
            kin.by_stack
                .get(&(stack, name))
                .map_or(&[][..], Vec::as_slice),
        );
        Some(Self {
            files,
            envs,
            layout,
            key,
            service,
            project,
            same,
            kin: wide,
            links: kin
                .links
                .get(&(project, name))
                .into_iter()
                .flatten()
                .copied()
                .collect(),
        })
    }

    fn get(&self, key: Key) -> Option<(&'a ComposeService, &'v Member)> {
        Some((
            self.files.service(key.0, key.1)?,
            self.layout.members.get(&key.0)?,
        ))
    }

    /// What interpolation of the service `key` sees: a base is read by the project of the service that extends it.
    fn scope(&self, key: Key) -> Option<&'v Scope> {
        let seen_by = if self.same.contains(&key) {
            self.key
        } else {
            key
        };
        self.layout.members.get(&seen_by.0).map(|m| &m.scope)
    }

    /// The value of a text of the service `key`; none if it is empty.
    fn value(&self, key: Key, text: &Text) -> Option<String> {
        let value = self.envs.text(self.scope(key)?, key.0, text);
        Some(value).filter(|v| !v.is_empty())
    }

    /// The first value that one of these services gives.
    fn first(
        &self,
        keys: &[Key],
        field: impl Fn(&ComposeService) -> Option<&Text>,
    ) -> Option<String> {
        keys.iter().find_map(|key| {
            let (service, _) = self.get(*key)?;
            self.value(*key, field(service)?)
        })
    }

    fn service(&self, policy: &Policy, is_base: bool) -> Service {
        let image = self.image();
        let container_name = self.first(&self.same, |s| s.container_name.as_ref());
        let dockerfile = self.kin.iter().find_map(|key| self.dockerfile(*key));
        let targets = self.targets();
        let from = dockerfile
            .as_ref()
            .and_then(|(_, from)| from.clone())
            .or_else(|| self.inline_from());
        let label = self.label();
        let identity = identify(
            policy,
            &identify::Input {
                service_name: &self.service.name.value,
                container_name: container_name.as_deref(),
                label_kind: label.as_deref(),
                image: image.as_ref().map(|i| i.value.as_str()),
                dockerfile_from: from.as_deref(),
                targets: &targets,
            },
        );
        let exposed = dockerfile.map(|(d, _)| d.expose.iter().map(|e| e.value));
        let listens = self.listens(policy, &identity, targets, exposed.into_iter().flatten());
        Service {
            project: self.project,
            file: self.key.0,
            index: self.key.1,
            name: self.service.name.clone(),
            aliases: self.aliases(container_name.as_deref()),
            container_name,
            image,
            identity,
            listens,
            host_network: self
                .first(&self.same, |s| s.network_mode.as_ref())
                .is_some_and(|mode| mode == "host"),
            is_base,
        }
    }

    /// The image, its place that of the text in this file, or of the service's name if it stands elsewhere.
    fn image(&self) -> Option<Spanned<String>> {
        let value = self.first(&self.kin, |s| s.image.as_ref())?;
        let own = self.service.image.as_ref().map(|text| text.span);
        Some(Spanned::new(value, own.unwrap_or(self.service.name.span)))
    }

    fn label(&self) -> Option<String> {
        self.kin.iter().find_map(|key| {
            let (service, _) = self.get(*key)?;
            let label = service.labels.iter().find(|(k, _)| k.value == KIND_LABEL)?;
            self.value(*key, &label.1)
        })
    }

    fn inline_from(&self) -> Option<String> {
        self.kin.iter().find_map(|key| {
            let (service, _) = self.get(*key)?;
            service.build.as_ref()?.inline_from.clone()
        })
    }

    /// The Dockerfile that a service builds, with the image of the stage that it builds.
    fn dockerfile(&self, key: Key) -> Option<(&'a Dockerfile, Option<String>)> {
        let (service, member) = self.get(key)?;
        let build = service.build.as_ref()?;
        let text = |text: &Option<Text>, default: &str| {
            let value = text.as_ref().and_then(|t| self.value(key, t));
            value.unwrap_or_else(|| default.to_owned())
        };
        let context = paths::join(&member.folder, &text(&build.context, "."))?;
        let path = paths::join(&context, &text(&build.dockerfile, "Dockerfile"))?;
        let facts = self.files.facts(self.files.find(&path)?)?;
        let dockerfile = facts.dockerfile.as_ref()?;
        let target = build.target.as_ref().and_then(|t| self.value(key, t));
        Some((dockerfile, stage_image(dockerfile, target.as_deref())))
    }

    /// The container's side of `ports:` and `expose:`.
    fn targets(&self) -> Vec<u16> {
        let mut targets = BTreeSet::new();
        for key in &self.same {
            let Some((service, _)) = self.get(*key) else {
                continue;
            };
            for entry in &service.ports {
                targets.extend(self.entry_targets(*key, entry));
            }
            for text in &service.expose {
                let value = self.value(*key, text).unwrap_or_default();
                let ports = parse_range(value.split('/').next().unwrap_or_default());
                targets.extend(
                    ports
                        .into_iter()
                        .flat_map(|p| p.start..=p.end)
                        .take(MAX_LISTENED),
                );
            }
        }
        targets.into_iter().collect()
    }

    fn entry_targets(&self, key: Key, entry: &PortEntry) -> Vec<u16> {
        let value = |text: &Text| self.value(key, text);
        let ports = match entry {
            PortEntry::Short(text) => value(text)
                .and_then(|v| ShortPort::parse(&v).ok())
                .map(|p| p.target.ports),
            PortEntry::Long(long) => long
                .target
                .as_ref()
                .and_then(value)
                .and_then(|v| parse_port(&v))
                .map(PortRange::single),
        };
        let ports = ports.into_iter().flat_map(|p| p.start..=p.end);
        ports.take(MAX_LISTENED).collect()
    }

    /// What the processes listen on: published and exposed ports, the image's, and the engine's standard ones.
    fn listens(
        &self,
        policy: &Policy,
        identity: &Identity,
        targets: Vec<u16>,
        exposed: impl Iterator<Item = u16>,
    ) -> Vec<u16> {
        let engine = identity
            .engine
            .as_deref()
            .and_then(|e| policy.catalogue.engine(e));
        let standard = engine
            .into_iter()
            .flat_map(|e| e.ports.iter().map(|p| p.port));
        let all: BTreeSet<u16> = targets.into_iter().chain(exposed).chain(standard).collect();
        all.into_iter().collect()
    }

    /// The names by which other containers reach the service.
    fn aliases(&self, container_name: Option<&str>) -> Vec<String> {
        let mut names = BTreeSet::from([self.service.name.value.to_lowercase()]);
        names.extend(container_name.map(str::to_lowercase));
        for key in &self.same {
            let Some((service, _)) = self.get(*key) else {
                continue;
            };
            names.extend(
                service
                    .hostname
                    .as_ref()
                    .and_then(|t| self.value(*key, t))
                    .map(|n| n.to_lowercase()),
            );
            let aliases = service.networks.iter().flat_map(|n| &n.aliases);
            names.extend(aliases.map(|a| a.to_lowercase()));
        }
        names.extend(self.links.iter().map(|l| l.to_lowercase()));
        names.into_iter().collect()
    }
}

/// The image that a stage is made of, through the stages that it is built on; the last stage if none is named.
fn stage_image(dockerfile: &Dockerfile, target: Option<&str>) -> Option<String> {
    let stages = &dockerfile.from;
    let named = |name: &str, before: usize| {
        let mut earlier = stages.iter().take(before).enumerate().rev();
        earlier
            .find(|(_, (_, n))| n.as_deref().is_some_and(|n| n.eq_ignore_ascii_case(name)))
            .map(|(i, _)| i)
    };
    let mut at = match target {
        Some(target) => named(target, stages.len()).or_else(|| target.parse().ok())?,
        None => stages.len().checked_sub(1)?,
    };
    loop {
        let (image, _) = stages.get(at)?;
        // a stage can only be built on an earlier one, so this ends
        match named(&image.value, at) {
            Some(earlier) => at = earlier,
            None => return Some(image.value.clone()),
        }
    }
}
