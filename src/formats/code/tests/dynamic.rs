use super::{check, lines, silent};

#[test]
fn ruby() {
    check(
        "config/app.rb",
        &[
            (
                "DB_PORT = ENV.fetch('PGPORT', 5432)",
                &["5432 Keyed DB_PORT <PGPORT>"],
            ),
            (
                "port = (ENV['DB_PORT'] || 5433).to_i",
                &["5433 Keyed port <DB_PORT>"],
            ),
            (
                "q = ENV.fetch('QDRANT_PORT') { 6333 }",
                &["6333 Keyed q <QDRANT_PORT>"],
            ),
            (
                "u = ENV.fetch('REDIS_URL') { 'redis://localhost:6379/1' }",
                &["6379 Url u <REDIS_URL> @localhost"],
            ),
            (
                "r = Redis.new(host: 'localhost', port: 6380)",
                &["6380 Keyed port @localhost(host)"],
            ),
            (
                "D = { host: 'timescaledb', :port => 5432 }",
                &["5432 Keyed D.port @timescaledb(host)"],
            ),
            (
                "def db_port\n  @db_port ||= 5432\nend",
                &["5432 Keyed db_port"],
            ),
            ("def port = 5432", &["5432 Keyed port"]),
            (
                "def initialize(host: 'localhost', port: 5432); end",
                &["5432 Keyed port @localhost(host)"],
            ),
            (
                "TCPSocket.new('localhost', 9009)",
                &["9009 HostPort @localhost"],
            ),
            (
                "u = \"redis://#{ENV['REDIS_HOST'] || 'localhost'}:6380/0\"",
                &["6380 Url u @localhost(REDIS_HOST)"],
            ),
            (
                "system('psql -p 5433 -h localhost')",
                &["5433 Flag @localhost"],
            ),
            (
                "x = <<~EOS\n  http://localhost:9000\nEOS\n",
                &["9000 Url @localhost"],
            ),
        ],
    );
    silent(
        "app.rb",
        &[
            "sleep 5432 # host",
            "raise if port == 5432",
            "host = list[5432]",
            "case port\nwhen 5432 then 1\nend",
        ],
    );
}

#[test]
fn php() {
    check(
        "config/app.php",
        &[
            ("<?php define('DB_PORT', 5432);", &["5432 Keyed DB_PORT"]),
            ("<?php const REDIS_PORT = 6380;", &["6380 Keyed REDIS_PORT"]),
            (
                "<?php $p = getenv('DB_PORT') ?: 5432;",
                &["5432 Keyed p <DB_PORT>"],
            ),
            (
                "<?php $p = $_ENV['DB_PORT'] ?? 5432;",
                &["5432 Keyed p <DB_PORT>"],
            ),
            (
                "<?php $d = new PDO(\"pgsql:host=localhost;port=5432;dbname=x\");",
                &["5432 Dsn d @localhost"],
            ),
            (
                "<?php $d = \"pgsql:host={$host};port=5432\";",
                &["5432 Dsn d @${host}"],
            ),
            (
                "<?php $r->connect('localhost', 6379);",
                &["6379 HostPort @localhost"],
            ),
            (
                "<?php $c = new Client(host: 'localhost', port: 5432);",
                &["5432 Keyed port @localhost(host)"],
            ),
            (
                "<?php $m = mysqli_connect('localhost', 'u', 'p', 'db', 3307);",
                &["3307 HostPort @localhost"],
            ),
            (
                "<?php $u = 'http://' . 'localhost' . ':9001';",
                &["9001 Url u @localhost"],
            ),
            (
                "<?php class A { private int $port = 5432; }",
                &["5432 Keyed port"],
            ),
            (
                "<p>pgAdmin: <a href=\"http://localhost:5051\">here</a></p>",
                &["5051 Url @localhost"],
            ),
        ],
    );
    silent(
        "app.php",
        &[
            "<?php sleep(5432); // host",
            "<?php if ($port == 5432) {}",
            "<?php switch ($port) { case 5432: }",
        ],
    );
}

const LARAVEL: &str = r#"<?php

return [
    'default' => env('DB_CONNECTION', 'pgsql'),

    'connections' => [
        'pgsql' => [
            'driver' => 'pgsql',
            'host' => env('DB_HOST', '127.0.0.1'),
            'port' => env('DB_PORT', '5432'),
            'charset' => 'utf8',
        ],
    ],

    // cache and queues
    'redis' => [
        'default' => [
            'host' => env('REDIS_HOST', 'redis'),
            'port' => env('REDIS_PORT', '6379'),
            'read_timeout' => 5000,
        ],
    ],
];
"#;

#[test]
fn a_whole_configuration() {
    assert_eq!(
        lines("config/database.php", LARAVEL),
        [
            "5432 Keyed connections.pgsql.port <DB_PORT> @127.0.0.1(DB_HOST)",
            "6379 Keyed redis.default.port <REDIS_PORT> @redis(REDIS_HOST)",
        ]
    );
}
