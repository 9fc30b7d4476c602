use super::{check, lines, silent};

#[test]
fn go() {
    check(
        "main.go",
        &[
            (
                "package x\nconst defaultPort = 5432",
                &["5432 Keyed defaultPort"],
            ),
            (
                "package x\nvar p = getEnv(\"DB_PORT\", `5432`)",
                &["5432 Keyed p <DB_PORT>"],
            ),
            (
                "package x\nfunc f() {\n\tport := os.Getenv(\"DB_PORT\")\n\tif port == \"\" {\n\t\tport = \"5432\"\n\t}\n}",
                &["5432 Keyed port <DB_PORT>"],
            ),
            (
                "package x\nvar c = Config{Host: \"localhost\", Port: 5433}",
                &["5433 Keyed c.Port @localhost(Host)"],
            ),
            (
                "package x\nvar c = redis.NewClient(&redis.Options{Addr: \"localhost:6379\"})",
                &["6379 HostPort Addr @localhost"],
            ),
            (
                "package x\nvar u = fmt.Sprintf(\"http://%s:%d\", \"localhost\", 9001)",
                &["9001 Url u @localhost"],
            ),
            (
                "package x\nvar c, err = net.Dial(\"tcp\", net.JoinHostPort(\"localhost\", \"9009\"))",
                &["9009 HostPort @localhost"],
            ),
            (
                "package x\nfunc f() {\n\tviper.SetDefault(\"database.host\", \"localhost\")\n\tviper.SetDefault(\"database.port\", 5432)\n}",
                &["5432 Keyed database.port @localhost(database.host)"],
            ),
            (
                "package x\nvar p = flag.Int(\"db-port\", 5432, \"the port\")",
                &["5432 Keyed db-port"],
            ),
            (
                "package x\ntype C struct {\n\tPort int `env:\"DB_PORT\" envDefault:\"5432\"`\n}",
                &["5432 Keyed Port <DB_PORT>"],
            ),
            (
                "package x\nfunc f() { http.ListenAndServe(\":8080\", nil) }",
                &["8080 HostPort !Server"],
            ),
            (
                "package x\nvar r = testcontainers.ContainerRequest{ExposedPorts: []string{\"5432/tcp\"}}",
                &["5432 Keyed r.ExposedPorts !Container"],
            ),
            (
                "package x\nvar ports = map[string]int{\"postgres\": 5432}",
                &["5432 Keyed ports.postgres"],
            ),
        ],
    );
    silent(
        "main.go",
        &[
            "package x\nfunc f() { time.Sleep(5432) } // port",
            "package x\nvar host = m[5432]",
            "package x\nvar _ = port == 5432",
            "package x\nfunc f() { switch port { case 5432: } }",
        ],
    );
}

#[test]
fn rust() {
    check(
        "src/main.rs",
        &[
            (
                "const DEFAULT_PORT: u16 = 5432u16;",
                &["5432 Keyed DEFAULT_PORT"],
            ),
            (
                "let p = env::var(\"DB_PORT\").unwrap_or(\"5432\".into());",
                &["5432 Keyed p <DB_PORT>"],
            ),
            (
                "let p = env::var(\"DB_PORT\").unwrap_or_else(|_| \"5432\".to_string());",
                &["5432 Keyed p <DB_PORT>"],
            ),
            (
                "let p: u16 = std::env::var(\"P_PORT\").ok().and_then(|s| s.parse().ok()).unwrap_or(6380);",
                &["6380 Keyed p <P_PORT>"],
            ),
            (
                "let p = option_env!(\"DB_PORT\").unwrap_or(\"5432\");",
                &["5432 Keyed p <DB_PORT>"],
            ),
            (
                "struct A { #[arg(long, env = \"DB_PORT\", default_value_t = 5432)] port: u16 }",
                &["5432 Keyed port <DB_PORT>"],
            ),
            (
                "let u = format!(\"postgres://u:p@{}:{}/db\", \"localhost\", 5432);",
                &["5432 Url u @localhost"],
            ),
            (
                "let port = 5432; let u = format!(\"http://localhost:{port}\");",
                &["5432 Keyed port @localhost"],
            ),
            (
                "let c = Config { host: \"localhost\".into(), port: 5432 };",
                &["5432 Keyed c.port @localhost(host)"],
            ),
            (
                "let c = PgConnectOptions::new().host(\"localhost\").port(5432);",
                &["5432 Keyed port @localhost(host)"],
            ),
            (
                "let j = json!({\"host\": \"localhost\", \"port\": 5432});",
                &["5432 Keyed port @localhost(host)"],
            ),
            (
                "let s = TcpStream::connect((\"localhost\", 9009));",
                &["9009 HostPort @localhost"],
            ),
            (
                "let a: &str = r#\"127.0.0.1:9009\"#;",
                &["9009 HostPort a @127.0.0.1"],
            ),
            (
                "fn default_port() -> u16 { 5432 }",
                &["5432 Keyed default_port"],
            ),
        ],
    );
    silent(
        "src/main.rs",
        &[
            "assert_eq!(port, 5432);",
            "let port = 1000..5432;",
            "match port { 5432 => {} _ => {} }",
        ],
    );
}

const GO: &str = "package config

import \"os\"

// Config of the ingester. TimescaleDB runs on port 5432 of the host.
type Config struct {
\tHost string
\tPort string
}

func Load() Config {
\treturn Config{
\t\tHost: getEnv(\"TIMESCALEDB_HOST\", \"localhost\"),
\t\tPort: getEnv(\"TIMESCALEDB_PORT\", \"5432\"), // TimescaleDB
\t}
}

func dsn(c Config) string {
\treturn fmt.Sprintf(\"host=%s port=%s user=app\", c.Host, c.Port)
}
";

#[test]
fn a_whole_configuration() {
    assert_eq!(
        lines("ingest/config.go", GO),
        [
            "5432 Prose port",
            "5432 Keyed Port <TIMESCALEDB_PORT> @localhost(TIMESCALEDB_HOST)",
        ]
    );
}
