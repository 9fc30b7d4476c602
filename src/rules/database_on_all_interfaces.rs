//! A data service is published on every address of the machine.

use super::{Context, common, rule};
use crate::facts::PortEntry;
use crate::finding::{Edit, Finding, Fix, Safety};
use crate::model::{Declaration, DeclarationId};
use crate::source::{Place, Span};

rule!("PL012", "database-on-all-interfaces", Warning, on: false, fix: true, check);

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (id, declaration) in context.model.declarations() {
        let service = context.model.service(declaration.service);
        let open = matches!(declaration.host_ip.as_str(), "" | "0.0.0.0" | "::" | "[::]");
        let ours =
            common::is_data_port(context, id) && !service.is_base && !declaration.host_network;
        let Some(published) = declaration.published.as_ref().filter(|_| open && ours) else {
            continue;
        };
        let message = format!(
            "{} `{}` is published on every address of the machine. Docker opens the port past most host firewalls, so \
             the whole network can reach it.",
            common::kind_word(service.identity.kind),
            service.name.value,
        );
        let place = common::at(declaration.file, published.span);
        let Some(finding) = common::declared(context, &RULE, place, &[id], message) else {
            continue;
        };
        findings.push(
            finding
                .label("no address before the host port")
                .help("publish it for this machine only: `127.0.0.1:` before the host port (`host_ip` in the long form)")
                .fix(loopback(context, id, declaration)),
        );
    }
}

/// The address before the host part of a short entry that has none.
fn loopback(context: &Context<'_>, id: DeclarationId, declaration: &Declaration) -> Option<Fix> {
    let published = declaration.published.as_ref()?;
    let service = context.model.service(declaration.service);
    let compose = context
        .model
        .files
        .get(declaration.file.0 as usize)?
        .compose
        .as_ref()?;
    let ports = &compose.services.get(service.index)?.ports;
    let short = ports
        .iter()
        .any(|p| matches!(p, PortEntry::Short(t) if t.span == declaration.entry));
    if !short || !declaration.host_ip.is_empty() || published.span.start != declaration.entry.start
    {
        return None;
    }
    let at = published.span.start;
    let place = Place {
        file: declaration.file,
        span: Span { start: at, end: at },
    };
    Some(Fix {
        title: format!("publish `{}` on 127.0.0.1 only", service.name.value),
        set: format!(
            "loopback of {} #{}",
            common::subject(context, declaration),
            id.0
        ),
        safety: Safety::Unsafe,
        edits: vec![Edit {
            place,
            replacement: "127.0.0.1:".to_owned(),
        }],
        blocked: None,
    })
}
