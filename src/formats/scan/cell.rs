//! Ports in the cells of tables, where the column says what the numbers are.

use super::finder::{Finder, Hit};
use super::mapping;
use super::number::{Number, part_at};
use crate::facts::{Form, Side, Tense};

/// What a table's column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// Ports, of which side it does not say.
    Ports,
    /// Published ports.
    Host,
    /// Container ports.
    Container,
    /// `HOST → CONTAINER`.
    HostToContainer,
    /// `CONTAINER → HOST`.
    ContainerToHost,
    /// How it was.
    Old,
    /// `OLD → NEW`.
    OldToNew,
    /// The value of the variable that the row names.
    Value,
}

impl Finder<'_> {
    /// `5433:5432` as the whole of a cell, or of a part of it.
    pub fn published(&mut self) {
        let text = self.str();
        let starts: Vec<usize> = Number::all(text)
            .map(|n| n.range.start)
            .chain(self.exprs.iter().map(|e| e.range.start))
            .collect();
        for start in starts {
            let apart = text.get(..start).is_none_or(|b| {
                !b.ends_with(|c: char| c.is_alphanumeric() || matches!(c, ':' | '.' | '-'))
            });
            if !apart || self.is_taken(start) {
                continue;
            }
            if let Some(found) = mapping::parse(text, start, &self.exprs) {
                self.add_mapping(&found, mapping::COMPOSE);
            }
        }
    }

    /// Numbers that stand alone.
    pub fn cells(&mut self) {
        let text = self.str();
        for number in Number::all(text) {
            if number.range.len() < 2 || self.is_taken(number.range.start) || !self.is_free(&number)
            {
                continue;
            }
            let Some(part) = part_at(text, number.range.start, &self.exprs) else {
                continue;
            };
            let wide = part
                .end
                .as_ref()
                .is_some_and(|e| e.value - number.value > super::prose::WIDEST);
            if wide {
                self.take(part.whole);
            } else if let Some(hit) = Hit::of(&part, part.whole.clone(), Form::Cell) {
                self.add(hit);
            }
        }
    }

    /// Puts on the hits what the column says.
    pub fn settle(&mut self, column: Column) {
        let arrows = self.hits().iter().filter(|h| is_open_arrow(h)).count();
        let mut left = true;
        for hit in self.hits() {
            if is_open_arrow(hit) && arrows % 2 == 0 {
                settle_arrow(hit, column, left);
                left = !left;
                continue;
            }
            let bare = matches!(
                hit.form,
                Form::Cell | Form::Prose | Form::Item | Form::Keyed
            );
            match column {
                Column::Host if bare && hit.hint.is_none() => {
                    *hit = hit
                        .clone()
                        .side(Side::Host, "the column holds published ports", true)
                }
                Column::Container if bare && hit.hint.is_none() => {
                    *hit =
                        hit.clone()
                            .side(Side::Container, "the column holds container ports", true)
                }
                Column::Old => hit.tense = Some(Tense::History),
                _ => {}
            }
        }
    }
}

/// Whether a hit is half of an arrow of which no word says what it maps.
fn is_open_arrow(hit: &Hit) -> bool {
    hit.form == Form::Mapping && hit.hint.as_ref().is_none_or(|h| !h.certain)
}

fn settle_arrow(hit: &mut Hit, column: Column, left: bool) {
    let side = match column {
        Column::HostToContainer => Some(if left { Side::Host } else { Side::Container }),
        Column::ContainerToHost => Some(if left { Side::Container } else { Side::Host }),
        _ => None,
    };
    if let Some(side) = side {
        *hit = hit
            .clone()
            .side(side, "the column says which side stands where", true);
    }
    if matches!(column, Column::OldToNew | Column::Old) {
        hit.tense = Some(Tense::History);
    }
}
