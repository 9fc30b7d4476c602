//! The data that the program reads at its start is the same as what people edit.

use crate::example::BLESS;
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn the_json_says_what_the_yaml_says() {
    let sources = data_files();
    assert!(sources.len() >= 5, "{sources:?}");
    for source in &sources {
        let yaml = fs::read_to_string(source).unwrap();
        let value: serde_json::Value = serde_saphyr::from_str(&yaml).unwrap();
        let compiled = compiled(source);
        // a line for each entry, so that a change shows what changed
        let json = value.to_string().replace("},{", "},\n{") + "\n";
        if fs::read_to_string(&compiled).is_ok_and(|text| text == json) {
            continue;
        }
        assert!(
            std::env::var_os(BLESS).is_some(),
            "{} is not what {} says; run the test again with {BLESS}=1",
            compiled.display(),
            source.display()
        );
        fs::write(&compiled, json).unwrap();
    }
}

#[test]
fn nothing_compiled_lacks_its_source() {
    let expected: Vec<_> = data_files().iter().map(|f| compiled(f)).collect();
    for entry in fs::read_dir("rules/compiled").unwrap() {
        let path = entry.unwrap().path();
        let is_json = path.extension().is_some_and(|e| e == "json");
        assert!(!is_json || expected.contains(&path), "{}", path.display());
    }
}

/// All YAML of `rules/` but the sample that `init` writes.
fn data_files() -> Vec<PathBuf> {
    let mut files: Vec<_> = ["rules", "rules/packs"]
        .iter()
        .flat_map(|dir| fs::read_dir(dir).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "yaml"))
        .filter(|path| !path.ends_with("init.yaml"))
        .collect();
    files.sort();
    files
}

fn compiled(source: &Path) -> PathBuf {
    let name = source.file_stem().unwrap().to_str().unwrap();
    Path::new("rules/compiled").join(format!("{name}.json"))
}
