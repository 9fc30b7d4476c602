//! For tests of readers: what a file says, one line for each sighting.

use super::read;
use crate::facts::{Role, Sighting};
use crate::source::SourceFile;

/// `line: shown | form | by whom | host | more` for each sighting, in order; checks that every span holds its digits.
pub fn seen(path: &str, text: &str) -> Vec<String> {
    let file = SourceFile::new(path, text);
    let facts = read(&file);
    assert!(facts.problems.is_empty(), "{path}: {:?}", facts.problems);
    facts.sightings.iter().map(|s| line(&file, s)).collect()
}

fn line(file: &SourceFile, sighting: &Sighting) -> String {
    assert_eq!(
        file.slice(sighting.span),
        sighting.port.to_string(),
        "{sighting:?}"
    );
    let mut parts = vec![
        format!(
            "{}: {}",
            file.line(sighting.span.start),
            file.slice(sighting.shown)
        ),
        format!("{:?}", sighting.form),
        format!("{:?}", sighting.read_by),
    ];
    parts.extend(sighting.host.as_ref().map(|h| match &h.key {
        Some(key) => format!("{} ({key})", h.text),
        None => h.text.clone(),
    }));
    parts.extend(sighting.name.as_ref().map(|n| format!("`{n}`")));
    parts.extend(sighting.fallback_of.iter().map(|v| format!("${v}")));
    parts.extend(sighting.hint.as_ref().map(|h| format!("{:?} side", h.side)));
    if sighting.role == Role::ScrapeTarget {
        parts.push("scraped".to_owned());
    }
    parts.join(" | ")
}
