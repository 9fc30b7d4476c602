//! Properties that hold for any input: the functions of the fuzz targets, on generated input.

use crate::harness::{self, tree::Tree};
use crate::trees;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// Text in which readers find something now and then: words of formats, numbers, line ends, and any characters.
fn words() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        6 => proptest::sample::select(harness::tree::WORDS).prop_map(str::to_owned),
        2 => "\\PC{0,6}",
        1 => any::<u16>().prop_map(|n| n.to_string()),
        1 => Just("\u{1f4a5}".to_owned()),
    ];
    vec(word, 0..40).prop_map(|words| words.concat())
}

/// Paths that lead to every reader.
fn path() -> impl Strategy<Value = String> {
    proptest::sample::select(harness::tree::PATHS).prop_map(str::to_owned)
}

/// As many cases as a test has time for, the same every time; `PORTLINT_MORE_CASES=100` tries a hundred times as many, and others.
fn few(cases: u32) -> ProptestConfig {
    let times: Option<u32> = std::env::var("PORTLINT_MORE_CASES")
        .ok()
        .and_then(|n| n.parse().ok());
    ProptestConfig {
        cases: cases * times.unwrap_or(1),
        rng_seed: times.map_or(RngSeed::Fixed(7), |_| RngSeed::Random),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(few(256))]

    #[test]
    fn interpolation_takes_any_text(text in "([$A-D{}:+?-]|\\PC){0,40}") {
        harness::interpolation(text.as_bytes());
    }

    #[test]
    fn env_files_take_any_text(text in words()) {
        harness::dotenv(text.as_bytes());
    }

    #[test]
    fn edits_fit_or_are_refused(data in vec(any::<u8>(), 0..120)) {
        harness::edits(&data);
    }

    #[test]
    fn ignore_comments_take_any_text(path in path(), text in words()) {
        harness::ignores(format!("{path}\n{text}").as_bytes());
    }
}

proptest! {
    #![proptest_config(few(48))]

    #[test]
    fn every_reader_takes_any_text(path in path(), text in words()) {
        for reader in harness::readers() {
            harness::read_by(reader, &path, &text);
        }
    }

    #[test]
    fn readers_take_any_bytes(path in path(), bytes in vec(any::<u8>(), 0..200)) {
        for reader in 0..harness::readers().count() {
            let mut data = vec![u8::try_from(reader).unwrap()];
            data.extend(path.as_bytes());
            data.push(b'\n');
            data.extend(&bytes);
            harness::reader(&data);
        }
    }

    #[test]
    fn any_bytes_are_checked(what in any::<u8>(), path in path(), bytes in vec(any::<u8>(), 0..200), more in words()) {
        let mut data = vec![what];
        data.extend(&bytes);
        data.extend(format!("\n=== {path}\n{more}").as_bytes());
        harness::check(&data);
    }

    #[test]
    fn a_policy_is_read_or_refused(text in words()) {
        harness::policy(text.as_bytes());
    }

    #[test]
    fn any_files_are_checked_and_mended(files in vec((path(), words()), 1..5), what in 0usize..8) {
        let tree: Tree = files.into_iter().collect();
        harness::holds_for(&tree, what);
    }
}

proptest! {
    #![proptest_config(few(96))]

    #[test]
    fn trees_are_mended_once_and_keep_what_is_not_theirs(tree in trees::tree(), what in 0usize..8) {
        harness::holds_for(&tree, what);
    }

    #[test]
    fn line_ends_and_marks_change_no_finding(tree in trees::tree()) {
        harness::same_for_any_line_end(&tree);
    }
}
