//! Compose's own view of single files, for `portlint ports --effective`.

use crate::error::Error;
use crate::load::{Loaded, load_alone};
use crate::render::inventory::{EffectiveFile, EffectivePort};
use crate::resolve::effective::{Rejected, Row, effective};
use crate::resolve::files::Files;
use crate::root::Root;
use crate::source::Sources;
use std::path::{Path, PathBuf};

/// The ports that Compose would publish for each of the files, alone and from its own folder.
pub fn effective_ports(
    paths: &[PathBuf],
    root: Option<&Path>,
) -> Result<Vec<EffectiveFile>, Error> {
    paths.iter().map(|path| of_file(path, root)).collect()
}

fn of_file(path: &Path, root: Option<&Path>) -> Result<EffectiveFile, Error> {
    let root = Root::of_file(path, root)?;
    let relative = root.scope.iter().flatten().next();
    let Loaded { sources, files, .. } = load_alone(&root, relative.map_or("", String::as_str));
    let all = Files::new(&sources, &files);
    let ports = match relative.and_then(|path| all.find(path)) {
        Some(id) => effective(&all, id).map_err(|rejected| in_words(&sources, &rejected)),
        None => Err("it declares no services".to_owned()),
    };
    Ok(EffectiveFile {
        file: path.display().to_string(),
        ports: ports.map(|rows| rows.into_iter().map(port).collect()),
    })
}

fn in_words(sources: &Sources, rejected: &Rejected) -> String {
    let place = sources.show(rejected.place);
    format!("{place}: {}", rejected.message)
}

fn port(row: Row) -> EffectivePort {
    EffectivePort {
        service: row.service,
        host_ip: row.host_ip,
        published: row.published,
        target: row.target,
        protocol: row.protocol,
        mode: row.mode,
    }
}
