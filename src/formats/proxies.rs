//! Proxies (nginx, HAProxy, Traefik, Kong, Caddy, Envoy, Apache): where they listen, and where they pass things on to.

use super::Reader;
use super::config;
use super::settings::walk::{Reading, sightings};
use super::settings::{NodeId, Settings, Syntax, keys};
use super::telemetry::is_own_address;
use crate::classify::{Name, file_name};
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

/// Words of the names of such files.
const NAMES: &[&str] = &[
    "nginx",
    "haproxy",
    "traefik",
    "kong",
    "envoy",
    "caddy",
    "caddyfile",
    "httpd",
    "apache",
    "apache2",
    "openresty",
];

fn wants(name: &Name<'_>, text: &str) -> bool {
    let path = name.path;
    let named = || {
        name.lower
            .split(['.', '-', '_'])
            .any(|word| NAMES.contains(&word))
    };
    let shown = || {
        MARKS
            .iter()
            .any(|group| group.iter().all(|mark| text.contains(mark)))
    };
    syntax(path, text).is_some() && (named() || shown())
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
        "listen" | "bind" | "Listen" | "LISTEN" => Reading::by(ReadBy::Server)
            .form(Form::Keyed)
            .name("listen_port"),
        // policies for browsers
        "add_header" | "more_set_headers" | "Header" => Reading::by(ReadBy::Host),
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

#[cfg(test)]
mod tests {
    use crate::formats::testing::seen;

    #[test]
    fn nginx() {
        let text = r##"events { worker_connections 2048; }
http {
  upstream db { server timescaledb:5432 max_fails=0; server 127.0.0.1:5433 weight=5; }
  server {
    listen 7233 http2;
    listen [::]:8443 ssl;
    location /q { proxy_pass http://host.docker.internal:6333/; } # qdrant
    error_page 500 502 = @x;
    client_max_body_size 10000;
  }
}
"##;
        assert_eq!(
            seen("nginx/nginx.conf", text),
            [
                "3: timescaledb:5432 | HostPort | Mounted | timescaledb | `http.upstream.db.server`",
                "3: 127.0.0.1:5433 | HostPort | Mounted | 127.0.0.1 | `http.upstream.db.server`",
                "5: 7233 | Keyed | Server | `listen_port` | Container side",
                "6: [::]:8443 | Keyed | Server | [::] | `listen_port`",
                "7: host.docker.internal:6333 | Url | Mounted | host.docker.internal | `http.server.location./q.proxy_pass`",
            ]
        );
    }

    #[test]
    fn haproxy() {
        let text = r##"global
    maxconn 4096
frontend sql
    bind *:5000
    default_backend pg
backend pg
    server pg1 timescaledb:5432 check port 8008
    timeout connect 5000
"##;
        assert_eq!(
            seen("haproxy.cfg", text),
            [
                "4: :5000 | Keyed | Server | `listen_port`",
                "7: timescaledb:5432 | HostPort | Mounted | timescaledb | `backend.server`",
            ]
        );
    }

    #[test]
    fn traefik() {
        let text = r##"tcp:
  services:
    pg:
      loadBalancer:
        servers:
          - address: "timescaledb:5432"
http:
  services:
    q:
      loadBalancer:
        servers:
          - url: "http://qdrant:6333"
"##;
        assert_eq!(
            seen("traefik/dynamic.yml", text),
            [
                "6: timescaledb:5432 | HostPort | Mounted | timescaledb | `tcp.services.pg.loadBalancer.servers.address`",
                "12: qdrant:6333 | Url | Mounted | qdrant | `http.services.q.loadBalancer.servers.url`",
            ]
        );
    }

    #[test]
    fn kong() {
        let text = r##"_format_version: "3.0"
services:
  - name: qdrant
    url: http://qdrant:6333
  - name: pg
    host: timescaledb
    port: 5432
    connect_timeout: 60000
"##;
        assert_eq!(
            seen("kong.yml", text),
            [
                "4: qdrant:6333 | Url | Mounted | qdrant | `services.url`",
                "7: 5432 | Keyed | Mounted | timescaledb (services.host) | `services.port`",
            ]
        );
    }

    #[test]
    fn caddy() {
        let text = r##":80 {
  reverse_proxy localhost:6333
}
"##;
        assert_eq!(
            seen("Caddyfile", text),
            ["2: localhost:6333 | HostPort | Mounted | localhost | `:80.reverse_proxy`",]
        );
    }
}
