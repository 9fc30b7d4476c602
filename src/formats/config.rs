//! Configurations of applications in general: any YAML, JSON, TOML, INI, properties, HCL or XML that has no reader of its own.

use super::Reader;
use super::settings::walk::{Reading, sightings};
use super::settings::{NodeId, Settings, Syntax, keys};
use crate::classify::file_name;
use crate::facts::{FileFacts, ReadBy};
use crate::source::SourceFile;

/// The reader of all that no other reader wants.
pub const READER: Reader = Reader {
    name: "config",
    wants,
    read,
};

/// How a file is written, by its name; `None` for what is no configuration.
pub fn syntax(path: &str, text: &str) -> Option<Syntax> {
    let name = file_name(path).to_ascii_lowercase();
    let extension = name.rsplit_once('.').map_or("", |(_, e)| e);
    // templates of configurations are configurations
    let extension = match extension {
        "example" | "sample" | "template" | "tmpl" | "tpl" | "dist" | "default" | "j2" | "erb"
        | "local" | "in" | "bak" => name.rsplit('.').nth(1).unwrap_or(""),
        other => other,
    };
    let syntax = match extension {
        "yml" | "yaml" => Syntax::Yaml,
        "json" | "jsonc" | "json5" | "code-workspace" | "webmanifest" => Syntax::Json,
        "toml" => Syntax::Toml,
        "ini" | "cfg" | "cnf" | "service" | "desktop" | "editorconfig" | "pg_service" => {
            Syntax::Ini
        }
        "properties" => Syntax::Properties,
        "tf" | "tfvars" | "hcl" | "nomad" => Syntax::Braces,
        "xml" | "config" | "iml" | "csproj" | "props" => Syntax::Xml,
        "conf" => loose(text),
        _ => match name.as_str() {
            "caddyfile" => Syntax::Braces,
            ".my.cnf" | ".pg_service.conf" | ".flaskenv" | "odbc.ini" | ".odbc.ini" => Syntax::Ini,
            _ => return None,
        },
    };
    Some(syntax)
}

/// `.conf` says nothing: braces, sections, `key = value` or `key value`.
fn loose(text: &str) -> Syntax {
    let lines = || {
        text.lines()
            .map(str::trim)
            .filter(|l| !l.is_empty() && !l.starts_with(['#', ';']))
    };
    if lines().any(|l| l.ends_with('{')) {
        Syntax::Braces
    } else if lines().take(200).any(|l| l.starts_with('['))
        || lines().take(50).filter(|l| l.contains('=')).count() > 2
    {
        Syntax::Ini
    } else {
        Syntax::Words
    }
}

fn wants(path: &str, text: &str) -> bool {
    syntax(path, text).is_some()
}

fn read(file: &SourceFile, facts: &mut FileFacts) {
    let Some(syntax) = syntax(&file.path, &file.text) else {
        return;
    };
    let reading: fn(&Settings, NodeId) -> Reading = if describes_api(&file.text) {
        api_value
    } else {
        value
    };
    facts
        .sightings
        .extend(sightings(file, syntax, ReadBy::Host, &reading));
}

fn value(settings: &Settings, id: NodeId) -> Reading {
    keys::by_key(settings, id, ReadBy::Host)
}

/// Of an API's description only the addresses of its servers are more than an example.
fn api_value(settings: &Settings, id: NodeId) -> Reading {
    if settings.under(id, "servers") || settings.under(id, "host") {
        value(settings, id)
    } else {
        Reading::skip()
    }
}

/// OpenAPI, Swagger, AsyncAPI.
fn describes_api(text: &str) -> bool {
    text.lines().take(20).any(|line| {
        let line = line.trim_start_matches(['{', ' ', '\t', '"', '\'', '\u{feff}']);
        ["openapi", "swagger", "asyncapi"].iter().any(|word| {
            line.strip_prefix(word)
                .is_some_and(|rest| rest.trim_start_matches(['"', '\'']).starts_with(':'))
        })
    })
}
