//! Mends a repository: applies change sets in memory, proves that nothing else changed, and goes on until nothing is left.

mod moving;

use crate::engine::{self, Judged, Options, Repo};
use crate::error::Error;
use crate::finding::{Confidence, Edit, Finding, Fix, Safety};
use crate::fix::choose::{self, Left};
use crate::fix::journal::Store;
use crate::fix::text;
use crate::fix::write::{self, Replacement};
use crate::model::{Declaration, Model};
use crate::plan;
use crate::select::Chosen;
use crate::source::FileId;
use std::collections::{BTreeMap, BTreeSet};

/// Rounds after which a fix that still finds something to do is given up: each set is applied at most once.
const MOST_ROUNDS: usize = 10;

/// A repository before and after.
#[derive(Debug)]
pub struct Mended {
    /// As it is on disk.
    pub before: Repo,
    /// As it will be.
    pub after: Repo,
    /// What is left to report after.
    pub judged: Judged,
    /// Sets that were applied, in order.
    pub applied: Vec<Fix>,
    /// Sets that were not, and why.
    pub left: Vec<Left>,
    /// How many wait for `--unsafe-fixes`.
    pub unsafe_left: usize,
    /// How many findings were there before.
    pub found: usize,
}

/// Applies what may be applied at `safety`, in memory. With `to_write`, sets whose files may not be written are left out.
pub fn mend(options: &Options, safety: Safety, to_write: bool) -> Result<Mended, Error> {
    engine::in_threads(options.threads, || {
        let before = Repo::load_here(options)?;
        mend_loaded(before, options, safety, to_write)
    })
}

/// Applies what may be applied at `safety` to a repository that was read before.
pub fn mend_loaded(
    before: Repo,
    options: &Options,
    safety: Safety,
    to_write: bool,
) -> Result<Mended, Error> {
    let chosen = Chosen::new(&before.policy, &options.select, &options.ignore)?;
    Ok(Rounds {
        chosen: &chosen,
        options,
        safety,
        to_write,
    }
    .run(before))
}

/// Moves one symbol to a port that a person chose, in memory.
pub fn move_port(options: &Options, what: &str, to: u16) -> Result<Mended, Error> {
    engine::in_threads(options.threads, || {
        let mut before = Repo::load_here(options)?;
        let chosen = Chosen::new(&before.policy, &options.select, &options.ignore)?;
        let rounds = Rounds {
            chosen: &chosen,
            options,
            safety: Safety::Unsafe,
            to_write: false,
        };
        // Judged by the plan as it is: what the policy wants of other services stays as it was.
        let judged = rounds.judge(&before);
        let found = judged.findings.len();
        let symbol = moving::find(&before, what)?;
        moving::allow(&before, symbol, to)?;
        let fix = plan::plan_move(
            &before.model,
            &before.sources,
            &before.policy,
            &before.references,
            &mut before.plan,
            symbol,
            to,
        );
        if let Some(blocked) = &fix.blocked {
            return Err(Error::Usage {
                message: format!("{} cannot be moved: {}", what, blocked.reason),
                help: Some(format!(
                    "the place in the way is {}",
                    before.sources.show(blocked.place)
                )),
            });
        }
        let step = rounds
            .attempt(&before, &judged, std::slice::from_ref(&fix))
            .map_err(|reason| Error::Usage {
                message: format!("{what} cannot be moved: {reason}"),
                help: None,
            })?;
        Ok(Mended {
            after: step.repo,
            judged: step.judged,
            applied: step.sets,
            left: Vec::new(),
            unsafe_left: 0,
            found,
            before,
        })
    })
}

struct Rounds<'a> {
    chosen: &'a Chosen,
    options: &'a Options,
    safety: Safety,
    to_write: bool,
}

impl Rounds<'_> {
    fn judge(&self, repo: &Repo) -> Judged {
        engine::judged(repo, self.chosen, self.options)
    }

    fn run(&self, before: Repo) -> Mended {
        let mut judged = self.judge(&before);
        let found = judged.findings.len();
        let mut now = before.amended(&BTreeMap::new());
        let mut applied: Vec<Fix> = Vec::new();
        let (mut left, mut unsafe_left) = (Vec::new(), 0);
        for _ in 0..MOST_ROUNDS {
            let mut choice = choose::choose(&now.sources, &judged.findings, self.safety);
            choice
                .sets
                .retain(|set| !applied.iter().any(|done| done.set == set.set));
            unsafe_left = choice.unsafe_left;
            left = choice.left;
            if self.to_write {
                choice.sets.retain(|set| match unwritable(&now, set) {
                    Some(reason) => {
                        left.push(reason);
                        false
                    }
                    None => true,
                });
            }
            let Some(step) = self.step(&now, &judged, &choice.sets, &mut left) else {
                break;
            };
            applied.extend(step.sets);
            now = step.repo;
            judged = step.judged;
        }
        Mended {
            before,
            after: now,
            judged,
            applied,
            left,
            unsafe_left,
            found,
        }
    }

    /// Applies the sets together; if that cannot be proved right, one by one, leaving those out that cannot.
    fn step(
        &self,
        now: &Repo,
        judged: &Judged,
        sets: &[Fix],
        left: &mut Vec<Left>,
    ) -> Option<Step> {
        if sets.is_empty() {
            return None;
        }
        if let Ok(step) = self.attempt(now, judged, sets) {
            return Some(step);
        }
        let mut kept: Vec<Fix> = Vec::new();
        let mut best = None;
        for set in sets {
            kept.push(set.clone());
            match self.attempt(now, judged, &kept) {
                Ok(step) => best = Some(step),
                Err(reason) => {
                    kept.pop();
                    let place = set.edits.first().map(|e| e.place);
                    left.extend(place.map(|place| Left {
                        title: set.title.clone(),
                        place,
                        reason,
                    }));
                }
            }
        }
        best
    }

    fn attempt(&self, now: &Repo, judged: &Judged, sets: &[Fix]) -> Result<Step, String> {
        let texts = text::apply(&now.sources, &choose::edits(sets))
            .ok_or_else(|| "its edits do not fit together; edit by hand".to_owned())?;
        let repo = now.amended(&texts);
        prove(now, &repo)?;
        let after = self.judge(&repo);
        no_worse(now, judged, &repo, &after)?;
        Ok(Step {
            sets: sets.to_vec(),
            repo,
            judged: after,
        })
    }
}

/// The file of a set that may not be written, as the reason to leave the whole set.
fn unwritable(repo: &Repo, set: &Fix) -> Option<Left> {
    let refusal = |edit: &Edit| {
        let path = repo.root.dir.join(&*repo.sources.get(edit.place.file).path);
        let reason = write::refusal(&path)?;
        Some(Left {
            title: set.title.clone(),
            place: edit.place,
            reason,
        })
    };
    set.edits.iter().find_map(refusal)
}

struct Step {
    sets: Vec<Fix>,
    repo: Repo,
    judged: Judged,
}

/// The new texts, read again, declare what the old ones did, but for the host ports that were to move.
pub fn prove(before: &Repo, after: &Repo) -> Result<(), String> {
    let (old, new) = (&before.model, &after.model);
    if old.declarations.len() != new.declarations.len() || old.services.len() != new.services.len()
    {
        return Err(
            "the edited files would declare other services or ports; edit by hand".to_owned(),
        );
    }
    for (id, declaration) in old.declarations() {
        let Some(edited) = new.declarations.get(id.0) else {
            continue;
        };
        let name = &old.service(declaration.service).name.value;
        if !same_but_published(old, declaration, new, edited) {
            return Err(format!(
                "the edited text would change more of `{name}` than its host port; edit by hand"
            ));
        }
        let port = |d: &Declaration| d.published.as_ref().map(|p| p.range.start);
        let moved = before.plan.move_of(id).map(|m| m.to);
        if port(edited) != port(declaration) && port(edited) != moved {
            return Err(format!(
                "`{name}` would not come to the port that it is meant to have; edit by hand"
            ));
        }
    }
    let broken = |m: &Model| m.files.iter().map(|f| f.problems.len()).sum::<usize>();
    if broken(new) > broken(old) {
        return Err("an edited file could not be read any more; edit by hand".to_owned());
    }
    Ok(())
}

fn same_but_published(old: &Model, a: &Declaration, new: &Model, b: &Declaration) -> bool {
    let (s, t) = (old.service(a.service), new.service(b.service));
    s.name.value == t.name.value
        && s.file == t.file
        && s.image.as_ref().map(|i| &i.value) == t.image.as_ref().map(|i| &i.value)
        && a.target == b.target
        && a.protocol == b.protocol
        && a.host_network == b.host_network
        && (a.host_ip == b.host_ip || (a.host_ip.is_empty() && b.host_ip == "127.0.0.1"))
        && a.published.as_ref().map(|p| p.range.count())
            == b.published.as_ref().map(|p| p.range.count())
}

/// A fix may not make a problem that was not there.
fn no_worse(before: &Repo, old: &Judged, after: &Repo, new: &Judged) -> Result<(), String> {
    let grave = |f: &&Finding| f.confidence == Confidence::Certain;
    let key = |repo: &Repo, f: &Finding| {
        (
            f.rule,
            repo.sources.get(f.primary.place.file).path.clone(),
            f.subject.clone(),
        )
    };
    // A reference's subject holds its port, which moves: what counts is whether the rule spoke of this file before.
    let known: BTreeSet<_> = old
        .findings
        .iter()
        .map(|f| (f.rule, f.primary.place.file))
        .collect();
    let mut count: BTreeMap<_, isize> = BTreeMap::new();
    for finding in &old.findings {
        *count.entry(key(before, finding)).or_default() += 1;
    }
    for finding in new.findings.iter().filter(grave) {
        let slot = count.entry(key(after, finding)).or_default();
        *slot -= 1;
        if *slot < 0 && !known.contains(&(finding.rule, finding.primary.place.file)) {
            return Err(format!(
                "it would give rise to `{}`: {}",
                finding.rule.name, finding.message
            ));
        }
    }
    Ok(())
}

impl Mended {
    /// The files that change, with their old and new texts.
    pub fn changes(&self) -> Vec<(FileId, &str, &str)> {
        self.before
            .sources
            .iter()
            .zip(self.after.sources.iter())
            .filter(|((_, old), (_, new))| old.text != new.text)
            .map(|((id, old), (_, new))| (id, &*old.text, &*new.text))
            .collect()
    }

    /// Writes the new texts, all or none.
    pub fn write(&self, store: &Store) -> Result<(), Error> {
        let root = &self.before.root.dir;
        let mut replacements = Vec::new();
        for (file, old, new) in self.changes() {
            let path = root.join(&*self.before.sources.get(file).path);
            // A link stays a link: the file behind it is replaced.
            let path = path.canonicalize().map_err(|reason| Error::Write {
                path: path.clone(),
                reason,
            })?;
            if !path.starts_with(root) {
                return Err(Error::Usage {
                    message: format!("`{}` lies outside the repository", path.display()),
                    help: Some("nothing was written".to_owned()),
                });
            }
            replacements.push(Replacement {
                path,
                old: old.into(),
                new: new.into(),
            });
        }
        if replacements.is_empty() {
            Ok(())
        } else {
            store.replace(root, &replacements)
        }
    }
}
