use super::*;
use crate::source::Style;
use proptest::prelude::*;

/// `path = value` for each scalar, then `# comment` lines; checks that every span holds what it says.
fn dump(syntax: Syntax, source: &str) -> Vec<String> {
    let settings = Settings::read(syntax, &Text::verbatim(source, 0, Style::Plain));
    let mut lines = Vec::new();
    for id in settings.ids() {
        if let Some(value) = settings.value(id) {
            if value.is_verbatim() {
                assert_eq!(source.get(value.span.range()), Some(value.value.as_str()));
            }
            lines.push(format!("{} = {}", settings.path(id).join("."), value.value));
        }
    }
    for comment in settings.comments() {
        assert_eq!(
            source.get(comment.text.span.range()),
            Some(comment.text.value.as_str())
        );
        let mark = if comment.alone { "#" } else { "…#" };
        lines.push(format!("{mark} {}", comment.text.value));
    }
    lines
}

const SYNTAXES: [Syntax; 9] = [
    Syntax::Yaml,
    Syntax::Json,
    Syntax::Toml,
    Syntax::Ini,
    Syntax::Properties,
    Syntax::Words,
    Syntax::Braces,
    Syntax::Xml,
    Syntax::Outline,
];

#[test]
fn json_with_comments_and_loose_ends() {
    let source = "\u{feff}// 🐘 main\r\n{\r\n  \"db\": { 'host': \"a\\tb\", port: 5432, }, // sql\r\n  /* two\n     lines */ \"list\": [1 \"x\"]\n}";
    assert_eq!(
        dump(Syntax::Json, source),
        [
            "db.host = a\tb",
            "db.port = 5432",
            "list = 1",
            "list = x",
            "# 🐘 main",
            "…# sql",
            "# two",
            "# lines"
        ]
    );
    let cases: &[(&str, &[&str])] = &[
        ("", &[]),
        ("42", &[" = 42"]),
        ("{\"a\": 1, \"b\": {{ .Values.x }}, \"c\": 1}", &["a = 1"]),
        ("{\"a\": \"\\u0035432\\\\\"}", &["a = 5432\\"]),
        ("}}}", &[]),
        ("{\"a\": 1", &["a = 1"]),
        ("{\"a\": \"open", &[]),
    ];
    for (source, wanted) in cases {
        assert_eq!(dump(Syntax::Json, source), *wanted, "{source}");
    }
}

#[test]
fn escapes_keep_the_places_of_what_stands_between_them() {
    let source = r#"{"url": "jdbc:\/\/db:5432\/x"}"#;
    let settings = Settings::read(Syntax::Json, &Text::verbatim(source, 0, Style::Plain));
    let value = settings.ids().find_map(|id| settings.value(id)).unwrap();
    let at = value.value.find("5432").unwrap();
    let span = value.locate(at..at + 4).unwrap();
    assert_eq!(source.get(span.range()), Some("5432"));
}

#[test]
fn toml_tables_dotted_keys_and_broken_values() {
    let source = "# top\n[database]\nhost = \"localhost\" # here\npool.min = 1\npool.max = 9\nurls = [\"a\", 'b\\n']\n[[inputs.redis]]\nserver = { port = 6379 }\nbad = ${X}\nok = 1\n";
    let wanted = [
        "database.host = localhost",
        "database.pool.min = 1",
        "database.pool.max = 9",
        "database.urls = a",
        "database.urls = b\\n",
        "inputs.redis.server.port = 6379",
    ];
    let got = dump(Syntax::Toml, source);
    assert_eq!(&got[..6], wanted);
    assert!(got.contains(&"inputs.redis.ok = 1".to_owned()), "{got:?}");
    assert!(
        got.contains(&"# top".to_owned()) && got.contains(&"…# here".to_owned()),
        "{got:?}"
    );

    let settings = Settings::read(
        Syntax::Toml,
        &Text::verbatim("a.host = 1\na.port = 2\n", 0, Style::Plain),
    );
    let parents: Vec<_> = settings
        .ids()
        .filter(|&id| settings.value(id).is_some())
        .map(|id| settings.parent(id))
        .collect();
    assert_eq!(parents[0], parents[1], "dotted siblings share their table");
}

#[test]
fn ini_sections_quotes_comments_and_continuations() {
    let source = ";; head\r\n[databases]\r\napp = host=db port=5432 dbname=app\r\npw = a;b#c ; real\nmin = 5              ;; it's pooled\n[list] # x\nhosts =\n    http://a:9200\n    http://b:9200\nq = \"x # y\"\nno sense";
    assert_eq!(
        dump(Syntax::Ini, source),
        [
            "databases.app = host=db port=5432 dbname=app",
            "databases.pw = a;b#c",
            "databases.min = 5",
            "list.hosts = ",
            "list.hosts = http://a:9200",
            "list.hosts = http://b:9200",
            "list.q = x # y",
            "# head",
            "…# real",
            "…# it's pooled",
        ]
    );
}

#[test]
fn properties_have_no_trailing_comments() {
    let source = "! note\nspring.datasource.url=jdbc:postgresql://db:5432/x#y\nserver.port: 8080\nkey   value one";
    assert_eq!(
        dump(Syntax::Properties, source),
        [
            "spring.datasource.url = jdbc:postgresql://db:5432/x#y",
            "server.port = 8080",
            "key = value one",
            "# note",
        ]
    );
}

#[test]
fn words_with_sections_by_indentation() {
    let source = "# redis\nport 6379\nsave 60 10000   # often\nbackend sql\n    server db1 timescaledb:5432 check\n\tmode tcp\nport = 5433";
    assert_eq!(
        dump(Syntax::Words, source),
        [
            "port = 6379",
            "save = 60 10000",
            "backend = sql",
            "backend.server = db1 timescaledb:5432 check",
            "backend.mode = tcp",
            "port = 5433",
            "# redis",
            "…# often",
        ]
    );
}

#[test]
fn braces_of_nginx_terraform_and_caddy() {
    let nginx = "http {\n  # pool\n  upstream db { server timescaledb:5432 max_fails=0; server [::1]:5433; }\n  server { listen 80 default_server; location /api { proxy_pass http://$up:8080/; } }\n}";
    assert_eq!(
        dump(Syntax::Braces, nginx),
        [
            "http.upstream.db.server = timescaledb:5432",
            "http.upstream.db.server = max_fails=0",
            "http.upstream.db.server = [::1]:5433",
            "http.server.listen = 80",
            "http.server.listen = default_server",
            "http.server.location./api.proxy_pass = http://$up:8080/",
            "# pool",
        ]
    );
    let terraform = "resource \"aws_db_instance\" \"main\" {\n  port = 5432 // sql\n  cidr = [\"10.0.0.0/8\",\n    \"x\"]\n  tags = {\n    Name = \"db ${var.a}\"\n  }\n}\n";
    assert_eq!(
        dump(Syntax::Braces, terraform),
        [
            "resource.aws_db_instance.main.port = 5432",
            "resource.aws_db_instance.main.cidr = 10.0.0.0/8",
            "resource.aws_db_instance.main.cidr = x",
            "resource.aws_db_instance.main.tags.Name = db ${var.a}",
            "…# sql",
        ]
    );
    let logstash = "output {\n  elasticsearch {\n    hosts => [\"http://localhost:9200\"]\n    index => \"x\"\n  }\n}";
    assert_eq!(
        dump(Syntax::Braces, logstash),
        [
            "output.elasticsearch.hosts = http://localhost:9200",
            "output.elasticsearch.index = x",
        ]
    );
    assert_eq!(dump(Syntax::Braces, "}}} ;;; ] ] a"), Vec::<String>::new());
    assert_eq!(
        dump(Syntax::Braces, ":80 {\n  reverse_proxy db:8080\n}"),
        ["80.reverse_proxy = db:8080".replace("80.", ":80.")]
    );
}

#[test]
fn xml_elements_and_attributes() {
    let source = "<?xml version=\"1.0\"?>\n<!-- at 5432 -->\n<project><data-source name=\"pg@localhost\">\n <jdbc-url>jdbc:postgresql://localhost:5432/x</jdbc-url>\n <add key='Port' value = '5432' /></data-source>\n<t><![CDATA[ raw ]]></t></project>";
    assert_eq!(
        dump(Syntax::Xml, source),
        [
            "project.data-source.name = pg@localhost",
            "project.data-source.jdbc-url = jdbc:postgresql://localhost:5432/x",
            "project.data-source.add.key = Port",
            "project.data-source.add.value = 5432",
            "project.t = raw",
            "# at 5432",
        ]
    );
    assert_eq!(
        dump(Syntax::Xml, "</a></b><c d=\"open"),
        Vec::<String>::new()
    );
}

#[test]
fn yaml_with_anchors_and_documents() {
    let source = "\u{feff}# 🐘 head\r\na: &p\r\n  host: \"db\" # here\r\n  port: 5432\r\nb: *p\r\nc: [1, x:2]\r\n---\r\nd: |\r\n  port=1\r\n";
    assert_eq!(
        dump(Syntax::Yaml, source),
        [
            "a.host = db",
            "a.port = 5432",
            "c = 1",
            "c = x:2",
            "d = port=1\n",
            "# 🐘 head",
            "…# here"
        ]
    );
    assert_eq!(
        dump(Syntax::Yaml, "a: {{ b }}\nport: 5432\n: ["),
        ["a = {{ b }}", "port = 5432", " = : ["]
    );
}

#[test]
fn outlines_of_templates() {
    let source = "{{- if .Values.redis }}\nredis:\n  host: {{ .Values.redis.host | quote }}\n  port: \"{{ default 6379 .x }}\" # default\n{{- end }}\nlist:\n  - name: PGPORT\n    value: '5432'\n  - plain:5432\nflow: [a, \"b\" ]\ntext: |\n  port=5432\r\n# url: http://x:1\n<%= erb %>\nodd";
    assert_eq!(
        dump(Syntax::Outline, source),
        [
            "redis.host = {{ .Values.redis.host | quote }}",
            "redis.port = {{ default 6379 .x }}",
            "list.name = PGPORT",
            "list.value = 5432",
            "list = plain:5432",
            "flow = a",
            "flow = b",
            "text = port=5432",
            " = odd",
            "…# default",
            "# url: http://x:1",
        ]
    );
    let broken = "a:\n  b: 5432\n  c: [\n";
    assert_eq!(
        dump(Syntax::Outline, &format!("\u{feff}{broken}")),
        dump(Syntax::Outline, broken)
    );
}

#[test]
fn an_inner_configuration_keeps_its_places() {
    let source = "{\"a\": \"port = 5432\"}";
    let mut settings = Settings::read(Syntax::Json, &Text::verbatim(source, 0, Style::Plain));
    let node = settings
        .ids()
        .find(|&id| settings.value(id).is_some())
        .unwrap();
    let inner = Settings::read(Syntax::Ini, settings.value(node).unwrap());
    settings.embed(node, inner);
    let last = settings.ids().last().unwrap();
    assert_eq!(settings.path(last), ["a", "port"]);
    assert_eq!(
        source.get(settings.value(last).unwrap().span.range()),
        Some("5432")
    );
}

#[test]
fn depth_and_length_cost_no_more_than_their_bytes() {
    for (syntax, piece) in [
        (Syntax::Json, "["),
        (Syntax::Json, "{\"a\":"),
        (Syntax::Toml, "a=["),
        (Syntax::Toml, "["),
        (Syntax::Braces, "a{"),
        (Syntax::Braces, "[]"),
        (Syntax::Braces, "a[]"),
        (Syntax::Xml, "<a>"),
        (Syntax::Xml, "<a b='"),
        (Syntax::Outline, "- "),
        (Syntax::Ini, "a\n "),
        (Syntax::Words, "a b\n "),
    ] {
        let source = piece.repeat(100_000);
        let started = std::time::Instant::now();
        let settings = Settings::read(syntax, &Text::verbatim(source, 0, Style::Plain));
        let paths: usize = settings.ids().map(|id| settings.path(id).len()).sum();
        assert!(paths < 10_000_000);
        assert!(
            started.elapsed().as_secs() < 10,
            "{syntax:?} {piece:?}: {:?}",
            started.elapsed()
        );
    }
}

proptest! {
    #[test]
    fn any_text_is_read_and_every_place_lies_in_it(source in r#"([a-z=:{}\[\]<>/'"|#;,. \r\n\t\\-]|🐘|5432|\$\{){0,120}"#) {
        for syntax in SYNTAXES {
            dump(syntax, &source);
        }
    }
}
