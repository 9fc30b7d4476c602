//! `portlint check --watch`: checks again whenever a file changes.
//!
//! Files are looked at, not subscribed to: that works on every system and on every kind of mount, and a repository's walk takes
//! milliseconds.

use super::args::{CheckArgs, GlobalArgs};
use super::streams::{self, say};
use super::{CLEAN, check};
use crate::engine::{self, Options};
use crate::error::Error;
use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

/// Time between two looks, at least.
const PAUSE: Duration = Duration::from_millis(300);
/// So many times the time that a look takes is waited for before the next one, so that a large repository is not looked at
/// all the time.
const REST: u32 = 10;

/// What is known of a file without opening it: its length and when it was changed.
type Look = BTreeMap<PathBuf, Option<(u64, Option<SystemTime>)>>;

/// Checks, waits for a change, and goes on so.
pub(super) fn watch(args: &CheckArgs, global: &GlobalArgs) -> Result<u8, Error> {
    // What is wrong from the start is no change to wait for.
    let mut seen = look(&check::options(args, global)?)?;
    run(args, global)?;
    loop {
        if !global.quiet {
            // Some are looked for only: a policy or an ignore file that is not there yet.
            let there = seen.values().flatten().count();
            say(&format!("watching {there} files; Ctrl-C ends"));
        }
        seen = wait(args, global, &seen);
        match run(args, global) {
            Err(error) if error.is_broken_pipe() => return Ok(CLEAN),
            Err(error) => streams::complain(&error, global.color),
            Ok(()) => {}
        }
    }
}

fn run(args: &CheckArgs, global: &GlobalArgs) -> Result<(), Error> {
    clear()?;
    let options = check::options(args, global)?;
    check::once(args, global, &options)?;
    Ok(())
}

/// A terminal shows the last result alone; a pipe or a file gets them all.
fn clear() -> io::Result<()> {
    let mut out = io::stdout().lock();
    if out.is_terminal() {
        out.write_all(b"\x1b[2J\x1b[H")?;
        out.flush()?;
    }
    Ok(())
}

/// Waits until the files are other than `seen`, and until two looks agree: an editor may still be writing.
fn wait(args: &CheckArgs, global: &GlobalArgs, seen: &Look) -> Look {
    let mut last = None;
    loop {
        let start = Instant::now();
        // A policy that is broken, or a path that is gone, is what the run will tell.
        let now = check::options(args, global).and_then(|options| look(&options));
        let now = now.unwrap_or_default();
        if now != *seen && last.as_ref() == Some(&now) {
            return now;
        }
        last = Some(now);
        sleep(PAUSE.max(start.elapsed() * REST));
    }
}

fn look(options: &Options) -> Result<Look, Error> {
    let files = engine::files(options)?;
    Ok(files
        .into_iter()
        .map(|path| {
            let known = path.metadata().ok();
            let known = known.map(|m| (m.len(), m.modified().ok()));
            (path, known)
        })
        .collect())
}
