use super::{check, lines, silent};

#[test]
fn fallbacks_of_the_environment() {
    check(
        "app/settings.py",
        &[
            (
                "PGPORT = os.getenv('PGPORT', '5432')",
                &["5432 Keyed PGPORT <PGPORT>"],
            ),
            (
                "p = int(os.environ.get('DB_PORT', 5432))",
                &["5432 Keyed p <DB_PORT>"],
            ),
            (
                "p = os.environ.get('DB_PORT') or 5432",
                &["5432 Keyed p <DB_PORT>"],
            ),
            (
                "p = int(os.environ['DB_PORT']) if 'DB_PORT' in os.environ else 5432",
                &["5432 Keyed p <DB_PORT>"],
            ),
            (
                "p = config('DB_PORT', default=5432, cast=int)",
                &["5432 Keyed p <DB_PORT>"],
            ),
            (
                "p = env.int('DB_PORT', default=5432)",
                &["5432 Keyed p <DB_PORT>"],
            ),
            (
                "os.environ.setdefault('DB_PORT', '5432')",
                &["5432 Keyed DB_PORT <DB_PORT>"],
            ),
            ("os.environ['DB_PORT'] = '5432'", &["5432 Keyed DB_PORT"]),
            (
                "try:\n    port = int(os.environ['DB_PORT'])\nexcept KeyError:\n    port = 5433\n",
                &["5433 Keyed port <DB_PORT>"],
            ),
            (
                "URL = os.getenv('REDIS_URL', f\"redis://localhost:{os.getenv('REDIS_PORT', 6380)}/0\")",
                &["6380 Url URL <REDIS_URL,REDIS_PORT> @localhost"],
            ),
        ],
    );
}

#[test]
fn settings_classes() {
    check(
        "app/settings.py",
        &[
            (
                "class S(BaseSettings):\n    qdrant_port: int = 6333\n",
                &["6333 Keyed qdrant_port <QDRANT_PORT>"],
            ),
            (
                "class S(BaseSettings):\n    model_config = SettingsConfigDict(env_prefix='DB_')\n    host: str = 'localhost'\n    port: int = 5432\n",
                &["5432 Keyed port <DB_PORT> @localhost(host)"],
            ),
            (
                "class S(BaseModel):\n    port: int = Field(default=5432, env='PG_PORT')\n",
                &["5432 Keyed port <PG_PORT>"],
            ),
            (
                "class S(BaseModel):\n    port: int = Field(5432, validation_alias=AliasChoices('A_PORT', 'B_PORT'))\n",
                &["5432 Keyed port <A_PORT,B_PORT>"],
            ),
            (
                "@dataclass\nclass C:\n    host: str = 'timescaledb'\n    port: int = 5432\n",
                &["5432 Keyed port @timescaledb(host)"],
            ),
        ],
    );
}

#[test]
fn arguments_and_tuples() {
    check(
        "app/db.py",
        &[
            (
                "psycopg2.connect(host='localhost', port=5432)",
                &["5432 Keyed port @localhost(host)"],
            ),
            (
                "psycopg2.connect('host=localhost port=5433 dbname=x')",
                &["5433 Dsn @localhost"],
            ),
            (
                "s.connect(('localhost', 9009))",
                &["9009 HostPort @localhost"],
            ),
            ("s.connect(('questdb', 9009))", &["9009 HostPort @questdb"]),
            (
                "QdrantClient('localhost', port=6333)",
                &["6333 Keyed port @localhost"],
            ),
            (
                "QdrantClient(url='http://localhost:6333')",
                &["6333 Url url @localhost"],
            ),
            (
                "QdrantClient(url='http://localhost:6333', grpc_port=6334)",
                &[
                    "6333 Url url @localhost",
                    "6334 Keyed grpc_port @localhost(url)",
                ],
            ),
            (
                "QdrantClient(url='http://localhost:6333', port=6334)",
                &["6333 Url url @localhost", "6334 Keyed port"],
            ),
            (
                "host, port = 'localhost', 8812",
                &["8812 Keyed port @localhost(host)"],
            ),
            (
                "def f(host='localhost', port=5432): ...",
                &["5432 Keyed port @localhost(host)"],
            ),
            (
                "def f(port: int = 5432): ...",
                &["5432 Keyed port !Unknown"],
            ),
            (
                "def h(url): return url.port or 5432",
                &["5432 Keyed h !Unknown"],
            ),
            (
                "@click.option('--db-port', default=5433, envvar='PGPORT')\ndef m(db_port): ...",
                &["5433 Keyed db-port <PGPORT>"],
            ),
            (
                "p.add_argument('--port', type=int, default=5432)",
                &["5432 Keyed port"],
            ),
            ("PORTS = [('TimescaleDB', 5432)]", &["5432 Keyed PORTS"]),
            (
                "DockerContainer('x').with_exposed_ports(5432)",
                &["5432 Keyed with_exposed_ports !Container"],
            ),
            (
                "subprocess.run('psql -p 5433 -h localhost', shell=True)",
                &["5433 Flag @localhost"],
            ),
        ],
    );
}

#[test]
fn formatted_strings() {
    check(
        "app/urls.py",
        &[
            (
                "u = f'http://localhost:{9000}/x'",
                &["9000 Url u @localhost"],
            ),
            (
                "u = 'http://{}:{}/x'.format('localhost', 9000)",
                &["9000 Url u @localhost"],
            ),
            (
                "u = 'http://{h}:{p}/x'.format(p=9000, h='localhost')",
                &["9000 Url u @localhost"],
            ),
            (
                "u = 'postgresql://%s:%d/db' % ('localhost', 5433)",
                &["5433 Url u @localhost"],
            ),
            (
                "u = 'http://localhost' ':9001/x'",
                &["9001 Url u @localhost"],
            ),
            (
                "u = ('http://localhost'\n     ':9001')",
                &["9001 Url u @localhost"],
            ),
            (
                "HOST = 'localhost'\nu = f'redis://{HOST}:6379'",
                &["6379 Url u @localhost"],
            ),
        ],
    );
}

#[test]
fn numbers_that_are_no_ports_stay_silent() {
    silent(
        "app/x.py",
        &[
            "time.sleep(5432)  # host",
            "if port == 5432: pass",
            "assert port in (5432, 5433)",
            "port = data[5432:5433]",
            "port_timeout = 5432",
            "chunk = read_csv('hosts.csv', 5000)",
            "x = 'port'; y = 5432",
            "match port:\n    case 5432: pass\n",
        ],
    );
}

const DJANGO: &str = r#""""Settings of the API.

TimescaleDB is reached at localhost:5432.
"""
import os

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": os.environ.get("POSTGRES_HOST", "localhost"),
        "PORT": os.environ.get("POSTGRES_PORT", 5432),
        "OPTIONS": {"connect_timeout": 5000},
    }
}

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": os.environ.get("REDIS_URL", "redis://localhost:6380/1"),  # cache
    }
}
"#;

#[test]
fn a_whole_configuration() {
    assert_eq!(
        lines("api/settings.py", DJANGO),
        [
            "5432 HostPort @localhost",
            "5432 Keyed DATABASES.default.PORT <POSTGRES_PORT> @localhost(POSTGRES_HOST)",
            "6380 Url CACHES.default.LOCATION <REDIS_URL> @localhost",
        ]
    );
}
