//! The command: arguments to options, results to streams, outcome to exit code. No judgement.

pub mod args;
mod baseline;
mod check;
mod init;
mod mending;
mod refs;
mod rules;
mod streams;
mod watch;

use crate::effective::effective_ports;
use crate::engine::{Options, Repo};
use crate::error::Error;
use crate::render;
use crate::render::inventory::{self, TableFormat};
use args::{Cli, Command, GlobalArgs, PortsArgs, SchemaOf};
use clap::{CommandFactory, Parser};
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

/// Nothing to complain of.
const CLEAN: u8 = 0;
/// Findings at or over `--fail-on`.
const FINDINGS: u8 = 1;
/// Wrong use, a broken policy, an internal failure.
const FAILURE: u8 = 2;

/// Runs the command line of this process.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let color = cli.global.color;
    match run(cli) {
        Ok(code) => ExitCode::from(code),
        Err(error) if error.is_broken_pipe() => ExitCode::from(CLEAN),
        Err(error) => {
            streams::complain(&error, color);
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
        None => check::check(&cli.check, &global),
        Some(Command::Check(args)) => check::check(&args, &global),
        Some(Command::Baseline(args)) => baseline::write(&args, &global),
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
        Some(Command::Refs(args)) => refs::run(&args, &global),
        Some(Command::Move(args)) => mending::move_port(&args, &global),
        Some(Command::Undo(args)) => mending::undo(&args, &global),
        Some(Command::Schema(args)) => schema(args.of),
        Some(Command::Init(args)) => init::run(&args.dir, global.quiet).map(|()| CLEAN),
    }
}

fn print(bytes: &[u8]) -> Result<u8, Error> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()?;
    Ok(CLEAN)
}

fn ports(args: &PortsArgs, global: &GlobalArgs) -> Result<u8, Error> {
    if args.effective {
        return effective(args, global);
    }
    let options = Options {
        paths: args.paths.clone(),
        root: global.root.clone(),
        config: global.config.clone(),
        threads: global.threads,
        ..Options::default()
    };
    let map = Repo::load(&options)?.port_map();
    streams::write_result(args.output.as_deref(), |out| {
        inventory::write_ports(args.format, &map, out)
    })?;
    if map.rows.is_empty() && !global.quiet {
        streams::say("no published ports");
    }
    Ok(CLEAN)
}

/// Compose's own view. A file that Compose would reject is a result like any other.
fn effective(args: &PortsArgs, global: &GlobalArgs) -> Result<u8, Error> {
    if args.paths.is_empty() {
        return Err(Error::Usage {
            message: "`--effective` wants the names of compose files".to_owned(),
            help: Some("for example `portlint ports --effective compose.yaml`".to_owned()),
        });
    }
    let files = effective_ports(&args.paths, global.root.as_deref())?;
    streams::write_result(args.output.as_deref(), |out| {
        inventory::write_effective(args.format, &files, out)
    })?;
    for file in &files {
        if let (Err(reason), false) = (&file.ports, args.format == TableFormat::Json) {
            streams::say(&format!("{}: {reason}", file.file));
        }
    }
    Ok(CLEAN)
}

fn schema(of: SchemaOf) -> Result<u8, Error> {
    let schema = match of {
        SchemaOf::Policy => return print(init::schema_text()?.as_bytes()),
        SchemaOf::Findings => render::json_schema(false),
        SchemaOf::FindingsLine => render::json_schema(true),
        SchemaOf::Ports => inventory::ports_schema(),
        SchemaOf::EffectivePorts => inventory::effective_schema(),
    };
    let mut text = serde_json::to_vec_pretty(&schema).map_err(io::Error::from)?;
    text.push(b'\n');
    print(&text)
}

/// The command that a word may have been meant to be.
fn similar_command(word: &Path) -> Option<String> {
    /// Letters that may differ.
    const DISTANCE: usize = 2;
    let word = word.to_str()?;
    Cli::command()
        .get_subcommands()
        .map(|c| {
            (
                strsim::damerau_levenshtein(word, c.get_name()),
                c.get_name(),
            )
        })
        .filter(|(distance, _)| *distance <= DISTANCE)
        .min()
        .map(|(_, name)| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
