//! Where results and complaints go.

use super::args::ColorChoice;
use crate::error::Error;
use crate::render;
use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// The place of a result: standard output, or a file that is there whole or not at all.
pub struct Sink {
    inner: Inner,
}

enum Inner {
    Stdout(BufWriter<StdoutLock<'static>>),
    /// A pipe, a terminal, a device: written as it is.
    Direct(PathBuf, BufWriter<File>),
    /// Put in place when all is written.
    Replace(PathBuf, BufWriter<NamedTempFile>),
}

impl Sink {
    /// Opens the file, or standard output.
    pub fn open(path: Option<&Path>) -> Result<Self, Error> {
        let inner = match path {
            None => Inner::Stdout(BufWriter::new(io::stdout().lock())),
            Some(path) => open_file(path).map_err(|reason| Error::Write {
                path: path.to_path_buf(),
                reason,
            })?,
        };
        Ok(Self { inner })
    }

    /// Writes what is left, and puts the file in place.
    pub fn finish(self) -> Result<(), Error> {
        match self.inner {
            Inner::Stdout(mut out) => out.flush().map_err(Error::Output),
            Inner::Direct(path, mut out) => {
                out.flush().map_err(|reason| Error::Write { path, reason })
            }
            Inner::Replace(path, out) => {
                replace(&path, out).map_err(|reason| Error::Write { path, reason })
            }
        }
    }
}

fn open_file(path: &Path) -> io::Result<Inner> {
    if path.metadata().is_ok_and(|m| !m.is_file()) {
        let file = File::options().write(true).open(path)?;
        return Ok(Inner::Direct(path.to_path_buf(), BufWriter::new(file)));
    }
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    if let Some(permissions) = permissions(path) {
        builder.permissions(permissions);
    }
    let file = builder.tempfile_in(folder)?;
    Ok(Inner::Replace(path.to_path_buf(), BufWriter::new(file)))
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

fn replace(path: &Path, out: BufWriter<NamedTempFile>) -> io::Result<()> {
    let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|e| e.error)?;
    Ok(())
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.inner {
            Inner::Stdout(out) => out.write(bytes),
            Inner::Direct(_, out) => out.write(bytes),
            Inner::Replace(_, out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.inner {
            Inner::Stdout(out) => out.flush(),
            Inner::Direct(_, out) => out.flush(),
            Inner::Replace(_, out) => out.flush(),
        }
    }
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

/// Shows what stopped the run, on standard error.
pub fn complain(error: &(dyn miette::Diagnostic + 'static)) {
    let mut text = String::new();
    let handler = miette::MietteHandlerOpts::new().build();
    let report = Shown {
        error,
        handler: &handler,
    };
    if std::fmt::write(&mut text, format_args!("{report:?}")).is_ok() {
        // A closed standard error cannot be told that it is closed.
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }
}

struct Shown<'a> {
    error: &'a (dyn miette::Diagnostic + 'static),
    handler: &'a miette::MietteHandler,
}

impl std::fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        miette::ReportHandler::debug(self.handler, self.error, f)
    }
}
