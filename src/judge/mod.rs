//! Judges every sighting: its side, the declaration that it means, and what follows (port model, sections 3, 7 and 10).

mod evidence;
mod index;
mod meaning;
mod reach;
mod side;
mod vocabulary;

use crate::facts::{Form, Side, Sighting, Tense};
use crate::finding::Confidence;
use crate::model::{Model, Outcome, Reference};
use crate::policy::Policy;
use crate::source::{FileId, Sources};
use crate::symbols::Symbols;
use evidence::{DIRECT, Engines, Evidence};
use index::Index;
use rayon::prelude::*;
use std::collections::BTreeMap;
use vocabulary::Vocabulary;

/// Judges all sightings, in the order of files and places.
pub fn judge(model: &Model, sources: &Sources, policy: &Policy) -> Vec<Reference> {
    let mut judge = Judge {
        model,
        sources,
        policy,
        index: Index::new(model, sources),
        vocabulary: Vocabulary::new(model, policy),
        engines: Engines::new(policy),
        symbols: Symbols::group(model),
        told: BTreeMap::new(),
    };
    judge.told = judge.published_in_texts();
    let sightings: Vec<(FileId, usize, &Sighting)> = model.sightings().collect();
    sightings
        .into_par_iter()
        .map(|(file, index, sighting)| judge.reference(file, index, sighting))
        .collect()
}

/// Everything that judging one sighting looks at.
struct Judge<'a> {
    model: &'a Model,
    sources: &'a Sources,
    policy: &'a Policy,
    index: Index,
    vocabulary: Vocabulary,
    engines: Engines<'a>,
    symbols: Symbols,
    /// Host ports that `docker run` commands and compose snippets in texts publish for an engine, by file.
    told: BTreeMap<(FileId, u16), String>,
}

/// What a sighting means, before it is put on record.
struct Meaning {
    outcome: Outcome,
    confidence: Confidence,
    ambiguous: bool,
}

impl Meaning {
    fn new(outcome: Outcome, confidence: Confidence) -> Self {
        Self {
            outcome,
            confidence,
            ambiguous: false,
        }
    }
}

impl Judge<'_> {
    fn reference(&self, file: FileId, index: usize, sighting: &Sighting) -> Reference {
        let stand = self.stand(file, sighting);
        let evidence = Evidence::gather(&self.vocabulary, &self.engines, sighting);
        let meaning = if sighting.tense == Tense::History {
            Meaning::new(Outcome::History, Confidence::Certain)
        } else if stand.runner {
            Meaning::new(Outcome::Runner, Confidence::Certain)
        } else {
            match stand.side {
                Side::Host => self.on_host(file, sighting, &stand, &evidence),
                Side::Container => self.in_network(file, sighting, &stand),
                Side::External => Meaning::new(Outcome::External, Confidence::Certain),
                Side::Unknown => self.undecided(file, sighting, &stand, &evidence),
            }
        };
        // A bare number becomes host side only through what it fits.
        let followed = matches!(
            meaning.outcome,
            Outcome::Follows(_) | Outcome::Stale { .. } | Outcome::DocsDrift(_)
        );
        let (side, reason) = if stand.side == Side::Unknown && followed {
            (Side::Host, "only a published port fits here".to_owned())
        } else {
            (stand.side, stand.reason)
        };
        let service = match &meaning.outcome {
            Outcome::Follows(id)
            | Outcome::PublishedInside(id)
            | Outcome::DocsDrift(id)
            | Outcome::FallbackDrift(id) => Some(self.model.declaration(*id).service),
            Outcome::Dangling => evidence.services(DIRECT).next(),
            _ => stand.services.first().copied(),
        };
        Reference {
            file,
            sighting: index,
            side,
            reason,
            outcome: meaning.outcome,
            confidence: meaning.confidence,
            service,
            ambiguous: meaning.ambiguous,
        }
    }

    /// The host halves of mappings in texts that name a data engine.
    fn published_in_texts(&self) -> BTreeMap<(FileId, u16), String> {
        let mut told = BTreeMap::new();
        for (file, _, sighting) in self.model.sightings() {
            let host = sighting.hint.as_ref().is_some_and(|h| h.side == Side::Host);
            if sighting.form != Form::Mapping || !host || sighting.tense != Tense::Now {
                continue;
            }
            let evidence = Evidence::gather(&self.vocabulary, &self.engines, sighting);
            if let [engine, ..] = evidence.data_engines(&self.engines, DIRECT).as_slice() {
                told.entry((file, sighting.port))
                    .or_insert_with(|| (*engine).to_owned());
            }
        }
        told
    }
}
