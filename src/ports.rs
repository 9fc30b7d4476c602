//! Port entries as Compose reads them once variables are in place. All byte ranges are those of the entry's own text.

use crate::model::PortRange;
use std::net::IpAddr;
use std::ops::Range;

/// A short entry, `[HOST_IP:]HOST[-END]:CONTAINER[-END][/PROTOCOL]`, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShortPort {
    /// The address, without brackets; empty for all.
    pub host_ip: String,
    /// The host part; none means that Docker picks the port.
    pub published: Option<Part>,
    /// The container's part.
    pub target: Part,
    /// `tcp`, `udp` or `sctp`.
    pub protocol: String,
}

/// A port or range with its digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The ports.
    pub ports: PortRange,
    /// Their bytes in the entry.
    pub range: Range<usize>,
}

/// Why an entry is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PortError {
    /// One clause.
    pub message: String,
    /// The part at fault.
    pub range: Range<usize>,
}

/// One published port as `docker compose config` prints it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Binding {
    /// A port, a range to pick from (`3000-3005`), or nothing: Docker picks.
    pub published: String,
    /// The container's port.
    pub target: u16,
}

impl ShortPort {
    /// Takes an entry apart.
    ///
    /// # Errors
    /// For what Compose refuses: addresses that are none, ports beyond 65535, ranges of different lengths, unknown protocols.
    pub fn parse(entry: &str) -> Result<Self, PortError> {
        let (rest, protocol) = protocol(entry)?;
        let (before, target) = split_last(entry, 0..rest);
        let (address, host) = match before {
            Some(end) => split_last(entry, 0..end),
            None => (None, 0..0),
        };
        let target = part(entry, target, "container port")?;
        let published = match host {
            host if host.is_empty() => None,
            host => Some(part(entry, host, "host port")?),
        };
        let host_ip = address.map_or(Ok(String::new()), |end| host_ip(entry, 0..end))?;
        if let Some(host) = &published {
            let mismatch = host.ports.count() != target.ports.count();
            if mismatch && target.ports.count() > 1 {
                return Err(PortError {
                    message: format!(
                        "the ranges {} and {} are not of one length",
                        host.ports, target.ports
                    ),
                    range: host.range.start..target.range.end,
                });
            }
        }
        Ok(Self {
            host_ip,
            published,
            target,
            protocol,
        })
    }

    /// The entry's ports one by one: two ranges in step, or one target with a range to pick from.
    pub fn bindings(&self) -> impl Iterator<Item = Binding> + '_ {
        let target = self.target.ports;
        (target.start..=target.end).map(move |port| Binding {
            published: match &self.published {
                None => String::new(),
                Some(host) if target.count() == 1 => host.ports.to_string(),
                Some(host) => (host.ports.start + (port - target.start)).to_string(),
            },
            target: port,
        })
    }
}

/// The byte where the protocol's slash stands, and the protocol, `tcp` if none is given.
fn protocol(entry: &str) -> Result<(usize, String), PortError> {
    let container = entry.rfind(':').map_or(0, |i| i + 1);
    let slash = entry.get(container..).and_then(|c| c.find('/'));
    let Some(slash) = slash.map(|i| container + i) else {
        return Ok((entry.len(), "tcp".to_owned()));
    };
    let range = slash + 1..entry.len();
    let name = entry
        .get(range.clone())
        .unwrap_or_default()
        .to_ascii_lowercase();
    match name.as_str() {
        "" => Ok((slash, "tcp".to_owned())),
        "tcp" | "udp" | "sctp" => Ok((slash, name)),
        _ => Err(PortError {
            message: format!(
                "`{}` is no protocol: `tcp`, `udp` or `sctp`",
                name.escape_debug()
            ),
            range,
        }),
    }
}

/// Splits at the last colon: the end of what stands before it, and what stands behind.
fn split_last(entry: &str, range: Range<usize>) -> (Option<usize>, Range<usize>) {
    match entry.get(range.clone()).and_then(|text| text.rfind(':')) {
        Some(i) => (Some(range.start + i), range.start + i + 1..range.end),
        None => (None, range),
    }
}

fn part(entry: &str, range: Range<usize>, what: &str) -> Result<Part, PortError> {
    let text = entry.get(range.clone()).unwrap_or_default();
    match parse_range(text) {
        Some(ports) => Ok(Part { ports, range }),
        None if text.is_empty() => Err(PortError {
            message: format!("the {what} is missing"),
            range,
        }),
        None => Err(PortError {
            message: format!("`{}` is no {what}", text.escape_debug()),
            range,
        }),
    }
}

/// Checks an address, in brackets or without, and takes them off.
fn host_ip(entry: &str, range: Range<usize>) -> Result<String, PortError> {
    let written = entry.get(range.clone()).unwrap_or_default();
    let bare = written
        .strip_prefix('[')
        .map_or(Some(written), |rest| rest.strip_suffix(']'));
    match bare {
        // `:5432:5432` names no address, and Compose takes it for every one
        Some("") if written.is_empty() => Ok(String::new()),
        Some(address) if address.parse::<IpAddr>().is_ok() => Ok(address.to_owned()),
        _ => Err(PortError {
            message: format!("`{}` is no IP address", written.escape_debug()),
            range,
        }),
    }
}

/// `5432` or `3000-3005`.
pub fn parse_range(text: &str) -> Option<PortRange> {
    let (start, end) = text.split_once('-').unwrap_or((text, text));
    let (start, end) = (parse_port(start)?, parse_port(end)?);
    (start <= end).then_some(PortRange { start, end })
}

/// A port in decimal digits, without sign or blanks.
pub fn parse_port(text: &str) -> Option<u16> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Row = (String, u16);

    fn bindings(entry: &str) -> Result<(String, String, Vec<Row>), String> {
        ShortPort::parse(entry)
            .map(|p| {
                let rows = p.bindings().map(|b| (b.published, b.target)).collect();
                (p.host_ip, p.protocol, rows)
            })
            .map_err(|e| e.message)
    }

    #[test]
    fn reads_entries_as_compose_does() {
        for (entry, ip, protocol, expected) in [
            ("5432", "", "tcp", &[("", 5432u16)] as &[_]),
            ("7000:5432", "", "tcp", &[("7000", 5432)]),
            (
                "127.0.0.1:7000:5432/udp",
                "127.0.0.1",
                "udp",
                &[("7000", 5432)],
            ),
            ("127.0.0.1::5432", "127.0.0.1", "tcp", &[("", 5432)]),
            (":5432", "", "tcp", &[("", 5432)]),
            ("::5432", "", "tcp", &[("", 5432)]),
            (":7000:5432", "", "tcp", &[("7000", 5432)]),
            ("[::1]:7000:5432", "::1", "tcp", &[("7000", 5432)]),
            ("::1:7000:5432", "::1", "tcp", &[("7000", 5432)]),
            (
                "[::]:7000-7001:53-54/UDP",
                "::",
                "udp",
                &[("7000", 53), ("7001", 54)],
            ),
            (
                "3000-3002",
                "",
                "tcp",
                &[("", 3000), ("", 3001), ("", 3002)],
            ),
            (
                "3000-3001:4000-4001",
                "",
                "tcp",
                &[("3000", 4000), ("3001", 4001)],
            ),
            ("3000-3005:80", "", "tcp", &[("3000-3005", 80)]),
            ("3000-3000:80", "", "tcp", &[("3000", 80)]),
            ("65535:65535/sctp", "", "sctp", &[("65535", 65535)]),
            ("80:80/", "", "tcp", &[("80", 80)]),
            ("0:80", "", "tcp", &[("0", 80)]),
        ] {
            let rows = expected
                .iter()
                .map(|(p, t)| ((*p).to_owned(), *t))
                .collect();
            assert_eq!(
                bindings(entry),
                Ok((ip.to_owned(), protocol.to_owned(), rows)),
                "{entry}"
            );
        }
    }

    #[test]
    fn refuses_what_compose_refuses() {
        for (entry, message) in [
            ("", "the container port is missing"),
            ("7000:", "the container port is missing"),
            ("abc:5432", "`abc` is no host port"),
            ("70000:80", "`70000` is no host port"),
            ("80:http", "`http` is no container port"),
            ("127.0.1:80:80", "`127.0.1` is no IP address"),
            ("localhost:80:80", "`localhost` is no IP address"),
            ("[::1:80:80", "`[::1` is no IP address"),
            (
                "80-82:80-81",
                "the ranges 80-82 and 80-81 are not of one length",
            ),
            ("80:80-81", "the ranges 80 and 80-81 are not of one length"),
            ("82-80:80", "`82-80` is no host port"),
            (
                "80:80/icmp",
                "`icmp` is no protocol: `tcp`, `udp` or `sctp`",
            ),
            (" 80:80", "` 80` is no host port"),
            ("+80:80", "`+80` is no host port"),
            ("80:80-", "`80-` is no container port"),
        ] {
            assert_eq!(bindings(entry), Err(message.to_owned()), "{entry}");
        }
    }

    #[test]
    fn parts_know_their_digits() {
        let port = ShortPort::parse("[::1]:7000-7001:53-54/udp").expect("valid");
        assert_eq!(port.published.map(|p| p.range), Some(6..15));
        assert_eq!(port.target.range, 16..21);
    }

    proptest! {
        #[test]
        fn never_panics(entry in "[0-9:/.\\-\\[\\]a-z]{0,30}|\\PC{0,30}") {
            if let Ok(port) = ShortPort::parse(&entry) {
                prop_assert_eq!(entry.get(port.target.range.clone()).and_then(parse_range), Some(port.target.ports));
            }
        }
    }
}
