//! The host that belongs to a port: a sibling key, the argument beside it, a call in the same chain.

use super::language::Role;
use super::place::Choice;
use super::syntax::Code;
use super::tree::Id;
use super::value::Value;
use crate::facts::Host;
use crate::formats::scan::names;

/// Siblings that are looked at on either side.
const REACH: usize = 24;

/// Words of a port's name that say that it is not the one of the service's URL: `grpc_port` beside `url`.
const OTHER: &[&str] = &["grpc"];

/// What gives a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// A host's name or address.
    Host,
    /// A URL without a port.
    Url,
    /// A URL, with a port of its own or not: the port looked at is another of the same host.
    OtherPort,
}

/// A host beside a port.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Beside {
    /// The host.
    pub(super) host: Host,
    /// The scheme, if the host was written as a URL.
    pub(super) scheme: Option<String>,
}

impl Code<'_> {
    /// The host that a sibling of `entry` gives, for a port of this name: the nearest one whose prefix fits best.
    pub(super) fn sibling_host(
        &self,
        entry: Id,
        port: &str,
        choice: Option<Choice>,
    ) -> Option<Beside> {
        let tree = &self.tree;
        let mut inner = entry;
        let mut levels = 0;
        for group in tree.ancestors(entry).take(16) {
            let role = tree.role(group);
            if role == Role::Tokens {
                return self.host_in_tokens(group, inner, port);
            }
            if matches!(role, Role::Object | Role::Args | Role::Block | Role::Params) {
                let found = self.best_sibling(inner, port, role, choice);
                levels += 1;
                // an object's own parent may hold the host, a block's may not
                if found.is_some() || role == Role::Block || levels == 3 {
                    return found;
                }
            }
            inner = group;
        }
        None
    }

    /// The host among the loose tokens of a macro: `json!({"host": "localhost", "port": 5432})`.
    fn host_in_tokens(&self, tokens: Id, inner: Id, port: &str) -> Option<Beside> {
        let tree = &self.tree;
        let port = names::port_parts(port).unwrap_or_default();
        let strings = tree
            .children(tokens)
            .take(8 * REACH)
            .filter(|&t| tree.role(t) == Role::Str && t != inner);
        let scored = strings.filter_map(|value| {
            let sign = tree.before(value)?;
            let key = self.name_of(tree.before(sign)?)?;
            let joined = matches!(tree.text(sign), ":" | "=" | "=>");
            let host = names::host_parts(key).filter(|_| joined)?;
            Some((fit(&port, &host, Role::Object)?, value, key))
        });
        let (_, value, key) =
            scored.max_by_key(|&(score, value, _)| (score, std::cmp::Reverse(value)))?;
        self.host_of(value, Some(key), Source::Host)
    }

    fn best_sibling(
        &self,
        inner: Id,
        port: &str,
        group: Role,
        choice: Option<Choice>,
    ) -> Option<Beside> {
        let tree = &self.tree;
        let source = |url| match url {
            false => Source::Host,
            true if names::parts(port).iter().any(|w| OTHER.contains(&&**w)) => Source::OtherPort,
            true => Source::Url,
        };
        let port = names::port_parts(port).unwrap_or_default();
        let before = std::iter::successors(tree.before(inner), |&s| tree.before(s));
        let after = std::iter::successors(tree.after(inner), |&s| tree.after(s));
        let own = std::iter::once((0, inner));
        let mut pairs: Vec<(usize, Id)> = own
            .chain(before.take(REACH).enumerate().map(|(i, s)| (i + 1, s)))
            .chain(after.take(REACH).enumerate().map(|(i, s)| (i + 1, s)))
            .flat_map(|(distance, s)| self.pairs_of(s).into_iter().map(move |p| (distance, p)))
            .filter(|&(_, p)| p != inner && !tree.subtree(p).contains(&inner))
            .collect();
        pairs.sort_by_key(|&(distance, _)| distance);
        let scored = pairs.into_iter().filter_map(|(distance, pair)| {
            let name = self.key_name(pair)?;
            let (url, host) = match names::host_parts(name) {
                Some(host) => (false, host),
                None => (true, names::url_parts(name)?),
            };
            let score = fit(&port, &host, group)?;
            Some((score, distance, pair, name, url))
        });
        let mut candidates: Vec<_> = scored.collect();
        candidates.sort_by_key(|&(score, distance, ..)| (std::cmp::Reverse(score), distance));
        let keyword = tree.role(inner) == Role::Pair && self.key(inner).is_some();
        let positional = candidates.is_empty() && group == Role::Args && keyword;
        candidates
            .into_iter()
            .find_map(|(.., pair, name, url)| match self.value(pair) {
                Some(value) => self.host_of(self.chosen(value, choice), Some(name), source(url)),
                None => self.host_from(pair, self.tag_default(pair)?, Some(name), source(url)),
            })
            .or_else(|| {
                positional
                    .then(|| self.positional_host(inner, true))
                    .flatten()
            })
    }

    /// The pairs that a statement or entry consists of.
    fn pairs_of(&self, id: Id) -> Vec<Id> {
        let tree = &self.tree;
        let mut pairs = Vec::new();
        let mut at = id;
        let end = tree.subtree(id).end.min(id + 24);
        while at < end {
            match tree.role(at) {
                Role::Pair if self.key(at).is_some() => {
                    pairs.push(at);
                    at = tree.subtree(at).end.max(at + 1);
                }
                Role::Object | Role::Function | Role::Call | Role::Class => break,
                _ => at += 1,
            }
        }
        pairs
    }

    /// The host that a value gives, under the name of its key.
    fn host_of(&self, value: Id, key: Option<&str>, source: Source) -> Option<Beside> {
        self.host_from(value, self.evaluate(value), key, source)
    }

    fn host_from(
        &self,
        node: Id,
        evaluated: Value,
        key: Option<&str>,
        source: Source,
    ) -> Option<Beside> {
        let mut beside = self.host_text(node, key, &evaluated, source)?;
        if source != Source::Host && beside.scheme.is_none() {
            return None;
        }
        if source == Source::OtherPort {
            beside.scheme = None;
        }
        let env = evaluated.envs.first().cloned();
        beside.host.key = env.or_else(|| key.map(str::to_owned));
        Some(beside)
    }

    /// The value of a ternary on the same condition as the port's own: `inDocker ? 'timescaledb' : 'localhost'`.
    fn chosen(&self, value: Id, choice: Option<Choice>) -> Id {
        let bare = self.bare(value);
        let condition = (self.tree.role(bare) == Role::Ternary)
            .then(|| self.condition(bare))
            .flatten();
        match (condition, choice) {
            (Some(own), Some(other)) if self.same_text(own.test, other.condition) => {
                match other.holds {
                    true => own.then,
                    false => own.otherwise,
                }
            }
            _ => value,
        }
    }

    fn same_text(&self, one: Id, other: Id) -> bool {
        self.tree.text(one) == self.tree.text(other)
    }

    fn host_text(
        &self,
        node: Id,
        key: Option<&str>,
        value: &Value,
        source: Source,
    ) -> Option<Beside> {
        if !value.literal {
            // several hosts are possible, or one that is given elsewhere
            let own = self.name_of(node).filter(|_| self.is_reference(node));
            let name = value.envs.last().map(String::as_str).or(own).or(key)?;
            let host = Host {
                text: format!("${{{name}}}"),
                span: None,
                key: None,
            };
            return Some(Beside { host, scheme: None });
        }
        let text = value.as_str();
        let (scheme, from) = match text.find("://") {
            Some(at) => (text.get(..at), at + 3),
            None => (None, 0),
        };
        let rest = text.get(from..)?;
        let mut until = rest.find(['/', '?', ' ', ',']).unwrap_or(rest.len());
        if source == Source::OtherPort {
            let own = rest.get(..until)?.find(':');
            until = own.unwrap_or(until);
        }
        let written = rest.get(..until)?;
        let plain = !written.is_empty() && !written.bytes().all(|b| b.is_ascii_digit());
        if !plain || until < rest.len() && scheme.is_none() {
            return None;
        }
        // a port of its own: the two do not belong together
        if written
            .rsplit_once(':')
            .is_some_and(|(_, p)| p.bytes().all(|b| b.is_ascii_digit()))
        {
            return None;
        }
        let span = value.span().map(|span| {
            let start = span.start as usize + from;
            crate::source::Span::new(start, start + until)
        });
        Some(Beside {
            host: Host {
                text: written.to_owned(),
                span,
                key: None,
            },
            scheme: scheme.map(str::to_ascii_lowercase),
        })
    }

    /// The host in the argument or element before `arg`, or behind it. A plain word counts as a host only where
    /// something is `dialled`: `check_port("timescaledb", 5432)` may as well be a label.
    pub(super) fn positional_host(&self, arg: Id, dialled: bool) -> Option<Beside> {
        let tree = &self.tree;
        let not_sign = |id: &Id| !matches!(tree.role(*id), Role::Punct | Role::Comment);
        let before = std::iter::successors(tree.before(arg), |&s| tree.before(s)).filter(not_sign);
        let after = std::iter::successors(tree.after(arg), |&s| tree.after(s)).filter(not_sign);
        let others: Vec<Id> = before.take(6).chain(after.take(3)).collect();
        let plain = |&other: &Id| match tree.role(other) {
            Role::Pair => self.key(other).is_none(),
            Role::Function | Role::Block => false,
            _ => true,
        };
        let octets = others
            .first()
            .and_then(|&other| self.octets(self.bare(other)));
        let beyond_doubt = others.iter().copied().filter(plain).find_map(|other| {
            let value = self.evaluate(self.bare(other));
            let fits = value.literal && is_address(value.as_str(), false);
            fits.then(|| self.host_of(self.bare(other), None, Source::Host))
                .flatten()
        });
        octets.or(beyond_doubt).or_else(|| {
            let next = [
                tree_first(&others, arg, true),
                tree_first(&others, arg, false),
            ];
            next.into_iter().flatten().filter(plain).find_map(|other| {
                let other = self.bare(other);
                self.likely_host(other, dialled)
                    .then(|| self.host_of(other, None, Source::Host))
                    .flatten()
            })
        })
    }

    /// `[127, 0, 0, 1]`
    fn octets(&self, list: Id) -> Option<Beside> {
        let tree = &self.tree;
        let numbers: Vec<&str> = match tree.role(list) {
            Role::List => tree.parts(list).take(5).map(|p| tree.text(p)).collect(),
            _ => return None,
        };
        let address = numbers.len() == 4 && numbers.iter().all(|n| n.parse::<u8>().is_ok());
        address.then(|| Beside {
            host: Host {
                text: numbers.join("."),
                span: None,
                key: None,
            },
            scheme: None,
        })
    }

    /// Whether an argument is named like a host, or a word where a connection is opened.
    fn likely_host(&self, arg: Id, dialled: bool) -> bool {
        let value = self.evaluate(arg);
        if value.literal {
            let text = value.as_str();
            return dialled && !names::is_port(text) && (is_address(text, true) || is_word(text));
        }
        let last = self.name_of(arg).and_then(|n| names::parts(n).pop());
        let named = last.is_some_and(|l| {
            l.ends_with("host") || matches!(l.as_str(), "hostname" | "server" | "addr" | "ip")
        });
        named && self.is_reference(arg)
    }

    /// Whether a node stands for a value that is given elsewhere.
    fn is_reference(&self, node: Id) -> bool {
        matches!(
            self.tree.role(node),
            Role::Ident | Role::Member | Role::Index | Role::Call
        )
    }

    /// The host among the values that are given together with a port: `host, port = "localhost", 5432`.
    pub(super) fn host_in_list(&self, pair: Id) -> Option<Beside> {
        let tree = &self.tree;
        let (key, value) = (self.key(pair)?, self.value(pair)?);
        let at = tree
            .parts(key)
            .take(REACH)
            .position(|k| self.name_of(k).and_then(names::host_parts).is_some())?;
        let lists = tree.role(key) == Role::List && tree.role(value) == Role::List;
        let host = tree.parts(value).nth(at).filter(|_| lists)?;
        let name = tree.parts(key).nth(at).and_then(|k| self.name_of(k));
        self.host_of(self.bare(host), name, Source::Host)
    }

    /// The host that a call beside this one sets by a key of the same sort: `v.SetDefault("db.host", "x"); v.SetDefault("db.port", 1)`.
    pub(super) fn keyed_host(&self, call: Id, port: &str) -> Option<Beside> {
        let tree = &self.tree;
        let port = names::port_parts(port)?;
        let callee = self.callee_text(call);
        let statement = self.statement(call)?;
        let mut best: Option<(u8, Beside)> = None;
        for near in self.neighbours(statement) {
            let found = tree
                .subtree(near)
                .take(6)
                .find(|&n| tree.role(n) == Role::Call);
            let Some(other) = found.filter(|&n| self.callee_text(n) == callee) else {
                continue;
            };
            let args: Vec<Id> = self
                .arguments(other)
                .take(4)
                .map(|a| self.bare(a))
                .collect();
            let [key, rest @ ..] = args.as_slice() else {
                continue;
            };
            let key = tree.slice(self.content(*key)).trim_start_matches('-');
            let score = names::host_parts(key).and_then(|h| fit(&port, &h, Role::Block));
            let value = rest.iter().find(|&&a| self.evaluate(a).literal);
            if let (Some(score), Some(&value)) = (score, value)
                && best.as_ref().is_none_or(|(s, _)| *s < score)
                && let Some(beside) = self.host_of(value, Some(key), Source::Host)
            {
                best = Some((score, beside));
            }
        }
        best.map(|(_, beside)| beside)
    }

    /// The statement that a node is a part of.
    fn statement(&self, id: Id) -> Option<Id> {
        let tree = &self.tree;
        let in_block = |&a: &Id| tree.parent(a).is_some_and(|p| tree.role(p) == Role::Block);
        std::iter::once(id)
            .chain(tree.ancestors(id).take(6))
            .find(in_block)
    }

    /// The statements around one, nearest first on either side.
    fn neighbours(&self, statement: Id) -> impl Iterator<Item = Id> + '_ {
        let tree = &self.tree;
        let before = std::iter::successors(tree.before(statement), |&x| tree.before(x)).take(6);
        let after = std::iter::successors(tree.after(statement), |&x| tree.after(x)).take(6);
        before.chain(after)
    }

    /// Whether the call around a list opens a connection: `socket.connect(("db", 5432))`.
    pub(super) fn dialled(&self, list: Id) -> bool {
        self.tree
            .ancestors(list)
            .take(3)
            .find(|&a| self.tree.role(a) == Role::Call)
            .is_some_and(|call| self.dials(self.callee(call)))
    }

    /// Whether a call of this name opens a connection.
    pub(super) fn dials(&self, callee: &str) -> bool {
        const WORDS: &[&str] = &[
            "connect",
            "connection",
            "connector",
            "client",
            "socket",
            "dial",
            "fsockopen",
            "pfsockopen",
            "redis",
            "jedis",
            "pool",
            "tcp",
            "address",
            "addr",
            "endpoint",
            "join",
            "ping",
            "reachable",
            "wait",
            "conn",
        ];
        names::parts(callee)
            .iter()
            .any(|w| WORDS.contains(&w.as_str()))
    }

    /// The host in the chain or the neighbouring statements of a call that sets a port: `b.host("x").port(5432)`,
    /// `ds.setHost("x"); ds.setPort(5432);`.
    pub(super) fn chained_host(&self, call: Id) -> Option<Beside> {
        let tree = &self.tree;
        let below = self.callee_nodes(call).take(64);
        let above = tree.ancestors(call).take(12);
        let statement = self.statement(call);
        let near = statement
            .into_iter()
            .flat_map(|s| self.neighbours(s))
            .flat_map(|x| tree.subtree(x).take(3));
        let receiver = root_name(self.callee_text(call));
        below
            .chain(above.take_while(|&a| tree.role(a) != Role::Block))
            .chain(near)
            .filter(|&n| tree.role(n) == Role::Call)
            .filter(|&n| root_name(self.callee_text(n)) == receiver)
            .find_map(|n| {
                let name = self.callee(n);
                names::host_parts(name)?;
                let arg = self.arguments(n).next()?;
                self.host_of(self.bare(arg), Some(name), Source::Host)
            })
    }
}

/// The nearest of some siblings before or behind a node.
fn tree_first(siblings: &[Id], node: Id, before: bool) -> Option<Id> {
    let mut on_side = siblings.iter().copied().filter(|&s| (s < node) == before);
    on_side.next()
}

/// The object that a chain of calls starts from.
fn root_name(callee: &str) -> &str {
    let end = callee
        .find(|c: char| !c.is_alphanumeric() && !"_$@ ".contains(c))
        .unwrap_or(0);
    callee.get(..end).unwrap_or("")
}

/// How well the prefix of a host's name fits that of a port's; `None` if not at all.
fn fit(port: &[String], host: &[String], group: Role) -> Option<u8> {
    let loose = group != Role::Block;
    if port == host {
        Some(4)
    } else if !host.is_empty() && port.starts_with(host) {
        Some(3)
    } else if host.is_empty() && loose {
        Some(2)
    } else {
        (port.is_empty() && loose).then_some(1)
    }
}

/// Whether a text is an address beyond doubt; a name with dots is one only where it is `dialled` (it may be a file's).
fn is_address(text: &str, dialled: bool) -> bool {
    let plain = text.len() <= 253
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b".-_".contains(&b));
    let numbers = text.split('.').count() == 4
        && text
            .split('.')
            .all(|p| p.len() <= 3 && p.parse::<u8>().is_ok());
    let dotted = text.contains('.') && !text.starts_with('.') && !text.ends_with('.');
    match text {
        "localhost" | "::1" | "[::1]" | "host.docker.internal" => true,
        _ => plain && (numbers || dotted && dialled),
    }
}

/// Whether a text could be a host's name.
fn is_word(text: &str) -> bool {
    let first = text.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
    first
        && text.len() <= 63
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
}
