//! The readers: one of the registry by the input's first byte (or by PORTLINT_FUZZ_READER), and those that want the path.
#![no_main]

libfuzzer_sys::fuzz_target!(
    init: portlint_fuzz::prepare(),
    |data: &[u8]| portlint_fuzz::harness::reader(data)
);
