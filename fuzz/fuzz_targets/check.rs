//! A whole tree: checked, mended, written with other line ends.
#![no_main]

libfuzzer_sys::fuzz_target!(
    init: portlint_fuzz::prepare(),
    |data: &[u8]| portlint_fuzz::harness::check(data)
);
