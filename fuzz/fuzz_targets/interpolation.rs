//! Compose's interpolation: every byte of a result comes from where it says.
#![no_main]

libfuzzer_sys::fuzz_target!(
    init: portlint_fuzz::prepare(),
    |data: &[u8]| portlint_fuzz::harness::interpolation(data)
);
