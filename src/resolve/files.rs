//! What was read, by path: the only way in which the resolver sees files.

use crate::facts::{ComposeFile, ComposeOrigin, ComposeService, EnvFile, FileFacts};
use crate::formats::dotenv::{is_env_template, is_plain_template};
use crate::paths;
use crate::source::{FileId, Sources, Span};
use std::collections::BTreeMap;

/// Templates of one folder that count; nobody keeps more spellings of `.env.example`.
const MAX_TEMPLATES: usize = 16;

/// The files of a run with their facts.
pub struct Files<'a> {
    sources: &'a Sources,
    facts: &'a [FileFacts],
    by_path: BTreeMap<&'a str, FileId>,
    templates: BTreeMap<&'a str, Vec<FileId>>,
}

impl<'a> Files<'a> {
    /// Takes facts in the order of the files.
    pub fn new(sources: &'a Sources, facts: &'a [FileFacts]) -> Self {
        let mut files = Self {
            sources,
            facts,
            by_path: sources.iter().map(|(id, file)| (&*file.path, id)).collect(),
            templates: BTreeMap::new(),
        };
        // a folder without `.env.example` may have one for each way to run it: `env-example-postgres`
        let mut variants: BTreeMap<&str, Vec<FileId>> = BTreeMap::new();
        for id in files.envs() {
            let path = files.path(id);
            let of = if is_plain_template(path) {
                &mut files.templates
            } else if is_env_template(path) {
                &mut variants
            } else {
                continue;
            };
            let of_folder = of.entry(paths::folder(path)).or_default();
            if of_folder.len() < MAX_TEMPLATES {
                of_folder.push(id);
            }
        }
        for (folder, ids) in variants {
            files.templates.entry(folder).or_insert(ids);
        }
        files
    }

    /// A file by its path from the root.
    pub fn find(&self, path: &str) -> Option<FileId> {
        self.by_path.get(path).copied()
    }

    /// The templates of a folder that stand for its `.env`.
    pub(super) fn templates(&self, folder: &str) -> &[FileId] {
        self.templates.get(folder).map_or(&[], Vec::as_slice)
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
