//! The JSON Schema of `portlint.yaml`, for editors and for the configuration reference, and the file that `init` writes.

use super::build::pack_names;
use super::catalogue::Catalogue;
use super::file::PolicyFile;
use crate::finding::RuleId;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

/// Name of the schema's file beside the policy, as the first line of [`init_text`] has it.
pub const SCHEMA_FILE: &str = "portlint.schema.json";

/// A commented policy to start from; it says nothing that does not hold without it.
pub fn init_text() -> &'static str {
    include_str!("../../rules/init.yaml")
}

/// The schema; `rules` are the rules that there are.
pub fn schema_json(rules: &[RuleId]) -> Value {
    let generator = SchemaSettings::draft07().into_generator();
    let mut schema = generator.into_root_schema_for::<PolicyFile>().to_value();
    join_lines(&mut schema);
    let engines: Vec<_> = Catalogue::builtin()
        .engines
        .into_iter()
        .map(|e| e.name)
        .collect();
    for definition in ["ServiceEntry", "RemappingEntry"] {
        let engine = format!("/definitions/{definition}/properties/engine");
        restrict(&mut schema, &engine, json!({ "enum": engines }));
    }
    restrict(&mut schema, "/properties/extends", packs());
    restrict(&mut schema, "/properties/rules", rule_names(rules));
    schema
}

/// Adds keywords to a part of the schema, in place of its type.
fn restrict(schema: &mut Value, pointer: &str, keywords: Value) {
    if let (Some(Value::Object(part)), Value::Object(keywords)) =
        (schema.pointer_mut(pointer), keywords)
    {
        part.retain(|key, _| key == "description");
        part.extend(keywords);
    }
}

fn packs() -> Value {
    let name = json!({ "enum": pack_names() });
    json!({ "anyOf": [name, { "type": "array", "items": name }] })
}

fn rule_names(rules: &[RuleId]) -> Value {
    let setting = json!({ "$ref": "#/definitions/RuleSchema" });
    let mut names = Map::new();
    for rule in rules {
        names.insert(
            rule.name.to_owned(),
            json!({ "description": rule.code, "allOf": [setting] }),
        );
        names.insert(
            rule.code.to_owned(),
            json!({ "description": rule.name, "allOf": [setting] }),
        );
    }
    json!({ "type": "object", "properties": names, "additionalProperties": false })
}

/// Doc comments are wrapped; a description is not.
fn join_lines(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            for (key, value) in map {
                match value {
                    Value::String(text) if key == "description" => {
                        let paragraphs = text.split("\n\n").map(|p| p.replace('\n', " "));
                        *text = paragraphs.collect::<Vec<_>>().join("\n\n");
                    }
                    value => join_lines(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(join_lines),
        _ => {}
    }
}
