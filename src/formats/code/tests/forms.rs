//! Forms that real backends use, beside the plain ones.

use super::{check, silent};

#[test]
fn a_host_that_depends_on_a_condition_is_not_guessed() {
    check(
        "config.js",
        &[
            (
                "const c = { host: inDocker ? 'timescaledb' : 'localhost', port: inDocker ? 5432 : 5433 }",
                &[
                    "5432 Keyed c.port @timescaledb(host)",
                    "5433 Keyed c.port @localhost(host)",
                ],
            ),
            (
                "const c = { host: inDocker ? 'timescaledb' : 'localhost', port: 5432 }",
                &["5432 Keyed c.port @${host}(host)"],
            ),
            (
                "const u = `http://${inDocker ? 'qdrant' : 'localhost'}:6333`",
                &["6333 Url u @${_}"],
            ),
            (
                "const u = isDocker ? 'http://qdrant:6333' : 'http://localhost:6334'",
                &["6333 Url u @qdrant", "6334 Url u @localhost"],
            ),
            (
                "let host = 'localhost'; if (docker) host = 'qdrant'; fetch(`http://${host}:6333`)",
                &["6333 Url @${host}"],
            ),
            (
                "const c = { host: process.env.H ? process.env.H : 'localhost', port: 5432 }",
                &["5432 Keyed c.port @localhost(H)"],
            ),
        ],
    );
    check(
        "config.py",
        &[
            (
                "c = dict(host='db' if docker else 'localhost', port=5432 if docker else 5433)",
                &[
                    "5432 Keyed c.port @db(host)",
                    "5433 Keyed c.port @localhost(host)",
                ],
            ),
            (
                "if docker:\n    HOST = 'db'\nelse:\n    HOST = 'localhost'\nurl = f'redis://{HOST}:6379'\n",
                &["6379 Url url @${HOST}"],
            ),
        ],
    );
}

#[test]
fn javascript() {
    check(
        "src/index.ts",
        &[
            (
                "export default () => ({ database: { host: process.env.DATABASE_HOST, port: parseInt(process.env.DATABASE_PORT, 10) || 5432 } });",
                &["5432 Keyed database.port <DATABASE_PORT> @${DATABASE_HOST}(DATABASE_HOST)"],
            ),
            (
                "export default registerAs('db', () => ({ port: +process.env.DB_PORT || 5432 }));",
                &["5432 Keyed port <DB_PORT>"],
            ),
            (
                "const get = (k, d) => process.env[k] ?? d; const p = get('DB_PORT', '5432');",
                &["5432 Keyed p <DB_PORT>"],
            ),
            (
                "process.env.DB_PORT = process.env.DB_PORT || '5432';",
                &["5432 Keyed DB_PORT <DB_PORT>"],
            ),
            (
                "const p = Number.parseInt(process.env['PORT'] ?? '5432')",
                &["5432 Keyed p <PORT>"],
            ),
            (
                "const p = _.defaultTo(process.env.DB_PORT, 5432)",
                &["5432 Keyed p <DB_PORT>"],
            ),
            (
                "nconf.defaults({ 'db:host': 'localhost', 'db:port': 5432 })",
                &["5432 Keyed db:port @localhost(db:host)"],
            ),
            (
                "class A { constructor(o) { this.host = o.host || 'localhost'; this.port = o.port || 6333; } }",
                &["6333 Keyed port @localhost(host)"],
            ),
            (
                "class A { constructor(o) { this.port = o.port || 6333; } }",
                &["6333 Keyed port !Unknown"],
            ),
            (
                "fetch('http://' + (process.env.Q_HOST || 'localhost') + ':6333')",
                &["6333 Url @localhost(Q_HOST)"],
            ),
            (
                "const k = new Kafka({ brokers: ['localhost:9092'] })",
                &["9092 HostPort brokers @localhost"],
            ),
            (
                "module.exports = { apps: [{ name: 'api', env: { DB_PORT: 5432, REDIS_URL: 'redis://localhost:6379' } }] }",
                &[
                    "5432 Keyed apps.env.DB_PORT",
                    "6379 Url apps.env.REDIS_URL @localhost",
                ],
            ),
            (
                "const LINKS = [{ label: 'pgAdmin', href: 'http://localhost:5051' }, { label: 'Adminer', port: 8082 }]",
                &["5051 Url LINKS.href @localhost", "8082 Keyed LINKS.port"],
            ),
        ],
    );
}

#[test]
fn python() {
    check(
        "app/config.py",
        &[
            (
                "env = environ.Env(DB_PORT=(int, 5432))",
                &["5432 Keyed DB_PORT"],
            ),
            (
                "class C:\n    port: int = field(default_factory=lambda: int(os.getenv('DB_PORT', '5432')))\n",
                &["5432 Keyed port <DB_PORT>"],
            ),
            (
                "p = getattr(settings, 'DB_PORT', 5432)",
                &["5432 Keyed DB_PORT"],
            ),
            (
                "p = cfg.get('redis', {}).get('port', 6379)",
                &["6379 Keyed port"],
            ),
            (
                "p = config.getint('database', 'port', fallback=5432)",
                &["5432 Keyed port"],
            ),
            (
                "def main(port: int = typer.Option(5432, envvar='PGPORT')): ...",
                &["5432 Keyed port <PGPORT>"],
            ),
            (
                "with Sender.from_conf('http::addr=localhost:9000;') as s: pass",
                &["9000 HostPort @localhost"],
            ),
            (
                "DB_PORT = os.getenv('DB_PORT', '5432')\nDB_HOST = os.getenv('DB_HOST', 'localhost')\nURL = f'postgresql://{U}:{P}@{DB_HOST}:{DB_PORT}/{N}'\n",
                &["5432 Keyed DB_PORT <DB_PORT> @localhost(DB_HOST)"],
            ),
            (
                "SERVICES = {'QuestDB': {'port': 9000, 'host': 'questdb'}}",
                &["9000 Keyed SERVICES.QuestDB.port @questdb(host)"],
            ),
        ],
    );
}

#[test]
fn others() {
    check(
        "main.go",
        &[
            (
                "package x\nvar p = cmp.Or(os.Getenv(\"DB_PORT\"), \"5432\")",
                &["5432 Keyed p <DB_PORT>"],
            ),
            (
                "package x\nconst (\n\tdbHost = \"localhost\"\n\tdbPort = 5432\n)",
                &["5432 Keyed dbPort @localhost(dbHost)"],
            ),
            (
                "package x\nfunc init() { pflag.IntVar(&port, \"db-port\", 5432, \"port\") }",
                &["5432 Keyed db-port"],
            ),
        ],
    );
    check(
        "App.java",
        &[
            (
                "class A { String p = props.getProperty(\"db.port\", \"5432\"); }",
                &["5432 Keyed db.port"],
            ),
            (
                "class P { private String host = \"localhost\"; private int port = 6379; }",
                &["6379 Keyed port @localhost(host)"],
            ),
            (
                "class A { Object s = new ServerAddress(\"localhost\", 27017); }",
                &["27017 HostPort @localhost"],
            ),
        ],
    );
    check(
        "App.kt",
        &[(
            "val p = config.propertyOrNull(\"ktor.deployment.port\")?.getString() ?: \"8080\"",
            &["8080 Keyed ktor.deployment.port"],
        )],
    );
    check(
        "main.rs",
        &[
            (
                "#[serde(default = \"default_port\")] struct A { port: u16 } fn default_port() -> u16 { 5432 }",
                &["5432 Keyed default_port"],
            ),
            (
                "let p = config.get_int(\"database.port\").unwrap_or(5432);",
                &["5432 Keyed database.port"],
            ),
            (
                "let a = SocketAddr::from(([127, 0, 0, 1], 6333));",
                &["6333 HostPort @127.0.0.1"],
            ),
        ],
    );
    check(
        "app.rb",
        &[
            (
                "x = { port: ENV['DB_PORT'].presence || 5432 }",
                &["5432 Keyed x.port <DB_PORT>"],
            ),
            (
                "config.redis = { url: ENV.fetch('REDIS_URL', 'redis://localhost:6379/1') }",
                &["6379 Url redis.url <REDIS_URL> @localhost"],
            ),
        ],
    );
    check(
        "wp-config.php",
        &[
            (
                "<?php define('DB_HOST', 'localhost:3307');",
                &["3307 HostPort @localhost"],
            ),
            (
                "<?php $c = fsockopen('redis', 6379);",
                &["6379 HostPort @redis"],
            ),
        ],
    );
    check(
        "Program.cs",
        &[
            ("options.Port ??= 5432;", &["5432 Keyed Port"]),
            (
                "record O { public string Host { get; init; } = \"localhost\"; public int Port { get; init; } = 5432; }",
                &["5432 Keyed Port @localhost(Host)"],
            ),
            (
                "var c = new ConfigurationOptions { EndPoints = { { \"localhost\", 6379 } } };",
                &["6379 HostPort c.EndPoints @localhost"],
            ),
        ],
    );
}

#[test]
fn measures_beside_hosts_stay_silent() {
    silent(
        "app.ts",
        &[
            "connect('localhost', { timeout: 5432, retries: 5433 })",
            "const c = { host: 'localhost', poolSize: 5432, keepAliveMs: 5433 }",
            "retry(() => connect('localhost'), 5432)",
            "const id = `${host}-5432`",
            "logger.info('took 5432 ms on localhost')",
            "const size = [1024, 5432]; const host = 'x'",
            "const hash = 'localhost#5432'",
            "it('connects in 5432 ms', () => { connect(host) })",
        ],
    );
}
