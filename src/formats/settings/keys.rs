//! What a key alone says of its value, in any configuration.

use super::walk::{How, Reading};
use super::{NodeId, Settings};
use crate::facts::ReadBy;

/// Values that name software and its versions: `postgres:16` is no host with a port.
const ARTEFACTS: &[&str] = &[
    "image",
    "tag",
    "version",
    "uses",
    "from",
    "repository",
    "base_image",
    "baseimage",
    "dockerimage",
    "sha",
    "sha256",
    "digest",
    "checksum",
    "integrity",
    "revision",
    "commit",
    "$schema",
    "licence",
    "license",
    "color",
    "colour",
    "d",
    "path",
    "icon",
];
/// Values that people read.
const WORDS: &[&str] = &[
    "description",
    "title",
    "message",
    "summary",
    "help",
    "comment",
    "notes",
    "note",
    "text",
    "placeholder",
    "tooltip",
    "label",
    "displayname",
    "documentation",
    "content",
    "markdown",
    "subtitle",
    "detail",
    "details",
    "hint",
    "caption",
    "prompt",
    "markdowndescription",
    "deprecationmessage",
    "reason",
];
/// Values that a shell runs.
const COMMANDS: &[&str] = &[
    "command",
    "commands",
    "cmd",
    "run",
    "script",
    "scripts",
    "before_script",
    "after_script",
    "exec",
    "entrypoint",
    "start",
    "args",
    "test",
    "execstart",
    "execstartpre",
    "execstartpost",
    "execstop",
    "shell",
    "healthcheck",
    "prestart",
    "poststart",
    "initializecommand",
    "oncreatecommand",
    "updatecontentcommand",
    "postcreatecommand",
    "poststartcommand",
    "postattachcommand",
    "preinstall",
    "postinstall",
    "build",
    "task",
    "tasks",
    "cmds",
    "dev",
];
/// First words of keys by which a server says where it listens.
const LISTENS: &[&str] = &["listen", "bind", "listening", "listener", "listeners"];

/// How the value of a node is read, as far as its key tells.
pub fn by_key(settings: &Settings, id: NodeId, read_by: ReadBy) -> Reading {
    let key = settings.key(id);
    let last = key
        .rsplit(['.', ':', '/'])
        .next()
        .unwrap_or(key)
        .to_ascii_lowercase();
    let last = last.as_str();
    let value = settings.value(id).map_or("", |v| v.value.as_str());
    let reading = Reading::by(read_by);
    if ARTEFACTS.contains(&last) && !value.contains("://") {
        return Reading::skip();
    }
    let many_words = value.trim().contains(char::is_whitespace);
    if WORDS.contains(&last) && many_words {
        return reading.how(How::Prose);
    }
    let runs = COMMANDS.contains(&last) || settings.under(id, "scripts") || value.starts_with("#!");
    if many_words && runs {
        return reading.how(How::Command);
    }
    if listens(settings, id, last) {
        return Reading::by(ReadBy::Server);
    }
    reading
}

/// Whether the key says where the reader of the file itself listens.
fn listens(settings: &Settings, id: NodeId, last: &str) -> bool {
    let first = last.split(['_', '-']).next().unwrap_or(last);
    if LISTENS.contains(&first) {
        return true;
    }
    let path = settings.path(id).join(".").to_ascii_lowercase();
    matches!(
        path.as_str(),
        "server.port" | "management.server.port" | "server.http.port" | "server.address"
    )
}
