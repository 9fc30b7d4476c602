//! A database keeps its data in the container, or in a volume without a name.

use super::{Context, common, rule};
use crate::facts::{ComposeService, Mount, MountKind};
use crate::finding::{Confidence, Edit, Finding, Fix, Safety, Severity};
use crate::model::Service;
use crate::source::{Place, Span};

rule!("PL011", "database-without-named-volume", Warning, on: true, fix: true, check);

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    findings.extend(common::databases(context).filter_map(|service| finding(context, service)));
}

fn finding(context: &Context<'_>, service: &Service) -> Option<Finding> {
    let engine = context
        .policy
        .catalogue
        .engine(service.identity.engine.as_deref()?)?;
    let written = common::written(context, service)?;
    // What a base or another file mounts is not seen here.
    if engine.data_dirs.is_empty() || written.extends.is_some() || written.image.is_none() {
        return None;
    }
    let covers = |mount: &&Mount| {
        engine
            .data_dirs
            .iter()
            .any(|dir| is_within(dir, &mount.target))
    };
    let mount = written
        .mounts
        .iter()
        .filter(covers)
        .max_by_key(|m| rank(m.kind));
    let dirs = engine.data_dirs.first().map_or("", String::as_str);
    let name = &service.name.value;
    let place = mount.map_or(common::name_place(service), |m| {
        common::at(service.file, m.span)
    });
    let (severity, message) = match mount.map(|m| m.kind) {
        Some(MountKind::Named | MountKind::Other) => return None,
        Some(MountKind::Bind) => (
            Severity::Note,
            format!(
                "the data of `{name}` lies in a folder of this machine. A named volume survives a moved checkout and keeps the owner that the image wants."
            ),
        ),
        Some(MountKind::Anonymous) => (
            RULE.severity,
            format!(
                "the data of `{name}` lies in an anonymous volume. `docker compose down -v`, and a container made anew, lose it."
            ),
        ),
        None if engine.cache => (
            Severity::Note,
            format!(
                "`{name}` has no volume for {dirs}. Recreating the container loses what it holds, which is right for a cache only."
            ),
        ),
        None => (
            RULE.severity,
            format!("`{name}` has no volume for {dirs}. Recreating the container loses the data."),
        ),
    };
    let volume = volume_name(context, service);
    let finding = Finding::new(RULE.id, severity, message, place)
        .confidence(confidence(context, service))
        .label(if mount.is_some() { "the data directory" } else { "no volume for the data directory" })
        .subject(format!("{name}/data"))
        .help(format!("mount a named volume: `{volume}:{dirs}`, with `{volume}:` under the top-level `volumes:`"))
        .note(common::evidence(service));
    let fix = if mount.is_none() {
        add_volume(context, service, written, &volume, dirs)
    } else {
        None
    };
    Some(finding.fix(fix))
}

/// What only seems to be a database, or is started for a test, may do without.
fn confidence(context: &Context<'_>, service: &Service) -> Confidence {
    let path = context.sources.get(service.file).path.to_ascii_lowercase();
    let fleeting = |part: &str| {
        matches!(
            part,
            "test" | "tests" | "testing" | "e2e" | "ci" | "bench" | "benchmark"
        )
    };
    if !service.identity.certain || path.split(['/', '.', '_', '-']).any(fleeting) {
        Confidence::Guess
    } else {
        Confidence::Certain
    }
}

/// A named volume wins over a bind, a bind over an anonymous one.
fn rank(kind: MountKind) -> u8 {
    match kind {
        MountKind::Anonymous => 0,
        MountKind::Bind => 1,
        MountKind::Other => 2,
        MountKind::Named => 3,
    }
}

/// Whether a mount holds the directory, or a part of it.
fn is_within(dir: &str, target: &str) -> bool {
    let (dir, target) = (dir.trim_end_matches('/'), target.trim_end_matches('/'));
    let under =
        |a: &str, b: &str| a == b || a.strip_prefix(b).is_some_and(|rest| rest.starts_with('/'));
    !target.is_empty() && (under(dir, target) || under(target, dir))
}

fn volume_name(context: &Context<'_>, service: &Service) -> String {
    let taken = |name: &str| {
        let compose = context
            .model
            .files
            .get(service.file.0 as usize)
            .and_then(|f| f.compose.as_ref());
        compose.is_some_and(|c| c.volumes.iter().any(|v| v.value == name))
    };
    let base = format!("{}-data", service.name.value);
    (1..)
        .map(|n| {
            if n == 1 {
                base.clone()
            } else {
                format!("{base}-{n}")
            }
        })
        .find(|n| !taken(n))
        .unwrap_or(base)
}

/// Adds the volume to the service and to the top level; the data that is in the container now does not move along.
fn add_volume(
    context: &Context<'_>,
    service: &Service,
    written: &ComposeService,
    volume: &str,
    dir: &str,
) -> Option<Fix> {
    let compose = context
        .model
        .files
        .get(service.file.0 as usize)?
        .compose
        .as_ref()?;
    let end = compose.volumes_end?;
    // With volumes of its own the list's style is not ours to guess.
    if !written.mounts.is_empty() || written.key_indent == 0 {
        return None;
    }
    let text = &context.sources.get(service.file).text;
    let eol = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let insert = |offset: u32, body: String| {
        let glue = if text
            .get(..offset as usize)
            .is_some_and(|t| t.is_empty() || t.ends_with('\n'))
        {
            ""
        } else {
            eol
        };
        let span = Span {
            start: offset,
            end: offset,
        };
        Edit {
            place: Place {
                file: service.file,
                span,
            },
            replacement: format!("{glue}{body}"),
        }
    };
    let pad = " ".repeat(written.key_indent as usize);
    let mut edits = vec![insert(
        written.body_end,
        format!("{pad}volumes:{eol}{pad}  - {volume}:{dir}{eol}"),
    )];
    let entry = format!("{}{volume}:{eol}", " ".repeat(end.indent.max(2) as usize));
    let top = if end.exists {
        entry
    } else {
        format!("{eol}volumes:{eol}{entry}")
    };
    if end.offset == written.body_end {
        edits.iter_mut().for_each(|e| e.replacement.push_str(&top));
    } else {
        edits.push(insert(end.offset, top));
    }
    edits.sort();
    Some(Fix {
        title: format!(
            "keep the data of `{}` in the volume `{volume}`",
            service.name.value
        ),
        set: format!(
            "volume of {} in {}",
            service.name.value,
            context.sources.get(service.file).path
        ),
        safety: Safety::Unsafe,
        edits,
        blocked: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mount_above_or_below_the_data_directory_counts() {
        let dir = "/var/lib/postgresql/data";
        for target in [
            dir,
            "/var/lib/postgresql",
            "/var/lib/postgresql/data/",
            "/var/lib/postgresql/data/pgdata",
        ] {
            assert!(is_within(dir, target), "{target}");
        }
        for target in [
            "/var/lib/postgresql/data2",
            "/docker-entrypoint-initdb.d",
            "",
            "/var/lib/post",
        ] {
            assert!(!is_within(dir, target), "{target}");
        }
    }
}
