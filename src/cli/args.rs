//! The command line's shape. Doc comments here are the help texts.

use crate::finding::{Confidence, Severity};
use crate::render::OutputFormat;
use crate::render::inventory::TableFormat;
use crate::render::refs::RefsFormat;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Keeps database ports inside their reserved range, across a whole repository.
///
/// Without a command, `portlint` checks the repository of the current folder: `portlint check .`
#[derive(Debug, Parser)]
#[command(
    name = "portlint",
    version,
    max_term_width = 100,
    args_conflicts_with_subcommands = true,
    after_help = "Exit status: 0 clean, 1 findings at or over --fail-on, 2 wrong use, a broken policy or an internal failure."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Options of `check`, for use without a command.
    #[command(flatten)]
    pub check: CheckArgs,
    /// Options of every command.
    #[command(flatten)]
    pub global: GlobalArgs,
}

/// Options of every command.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Global options")]
pub struct GlobalArgs {
    /// Policy file; otherwise `portlint.yaml` or `.portlint.yaml`, from the paths upwards to the repository's root
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// The repository's root; otherwise the nearest folder upwards with a policy file or a `.git`
    #[arg(long, value_name = "DIR", global = true)]
    pub root: Option<PathBuf>,
    /// When to colour; `auto` heeds NO_COLOR and CLICOLOR_FORCE
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    pub color: ColorChoice,
    /// Print results alone: no summary, no remarks
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more: the root, the policy, and every file that was skipped
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// Threads; 0 means one for each core
    #[arg(long, value_name = "N", default_value_t = 0, global = true)]
    pub threads: usize,
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Report findings (the default command)
    Check(Box<CheckArgs>),
    /// Accept the findings that are there, so that only new ones are reported
    Baseline(BaselineArgs),
    /// List every published port, with its service, band and verdict
    Ports(PortsArgs),
    /// List every place that speaks of a port, a service or a variable, with what follows from it
    Refs(RefsArgs),
    /// Give a service another host port, everywhere at once
    Move(MoveArgs),
    /// Bring back the texts before the last `--fix` or `move`
    Undo(UndoArgs),
    /// List the rules
    Rules(RulesArgs),
    /// Show a rule's page
    Explain(ExplainArgs),
    /// Write a commented `portlint.yaml`
    Init(InitArgs),
    /// Print a JSON Schema: of `portlint.yaml`, or of an output
    Schema(SchemaArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
    /// Print the manual page
    Man,
}

/// Options of `check`.
#[derive(Clone, Debug, Args)]
pub struct CheckArgs {
    /// Files and folders to report on, judged within their whole repository [default: .]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// How to write the findings
    #[arg(long, value_name = "FORMAT", default_value = "full")]
    pub format: OutputFormat,
    /// Write the result to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Write the findings to a file in another format as well; may be given several times
    #[arg(long = "report", value_name = "FORMAT=FILE", conflicts_with_all = ["diff", "watch"])]
    pub reports: Vec<ReportTo>,
    /// Run these rules only (codes or names, `all` for every one)
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub select: Vec<String>,
    /// Leave these rules out (codes or names)
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub ignore: Vec<String>,
    /// Leave out findings that are less grave
    #[arg(long, value_name = "SEVERITY", default_value = "note")]
    pub min_severity: Severity,
    /// Leave out findings that are less sure
    #[arg(long, value_name = "CONFIDENCE", default_value = "likely")]
    pub min_confidence: Confidence,
    /// Leave out the findings that this file accepts; `portlint baseline` writes it
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Exit with 1 if there is a finding at least this grave
    #[arg(long, value_name = "SEVERITY", default_value = "warning")]
    pub fail_on: Severity,
    /// Exit with 0 whatever was found (wrong use and failures still give 2)
    #[arg(long)]
    pub exit_zero: bool,
    /// Leave out what ignore files and the policy leave out even if it is given by name
    #[arg(long)]
    pub force_exclude: bool,
    /// Report only what touches the paths, by a place or by a fix: the files of a change. Some may be gone
    #[arg(long, conflicts_with_all = ["diff_base", "stdin"])]
    pub only_changed: bool,
    /// Report only what has a place on lines, or in services or variables, that changed since a revision of Git
    #[arg(long, value_name = "REV", conflicts_with = "stdin")]
    pub diff_base: Option<String>,
    /// Read the text of one file from standard input, and report its findings as if that text lay on disk
    #[arg(long, requires = "stdin_filename", conflicts_with_all = ["paths", "fix", "unsafe_fixes", "diff", "watch"])]
    pub stdin: bool,
    /// The file whose text comes from standard input
    #[arg(long, value_name = "FILE", requires = "stdin")]
    pub stdin_filename: Option<PathBuf>,
    /// Check again whenever a file changes, until the run is ended
    #[arg(long, conflicts_with_all = ["fix", "unsafe_fixes", "diff", "output"])]
    pub watch: bool,
    /// Count the findings by rule instead of showing them
    #[arg(long)]
    pub statistics: bool,
    /// How to mend.
    #[command(flatten)]
    pub mending: MendArgs,
}

/// A further output of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportTo {
    /// How it is written.
    pub format: OutputFormat,
    /// Where to.
    pub file: PathBuf,
}

impl std::str::FromStr for ReportTo {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (format, file) = text
            .split_once('=')
            .ok_or("it wants a format and a file: `sarif=portlint.sarif`")?;
        if file.is_empty() {
            return Err("the name of the file is missing".to_owned());
        }
        Ok(Self {
            format: <OutputFormat as ValueEnum>::from_str(format, false)
                .map_err(|_| format!("`{format}` is no format; `--help` lists them"))?,
            file: file.into(),
        })
    }
}

/// How to mend.
#[derive(Clone, Copy, Debug, Args)]
#[command(next_help_heading = "Mending")]
pub struct MendArgs {
    /// Apply the safe fixes, and report what is left
    #[arg(long)]
    pub fix: bool,
    /// Apply fixes that may change more than a port's number as well
    #[arg(long)]
    pub unsafe_fixes: bool,
    /// Show what would be fixed as a unified diff, write nothing, and exit with 1 if there is something to fix
    #[arg(long)]
    pub diff: bool,
}

/// Options of `move`.
#[derive(Debug, Args)]
pub struct MoveArgs {
    /// The service (`SERVICE` or `SERVICE:CONTAINER_PORT`), or the host port that it has now
    #[arg(value_name = "WHAT")]
    pub what: String,
    /// The host port that it gets
    #[arg(value_name = "NEW_PORT", value_parser = clap::value_parser!(u16).range(1..))]
    pub to: u16,
    /// The repository, or a part of it [default: .]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Show the change as a unified diff, and write nothing
    #[arg(long)]
    pub diff: bool,
}

/// Options of `undo`.
#[derive(Debug, Args)]
pub struct UndoArgs {
    /// The repository [default: .]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
}

/// Options of `refs`.
#[derive(Debug, Args)]
pub struct RefsArgs {
    /// A port, a service (by service, container or engine name), or a variable
    #[arg(value_name = "PORT|SERVICE|VARIABLE")]
    pub symbol: String,
    /// The repository, or a part of it [default: .]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// How to write the places
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: RefsFormat,
}

/// Options of `baseline`.
#[derive(Debug, Args)]
pub struct BaselineArgs {
    /// Files and folders whose findings are accepted [default: .]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The baseline's file
    #[arg(
        short,
        long,
        value_name = "FILE",
        default_value = "portlint-baseline.json"
    )]
    pub output: PathBuf,
    /// Accept nothing new: only take out what no longer occurs
    #[arg(long)]
    pub prune: bool,
}

/// Options of `ports`.
#[derive(Debug, Args)]
pub struct PortsArgs {
    /// The repository, or a part of it; with `--effective`, compose files
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// How to write the rows
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: TableFormat,
    /// Give Compose's own view of each file, alone: merged, interpolated, all profiles on
    #[arg(long)]
    pub effective: bool,
    /// Write the result to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Options of `rules`.
#[derive(Debug, Args)]
pub struct RulesArgs {
    /// How to write the list
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: ListFormat,
}

/// How a list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// Aligned columns
    Table,
    /// One JSON document
    Json,
}

/// Options of `explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The rule's code or name
    #[arg(value_name = "RULE")]
    pub rule: String,
}

/// Options of `init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Where to write it
    #[arg(value_name = "DIR", default_value = ".")]
    pub dir: PathBuf,
}

/// Options of `schema`.
#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// Of what
    #[arg(value_name = "OF", default_value = "policy")]
    pub of: SchemaOf,
}

/// What a schema describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// `portlint.yaml`
    Policy,
    /// `portlint check --format json`
    Findings,
    /// A line of `portlint check --format jsonl`
    FindingsLine,
    /// `portlint ports --format json`
    Ports,
    /// `portlint ports --effective --format json`
    EffectivePorts,
}

/// Options of `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}
