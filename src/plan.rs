//! Judges every declaration by the policy, chooses the port that it should have, and plans moves.

use crate::model::DeclarationId;
use std::collections::BTreeMap;

/// What the policy says of a declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// A data service outside the reserved range.
    OutsideRange,
    /// Inside it, in another kind's band.
    WrongBand,
    /// Not a data service, inside the range.
    Intruder,
    /// In its band, but the policy assigns another port.
    Misassigned,
    /// Docker picks the host port.
    Ephemeral,
}

/// A declaration that must move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// Which.
    pub declaration: DeclarationId,
    /// The first port of its new range.
    pub to: u16,
    /// Why that one: "assigned to TimescaleDB", "the next free port of the band".
    pub why: String,
}

/// The judgement over all declarations.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// By declaration.
    pub verdicts: Vec<Verdict>,
    /// Moves by declaration.
    pub moves: BTreeMap<DeclarationId, Move>,
}
