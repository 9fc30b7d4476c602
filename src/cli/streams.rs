//! Where results and complaints go.

use super::args::ColorChoice;
use crate::error::Error;
use crate::render;
use miette::{MietteHandler, MietteHandlerOpts, ReportHandler};
use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;
use tempfile::NamedTempFile;

/// Lines of a complaint, and bytes of each of them, that are shown.
const MOST_LINES: usize = 200;
const LONGEST_LINE: usize = 600;

/// Writes a result to standard output, or to a file that is there whole or not at all.
///
/// A reader of standard output that goes away (`| head`) has read what it wanted: what was found, and the exit code, stay the same.
pub fn write_result(
    path: Option<&Path>,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Error> {
    let Some(path) = path else {
        let mut out = BufWriter::new(io::stdout().lock());
        return match write(&mut out).and_then(|()| out.flush()) {
            Err(reason) if reason.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            done => Ok(done?),
        };
    };
    // A pipe, a terminal, a device cannot be replaced.
    let written = if path.metadata().is_ok_and(|m| !m.is_file()) {
        write_into(path, write)
    } else {
        replace_file(path, write)
    };
    written.map_err(|reason| Error::Write {
        path: path.to_path_buf(),
        reason,
    })
}

/// Writes a file whole or not at all. What bears its name before, a link included, is replaced and never written through.
pub fn write_new(path: &Path, text: &[u8]) -> Result<(), Error> {
    replace_file(path, |out| out.write_all(text)).map_err(|reason| Error::Write {
        path: path.to_path_buf(),
        reason,
    })
}

fn write_into(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::new(File::options().write(true).open(path)?);
    write(&mut out)?;
    out.flush()
}

fn replace_file(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut out = BufWriter::new(temporary_beside(path)?);
    write(&mut out)?;
    let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|e| e.error)?;
    Ok(())
}

fn temporary_beside(path: &Path) -> io::Result<NamedTempFile> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    if let Some(permissions) = permissions(path) {
        builder.permissions(permissions);
    }
    builder.tempfile_in(folder)
}

/// Those of the file that is replaced, or what the process's mask leaves of the usual ones; none where the system decides.
fn permissions(path: &Path) -> Option<std::fs::Permissions> {
    if let Ok(metadata) = path.metadata() {
        return Some(metadata.permissions());
    }
    #[cfg(unix)]
    return Some(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    #[cfg(not(unix))]
    None
}

/// Whether results are coloured: as the option says, else as `NO_COLOR`, `CLICOLOR_FORCE` and the terminal say.
pub fn colors(choice: ColorChoice, into_file: bool) -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|v| !v.is_empty());
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto if into_file || set("NO_COLOR") => false,
        ColorChoice::Auto if std::env::var_os("CLICOLOR_FORCE").is_some_and(|v| v != "0") => true,
        ColorChoice::Auto => {
            io::stdout().is_terminal() && std::env::var_os("TERM").is_none_or(|v| v != "dumb")
        }
    }
}

/// Columns for results.
pub fn width() -> usize {
    terminal_size::terminal_size().map_or(render::DEFAULT_WIDTH, |(width, _)| usize::from(width.0))
}

/// Says a line on standard error. A closed one cannot be told that it is closed.
pub fn say(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", render::shown(line));
}

/// Shows what stopped the run, on standard error.
///
/// Its text may hold pieces of a repository. Where these have characters that a terminal would obey, they are made visible, where
/// they are long they are cut, and the text goes without colours, which are such characters too.
pub fn complain(error: &(dyn miette::Diagnostic + 'static), choice: ColorChoice) {
    let coloured = match choice {
        ColorChoice::Always => Some(true),
        ColorChoice::Never => Some(false),
        ColorChoice::Auto => None,
    };
    let plain = report(error, Some(false));
    let harmless = plain.lines().all(|line| render::shown(line) == line);
    let short =
        plain.lines().count() <= MOST_LINES && plain.lines().all(|line| line.len() <= LONGEST_LINE);
    let text = if harmless && short {
        report(error, coloured)
    } else {
        bounded(&plain)
    };
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// The text with all that a terminal would obey made visible, long lines cut, and lines behind the first ones left out.
fn bounded(plain: &str) -> String {
    let mut text = String::new();
    for line in plain.lines().take(MOST_LINES) {
        let end = line.floor_char_boundary(LONGEST_LINE);
        text.push_str(&render::shown(line.get(..end).unwrap_or(line)));
        text.push_str(if end < line.len() { " …\n" } else { "\n" });
    }
    if let more @ 1.. = plain.lines().count().saturating_sub(MOST_LINES) {
        text.push_str(&format!("… and {more} more lines\n"));
    }
    text
}

fn report(error: &(dyn miette::Diagnostic + 'static), color: Option<bool>) -> String {
    let mut options = MietteHandlerOpts::new().terminal_links(false);
    if let Some(color) = color {
        options = options.color(color);
    }
    format!("{:?}", Shown(error, options.build()))
}

struct Shown<'a>(&'a (dyn miette::Diagnostic + 'static), MietteHandler);

impl std::fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.1.debug(self.0, f)
    }
}
