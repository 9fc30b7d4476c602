//! What a sighting of a known side means: the declaration that it follows, or what is wrong with it.

use super::evidence::{AROUND, BESIDE, DIRECT, Evidence, Fit, Kinship};
use super::side::{Stand, variables};
use super::{Judge, Meaning};
use crate::facts::{ClueKind, Form, Role, Side, Sighting};
use crate::finding::Confidence;
use crate::model::{Declaration, DeclarationId, Kind, Outcome, ServiceId};
use crate::source::FileId;
use std::collections::BTreeSet;

/// The declaration that a port means.
enum Pick {
    One {
        id: DeclarationId,
        fit: Option<Fit>,
    },
    Nearest {
        id: DeclarationId,
    },
    /// Something publishes the port, but the evidence names another service.
    Contradicted,
    None,
}

impl Judge<'_> {
    pub(super) fn on_host(
        &self,
        file: FileId,
        sighting: &Sighting,
        stand: &Stand,
        evidence: &Evidence,
    ) -> Meaning {
        if self.is_unproved_mapping(sighting) {
            return Meaning::new(Outcome::Unknown, Confidence::Guess);
        }
        let fitting: Vec<DeclarationId> = stand
            .fed
            .iter()
            .copied()
            .filter(|id| publishes(self.model.declaration(*id), sighting.port))
            .collect();
        if let Some(id) = self
            .nearest(file, &fitting)
            .or_else(|| self.nearest(file, &stand.fed))
        {
            return self.of_variable(sighting, stand, id);
        }
        let outright = stand.certain && (stand.hosted || sighting.hint.is_some());
        let sure = |fit: Option<Fit>| match fit {
            Some(_) if outright => Confidence::Certain,
            _ => Confidence::Likely,
        };
        match self.pick(file, sighting, evidence) {
            Pick::One { id, fit } if !stand.shared => Meaning::new(Outcome::Follows(id), sure(fit)),
            Pick::One { id, .. } | Pick::Nearest { id } => Meaning {
                ambiguous: true,
                ..Meaning::new(Outcome::Follows(id), Confidence::Likely)
            },
            Pick::Contradicted | Pick::None => {
                let told = matches!(sighting.form, Form::Cell | Form::Item);
                let unpublished = self.unpublished(file, sighting, stand, evidence);
                if told && unpublished.outcome == Outcome::Unknown && variables(sighting).is_empty()
                {
                    self.drift(file, sighting, evidence)
                } else {
                    unpublished
                }
            }
        }
    }

    /// Whether a sighting is the left of `5433 → 5432` without a word that says what the arrow maps, and nobody publishes the one for
    /// the other: it may as well lead from an old port to a new one.
    fn is_unproved_mapping(&self, sighting: &Sighting) -> bool {
        let guessed = sighting.hint.as_ref().is_some_and(|h| !h.certain);
        let Some(right) = sighting
            .counterpart
            .filter(|_| guessed && sighting.form == Form::Mapping)
        else {
            return false;
        };
        !self
            .index
            .publishing(sighting.port)
            .iter()
            .any(|id| self.model.declaration(*id).target.contains(right))
    }

    /// The variable says which declaration is meant, whatever the number.
    fn of_variable(&self, sighting: &Sighting, stand: &Stand, id: DeclarationId) -> Meaning {
        let declaration = self.model.declaration(id);
        let ambiguous = stand
            .fed
            .iter()
            .any(|other| self.symbols.of(*other) != self.symbols.of(id));
        let confidence =
            if stand.hosted || !sighting.fallback_of.is_empty() || sighting.form == Form::Keyed {
                Confidence::Certain
            } else {
                Confidence::Likely
            };
        let confidence = if ambiguous {
            Confidence::Likely
        } else {
            confidence
        };
        if publishes(declaration, sighting.port) {
            return Meaning {
                ambiguous,
                ..Meaning::new(Outcome::Follows(id), confidence)
            };
        }
        // Another value for a web service's port may well be meant; a database has one.
        let confidence = if self.is_data(id) {
            confidence
        } else {
            Confidence::Guess
        };
        Meaning {
            ambiguous,
            ..Meaning::new(Outcome::FallbackDrift(id), confidence)
        }
    }

    /// Host side, but no fitting declaration publishes the port.
    fn unpublished(
        &self,
        file: FileId,
        sighting: &Sighting,
        stand: &Stand,
        evidence: &Evidence,
    ) -> Meaning {
        let engines = evidence.data_engines(&self.engines, BESIDE);
        let docs = self.is_doc(file);
        if let Some(engine) = self.told.get(&(file, sighting.port)) {
            let agrees = engines.is_empty() || engines.iter().any(|e| self.same_family(e, engine));
            // what another service publishes is not meant by the command itself, nor where the engine is named
            let free = sighting.form == Form::Mapping
                || self.index.publishing(sighting.port).is_empty()
                || engines.iter().any(|e| self.same_family(e, engine));
            if agrees && free && !self.in_range(sighting.port) {
                let row = self.row(sighting.port, std::slice::from_ref(&engine.as_str()));
                return self.stale(file, row, engine);
            }
        }
        let listed: Vec<&str> = evidence.data_engines(&self.engines, AROUND);
        if let Some(row) = self.row(sighting.port, &listed)
            && let Some(engine) = self.policy.remappings.get(row).map(|r| r.engine.clone())
        {
            return self.stale(file, Some(row), &engine);
        }
        // Only what names a data service itself, one of a sort that the repo runs, is expected to be ours.
        let direct = evidence.data_engines(&self.engines, DIRECT);
        let ours = self.model.services.iter().any(|s| {
            let engine = s.identity.engine.as_deref();
            engine.is_some_and(|e| {
                direct
                    .iter()
                    .any(|d| *d == e || *d == self.engines.family(e))
            })
        });
        if stand.hosted && ours && self.index.publishing(sighting.port).is_empty() {
            let confidence = if docs || self.is_test(file) {
                Confidence::Guess
            } else {
                Confidence::Likely
            };
            return Meaning::new(Outcome::Dangling, confidence);
        }
        Meaning::new(Outcome::Unknown, Confidence::Guess)
    }

    fn stale(&self, file: FileId, remapping: Option<usize>, engine: &str) -> Meaning {
        let published: Vec<DeclarationId> = self
            .model
            .declarations()
            .filter(|(_, d)| {
                d.published.is_some()
                    && !self
                        .model
                        .project(self.model.service(d.service).project)
                        .workflow
            })
            .filter(|(_, d)| {
                let of = self.model.service(d.service).identity.engine.as_deref();
                of.is_some_and(|of| self.same_family(of, engine))
            })
            .map(|(id, _)| id)
            .collect();
        let symbols: BTreeSet<_> = published.iter().map(|id| self.symbols.of(*id)).collect();
        let now = if symbols.len() == 1 {
            self.nearest(file, &published)
        } else {
            None
        };
        let outcome = Outcome::Stale {
            remapping,
            engine: engine.to_owned(),
            now,
        };
        Meaning::new(outcome, Confidence::Likely)
    }

    /// The table's row of an old port, if the evidence names its engine.
    fn row(&self, port: u16, engines: &[&str]) -> Option<usize> {
        self.policy
            .remappings
            .iter()
            .position(|r| r.old == port && engines.iter().any(|e| self.same_family(e, &r.engine)))
    }

    fn same_family(&self, a: &str, b: &str) -> bool {
        self.engines.family(a) == self.engines.family(b)
    }

    fn in_range(&self, port: u16) -> bool {
        self.policy.reserved(port).is_some()
    }

    /// Container side: a port that the service listens on is right; the published one is not.
    pub(super) fn in_network(&self, file: FileId, sighting: &Sighting, stand: &Stand) -> Meaning {
        let left_alone = Meaning::new(Outcome::LeftAlone, Confidence::Certain);
        let others: Vec<ServiceId> = if stand.hosted {
            stand.services.clone()
        } else {
            Vec::new()
        };
        let listens = |id: &ServiceId| self.model.service(*id).listens.contains(&sighting.port);
        if others.is_empty() || others.iter().any(listens) {
            return left_alone;
        }
        let published = others
            .iter()
            .flat_map(|id| self.index.published_by(*id))
            .copied()
            .find(|id| {
                let declaration = self.model.declaration(*id);
                publishes_now(declaration, sighting.port)
                    && !declaration.target.contains(sighting.port)
            });
        if let Some(id) = published {
            // What a document says of somebody's web service is not ours to correct.
            let confidence = match (stand.in_container, self.is_data(id)) {
                (true, _) => Confidence::Certain,
                (false, false) if self.is_doc(file) => Confidence::Guess,
                (false, _) => Confidence::Likely,
            };
            return Meaning::new(Outcome::PublishedInside(id), confidence);
        }
        let known = others.iter().all(|id| {
            let service = self.model.service(*id);
            service.identity.certain
                && service.identity.engine.is_some()
                && !service.listens.is_empty()
        });
        if known && sighting.role == Role::ScrapeTarget {
            return Meaning::new(Outcome::NoListener, Confidence::Likely);
        }
        left_alone
    }

    /// No host and no word says the side: only a published port of the very service that is named may decide.
    pub(super) fn undecided(
        &self,
        file: FileId,
        sighting: &Sighting,
        stand: &Stand,
        evidence: &Evidence,
    ) -> Meaning {
        let unknown = Meaning::new(Outcome::Unknown, Confidence::Guess);
        let likely = |id| Meaning::new(Outcome::Follows(id), Confidence::Likely);
        // The side of the number may be open; that it is to be looked at is not.
        let look = |id| Meaning {
            ambiguous: true,
            ..likely(id)
        };
        if !stand.fed.is_empty() {
            let only_published = |id: &DeclarationId| {
                publishes(self.model.declaration(*id), sighting.port)
                    && !self.is_target(*id, sighting.port)
            };
            let fitting: Vec<DeclarationId> =
                stand.fed.iter().copied().filter(only_published).collect();
            return self.nearest(file, &fitting).map_or(unknown, look);
        }
        let told = matches!(sighting.form, Form::Cell | Form::Item);
        let bare = told || matches!(sighting.form, Form::Prose | Form::Keyed);
        if stand.hosted || stand.certain || !bare || evidence.strongest() < BESIDE {
            return unknown;
        }
        let variables = variables(sighting);
        // A variable that compose files use is decided by its uses alone; one that they do not know is read by programs.
        let foreign = variables.iter().all(|v| {
            self.model
                .variables
                .get(*v)
                .is_none_or(|v| v.uses.is_empty())
        });
        match self.pick(file, sighting, evidence) {
            Pick::One { id, fit: Some(fit) } if fit.strength >= BESIDE => {
                let direct = fit.strength >= DIRECT;
                match (
                    !self.is_target(id, sighting.port),
                    variables.is_empty(),
                    sighting.form,
                ) {
                    (true, ..) | (false, true, Form::Cell | Form::Item) => likely(id),
                    (false, true, Form::Prose) if direct && self.is_admin_ui(id) => likely(id),
                    (false, true, Form::Prose) => look(id),
                    (false, false, _) if foreign && direct => look(id),
                    _ => Meaning::new(Outcome::Follows(id), Confidence::Guess),
                }
            }
            Pick::Nearest { id } if told && variables.is_empty() => look(id),
            Pick::None | Pick::Contradicted if told && variables.is_empty() => {
                self.drift(file, sighting, evidence)
            }
            _ => unknown,
        }
    }

    /// A row or an item that names a service with a port that is not its own.
    fn drift(&self, file: FileId, sighting: &Sighting, evidence: &Evidence) -> Meaning {
        let unknown = Meaning::new(Outcome::Unknown, Confidence::Guess);
        let direct = evidence.data_engines(&self.engines, DIRECT);
        let fitting: Vec<(Kinship, DeclarationId)> = self
            .model
            .declarations()
            .filter(|(_, d)| d.published.is_some())
            .filter_map(|(id, d)| Some((evidence.fits(self.model, &self.engines, d)?, id)))
            .filter(|(fit, _)| fit.strength >= DIRECT)
            .map(|(fit, id)| (fit.kinship, id))
            .collect();
        let best = fitting.iter().map(|(kinship, _)| *kinship).max();
        let ids: Vec<DeclarationId> = fitting
            .iter()
            .filter(|(kinship, _)| Some(*kinship) == best)
            .map(|(_, id)| *id)
            .collect();
        let services: BTreeSet<&str> = ids
            .iter()
            .map(|id| {
                self.model
                    .service(self.model.declaration(*id).service)
                    .name
                    .value
                    .as_str()
            })
            .collect();
        let Some(id) = self.nearest(file, &ids).filter(|_| services.len() == 1) else {
            return match self.row(sighting.port, &direct) {
                Some(row) if ids.is_empty() => {
                    let engine = self
                        .policy
                        .remappings
                        .get(row)
                        .map_or(String::new(), |r| r.engine.clone());
                    self.stale(file, Some(row), &engine)
                }
                _ => unknown,
            };
        };
        let host_said = sighting
            .hint
            .as_ref()
            .is_some_and(|h| h.certain && h.side == Side::Host);
        if !host_said && ids.iter().any(|id| self.listens_too(*id, sighting.port)) {
            return match self.row(sighting.port, &direct) {
                Some(row) => {
                    let engine = self
                        .policy
                        .remappings
                        .get(row)
                        .map_or(String::new(), |r| r.engine.clone());
                    self.stale(file, Some(row), &engine)
                }
                None => unknown,
            };
        }
        let data = self
            .model
            .service(self.model.declaration(id).service)
            .identity
            .engine
            .as_deref()
            .is_some_and(|e| self.engines.is_data(e));
        if data {
            Meaning::new(Outcome::DocsDrift(id), Confidence::Likely)
        } else {
            unknown
        }
    }

    /// Whether it is a container port of the declaration as well, so that the number may be either side.
    fn is_target(&self, id: DeclarationId, port: u16) -> bool {
        self.model.declaration(id).target.contains(port)
    }

    fn is_data(&self, id: DeclarationId) -> bool {
        self.model
            .service(self.model.declaration(id).service)
            .identity
            .kind
            != Kind::Other
    }

    fn is_admin_ui(&self, id: DeclarationId) -> bool {
        self.model
            .service(self.model.declaration(id).service)
            .identity
            .kind
            == Kind::AdminUi
    }

    /// Whether the service listens on the number, by what it declares or by its engine's habit.
    fn listens_too(&self, id: DeclarationId, port: u16) -> bool {
        let declaration = self.model.declaration(id);
        declaration.target.contains(port)
            || self
                .model
                .service(declaration.service)
                .listens
                .contains(&port)
    }

    /// The declaration that publishes the port and that the evidence fits.
    fn pick(&self, file: FileId, sighting: &Sighting, evidence: &Evidence) -> Pick {
        let all: Vec<(Option<Fit>, DeclarationId)> = self
            .index
            .publishing(sighting.port)
            .iter()
            .map(|id| (self.model.declaration(*id), *id))
            .filter(|(d, _)| {
                !self
                    .model
                    .project(self.model.service(d.service).project)
                    .workflow
            })
            .map(|(d, id)| (evidence.fits(self.model, &self.engines, d), id))
            .collect();
        if all.is_empty() {
            return Pick::None;
        }
        // the text itself starts another engine on the port, and names it here
        let named = evidence.data_engines(&self.engines, BESIDE);
        let told = self.told.get(&(file, sighting.port));
        if told.is_some_and(|own| named.iter().any(|e| self.same_family(e, own)))
            && all.iter().all(|(fit, _)| fit.is_none())
        {
            return Pick::Contradicted;
        }
        let all = self.without_tests(file, all);
        // Evidence nearer than any that fits: the text speaks of somebody else's port. Beside an address of this machine only
        // what stands in the literal itself counts: a line may speak of several services.
        let strongest = evidence.strongest();
        let enough = if sighting.host.is_some() {
            DIRECT
        } else {
            BESIDE
        };
        let nearest_clue = all
            .iter()
            .filter_map(|(fit, _)| fit.map(|f| f.strength))
            .max();
        if strongest >= enough && nearest_clue.is_none_or(|s| s + 1 < strongest) {
            return Pick::Contradicted;
        }
        let (fit, ids) = self.best(file, all);
        let symbols: BTreeSet<_> = ids.iter().map(|id| self.symbols.of(*id)).collect();
        let Some(id) = self.nearest(file, &ids) else {
            return Pick::None;
        };
        let near = |id: &DeclarationId| self.index.distance(file, self.model.declaration(*id).file);
        let closest: BTreeSet<_> = ids
            .iter()
            .filter(|other| near(other) == near(&id))
            .map(|id| self.symbols.of(*id))
            .collect();
        let apart = ids.iter().map(near).min() < ids.iter().map(near).max();
        let by_client = sighting.clues.iter().any(|c| c.kind == ClueKind::Command);
        if by_client && self.speaks_of_kin(evidence, id) {
            return Pick::Nearest { id };
        }
        if symbols.len() == 1 || (closest.len() == 1 && apart) {
            return Pick::One { id, fit };
        }
        // Somebody else's service may be meant as well: nothing says that a data service is.
        let other = ids.iter().any(|id| {
            self.model
                .service(self.model.declaration(*id).service)
                .identity
                .kind
                == Kind::Other
        });
        if other && fit.is_none() {
            Pick::Contradicted
        } else {
            Pick::Nearest { id }
        }
    }

    /// Whether the surroundings name a special engine that another service of the repo runs and this one only is related to:
    /// `psql -p 5433  # TimescaleDB`, where the port is a plain PostgreSQL's. Which of the two is meant nobody can say.
    fn speaks_of_kin(&self, evidence: &Evidence, id: DeclarationId) -> bool {
        let service = self.model.declaration(id).service;
        let engine = self.model.service(service).identity.engine.as_deref();
        let named = evidence.data_engines(&self.engines, BESIDE);
        let itself = evidence.services(BESIDE).any(|named| named == service);
        let kin = |e: &&str| {
            let other = engine.is_some_and(|own| own != *e && self.same_family(own, e));
            other && self.engines.family(e) != *e && self.runs(e)
        };
        !itself && named.iter().any(kin)
    }

    /// Whether a service of the repo publishes a port of the engine.
    fn runs(&self, engine: &str) -> bool {
        self.model.declarations().any(|(_, d)| {
            d.published.is_some()
                && self.model.service(d.service).identity.engine.as_deref() == Some(engine)
        })
    }

    /// What only tests start is meant by tests alone, where something else publishes the port as well.
    fn without_tests(
        &self,
        file: FileId,
        all: Vec<(Option<Fit>, DeclarationId)>,
    ) -> Vec<(Option<Fit>, DeclarationId)> {
        let started_by_tests = |id: DeclarationId| self.is_test(self.model.declaration(id).file);
        if self.is_test(file) || all.iter().all(|(_, id)| started_by_tests(*id)) {
            return all;
        }
        all.into_iter()
            .filter(|(_, id)| !started_by_tests(*id))
            .collect()
    }

    /// The declarations that fit best: those of the folder that the file lies in before any other of their kin, then the
    /// closest kin.
    fn best(
        &self,
        file: FileId,
        all: Vec<(Option<Fit>, DeclarationId)>,
    ) -> (Option<Fit>, Vec<DeclarationId>) {
        let at_home = |id: &DeclarationId| {
            self.index
                .lies_below(file, self.model.declaration(*id).file)
        };
        let kin = |(fit, _): &&(Option<Fit>, DeclarationId)| {
            fit.is_some_and(|f| f.kinship >= Kinship::Family)
        };
        let home: Vec<_> = all
            .iter()
            .filter(kin)
            .filter(|(_, id)| at_home(id))
            .copied()
            .collect();
        let pool = if home.is_empty() { all } else { home };
        let best = pool.iter().map(|(fit, _)| *fit).max().flatten();
        (
            best,
            pool.into_iter()
                .filter(|(fit, _)| *fit == best)
                .map(|(_, id)| id)
                .collect(),
        )
    }

    /// The declaration of the file nearest to the reference.
    fn nearest(&self, file: FileId, ids: &[DeclarationId]) -> Option<DeclarationId> {
        ids.iter().copied().min_by_key(|id| {
            (
                self.index.distance(file, self.model.declaration(*id).file),
                *id,
            )
        })
    }

    fn is_doc(&self, file: FileId) -> bool {
        let path = &self.sources.get(file).path;
        let ending = path.rsplit('.').next().unwrap_or("").to_ascii_lowercase();
        matches!(
            ending.as_str(),
            "md" | "mdx" | "markdown" | "rst" | "adoc" | "asciidoc" | "txt"
        )
    }

    fn is_test(&self, file: FileId) -> bool {
        let path = self.sources.get(file).path.to_ascii_lowercase();
        path.split(['/', '.', '_', '-']).any(|part| {
            matches!(
                part,
                "test" | "tests" | "spec" | "specs" | "e2e" | "fixtures"
            )
        })
    }
}

/// Whether the declaration publishes the port, or would with another value of its variable.
fn publishes(declaration: &Declaration, port: u16) -> bool {
    publishes_now(declaration, port)
        || declaration.published.iter().any(|p| {
            p.candidates.iter().any(|c| {
                c.value
                    .trim()
                    .parse::<u16>()
                    .is_ok_and(|value| value == port)
            })
        })
}

fn publishes_now(declaration: &Declaration, port: u16) -> bool {
    declaration
        .published
        .as_ref()
        .is_some_and(|p| p.range.contains(port))
}
