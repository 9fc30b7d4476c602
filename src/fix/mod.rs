//! Applies change sets: chooses them, makes the new texts, shows or writes them, and undoes them.
//!
//! Texts are made and proved in memory ([`text`]); what is written is written whole ([`write`]), with a journal beside it
//! from which [`journal::undo`] restores the state before.

pub mod choose;
pub mod diff;
pub mod journal;
pub mod text;
pub mod write;
