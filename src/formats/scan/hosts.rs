//! Which host key belongs to which port key of a block: `DB_HOST` to `DB_PORT`, `QDRANT_HOST` to `QDRANT_GRPC_PORT`.

use super::words::words;
use super::{Entry, names};
use crate::facts::{Host, Side, Sighting};
use std::ops::Range;

/// Gives each sighting whose key is that of a port the host of its sibling key (`DB_HOST` for `DB_PORT`; the nearest pair of
/// one prefix). `entries` are the block's, in order; sightings of other blocks are left alone.
pub fn pair_hosts(entries: &[Entry<'_>], sightings: &mut [Sighting]) {
    let sources = Sources::new(entries.iter().map(|e| (e.key, e.value.value.as_str())));
    if sources.list.is_empty() {
        return;
    }
    let mut order: Vec<(u32, u32, usize)> = entries
        .iter()
        .enumerate()
        .map(|(i, e)| (e.value.span.start, e.value.span.end, i))
        .collect();
    order.sort_unstable();
    for sighting in sightings.iter_mut().filter(|s| s.host.is_none()) {
        let at = sighting.span.start;
        let Some(&(_, end, index)) = order
            .partition_point(|&(start, ..)| start <= at)
            .checked_sub(1)
            .and_then(|i| order.get(i))
        else {
            continue;
        };
        let Some(entry) = entries.get(index).filter(|_| sighting.span.end <= end) else {
            continue;
        };
        let key = if names::is_port(entry.key) {
            entry.key
        } else {
            sighting.name.as_deref().unwrap_or(entry.key)
        };
        if let Some(source) = sources.best(key, index)
            && let Some(from) = entries.get(source.index)
        {
            sighting.host = Some(Host {
                text: source.host.clone(),
                span: from.value.locate(source.range.clone()),
                key: Some(from.key.to_owned()),
            });
        }
    }
}

/// Keys farther apart than this, counted in entries, are no pair: it also bounds the work on huge blocks.
const NEAR: usize = 400;

/// Keys that only their roles join (`POSTGRES_SEEDS`, `DB_PORT`) belong together within so many entries.
const BY_ROLE: usize = 8;

/// Keys of a block that give a host.
pub(super) struct Sources {
    list: Vec<Source>,
}

/// One of them.
pub(super) struct Source {
    /// Which entry.
    pub index: usize,
    prefix: Vec<String>,
    /// The host within the value.
    pub host: String,
    /// Its place in the value.
    pub range: Range<usize>,
    /// Whether the key is a URL's: a weaker source than a host's.
    url: bool,
}

impl Sources {
    /// Those of a block's keys and values.
    pub fn new<'a>(entries: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let mut list = Vec::new();
        for (index, (key, value)) in entries.enumerate() {
            if names::is_port(key) {
                continue;
            }
            let (prefix, url) = match names::host_parts(key) {
                Some(prefix) => (prefix, false),
                None => match names::url_parts(key) {
                    Some(prefix) => (prefix, true),
                    None => continue,
                },
            };
            if let Some(range) = host_in(value, url) {
                list.push(Source {
                    index,
                    prefix,
                    host: value.get(range.clone()).unwrap_or("").to_owned(),
                    range,
                    url,
                });
            }
        }
        Self { list }
    }

    /// The source for a port key at `index` of the block: the best prefix, then a host's key before a URL's, then the nearest.
    pub fn best(&self, key: &str, index: usize) -> Option<&Source> {
        let prefix = names::port_parts(key)?;
        // `EXPOSE_POSTGRES_PORT` says by itself that it is no half of a client's pair
        let published = names::side(key).is_some_and(|h| h.side == Side::Host);
        let from = self.list.partition_point(|s| s.index + NEAR < index);
        self.list
            .iter()
            .skip(from)
            .take_while(|s| s.index <= index + NEAR)
            .filter_map(|s| {
                let fit = fit(&prefix, &s.prefix)?;
                let by_role = s.index.abs_diff(index) <= BY_ROLE && !published;
                if fit == Fit::Role && !by_role {
                    return None;
                }
                // a URL names the service's host under the very same prefix, or that of another of its protocols
                let protocol = || {
                    let over = prefix.iter().skip(s.prefix.len());
                    prefix.starts_with(&s.prefix)
                        && over.into_iter().all(|w| words().port_tail.contains(w))
                };
                (!s.url || fit == Fit::Same || protocol()).then_some((
                    fit,
                    s.url,
                    s.index.abs_diff(index),
                    s,
                ))
            })
            .min_by_key(|&(fit, url, distance, s)| (fit, url, distance, s.index))
            .map(|(.., s)| s)
    }
}

/// How well a host's prefix fits a port's, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// `DB_HOST`, `DB_PORT`.
    Same,
    /// `QDRANT_HOST`, `QDRANT_GRPC_PORT`: so many words of the port's are over.
    Within(usize),
    /// `REDIS_MASTER_HOST`, `REDIS_PORT`: so many words of the host's are over.
    Beyond(usize),
    /// `POSTGRES_SEEDS`, `DB_PORT`: one is called after its role, the other after its engine.
    Role,
}

/// Words that mean "the database" whatever its engine.
const ROLES: &[&str] = &["db", "database", "sql", "store", "datastore", "persistence"];

fn fit(port: &[String], host: &[String]) -> Option<Fit> {
    if port == host {
        return Some(Fit::Same);
    }
    if host.len() < port.len() && !host.is_empty() && port.starts_with(host) {
        return Some(Fit::Within(port.len() - host.len()));
    }
    if port.len() < host.len() && !port.is_empty() && host.starts_with(port) {
        return Some(Fit::Beyond(host.len() - port.len()));
    }
    if host.len() < port.len() && !host.is_empty() && port.ends_with(host) {
        return Some(Fit::Within(port.len() - host.len()));
    }
    // `http_port` beside a plain `host`: a listener of its own; `sql_port` beside it belongs to it
    let role =
        |parts: &[String]| parts.len() == 1 && parts.iter().all(|p| ROLES.contains(&p.as_str()));
    // `REDIS_PORT` is no port of `DB_HOST`
    let database = |parts: &[String]| parts.iter().any(|p| words().databases.contains(p));
    (role(port) && database(host) || role(host) && database(port)).then_some(Fit::Role)
}

/// The host within a value: the host of a URL, of `host:port`, or the value itself; none for paths and empty values.
fn host_in(value: &str, url: bool) -> Option<Range<usize>> {
    let trimmed = value.trim();
    let lead = value.len() - value.trim_start().len();
    if let Some(scheme) = value.find("://").filter(|&i| i < 40 || url) {
        let start = scheme + 3;
        let rest = value.get(start..)?;
        let authority = rest
            .split(['/', '?', '#', ' ', '"', '\''])
            .next()
            .unwrap_or(rest);
        let user = memchr::memrchr(b'@', authority.as_bytes()).map_or(0, |i| i + 1);
        let host = authority.get(user..)?;
        let length = host_length(host);
        return (length > 0).then_some(start + user..start + user + length);
    }
    let says_something = trimmed.contains(|c: char| c.is_alphanumeric() || matches!(c, '*' | ':'));
    if url || !says_something || trimmed.starts_with('/') || trimmed.contains([' ', '/']) {
        return None;
    }
    let length = host_length(trimmed);
    (length > 0).then_some(lead..lead + length)
}

/// How much of `host[:port][,…]` is the first host.
fn host_length(text: &str) -> usize {
    let mut depth = 0usize;
    for (i, b) in text.bytes().enumerate() {
        match b {
            b'{' | b'[' | b'<' | b'(' => depth += 1,
            b'}' | b']' | b'>' | b')' => depth = depth.saturating_sub(1),
            b':' | b',' if depth == 0 => return i,
            _ => {}
        }
    }
    text.len()
}
