//! `portlint baseline`.

use super::args::{BaselineArgs, GlobalArgs};
use super::streams::{self, say};
use super::{CLEAN, FAILURE};
use crate::baseline::Baseline;
use crate::engine::{self, Options};
use crate::error::Error;
use crate::finding::Confidence;

/// Writes the findings that are there to the baseline, or prunes it.
pub(super) fn write(args: &BaselineArgs, global: &GlobalArgs) -> Result<u8, Error> {
    let before = if args.prune {
        Some(Baseline::read(&args.output)?)
    } else {
        None
    };
    let outcome = engine::check(&Options {
        paths: args.paths.clone(),
        root: global.root.clone(),
        config: global.config.clone(),
        // A guess that is asked for later was there, too.
        min_confidence: Confidence::Guess,
        baseline: before.clone(),
        threads: global.threads,
        ..Options::default()
    })?;
    if outcome.failed {
        say(
            "something failed inside, so that the baseline would be incomplete: it was not written",
        );
        return Ok(FAILURE);
    }
    let baseline = match before {
        Some(mut baseline) => {
            baseline.prune(&outcome.stale);
            baseline
        }
        None => Baseline::of(&outcome.report),
    };
    streams::write_result(Some(&args.output), |out| baseline.write(out))?;
    if !global.quiet {
        let accepted = match baseline.len() {
            1 => "1 finding".to_owned(),
            n => format!("{n} findings"),
        };
        let pruned = if args.prune {
            format!(", {} taken out", outcome.stale.len())
        } else {
            String::new()
        };
        say(&format!(
            "{}: {accepted} accepted{pruned}",
            args.output.display()
        ));
    }
    Ok(CLEAN)
}
