//! `portlint refs`.

use super::args::{GlobalArgs, RefsArgs};
use super::streams::{self, say};
use super::{CLEAN, FINDINGS};
use crate::engine::{Options, Repo};
use crate::error::Error;
use crate::lookup::{self, Symbol};
use crate::render::refs::{RefRow, write_refs};

pub(super) fn run(args: &RefsArgs, global: &GlobalArgs) -> Result<u8, Error> {
    let options = Options {
        paths: args.paths.clone(),
        root: global.root.clone(),
        config: global.config.clone(),
        threads: global.threads,
        ..Options::default()
    };
    let repo = Repo::load(&options)?;
    let rows: Vec<RefRow> = lookup::rows(&repo, &Symbol::parse(&args.symbol))
        .into_iter()
        .filter(|r| repo.root.in_scope(&repo.sources.get(r.place.file).path))
        .map(|r| RefRow {
            group: r.group.name(),
            title: r.group.title(),
            place: r.place,
            reason: r.reason,
        })
        .collect();
    streams::write_result(None, |out| {
        write_refs(args.format, &args.symbol, &rows, &repo.sources, out)
    })?;
    if rows.is_empty() && !global.quiet {
        say(&format!(
            "nothing in the repository speaks of `{}`",
            args.symbol
        ));
    }
    // Like a search: 1 if nothing was found.
    Ok(if rows.is_empty() { FINDINGS } else { CLEAN })
}
