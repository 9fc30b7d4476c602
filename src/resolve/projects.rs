//! What can be started as one: a base file with its override, what `include` adds, and which projects are variants of one stack.

use super::env::{Envs, Scope};
use super::files::Files;
use super::stacks;
use crate::facts::{ComposeOrigin, Include, Problem, ProblemKind};
use crate::formats::dotenv::is_env_template;
use crate::model::{CandidateSource, Project, ProjectId};
use crate::paths;
use crate::policy::Policy;
use crate::source::{FileId, Place, Span, Text};
use std::collections::{BTreeMap, BTreeSet};

/// The names that Compose looks for, in its order.
const BASES: [&str; 4] = [
    "compose.yaml",
    "compose.yml",
    "docker-compose.yml",
    "docker-compose.yaml",
];

/// The overrides that Compose adds by itself, in its order.
const OVERRIDES: [&str; 4] = [
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
];

/// Files that one project may include; more is a ring of copies, not a project.
const MAX_MEMBERS: usize = 1000;

/// Why a path of a compose file leads nowhere that we read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Lost {
    /// A URL or a Git repository.
    Remote,
    /// Outside the root.
    Outside,
    /// Not among the files that were read.
    Missing(String),
}

/// All projects, with the project and the scope of each compose file.
#[derive(Default)]
pub(super) struct Layout {
    /// The projects, in the order of their first files.
    pub projects: Vec<Project>,
    /// By compose file: the project that starts it, with the variables that it sees.
    pub members: BTreeMap<FileId, Member>,
    /// The jobs of workflow files that follow the first one: by file and name.
    pub jobs: BTreeMap<(FileId, Option<String>), ProjectId>,
    /// The env files that Compose reads.
    pub envs: BTreeSet<FileId>,
    /// What is wrong with includes.
    pub problems: Vec<(FileId, Problem)>,
}

/// A file in its project.
#[derive(Clone)]
pub(super) struct Member {
    /// The project.
    pub project: ProjectId,
    /// What its interpolation sees.
    pub scope: Scope,
    /// The folder from which its relative paths count.
    pub folder: String,
}

/// A project before its number is known.
struct Draft {
    folder: String,
    /// The file that starts it, then its overrides.
    entries: Vec<FileId>,
    /// The `.env` that Compose reads.
    env: Option<FileId>,
}

/// Finds the file that a path in a compose file names.
pub(super) fn find(files: &Files<'_>, folder: &str, path: &str) -> Result<FileId, Lost> {
    if path.contains("://") || path.starts_with("git@") || path.starts_with("oci:") {
        return Err(Lost::Remote);
    }
    let joined = paths::join(folder, path).ok_or(Lost::Outside)?;
    files
        .find(&joined)
        .filter(|id| files.compose(*id).is_some())
        .ok_or(Lost::Missing(joined))
}

/// The variables that Compose, and the people who follow a template, give a file in this folder.
pub(super) fn scope(
    files: &Files<'_>,
    envs: &mut Envs<'_>,
    policy: &Policy,
    compose: &[FileId],
    folders: &[&str],
) -> Scope {
    let mut layers: Vec<_> = compose
        .iter()
        .map(|id| (*id, CandidateSource::ComposeEnv))
        .collect();
    let is_env = |id: &FileId| files.env(*id).is_some();
    let of_policy = policy.env_files.iter().filter_map(|p| files.find(p));
    layers.extend(
        of_policy
            .filter(is_env)
            .map(|id| (id, CandidateSource::PolicyEnv)),
    );
    let root = files.find(".env").filter(is_env);
    layers.extend(root.map(|id| (id, CandidateSource::RootEnv)));
    let mut seen = BTreeSet::new();
    for folder in folders.iter().copied().chain([""]) {
        if seen.insert(folder) {
            let templates = files.templates(folder).iter().copied();
            layers.extend(templates.map(|id| (id, CandidateSource::Template)));
        }
    }
    let mut told = BTreeSet::new();
    layers.retain(|(id, _)| told.insert(*id));
    envs.scope(&layers)
}

/// The `.env` of a folder.
pub(super) fn env_of(files: &Files<'_>, folder: &str) -> Option<FileId> {
    let path = paths::join(folder, ".env")?;
    files.find(&path).filter(|id| files.env(*id).is_some())
}

/// The name that Compose gives a project of this folder; the root's own name is not ours to know.
pub(super) fn project_name(folder: &str) -> String {
    if folder.is_empty() {
        return "root".to_owned();
    }
    let kept = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let name: String = paths::name(folder)
        .to_lowercase()
        .chars()
        .filter(kept)
        .collect();
    name.trim_start_matches(['-', '_']).to_owned()
}

/// Lays out all projects of a repository.
pub(super) fn layout<'a>(files: &'a Files<'a>, envs: &mut Envs<'a>, policy: &Policy) -> Layout {
    let mut builder = Builder {
        files,
        envs,
        policy,
        layout: Layout::default(),
    };
    let drafts = drafts(files);
    let included = builder.included(&drafts);
    let (inner, roots): (Vec<_>, Vec<_>) = drafts
        .into_iter()
        .partition(|d| d.entries.iter().all(|id| included.contains(id)));
    for draft in roots.into_iter().chain(inner) {
        // what a ring of includes leaves over starts by itself
        if draft
            .entries
            .iter()
            .any(|id| !builder.layout.members.contains_key(id))
        {
            builder.project(draft);
        }
    }
    builder.workflows();
    builder.number();
    let Builder { mut layout, .. } = builder;
    stacks::group(files, &mut layout);
    layout
}

/// Projects by their first files: those of `COMPOSE_FILE`, those that Compose finds by name, then one for each other file.
fn drafts(files: &Files<'_>) -> Vec<Draft> {
    let mut drafts = compose_file_projects(files);
    let mut used: BTreeSet<FileId> = drafts.iter().flat_map(|d| d.entries.clone()).collect();
    let all = files.composes(ComposeOrigin::Compose);
    let folders: BTreeSet<&str> = all.iter().map(|id| files.folder(*id)).collect();
    for folder in folders {
        let first = |names: &[&str]| {
            names
                .iter()
                .filter_map(|name| files.find(&paths::join(folder, name)?))
                .find(|id| files.compose(*id).is_some())
        };
        let Some(base) = first(&BASES).filter(|id| !used.contains(id)) else {
            continue;
        };
        let entries: Vec<_> = [Some(base), first(&OVERRIDES)]
            .into_iter()
            .flatten()
            .collect();
        used.extend(&entries);
        drafts.push(Draft {
            folder: folder.to_owned(),
            entries,
            env: env_of(files, folder),
        });
    }
    let rest = all.into_iter().filter(|id| !used.contains(id));
    drafts.extend(rest.map(|id| Draft {
        folder: files.folder(id).to_owned(),
        entries: vec![id],
        env: env_of(files, files.folder(id)),
    }));
    drafts.sort_by_key(|d| d.entries.first().copied());
    drafts
}

/// Projects that an `.env` names in `COMPOSE_FILE`.
fn compose_file_projects(files: &Files<'_>) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for id in files.envs() {
        if paths::name(files.path(id)) != ".env" {
            continue;
        }
        let entries = files.env(id).map_or(&[][..], |e| &e.entries);
        let value = |name: &str| {
            let mut live = entries.iter().rev().filter(|e| !e.commented);
            live.find(|e| e.key.value == name)
                .map(|e| e.value.value.as_str())
        };
        let Some(list) = value("COMPOSE_FILE").filter(|list| !list.is_empty()) else {
            continue;
        };
        let separator = value("COMPOSE_PATH_SEPARATOR").filter(|s| !s.is_empty());
        // without a separator of its own, `;` can only be Windows' one
        let default = if list.contains(';') { ";" } else { ":" };
        let folder = files.folder(id);
        let named: Vec<FileId> = list
            .split(separator.unwrap_or(default))
            .filter_map(|path| find(files, folder, path.trim()).ok())
            .collect();
        if let Some(first) = named.first() {
            drafts.push(Draft {
                folder: files.folder(*first).to_owned(),
                entries: named,
                env: Some(id),
            });
        }
    }
    drafts
}

struct Builder<'b, 'a> {
    files: &'a Files<'a>,
    envs: &'b mut Envs<'a>,
    policy: &'b Policy,
    layout: Layout,
}

/// What an include adds to, on its way down.
struct Visit {
    file: FileId,
    folder: String,
    /// The `.env` files that Compose reads, outermost first.
    env: Vec<FileId>,
    /// The folders on the way, innermost first.
    folders: Vec<String>,
    /// The files on the way: a ring comes back to one of them.
    chain: Vec<FileId>,
}

impl Builder<'_, '_> {
    fn scope(&mut self, visit: &Visit, project_name: &str) -> Scope {
        let folders: Vec<&str> = visit.folders.iter().map(String::as_str).collect();
        let mut scope = scope(self.files, self.envs, self.policy, &visit.env, &folders);
        scope.project_name = Some(project_name.to_owned());
        scope
    }

    fn start(&self, draft: &Draft) -> Vec<Visit> {
        let visit = |file: &FileId| Visit {
            file: *file,
            folder: draft.folder.clone(),
            env: draft.env.into_iter().collect(),
            folders: vec![draft.folder.clone()],
            chain: vec![*file],
        };
        draft.entries.iter().map(visit).collect()
    }

    /// All files that some other file includes.
    fn included(&mut self, drafts: &[Draft]) -> BTreeSet<FileId> {
        let mut found = BTreeSet::new();
        for draft in drafts {
            for visit in self.start(draft) {
                let compose = self.files.compose(visit.file);
                if compose.is_some_and(|c| !c.includes.is_empty()) {
                    let scope = self.scope(&visit, &project_name(&draft.folder));
                    let (inner, _) = self.includes(&visit, &scope);
                    found.extend(inner.iter().map(|v| v.file).filter(|f| *f != visit.file));
                }
            }
        }
        found
    }

    /// Adds a project with all that its files include.
    fn project(&mut self, draft: Draft) {
        let id = ProjectId(self.layout.projects.len());
        let folder_name = project_name(&draft.folder);
        let mut files: Vec<FileId> = Vec::new();
        let mut seen: BTreeSet<FileId> = BTreeSet::new();
        let mut open = self.start(&draft);
        open.reverse();
        while let Some(visit) = open.pop() {
            if !seen.insert(visit.file) || seen.len() > MAX_MEMBERS {
                continue;
            }
            files.push(visit.file);
            self.layout.envs.extend(&visit.env);
            let scope = self.scope(&visit, &folder_name);
            let (inner, problems) = self.includes(&visit, &scope);
            self.layout.problems.extend(problems);
            open.extend(inner.into_iter().rev());
            self.layout.members.entry(visit.file).or_insert(Member {
                project: id,
                scope,
                folder: visit.folder,
            });
        }
        let name = self.name(&draft, &folder_name);
        self.layout.projects.push(Project {
            name,
            dir: draft.folder,
            files,
            stack: id.0,
            workflow: false,
        });
    }

    /// `name:` of the last file that has one, `COMPOSE_PROJECT_NAME`, or the folder's name.
    fn name(&self, draft: &Draft, folder_name: &str) -> String {
        let named = draft.entries.iter().rev().find_map(|id| {
            let member = self.layout.members.get(id)?;
            let name = self.files.compose(*id)?.name.as_ref()?;
            Some(self.envs.text(&member.scope, *id, name))
        });
        let by_env = || {
            let env = self.files.env(draft.env?)?;
            let mut live = env.entries.iter().rev().filter(|e| !e.commented);
            let entry = live.find(|e| e.key.value == "COMPOSE_PROJECT_NAME")?;
            Some(entry.value.value.clone())
        };
        named
            .or_else(by_env)
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| match draft.folder.as_str() {
                "" => ".".to_owned(),
                _ => folder_name.to_owned(),
            })
    }

    /// What a file includes, and what is wrong with it.
    fn includes(&self, visit: &Visit, scope: &Scope) -> (Vec<Visit>, Vec<(FileId, Problem)>) {
        let includes = self
            .files
            .compose(visit.file)
            .map_or(&[][..], |c| &c.includes);
        let mut inner = Vec::new();
        let mut problems = Vec::new();
        for include in includes {
            for (i, text) in include.paths.iter().enumerate() {
                let path = self.envs.text(scope, visit.file, text);
                match find(self.files, &visit.folder, &path) {
                    Ok(file) if visit.chain.contains(&file) => {
                        problems.extend((i == 0).then(|| {
                            problem(
                                visit.file,
                                text.span,
                                ProblemKind::Shape,
                                format!("`{}` includes itself in a ring", path.escape_debug()),
                            )
                        }));
                    }
                    Ok(file) => inner.push(self.inner(visit, scope, include, file, &path)),
                    Err(Lost::Outside) => problems.push(problem(
                        visit.file,
                        text.span,
                        ProblemKind::Skipped,
                        format!(
                            "`{}` lies outside the repository and was not read",
                            path.escape_debug()
                        ),
                    )),
                    Err(Lost::Remote | Lost::Missing(_)) => {}
                }
            }
        }
        (inner, problems)
    }

    fn inner(
        &self,
        visit: &Visit,
        scope: &Scope,
        include: &Include,
        file: FileId,
        path: &str,
    ) -> Visit {
        let text = |text: &Text| self.envs.text(scope, visit.file, text);
        let given = include.project_directory.as_ref().map(text);
        let main = include.paths.first().map_or_else(|| path.to_owned(), text);
        let folder = match given {
            Some(given) => paths::join(&visit.folder, &given),
            // the first path says where the included project lies; the others override it
            None => paths::join(&visit.folder, &main).map(|p| paths::folder(&p).to_owned()),
        };
        let folder = folder.unwrap_or_else(|| self.files.folder(file).to_owned());
        let mut env = visit.env.clone();
        if include.env_files.is_empty() {
            env.extend(env_of(self.files, &folder).filter(|id| !env.contains(id)));
        } else {
            let named = include.env_files.iter().map(text);
            let found = named.filter_map(|p| self.files.find(&paths::join(&visit.folder, &p)?));
            env.extend(found.filter(|id| self.files.env(*id).is_some()));
        }
        let mut folders = visit.folders.clone();
        if !folders.contains(&folder) {
            folders.insert(0, folder.clone());
        }
        let mut chain = visit.chain.clone();
        chain.push(file);
        Visit {
            file,
            folder,
            env,
            folders,
            chain,
        }
    }

    /// One project for each job of a CI workflow: jobs run on machines of their own.
    fn workflows(&mut self) {
        for file in self.files.composes(ComposeOrigin::Workflow) {
            let services = self.files.compose(file).map_or(&[][..], |c| &c.services);
            let jobs: BTreeSet<Option<String>> = services.iter().map(|s| s.job.clone()).collect();
            for job in jobs {
                let id = ProjectId(self.layout.projects.len());
                self.layout.projects.push(Project {
                    name: job
                        .clone()
                        .unwrap_or_else(|| paths::name(self.files.path(file)).to_owned()),
                    dir: self.files.folder(file).to_owned(),
                    files: vec![file],
                    stack: id.0,
                    workflow: true,
                });
                self.layout.jobs.insert((file, job), id);
                self.layout.members.entry(file).or_insert(Member {
                    project: id,
                    scope: Scope::literal(),
                    folder: self.files.folder(file).to_owned(),
                });
            }
        }
    }

    /// Numbers the projects in the order of their first files.
    fn number(&mut self) {
        let projects = &self.layout.projects;
        let mut order: Vec<usize> = (0..projects.len()).collect();
        order.sort_by_key(|i| (projects.get(*i).and_then(|p| p.files.first().copied()), *i));
        let mut number = vec![ProjectId(0); order.len()];
        for (new, old) in order.iter().enumerate() {
            if let Some(slot) = number.get_mut(*old) {
                *slot = ProjectId(new);
            }
        }
        let renumber = |id: &mut ProjectId| *id = number.get(id.0).copied().unwrap_or(*id);
        let mut drafts: Vec<(usize, Project)> = std::mem::take(&mut self.layout.projects)
            .into_iter()
            .enumerate()
            .map(|(old, p)| (number.get(old).map_or(old, |n| n.0), p))
            .collect();
        drafts.sort_by_key(|(new, _)| *new);
        for (new, mut project) in drafts {
            project.stack = new;
            self.layout.projects.push(project);
        }
        self.layout
            .members
            .values_mut()
            .for_each(|m| renumber(&mut m.project));
        self.layout.jobs.values_mut().for_each(renumber);
    }
}

/// A problem of a file.
pub(super) fn problem(
    file: FileId,
    span: Span,
    kind: ProblemKind,
    message: String,
) -> (FileId, Problem) {
    let problem = Problem {
        kind,
        message,
        span,
    };
    (file, problem)
}

/// Whether Compose finds a file by its own name.
pub(super) fn is_base_name(path: &str) -> bool {
    BASES.contains(&paths::name(path))
}

/// Whether an env file is a template (port model, section 4).
pub(super) fn is_template(files: &Files<'_>, place: Place) -> bool {
    is_env_template(files.path(place.file))
}
