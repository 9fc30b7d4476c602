//! Merges the documents of one file as Compose does: each over the one before.

use std::collections::{HashMap, HashSet};

use crate::facts::{ComposeFile, ComposeService, MergeTag};

/// Merges `over` into `base`.
pub(super) fn file(base: &mut ComposeFile, over: ComposeFile) {
    replace(&mut base.name, over.name);
    base.includes.extend(over.includes);
    extend_new(&mut base.volumes, over.volumes, |volume| {
        volume.value.clone()
    });
    let removed: HashSet<&String> = over.removed.iter().collect();
    base.services
        .retain(|service| !removed.contains(&service.name.value));
    base.removed.extend(over.removed);
    each_or_push(
        &mut base.services,
        over.services,
        |s| s.name.value.clone(),
        merge_service,
    );
}

fn merge_service(base: &mut ComposeService, over: ComposeService) {
    forget(base, &over);
    replace(&mut base.image, over.image);
    replace(&mut base.build, over.build);
    replace(&mut base.container_name, over.container_name);
    replace(&mut base.hostname, over.hostname);
    replace(&mut base.network_mode, over.network_mode);
    replace(&mut base.restart, over.restart);
    replace(&mut base.extends, over.extends);
    replace(&mut base.replicas, over.replicas);
    base.healthcheck |= over.healthcheck;
    base.ports.extend(over.ports);
    extend_new(&mut base.expose, over.expose, |text| text.value.clone());
    override_by(&mut base.environment, over.environment, |pair| {
        pair.key.value.clone()
    });
    base.env_files.extend(over.env_files);
    base.commands.extend(over.commands);
    override_by(&mut base.mounts, over.mounts, |mount| mount.target.clone());
    override_by(&mut base.networks, over.networks, |network| {
        network.name.clone()
    });
    base.links.extend(over.links);
    base.extra_hosts.extend(over.extra_hosts);
    override_by(&mut base.labels, over.labels, |label| label.0.value.clone());
    base.profiles.extend(over.profiles);
    extend_new(&mut base.depends_on, over.depends_on, String::clone);
    base.merge_tags.extend(over.merge_tags);
}

/// Drops from `base` what a tag in `over` replaces or takes out.
fn forget(base: &mut ComposeService, over: &ComposeService) {
    if over.ports_tag != MergeTag::Merge {
        base.ports.clear();
        base.ports_tag = over.ports_tag;
    }
    for (key, _) in &over.merge_tags {
        match key.as_str() {
            "image" => base.image = None,
            "build" => base.build = None,
            "container_name" => base.container_name = None,
            "hostname" => base.hostname = None,
            "network_mode" => base.network_mode = None,
            "restart" => base.restart = None,
            "healthcheck" => base.healthcheck = false,
            "expose" => base.expose.clear(),
            "environment" => base.environment.clear(),
            "env_file" => base.env_files.clear(),
            "volumes" => base.mounts.clear(),
            "networks" => base.networks.clear(),
            "links" => base.links.clear(),
            "extra_hosts" => base.extra_hosts.clear(),
            "labels" => base.labels.clear(),
            "profiles" => base.profiles.clear(),
            "depends_on" => base.depends_on.clear(),
            _ => {
                if let Some(name) = key.strip_prefix("environment.") {
                    base.environment.retain(|pair| pair.key.value != name);
                }
            }
        }
    }
}

fn replace<T>(base: &mut Option<T>, over: Option<T>) {
    if over.is_some() {
        *base = over;
    }
}

fn extend_new<T>(base: &mut Vec<T>, over: Vec<T>, key: impl Fn(&T) -> String) {
    each_or_push(base, over, key, |_, _| {});
}

fn override_by<T>(base: &mut Vec<T>, over: Vec<T>, key: impl Fn(&T) -> String) {
    each_or_push(base, over, key, |known, item| *known = item);
}

/// Adds the items of `over`; where `base` has one of the same key, `merge` decides.
fn each_or_push<T>(
    base: &mut Vec<T>,
    over: Vec<T>,
    key: impl Fn(&T) -> String,
    merge: impl Fn(&mut T, T),
) {
    if base.is_empty() {
        *base = over;
        return;
    }
    let mut index: HashMap<String, usize> = base
        .iter()
        .enumerate()
        .map(|(i, item)| (key(item), i))
        .collect();
    for item in over {
        match index.get(&key(&item)).and_then(|&i| base.get_mut(i)) {
            Some(known) => merge(known, item),
            None => {
                index.insert(key(&item), base.len());
                base.push(item);
            }
        }
    }
}
