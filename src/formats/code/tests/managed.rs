use super::{check, lines, silent};

#[test]
fn java() {
    check(
        "src/main/java/App.java",
        &[
            (
                "class A { static final int DEFAULT_PORT = 5432; }",
                &["5432 Keyed DEFAULT_PORT"],
            ),
            (
                "class A { @Value(\"${db.port:5432}\") int port; }",
                &["5432 Keyed port <db.port>"],
            ),
            (
                "class A { A(@Value(\"${REDIS_PORT:6380}\") int redisPort) {} }",
                &["6380 Keyed redisPort <REDIS_PORT>"],
            ),
            (
                "class A { @Value(\"${DB_URL:jdbc:postgresql://localhost:5433/app}\") String url; }",
                &["5433 Url url <DB_URL> @localhost"],
            ),
            (
                "class A { int p = Integer.parseInt(System.getenv().getOrDefault(\"DB_PORT\", \"5432\")); }",
                &["5432 Keyed p <DB_PORT>"],
            ),
            (
                "class A { String p = System.getenv(\"DB_PORT\") != null ? System.getenv(\"DB_PORT\") : \"5433\"; }",
                &["5433 Keyed p <DB_PORT>"],
            ),
            (
                "class A { int p = Optional.ofNullable(System.getenv(\"PGPORT\")).map(Integer::parseInt).orElse(5432); }",
                &["5432 Keyed p <PGPORT>"],
            ),
            (
                "class A { Jedis j = new Jedis(\"localhost\", 6379); }",
                &["6379 HostPort @localhost"],
            ),
            (
                "class A { void f() { ds.setServerName(\"localhost\"); ds.setPortNumber(5432); } }",
                &["5432 Keyed setPortNumber @localhost(setServerName)"],
            ),
            (
                "class A { Object b = B.create().host(\"localhost\").port(9009).build(); }",
                &["9009 Keyed port @localhost(host)"],
            ),
            (
                "class A { Object c = new GenericContainer<>(\"pg\").withExposedPorts(5432); }",
                &["5432 Keyed withExposedPorts !Container"],
            ),
            (
                "class A { String u = \"jdbc:postgresql://\" + host + \":5432/db\"; }",
                &["5432 Url u @${host}"],
            ),
            (
                "class A { String v = String.format(\"http://%s:%d\", \"localhost\", 9001); }",
                &["9001 Url v @localhost"],
            ),
            (
                "class A { String t = \"\"\"\n  http://localhost:9001\n  \"\"\"; }",
                &["9001 Url t @localhost"],
            ),
        ],
    );
    silent(
        "App.java",
        &[
            "class A { void f() { Thread.sleep(5432); /* host */ } }",
            "class A { void f() { if (port == 5432) {} } }",
        ],
    );
}

#[test]
fn kotlin_and_scala() {
    check(
        "App.kt",
        &[
            (
                "const val DEFAULT_PORT = 5432",
                &["5432 Keyed DEFAULT_PORT"],
            ),
            (
                "data class C(val host: String = \"localhost\", val port: Int = 5432)",
                &["5432 Keyed port @localhost(host)"],
            ),
            (
                "class A { @Value(\"\\${db.port:5433}\") lateinit var port: String }",
                &["5433 Keyed port <db.port>"],
            ),
            (
                "val p = System.getenv(\"DB_PORT\")?.toIntOrNull() ?: 5432",
                &["5432 Keyed p <DB_PORT>"],
            ),
            ("fun f(port: Int = 5432) {}", &["5432 Keyed port !Unknown"]),
            (
                "val ports = mapOf(\"postgres\" to 5432)",
                &["5432 Keyed ports.postgres"],
            ),
            (
                "val c = connect(host = \"localhost\", port = 5432)",
                &["5432 Keyed port @localhost(host)"],
            ),
            (
                "val u = \"jdbc:postgresql://localhost:5432/x\"",
                &["5432 Url u @localhost"],
            ),
        ],
    );
    check(
        "App.scala",
        &[
            (
                "object A { val p = sys.env.getOrElse(\"DB_PORT\", \"5432\").toInt }",
                &["5432 Keyed p <DB_PORT>"],
            ),
            (
                "case class C(host: String = \"localhost\", port: Int = 5432)",
                &["5432 Keyed port @localhost(host)"],
            ),
            (
                "object A { val u = s\"http://$host:9001/x\" }",
                &["9001 Url u @${host}"],
            ),
            (
                "object A { val ports = Map(\"postgres\" -> 5432) }",
                &["5432 Keyed ports.postgres"],
            ),
        ],
    );
}

#[test]
fn c_sharp() {
    check(
        "Program.cs",
        &[
            (
                "class A { const int DefaultPort = 5432; }",
                &["5432 Keyed DefaultPort"],
            ),
            (
                "class A { public int Port { get; set; } = 5432; }",
                &["5432 Keyed Port"],
            ),
            (
                "var p = Environment.GetEnvironmentVariable(\"DB_PORT\") ?? \"5432\";",
                &["5432 Keyed p <DB_PORT>"],
            ),
            (
                "var p = int.Parse(Configuration[\"Db:Port\"] ?? \"5433\");",
                &["5433 Keyed Db.Port"],
            ),
            (
                "var p = config.GetValue<int>(\"Redis:Port\", 6380);",
                &["6380 Keyed Redis.Port"],
            ),
            (
                "var b = new NpgsqlConnectionStringBuilder { Host = \"localhost\", Port = 5432 };",
                &["5432 Keyed b.Port @localhost(Host)"],
            ),
            (
                "var c = \"Host=localhost;Port=5432;Database=x\";",
                &["5432 Dsn c @localhost"],
            ),
            (
                "var u = $\"http://{host}:{9001}/a\";",
                &["9001 Url u @${host}"],
            ),
            (
                "var t = new TcpClient(\"localhost\", 9009);",
                &["9009 HostPort @localhost"],
            ),
            (
                "Connect(host: \"localhost\", port: 5432);",
                &["5432 Keyed port @localhost(host)"],
            ),
            (
                "builder.WithPortBinding(5432, true);",
                &["5432 Keyed WithPortBinding !Container"],
            ),
        ],
    );
    silent(
        "Program.cs",
        &[
            "if (port == 5432) {}",
            "await Task.Delay(5432); // host",
            "var host = x[5432];",
        ],
    );
}

const SPRING: &str = r#"package com.example.config;

/**
 * Reads from TimescaleDB at localhost:5432 unless told otherwise.
 */
@Configuration
public class DatabaseConfig {
    private static final int DEFAULT_PORT = 5432; // TimescaleDB

    @Value("${timescale.host:localhost}")
    private String host;

    @Value("${timescale.port:5432}")
    private int port;

    @Bean
    public DataSource dataSource() {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl("jdbc:postgresql://localhost:5432/market");
        config.setConnectionTimeout(30000);
        return new HikariDataSource(config);
    }
}
"#;

#[test]
fn a_whole_configuration() {
    assert_eq!(
        lines(
            "src/main/java/com/example/config/DatabaseConfig.java",
            SPRING
        ),
        [
            "5432 HostPort @localhost",
            "5432 Keyed DEFAULT_PORT",
            "5432 Keyed port <timescale.port>",
            "5432 Url @localhost",
        ]
    );
}
