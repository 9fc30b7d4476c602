//! The command: arguments to options, results to streams, outcome to exit code. No judgement.

pub mod args;
mod rules;
mod streams;

use crate::engine::{self, Options, Outcome, Repo, Skipped};
use crate::error::Error;
use crate::render::{self, Config, inventory};
use args::{CheckArgs, Cli, Command, GlobalArgs, PortsArgs, SchemaOf};
use clap::{CommandFactory, Parser};
use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;
use streams::Sink;

/// Nothing to complain of.
const CLEAN: u8 = 0;
/// Findings at or over `--fail-on`.
const FINDINGS: u8 = 1;
/// Wrong use, a broken policy, an internal failure.
const FAILURE: u8 = 2;

/// Skipped files that are named without `--verbose`.
const SKIPPED_SHOWN: usize = 10;

/// Runs the command line of this process.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    match run(cli) {
        Ok(code) => ExitCode::from(code),
        Err(error) if error.is_broken_pipe() => ExitCode::from(CLEAN),
        Err(error) => {
            streams::complain(&error);
            ExitCode::from(FAILURE)
        }
    }
}

/// Help and version go to standard output, a usage error to standard error.
fn usage(error: &clap::Error) -> ExitCode {
    // A closed stream cannot be told that it is closed.
    let _ = error.print();
    ExitCode::from(if error.use_stderr() { FAILURE } else { CLEAN })
}

fn run(cli: Cli) -> Result<u8, Error> {
    let global = cli.global;
    match cli.command {
        None => check(&cli.check, &global),
        Some(Command::Check(args)) => check(&args, &global),
        Some(Command::Rules(args)) => {
            let mut list = Vec::new();
            rules::list(args.format, &mut list)?;
            print(&list)
        }
        Some(Command::Explain(args)) => print(rules::explain(&args.rule)?.as_bytes()),
        Some(Command::Completions(args)) => {
            let mut script = Vec::new();
            clap_complete::generate(args.shell, &mut Cli::command(), "portlint", &mut script);
            print(&script)
        }
        Some(Command::Man) => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Cli::command()).render(&mut page)?;
            print(&page)
        }
        Some(Command::Ports(args)) => ports(&args, &global),
        Some(Command::Schema(args)) => schema(args.of),
        Some(Command::Init(_)) => Err(Error::Usage {
            message: "this command is not there yet".to_owned(),
            help: None,
        }),
    }
}

fn print(bytes: &[u8]) -> Result<u8, Error> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()?;
    Ok(CLEAN)
}

fn check(args: &CheckArgs, global: &GlobalArgs) -> Result<u8, Error> {
    let options = Options {
        paths: args.paths.clone(),
        root: global.root.clone(),
        config: global.config.clone(),
        select: args.select.clone(),
        ignore: args.ignore.clone(),
        min_severity: args.min_severity,
        min_confidence: args.min_confidence,
        threads: global.threads,
    };
    let outcome = engine::check(&options)?;
    if !global.quiet {
        remark(&outcome, global.verbose)?;
    }
    let mut sink = Sink::open(args.output.as_deref())?;
    let config = Config {
        color: streams::colors(global.color, args.output.is_some()),
        width: streams::width(),
        summary: !global.quiet,
        rules: rules::infos(),
        ports: None,
    };
    if args.statistics {
        render::statistics(&outcome.report, &config, &mut sink)?;
    } else {
        render::render(args.format, &outcome.report, &config, &mut sink)?;
    }
    sink.finish()?;
    Ok(exit_code(&outcome, args))
}

fn ports(args: &PortsArgs, global: &GlobalArgs) -> Result<u8, Error> {
    let options = Options {
        paths: args.paths.clone(),
        root: global.root.clone(),
        config: global.config.clone(),
        threads: global.threads,
        ..Options::default()
    };
    let map = Repo::load(&options)?.port_map();
    let mut sink = Sink::open(args.output.as_deref())?;
    inventory::write_ports(args.format, &map, &mut sink)?;
    sink.finish()?;
    if map.rows.is_empty() && !global.quiet {
        writeln!(io::stderr().lock(), "no published ports")?;
    }
    Ok(CLEAN)
}

fn schema(of: SchemaOf) -> Result<u8, Error> {
    let schema = match of {
        SchemaOf::Policy => {
            return Err(Error::Usage {
                message: "this command is not there yet".to_owned(),
                help: None,
            });
        }
        SchemaOf::Findings => render::json_schema(false),
        SchemaOf::FindingsLine => render::json_schema(true),
        SchemaOf::Ports => inventory::ports_schema(),
        SchemaOf::EffectivePorts => inventory::effective_schema(),
    };
    let mut text = serde_json::to_vec_pretty(&schema).map_err(io::Error::from)?;
    text.push(b'\n');
    print(&text)
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

/// What a person should know beside the findings, on standard error.
fn remark(outcome: &Outcome, verbose: bool) -> io::Result<()> {
    let mut err = io::stderr().lock();
    if verbose {
        writeln!(err, "root: {}", outcome.root.dir.display())?;
        writeln!(err, "files read: {}", outcome.report.checked)?;
    }
    if outcome.relevant == 0 {
        writeln!(
            err,
            "nothing to check: no file below {} declares or mentions a port",
            outcome.root.dir.display()
        )?;
    }
    let shown = if verbose { usize::MAX } else { SKIPPED_SHOWN };
    for skipped in outcome.skipped.iter().take(shown) {
        writeln!(err, "{}", skipped_line(outcome, skipped))?;
    }
    let more = outcome.skipped.len().saturating_sub(shown);
    if more > 0 {
        writeln!(err, "skipped {more} more; `--verbose` names them")?;
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
