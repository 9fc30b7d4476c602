use super::*;
use crate::resolve::tests::Repo;

/// `service ip published→target/protocol mode`, or why not, of the first file.
fn rows(files: &[(&str, &str)]) -> Result<Vec<String>, String> {
    let first = files[0].0;
    let Repo { sources, facts } = Repo::new(files);
    let files = Files::new(&sources, &facts);
    let file = files.find(first).expect("the file");
    effective(&files, file)
        .map(|rows| {
            rows.iter()
                .map(|r| {
                    let mode = if r.mode == "ingress" { "" } else { " host" };
                    format!(
                        "{} {} {}→{}/{}{mode}",
                        r.service, r.host_ip, r.published, r.target, r.protocol
                    )
                })
                .collect()
        })
        .map_err(|rejected| {
            format!(
                "{}: {}",
                sources.show_line(rejected.place),
                rejected.message
            )
        })
}

fn of_ports(ports: &str) -> Result<Vec<String>, String> {
    rows(&[(
        "compose.yml",
        &format!("services:\n  a:\n    image: x\n    ports: {ports}\n"),
    )])
}

fn all(rows: &[&str]) -> Result<Vec<String>, String> {
    Ok(rows.iter().map(|r| (*r).to_owned()).collect())
}

#[test]
fn entries_expand_as_compose_expands_them() {
    for (ports, expected) in [
        ("['7000:5432']", &["a  7000→5432/tcp"][..]),
        ("[7000:5432, 22:22]", &["a  22→22/tcp", "a  7000→5432/tcp"]),
        ("[5432]", &["a  →5432/tcp"]),
        ("['0x50']", &[]),
        ("[0x50]", &["a  →80/tcp"]),
        ("['[::1]:7000:5432']", &["a ::1 7000→5432/tcp"]),
        ("['::1:7000:5432/udp']", &["a ::1 7000→5432/udp"]),
        (
            "['3000-3001:3000-3001']",
            &["a  3000→3000/tcp", "a  3001→3001/tcp"],
        ),
        ("['3000-3005:80']", &["a  3000-3005→80/tcp"]),
        ("['3000-3001']", &["a  →3000/tcp", "a  →3001/tcp"]),
        ("[{target: 80}]", &["a  →80/tcp"]),
        (
            "[{target: 80, published: 8080, protocol: udp, mode: host, host_ip: 10.0.0.1}]",
            &["a 10.0.0.1 8080→80/udp host"],
        ),
        (
            "[{target: 80, published: '8080-8090'}]",
            &["a  8080-8090→80/tcp"],
        ),
        (
            "[{target: '${T:-80}', published: '${P:-8080}'}]",
            &["a  8080→80/tcp"],
        ),
        // one address, port, target and protocol is one entry, and the last stays
        (
            "['80:80', '80:80/tcp', {target: 80, published: 80}]",
            &["a  80→80/tcp"],
        ),
        ("['80:80', '0.0.0.0:80:80']", &["a 0.0.0.0 80→80/tcp"]),
        (
            "['80:80', '127.0.0.1:80:80', '80:80/udp', '80:81']",
            &[
                "a  80→80/tcp",
                "a  80→80/udp",
                "a  80→81/tcp",
                "a 127.0.0.1 80→80/tcp",
            ],
        ),
        ("!reset ['80:80']", &[]),
        ("!override ['80:80']", &["a  80→80/tcp"]),
        ("[]", &[]),
    ] {
        match of_ports(ports) {
            Err(message) => assert!(expected.is_empty(), "{ports}: {message}"),
            found => assert_eq!(found, all(expected), "{ports}"),
        }
    }
}

#[test]
fn what_compose_rejects_is_rejected_with_a_reason() {
    for (ports, message) in [
        (
            "['80-82:80-81']",
            "compose.yml:4: the port entry `80-82:80-81` is wrong: the ranges 80-82 and 80-81 are not of one length",
        ),
        (
            "['${P:?no port}:80']",
            "compose.yml:4: required variable `P` is missing a value: no port",
        ),
        (
            "['${P']",
            "compose.yml:4: invalid interpolation: `${` wants a name, then `}` or one of `:-`, `-`, `:?`, `?`, `:+`, `+`",
        ),
        ("[{target: x}]", "compose.yml:4: `x` is no container port"),
    ] {
        assert_eq!(of_ports(ports), Err(message.to_owned()), "{ports}");
    }
    assert!(rows(&[("compose.yml", "services:\n  a: [\n")]).is_err());
    assert!(of_ports("{80: 80}").is_err());
    assert!(of_ports("8080").is_err());
}

#[test]
fn other_line_ends_marks_tabs_and_duplicates() {
    let crlf = "\u{feff}services:\r\n  a:\r\n    image: x\r\n    ports:\r\n      - \"${P}:80\"\r\n";
    assert_eq!(
        rows(&[("compose.yml", crlf), (".env", "\u{feff}P=8080\r\n")]),
        all(&["a  8080→80/tcp"])
    );
    let tab = "services:\n  a:\n\timage: x\n\tports: ['1:1']\n";
    assert!(rows(&[("compose.yml", tab)]).is_err());
    let twice = "services:\n  a:\n    image: x\n    ports: ['1:1']\n    ports: ['2:2']\n";
    assert!(rows(&[("compose.yml", twice)]).is_err());
}

#[test]
fn documents_of_one_file_override_each_other() {
    let text = "services:\n  a: {image: x, ports: ['1:1']}\n  b: {image: x, ports: ['2:2']}\n---\nservices:\n  a: {ports: ['3:3']}\n  b: {ports: !override ['4:4']}\n";
    assert_eq!(
        rows(&[("compose.yml", text)]),
        all(&["a  1→1/tcp", "a  3→3/tcp", "b  4→4/tcp"])
    );
}

#[test]
fn anchors_and_merge_keys_count_as_written_out() {
    let text = "x-base: &base\n  image: x\n  ports: &ports\n    - &entry '1:1'\n    - &port {target: 2, published: 2}\nservices:\n  a: *base\n  \
                b: {<<: *base, ports: ['3:3']}\n  c: {image: x, ports: [*entry, {<<: *port, published: 4}]}\n  d: {image: x, ports: *ports}\n";
    assert_eq!(
        rows(&[("compose.yml", text)]),
        all(&[
            "a  1→1/tcp",
            "a  2→2/tcp",
            "b  3→3/tcp",
            "c  1→1/tcp",
            "c  4→2/tcp",
            "d  1→1/tcp",
            "d  2→2/tcp",
        ])
    );
}

#[test]
fn extends_adds_the_ports_of_the_base() {
    let common = "services:\n  base:\n    image: x\n    ports: ['${P:-1}:1', '9:9']\n  middle:\n    extends: base\n    ports: ['9:9', '2:2']\n";
    let main = "services:\n  a:\n    extends: {file: common/base.yml, service: middle}\n    ports: ['3:3']\n  \
                b:\n    extends: {file: ./common/base.yml, service: middle}\n    ports: !override ['4:4']\n  \
                c:\n    extends: {file: common/base.yml, service: base}\n    ports: !reset []\n";
    assert_eq!(
        rows(&[
            ("compose.yml", main),
            ("common/base.yml", common),
            ("common/.env", "P=100\n"),
            (".env", "P=7\n"),
        ]),
        all(&[
            "a  2→2/tcp",
            "a  3→3/tcp",
            "a  7→1/tcp",
            "a  9→9/tcp",
            "b  4→4/tcp"
        ])
    );
    let ring = "services:\n  a: {extends: b}\n  b: {extends: a}\n";
    assert_eq!(
        rows(&[("compose.yml", ring)]),
        Err("compose.yml:3: it extends itself in a ring".to_owned())
    );
    for (extends, message) in [
        ("gone", "there is no service `gone` to extend"),
        (
            "{file: no.yml, service: a}",
            "there is no compose file `no.yml` to extend from",
        ),
        (
            "{file: ../no.yml, service: a}",
            "the file that it extends was not read",
        ),
    ] {
        let text = format!("services:\n  a: {{extends: {extends}}}\n");
        assert_eq!(
            rows(&[("compose.yml", &text)]),
            Err(format!("compose.yml:2: {message}"))
        );
    }
}

#[test]
fn include_brings_services_in() {
    let sub = "services:\n  db: {image: x, ports: ['${DB:-1}:5432', '${SUB:-2}:2']}\n";
    assert_eq!(
        rows(&[
            (
                "compose.yml",
                "include: [sub/compose.yml, {path: [sub/compose.yml]}]\nservices:\n  a: {image: x, ports: ['1:1']}\n"
            ),
            (".env", "DB=7000\n"),
            ("sub/compose.yml", sub),
            ("sub/.env", "DB=3\nSUB=4\n"),
        ]),
        all(&["a  1→1/tcp", "db  4→2/tcp", "db  7000→5432/tcp"])
    );
    assert_eq!(
        rows(&[
            (
                "compose.yml",
                "include:\n  - path: [sub/a.compose.yml, sub/b.compose.yml]\n    project_directory: .\n    env_file: [x.env]\n"
            ),
            ("x.env", "P=5\n"),
            (
                "sub/a.compose.yml",
                "services:\n  a: {image: x, ports: ['$P:1', '8:8']}\n  gone: {image: x, ports: ['6:6']}\n"
            ),
            (
                "sub/b.compose.yml",
                "services:\n  a: {ports: !override ['9:9']}\n  gone: !reset null\n"
            ),
        ]),
        all(&["a  9→9/tcp"])
    );
    let conflict = rows(&[
        (
            "compose.yml",
            "include: [sub/compose.yml]\nservices:\n  db: {image: y}\n",
        ),
        ("sub/compose.yml", sub),
    ]);
    assert_eq!(
        conflict,
        Err("compose.yml:1: it includes another service `db`".to_owned())
    );
    let ring = rows(&[
        (
            "a.compose.yml",
            "include: [b.compose.yml]\nservices: {a: {image: x}}\n",
        ),
        (
            "b.compose.yml",
            "include: [a.compose.yml]\nservices: {b: {image: x}}\n",
        ),
    ]);
    assert_eq!(
        ring,
        Err("b.compose.yml:1: it includes itself in a ring".to_owned())
    );
    let outside = rows(&[(
        "a.compose.yml",
        "include: [../b.yml]\nservices: {a: {image: x}}\n",
    )]);
    assert_eq!(
        outside,
        Err("a.compose.yml:1: `../b.yml` lies outside the repository and was not read".to_owned())
    );
}

#[test]
fn overrides_and_env_files_of_services_have_no_part() {
    assert_eq!(
        rows(&[
            (
                "compose.yml",
                "services:\n  a: {image: x, env_file: a.env, profiles: [never], ports: ['${P:-1}:1']}\n"
            ),
            ("compose.override.yml", "services:\n  a: {ports: ['2:2']}\n"),
            ("a.env", "P=3\n"),
            (".env.example", "P=4\n"),
        ]),
        all(&["a  1→1/tcp"])
    );
}

#[test]
fn the_project_knows_its_name() {
    let text = "services:\n  a: {image: '${COMPOSE_PROJECT_NAME:?none}', ports: ['1:1']}\n";
    assert_eq!(rows(&[("My.App/compose.yml", text)]), all(&["a  1→1/tcp"]));
}
