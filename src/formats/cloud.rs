//! CloudFormation, Terraform and their like: machines of a cloud, with the exception of containers that Terraform runs here.

use super::Reader;
use super::settings::walk::{Reading, sightings};
use super::settings::{NodeId, Settings, Syntax, keys};
use crate::facts::{FileFacts, Form, Hint, ReadBy, Side};
use crate::source::SourceFile;

/// The reader.
pub const READER: Reader = Reader {
    name: "cloud",
    wants,
    read,
};

/// Endings of Terraform's, Packer's and Nomad's files.
const ENDINGS: &[&str] = &[".tf", ".tfvars", ".hcl", ".nomad"];
/// Texts that only templates of a cloud hold.
const MARKS: &[&str] = &[
    "AWSTemplateFormatVersion",
    "AWS::",
    "Microsoft.Resources/deployments",
    "schema.management.azure.com",
    "\"containerDefinitions\"",
];

fn wants(path: &str, text: &str) -> bool {
    is_hcl(path) || syntax(path).is_some() && MARKS.iter().any(|mark| text.contains(mark))
}

fn is_hcl(path: &str) -> bool {
    ENDINGS.iter().any(|ending| path.ends_with(ending))
}

fn syntax(path: &str) -> Option<Syntax> {
    if is_hcl(path) {
        return Some(Syntax::Braces);
    }
    match path.rsplit_once('.')?.1 {
        "yml" | "yaml" | "template" => Some(Syntax::Yaml),
        "json" => Some(Syntax::Json),
        _ => None,
    }
}

fn read(file: &SourceFile, facts: &mut FileFacts) {
    if let Some(syntax) = syntax(&file.path) {
        facts
            .sightings
            .extend(sightings(file, syntax, ReadBy::Cluster, &value));
    }
}

fn value(settings: &Settings, id: NodeId) -> Reading {
    if !settings.under(id, "docker_container") {
        return keys::by_key(settings, id, ReadBy::Cluster);
    }
    match settings.key(id) {
        "external" => mapped(
            Side::Host,
            "`external` is the published port of a `docker_container`",
        ),
        "internal" => mapped(
            Side::Container,
            "`internal` is the container's port of a `docker_container`",
        ),
        _ => keys::by_key(settings, id, ReadBy::Container),
    }
}

fn mapped(side: Side, reason: &'static str) -> Reading {
    Reading::by(ReadBy::Host).form(Form::Mapping).hint(Hint {
        side,
        reason,
        certain: true,
    })
}
