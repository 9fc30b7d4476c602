//! Image references: what is left of one when registry, tag and digest are gone.

/// The repository of an image reference, lower case: `docker.io/library/postgres:16@sha256:…` is `postgres`,
/// `ghcr.io/acme/db:1` is `acme/db`.
pub fn repository(image: &str) -> String {
    let image = image.trim();
    let image = image.split_once('@').map_or(image, |(name, _)| name);
    // a colon before a slash is a registry's port
    let name = image.rfind('/').map_or(0, |slash| slash + 1);
    let tag = image.get(name..).and_then(|n| n.find(':'));
    let image = tag.and_then(|at| image.get(..name + at)).unwrap_or(image);
    let path = match image.split_once('/') {
        Some((first, rest)) if is_registry(first) => rest,
        _ => image,
    };
    // mirrors keep Docker Hub's folder of official images somewhere in the path
    let path = match path.rsplit_once("library/") {
        Some((before, name)) if before.is_empty() || before.ends_with('/') => name,
        _ => path,
    };
    path.trim_matches('/').to_ascii_lowercase()
}

fn is_registry(first: &str) -> bool {
    first.contains(['.', ':']) || first.eq_ignore_ascii_case("localhost")
}

/// The part behind the last slash: the image's own name.
pub fn last_segment(repository: &str) -> &str {
    repository.rsplit('/').next().unwrap_or(repository)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strips_registry_tag_and_digest() {
        for (image, expected) in [
            ("postgres", "postgres"),
            ("postgres:16-alpine", "postgres"),
            ("docker.io/library/postgres:16", "postgres"),
            ("library/postgres", "postgres"),
            ("public.ecr.aws/docker/library/redis:7", "redis"),
            ("harbor.acme.io/proxy/library/mongo:7", "mongo"),
            ("docker.io/postgres:16-alpine", "postgres"),
            ("localhost:5000/postgres", "postgres"),
            ("localhost/postgres:1", "postgres"),
            ("ghcr.io/acme/db:1@sha256:0123", "acme/db"),
            ("postgres@sha256:0123", "postgres"),
            // a tag in the variable and one behind it
            (
                "timescale/timescaledb:latest-pg16:latest",
                "timescale/timescaledb",
            ),
            ("localhost:5000/a:1:2", "a"),
            ("mcr.microsoft.com/mssql/server:2022-latest", "mssql/server"),
            ("Bitnami/PostgreSQL", "bitnami/postgresql"),
            ("my-library/postgres", "my-library/postgres"),
            ("img-data-qdrant", "img-data-qdrant"),
            (" redis:7 ", "redis"),
            ("", ""),
            (":", ""),
            ("/", ""),
            ("@", ""),
        ] {
            assert_eq!(repository(image), expected, "{image}");
        }
    }
}
