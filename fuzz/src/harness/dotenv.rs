//! Env files.

use super::{spans, text};
use portlint::formats::{ENV_READER, read_as};
use portlint::source::SourceFile;

/// An env file as text.
pub fn dotenv(data: &[u8]) {
    let text = text(data);
    let file = SourceFile::new(".env", text.as_str());
    let facts = read_as(ENV_READER, &file);
    spans::hold(&file, &facts);
    let Some(env) = &facts.env else {
        panic!("an env file is one, whatever it holds");
    };
    let mut end = 0;
    for entry in &env.entries {
        // A line may hold several: `A='1'B=2`.
        assert!(entry.key.span.start >= end, "entries in order: {entry:?}");
        assert!(entry.line.contains(entry.value.span), "{entry:?}");
        assert!(!entry.key.value.is_empty(), "{entry:?}");
        end = entry.value.span.end;
    }
    // An assignment means the same when it stands alone.
    for entry in env.entries.iter().filter(|e| !e.commented) {
        if env
            .entries
            .iter()
            .filter(|e| e.line.overlaps(entry.line))
            .count()
            > 1
        {
            continue;
        }
        let line = SourceFile::new(".env", file.slice(entry.line));
        let alone = read_as(ENV_READER, &line).env.unwrap_or_default();
        let first = alone
            .entries
            .first()
            .map(|e| (&e.key.value, &e.value.value));
        assert_eq!(first, Some((&entry.key.value, &entry.value.value)));
    }
}
