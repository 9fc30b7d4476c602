//! One file per language: its grammar and the roles of its nodes.

pub(super) mod c_sharp;
pub(super) mod go;
pub(super) mod java;
pub(super) mod javascript;
pub(super) mod kotlin;
pub(super) mod php;
pub(super) mod python;
pub(super) mod ruby;
pub(super) mod rust;
pub(super) mod scala;

use super::language::Language;

/// All languages.
pub(super) static ALL: &[&Language] = &[
    &javascript::JAVASCRIPT,
    &javascript::TYPESCRIPT,
    &python::PYTHON,
    &go::GO,
    &java::JAVA,
    &kotlin::KOTLIN,
    &scala::SCALA,
    &ruby::RUBY,
    &php::PHP,
    &rust::RUST,
    &c_sharp::C_SHARP,
];
