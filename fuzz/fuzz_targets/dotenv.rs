//! An env file: every entry stands in the file as it is read.
#![no_main]

libfuzzer_sys::fuzz_target!(
    init: portlint_fuzz::prepare(),
    |data: &[u8]| portlint_fuzz::harness::dotenv(data)
);
