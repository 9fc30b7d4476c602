//! A file, or a part of it, that its format forbids.

use super::{Context, common, rule};
use crate::facts::ProblemKind;
use crate::finding::Finding;
use crate::source::{FileId, Span};

rule!("PL015", "syntax-error", Error, on: true, fix: false, check);

const MEND: &str = "mend it; `docker compose config` says whether Compose can read the file";

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (index, facts) in context.model.files.iter().enumerate() {
        let file = FileId(Span::at(index).start);
        for problem in facts
            .problems
            .iter()
            .filter(|p| !matches!(p.kind, ProblemKind::Skipped | ProblemKind::Internal))
        {
            let (rest, help) = match problem.kind {
                ProblemKind::Syntax => ("The rest of the file was not read.", MEND),
                ProblemKind::Unreadable => (
                    "Its ports are not checked.",
                    "make it readable, or leave it out with `paths.exclude` or `.portlintignore`",
                ),
                _ => ("This part of the file was not read.", MEND),
            };
            findings.push(
                Finding::new(
                    RULE.id,
                    RULE.severity,
                    format!("{}. {rest}", problem.message),
                    common::at(file, problem.span),
                )
                .subject(problem.message.clone())
                .help(help),
            );
        }
    }
}
