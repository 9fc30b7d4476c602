//! What a repository's names and texts may do to the place they are shown at: nothing. Every injection, in every format.

use crate::support::Repo;
use clap::ValueEnum;
use portlint::render::OutputFormat;
use portlint::render::inventory::TableFormat;
use portlint::render::refs::RefsFormat;

/// Texts that speak to a terminal, a workflow's log, a page, a spreadsheet or a document, each with what must not appear raw.
const INJECTIONS: &[(&str, &str)] = &[
    ("\u{1b}[31mred\u{1b}]8;;http://evil.example\u{7}", "\u{1b}"),
    ("a\u{9b}31m", "\u{9b}"),
    ("b\u{202e}gnp", "\u{202e}"),
    ("c\u{2066}d\u{2069}", "\u{2066}"),
    ("d\u{200b}e", "\u{200b}"),
    ("e\u{2028}f", "\u{2028}"),
    ("f\rg", "\rg"),
    ("g\u{8}\u{8}h", "\u{8}"),
    ("x ##[error]evil", "##[error]evil"),
    ("x\n::error::evil", "\n::error::evil"),
    ("%0A::error::evil", "\n::error::evil"),
];
/// The same for formats that are markup: what would be an element, a link or a row.
const MARKUP: &[&str] = &[
    "<script>evil()</script>",
    "<img src=x onerror=evil()>",
    "]]><evil/>",
    "\"><evil a=\"",
    "</pre><evil>",
    "[click](javascript:evil)",
    "| evil | row |",
    "&#60;evil&#62;",
];

fn name(value: &impl ValueEnum) -> String {
    value.to_possible_value().unwrap().get_name().to_owned()
}

/// A repository whose path, service, image, variable and comment bear a text.
fn bearing(text: &str) -> Repo {
    let quoted: String = text
        .chars()
        .map(|c| match c {
            '"' | '\\' => format!("\\{c}"),
            c if c.is_control() || u32::from(c) > 0x7f => format!("\\u{:04X}", u32::from(c)),
            c => c.to_string(),
        })
        .collect();
    let raw: String = text.chars().filter(|c| !matches!(c, '\n' | '\r')).collect();
    let folder = text.replace('/', "_");
    let compose = format!(
        "name: shop\nservices:\n  \"db{quoted}\":\n    image: postgres:17\n    container_name: \"c{quoted}\"\n    ports: [\"5432:5432\", \"{quoted}:1:2:3:4\"]\n  other:\n    image: \"redis:{quoted}\"\n    ports: [\"6380:6379\"]\n"
    );
    Repo::new()
        .file(&format!("{folder}/compose.yaml"), compose)
        .file(
            &format!("{folder}/.env"),
            format!(
                "URL=postgres://localhost:5432/x # {raw}\nQ=\"{raw} redis://localhost:6380\"\n"
            ),
        )
        .file(
            "README.md",
            format!("# {raw}\n\nTimescaleDB `{raw}` at localhost:5432 {raw}\n"),
        )
}

/// Everything that is written about a repository, by the arguments that had it written.
fn outputs(repo: &Repo) -> Vec<(Vec<String>, String)> {
    let mut all: Vec<Vec<String>> = Vec::new();
    let words = |args: &[&str]| args.iter().map(|&a| a.to_owned()).collect::<Vec<_>>();
    for format in OutputFormat::value_variants() {
        all.push(words(&[
            "check",
            "--min-confidence",
            "guess",
            "--verbose",
            "--format",
            &name(format),
        ]));
    }
    for format in TableFormat::value_variants() {
        all.push(words(&["ports", "--format", &name(format)]));
    }
    for format in RefsFormat::value_variants() {
        all.push(words(&["refs", "5432", "--format", &name(format)]));
    }
    all.push(words(&["check", "--statistics"]));
    all.push(words(&["check", "--unsafe-fixes", "--diff", "--verbose"]));
    all.push(words(&["baseline", "--output", "/dev/stdout"]));
    all.into_iter()
        .map(|args| {
            let run = repo.portlint(&args);
            assert!(run.code.is_some_and(|c| c < 2), "{args:?}: {run:#?}");
            (args, format!("{}{}", run.stdout, run.stderr))
        })
        .collect()
}

#[cfg(unix)]
#[test]
fn nothing_speaks_to_a_terminal_or_a_log() {
    for (text, raw) in INJECTIONS {
        for (args, shown) in outputs(&bearing(text)) {
            // JSON's own line ends are ours; what a text brings is escaped there.
            assert!(!shown.contains(raw), "{text:?} in {args:?}:\n{shown}");
            let forged = shown
                .lines()
                .find(|l| l.contains("::error::evil") && l.starts_with("::error::evil"));
            assert_eq!(forged, None, "{text:?} in {args:?}");
        }
    }
}

#[cfg(unix)]
#[test]
fn nothing_becomes_markup() {
    for text in MARKUP {
        let repo = bearing(text);
        for format in [
            OutputFormat::Html,
            OutputFormat::Junit,
            OutputFormat::Checkstyle,
            OutputFormat::Markdown,
        ] {
            let run = repo.portlint([
                "check",
                "--min-confidence",
                "guess",
                "--format",
                &name(&format),
            ]);
            assert!(run.stdout.contains("evil"), "{text} is shown: {run:#?}");
            // A link is one in Markdown alone.
            let link = "](javascript:evil";
            let links = format == OutputFormat::Markdown && run.stdout.contains(link);
            assert!(!links, "{text}: {}", run.stdout);
            for raw in ["<script>evil", "<img src=x", "<evil", "\n| evil | row |"] {
                assert!(
                    !run.stdout.contains(raw),
                    "{text} in {format:?}: {}",
                    run.stdout
                );
            }
        }
    }
}

#[cfg(unix)]
#[test]
fn a_cell_is_no_formula_and_no_second_cell() {
    for text in [
        "=cmd|evil",
        "+evil",
        "-evil",
        "@evil",
        "a\",evil,\"b",
        "\nevil,evil",
    ] {
        let run = bearing(text)
            .portlint(["ports", "--format", "csv"])
            .exits(0);
        let mut lines = run.stdout.lines();
        let columns = lines.next().unwrap().split(',').count();
        for line in lines {
            let mut quoted = false;
            let cells: Vec<String> = line
                .split(|c| {
                    quoted ^= c == '"';
                    c == ',' && !quoted
                })
                .map(|cell| cell.trim_matches('"').to_owned())
                .collect();
            assert_eq!(cells.len(), columns, "{line}");
            let formula = cells
                .iter()
                .find(|c| c.starts_with(['=', '+', '@']) || c.starts_with("-e"));
            assert_eq!(formula, None, "{line}");
        }
    }
}

#[cfg(unix)]
#[test]
fn complaints_are_escaped_too() {
    for (text, raw) in INJECTIONS {
        let repo = Repo::new();
        for args in [
            &["check", text][..],
            &["check", "--config", text],
            &["check", "--select", text],
            &["check", "--output", &format!("none/{text}")],
            &["check", "--baseline", text],
            &["explain", text],
            &["move", text, "7000"],
            &["ports", "--effective", text],
        ] {
            let run = repo.portlint(args);
            assert_eq!(run.code, Some(2), "{args:?}: {run:#?}");
            assert!(!run.stderr.contains(raw), "{args:?}: {run:#?}");
        }
    }
}
