//! What people read when their policy is wrong.

use super::*;

/// The report of a file that is wrong.
fn error(text: &str) -> String {
    report(&Policy::from_yaml("portlint.yaml", text, RULES).expect_err("the policy is wrong"))
}

#[test]
fn unknown_key() {
    insta::assert_snapshot!(error("extends: protected-database-range\nservcies: []\n"));
}

#[test]
fn unknown_key_like_no_other() {
    insta::assert_snapshot!(error("services:\n  - name: a\n    colour: red\n"));
}

#[test]
fn several_problems_at_once() {
    insta::assert_snapshot!(error(
        "rules:\n  port-colision: off\n  PL022: warn\nhost_port_style: variable\nservices:\n  - name: a\n    engine: postgress\n    ports:\n      - {container: 5432, host: 70000}\n"
    ));
}

#[test]
fn overlapping_bands() {
    insta::assert_snapshot!(error(
        "ranges:\n  - ports: 7000-7999\n    bands:\n      - {name: databases, ports: 7000-7149, kinds: database}\n      - {name: consoles, ports: 7100-7199, kinds: admin-ui}\n"
    ));
}

#[test]
fn band_outside_its_range() {
    insta::assert_snapshot!(error(
        "ranges:\n  - ports: 7500-7999\n    bands:\n      - {name: databases, ports: 7400-7599, kinds: database}\n"
    ));
}

#[test]
fn overlapping_ranges() {
    insta::assert_snapshot!(error(
        "ranges:\n  - ports: 7000-7999\n  - ports: 7900-8100\n"
    ));
}

#[test]
fn assignment_outside_its_band() {
    insta::assert_snapshot!(error(
        "ranges:\n  - ports: 7000-7999\n    bands:\n      - {name: databases, ports: 7000-7099, kinds: database}\n      - {name: consoles, ports: 7100-7199, kinds: admin-ui}\nservices:\n  - {name: adminer, kind: admin-ui, ports: [{container: 8080, host: 7042}]}\n"
    ));
}

#[test]
fn assignment_outside_the_built_in_ranges() {
    insta::assert_snapshot!(error(
        "services:\n  - name: orders\n    engine: postgres\n    ports:\n      - container: 5432\n        host: 5440\n"
    ));
}

#[test]
fn one_port_twice() {
    insta::assert_snapshot!(error(
        "services:\n  - {name: a, kind: database, ports: [{container: 5432, host: 7040}]}\n  - {name: b, kind: database, ports: [{container: 3306, host: 7040}]}\n"
    ));
}

#[test]
fn wrong_types() {
    insta::assert_snapshot!(error(
        "ranges: 7000-7999\nrules: [port-collision]\nservices: {name: a}\nbrokers-are-data: maybe\n"
    ));
}

#[test]
fn wrong_ranges() {
    insta::assert_snapshot!(error(
        "ranges:\n  - ports: 7999-7000\n  - ports: 0-10\n  - ports: seven\n  - name: x\n"
    ));
}

#[test]
fn unknown_pack() {
    insta::assert_snapshot!(error("extends: protected-database-ranges\n"));
}

#[test]
fn remapping_without_an_owner() {
    insta::assert_snapshot!(error(
        "remappings:\n  - {old: 5432, new: 7000}\n  - {service: Timescale, old: 5432, new: 7000}\n"
    ));
}

#[test]
fn patterns_and_paths() {
    insta::assert_snapshot!(error(
        "services:\n  - {name: a, match: {services: \"db-[0-9]\"}}\npaths: {exclude: [\"docs/[a\"]}\nenv-files: ../secret.env\n"
    ));
}

#[test]
fn a_rule_twice() {
    insta::assert_snapshot!(error("rules:\n  port-collision: off\n  PL005: error\n"));
}

#[test]
fn unknown_engine() {
    insta::assert_snapshot!(error("services: [{name: a, engine: gigabase}]\n"));
}

#[test]
fn not_yaml_in_the_middle() {
    insta::assert_snapshot!(error(
        "extends: []\nservices:\n  - name: \"a\n    kind: other\n"
    ));
}

#[test]
fn a_tab() {
    insta::assert_snapshot!(error("# 🔑\r\nservices:\r\n\t- name: a\r\n"));
}

#[test]
fn not_yaml() {
    insta::assert_snapshot!(error("services:\n  - name: a\n   ports: [\n"));
}

#[test]
fn a_key_twice() {
    insta::assert_snapshot!(error("paths: {}\n# 🔑\npaths: {}\n"));
}

#[test]
fn control_characters_stay_in_the_file() {
    let text = error("services:\n  - name: \"\\e[31mred\"\n    kind: \"\\e[2J\"\n");
    assert!(!text.contains('\u{1b}'), "{text:?}");
}

#[test]
fn hostile_files_end() {
    let deep = "[".repeat(100_000);
    let aliases = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: [*f,*f,*f,*f,*f,*f,*f,*f,*f]\n";
    let mapping = "a: ".repeat(5_000);
    for text in [
        deep.as_str(),
        aliases,
        &mapping,
        "\u{0}",
        "a: !!binary x",
        "? [a]\n: b\n",
        "- a\n",
        "x",
        "&a *a",
        "*a",
    ] {
        assert!(
            Policy::from_yaml("p.yaml", text, RULES).is_err(),
            "{text:.20}"
        );
    }
    let many: String = (0..20_000).map(|i| format!("key{i}: 1\n")).collect();
    assert!(error(&many).len() < 2_000_000);
}
