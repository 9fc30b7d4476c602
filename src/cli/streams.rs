//! Where results and complaints go.

use super::args::ColorChoice;
use crate::error::Error;
use crate::render;
use miette::{MietteHandler, MietteHandlerOpts, ReportHandler};
use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;
use tempfile::NamedTempFile;

/// Writes a result to standard output, or to a file that is there whole or not at all.
pub fn write_result(
    path: Option<&Path>,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Error> {
    let Some(path) = path else {
        let mut out = BufWriter::new(io::stdout().lock());
        write(&mut out)?;
        return Ok(out.flush()?);
    };
    write_file(path, write).map_err(|reason| Error::Write {
        path: path.to_path_buf(),
        reason,
    })
}

fn write_file(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    // A pipe, a terminal, a device cannot be replaced.
    if path.metadata().is_ok_and(|m| !m.is_file()) {
        let mut out = BufWriter::new(File::options().write(true).open(path)?);
        write(&mut out)?;
        return out.flush();
    }
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
/// Its text may hold pieces of a repository. Where these have characters that a terminal would obey, they are made visible, and
/// the text goes without colours, which are such characters too.
pub fn complain(error: &(dyn miette::Diagnostic + 'static), choice: ColorChoice) {
    let coloured = match choice {
        ColorChoice::Always => Some(true),
        ColorChoice::Never => Some(false),
        ColorChoice::Auto => None,
    };
    let plain = report(error, Some(false));
    let harmless = plain.lines().all(|line| render::shown(line) == line);
    let text = if harmless {
        report(error, coloured)
    } else {
        plain
            .lines()
            .map(|line| render::shown(line) + "\n")
            .collect()
    };
    let _ = io::stderr().lock().write_all(text.as_bytes());
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
