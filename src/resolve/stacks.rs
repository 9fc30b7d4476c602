//! Which projects are variants of one stack: alternatives that nobody starts side by side.

use super::files::Files;
use super::projects::Layout;
use crate::model::Project;
use crate::paths;
use crate::source::Text;
use std::collections::{BTreeMap, BTreeSet};

/// Projects that one project is compared with for the sake of one shared name.
const MAX_SHARING: usize = 32;

/// A project's services and containers.
struct Names<'a> {
    services: BTreeSet<&'a str>,
    containers: BTreeSet<String>,
}

/// Gives variants of one stack one number, that of the first.
pub(super) fn group(files: &Files<'_>, layout: &mut Layout) {
    let names: Vec<Names<'_>> = layout.projects.iter().map(|p| names(files, p)).collect();
    let mut stacks: Vec<usize> = (0..names.len()).collect();
    for (a, b) in pairs(&layout.projects, &names) {
        let (Some(p), Some(q)) = (layout.projects.get(a), layout.projects.get(b)) else {
            continue;
        };
        let (Some(m), Some(n)) = (names.get(a), names.get(b)) else {
            continue;
        };
        if are_variants(files, (p, m), (q, n)) {
            let (a, b) = (root(&stacks, a), root(&stacks, b));
            if let Some(slot) = stacks.get_mut(a.max(b)) {
                *slot = a.min(b);
            }
        }
    }
    for (i, project) in layout.projects.iter_mut().enumerate() {
        project.stack = root(&stacks, i);
    }
}

fn root(stacks: &[usize], mut i: usize) -> usize {
    while let Some(&up) = stacks.get(i).filter(|up| **up != i) {
        i = up;
    }
    i
}

fn names<'a>(files: &Files<'a>, project: &Project) -> Names<'a> {
    let services = project
        .files
        .iter()
        .filter_map(|id| files.compose(*id))
        .flat_map(|c| &c.services);
    let container = |text: &Text| {
        let fixed = !text.value.is_empty() && !text.value.contains('$');
        fixed.then(|| text.value.clone())
    };
    Names {
        services: services.clone().map(|s| s.name.value.as_str()).collect(),
        containers: services
            .filter_map(|s| s.container_name.as_ref().and_then(container))
            .collect(),
    }
}

/// Pairs of projects that share a name: of a service in one folder, of a container anywhere.
fn pairs(projects: &[Project], names: &[Names<'_>]) -> BTreeSet<(usize, usize)> {
    let mut sharing: BTreeMap<(Option<&str>, &str), Vec<usize>> = BTreeMap::new();
    for (i, (project, names)) in projects.iter().zip(names).enumerate() {
        if project.workflow {
            continue;
        }
        let services = names
            .services
            .iter()
            .map(|s| (Some(project.dir.as_str()), *s));
        let containers = names.containers.iter().map(|c| (None, c.as_str()));
        for key in services.chain(containers) {
            sharing.entry(key).or_default().push(i);
        }
    }
    let mut pairs = BTreeSet::new();
    for list in sharing.values() {
        for (n, a) in list.iter().enumerate() {
            pairs.extend(list.iter().skip(n + 1).take(MAX_SHARING).map(|b| (*a, *b)));
        }
    }
    pairs
}

/// In one folder: half of the smaller one's services again, or a name that says so (`x.yml`, `x.prod.yml`) with one of them.
/// Elsewhere: half of the smaller one's container names, which a machine can hold only once.
fn are_variants(
    files: &Files<'_>,
    (p, m): (&Project, &Names<'_>),
    (q, n): (&Project, &Names<'_>),
) -> bool {
    let half = |shared: usize, a: usize, b: usize| shared > 0 && 2 * shared >= a.min(b);
    let containers = m.containers.intersection(&n.containers).count();
    let same_containers = half(containers, m.containers.len(), n.containers.len());
    if p.dir != q.dir {
        return same_containers && half(containers, m.services.len(), n.services.len());
    }
    let services = m.services.intersection(&n.services).count();
    let by_name = match (p.files.first(), q.files.first()) {
        (Some(a), Some(b)) => extends_name(files.path(*a), files.path(*b)),
        _ => false,
    };
    half(services, m.services.len(), n.services.len())
        || same_containers
        || (by_name && (services > 0 || containers > 0))
}

/// Whether one file's name is the other's with a suffix: `apps.yml` and `apps.prod.yml`.
fn extends_name(a: &str, b: &str) -> bool {
    let (a, b) = (stem(a), stem(b));
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    long.strip_prefix(short)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_']))
}

/// The name without the extension and without what every compose file is called.
fn stem(path: &str) -> &str {
    let name = paths::name(path);
    let name = name
        .strip_suffix(".yml")
        .or(name.strip_suffix(".yaml"))
        .unwrap_or(name);
    let name = name.strip_prefix("docker-").unwrap_or(name);
    name.strip_prefix("compose").unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_variants() {
        for (a, b, expected) in [
            ("apps.yml", "apps.prod.yml", true),
            ("docker-compose.yml", "docker-compose-dev.yml", true),
            ("compose.yaml", "docker-compose.yml", true),
            ("docker-compose.yml", "compose.prod.yaml", true),
            (
                "docker-compose.test.yml",
                "docker-compose.test.override.yml",
                true,
            ),
            ("docker-compose.db.yml", "docker-compose.dbs.yml", false),
            ("docker-compose.apps.yml", "docker-compose.tools.yml", false),
        ] {
            assert_eq!(extends_name(a, b), expected, "{a} {b}");
            assert_eq!(extends_name(b, a), expected, "{b} {a}");
        }
    }
}
