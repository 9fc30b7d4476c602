//! Published ports: the value in force, the digits that give it, and all other values that it could have.

use super::env::{Envs, Evaluated, Scope};
use super::extends::{Bases, Key};
use super::files::Files;
use super::projects::{Layout, problem};
use super::services::Services;
use super::variables::usage;
use crate::facts::{LongPort, MergeTag, PortEntry, Problem, ProblemKind};
use crate::interpolate::{Expression, Missing, Segment};
use crate::model::{
    CandidateSource, Declaration, DeclarationId, Feeds, Kind, Origin, PortRange, Published,
    Service, ServiceId, VariableUse,
};
use crate::policy::Policy;
use crate::ports::{Part, ShortPort, parse_port, parse_range};
use crate::source::{FileId, Place, Span, Text};
use std::collections::BTreeSet;
use std::ops::Range;

/// A declaration, and the interpolations in it.
pub(super) struct Declared {
    pub declaration: Declaration,
    /// The interpolations in the entry.
    pub uses: Vec<Use>,
}

/// An interpolation in a port entry.
pub(super) struct Use {
    /// The variable.
    pub name: String,
    /// The interpolation, what it feeds still open.
    pub usage: VariableUse,
    /// The part of the entry that it feeds.
    pub side: Side,
}

/// Which part of an entry an interpolation feeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Host,
    Container,
    Other,
}

impl Side {
    pub(super) fn feeds(self, id: DeclarationId) -> Feeds {
        match self {
            Self::Host => Feeds::HostPort(id),
            Self::Container => Feeds::ContainerPort(id),
            Self::Other => Feeds::Other,
        }
    }
}

/// What declarations are made from.
pub(super) struct Ground<'g, 'a> {
    pub files: &'g Files<'a>,
    pub envs: &'g Envs<'a>,
    pub layout: &'g Layout,
    pub bases: &'g Bases,
    pub services: &'g Services,
    pub policy: &'g Policy,
    /// Services whose ports a file takes out or replaces.
    replaced: BTreeSet<(FileId, &'a str)>,
    pub problems: Vec<(FileId, Problem)>,
}

impl<'g, 'a> Ground<'g, 'a> {
    pub(super) fn new(
        files: &'g Files<'a>,
        envs: &'g Envs<'a>,
        layout: &'g Layout,
        bases: &'g Bases,
        services: &'g Services,
        policy: &'g Policy,
    ) -> Self {
        let mut replaced = BTreeSet::new();
        for &file in layout.members.keys() {
            let Some(compose) = files.compose(file) else {
                continue;
            };
            let tagged = compose
                .services
                .iter()
                .filter(|s| s.ports_tag != MergeTag::Merge);
            replaced.extend(tagged.map(|s| (file, s.name.value.as_str())));
            replaced.extend(compose.removed.iter().map(|name| (file, name.as_str())));
        }
        Self {
            files,
            envs,
            layout,
            bases,
            services,
            policy,
            replaced,
            problems: Vec::new(),
        }
    }
}

impl Ground<'_, '_> {
    /// All declarations, in the order of file and place.
    pub(super) fn declarations(&mut self) -> Vec<Declared> {
        let mut all = Vec::new();
        for (&key, &id) in &self.services.by_key {
            let (Some(service), Some(written)) = (
                self.services.all.get(id.0),
                self.files.service(key.0, key.1),
            ) else {
                continue;
            };
            if service.host_network {
                all.extend(self.host_network(id, service));
                continue;
            }
            if written.ports_tag == MergeTag::Reset {
                continue;
            }
            let owner = self.owner(key, id);
            let overridden = self.is_overridden(key, id);
            for entry in &written.ports {
                if let Some(mut declared) = self.entry(key.0, owner, entry) {
                    declared.declaration.overridden = overridden;
                    all.push(declared);
                }
            }
        }
        all.sort_by_key(|d| {
            (
                d.declaration.file,
                d.declaration.entry,
                d.declaration.service,
            )
        });
        all
    }

    /// Who publishes the ports that a service writes down: itself, or for a base the first service that takes them over.
    fn owner(&self, key: Key, id: ServiceId) -> ServiceId {
        let lives = |id: &ServiceId| self.services.all.get(id.0).is_some_and(|s| !s.is_base);
        if lives(&id) {
            return id;
        }
        let keeps = |key: &Key| {
            let service = self.files.service(key.0, key.1);
            service.is_some_and(|s| s.ports_tag == MergeTag::Merge)
        };
        let extenders = self.bases.extenders(key);
        extenders
            .iter()
            .filter(|key| keeps(key))
            .filter_map(|key| self.services.by_key.get(key).copied())
            .find(lives)
            .unwrap_or(id)
    }

    /// Whether a later file of the project replaces the service's ports.
    fn is_overridden(&self, key: Key, id: ServiceId) -> bool {
        let service = self.services.all.get(id.0);
        let Some((service, project)) =
            service.and_then(|s| Some((s, self.layout.projects.get(s.project.0)?)))
        else {
            return false;
        };
        let later = project.files.iter().skip_while(|f| **f != key.0).skip(1);
        let name = service.name.value.as_str();
        later
            .into_iter()
            .any(|file| self.replaced.contains(&(*file, name)))
    }

    /// A data service on the host's network: its engine's ports are the machine's. Of others nobody knows which they use.
    fn host_network(&self, id: ServiceId, service: &Service) -> Vec<Declared> {
        let written = self.files.service(service.file, service.index);
        let Some(mode) = written.and_then(|s| s.network_mode.as_ref()) else {
            return Vec::new();
        };
        let engine = service.identity.engine.as_deref();
        let engine = engine
            .filter(|_| service.identity.kind != Kind::Other)
            .and_then(|name| self.policy.catalogue.engine(name));
        let place = Place {
            file: service.file,
            span: mode.span,
        };
        let declared = |port: u16| Declared {
            declaration: Declaration {
                service: id,
                file: service.file,
                entry: mode.span,
                published: Some(Published {
                    range: PortRange::single(port),
                    span: mode.span,
                    origin: Origin::Literal(place),
                    variable: None,
                    candidates: Vec::new(),
                }),
                target: PortRange::single(port),
                target_span: mode.span,
                protocol: "tcp".to_owned(),
                host_ip: String::new(),
                host_network: true,
                overridden: false,
                demanded: false,
            },
            uses: Vec::new(),
        };
        let ports = engine.into_iter().flat_map(|e| &e.ports);
        ports.map(|p| declared(p.port)).collect()
    }

    fn entry(&mut self, file: FileId, owner: ServiceId, entry: &PortEntry) -> Option<Declared> {
        let service = self.services.all.get(owner.0)?;
        let scope = &self.layout.members.get(&service.file)?.scope;
        let reader = Reader {
            envs: self.envs,
            scope,
            file,
            owner,
        };
        let declared = match entry {
            PortEntry::Short(text) => reader.short(text),
            PortEntry::Long(long) => reader.long(long),
        };
        match declared {
            Ok(declared) => Some(declared),
            Err(wrong) => {
                self.problems.extend(
                    wrong.map(|(span, message)| problem(file, span, ProblemKind::Shape, message)),
                );
                None
            }
        }
    }
}

/// What is wrong with an entry; nothing to be said where the shell may yet make it right.
type Wrong = Option<(Span, String)>;

/// Reads the entries of one service.
struct Reader<'r> {
    envs: &'r Envs<'r>,
    scope: &'r Scope,
    file: FileId,
    owner: ServiceId,
}

impl Reader<'_> {
    fn short(&self, text: &Text) -> Result<Declared, Wrong> {
        let evaluated = self.in_force(text, &|v| ShortPort::parse(v).is_ok())?;
        let value = &evaluated.resolved.value;
        let port = ShortPort::parse(value).map_err(|error| {
            let span = self.span(&evaluated, &error.range);
            let shown = value.escape_debug();
            self.wrong(
                &evaluated,
                span,
                format!("the port entry `{shown}` is wrong: {error}"),
            )
        })?;
        let pick = |v: &str| ShortPort::parse(v).ok()?.published.map(|p| p.range);
        let published = port
            .published
            .as_ref()
            .and_then(|part| self.published(&evaluated, part, &pick));
        let uses = self.short_uses(&evaluated, &port);
        let declaration = Declaration {
            service: self.owner,
            file: self.file,
            entry: text.span,
            demanded: published.is_none() && demanded(&evaluated, &uses),
            published,
            target: port.target.ports,
            target_span: self.span(&evaluated, &port.target.range),
            protocol: port.protocol,
            host_ip: port.host_ip,
            host_network: false,
            overridden: false,
        };
        Ok(Declared { declaration, uses })
    }

    fn long(&self, long: &LongPort) -> Result<Declared, Wrong> {
        let Some(text) = &long.target else {
            return Err(Some((
                long.span,
                "the port entry has no `target:`".to_owned(),
            )));
        };
        let target = self.in_force(text, &|v| parse_port(v).is_some())?;
        let Some(port) = parse_port(&target.resolved.value) else {
            let shown = target.resolved.value.escape_debug().to_string();
            return Err(self.wrong(
                &target,
                text.span,
                format!("`{shown}` is no container port"),
            ));
        };
        let mut uses = all_uses(&target, Side::Container);
        let mut is_demanded = false;
        let published = match &long.published {
            None => None,
            Some(text) => {
                let evaluated = self.in_force(text, &|v| parse_range(v).is_some())?;
                let host = all_uses(&evaluated, Side::Host);
                is_demanded = demanded(&evaluated, &host);
                uses.extend(host);
                self.long_published(text, &evaluated)?
            }
        };
        let value = |text: &Option<Text>| {
            let text = text
                .as_ref()
                .map(|t| self.envs.text(self.scope, self.file, t));
            text.filter(|v| !v.is_empty())
        };
        let declaration = Declaration {
            service: self.owner,
            file: self.file,
            entry: long.span,
            demanded: published.is_none() && is_demanded,
            published,
            target: PortRange::single(port),
            target_span: text.span,
            protocol: value(&long.protocol).unwrap_or_else(|| "tcp".to_owned()),
            host_ip: value(&long.host_ip).unwrap_or_default(),
            host_network: false,
            overridden: false,
        };
        Ok(Declared { declaration, uses })
    }

    fn long_published(
        &self,
        text: &Text,
        evaluated: &Evaluated<'_>,
    ) -> Result<Option<Published>, Wrong> {
        let value = &evaluated.resolved.value;
        if value.is_empty() {
            return Ok(None);
        }
        let Some(ports) = parse_range(value) else {
            let shown = value.escape_debug();
            return Err(self.wrong(evaluated, text.span, format!("`{shown}` is no host port")));
        };
        let part = Part {
            ports,
            range: 0..value.len(),
        };
        let pick = |v: &str| parse_range(v).map(|_| 0..v.len());
        Ok(self.published(evaluated, &part, &pick))
    }

    /// The value in force; where a template's or a default's is no port, the next one that is.
    fn in_force<'t>(
        &self,
        text: &'t Text,
        fits: &dyn Fn(&str) -> bool,
    ) -> Result<Evaluated<'t>, Wrong> {
        let read = |scope: &Scope| self.envs.evaluate(scope, self.file, text, Missing::Blank);
        let first = read(self.scope).map_err(|error| {
            let span = error.range().map_or(text.span, |r| text.locate_or_whole(r));
            (!self.scope.literal).then(|| (span, error.to_string()))
        })?;
        if fits(&first.resolved.value) || self.envs.is_what_compose_reads(&first) {
            return Ok(first);
        }
        let others = [
            self.scope.without(CandidateSource::Template),
            self.scope.bare(),
        ];
        let fitting = others
            .iter()
            .filter_map(|scope| read(scope).ok())
            .find(|e| fits(&e.resolved.value));
        Ok(fitting.unwrap_or(first))
    }

    /// A complaint, unless a variable without a value, or one that only a template sets, is behind it.
    fn wrong(&self, evaluated: &Evaluated<'_>, span: Span, message: String) -> Wrong {
        let certain = evaluated.resolved.unset.is_empty()
            && !self.scope.literal
            && self.envs.is_what_compose_reads(evaluated);
        certain.then_some((span, message))
    }

    fn published(
        &self,
        evaluated: &Evaluated<'_>,
        part: &Part,
        pick: &dyn Fn(&str) -> Option<Range<usize>>,
    ) -> Option<Published> {
        // port 0 asks Docker to pick one
        if part.ports.end == 0 {
            return None;
        }
        let span = self.span(evaluated, &part.range);
        let found = self.envs.locate(evaluated, part.range.clone());
        let pieces = evaluated.resolved.pieces.iter();
        let mut inside = pieces.filter(|p| p.output.end > part.range.start);
        let variable = match &found {
            Some(found) => found.variables.first().cloned(),
            None => inside.find_map(|p| p.variables.first().cloned()),
        };
        let origin = found.map(|f| f.origin).unwrap_or(Origin::Literal(Place {
            file: self.file,
            span,
        }));
        Some(Published {
            range: part.ports,
            span,
            origin,
            variable,
            candidates: self
                .envs
                .candidates(self.scope, self.file, evaluated.text, pick),
        })
    }

    /// Where a range of the value is written in the entry.
    fn span(&self, evaluated: &Evaluated<'_>, range: &Range<usize>) -> Span {
        let text = evaluated.text;
        let written = evaluated.written(range);
        written.map_or(text.span, |written| text.locate_or_whole(written))
    }

    /// The expressions of a short entry with the parts that they feed.
    fn short_uses(&self, evaluated: &Evaluated<'_>, port: &ShortPort) -> Vec<Use> {
        let mut uses = Vec::new();
        let target = &port.target.range;
        let host = port.published.as_ref().map(|p| p.range.clone());
        for (segment, output) in evaluated.outputs() {
            let Segment::Variable(expression) = segment else {
                continue;
            };
            let overlaps = |r: &Range<usize>| output.start < r.end && r.start < output.end;
            let side = match &host {
                Some(host) if overlaps(host) => Side::Host,
                _ if overlaps(target) => Side::Container,
                // what gives nothing stands in the host's place right before the colon of the target
                None if output.is_empty() && output.start + 1 == target.start => Side::Host,
                _ => Side::Other,
            };
            push_uses(evaluated, expression, side, &mut uses);
        }
        uses
    }
}

/// All expressions of a text that feeds one part.
fn all_uses(evaluated: &Evaluated<'_>, side: Side) -> Vec<Use> {
    let mut uses = Vec::new();
    for segment in &evaluated.template.segments {
        if let Segment::Variable(expression) = segment {
            push_uses(evaluated, expression, side, &mut uses);
        }
    }
    uses
}

/// An expression and those nested in it.
fn push_uses(evaluated: &Evaluated<'_>, expression: &Expression, side: Side, uses: &mut Vec<Use>) {
    let inner = expression
        .operation
        .iter()
        .filter_map(|o| o.word.as_ref().ok());
    let inner = inner.flat_map(|word| word.expressions());
    for expression in std::iter::once(expression).chain(inner) {
        uses.push(Use {
            name: expression.name.clone(),
            usage: usage(evaluated.file, evaluated.text, expression),
            side,
        });
    }
}

/// Whether the host part waits for a variable that the entry demands with `?`.
fn demanded(evaluated: &Evaluated<'_>, uses: &[Use]) -> bool {
    let unset = &evaluated.resolved.unset;
    uses.iter()
        .any(|u| u.side == Side::Host && u.usage.required && unset.contains(&u.name))
}
