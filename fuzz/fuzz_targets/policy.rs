//! A policy file: its errors, its globs and patterns, a repository judged by it.
#![no_main]

libfuzzer_sys::fuzz_target!(
    init: portlint_fuzz::prepare(),
    |data: &[u8]| portlint_fuzz::harness::policy(data)
);
