//! `--fix`, `--diff`, `portlint move` and `portlint undo`.

use super::args::{CheckArgs, GlobalArgs, MoveArgs, UndoArgs};
use super::streams::{self, say};
use super::{CLEAN, FINDINGS};
use crate::engine::{self, Options, Outcome};
use crate::error::Error;
use crate::finding::Safety;
use crate::fix::diff::{Paint, unified};
use crate::fix::journal::Store;
use crate::mask;
use crate::mend::{self, Mended};
use crate::render::clean_line;
use crate::root::Root;
use std::io::{self, Write};
use std::path::PathBuf;

/// Sets that are not applied and shown without `--verbose`.
const LEFT_SHOWN: usize = 10;

fn safety(args: &CheckArgs) -> Safety {
    if args.mending.unsafe_fixes {
        Safety::Unsafe
    } else {
        Safety::Safe
    }
}

/// Applies what may be applied, and gives what is left to report.
pub(super) fn fix(
    args: &CheckArgs,
    global: &GlobalArgs,
    options: &Options,
) -> Result<Outcome, Error> {
    recover(&options.paths, global)?;
    let mended = mend::mend(options, safety(args), true)?;
    mended.write(&Store::of(&mended.before.root.dir)?)?;
    if !global.quiet {
        tell(&mended, global.verbose, true);
    }
    Ok(engine::outcome(mended.after, mended.judged))
}

/// Shows what would be applied.
pub(super) fn diff(args: &CheckArgs, global: &GlobalArgs, options: &Options) -> Result<u8, Error> {
    let mended = mend::mend(options, safety(args), false)?;
    show(&mended, global)?;
    if !global.quiet {
        tell(&mended, global.verbose, false);
    }
    Ok(if mended.changes().is_empty() {
        CLEAN
    } else {
        FINDINGS
    })
}

/// Moves one port by hand.
pub(super) fn move_port(args: &MoveArgs, global: &GlobalArgs) -> Result<u8, Error> {
    let options = Options {
        paths: args.paths.clone(),
        root: global.root.clone(),
        config: global.config.clone(),
        threads: global.threads,
        ..Options::default()
    };
    if !args.diff {
        recover(&options.paths, global)?;
    }
    let mended = mend::move_port(&options, &args.what, args.to)?;
    if args.diff {
        show(&mended, global)?;
    } else {
        mended.write(&Store::of(&mended.before.root.dir)?)?;
    }
    if !global.quiet {
        tell(&mended, global.verbose, !args.diff);
    }
    Ok(CLEAN)
}

/// Restores the texts before the last fix.
pub(super) fn undo(args: &UndoArgs, global: &GlobalArgs) -> Result<u8, Error> {
    let root = root(&args.paths, global)?;
    let undone = Store::of(&root.dir)?.undo()?;
    if !global.quiet {
        say(&format!("{} restored", files(undone.restored.len())));
        for path in &undone.restored {
            let shown = path.strip_prefix(&root.dir).unwrap_or(path);
            say(&format!("  {}", clean_line(&shown.to_string_lossy())));
        }
    }
    Ok(CLEAN)
}

fn root(paths: &[PathBuf], global: &GlobalArgs) -> Result<Root, Error> {
    let here = [PathBuf::from(".")];
    let paths = if paths.is_empty() {
        here.as_slice()
    } else {
        paths
    };
    Root::find(paths, global.root.as_deref())
}

/// Takes back what an interrupted run has written, and says so.
fn recover(paths: &[PathBuf], global: &GlobalArgs) -> Result<(), Error> {
    let restored = Store::of(&root(paths, global)?.dir)?.recover()?;
    if !restored.is_empty() && !global.quiet {
        say(&format!(
            "the last run was interrupted: {} restored first",
            files(restored.len())
        ));
    }
    Ok(())
}

fn show(mended: &Mended, global: &GlobalArgs) -> Result<(), Error> {
    streams::write_result(None, |out| write_diff(mended, global, out))
}

fn write_diff(mended: &Mended, global: &GlobalArgs, out: &mut dyn Write) -> io::Result<()> {
    let paint = if streams::colors(global.color, false) {
        Paint::On
    } else {
        Paint::Off
    };
    for (file, old, new) in mended.changes() {
        let path = &mended.before.sources.get(file).path;
        let masked = |text: &str| mask::file(path, text);
        out.write_all(unified(path, old, new, paint, masked, clean_line).as_bytes())?;
    }
    Ok(())
}

/// What was done, or would be, and what not and why, on standard error.
fn tell(mended: &Mended, verbose: bool, written: bool) {
    // What is done is done, whether or not it can be told.
    let _ = write_told(mended, verbose, written, &mut io::stderr().lock());
}

fn write_told(
    mended: &Mended,
    verbose: bool,
    written: bool,
    err: &mut dyn Write,
) -> io::Result<()> {
    let changed = mended.changes();
    if changed.is_empty() {
        writeln!(err, "nothing to fix")?;
    } else {
        writeln!(
            err,
            "{} {} in {}:",
            if written { "made" } else { "would make" },
            changes(mended.applied.len()),
            files(changed.len())
        )?;
        for set in &mended.applied {
            let mut paths: Vec<&str> = set
                .edits
                .iter()
                .map(|e| &*mended.before.sources.get(e.place.file).path)
                .collect();
            paths.dedup();
            writeln!(
                err,
                "  {}: {}",
                clean_line(&set.title),
                clean_line(&list(&paths))
            )?;
        }
    }
    let shown = if verbose { usize::MAX } else { LEFT_SHOWN };
    for left in mended.left.iter().take(shown) {
        let at = mended.after.sources.show_line(left.place);
        writeln!(
            err,
            "left: {}: {}: {}",
            clean_line(&left.title),
            clean_line(&at),
            clean_line(&left.reason)
        )?;
    }
    if let more @ 1.. = mended.left.len().saturating_sub(shown) {
        writeln!(err, "left {more} more; `--verbose` names them")?;
    }
    if mended.unsafe_left > 0 {
        writeln!(
            err,
            "left for `--unsafe-fixes`: {}; `--unsafe-fixes --diff` shows what they would be",
            changes(mended.unsafe_left)
        )?;
    }
    if !changed.is_empty() && written {
        writeln!(err, "`portlint undo` brings the old texts back")?;
    }
    Ok(())
}

fn changes(count: usize) -> String {
    format!("{count} {}", if count == 1 { "change" } else { "changes" })
}

fn files(count: usize) -> String {
    format!("{count} {}", if count == 1 { "file" } else { "files" })
}

/// The first few of a list.
fn list(paths: &[&str]) -> String {
    const SHOWN: usize = 4;
    let mut text = paths
        .iter()
        .take(SHOWN)
        .copied()
        .collect::<Vec<_>>()
        .join(", ");
    if let more @ 1.. = paths.len().saturating_sub(SHOWN) {
        text.push_str(&format!(" and {more} more"));
    }
    text
}
