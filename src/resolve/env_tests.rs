use super::*;
use crate::resolve::tests::Repo;

fn lookup(files: &[(&str, &str)], names: &[&str]) -> Vec<Option<String>> {
    let Repo { sources, facts } = Repo::new(files);
    let files = Files::new(&sources, &facts);
    let mut envs = Envs::new(&files);
    let layers: Vec<_> = files
        .envs()
        .into_iter()
        .map(|id| (id, CandidateSource::ComposeEnv))
        .collect();
    let mut scope = envs.scope(&layers);
    scope.project_name = Some("shop".to_owned());
    let value = |name: &&str| envs.lookup(&scope, name).map(|v| v.text.to_owned());
    names.iter().map(value).collect()
}

#[test]
fn values_see_the_earlier_ones_of_their_file() {
    let env = "A=1\nB=${A}2\nC='${A}'\nD=${E:-none}\nE=5\nA=9\nF=$A\nG=\"\\$A\"\nH=${\n";
    let names = [
        "A",
        "B",
        "C",
        "D",
        "F",
        "G",
        "H",
        "NONE",
        "COMPOSE_PROJECT_NAME",
    ];
    let expected = ["9", "12", "${A}", "none", "9", "$A", "${"];
    let mut expected: Vec<_> = expected.iter().map(|v| Some((*v).to_owned())).collect();
    expected.extend([None, Some("shop".to_owned())]);
    assert_eq!(lookup(&[(".env", env)], &names), expected);
}

#[test]
fn an_included_env_file_sees_the_outer_one() {
    let files = [("a/.env", "P=1\n"), ("b/.env", "P=2\nQ=${P}\nR=3\n")];
    let expected = ["1", "1", "3"].map(|v| Some(v.to_owned()));
    assert_eq!(lookup(&files, &["P", "Q", "R"]), expected);
}

#[test]
fn a_value_that_grows_too_long_stays_as_written() {
    let mut text = "A0=xxxxxxxxxxxxxxxx\n".to_owned();
    for i in 1..40 {
        text.push_str(&format!("A{i}=${{A{p}}}${{A{p}}}\n", p = i - 1));
    }
    let values = lookup(&[(".env", &text)], &["A1", "A39"]);
    assert_eq!(values[0].as_ref().map(String::len), Some(32));
    assert!(values[1].as_ref().is_some_and(|v| v.len() <= 128 * 1024));
}
