//! `extends`: which service is the base of which.

use super::env::Envs;
use super::files::Files;
use super::projects::{Layout, Lost, Member, find, problem};
use crate::facts::{ComposeOrigin, ComposeService, Problem, ProblemKind};
use crate::source::FileId;
use std::collections::{BTreeMap, BTreeSet};

/// A service by file and index.
pub(super) type Key = (FileId, usize);

/// Bases beyond which a chain is a ring or a joke.
const MAX_CHAIN: usize = 64;

/// The bases of all services.
#[derive(Default)]
pub(super) struct Bases {
    /// The direct base of a service.
    base: BTreeMap<Key, Key>,
    /// The services that extend a service directly.
    extenders: BTreeMap<Key, Vec<Key>>,
    /// What is wrong with them.
    pub problems: Vec<(FileId, Problem)>,
}

/// Services of a file by name.
pub(super) struct ByName<'a>(BTreeMap<(FileId, &'a str), usize>);

impl<'a> ByName<'a> {
    pub(super) fn new(files: &Files<'a>) -> Self {
        let all = files.composes(ComposeOrigin::Compose).into_iter();
        let named = all.flat_map(|id| {
            let services = files.compose(id).map_or(&[][..], |c| &c.services);
            services
                .iter()
                .enumerate()
                .map(move |(i, s)| ((id, s.name.value.as_str()), i))
        });
        Self(named.collect())
    }

    pub(super) fn find(&self, file: FileId, name: &str) -> Option<usize> {
        self.0.get(&(file, name)).copied()
    }
}

/// Why a service has no base though it asks for one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NoBase {
    /// The file is not at hand.
    File(Lost),
    /// The file has no such service.
    Service(String),
}

/// The base that a service asks for.
pub(super) fn base_of(
    files: &Files<'_>,
    envs: &Envs<'_>,
    names: &ByName<'_>,
    member: &Member,
    file: FileId,
    service: &ComposeService,
) -> Result<Option<Key>, NoBase> {
    let Some(extends) = &service.extends else {
        return Ok(None);
    };
    let target = match &extends.file {
        None => file,
        Some(text) => {
            let path = envs.text(&member.scope, file, text);
            find(files, &member.folder, &path).map_err(NoBase::File)?
        }
    };
    let name = envs.text(&member.scope, file, &extends.service);
    match names.find(target, &name) {
        Some(index) => Ok(Some((target, index))),
        None => Err(NoBase::Service(name)),
    }
}

impl Bases {
    pub(super) fn new(files: &Files<'_>, envs: &Envs<'_>, layout: &Layout) -> Self {
        let names = ByName::new(files);
        let mut bases = Self::default();
        for (&file, member) in &layout.members {
            let services = files.compose(file).map_or(&[][..], |c| &c.services);
            for (i, service) in services.iter().enumerate() {
                bases.add(files, envs, &names, member, (file, i), service);
            }
        }
        bases.report_rings(files);
        bases
    }

    fn add(
        &mut self,
        files: &Files<'_>,
        envs: &Envs<'_>,
        names: &ByName<'_>,
        member: &Member,
        key: Key,
        service: &ComposeService,
    ) {
        let span = service
            .extends
            .as_ref()
            .map(|e| e.service.span)
            .unwrap_or_default();
        match base_of(files, envs, names, member, key.0, service) {
            Ok(None) | Err(NoBase::File(Lost::Remote | Lost::Missing(_))) => {}
            Ok(Some(base)) => {
                self.base.insert(key, base);
                self.extenders.entry(base).or_default().push(key);
            }
            Err(NoBase::File(Lost::Outside)) => self.problems.push(problem(
                key.0,
                span,
                ProblemKind::Skipped,
                "the file that it extends lies outside the repository and was not read".to_owned(),
            )),
            Err(NoBase::Service(name)) => self.problems.push(problem(
                key.0,
                span,
                ProblemKind::Shape,
                format!("there is no service `{}` to extend", name.escape_debug()),
            )),
        }
    }

    fn report_rings(&mut self, files: &Files<'_>) {
        let keys: Vec<Key> = self.base.keys().copied().collect();
        for key in keys {
            let chain = self.chain(key);
            let last = chain.last().unwrap_or(&key);
            if self.base.get(last) == Some(&key) {
                let service = files.service(key.0, key.1);
                let extends = service.and_then(|s| s.extends.as_ref());
                let span = extends.map(|e| e.service.span).unwrap_or_default();
                let name = service.map_or("", |s| &s.name.value);
                let message = format!("`{}` extends itself in a ring", name.escape_debug());
                self.problems
                    .push(problem(key.0, span, ProblemKind::Shape, message));
            }
        }
    }

    /// A service's bases, nearest first; a ring is cut where it closes.
    pub(super) fn chain(&self, key: Key) -> Vec<Key> {
        let mut chain = Vec::new();
        let mut seen = BTreeSet::from([key]);
        let mut at = key;
        while let Some(&next) = self.base.get(&at) {
            if chain.len() >= MAX_CHAIN || !seen.insert(next) {
                break;
            }
            chain.push(next);
            at = next;
        }
        chain
    }

    /// The services that extend a service, directly or not, nearest first.
    pub(super) fn extenders(&self, key: Key) -> Vec<Key> {
        let mut found: Vec<Key> = Vec::new();
        let mut seen = BTreeSet::from([key]);
        let mut open = vec![key];
        while let Some(next) = open.pop() {
            for &extender in self.extenders.get(&next).into_iter().flatten() {
                if found.len() < MAX_CHAIN && seen.insert(extender) {
                    found.push(extender);
                    open.push(extender);
                }
            }
        }
        found
    }

    /// Whether a service of another file extends this one.
    pub(super) fn is_extended_elsewhere(&self, key: Key) -> bool {
        let extenders = self.extenders.get(&key);
        extenders.is_some_and(|e| e.iter().any(|(file, _)| *file != key.0))
    }

    /// Whether any service extends this one.
    pub(super) fn is_extended(&self, key: Key) -> bool {
        self.extenders.contains_key(&key)
    }
}
