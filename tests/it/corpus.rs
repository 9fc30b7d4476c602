//! Conformance over real repositories, where they are at hand: a folder `corpus` with `trees/`, `truth.json` (what Docker
//! Compose prints for each file) and `references.tsv` (labelled places). `PORTLINT_CORPUS` names it; otherwise it lies in
//! `../shared`. Without it these tests say so and pass. Run with `--nocapture` to see the scores.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub fn corpus() -> Option<PathBuf> {
    let named = std::env::var_os("PORTLINT_CORPUS").map(PathBuf::from);
    let path =
        named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"));
    if path.join("truth.json").is_file() {
        return Some(path);
    }
    eprintln!(
        "conformance: no corpus at {}; nothing compared",
        path.display()
    );
    None
}

fn portlint(args: &[&str]) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_portlint"))
        .args(args)
        .env_clear()
        .output()
        .expect("the binary runs");
    assert!(
        matches!(output.status.code(), Some(0 | 1)),
        "{args:?}: {output:?}"
    );
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{args:?}: {e}"))
}

#[test]
fn single_files_have_the_ports_that_compose_prints() {
    let Some(corpus) = corpus() else { return };
    let truth: Value =
        serde_json::from_str(&fs::read_to_string(corpus.join("truth.json")).unwrap()).unwrap();
    let entries = truth["files"].as_array().unwrap();
    let paths: Vec<String> = entries
        .iter()
        .map(|e| {
            corpus
                .join("trees")
                .join(e["file"].as_str().unwrap())
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    let mut args = vec!["ports", "--effective", "--format", "json"];
    args.extend(paths.iter().map(String::as_str));
    let given = portlint(&args);
    let files = given["files"].as_array().unwrap();
    assert_eq!(files.len(), entries.len());
    let mut wrong = Vec::new();
    for (entry, file) in entries.iter().zip(files) {
        let (expected, got) = (true_ports(entry), our_ports(file));
        let fine = match entry["error"].as_str() {
            None => file["ok"] == true && got == expected,
            // Compose wants every `env_file:` to be there; ports do not depend on it, so a linter need not.
            Some(error) => file["ok"] == false || error.starts_with("env file "),
        };
        if !fine {
            wrong.push(format!(
                "{}:\n  expected {expected:?} {}\n  got      {got:?} {}",
                entry["file"], entry["error"], file["error"]
            ));
        }
    }
    eprintln!(
        "conformance: {} of {} compose files have Compose's own ports",
        entries.len() - wrong.len(),
        entries.len()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// `[service, host_ip, published, target, protocol, mode]`, in any order of entries.
fn true_ports(entry: &Value) -> Vec<Vec<String>> {
    let rows = entry["ports"].as_array().into_iter().flatten();
    sorted(rows.map(|row| row.as_array().unwrap().iter().map(text).collect()))
}

fn our_ports(file: &Value) -> Vec<Vec<String>> {
    const COLUMNS: [&str; 6] = [
        "service",
        "host_ip",
        "published",
        "target",
        "protocol",
        "mode",
    ];
    let rows = file["ports"].as_array().into_iter().flatten();
    sorted(rows.map(|row| COLUMNS.iter().map(|c| text(&row[c])).collect()))
}

fn sorted(rows: impl Iterator<Item = Vec<String>>) -> Vec<Vec<String>> {
    let mut rows: Vec<_> = rows.collect();
    rows.sort();
    rows
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// A labelled place.
struct Label {
    tree: String,
    path: String,
    line: usize,
    text: String,
    verdict: String,
    reason: String,
}

impl Label {
    fn read(row: &str) -> Self {
        let fields: Vec<&str> = row.split('\t').collect();
        let (tree, path) = fields[0].split_once('/').unwrap();
        Self {
            tree: tree.to_owned(),
            path: path.to_owned(),
            line: fields[1].parse().unwrap(),
            text: fields[2].to_owned(),
            verdict: fields[4].to_owned(),
            reason: fields[6].to_owned(),
        }
    }

    /// Where the text stands in the file: byte ranges.
    fn ranges(&self, content: &str) -> Vec<(usize, usize)> {
        let start: usize = content
            .split_inclusive('\n')
            .take(self.line - 1)
            .map(str::len)
            .sum();
        let line = content[start..].split('\n').next().unwrap();
        line.match_indices(&self.text)
            .map(|(at, found)| (start + at, start + at + found.len()))
            .collect()
    }
}

/// Bytes that a finding's primary span or an edit of its fix covers, with the confidence and the rule.
type Touched = BTreeMap<String, BTreeSet<(usize, usize, String, String)>>;

fn touched(tree: &Path) -> Touched {
    let dir = tree.to_string_lossy();
    let report = portlint(&[
        "check",
        "--root",
        &dir,
        "--format",
        "json",
        "--min-confidence",
        "likely",
        &dir,
    ]);
    let mut touched = Touched::new();
    for finding in report["findings"].as_array().unwrap() {
        let edits = finding["fix"]["edits"].as_array().into_iter().flatten();
        for place in std::iter::once(&finding["location"]).chain(edits) {
            let offset =
                |end: &str| usize::try_from(place[end]["offset"].as_u64().unwrap()).unwrap();
            touched.entry(text(&place["path"])).or_default().insert((
                offset("start"),
                offset("end"),
                text(&finding["confidence"]),
                text(&finding["code"]),
            ));
        }
    }
    touched
}

#[test]
fn labelled_places_are_judged_as_a_person_did() {
    let Some(corpus) = corpus() else { return };
    let labels: Vec<Label> = fs::read_to_string(corpus.join("references.tsv"))
        .unwrap()
        .lines()
        .skip(1)
        .map(Label::read)
        .collect();
    let trees: BTreeSet<&str> = labels.iter().map(|l| l.tree.as_str()).collect();
    let touched: BTreeMap<&str, Touched> = trees
        .into_iter()
        .map(|tree| (tree, touched(&corpus.join("trees").join(tree))))
        .collect();
    let mut missed = Vec::new();
    let mut broken = BTreeMap::from([("certain", Vec::new()), ("likely", Vec::new())]);
    let (mut wanted, mut unwanted) = (0, 0);
    for label in &labels {
        let content =
            fs::read_to_string(corpus.join("trees").join(&label.tree).join(&label.path)).unwrap();
        let ranges = label.ranges(&content);
        assert!(
            !ranges.is_empty(),
            "{}:{} has no `{}`",
            label.path,
            label.line,
            label.text
        );
        let hits: Vec<_> = touched[label.tree.as_str()]
            .get(&label.path)
            .into_iter()
            .flatten()
            .filter(|(start, end, ..)| ranges.iter().any(|(from, to)| start < to && from < end))
            .collect();
        let shown = format!(
            "{}/{}:{} `{}` ({})",
            label.tree, label.path, label.line, label.text, label.reason
        );
        match label.verdict.as_str() {
            "must-flag" => {
                wanted += 1;
                if hits.is_empty() {
                    missed.push(shown);
                }
            }
            "must-not-flag" => {
                unwanted += 1;
                let sure = hits
                    .iter()
                    .find(|(_, _, confidence, _)| confidence == "certain");
                if let Some((_, _, confidence, code)) = sure.or(hits.first()) {
                    broken
                        .get_mut(confidence.as_str())
                        .unwrap()
                        .push(format!("{shown} by {code}"));
                }
            }
            _ => {}
        }
    }
    eprintln!(
        "conformance: {} of {wanted} wanted places found; of {unwanted} others {} reported as certain, {} as likely",
        wanted - missed.len(),
        broken["certain"].len(),
        broken["likely"].len(),
    );
    for (what, places) in [
        ("missed", &missed),
        ("wrongly certain", &broken["certain"]),
        ("wrongly likely", &broken["likely"]),
    ] {
        for place in places {
            eprintln!("  {what}: {place}");
        }
    }
    assert!(
        broken["certain"].is_empty(),
        "container sides and other people's ports are reported as certain"
    );
    assert!(
        broken["likely"].len() * 50 <= unwanted,
        "more than 2 % of the others are reported"
    );
    assert!(
        missed.len() * 20 <= wanted,
        "fewer than 95 % of the wanted places are found"
    );
}
