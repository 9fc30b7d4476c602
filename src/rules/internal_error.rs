//! A rule or a reader that failed. Reported by the engine, which goes on with the others.

use super::rule;

rule!("PL017", "internal-error", Error, on: true, fix: false, |_, _| ());
