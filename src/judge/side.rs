//! The side of a sighting, with the reason that a diagnostic can state (port model, sections 3 and 10).

use super::Judge;
use super::reach::{Reach, reach};
use crate::facts::{Form, ReadBy, Side, Sighting};
use crate::model::{DeclarationId, ServiceId};
use crate::source::FileId;

/// A side, and what decided it.
#[derive(Clone, Debug)]
pub(super) struct Stand {
    pub(super) side: Side,
    /// A clause for messages.
    pub(super) reason: String,
    /// Whether a host, a hint or a variable's use says so outright.
    pub(super) certain: bool,
    /// The services that a host names.
    pub(super) services: Vec<ServiceId>,
    /// The declarations that a variable feeds.
    pub(super) fed: Vec<DeclarationId>,
    /// On a throw-away CI runner.
    pub(super) runner: bool,
    /// Whether a container reads it.
    pub(super) in_container: bool,
    /// Whether a host stands beside the port.
    pub(super) hosted: bool,
    /// Containers get the same variable as the port of a service that they reach by its name: moved for one, it is wrong for
    /// the other.
    pub(super) shared: bool,
}

impl Stand {
    fn new(side: Side, reason: impl Into<String>) -> Self {
        Self {
            side,
            reason: reason.into(),
            certain: true,
            services: Vec::new(),
            fed: Vec::new(),
            runner: false,
            in_container: false,
            hosted: false,
            shared: false,
        }
    }

    fn likely(mut self) -> Self {
        self.certain = false;
        self
    }
}

/// Who resolves a loopback address.
enum Reader {
    Host,
    Browser,
    Runner,
    Container(Vec<ServiceId>),
    Unknown,
}

/// Prefixes of variables whose values are built into pages and read by browsers.
const BROWSER: &[&str] = &[
    "VITE_",
    "NEXT_PUBLIC_",
    "REACT_APP_",
    "VUE_APP_",
    "NUXT_PUBLIC_",
    "EXPO_PUBLIC_",
    "GATSBY_",
    "PUBLIC_",
    "NG_APP_",
];

impl Judge<'_> {
    pub(super) fn stand(&self, file: FileId, sighting: &Sighting) -> Stand {
        match sighting.read_by {
            // A manifest may well name the machine that runs a local cluster.
            ReadBy::Cluster if !self.is_gateway(file, sighting) => {
                return Stand::new(Side::Container, "a port inside the cluster");
            }
            ReadBy::Server => {
                return Stand::new(Side::Container, "what the server itself listens on");
            }
            _ => {}
        }
        if let Some(hint) = sighting.hint.as_ref().filter(|h| h.certain) {
            let mut stand = Stand::new(hint.side, hint.reason);
            if let (Side::Container, Some(host)) = (hint.side, &sighting.host)
                && let Reach::Services(ids) = self.reach(file, sighting, &host.text)
            {
                stand.services = ids;
            }
            stand.fed = self.fed(sighting);
            stand.runner = sighting.read_by == ReadBy::CiJob;
            return stand;
        }
        let by_host = sighting
            .host
            .as_ref()
            .map(|host| self.by_host(file, sighting, &host.text));
        let mut stand = by_host.unwrap_or_else(|| self.without_host(file, sighting));
        if stand.side == Side::Unknown
            && let Some(hint) = &sighting.hint
        {
            stand = Stand {
                side: hint.side,
                reason: hint.reason.to_owned(),
                certain: false,
                ..stand
            };
        }
        stand
    }

    fn is_gateway(&self, file: FileId, sighting: &Sighting) -> bool {
        let host = sighting.host.as_ref();
        host.is_some_and(|h| self.reach(file, sighting, &h.text) == Reach::Gateway)
    }

    fn reach(&self, file: FileId, sighting: &Sighting, host: &str) -> Reach {
        let readers = match sighting.read_by {
            ReadBy::Service(index) => self.service_at(file, index),
            ReadBy::Mounted => self.index.mounting(&self.sources.get(file).path),
            _ => Vec::new(),
        };
        reach(self.model, self.policy, &self.index, file, &readers, host)
    }

    /// The service of an index in its file.
    fn service_at(&self, file: FileId, index: usize) -> Vec<ServiceId> {
        let written = self.index.written_in(file).iter();
        written
            .filter(|id| self.model.service(**id).index == index)
            .copied()
            .collect()
    }

    fn by_host(&self, file: FileId, sighting: &Sighting, host: &str) -> Stand {
        let fed = self.fed(sighting);
        let paired = sighting.host.as_ref().is_some_and(|h| h.key.is_some());
        let mut stand = match self.reach(file, sighting, host) {
            Reach::Loopback => self.on_shared_loopback(file, sighting, host),
            Reach::Gateway => Stand::new(
                Side::Host,
                format!("`{host}` is the host, from inside a container"),
            ),
            Reach::Services(services) => {
                let text = &self.sources.get(file).text;
                if paired && !fed.is_empty() && sighting.paired(text).is_none() {
                    return self.without_host(file, sighting);
                }
                if paired && !fed.is_empty() && !matches!(sighting.read_by, ReadBy::Service(_)) {
                    let reason = format!(
                        "its variable is a host port elsewhere, but is paired with `{host}`, a service's name, here"
                    );
                    return Stand::new(Side::Unknown, reason);
                }
                let in_container = !matches!(
                    sighting.read_by,
                    ReadBy::Host | ReadBy::Unknown | ReadBy::CiJob
                );
                let reason =
                    format!("`{host}` is a service's name: containers reach it on its own port");
                Stand {
                    services,
                    in_container,
                    ..Stand::new(Side::Container, reason)
                }
            }
            // A pair of keys may be a chance neighbourhood; a variable's use is none.
            Reach::Undeclared | Reach::External if paired && !fed.is_empty() => {
                self.without_host(file, sighting)
            }
            Reach::Undeclared => Stand::new(
                Side::External,
                format!("`{host}` is a name that the repository does not declare"),
            ),
            Reach::External => Stand::new(
                Side::External,
                format!("`{host}` is a machine that the repository does not declare"),
            ),
            Reach::Placeholder if !fed.is_empty() => self.by_variable(fed.clone()),
            Reach::Placeholder => {
                Stand::new(Side::Unknown, format!("nobody can say what `{host}` is"))
            }
        };
        if stand.side == Side::Host && stand.fed.is_empty() {
            stand.fed = fed;
        }
        stand.hosted = true;
        stand
    }

    /// The loopback beside a port; where containers get the same variable beside a service's name, that is said.
    fn on_shared_loopback(&self, file: FileId, sighting: &Sighting, host: &str) -> Stand {
        let mut stand = self.on_loopback(file, sighting, host);
        if stand.side == Side::Host
            && self.is_env(file)
            && let Some(name) = self.reached_inside(sighting)
        {
            stand.reason += &format!(
                ", but containers get the same variable as the port of `{name}`: it needs to be two variables"
            );
            stand.shared = true;
        }
        stand
    }

    /// The service that containers reach at the value of a sighting's variable, unless they get the host beside it as well.
    fn reached_inside(&self, sighting: &Sighting) -> Option<&str> {
        let host_key = sighting.host.as_ref()?.key.as_deref()?;
        let variable = sighting.name.as_deref()?;
        let apart = |id: &ServiceId| {
            let service = self.model.service(*id);
            let facts = self.model.files.get(service.file.0 as usize);
            let written = facts
                .and_then(|f| f.compose.as_ref())
                .and_then(|c| c.services.get(service.index));
            written.is_some_and(|w| {
                let mut values = w.environment.iter().filter_map(|p| p.value.as_ref());
                !values.any(|v| interpolates(&v.value, host_key))
            })
        };
        let uses = self.index.beside_services(variable);
        let other = uses.iter().find(|(id, _)| apart(id))?;
        Some(&other.1)
    }

    fn is_env(&self, file: FileId) -> bool {
        let facts = self.model.files.get(file.0 as usize);
        facts.is_some_and(|f| f.env.is_some())
    }

    fn on_loopback(&self, file: FileId, sighting: &Sighting, host: &str) -> Stand {
        match self.reader(file, sighting) {
            Reader::Host => Stand::new(Side::Host, format!("`{host}`, read on the host")),
            Reader::Browser => Stand::new(
                Side::Host,
                format!("`{host}` in a value that a browser reads"),
            ),
            Reader::Runner => Stand {
                runner: true,
                ..Stand::new(Side::Host, format!("`{host}` of a throw-away CI runner"))
            },
            Reader::Container(ids) => {
                let name = ids
                    .first()
                    .map(|id| format!("`{}`", self.model.service(*id).name.value));
                let whose = name.unwrap_or_else(|| "the container".to_owned());
                let reason = format!("inside a container `{host}` is {whose} itself");
                Stand {
                    services: ids,
                    in_container: true,
                    ..Stand::new(Side::Container, reason)
                }
            }
            Reader::Unknown => Stand::new(Side::Unknown, "nobody says where this is read"),
        }
    }

    /// A port alone: the uses of its variable decide.
    fn without_host(&self, file: FileId, sighting: &Sighting) -> Stand {
        let fed = self.fed(sighting);
        let names = variables(sighting);
        let inner = names.iter().any(|v| self.index.is_inner(v));
        if !fed.is_empty() {
            if inner {
                let reason = "its variable is a host port here and a container's port there";
                return Stand {
                    fed,
                    ..Stand::new(Side::Unknown, reason)
                };
            }
            if let ReadBy::Service(_) = sighting.read_by {
                return Stand::new(
                    Side::Unknown,
                    "a container reads a variable that is a host port elsewhere",
                );
            }
            return self.by_variable(fed);
        }
        if inner {
            return Stand::new(Side::Container, "its variable is a container's port");
        }
        match sighting.form {
            Form::Exposed => return Stand::new(Side::Container, "a port that a container exposes"),
            Form::Url | Form::HostPort | Form::Dsn | Form::Flag => {
                return self.on_loopback(file, sighting, "localhost");
            }
            _ => {}
        }
        match self.reader(file, sighting) {
            Reader::Container(ids) => Stand {
                services: ids,
                in_container: true,
                ..Stand::new(Side::Container, "a container reads it")
            },
            Reader::Runner => Stand {
                runner: true,
                ..Stand::new(Side::Unknown, "a step of a throw-away CI runner")
            },
            _ => Stand::new(Side::Unknown, "no host stands beside it").likely(),
        }
    }

    fn by_variable(&self, fed: Vec<DeclarationId>) -> Stand {
        let name = fed.first().map_or("", |id| {
            self.model
                .service(self.model.declaration(*id).service)
                .name
                .value
                .as_str()
        });
        Stand {
            fed,
            ..Stand::new(
                Side::Host,
                format!("its variable is the host port of `{name}`"),
            )
        }
    }

    /// The declarations whose host part a sighting's variable is.
    fn fed(&self, sighting: &Sighting) -> Vec<DeclarationId> {
        variables(sighting)
            .iter()
            .flat_map(|v| self.index.fed_by(v))
            .copied()
            .collect()
    }

    fn reader(&self, file: FileId, sighting: &Sighting) -> Reader {
        let names = variables(sighting);
        if names
            .iter()
            .any(|n| BROWSER.iter().any(|p| n.starts_with(p)))
        {
            return Reader::Browser;
        }
        match sighting.read_by {
            ReadBy::Host => Reader::Host,
            ReadBy::CiJob => Reader::Runner,
            ReadBy::Service(index) => self.container(self.service_at(file, index)),
            ReadBy::Container | ReadBy::Cluster | ReadBy::Server => Reader::Container(Vec::new()),
            ReadBy::Mounted => {
                let ids = self.index.mounting(&self.sources.get(file).path);
                if ids.is_empty() {
                    Reader::Unknown
                } else {
                    self.container(ids)
                }
            }
            ReadBy::Unknown => {
                let is_env = self.is_env(file);
                let users = self.index.environment_of(file);
                match (is_env, users.is_empty()) {
                    (true, false) => self.container(users.to_vec()),
                    (true, true) => Reader::Host,
                    (false, _) => Reader::Unknown,
                }
            }
        }
    }

    fn container(&self, ids: Vec<ServiceId>) -> Reader {
        let on_host = !ids.is_empty() && ids.iter().all(|id| self.model.service(*id).host_network);
        if on_host {
            Reader::Host
        } else {
            Reader::Container(ids)
        }
    }
}

/// Whether a text has `${NAME…}` or `$NAME` in it.
fn interpolates(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let before = text.get(..at).unwrap_or("");
        let after = text.get(at + name.len()..).unwrap_or("");
        (before.ends_with("${") || before.ends_with('$'))
            && !after.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
    })
}

/// The environment variables that a sighting is the value or the fallback of.
pub(super) fn variables(sighting: &Sighting) -> Vec<&str> {
    let is_variable = |name: &str| {
        name.len() > 1
            && name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
            && name
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
    };
    let names = sighting
        .fallback_of
        .iter()
        .chain(&sighting.name)
        .map(String::as_str);
    names.filter(|n| is_variable(n)).collect()
}
