//! Reports made by hand, for the tests of all formats.

use super::{Config, MapBand, MapRange, OutputFormat, PortMap, PortRow, RuleInfo, render};
use crate::finding::{Blocked, Confidence, Edit, Finding, Fix, Report, RuleId, Safety, Severity};
use crate::fingerprint;
use crate::source::{FileId, Place, SourceFile, Sources, Span};

pub(super) const OUTSIDE: RuleId = RuleId {
    code: "PL001",
    name: "database-port-outside-range",
};
pub(super) const COLLISION: RuleId = RuleId {
    code: "PL005",
    name: "port-collision",
};
pub(super) const STALE: RuleId = RuleId {
    code: "PL018",
    name: "stale-port-reference",
};

const COMPOSE: &str = "services:\n  timescaledb:\n    image: timescale/timescaledb:latest-pg16 # 🐘🐘\n    ports:\n      - \"${TIMESCALEDB_PORT:-5432}:5432\"\n  kong-db:\n    image: postgres:16\n    ports:\n      - \"5432:5432\"\n";
const ENV: &str = "POSTGRES_PASSWORD=hunter2\r\nTIMESCALEDB_PORT=5432\r\nDATABASE_URL=postgres://app:hunter2@localhost:5432/trading\r\n";
const CONFIG: &str = "module.exports = {\n  // 🐘 the database\n  url: process.env.URL || 'postgres://app:hunter2@localhost:5432/db',\n};\n";

/// A place by its text: the nth occurrence of `needle`.
pub(super) fn place(sources: &Sources, file: FileId, needle: &str, nth: usize) -> Place {
    let (start, _) = sources
        .get(file)
        .text
        .match_indices(needle)
        .nth(nth)
        .expect("the text is in the file");
    Place {
        file,
        span: Span::new(start, start + needle.len()),
    }
}

fn edit(place: Place, replacement: &str) -> Edit {
    Edit {
        place,
        replacement: replacement.into(),
    }
}

fn report(sources: Sources, mut findings: Vec<Finding>) -> Report {
    findings.sort_by(|a, b| a.sort_key(&sources).cmp(&b.sort_key(&sources)));
    fingerprint::assign(&mut findings, &sources);
    let checked = sources.iter().count();
    Report {
        sources,
        findings,
        checked,
        suppressed: 0,
        cut: 0,
    }
}

/// Two databases on one port, an env file with CRLF line ends and secrets, and a config that refers to them.
pub(super) fn stack() -> Report {
    let mut sources = Sources::default();
    let env = sources.push(SourceFile::new(".env", ENV));
    let config = sources.push(SourceFile::new("backend/src/config.js", CONFIG));
    let compose = sources.push(SourceFile::new("docker-compose.yml", COMPOSE));
    let at = |file, needle, nth| place(&sources, file, needle, nth);
    let value = Place {
        file: env,
        span: Span::new(
            at(env, "PORT=5432", 0).span.start as usize + 5,
            at(env, "PORT=5432", 0).span.end as usize,
        ),
    };
    let url = at(env, "5432", 1);
    let reference = at(config, "5432", 0);
    let set = Fix {
        title: "publish `timescaledb` on 7000".into(),
        set: "timescaledb/5432/tcp→7000".into(),
        safety: Safety::Safe,
        edits: vec![
            edit(value, "7000"),
            edit(url, "7000"),
            edit(reference, "7000"),
        ],
        blocked: None,
    };
    let outside = Finding::new(
        OUTSIDE,
        Severity::Error,
        "`timescaledb` (timescaledb) publishes 5432, outside the reserved range 7000-7999. Two stacks that publish 5432 cannot start together.",
        value,
    )
    .label("5432 is published from here")
    .related(at(compose, "${TIMESCALEDB_PORT:-5432}", 0), "the host part of this entry")
    .related(at(compose, "timescale/timescaledb:latest-pg16", 0), "a database by its image")
    .help("set it to 7000, which is assigned to TimescaleDB")
    .note("3 references move with it")
    .subject("timescaledb/5432/tcp")
    .fix(Some(set.clone()));
    let stale = Finding::new(
        STALE,
        Severity::Warning,
        "`localhost:5432` points at the port that `timescaledb` leaves",
        reference,
    )
    .label("becomes 7000")
    .related(value, "declared here")
    .confidence(Confidence::Likely)
    .help("use 7000")
    .subject("timescaledb/5432/tcp")
    .fix(Some(Fix {
        safety: Safety::Unsafe,
        ..set
    }));
    let collision = Finding::new(
        COLLISION,
        Severity::Error,
        "2 services publish 5432/tcp on every address: `timescaledb` and `kong-db`. Whichever starts second fails.",
        at(compose, "5432", 2),
    )
    .label("`kong-db` wants 5432")
    .related(at(compose, "${TIMESCALEDB_PORT:-5432}", 0), "`timescaledb` wants 5432")
    .related(value, "5432 comes from here")
    .help("publish `kong-db` on 7003")
    .subject("5432/tcp");
    report(sources, vec![outside, stale, collision])
}

/// Names, paths and texts that try to break out of every format.
pub(super) fn hostile() -> Report {
    const TEXT: &str = "\u{feff}a: ::error::x\n\u{1b}]0;title\u{7}\u{202e}DB_PASSWORD=hunter2 ##[add-mask]x <script>alert(1)</script> 5432 \u{200b}]]>\u{85}\n";
    let mut sources = Sources::default();
    let file = sources.push(SourceFile::new(
        "::set-output name=a::b,c:d%0A\n\r\u{1b}[31m/<img src=x onerror=alert(1)>/`x`|[y](http://evil)\u{202e}.yml",
        TEXT,
    ));
    let other = sources.push(SourceFile::new("b & \"c\" 'd'/ü ä.env", "X=5432\n"));
    let finding = Finding::new(
        OUTSIDE,
        Severity::Warning,
        "`ev\u{202e}il`\u{1b}[2J publishes `postgres://u:hunter2@h:5432` | <b>bold</b> [link](javascript:alert(1)) [1](2) ]]> ## x\n::error::pwned ::set-output name=x::y ##[error]no `odd. Second sentence with ::warning::z and many words to wrap so that ::stop-commands::t starts a line ::add-mask::q and ::error::r again",
        place(&sources, file, "5432", 0),
    )
    .label("\u{1b}[1mlabel\r\n::error::label `DB_PASSWORD=hunter2`")
    .related(place(&sources, other, "5432", 0), "::notice::`<i>` \u{2066}related")
    .help("run `rm -rf /`\n::error::help & <u>u</u> ${{ github.token }} ::error::at ::error::the ::error::start ::error::of ::error::a ::error::line")
    .note("password: `hunter2` **bold** _under_ ~~strike~~ http://evil.example www.evil.example @user #1")
    .subject("\u{202e}postgres://u:hunter2@h/x")
    .fix(Some(Fix {
        title: "write `hunter2`".replace("hunter2", "<x>\u{1b}"),
        set: "set".into(),
        safety: Safety::Safe,
        edits: vec![edit(place(&sources, file, "5432", 0), "DB_PASSWORD=hunter2")],
        blocked: Some(Blocked {
            place: place(&sources, other, "X", 0),
            reason: "::error::`X`\u{7} is a template".into(),
        }),
    }));
    report(sources, vec![finding])
}

/// A line of a megabyte with two places in it, and many related places.
pub(super) fn minified() -> Report {
    let mut text = "var a=1;".repeat(60_000);
    text.push_str("connect('postgres://u:hunter2@localhost:5432/db');");
    text.push_str(&"é".repeat(100_000));
    text.push_str("redis='localhost:6380';");
    text.push_str(&"b();".repeat(60_000));
    let mut sources = Sources::default();
    let script = sources.push(SourceFile::new("dist/app.min.js", text));
    let list = sources.push(SourceFile::new("list.env", "P=5432\n".repeat(30)));
    let mut finding = Finding::new(
        STALE,
        Severity::Warning,
        "this message has one sentence that is longer than the sixty columns of the terminal",
        place(&sources, script, "5432", 0),
    )
    .label("the old port")
    .related(place(&sources, script, "6380", 0), "another one")
    .help("use 7000, which is assigned to TimescaleDB, in this place and in all the others that are listed below it")
    .subject("x");
    for i in 0..20 {
        finding = finding.related(place(&sources, list, "5432", i), format!("place {i}"));
    }
    report(sources, vec![finding])
}

/// Spans that are empty, at the end, over several lines, behind wide characters, beyond the file.
pub(super) fn odd_places() -> Report {
    let mut sources = Sources::default();
    let file = sources.push(SourceFile::new(
        "a.yml",
        "\u{feff}a:\n# 🐘 5432\n\tb: 7000\n\n  c: d\n  e: f\nlast",
    ));
    let end = sources.get(file).text.len();
    let text = |needle: &str| place(&sources, file, needle, 0);
    let span = |start: usize, end: usize| Place {
        file,
        span: Span::new(start, end),
    };
    let start = |needle: &str| text(needle).span.start as usize;
    let make = |message: &str, place| {
        Finding::new(OUTSIDE, Severity::Note, message, place)
            .label("here")
            .subject(message)
    };
    let several = span(start("  c: d"), start("last"));
    let findings = vec![
        make("behind a wide character", text("5432")),
        make("behind a tab", text("7000")).related(text("d\n"), "up to a line end"),
        make(
            "an empty line",
            Place {
                span: Span::at(start("\n  c")),
                ..several
            },
        ),
        make("over several lines", several),
        make(
            "an empty place",
            Place {
                span: Span::at(start("e: f")),
                ..several
            },
        ),
        make(
            "the end of the file",
            Place {
                span: Span::at(end),
                ..several
            },
        ),
        make("beyond the file", span(end + 10, end + 20)),
    ];
    report(sources, findings)
}

pub(super) fn rules() -> Vec<RuleInfo> {
    [OUTSIDE, COLLISION, STALE]
        .iter()
        .map(|id| RuleInfo {
            id: id.code.into(),
            name: id.name.into(),
            short: format!("What {} finds.", id.name),
            full: format!("What {} finds, and why it matters.", id.name),
            help_markdown: format!("# {}\n\nWhat to do.", id.name),
            help_text: "What to do.".into(),
            help_uri: format!("https://example.org/rules/{}", id.name),
            precision: String::new(),
            default_severity: Some(Severity::Warning),
            tags: vec!["ports".into(), "databases".into()],
        })
        .collect()
}

pub(super) fn ports() -> PortMap {
    let row = |host: u16, service: &str, kind: &str, verdict: &str, band: &str| PortRow {
        host: Some((host, host)),
        container: "5432".into(),
        protocol: "tcp".into(),
        project: "trading".into(),
        service: service.into(),
        image: "postgres:16".into(),
        kind: kind.into(),
        engine: "postgres".into(),
        path: "docker-compose.yml".into(),
        line: 5,
        band: band.into(),
        verdict: verdict.into(),
        ..PortRow::default()
    };
    let band = |name: &str, first, last, kinds: &[&str]| MapBand {
        name: name.into(),
        first,
        last,
        kinds: kinds.iter().map(|k| (*k).to_owned()).collect(),
    };
    PortMap {
        ranges: vec![MapRange {
            name: "reserved range".into(),
            first: 7000,
            last: 7999,
            bands: vec![
                band("primary databases", 7000, 7099, &["database"]),
                band("admin UIs", 7100, 7199, &["admin-ui"]),
                band("exporters", 7200, 7299, &["exporter"]),
                band("future data services", 7300, 7999, &[]),
            ],
            assigned: vec![
                (7000, "TimescaleDB".into()),
                (7030, "Redis".into()),
                (7100, "pgAdmin".into()),
            ],
        }],
        rows: vec![
            PortRow {
                wanted: Some(7003),
                variable: "KONG_DB_PORT".into(),
                ..row(5433, "kong-db", "database", "outside-range", "")
            },
            row(7000, "timescaledb", "database", "ok", "primary databases"),
            row(
                7005,
                "api <script>|x",
                "other",
                "intruder",
                "primary databases",
            ),
            PortRow {
                host: None,
                ..row(0, "cache", "database", "ephemeral", "")
            },
            PortRow {
                host: Some((7310, 7312)),
                ..row(0, "grid", "other", "intruder", "future data services")
            },
        ],
    }
}

pub(super) fn config() -> Config {
    Config {
        rules: rules(),
        ports: Some(ports()),
        ..Config::default()
    }
}

pub(super) fn text(format: OutputFormat, report: &Report) -> String {
    let mut out = Vec::new();
    render(format, report, &config(), &mut out).expect("a vector takes every byte");
    String::from_utf8(out).expect("formats write UTF-8")
}

/// Nothing that a terminal or a log would obey, and nothing that hides.
#[track_caller]
pub(super) fn assert_no_raw_controls(text: &str) {
    let bad = text
        .chars()
        .find(|c| *c != '\n' && (c.is_control() || super::escape::is_hidden(*c)));
    assert_eq!(bad, None, "{text:?}");
}

/// The fixtures' one password.
#[track_caller]
pub(super) fn assert_no_secret(text: &str) {
    assert!(!text.contains("hunter2"), "{text}");
}

mod properties {
    use super::*;
    use crate::render::{OutputFormat, render};
    use proptest::prelude::*;
    use std::time::{Duration, Instant};

    /// Text of the sort that breaks things.
    fn nasty() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            any::<char>().prop_map(String::from),
            "[ -~]{0,8}",
            prop::sample::select(vec![
                "\r\n",
                "\n",
                "\t",
                "\u{1b}[31m",
                "\u{202e}",
                "##[",
                "::",
                "`",
                "|",
                "<b>",
                "]]>",
                "](1)",
                "%0A",
                "🐘",
                "\u{feff}",
                "password=",
                "://",
                "@",
                "${",
                "}",
                "5432",
                ". ",
            ])
            .prop_map(String::from),
        ];
        prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn no_text_and_no_place_breaks_a_format(
            (path, text, message) in (nasty(), nasty(), nasty()),
            spans in prop::collection::vec((0usize..120, 0usize..40), 1..6),
            width in 0usize..140,
        ) {
            let secret = "hunter2hunter2";
            let text = format!("{text}\npostgres://user:{secret}@localhost:5432/x {message}\n{text}");
            let mut sources = Sources::default();
            let file = sources.push(SourceFile::new(format!("x{path}"), text.as_str()));
            let places: Vec<Place> = spans
                .iter()
                .map(|(start, len)| Place { file, span: Span::new(*start, start + len) })
                .collect();
            let mut finding = Finding::new(OUTSIDE, Severity::Error, message.as_str(), places[0])
                .label(message.as_str())
                .help(message.as_str())
                .note(message.as_str());
            for place in &places {
                finding = finding.related(*place, message.as_str());
            }
            let report = report(sources, vec![finding]);
            let config = Config { width, ..config() };
            for &format in OutputFormat::ALL {
                let mut out = Vec::new();
                render(format, &report, &config, &mut out).unwrap();
                let text = String::from_utf8(out).unwrap();
                let escaped = matches!(format, OutputFormat::Json | OutputFormat::Jsonl);
                prop_assert!(!text.contains(secret), "{format:?}: {text}");
                let bad = text.chars().find(|c| *c != '\n' && (c.is_control() || super::super::escape::is_hidden(*c)));
                prop_assert_eq!(bad, None, "{:?}", format);
                for line in text.lines().filter(|_| !escaped && format != OutputFormat::Github) {
                    prop_assert!(!line.trim_start().starts_with("::"), "{format:?}: {line}");
                }
            }
        }
    }

    #[test]
    fn many_findings_on_one_long_line_take_no_quadratic_time() {
        let mut sources = Sources::default();
        let file = sources.push(SourceFile::new("a.js", "é,5432;".repeat(200_000)));
        let findings = (0..5_000)
            .map(|i| {
                let start = i * 8 * 40 + 3;
                let place = Place {
                    file,
                    span: Span::new(start, start + 4),
                };
                Finding::new(OUTSIDE, Severity::Error, "m", place).subject(i.to_string())
            })
            .collect();
        let report = report(sources, findings);
        for format in [OutputFormat::Full, OutputFormat::Json, OutputFormat::Sarif] {
            let start = Instant::now();
            render(format, &report, &config(), &mut Vec::new()).unwrap();
            assert!(
                start.elapsed() < Duration::from_secs(20),
                "{format:?}: {:?}",
                start.elapsed()
            );
        }
    }
}
