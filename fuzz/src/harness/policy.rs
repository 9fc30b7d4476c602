//! Policies.

use super::{text, tree};
use portlint::classify::Selection;
use portlint::finding::RuleId;
use portlint::policy::Policy;
use portlint::rules;
use std::sync::LazyLock;

static RULES: LazyLock<Vec<RuleId>> = LazyLock::new(|| rules::ALL.iter().map(|r| r.id).collect());

/// A stack that a policy judges.
const STACK: &[(&str, &str)] = &[
    (
        "compose.yaml",
        "services:\n  db:\n    image: postgres:17\n    ports: [\"5432:5432\"]\n  cache:\n    image: redis\n    ports: ['${CACHE_PORT:-6380}:6379', '7500:80']\n",
    ),
    (".env", "CACHE_PORT=6379\n"),
    (
        "src/config.py",
        "DSN = 'postgresql://app@localhost:5432/app'\n",
    ),
];

/// A policy file.
pub fn policy(data: &[u8]) {
    let text = text(data);
    let policy = match Policy::from_yaml("portlint.yaml", &text, &RULES) {
        Ok(policy) => policy,
        Err(error) => {
            // What a person sees of it, with places in the text.
            let summary = error.to_string();
            let report = format!("{:?}", miette::Report::new(error));
            assert!(!summary.is_empty() && !report.is_empty());
            return;
        }
    };
    // A bad glob is an error of its own.
    if let Ok(selection) = Selection::new(&policy.paths.include, &policy.paths.exclude) {
        for path in ["", "compose.yaml", "a/b/node_modules/c", "vendor/é/\n.env"] {
            let _ = (selection.enters(path), selection.takes(path));
        }
    }
    tree::judge(policy, STACK.iter().copied());
}
