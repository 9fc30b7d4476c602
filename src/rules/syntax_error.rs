//! A file, or a part of it, that its format forbids.

use super::{Context, common, rule};
use crate::facts::ProblemKind;
use crate::finding::Finding;
use crate::source::{FileId, Span};

rule!("PL015", "syntax-error", Error, on: true, fix: false, check);

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (index, facts) in context.model.files.iter().enumerate() {
        let file = FileId(Span::at(index).start);
        for problem in facts
            .problems
            .iter()
            .filter(|p| p.kind != ProblemKind::Skipped)
        {
            let rest = match problem.kind {
                ProblemKind::Syntax => "The rest of the file was not read.",
                _ => "This part of the file was not read.",
            };
            findings.push(
                Finding::new(
                    RULE.id,
                    RULE.severity,
                    format!("{}. {rest}", problem.message),
                    common::at(file, problem.span),
                )
                .subject(problem.message.clone())
                .help("mend it; `docker compose config` says whether Compose can read the file"),
            );
        }
    }
}
