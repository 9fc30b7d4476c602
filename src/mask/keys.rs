//! Values of keys that are named like secrets, in the syntaxes of env files, YAML, JSON, INI, shells and code.

use super::Mode;
use super::value::{self, Key, plain_parts};
use aho_corasick::AhoCorasick;
use std::ops::Range;
use std::sync::LazyLock;

/// How much a key's name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name {
    /// Names no secret.
    Plain,
    /// `key` alone: a secret only if the value looks like one.
    Perhaps,
    /// Names a secret.
    Secret,
}

/// Parts of words without which no key names a secret, and no client takes a password: most texts hold none of them.
static HINTS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let hints = [
        "pass",
        "pw",
        "secret",
        "credential",
        "key",
        "token",
        "private",
        "salt",
        "jwt",
        "psk",
        "auth",
        "redis-cli",
        "mysql",
        "mariadb",
        "mongo",
        "-u",
        "identified",
    ];
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(hints)
        .ok()
});

/// Adds the secret values of all keys in `text`.
pub(super) fn find(text: &str, mode: Mode, out: &mut Vec<Range<usize>>) {
    if HINTS.as_ref().is_some_and(|hints| !hints.is_match(text)) {
        return;
    }
    for token in words(text) {
        let name = text.get(token.clone()).unwrap_or("");
        let class = match classify(name) {
            Name::Perhaps if is_kind_of_key(text, token.start) => Name::Secret,
            class => class,
        };
        if class == Name::Plain {
            continue;
        }
        let key = Key {
            text,
            start: token.start,
            end: token.end,
            mode,
        };
        let value = value::of(key).or_else(|| paired_value(key));
        let Some(value) = value else { continue };
        let secret = text.get(value.clone()).unwrap_or("");
        if class == Name::Secret || looks_random(secret) {
            for part in plain_parts(secret) {
                out.push(value.start + part.start..value.start + part.end);
            }
        }
    }
    client_options(text, out);
}

/// Whether the words of a sentence name a secret: `API key`.
fn is_kind_of_key(text: &str, key: usize) -> bool {
    let before = text.get(..key).unwrap_or("");
    let word = before.strip_suffix(' ').map_or("", |b| {
        b.rsplit(|c: char| !c.is_alphanumeric())
            .next()
            .unwrap_or("")
    });
    [
        "api", "access", "secret", "private", "master", "admin", "license",
    ]
    .iter()
    .any(|kind| word.eq_ignore_ascii_case(kind))
}

/// Whether a name is that of a secret.
pub(super) fn is_secret(name: &str) -> bool {
    classify(name) == Name::Secret
}

/// Runs of characters that make up a key.
fn words(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        let rest = text.get(at..)?;
        let start = at + rest.find(is_word)?;
        let body = text.get(start..)?;
        let mut end = start + body.find(|c| !is_word(c)).unwrap_or(body.len());
        // `${DB_PASSWORD-x}` and `${DB_PASSWORD:-x}`: a dash is an operator there, not a part of the name.
        if text.get(..start).is_some_and(|b| b.ends_with("${")) {
            end = text.get(start..end)?.find('-').map_or(end, |i| start + i);
        }
        at = end.max(start + 1);
        let word = text.get(start..end)?;
        let led = word.len() - word.trim_start_matches(['-', '.']).len();
        let tail = word.trim_end_matches(['-', '.']).len();
        Some(start + led.min(tail)..start + tail)
    })
}

/// Parts of a word that always speak of a secret.
const STEMS: [&str; 9] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "credential",
    "apikey",
    "requirepass",
    "masterauth",
    "passwort",
];
/// Words that do so when they stand alone.
const WORDS: [&str; 7] = ["pwd", "pass", "token", "private", "salt", "jwt", "psk"];
/// Last words that speak of something about the secret, not of itself.
const ABOUT: [&str; 32] = [
    "port",
    "ports",
    "host",
    "hostname",
    "user",
    "username",
    "file",
    "path",
    "dir",
    "name",
    "names",
    "length",
    "len",
    "size",
    "ttl",
    "expiry",
    "expires",
    "expiration",
    "count",
    "limit",
    "timeout",
    "type",
    "policy",
    "enabled",
    "required",
    "method",
    "encryption",
    "algorithm",
    "seconds",
    "minutes",
    "hours",
    "days",
];
/// Words before `key` that make it harmless.
const HARMLESS_KEYS: [&str; 14] = [
    "public",
    "primary",
    "foreign",
    "sort",
    "partition",
    "cache",
    "row",
    "column",
    "map",
    "dict",
    "label",
    "group",
    "routing",
    "idempotency",
];

fn classify(name: &str) -> Name {
    // Of a dotted path the last part is the key, unless it only says "value".
    let mut parts = name.rsplit('.').filter(|p| !p.is_empty());
    let last = match parts.next() {
        Some("value" | "default") => parts.next(),
        part => part,
    };
    let words = split_words(last.unwrap_or(""));
    let Some((end, before)) = words.split_last() else {
        return Name::Plain;
    };
    if ABOUT.contains(&end.as_str()) {
        return Name::Plain;
    }
    let tells = |w: &String| {
        STEMS.iter().any(|s| w.contains(s))
            || WORDS.contains(&w.as_str())
            || [
                "token",
                "pwd",
                "secretkey",
                "privatekey",
                "accesskey",
                "userpass",
            ]
            .iter()
            .any(|s| w.ends_with(s))
    };
    if words.iter().any(tells) || (end == "auth" && !before.is_empty()) {
        return Name::Secret;
    }
    let key = words.iter().position(|w| w == "key");
    match key.map(|k| k.checked_sub(1).and_then(|p| words.get(p))) {
        Some(Some(prefix)) if HARMLESS_KEYS.contains(&prefix.as_str()) => Name::Plain,
        Some(Some(_)) => Name::Secret,
        Some(None) if words.len() == 1 => Name::Perhaps,
        _ => Name::Plain,
    }
}

/// `dbPassword`, `DB_PASSWORD`, `db-password` → `db`, `password`.
fn split_words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut lower_before = false;
    let mut open = false;
    for c in name.chars() {
        if !c.is_alphanumeric() {
            open = false;
            lower_before = false;
            continue;
        }
        if !open || (c.is_uppercase() && lower_before) {
            words.push(String::new());
        }
        open = true;
        lower_before = c.is_lowercase() || c.is_numeric();
        if let Some(word) = words.last_mut() {
            word.extend(c.to_lowercase());
        }
    }
    words
}

/// `name: DB_PASSWORD, value: x` on one line: the value is that of the key which the other half names.
fn paired_value(key: Key<'_>) -> Option<Range<usize>> {
    let rest = key.text.get(key.end..)?;
    let near = rest.get(..rest.floor_char_boundary(48))?;
    let at = near.find("value")?;
    let between = near.get(..at)?;
    let plain = between
        .chars()
        .all(|c| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '{' | '}' | ';'));
    if !plain {
        return None;
    }
    let start = key.end + at;
    value::of(Key {
        start,
        end: start + "value".len(),
        ..key
    })
}

/// Long, without a pause, letters and digits mixed.
fn looks_random(value: &str) -> bool {
    let value = value.trim();
    value.len() >= 16
        && value.bytes().any(|b| b.is_ascii_digit())
        && value.bytes().any(|b| b.is_ascii_alphabetic())
        && !value.contains(|c: char| c.is_whitespace() || matches!(c, '/' | '\\' | ':'))
}

/// Passwords as options of clients: `redis-cli -a x`, `mysql -px`, `curl -u user:x`, and SQL's `identified by 'x'`.
fn client_options(text: &str, out: &mut Vec<Range<usize>>) {
    let lower = text.to_ascii_lowercase();
    let mut push = |range: Range<usize>| {
        let value = text.get(range.clone()).unwrap_or("");
        for part in plain_parts(value) {
            out.push(range.start + part.start..range.start + part.end);
        }
    };
    let word = |from: usize| {
        let rest = text.get(from..).unwrap_or("");
        from..from
            + rest
                .find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`'))
                .unwrap_or(rest.len())
    };
    let unquoted =
        |at: usize| at + usize::from(text.get(at..).is_some_and(|r| r.starts_with(['"', '\''])));
    if let Some(client) = lower.find("redis-cli") {
        for (at, option) in lower.match_indices(" -a ").filter(|(at, _)| *at > client) {
            push(word(unquoted(at + option.len())));
        }
    }
    if let Some(client) = ["mysql", "mariadb"]
        .iter()
        .filter_map(|c| lower.find(c))
        .min()
    {
        for (at, option) in text.match_indices("-p").filter(|(at, _)| *at > client) {
            let begins = text
                .get(..at)
                .is_some_and(|b| b.ends_with([' ', '"', '\'', ',', '[']));
            let value = word(unquoted(at + option.len()));
            let shown = text.get(value.clone()).unwrap_or("");
            // `docker run -p3306:3306` is a mapping of ports.
            if begins && !shown.contains(':') && !shown.starts_with(['-', ',']) {
                push(value);
            }
        }
    }
    if let Some(client) = lower.find("mongo") {
        for (at, option) in text.match_indices(" -p ").filter(|(at, _)| *at > client) {
            let value = word(unquoted(at + option.len()));
            let shown = text.get(value.clone()).unwrap_or("");
            // `docker run -p 27017:27017 mongo` is a mapping of ports.
            if !shown.contains(':') && !shown.starts_with('-') {
                push(value);
            }
        }
    }
    for option in [" -u ", " --user ", " -u", " --user="] {
        for (at, _) in text.match_indices(option) {
            let value = word(unquoted(at + option.len()));
            let pair = text.get(value.clone()).unwrap_or("");
            let ids = pair.bytes().all(|b| b.is_ascii_digit() || b == b':');
            if let Some(colon) = pair.find(':').filter(|c| *c > 0 && !ids) {
                push(value.start + colon + 1..value.end);
            }
        }
    }
    for (at, by) in lower.match_indices(" by ") {
        let head = lower.get(..at).unwrap_or("");
        let near = head
            .get(head.ceil_char_boundary(head.len().saturating_sub(64))..)
            .unwrap_or("");
        let start = at + by.len();
        let rest = text.get(start..).unwrap_or("").trim_start();
        if near.contains("identified") && rest.starts_with('\'') {
            let open = text.len() - rest.len() + 1;
            let len = rest.get(1..).map_or(0, |r| r.find('\'').unwrap_or(r.len()));
            push(open..open + len);
        }
    }
}
