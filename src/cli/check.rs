//! `portlint check`.

use super::args::{CheckArgs, GlobalArgs, ReportTo};
use super::streams::{self, say};
use super::{CLEAN, FAILURE, FINDINGS, mending, rules, watch};
use crate::baseline::Baseline;
use crate::bounded::take_text;
use crate::classify::limits;
use crate::engine::{self, Narrowing, Options, Outcome, Skipped};
use crate::error::{Error, in_words};
use crate::render::{self, Config, OutputFormat};
use std::io;
use std::path::PathBuf;

/// Skipped files that are named without `--verbose`.
const SKIPPED_SHOWN: usize = 10;

/// Checks once, or over and over.
pub(super) fn check(args: &CheckArgs, global: &GlobalArgs) -> Result<u8, Error> {
    if args.watch {
        return watch::watch(args, global);
    }
    let options = options(args, global)?;
    once(args, global, &options)
}

/// What a run is asked for. Reads the baseline and standard input, if they are wanted.
pub(super) fn options(args: &CheckArgs, global: &GlobalArgs) -> Result<Options, Error> {
    let narrowing = narrowing(args)?;
    Ok(Options {
        paths: match &args.stdin_filename {
            Some(file) => vec![file.clone()],
            None => args.paths.clone(),
        },
        narrowing,
        root: global.root.clone(),
        config: global.config.clone(),
        select: args.select.clone(),
        ignore: args.ignore.clone(),
        min_severity: args.min_severity,
        min_confidence: args.min_confidence,
        baseline: args.baseline.as_deref().map(Baseline::read).transpose()?,
        force_exclude: args.force_exclude,
        threads: global.threads,
    })
}

fn narrowing(args: &CheckArgs) -> Result<Narrowing, Error> {
    Ok(if args.stdin {
        Narrowing::Buffer(standard_input()?)
    } else if let Some(revision) = &args.diff_base {
        Narrowing::Since(revision.clone())
    } else if args.only_changed {
        Narrowing::Changed
    } else {
        Narrowing::Paths
    })
}

fn standard_input() -> Result<String, Error> {
    // An editor's buffer may be any file, so that the larger limit holds.
    take_text(io::stdin().lock(), limits().named).map_err(|reason| Error::Usage {
        message: format!("standard input cannot be read: {}", in_words(&reason)),
        help: None,
    })
}

/// Checks, writes the findings, says what was skipped.
pub(super) fn once(args: &CheckArgs, global: &GlobalArgs, options: &Options) -> Result<u8, Error> {
    let mending = args.mending;
    let outcome = if mending.diff {
        return mending::diff(args, global, options);
    } else if mending.fix || mending.unsafe_fixes {
        mending::fix(args, global, options)?
    } else {
        engine::check(options).map_err(|e| mistaken_command(e, &args.paths))?
    };
    if !global.quiet {
        remark(&outcome, global.verbose);
    }
    let config = Config {
        color: streams::colors(global.color, args.output.is_some()),
        width: streams::width(),
        summary: !global.quiet,
        rules: rules::infos(),
        ports: Some(outcome.ports.clone()),
        prefix: outcome.root.prefix.clone(),
    };
    streams::write_result(args.output.as_deref(), |out| {
        if args.statistics {
            render::statistics(&outcome.report, &config, out)
        } else {
            render::render(args.format, &outcome.report, &config, out)
        }
    })?;
    remark_left_out(args.format, &outcome, global);
    for ReportTo { format, file } in &args.reports {
        let config = Config {
            color: false,
            width: render::DEFAULT_WIDTH,
            ..config.clone()
        };
        streams::write_result(Some(file), |out| {
            render::render(*format, &outcome.report, &config, out)
        })?;
        remark_left_out(*format, &outcome, global);
    }
    Ok(exit_code(&outcome, args))
}

/// What a format's reader would not take, on standard error: the format itself says so to machines.
fn remark_left_out(format: OutputFormat, outcome: &Outcome, global: &GlobalArgs) {
    let left_out = render::left_out(format, &outcome.report);
    if left_out > 0 && !global.quiet {
        say(&format!(
            "{left_out} of {} findings are not in the SARIF report: code scanning shows no more, and the gravest are in it",
            outcome.report.findings.len()
        ));
    }
}

fn exit_code(outcome: &Outcome, args: &CheckArgs) -> u8 {
    if outcome.failed {
        return FAILURE;
    }
    let gravest = outcome.report.findings.iter().map(|f| f.severity).max();
    match gravest {
        Some(severity) if severity >= args.fail_on && !args.exit_zero => FINDINGS,
        _ => CLEAN,
    }
}

/// A word that is no path may be a misspelt command.
fn mistaken_command(error: Error, paths: &[PathBuf]) -> Error {
    match (error, paths) {
        (Error::Path { path, reason, .. }, [word]) => Error::Path {
            help: super::similar_command(word)
                .map(|command| format!("did you mean the command `{command}`?")),
            path,
            reason,
        },
        (error, _) => error,
    }
}

/// What a person should know beside the findings, on standard error.
fn remark(outcome: &Outcome, verbose: bool) {
    if verbose {
        say(&format!("root: {}", outcome.root.dir.display()));
        say(&format!("files read: {}", outcome.report.checked));
    }
    if outcome.relevant == 0 && outcome.report.findings.is_empty() {
        say(&format!(
            "nothing to check: no file below {} declares or mentions a port",
            outcome.root.dir.display()
        ));
    }
    if outcome.elsewhere > 0 {
        say(&format!(
            "{} of the files given lie outside {}: nothing is said of them",
            outcome.elsewhere,
            outcome.root.dir.display()
        ));
    }
    let shown = if verbose { usize::MAX } else { SKIPPED_SHOWN };
    for skipped in outcome.skipped.iter().take(shown) {
        say(&skipped_line(outcome, skipped));
    }
    remark_stale(outcome, shown);
    let more = outcome.skipped.len().saturating_sub(shown);
    if more > 0 {
        say(&format!("skipped {more} more; `--verbose` names them"));
    }
}

/// Entries of the baseline that no longer occur.
fn remark_stale(outcome: &Outcome, shown: usize) {
    for entry in outcome.stale.iter().take(shown) {
        say(&format!("no longer occurs: {}", entry.line()));
    }
    if !outcome.stale.is_empty() {
        say(&format!(
            "{} of the baseline's entries no longer occur; `portlint baseline --prune` takes them out",
            outcome.stale.len()
        ));
    }
}

fn skipped_line(outcome: &Outcome, skipped: &Skipped) -> String {
    let sources = &outcome.report.sources;
    let place = if skipped.place.span.is_empty() {
        sources.get(skipped.place.file).path.to_string()
    } else {
        sources.show_line(skipped.place)
    };
    format!("skipped {place}: {}", skipped.reason)
}
