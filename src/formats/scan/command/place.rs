//! Where a command runs: on the machine that reads it, in a container, elsewhere.

use crate::facts::{Clue, ClueKind, Hint, ReadBy, Side};

/// Where a command runs, and what is known of it.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) read_by: ReadBy,
    /// The side of all that the command reaches on its own loopback.
    pub(super) hint: Option<Hint>,
    /// Names met on the way in: the container of `docker exec`.
    pub(super) clues: Vec<Clue>,
    pub(super) depth: usize,
}

impl Place {
    /// One step further in: every command that carries another takes one.
    pub(super) fn deeper(&self) -> Self {
        Self {
            depth: self.depth + 1,
            ..self.clone()
        }
    }

    /// Inside a container.
    pub(super) fn in_container(&self, name: &str) -> Self {
        let mut place = self.deeper();
        place.read_by = ReadBy::Container;
        place.hint = Some(Hint {
            side: Side::Container,
            reason: "the command runs inside a container",
            certain: true,
        });
        place.clues.push(Clue {
            kind: ClueKind::Line,
            text: name.to_owned(),
        });
        place
    }

    /// On another machine.
    pub(super) fn elsewhere(&self) -> Self {
        let mut place = self.deeper();
        place.hint = Some(Hint {
            side: Side::External,
            reason: "the command runs on another machine",
            certain: true,
        });
        place
    }
}
