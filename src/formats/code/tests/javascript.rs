use super::{check, lines, silent};

#[test]
fn fallbacks_of_the_environment() {
    check(
        "src/config.js",
        &[
            (
                "const port = process.env.TIMESCALEDB_PORT || 5432;",
                &["5432 Keyed port <TIMESCALEDB_PORT>"],
            ),
            (
                "x.port = Number(process.env.A_PORT ?? process.env.B_PORT ?? 5433)",
                &["5433 Keyed port <A_PORT,B_PORT>"],
            ),
            (
                "const p = parseInt(env.PORT || '6333', 10)",
                &["6333 Keyed p <PORT>"],
            ),
            (
                "const p = +(process.env['DB_PORT'] || `5432`)",
                &["5432 Keyed p <DB_PORT>"],
            ),
            (
                "const u = import.meta.env.VITE_QDRANT_URL || 'http://localhost:6333'",
                &["6333 Url u <VITE_QDRANT_URL> @localhost"],
            ),
            (
                "const { DB_PORT = 5432 } = process.env",
                &["5432 Keyed DB_PORT <DB_PORT>"],
            ),
            (
                "const { DB_PORT: port = 5432 } = process.env;",
                &["5432 Keyed DB_PORT <DB_PORT>"],
            ),
            (
                "const p = env('DB_PORT', 5432)",
                &["5432 Keyed p <DB_PORT>"],
            ),
            (
                "const p = config.get('db.port', 5432)",
                &["5432 Keyed db.port"],
            ),
            (
                "const p = configService.get('DB_PORT', 5432)",
                &["5432 Keyed p <DB_PORT>"],
            ),
            (
                "const p = process.env.REDIS_PORT ? parseInt(process.env.REDIS_PORT, 10) : 6380;",
                &["6380 Keyed p <REDIS_PORT>"],
            ),
            (
                "let port = process.env.DB_PORT; if (!port) { port = 5432 }",
                &["5432 Keyed port <DB_PORT>"],
            ),
            (
                "let dbPort = process.env.DB_PORT;\ndbPort ??= 5432",
                &["5432 Keyed dbPort <DB_PORT>"],
            ),
            (
                "const p = getEnv('A_PORT', getEnv('B_PORT', '5433'))",
                &["5433 Keyed p <A_PORT,B_PORT>"],
            ),
            (
                "const p = Deno.env.get('PGPORT') ?? '5432'",
                &["5432 Keyed p <PGPORT>"],
            ),
            (
                "export const getPort = () => Number(process.env.PGPORT) || 5432;",
                &["5432 Keyed getPort <PGPORT>"],
            ),
        ],
    );
}

#[test]
fn objects_give_paths_and_hosts() {
    check(
        "src/config.ts",
        &[
            (
                "const config = { database: { timescale: { host: process.env.DB_HOST || 'localhost', port: 5432 } } };",
                &["5432 Keyed database.timescale.port @localhost(DB_HOST)"],
            ),
            (
                "new Pool({ port: 5432, host: 'timescaledb' })",
                &["5432 Keyed port @timescaledb(host)"],
            ),
            (
                "new Pool({ port: 5432, host: process.env.PGHOST })",
                &["5432 Keyed port @${PGHOST}(PGHOST)"],
            ),
            (
                "const redis: RedisOptions = { host, port: 6380 };",
                &["6380 Keyed redis.port"],
            ),
            (
                "const c = { redisHost: 'localhost', redisPort: 6380, pgHost: 'db', pgPort: 5432 }",
                &[
                    "6380 Keyed c.redisPort @localhost(redisHost)",
                    "5432 Keyed c.pgPort @db(pgHost)",
                ],
            ),
            (
                "const c = { url: 'http://localhost', port: 6333 }",
                &["6333 Keyed c.port @localhost(url)"],
            ),
            (
                "const c = { host: 'localhost', ports: { http: 9000, ilp: 9009 } }",
                &["9000 Keyed c.ports.http", "9009 Keyed c.ports.ilp"],
            ),
            (
                "const PORTS = { timescaledb: 5432, 6333: 'qdrant' }",
                &["5432 Keyed PORTS.timescaledb", "6333 Keyed PORTS"],
            ),
            ("enum Port { Postgres = 5432 }", &["5432 Keyed Postgres"]),
            (
                "class C { static readonly port: number = 5432; }",
                &["5432 Keyed port"],
            ),
            (
                "module.exports = { ports: [5432, 6333] }",
                &["5432 Keyed ports", "6333 Keyed ports"],
            ),
        ],
    );
}

#[test]
fn schemas_give_the_variable() {
    check(
        "src/env.ts",
        &[
            (
                "z.object({ KONG_DB_PORT: z.coerce.number().default(5433) })",
                &["5433 Keyed KONG_DB_PORT <KONG_DB_PORT>"],
            ),
            (
                "cleanEnv(process.env, { PGPORT: port({ default: 5432 }) })",
                &["5432 Keyed PGPORT <PGPORT>"],
            ),
            (
                "cleanEnv(process.env, { Q_URL: url({ devDefault: 'http://localhost:6333' }) })",
                &["6333 Url Q_URL <Q_URL> @localhost"],
            ),
            (
                "Joi.object({ DB_PORT: Joi.number().port().default(5432) })",
                &["5432 Keyed DB_PORT <DB_PORT>"],
            ),
            (
                "convict({ port: { format: 'port', default: 5432, env: 'PGPORT' } })",
                &["5432 Keyed port <PGPORT>"],
            ),
            (
                "const p = env.get('DB_PORT').default('5432').asPortNumber()",
                &["5432 Keyed p <DB_PORT>"],
            ),
            (
                "class E { @Column({ default: 5432 }) port: number; }",
                &["5432 Keyed port"],
            ),
        ],
    );
}

#[test]
fn templates_and_sums_of_strings_are_read_as_one() {
    check(
        "src/client.mjs",
        &[
            (
                "const u = `http://${process.env.HOST || 'localhost'}:${process.env.PORT || 6333}/x`",
                &["6333 Url u <PORT> @localhost(HOST)"],
            ),
            (
                "const port = 9000;\nconst u = `http://localhost:${port}/exec`",
                &["9000 Keyed port @localhost"],
            ),
            (
                "const u = 'http://' + 'localhost' + ':' + 9001 + '/'",
                &["9001 Url u @localhost"],
            ),
            (
                "const u = 'postgres://' + user + '@db:5432/x'",
                &["5432 Url u @db"],
            ),
            (
                "const u = `postgres://${process.env.U}:${process.env.PW}@${process.env.DB_HOST}:5432/x`",
                &["5432 Url u @${DB_HOST}"],
            ),
            (
                "const Q = 6333;\nfetch(`http://localhost:${Q}`)",
                &["6333 Url @localhost"],
            ),
            (
                "function f(port) { return `http://localhost:${port}`; }\nconst port = 7;",
                &[],
            ),
            (
                "const u = 'http:\\/\\/localhost:6333\\n'",
                &["6333 Url u @localhost"],
            ),
        ],
    );
}

#[test]
fn calls_pair_what_stands_side_by_side() {
    check(
        "src/app.jsx",
        &[
            (
                "new Redis(6379, 'localhost')",
                &["6379 HostPort @localhost"],
            ),
            (
                "net.connect('localhost', 5432)",
                &["5432 HostPort @localhost"],
            ),
            (
                "net.connect(5432, process.env.DB_HOST || 'localhost')",
                &["5432 HostPort @localhost(DB_HOST)"],
            ),
            (
                "createClient({ socket: { host: 'redis', port: 6379 } })",
                &["6379 Keyed socket.port @redis(host)"],
            ),
            (
                "app.listen(3000, 'localhost')",
                &["3000 HostPort @localhost !Server"],
            ),
            (
                "new GenericContainer('redis').withExposedPorts(6379)",
                &["6379 Keyed withExposedPorts !Container"],
            ),
            (
                "execSync('psql -h localhost -p 5433')",
                &["5433 Flag @localhost"],
            ),
            (
                "<Card title=\"Adminer\" port={8082} />",
                &["8082 Keyed port"],
            ),
            (
                "<a href='http://localhost:5051'>pgAdmin</a>",
                &["5051 Url href @localhost"],
            ),
            (
                "<p>QuestDB: http://localhost:9001</p>",
                &["9001 Url @localhost"],
            ),
            (
                "function f(host = 'localhost', port = 9009) {}",
                &["9009 Keyed port @localhost(host)"],
            ),
            ("function f(port = 9009) {}", &["9009 Keyed port !Unknown"]),
            ("const p = url.port || 5432;", &["5432 Keyed p !Unknown"]),
        ],
    );
}

#[test]
fn numbers_that_are_no_ports_stay_silent() {
    silent(
        "src/app.ts",
        &[
            "setTimeout(check, 5432); const port = x;",
            "if (port === 5432) {}",
            "switch (port) { case 5432: break }",
            "const port = base + 5432",
            "const port = -5432",
            "const port = ports[5432]",
            "const portTimeout = 5432",
            "const report = 5432, viewport = { width: 1024 }, host = 1",
            "const port = parseInt(x, 10)",
            "const port: 5432 = x; type P = { port: 5432 }",
            "import p from 'port:5432'",
            "const port = 0x1538, port2 = 5432.5, port3 = 05432, port4 = 99999, port5 = 7",
            "expect(port).toBe(x, 5432)",
            "const color = { host: '#5432ab', port: /5432/ }",
            "const text = 'host 5432 items'",
            "for (let port = 0; port < 5432; port++) {}",
            "const a = { host: 'x', timeout: 5000, size: 1024 }",
        ],
    );
}

const REALISTIC: &str = r#"'use strict';

// TimescaleDB is published on the host
const DEFAULT_QDRANT_PORT = 6333;

const config = {
  port: parseInt(process.env.PORT || '3000', 10),
  database: {
    host: process.env.TIMESCALEDB_HOST || 'localhost',
    port: Number(process.env.TIMESCALEDB_PORT || 5432), // primary
    pool: { max: 20, idleTimeoutMillis: 30000 },
  },
  qdrant: {
    url: process.env.QDRANT_URL || `http://localhost:${DEFAULT_QDRANT_PORT}`,
  },
  redisUrl: process.env.REDIS_URL || 'redis://:s3cret@localhost:6380/0',
};

/**
 * Opens QuestDB's line protocol.
 * It is reached at localhost:9009 by default.
 */
function openIlp(host = config.questdb.host, port = 9009) {
  return net.connect({ host, port });
}

module.exports = config;
"#;

#[test]
fn a_whole_configuration() {
    assert_eq!(
        lines("services/api/src/config.js", REALISTIC),
        [
            "6333 Keyed DEFAULT_QDRANT_PORT @localhost",
            "3000 Keyed port <PORT>",
            "5432 Keyed database.port <TIMESCALEDB_PORT> @localhost(TIMESCALEDB_HOST)",
            "6380 Url redisUrl <REDIS_URL> @localhost",
            "9009 HostPort @localhost",
            "9009 Keyed port @${host}(host) !Unknown",
        ]
    );
}
