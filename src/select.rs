//! Chooses the rules of a run and the severity of their findings: defaults, then the policy, then the command line.

use crate::classify::PathGlobs;
use crate::error::Error;
use crate::finding::{Finding, Severity};
use crate::policy::{Policy, RuleSetting, RuleSeverity};
use crate::rules::{self, Rule};
use std::collections::{BTreeMap, BTreeSet};

/// The word that stands for all rules in `--select` and `--ignore`.
const ALL: &str = "all";

/// The rule of a code or name, in any case.
pub fn find_rule(name: &str) -> Result<&'static Rule, Error> {
    rules::find(name.trim()).ok_or_else(|| Error::UnknownRule {
        name: name.to_owned(),
        help: Some(rules::similar(name).map_or_else(
            || "`portlint rules` lists them".to_owned(),
            |rule| format!("did you mean `{}` ({})?", rule.id.name, rule.id.code),
        )),
    })
}

/// Which rules run, and what the policy makes of their findings.
pub struct Chosen {
    /// Rules that run, by code.
    pub rules: Vec<&'static Rule>,
    settings: BTreeMap<&'static str, Setting>,
}

#[derive(Default)]
struct Setting {
    severity: Option<Severity>,
    include: PathGlobs,
    exclude: PathGlobs,
}

impl Chosen {
    /// From the policy and the codes or names of `--select` and `--ignore`.
    pub fn new(policy: &Policy, select: &[String], ignore: &[String]) -> Result<Self, Error> {
        let (select, ignore) = (rule_names(select)?, rule_names(ignore)?);
        let mut chosen = Self {
            rules: Vec::new(),
            settings: BTreeMap::new(),
        };
        for &rule in rules::ALL {
            let setting = policy.rules.get(rule.id.name);
            let runs = if select.is_empty() {
                is_on(rule, setting)
            } else {
                select.contains(rule.id.name)
            };
            if runs && !ignore.contains(rule.id.name) {
                chosen.rules.push(rule);
                if let Some(setting) = setting {
                    chosen.settings.insert(rule.id.name, read(setting)?);
                }
            }
        }
        Ok(chosen)
    }

    /// Gives a finding the policy's severity, or drops it where the policy says that its rule does not apply.
    pub fn apply(&self, finding: &mut Finding, path: &str) -> bool {
        let Some(setting) = self.settings.get(finding.rule.name) else {
            return true;
        };
        if let Some(severity) = setting.severity {
            finding.severity = severity;
        }
        !setting.exclude.is_match(path)
            && (setting.include.is_empty() || setting.include.is_match(path))
    }
}

fn is_on(rule: &Rule, setting: Option<&RuleSetting>) -> bool {
    match setting.and_then(|s| s.severity) {
        Some(RuleSeverity::Off) => false,
        Some(RuleSeverity::On(_)) => true,
        None => rule.default_on,
    }
}

fn read(setting: &RuleSetting) -> Result<Setting, Error> {
    Ok(Setting {
        severity: match setting.severity {
            Some(RuleSeverity::On(severity)) => Some(severity),
            _ => None,
        },
        include: PathGlobs::new(&setting.include)?,
        exclude: PathGlobs::new(&setting.exclude)?,
    })
}

fn rule_names(given: &[String]) -> Result<BTreeSet<&'static str>, Error> {
    let mut names = BTreeSet::new();
    for name in given {
        if name.eq_ignore_ascii_case(ALL) {
            names.extend(rules::ALL.iter().map(|r| r.id.name));
        } else {
            names.insert(find_rule(name)?.id.name);
        }
    }
    Ok(names)
}
