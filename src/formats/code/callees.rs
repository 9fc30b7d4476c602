//! Names of calls and keys that libraries share, by what they do with a value.

use crate::formats::scan::names;

/// Calls that make a collection: the names of what they hold go on.
pub(super) fn is_collection(callee: &str) -> bool {
    matches!(
        callee,
        "mapOf"
            | "mutableMapOf"
            | "hashMapOf"
            | "Map"
            | "dict"
            | "of"
            | "ofEntries"
            | "Hash"
            | "HashMap"
            | "freeze"
            | "listOf"
    )
}

/// `JoinHostPort`: the arguments are a host and a port.
pub(super) fn is_pair(callee: &str) -> bool {
    names::parts(callee).iter().any(|p| p == "host")
}

/// Calls whose second number is a base.
pub(super) fn is_parser(callee: &str) -> bool {
    let lower = callee.to_ascii_lowercase();
    lower.starts_with("parse")
        || matches!(
            lower.as_str(),
            "int" | "intval" | "to_i" | "strtol" | "strtoul" | "toint"
        )
}

/// Calls that change a value's type alone.
pub(super) fn is_conversion(callee: &str) -> bool {
    is_parser(callee)
        || matches!(
            callee.to_ascii_lowercase().as_str(),
            "number"
                | "string"
                | "str"
                | "some"
                | "ok"
                | "valueof"
                | "float"
                | "trim"
                | "from"
                | "u16"
                | "bytes"
                | "uri"
                | "parse"
        )
}

/// Keys that say "if nothing else is given", not what the value is.
pub(super) fn is_default_key(key: &str) -> bool {
    matches!(
        key.to_ascii_lowercase().as_str(),
        "default"
            | "default_value"
            | "defaultvalue"
            | "default_value_t"
            | "fallback"
            | "devdefault"
            | "envdefault"
            | "default_factory"
    )
}

/// Keys that name the variable of a setting.
pub(super) fn is_env_key(key: &str) -> bool {
    matches!(
        key.to_ascii_lowercase().as_str(),
        "env"
            | "envvar"
            | "env_var"
            | "envname"
            | "env_name"
            | "alias"
            | "validation_alias"
            | "envkey"
    )
}

/// Calls whose argument counts where their receiver has nothing.
pub(super) fn is_fallback_callee(callee: &str) -> bool {
    let lower = callee.to_ascii_lowercase();
    matches!(
        lower.replace('_', "").as_str(),
        "unwrapor"
            | "unwraporelse"
            | "or"
            | "orelse"
            | "orelseget"
            | "getorelse"
            | "getordefault"
            | "default"
            | "withdefault"
            | "defaultvalue"
            | "defaultto"
            | "defaultsto"
            | "fallback"
            | "ifempty"
            | "mapor"
            | "maporelse"
            | "fetch"
            | "presence"
            | "valueor"
            | "catch"
            | "devdefault"
            | "ifblank"
            | "setdefault"
            | "getvalueordefault"
    )
}
