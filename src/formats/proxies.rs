//! Proxies (nginx, HAProxy, Traefik, Kong, Caddy, Envoy, Apache): where they listen, and where they pass things on to.

use super::Reader;
use super::config;
use super::settings::walk::{Reading, sightings};
use super::settings::{NodeId, Settings, Syntax, keys};
use super::telemetry::is_own_address;
use crate::classify::file_name;
use crate::facts::{FileFacts, Form, ReadBy};
use crate::source::SourceFile;

/// The reader.
pub const READER: Reader = Reader {
    name: "proxies",
    wants,
    read,
};

/// Texts that show whose configuration it is, all of one group.
const MARKS: &[&[&str]] = &[
    &["proxy_pass"],
    &["upstream ", "server "],
    &["server {", "listen "],
    &["fastcgi_pass"],
    &["grpc_pass"],
    &["\nfrontend ", "\nbackend "],
    &["\nlisten ", "\n    server "],
    &["reverse_proxy "],
    &["ProxyPass"],
    &["<VirtualHost"],
    &["entryPoints:"],
    &["[entryPoints"],
    &["loadBalancer:"],
    &["loadBalancer]"],
    &["_format_version"],
    &["static_resources:"],
    &["socket_address:"],
    &["stream {"],
];

fn wants(path: &str, text: &str) -> bool {
    syntax(path, text).is_some()
        && !path.ends_with(".service")
        && MARKS
            .iter()
            .any(|group| group.iter().all(|mark| text.contains(mark)))
}

/// How the file is written: nginx and Caddy with braces, HAProxy and Apache by lines.
fn syntax(path: &str, text: &str) -> Option<Syntax> {
    let name = file_name(path).to_ascii_lowercase();
    let extension = name.rsplit_once('.').map_or("", |(_, e)| e);
    if name.contains("caddyfile")
        || name == "nginx"
        || path.contains("sites-available/")
        || path.contains("sites-enabled/")
    {
        return Some(Syntax::Braces);
    }
    match extension {
        "cfg" => Some(Syntax::Words),
        "conf" | "template" | "vhost" | "nginx" | "inc" | "j2" | "tmpl" => {
            Some(if text.contains('{') && text.contains(';') {
                Syntax::Braces
            } else {
                Syntax::Words
            })
        }
        "yml" | "yaml" | "toml" | "json" => config::syntax(path, text),
        _ => None,
    }
}

fn read(file: &SourceFile, facts: &mut FileFacts) {
    if let Some(syntax) = syntax(&file.path, &file.text) {
        facts
            .sightings
            .extend(sightings(file, syntax, ReadBy::Mounted, &value));
    }
}

fn value(settings: &Settings, id: NodeId) -> Reading {
    let mounted = Reading::by(ReadBy::Mounted);
    let value = settings.value(id).map_or("", |v| v.value.as_str());
    let key = settings.key(id);
    let path = settings.path(id);
    let under = |key: &str| path.contains(&key);
    match key {
        "listen" | "bind" | "Listen" | "LISTEN" => Reading::by(ReadBy::Server).form(Form::Keyed),
        // Traefik's entry points and Envoy's listeners
        _ if under("entryPoints") || under("listeners") => Reading::by(ReadBy::Server),
        _ if is_own_address(value) => Reading::by(ReadBy::Server),
        "server" | "proxy_pass" | "grpc_pass" | "fastcgi_pass" | "uwsgi_pass" | "scgi_pass"
        | "memcached_pass" | "redis_pass" | "postgres_server" | "reverse_proxy" | "to"
        | "ProxyPass" | "ProxyPassReverse" | "BalancerMember" => mounted,
        // names, sizes and times of the other directives are no ports
        _ if is_directive(settings, id) && !value.contains(':') => Reading::skip(),
        _ => keys::by_key(settings, id, ReadBy::Mounted),
    }
}

/// Whether the value is one of several words behind a directive's name, as in nginx.
fn is_directive(settings: &Settings, id: NodeId) -> bool {
    settings.node(id).is_some_and(|n| n.key.is_none())
}
