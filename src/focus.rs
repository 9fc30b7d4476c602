//! Which findings a run reports: those about what it was asked for.

use crate::changes::Touched;
use crate::finding::Finding;
use crate::root::Root;
use crate::source::{Place, Sources};

/// What a finding must have to do with a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// One of its places is there: a port's other half may be.
    Places,
    /// One of its places is there, or its fix edits something there.
    PlacesAndEdits,
    /// The place that a person must edit is there.
    FirstPlace,
}

/// What is looked at.
#[derive(Clone, Debug)]
pub struct Focus<'a> {
    /// The paths that were asked for; none means all.
    pub root: Option<&'a Root>,
    /// The files that findings point into.
    pub sources: &'a Sources,
    /// What a finding must have to do with these paths.
    pub reach: Reach,
    /// What a change touches, if it is looked at alone.
    pub touched: Option<Touched>,
}

impl Focus<'_> {
    /// Whether a finding is reported.
    pub fn shows(&self, finding: &Finding) -> bool {
        let mut others = finding.related.iter().map(|label| label.place);
        let mut edited = finding
            .fix
            .iter()
            .flat_map(|fix| &fix.edits)
            .map(|edit| edit.place);
        self.covers(finding.primary.place)
            || (self.reach != Reach::FirstPlace && others.any(|p| self.covers(p)))
            || (self.reach == Reach::PlacesAndEdits && edited.any(|p| self.covers(p)))
    }

    fn covers(&self, place: Place) -> bool {
        let source = self.sources.get(place.file);
        self.root.is_none_or(|root| root.in_scope(&source.path))
            && self
                .touched
                .as_ref()
                .is_none_or(|touched| touched.meets(place.file, source, place.span))
    }
}
