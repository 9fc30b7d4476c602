use super::*;
use crate::source::SourceFile;

/// Masks every line of a file as the excerpts of a report are masked.
fn mask_file(text: &str, ports: &[&str]) -> String {
    mask_named("f", text, ports)
}

fn mask_named(path: &str, text: &str, ports: &[&str]) -> String {
    let file = SourceFile::new(path, text);
    let ports: Vec<Span> = ports
        .iter()
        .map(|p| {
            let at = text.find(p).expect("the port is in the text");
            Span::new(at, at + p.len())
        })
        .collect();
    let mut out = String::new();
    let mut secrets = Vec::new();
    let lines = text.matches('\n').count() + 1;
    for line in 1..=lines {
        secrets.extend(in_line(&file, file.line_span(line), &ports));
    }
    for (i, c) in text.char_indices() {
        let i = u32::try_from(i).unwrap();
        let secret = secrets.iter().any(|s| s.start <= i && i < s.end);
        out.push(if secret { '*' } else { c });
    }
    out
}

#[track_caller]
fn line(text: &str, expected: &str) {
    assert_eq!(mask_file(text, &[]), expected, "input: {text}");
}

#[test]
fn passwords_of_postgres_password_files() {
    assert_eq!(
        mask_named(
            "home/.pgpass",
            "db:5432:app:me:pa55:w\\:0rd\n*:*:*:*:x\n# a:5432:b:c\n",
            &["5432"]
        ),
        "db:5432:app:me:***********\n*:*:*:*:*\n# a:5432:b:c\n"
    );
    line(
        "echo \"localhost:5432:*:me:hunter2\" > ~/.pgpass",
        "echo \"localhost:5432:*:me:*******\" > ~/.pgpass",
    );
    line("10:20:30:40:50", "10:20:30:40:50");
}

#[test]
fn passwords_of_urls() {
    line(
        "postgres://app:hunter2@localhost:5432/db",
        "postgres://app:*******@localhost:5432/db",
    );
    line(
        "REDIS_URL=redis://:s3cr3t@127.0.0.1:6380/0",
        "REDIS_URL=redis://:******@127.0.0.1:6380/0",
    );
    // An at sign, a colon and a slash that nobody encoded.
    line(
        "postgres://u:p@ss:w@db:5432/x",
        "postgres://u:******@db:5432/x",
    );
    line("postgres://u:p/ss@db:5432/x", "postgres://u:****@db:5432/x");
    line(
        "\"postgresql+asyncpg://u:pä🔑ss@db/x\", next",
        "\"postgresql+asyncpg://u:*****@db/x\", next",
    );
    line(
        "https://0123456789abcdef0123@git.example.com/x",
        "https://********************@git.example.com/x",
    );
    line(
        "root:secret@tcp(127.0.0.1:3306)/app",
        "root:******@tcp(127.0.0.1:3306)/app",
    );
    line(
        "jdbc:postgresql://localhost:5432/db?user=a&password=xyz&ssl=true",
        "jdbc:postgresql://localhost:5432/db?user=a&password=***&ssl=true",
    );
}

#[test]
fn urls_without_a_secret_stay() {
    for text in [
        "http://localhost:3000/@scope/pkg",
        "postgres://admin@localhost:5432/db",
        "postgres://u:${DB_PASSWORD}@db:5432/x",
        "postgres://u:$DB_PASSWORD@db:5432/x",
        "postgres://<user>:<password>@db:5432/x",
        "http://[::1]:7000/",
        "git@github.com:org/repo.git",
    ] {
        line(text, text);
    }
    line(
        "postgres://u:${DB_PW:-hunter2}@db:5432/x",
        "postgres://u:${DB_PW:-*******}@db:5432/x",
    );
}

#[test]
fn values_of_keys_in_many_syntaxes() {
    for (text, expected) in [
        // env files
        (
            "POSTGRES_PASSWORD=my pass word",
            "POSTGRES_PASSWORD=************",
        ),
        ("export DB_PASSWD='a b' # c", "export DB_PASSWD='***' # c"),
        ("API_KEY=abc # the key", "API_KEY=*** # the key"),
        ("# SECRET=old", "# SECRET=***"),
        ("NEO4J_AUTH=neo4j/changeme", "NEO4J_AUTH=**************"),
        // YAML
        (
            "      POSTGRES_PASSWORD: hunter2",
            "      POSTGRES_PASSWORD: *******",
        ),
        (
            "      - POSTGRES_PASSWORD=hunter2",
            "      - POSTGRES_PASSWORD=*******",
        ),
        ("  password: \"a\\\"b\"  # x", "  password: \"****\"  # x"),
        (
            "env: {PASSWORD: abc, PORT: 5432}",
            "env: {PASSWORD: ***, PORT: 5432}",
        ),
        // JSON
        (
            "{\"token\":\"abc\",\"port\":5432}",
            "{\"token\":\"***\",\"port\":5432}",
        ),
        (
            r#"x = "{\"password\": \"abc\"}""#,
            r#"x = "{\"password\": \"***\"}""#,
        ),
        // DSN
        (
            "host=localhost port=5433 password=secret user=x",
            "host=localhost port=5433 password=****** user=x",
        ),
        (
            "password=secret host=db port=5433",
            "password=****** host=db port=5433",
        ),
        (
            "Server=db;Port=5432;Pwd=abc;User=x",
            "Server=db;Port=5432;Pwd=***;User=x",
        ),
        // code
        ("  dbPassword: 'x' + y,", "  dbPassword: '*' + y,"),
        (
            "password: process.env.DB_PASSWORD || 'hunter2',",
            "password: process.env.DB_PASSWORD || '*******',",
        ),
        (
            "pw = os.getenv(\"DB_PASSWORD\", \"hunter2\")",
            "pw = os.getenv(\"DB_PASSWORD\", \"*******\")",
        ),
        (
            "os.environ['DB_PASSWORD'] = 'x'",
            "os.environ['DB_PASSWORD'] = '*'",
        ),
        (
            "const password: string = \"x\";",
            "const password: string = \"*\";",
        ),
        ("let password = f\"xyz\"", "let password = f\"***\""),
        (".setPassword(\"hunter2\")", ".setPassword(\"*******\")"),
        (
            "<password>hunter2</password>",
            "<password>*******</password>",
        ),
        (
            "<property name=\"password\" value=\"x\"/>",
            "<property name=\"password\" value=\"*\"/>",
        ),
        (
            "- {name: DB_PASSWORD, value: abc}",
            "- {name: DB_PASSWORD, value: ***}",
        ),
        // shells
        (
            "docker run -e POSTGRES_PASSWORD=abc -p 5432:5432 postgres",
            "docker run -e POSTGRES_PASSWORD=*** -p 5432:5432 postgres",
        ),
        (
            "  PGPASSWORD=$PW psql -p 5432",
            "  PGPASSWORD=****************",
        ),
        (
            "x && PGPASSWORD=abc psql -p 5432",
            "x && PGPASSWORD=*** psql -p 5432",
        ),
        (
            "redis-server --requirepass abc --port 6380",
            "redis-server --requirepass *** --port 6380",
        ),
        (
            "[\"redis-server\", \"--requirepass\", \"abc\"]",
            "[\"redis-server\", \"--requirepass\", \"***\"]",
        ),
        ("requirepass abc", "requirepass ***"),
        (
            "redis-cli -p 6380 -a abc ping",
            "redis-cli -p 6380 -a *** ping",
        ),
        ("mysql -h db -pabc -P 3306", "mysql -h db -p*** -P 3306"),
        (
            "curl -u elastic:abc http://localhost:9200",
            "curl -u elastic:*** http://localhost:9200",
        ),
        ("${DB_PASSWORD:-hunter2}", "${DB_PASSWORD:-*******}"),
        ("x: ${DB_PASSWORD-hunter2}", "x: ${DB_PASSWORD-*******}"),
        // others
        (
            "Authorization: Bearer abcDEF123456",
            "Authorization: Bearer ************",
        ),
        (
            "CREATE USER a IDENTIFIED BY 'abc';",
            "CREATE USER a IDENTIFIED BY '***';",
        ),
        (
            "CREATE ROLE a PASSWORD 'abc';",
            "CREATE ROLE a PASSWORD '***';",
        ),
        ("| Password | abc | x |", "| Password | *** | x |"),
        ("**Password:** `abc`", "**Password:** `***`"),
        (
            "curl ghp_0123456789abcdefghij",
            "curl ************************",
        ),
    ] {
        line(text, expected);
    }
}

#[test]
fn what_names_no_secret_stays() {
    for text in [
        "TOKEN_PORT=5432",
        "KEYDB_PORT=6379",
        "KEYCLOAK_PORT: 8080",
        "POSTGRES_PASSWORD_FILE: /run/secrets/pg",
        "POSTGRES_PASSWORD: ${DB_PASSWORD}",
        "password: ${{ secrets.DB }}",
        "POSTGRES_PASSWORD=",
        "POSTGRES_PASSWORD: ${DB_PASSWORD:?set it}",
        "secret: \"${AWS::Region}\"",
        "| Check | ✅ Pass | 3 | no type errors |",
        "1. **Redis password** (`REDIS_PASSWORD`): optional",
        "JWT_ALGORITHM=HS256",
        "password: true",
        "primary_key: id",
        "{ key: 'timescaledb', port: 7000 }",
        "max_tokens: 5432",
        "private dbPort: number = 5432;",
        "docker run -p3306:3306 mysql",
        "docker run -u 1000:1000 postgres",
        "the token is checked on port 5432",
        "ports: [\"7000:5432\"]",
    ] {
        line(text, text);
    }
}

#[test]
fn port_digits_are_never_masked() {
    assert_eq!(
        mask_file("SECRET_KEY=5432", &["5432"]),
        "SECRET_KEY=5432",
        "the port that a finding points at"
    );
    assert_eq!(
        mask_file("password: admin on 5432 and more", &["5432"]),
        "password: *********5432*********"
    );
    // A span that holds more than digits unmasks nothing.
    assert_eq!(
        mask_file("postgres://u:pw@db:5432/x", &["postgres://u:pw@db:5432/x"]),
        "postgres://u:**@db:5432/x"
    );
}

#[test]
fn secrets_over_several_lines() {
    assert_eq!(
        mask_file("password: |\n  one\n  two\nport: 5432", &[]),
        "password: |\n  ***\n  ***\nport: 5432"
    );
    assert_eq!(
        mask_file("A_KEY=\"one\ntwo\nthree\"\nPORT=5432\n", &[]),
        "A_KEY=\"***\n***\n******\nPORT=5432\n"
    );
    assert_eq!(
        mask_file("-----BEGIN X-----\nabc\n-----END X-----\nport 1\n", &[]),
        "-----BEGIN X-----\n***\n-----END X-----\nport 1\n"
    );
    assert_eq!(
        mask_file(
            "- name: DB_PASSWORD\n  value: abc\n- name: DB_PORT\n  value: \"5432\"\n",
            &[]
        ),
        "- name: DB_PASSWORD\n  value: ***\n- name: DB_PORT\n  value: \"5432\"\n"
    );
    assert_eq!(
        mask_file("POSTGRES_PASSWORD=abc\r\nPORT=5432\r\n", &[]),
        "POSTGRES_PASSWORD=***\r\nPORT=5432\r\n"
    );
}

#[test]
fn messages_are_masked_but_stay_readable() {
    for (text, expected) in [
        (
            "`postgres://u:hunter2@localhost:5432/db` points at the old port",
            "`postgres://u:*******@localhost:5432/db` points at the old port",
        ),
        ("`DB_PASSWORD=abc` is set", "`DB_PASSWORD=***` is set"),
        ("`password: abc` is set", "`password: ***` is set"),
        ("the secret: use port 7000", "the secret: use port 7000"),
        ("set `TOKEN_PORT` to 7000", "set `TOKEN_PORT` to 7000"),
    ] {
        assert_eq!(message(text), expected);
    }
}

#[test]
fn a_line_of_a_megabyte_is_searched_around_the_span_only() {
    let mut text = "x".repeat(500_000);
    text.push_str(" postgres://u:hunter2@h:5432/d ");
    text.push_str(&"password=".repeat(60_000));
    let at = text.find("5432").unwrap();
    let file = SourceFile::new("f", text.as_str());
    let secrets = in_line(&file, Span::new(at - 20, at + 4), &[Span::new(at, at + 4)]);
    let first = secrets.first().unwrap();
    assert_eq!(file.slice(*first), "hunter2");
}

#[test]
fn any_text_gives_ranges_on_character_borders() {
    let nasty = [
        "password=ü",
        "é://ö:ä@ß",
        "password: \"\\",
        "${PASSWORD:-",
        "://",
        "@tcp(",
        "Bearer ",
        " -p",
        "key:'",
        "\u{feff}SECRET=x",
        "password\u{301}=x",
        "<password>",
        "token|",
        "|token|",
        "PASSWORD==",
        "${",
        "{{",
        "password=\u{0}\u{1b}[31m",
    ];
    for a in nasty {
        for b in nasty {
            let text = format!("{a}{b}");
            for secret in find(&text, Mode::Line) {
                assert!(text.get(secret).is_some(), "{text:?}");
            }
            let _ = message(&text);
        }
    }
}

#[test]
fn a_whole_file_keeps_its_length_and_its_lines() {
    let text = "\u{feff}PASSWORD=\"ü\r\nsecret\"\nPORT=5432\r\nurl: postgres://u:pö@h:5432\n";
    let masked = file(".env", text);
    assert_eq!(masked.len(), text.len());
    assert_eq!(masked.matches('\n').count(), text.matches('\n').count());
    assert!(
        masked.contains("\nPORT=5432\r\nurl: postgres://u:***@h:5432\n"),
        "{masked}"
    );
    assert!(
        !masked.contains('ü') && !masked.contains("secret"),
        "{masked}"
    );
    assert_eq!(file("x", ""), "");
}

#[test]
fn columns_options_and_words_name_secrets_too() {
    assert_eq!(
        mask_file(
            "| db | port | password |\n|---|---:|---|\n| Redis | 6380 | abc |\n|a|\n",
            &[]
        ),
        "| db | port | password |\n|---|---:|---|\n| Redis | 6380 |*****|\n|a|\n"
    );
    line("- Qdrant: API key: `abc`", "- Qdrant: API key: `***`");
    line("the primary key: `id`", "the primary key: `id`");
    line(
        r#"test: ["CMD", "mysqladmin", "ping", "-pabc", "-P", "3306"]"#,
        r#"test: ["CMD", "mysqladmin", "ping", "-p***", "-P", "3306"]"#,
    );
    line(
        "mongosh --port 27017 -p abc db",
        "mongosh --port 27017 -p *** db",
    );
    line(
        "docker run mongo -p 27017:27017",
        "docker run mongo -p 27017:27017",
    );
}
