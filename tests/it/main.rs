//! The integration tests: the real binary in temporary repositories, and the shape of the house.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test that stumbles has failed"
)]

mod baseline;
mod book;
mod boundaries;
mod changes;
mod compiled;
mod corpus;
mod escaped;
mod example;
mod faults;
mod fix;
#[path = "../../fuzz/src/harness/mod.rs"]
mod harness;
mod hostile;
mod invariants;
mod judged;
mod layering;
mod one_more_format;
mod pages;
mod pull_request;
mod readme;
mod run;
mod secrets;
mod seed;
mod silent;
mod support;
mod trees;
