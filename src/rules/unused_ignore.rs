//! An ignore comment that silences nothing. Found while ignores are applied, after all other rules.

use super::rule;

rule!("PL016", "unused-ignore", Warning, on: true, fix: false, |_, _| ());
