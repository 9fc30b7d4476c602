//! What a name says: whether it is that of a port or of a host, and of which side.

use super::words::words;
use crate::facts::{Hint, Side};

/// The words of a name, lower case: `TIMESCALEDB_PORT`, `db.port`, `httpPort`, `http-port` → `[.., port]`.
pub fn parts(name: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut current = String::new();
    let mut previous = ' ';
    let mut chars = name.chars().peekable();
    while let Some(c) = chars.next() {
        let next_is_lower = chars.peek().is_some_and(|n| n.is_lowercase());
        let hump = c.is_uppercase()
            && (previous.is_lowercase() || previous.is_uppercase() && next_is_lower);
        if (!c.is_alphanumeric() || hump) && !current.is_empty() {
            parts.push(std::mem::take(&mut current));
        }
        if c.is_alphanumeric() {
            current.extend(c.to_lowercase());
        }
        previous = c;
    }
    if !current.is_empty() {
        parts.push(current);
    }
    parts
}

/// Whether a name is that of a port: `PORT`, `*_PORT`, `httpPort`, `PGPORT`, `PORT_NUMBER`; not `REPORT`, `PORT_TIMEOUT`.
pub fn is_port(name: &str) -> bool {
    port_parts(name).is_some()
}

/// The words of a port's name with its "port" taken out (`[pgadmin, host]` of `PGADMIN_HOST_PORT`), or `None` if it is not one.
pub fn port_parts(name: &str) -> Option<Vec<String>> {
    let quick = name
        .as_bytes()
        .windows(4)
        .any(|w| w.eq_ignore_ascii_case(b"port"));
    if !quick && name.is_ascii() {
        return None;
    }
    let mut parts = parts(name);
    let at = parts.iter().rposition(|p| port_word(p).is_some())?;
    let tail_fits = parts
        .iter()
        .skip(at + 1)
        .all(|p| words().port_tail.contains(p) || p.chars().all(|c| c.is_ascii_digit()));
    if !tail_fits {
        return None;
    }
    let glued = parts.get(at).and_then(|p| port_word(p)).unwrap_or("");
    if glued.is_empty() {
        parts.remove(at);
    } else {
        let glued = glued.to_owned();
        parts.splice(at..=at, [glued]);
    }
    Some(parts)
}

/// What stands before "port" in a word that ends with it: `""` of `port`, `pg` of `pgport`; `None` of `report`.
fn port_word(part: &str) -> Option<&str> {
    let words = words();
    if words.port.contains(part) {
        return Some("");
    }
    let bare = part.trim_end_matches(|c: char| c.is_ascii_digit());
    let stem = bare.strip_suffix('s').unwrap_or(bare);
    // `EAFNOSUPPORT` ends like one of them, too
    let ends_alike = |word: &String| word.len() > 5 && stem.ends_with(word.as_str());
    if words.not_port.contains(stem) || words.not_port.iter().any(ends_alike) {
        return None;
    }
    let before = stem.strip_suffix("port")?;
    let glued = before.is_empty() || (before.len() >= 2 && before.is_ascii());
    glued.then_some(before)
}

/// The words of a host's name with the last one taken out (`[postgres]` of `POSTGRES_SEEDS`), or `None` if it is not one.
pub fn host_parts(name: &str) -> Option<Vec<String>> {
    let mut parts = parts(name);
    while parts.len() > 1
        && parts.last().is_some_and(|p| {
            matches!(p.as_str(), "name" | "new" | "old" | "default")
                || p.chars().all(|c| c.is_ascii_digit())
        })
    {
        parts.pop();
    }
    let last = parts.last()?.clone();
    if words().host_name.contains(&last) {
        parts.pop();
        // "host name/address"
        while parts
            .last()
            .is_some_and(|p| matches!(p.as_str(), "host" | "name" | "hostname"))
        {
            parts.pop();
        }
        return Some(parts);
    }
    // `PGHOST`, `dbhost`
    let stem = last
        .strip_suffix("host")
        .filter(|s| s.len() >= 2)?
        .to_owned();
    parts.pop();
    parts.push(stem);
    Some(parts)
}

/// The same for the name of a URL: `[qdrant]` of `QDRANT_URL`.
pub fn url_parts(name: &str) -> Option<Vec<String>> {
    let mut parts = parts(name);
    let last = parts.last()?;
    if !words().url_name.contains(last) {
        return None;
    }
    parts.pop();
    if parts.last().is_some_and(|p| p == "connection") {
        parts.pop();
    }
    Some(parts)
}

/// The side that a port's name states: `PGADMIN_HOST_PORT`, `LISTEN_PORT`, `targetPort`.
pub fn side(name: &str) -> Option<Hint> {
    let parts = port_parts(name)?;
    let words = words();
    let says = |set: &std::collections::HashSet<String>| parts.iter().any(|p| set.contains(p));
    match (says(&words.name_host), says(&words.name_container)) {
        (true, false) => Some(Hint {
            side: Side::Host,
            reason: "the name says that it is a published port",
            certain: false,
        }),
        (false, true) => Some(Hint {
            side: Side::Container,
            reason: "the name says that it is the port inside the container",
            certain: false,
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_ports_are_told_from_words_that_end_alike() {
        for name in [
            "PORT",
            "port",
            "ports",
            "TIMESCALEDB_PORT",
            "db.port",
            "httpPort",
            "PGPORT",
            "DB_PORT_NUMBER",
            "QUESTDB_HTTP_PORT_NEW",
            "server-port",
            "portHttp",
            "spring.redis.port",
            "PORT_1",
            "dbport",
            "Porta",
            "HTTPPort",
            "hostPort",
            "containerPort",
            "PORTS",
        ] {
            assert!(is_port(name), "{name}");
        }
        for name in [
            "REPORT",
            "SUPPORT",
            "EXPORT",
            "IMPORT",
            "PORTFOLIO",
            "PORT_TIMEOUT_MS",
            "viewport",
            "transport",
            "REPORTS",
            "portability",
            "TIMEOUT",
            "",
            "supportEmail",
            "passport2",
            "export_count",
            "important",
            "EAFNOSUPPORT",
            "SCSITRANSPORT",
            "NEWCACHEREPORT",
        ] {
            assert!(!is_port(name), "{name}");
        }
    }

    #[test]
    fn prefixes_are_what_remains() {
        let joined = |p: Option<Vec<String>>| p.map(|p| p.join("_"));
        for (name, prefix) in [
            ("PGADMIN_HOST_PORT", "pgadmin_host"),
            ("PGPORT", "pg"),
            ("PORT", ""),
            ("db.port", "db"),
            ("redisPort", "redis"),
        ] {
            assert_eq!(joined(port_parts(name)).as_deref(), Some(prefix), "{name}");
        }
        for (name, prefix) in [
            ("PGHOST", "pg"),
            ("POSTGRES_SEEDS", "postgres"),
            ("HOST", ""),
            ("GATEWAY_DATABASE_HOST", "gateway_database"),
            ("dbHost", "db"),
            ("DB_SERVER", "db"),
            ("redis.hostname", "redis"),
        ] {
            assert_eq!(joined(host_parts(name)).as_deref(), Some(prefix), "{name}");
        }
        assert_eq!(joined(host_parts("GHOST_URL")), None);
        assert_eq!(joined(url_parts("QDRANT_URL")).as_deref(), Some("qdrant"));
    }

    #[test]
    fn some_names_say_their_side() {
        let side = |n| side(n).map(|h| h.side);
        assert_eq!(side("PGADMIN_HOST_PORT"), Some(Side::Host));
        assert_eq!(side("PGADMIN_LISTEN_PORT"), Some(Side::Container));
        assert_eq!(side("containerPort"), Some(Side::Container));
        assert_eq!(side("PGADMIN_PORT"), None);
        assert_eq!(side("HOST_TO_CONTAINER_PORT"), None);
    }
}
