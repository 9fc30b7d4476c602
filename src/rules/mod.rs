//! The rules: one file each, registered in [`ALL`]. A rule knows facts, the model and the policy; no format, no output.

use crate::finding::{Finding, RuleId, Severity};
use crate::model::{Model, Reference};
use crate::plan::Plan;
use crate::policy::Policy;
use crate::source::Sources;

/// What a rule may look at.
pub struct Context<'a> {
    /// The files.
    pub sources: &'a Sources,
    /// The resolved repository.
    pub model: &'a Model,
    /// The judged references.
    pub references: &'a [Reference],
    /// Which declarations must move, and where to.
    pub plan: &'a Plan,
    /// The policy.
    pub policy: &'a Policy,
}

/// A rule.
pub struct Rule {
    /// Code and name.
    pub id: RuleId,
    /// Default severity; none means off by default.
    pub severity: Option<Severity>,
    /// The rule's page: front matter and Markdown, `rules/docs/<name>.md`.
    pub page: &'static str,
    /// Whether some of its findings carry a fix.
    pub fixable: bool,
    /// Reports through the sink.
    pub check: fn(&Context<'_>, &mut Vec<Finding>),
}

/// All rules, by code.
pub static ALL: &[&Rule] = &[];
