//! What was read, by path: the only way in which the resolver sees files.

use crate::facts::{ComposeFile, ComposeOrigin, ComposeService, EnvFile, FileFacts};
use crate::paths;
use crate::source::{FileId, Sources, Span};
use std::collections::BTreeMap;

/// The files of a run with their facts.
pub struct Files<'a> {
    sources: &'a Sources,
    facts: &'a [FileFacts],
    by_path: BTreeMap<&'a str, FileId>,
}

impl<'a> Files<'a> {
    /// Takes facts in the order of the files.
    pub fn new(sources: &'a Sources, facts: &'a [FileFacts]) -> Self {
        let by_path = sources.iter().map(|(id, file)| (&*file.path, id)).collect();
        Self {
            sources,
            facts,
            by_path,
        }
    }

    /// A file by its path from the root.
    pub fn find(&self, path: &str) -> Option<FileId> {
        self.by_path.get(path).copied()
    }

    /// The files of one folder, subfolders excluded.
    pub(super) fn of_folder<'s>(&'s self, folder: &'s str) -> impl Iterator<Item = FileId> + 's {
        let start = if folder.is_empty() {
            String::new()
        } else {
            format!("{folder}/")
        };
        let below = self.by_path.range(start.as_str()..);
        let below: Vec<_> = below
            .take_while(|(path, _)| path.starts_with(&start))
            .filter(|(path, _)| paths::folder(path) == folder)
            .map(|(_, id)| *id)
            .collect();
        below.into_iter()
    }

    /// The path of a file.
    pub fn path(&self, id: FileId) -> &'a str {
        &self.sources.get(id).path
    }

    /// The folder of a file.
    pub fn folder(&self, id: FileId) -> &'a str {
        paths::folder(self.path(id))
    }

    /// All that a file says.
    pub fn facts(&self, id: FileId) -> Option<&'a FileFacts> {
        self.facts.get(id.0 as usize)
    }

    /// The services of a compose file or a workflow.
    pub fn compose(&self, id: FileId) -> Option<&'a ComposeFile> {
        self.facts(id)?.compose.as_ref()
    }

    /// A service by the index in its file.
    pub(super) fn service(&self, id: FileId, index: usize) -> Option<&'a ComposeService> {
        self.compose(id)?.services.get(index)
    }

    /// The variables of an env file.
    pub(super) fn env(&self, id: FileId) -> Option<&'a EnvFile> {
        self.facts(id)?.env.as_ref()
    }

    /// All files that declare services of this origin, in order.
    pub(super) fn composes(&self, origin: ComposeOrigin) -> Vec<FileId> {
        let with_origin = |f: &FileFacts| f.compose.as_ref().is_some_and(|c| c.origin == origin);
        self.facts
            .iter()
            .enumerate()
            .filter(|(_, f)| with_origin(f))
            .map(|(i, _)| FileId(Span::at(i).start))
            .collect()
    }

    /// All env files, in order.
    pub(super) fn envs(&self) -> Vec<FileId> {
        self.facts
            .iter()
            .enumerate()
            .filter(|(_, f)| f.env.is_some())
            .map(|(i, _)| FileId(Span::at(i).start))
            .collect()
    }
}
