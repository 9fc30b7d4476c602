//! `portlint init`: a policy to start from, and the schema that editors read beside it.

use super::streams;
use crate::error::Error;
use crate::{policy, rules};
use std::io;
use std::path::Path;

/// Writes both into a folder that has no policy yet.
pub(super) fn run(dir: &Path, quiet: bool) -> Result<(), Error> {
    let there = policy::FILES.map(|name| dir.join(name));
    if let Some(path) = there.iter().find(|path| path.symlink_metadata().is_ok()) {
        return Err(Error::Usage {
            message: format!("there is a policy already: `{}`", path.display()),
            help: Some("edit it, or move it away first".to_owned()),
        });
    }
    let [policy, ..] = there;
    let schema = dir.join(policy::SCHEMA_FILE);
    // the schema is ours and says the same every time; the policy belongs to its writer from now on
    streams::write_new(&schema, schema_text()?.as_bytes())?;
    streams::write_new(&policy, policy::init_text().as_bytes())?;
    if !quiet {
        streams::say(&format!(
            "wrote `{}`, and `{}` for editors",
            policy.display(),
            schema.display()
        ));
    }
    Ok(())
}

/// The schema of policies with the rules that there are.
pub(super) fn schema_text() -> Result<String, Error> {
    let known: Vec<_> = rules::ALL.iter().map(|rule| rule.id).collect();
    let schema = policy::schema_json(&known);
    Ok(serde_json::to_string_pretty(&schema).map_err(io::Error::from)? + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn writes_once() {
        let dir = tempfile::tempdir().unwrap();
        run(dir.path(), true).unwrap();
        let text = fs::read_to_string(dir.path().join("portlint.yaml")).unwrap();
        assert_eq!(text, policy::init_text());
        assert!(text.contains(policy::SCHEMA_FILE));
        assert!(dir.path().join(policy::SCHEMA_FILE).is_file());
        fs::write(dir.path().join("portlint.yaml"), "mine").unwrap();
        assert!(run(dir.path(), true).is_err());
        assert_eq!(
            fs::read_to_string(dir.path().join("portlint.yaml")).unwrap(),
            "mine"
        );
    }

    #[test]
    fn the_rules_of_the_schema_are_those_that_there_are() {
        let schema: serde_json::Value = serde_json::from_str(&schema_text().unwrap()).unwrap();
        let names = schema["properties"]["rules"]["properties"]
            .as_object()
            .unwrap();
        assert_eq!(names.len(), 2 * rules::ALL.len());
    }
}
