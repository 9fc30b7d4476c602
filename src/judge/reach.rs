//! What a host beside a port is: this machine, a service of the repo, or somebody else's.

use super::index::Index;
use crate::model::{Model, ServiceId};
use crate::policy::Policy;
use crate::source::FileId;
use std::net::IpAddr;

/// What a host's name means, whoever reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// `localhost` and its like.
    Loopback,
    /// The machine that runs the containers, from inside a container.
    Gateway,
    /// Services of the repo.
    Services(Vec<ServiceId>),
    /// A single name that the repo does not declare: a container of another repo, a machine of the local network.
    Undeclared,
    /// A domain, an address.
    External,
    /// `<host>`, `YOUR_HOST`, a variable without a value.
    Placeholder,
}

const LOOPBACK: &[&str] = &["localhost", "ip6-localhost", "localhost.localdomain"];
const GATEWAY: &[&str] = &[
    "host.docker.internal",
    "gateway.docker.internal",
    "docker.for.mac.localhost",
    "docker.for.mac.host.internal",
    "docker.for.win.localhost",
    "host.containers.internal",
    "host.lima.internal",
    "host.minikube.internal",
];

/// Classifies a host as written in `file`, for the containers that read it there, if it is not a process of the machine.
pub(super) fn reach(
    model: &Model,
    policy: &Policy,
    index: &Index,
    file: FileId,
    readers: &[ServiceId],
    text: &str,
) -> Reach {
    let literal = |text: &str| literal(policy, index, file, readers, text);
    let text = text.trim().trim_matches(['"', '\'', '`']);
    if let Some((variable, default)) = expression(text) {
        let value = index.value_near(model, file, variable);
        let inner = value.or(default);
        return match inner {
            Some(inner) if expression(inner).is_none() => literal(inner),
            Some(inner) => expression(inner)
                .and_then(|(_, default)| default)
                .filter(|d| expression(d).is_none())
                .map_or(Reach::Placeholder, literal),
            None => Reach::Placeholder,
        };
    }
    literal(text)
}

/// `${NAME:-default}` or `$NAME` as name and default, if that is all there is.
fn expression(text: &str) -> Option<(&str, Option<&str>)> {
    let is_name =
        |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let body = text.strip_prefix('$')?;
    if is_name(body) {
        return Some((body, None));
    }
    let body = body.strip_prefix('{')?.strip_suffix('}')?;
    let end = body
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .unwrap_or(body.len());
    let (name, rest) = (body.get(..end)?, body.get(end..)?);
    let default = rest
        .strip_prefix(":-")
        .or_else(|| rest.strip_prefix('-'))
        .or_else(|| rest.strip_prefix(':'));
    is_name(name).then_some((name, default))
}

fn literal(
    policy: &Policy,
    index: &Index,
    file: FileId,
    readers: &[ServiceId],
    text: &str,
) -> Reach {
    let bare = text
        .trim_start_matches('[')
        .trim_end_matches(']')
        .trim_end_matches('.')
        .to_ascii_lowercase();
    let is = |names: &[&str]| names.contains(&bare.as_str());
    if let Ok(address) = bare.parse::<IpAddr>() {
        return match address {
            a if a.is_loopback() || a.is_unspecified() => Reach::Loopback,
            IpAddr::V4(a) if a.octets().starts_with(&[172, 17, 0, 1]) => Reach::Gateway,
            _ => Reach::External,
        };
    }
    if is(LOOPBACK)
        || policy
            .loopback_names
            .iter()
            .any(|n| n.eq_ignore_ascii_case(&bare))
    {
        return Reach::Loopback;
    }
    if is(GATEWAY) || index.is_gateway_alias(&bare, readers) {
        return Reach::Gateway;
    }
    let services = index.services_named(&bare, file);
    if !services.is_empty() {
        return Reach::Services(services);
    }
    let strange = |c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_' || c == '.');
    let shouting = text.len() > 1
        && text
            .chars()
            .all(|c| c.is_ascii_uppercase() || c == '_' || c.is_ascii_digit());
    if bare.is_empty() || bare.contains(strange) || shouting || bare.starts_with("your") {
        return Reach::Placeholder;
    }
    if bare.contains('.') {
        Reach::External
    } else {
        Reach::Undeclared
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_told_apart() {
        let (model, policy, index) = (Model::default(), Policy::default(), Index::default());
        let reach = |text: &str| reach(&model, &policy, &index, FileId(0), &[], text);
        for (text, expected) in [
            ("localhost", Reach::Loopback),
            ("127.0.0.1", Reach::Loopback),
            ("127.0.1.1", Reach::Loopback),
            ("[::1]", Reach::Loopback),
            ("0.0.0.0", Reach::Loopback),
            ("LocalHost", Reach::Loopback),
            ("${DB_HOST:-localhost}", Reach::Loopback),
            ("${A:-${B:-localhost}}", Reach::Loopback),
            ("$DB_HOST", Reach::Placeholder),
            ("host.docker.internal", Reach::Gateway),
            ("${DB_HOST:-host.docker.internal}", Reach::Gateway),
            ("172.17.0.1", Reach::Gateway),
            ("db.prod.example.com", Reach::External),
            ("10.0.0.7", Reach::External),
            ("redis", Reach::Undeclared),
            ("<host>", Reach::Placeholder),
            ("YOUR_HOST", Reach::Placeholder),
            ("your-redis-host", Reach::Placeholder),
            ("{{ .Values.host }}", Reach::Placeholder),
            ("", Reach::Placeholder),
        ] {
            assert_eq!(reach(text), expected, "{text}");
        }
    }
}
