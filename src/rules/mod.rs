//! The rules: one file each, registered in [`ALL`]. A rule knows facts, the model and the policy; no format, no output.

mod assigned_port_mismatch;
mod common;
mod dangling_port_reference;
mod database_on_all_interfaces;
mod database_port_outside_range;
mod database_without_healthcheck;
mod database_without_named_volume;
mod database_without_restart_policy;
mod docs_port_drift;
mod fallback_drift;
mod hardcoded_host_port;
mod host_port_inside_network;
mod internal_error;
pub mod page;
mod port_collision;
mod port_drift;
mod port_variable_on_both_sides;
mod random_host_port;
mod reserved_range_intruder;
mod scrape_target_mismatch;
mod stale_port_reference;
mod syntax_error;
mod undefined_port_variable;
mod unused_ignore;
mod wrong_band;

use crate::finding::{Finding, RuleId, Severity};
use crate::model::{Model, Reference};
use crate::plan::Plan;
use crate::policy::Policy;
use crate::source::Sources;

/// What a rule may look at.
#[derive(Clone, Copy)]
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
#[derive(Debug)]
pub struct Rule {
    /// Code and name; both are stable for ever.
    pub id: RuleId,
    /// Default severity.
    pub severity: Severity,
    /// Whether it runs without being asked for.
    pub default_on: bool,
    /// The rule's page: front matter and Markdown, `rules/docs/<name>.md`.
    pub page: &'static str,
    /// Whether some of its findings carry a fix.
    pub fixable: bool,
    /// Reports findings, in any order.
    pub check: fn(&Context<'_>, &mut Vec<Finding>),
}

/// Declares the one `RULE` of a module; a missing page is a compile error.
macro_rules! rule {
    ($code:literal, $name:literal, $severity:ident, on: $on:literal, fix: $fix:literal, $check:expr) => {
        pub(super) static RULE: $crate::rules::Rule = $crate::rules::Rule {
            id: $crate::finding::RuleId {
                code: $code,
                name: $name,
            },
            severity: $crate::finding::Severity::$severity,
            default_on: $on,
            page: include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/rules/docs/",
                $name,
                ".md"
            )),
            fixable: $fix,
            check: $check,
        };
    };
}
use rule;

/// All rules, by code.
pub static ALL: &[&Rule] = &[
    &database_port_outside_range::RULE,
    &wrong_band::RULE,
    &reserved_range_intruder::RULE,
    &assigned_port_mismatch::RULE,
    &port_collision::RULE,
    &random_host_port::RULE,
    &hardcoded_host_port::RULE,
    &port_drift::RULE,
    &undefined_port_variable::RULE,
    &port_variable_on_both_sides::RULE,
    &database_without_named_volume::RULE,
    &database_on_all_interfaces::RULE,
    &database_without_restart_policy::RULE,
    &database_without_healthcheck::RULE,
    &syntax_error::RULE,
    &unused_ignore::RULE,
    &internal_error::RULE,
    &stale_port_reference::RULE,
    &host_port_inside_network::RULE,
    &dangling_port_reference::RULE,
    &scrape_target_mismatch::RULE,
    &docs_port_drift::RULE,
    &fallback_drift::RULE,
];

/// The rule under which the engine reports what failed inside.
pub const INTERNAL_ERROR: RuleId = internal_error::RULE.id;

/// The rule under which ignore comments that silence nothing are reported, and its severity.
pub const UNUSED_IGNORE: RuleId = unused_ignore::RULE.id;
/// See [`UNUSED_IGNORE`].
pub const UNUSED_IGNORE_SEVERITY: Severity = unused_ignore::RULE.severity;

/// The rule whose name is most like a word that names none, if one is.
pub fn similar(word: &str) -> Option<&'static Rule> {
    /// Below this likeness (of 1) a suggestion would only puzzle.
    const LIKE: f64 = 0.75;
    let word = word.to_ascii_lowercase();
    ALL.iter()
        .map(|r| (strsim::jaro_winkler(&word, r.id.name), *r))
        .filter(|(likeness, _)| *likeness >= LIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, rule)| rule)
}

/// A rule by code or name, whatever the case.
pub fn find(word: &str) -> Option<&'static Rule> {
    ALL.iter()
        .copied()
        .find(|r| r.id.code.eq_ignore_ascii_case(word) || r.id.name.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_and_names_are_unique_and_ascending() {
        let codes: Vec<&str> = ALL.iter().map(|r| r.id.code).collect();
        assert!(codes.is_sorted() && codes.windows(2).all(|w| w[0] != w[1]));
        assert_eq!(
            ALL.iter().map(|r| r.id.name).collect::<BTreeSet<_>>().len(),
            ALL.len()
        );
    }

    #[test]
    fn a_rule_is_found_by_code_and_name() {
        assert_eq!(find("pl005").map(|r| r.id.name), Some("port-collision"));
        assert_eq!(find("Port-Collision").map(|r| r.id.code), Some("PL005"));
        assert!(find("PL999").is_none());
    }
}
