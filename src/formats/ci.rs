//! Pipelines of CI systems other than GitHub's: their services live on throw-away machines.

use super::Reader;
use super::settings::walk::sightings;
use super::settings::{Syntax, keys};
use crate::classify::Name;
use crate::facts::{FileFacts, ReadBy};
use crate::source::SourceFile;

/// The reader.
pub const READER: Reader = Reader {
    name: "ci",
    wants,
    read,
};

/// Names of pipeline files.
const NAMES: &[&str] = &[
    ".gitlab-ci.yml",
    ".gitlab-ci.yaml",
    ".travis.yml",
    "bitbucket-pipelines.yml",
    "azure-pipelines.yml",
    ".drone.yml",
    ".woodpecker.yml",
    "appveyor.yml",
    ".appveyor.yml",
    "buildspec.yml",
    "cloudbuild.yaml",
    ".cirrus.yml",
    "wercker.yml",
    "codeship-services.yml",
    "codeship-steps.yml",
    ".semaphore.yml",
];
/// Folders of them.
const FOLDERS: &[&str] = &[
    ".circleci/",
    ".woodpecker/",
    ".semaphore/",
    ".buildkite/",
    ".gitlab/ci/",
    ".azure-pipelines/",
    ".tekton/",
];

fn wants(name: &Name<'_>, _text: &str) -> bool {
    let path = name.path;
    name.is_yaml()
        && (NAMES.contains(&name.lower.as_str())
            || name.lower.ends_with(".gitlab-ci.yml")
            || FOLDERS
                .iter()
                .any(|f| path.starts_with(f) || path.contains(&format!("/{f}"))))
}

fn read(file: &SourceFile, facts: &mut FileFacts) {
    let found = sightings(file, Syntax::Yaml, ReadBy::CiJob, &|settings, id| {
        keys::by_key(settings, id, ReadBy::CiJob)
    });
    facts.sightings.extend(found);
}

#[cfg(test)]
mod tests {
    use crate::formats::testing::seen;

    #[test]
    fn gitlab() {
        let text = r##"test:
  image: python:3.12
  services:
    - name: postgres:16
      alias: db
  variables:
    DATABASE_URL: postgres://u:p@db:5432/x
    POSTGRES_HOST: db
    POSTGRES_PORT: "5432"
  script:
    - pg_isready -h db -p 5432
"##;
        assert_eq!(
            seen(".gitlab-ci.yml", text),
            [
                "7: db:5432 | Url | CiJob | db | `test.variables.DATABASE_URL`",
                "9: 5432 | Keyed | CiJob | db (test.variables.POSTGRES_HOST) | `test.variables.POSTGRES_PORT`",
                "11: -p 5432 | Flag | CiJob | db | `test.script`",
            ]
        );
    }
}
