//! The integration tests: the real binary in temporary repositories, and the shape of the house.

mod layering;
mod pages;
#[allow(dead_code, reason = "not every test needs every helper")]
mod support;
