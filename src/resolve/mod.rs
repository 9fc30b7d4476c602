//! Facts → [`Model`]: projects, services, published ports with the literals that give them, variables with their uses.
//!
//! Nothing here opens a file: what was read is all there is ([`files::Files`]).

mod declarations;
pub mod effective;
mod env;
mod extends;
pub mod files;
mod projects;
mod services;
mod stacks;
mod variables;

use crate::facts::{FileFacts, Problem, ProblemKind};
use crate::model::Model;
use crate::policy::Policy;
use crate::source::{FileId, Sources};
use declarations::Ground;
use env::Envs;
use extends::Bases;
use files::Files;

/// Resolves the facts of all files, given in the order of `sources`.
pub fn resolve(facts: Vec<FileFacts>, sources: &Sources, policy: &Policy) -> Model {
    let (mut model, problems, envs) = {
        let files = Files::new(sources, &facts);
        let mut envs = Envs::new(&files);
        let layout = projects::layout(&files, &mut envs, policy);
        let bases = Bases::new(&files, &envs, &layout);
        let services = services::services(&files, &envs, &layout, &bases, policy);
        let mut ground = Ground::new(&files, &envs, &layout, &bases, &services, policy);
        let declared = ground.declarations();
        let mut problems = ground.problems;
        let variables = variables::variables(&files, &envs, &layout, &services, &declared);
        problems.extend(layout.problems);
        problems.extend(bases.problems);
        let model = Model {
            files: Vec::new(),
            projects: layout.projects,
            services: services.all,
            declarations: declared.into_iter().map(|d| d.declaration).collect(),
            variables,
        };
        (model, problems, layout.envs)
    };
    model.files = facts;
    for env in envs {
        must_be_whole(&mut model.files, env);
    }
    add_problems(&mut model.files, problems);
    model
}

/// Compose refuses to start where it cannot read a line of its env file; what was passed over is an error there.
fn must_be_whole(facts: &mut [FileFacts], env: FileId) {
    let facts = facts.get_mut(env.0 as usize);
    for problem in facts.into_iter().flat_map(|f| &mut f.problems) {
        if problem.kind == ProblemKind::Skipped {
            problem.kind = ProblemKind::Shape;
        }
    }
}

/// Adds what is wrong to the files at fault, once each.
fn add_problems(facts: &mut [FileFacts], problems: Vec<(FileId, Problem)>) {
    for (file, problem) in problems {
        if let Some(facts) = facts.get_mut(file.0 as usize)
            && !facts.problems.contains(&problem)
        {
            facts.problems.push(problem);
        }
    }
}

#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod tests;
