//! Ignore comments in the comments of any language.
#![no_main]

libfuzzer_sys::fuzz_target!(
    init: portlint_fuzz::prepare(),
    |data: &[u8]| portlint_fuzz::harness::ignores(data)
);
