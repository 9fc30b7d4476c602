//! Tables of texts and what is seen in them, in the file's own way of writing: `port form host side read_by`.

use super::*;
use crate::facts::{Form, Side, Sighting};
use crate::source::{Style, Text};

fn seen(sightings: &[Sighting]) -> Vec<String> {
    sightings
        .iter()
        .map(|s| {
            let mut line = format!("{}", s.port);
            if let Some(end) = &s.end {
                line += &format!("-{}", end.value);
            }
            line += &format!(" {:?}", s.form);
            if let Some(scheme) = &s.scheme {
                line += &format!(" {scheme}");
            }
            if let Some(host) = &s.host {
                line += &format!(" @{}", host.text);
                if let Some(key) = &host.key {
                    line += &format!("({key})");
                }
            }
            if let Some(hint) = &s.hint {
                line += match hint.side {
                    Side::Host => " host",
                    Side::Container => " container",
                    Side::External => " external",
                    Side::Unknown => " unknown",
                };
            }
            if !s.fallback_of.is_empty() {
                line += &format!(" of {}", s.fallback_of.join(","));
            }
            if s.read_by != ReadBy::Host {
                line += &format!(" by {:?}", s.read_by);
            }
            if s.tense != Tense::Now {
                line += &format!(" {:?}", s.tense);
            }
            line
        })
        .collect()
}

fn check(cases: &[(&str, &str)], read: impl Fn(&Scan<'_>, &Text, &mut Vec<Sighting>)) {
    let mut wrong = Vec::new();
    for (text, expected) in cases {
        let whole = format!("\u{1f40b}é {text}");
        let start = whole.len() - text.len();
        let held = Text::verbatim(*text, start, Style::Plain);
        let mut out = Vec::new();
        read(&Scan::by(ReadBy::Host), &held, &mut out);
        for s in &out {
            assert_eq!(
                whole.get(s.span.range()).map(str::to_owned),
                Some(s.port.to_string()),
                "{text}"
            );
            assert!(s.shown.contains(s.span), "{text}");
            if let Some(host) = &s.host
                && let Some(span) = host.span
            {
                assert_eq!(whole.get(span.range()), Some(host.text.as_str()), "{text}");
            }
        }
        let found = seen(&out).join(" | ");
        if found != *expected {
            wrong.push(format!(
                "{text}\n   found    {found}\n   expected {expected}"
            ));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn values() {
    check(
        &[
            (
                "postgres://user:5432@localhost:5433/db?x=5434",
                "5433 Url postgres @localhost",
            ),
            (
                "postgresql+asyncpg://u:p@timescaledb:5432/db",
                "5432 Url postgresql @timescaledb",
            ),
            (
                "mongodb://a:27017,b:27018/db?replicaSet=rs0",
                "27017 Url mongodb @a | 27018 Url mongodb @b",
            ),
            ("http://[::1]:9000/exec", "9000 Url http @[::1]"),
            ("jdbc:postgresql://db:5432/app", "5432 Url postgresql @db"),
            (
                "jdbc:sqlserver://h:1433;databaseName=x",
                "1433 Url sqlserver @h",
            ),
            (
                "redis://${REDIS_HOST:-localhost}:${REDIS_PORT:-6380}/0",
                "6380 Url redis @${REDIS_HOST:-localhost} of REDIS_PORT",
            ),
            (
                "${QDRANT_URL:-http://localhost:6333}",
                "6333 Url http @localhost of QDRANT_URL",
            ),
            ("${A:-${B:-http://h:9000}}", "9000 Url http @h of A,B"),
            ("http://{{ host }}:6333/", "6333 Url http @{{ host }}"),
            ("postgres://<host>:5433/db", "5433 Url postgres @<host>"),
            ("localhost:5433", "5433 HostPort @localhost"),
            ("[::1]:5432", "5432 HostPort @[::1]"),
            (":9187", "9187 HostPort"),
            (
                "db-1.internal:5432,db-2.internal:5433",
                "5432 HostPort @db-1.internal | 5433 HostPort @db-2.internal",
            ),
            ("host=localhost port=5433 dbname=x", "5433 Dsn @localhost"),
            ("Server=localhost,1433;Database=x", "1433 Dsn @localhost"),
            ("Host=db;Port=5432;Database=x", "5432 Dsn @db"),
            ("<host>:5433", "5433 HostPort @<host>"),
            ("YOUR_HOST:5433", "5433 HostPort @YOUR_HOST"),
            ("${H}:${P:-5432}", "5432 HostPort @${H} of P"),
            ("$HOST:5432", "5432 HostPort @$HOST"),
            ("postgres:16", ""),
            ("mcr.microsoft.com/mssql/server:2022", ""),
            ("5432", ""),
            ("12:30:45", ""),
            ("file:///tmp/5432", ""),
        ],
        |scan, text, out| scan.value(text, out),
    );
}

#[test]
fn values_of_ports() {
    check(
        &[
            ("5432", "5432 Keyed"),
            (" 5432 ", "5432 Keyed"),
            ("${DB_PORT:-5432}", "5432 Keyed of DB_PORT"),
            ("${A-${B-5432}}", "5432 Keyed of A,B"),
            ("5433:5432", "5433 Mapping host | 5432 Mapping container"),
            (
                "${DB_PORT:-5433}:5432",
                "5433 Mapping host of DB_PORT | 5432 Mapping container",
            ),
            (
                "127.0.0.1:5433:5432/tcp",
                "5433 Mapping @127.0.0.1 host | 5432 Mapping container",
            ),
            ("5432/tcp", "5432 Keyed"),
            ("5432, 6333", "5432 Keyed | 6333 Keyed"),
            ("5432ms", ""),
            ("99999", ""),
            ("05432", ""),
        ],
        |scan, text, out| scan.named("DB_PORTS").value(text, out),
    );
}

#[test]
fn commands() {
    check(
        &[
            ("psql -h localhost -p 5433 -U x", "5433 Flag @localhost"),
            ("psql -p5433", "5433 Flag @localhost"),
            ("psql --host=db --port=5432", "5432 Flag @db"),
            (
                "PGPASSWORD=1234 psql \\\n  -h localhost -p 5433 \\\n -d x",
                "5433 Flag @localhost",
            ),
            ("PGPORT=5433 psql", "5433 Keyed @localhost"),
            (
                "export PGHOST=db\nexport PGPORT=5432\npsql",
                "5432 Keyed @db(PGHOST)",
            ),
            ("mysql -P 3307 -p1234", "3307 Flag @localhost"),
            (
                "redis-cli -h $H -p ${REDIS_PORT:-6380} ping",
                "6380 Flag @$H of REDIS_PORT",
            ),
            ("mongosh --port 27018", "27018 Flag @localhost"),
            ("nc -z -w 1 localhost 5432", "5432 Flag @localhost"),
            ("nc -zv db 5432", "5432 Flag @db"),
            ("cqlsh cassandra 9042", "9042 Flag @cassandra"),
            ("telnet 127.0.0.1 6379", "6379 Flag @127.0.0.1"),
            (
                "./wait-for-it.sh db:5432 -t 60 -- ./run",
                "5432 HostPort @db",
            ),
            (
                "dockerize -wait tcp://db:5432 -timeout 60s",
                "5432 Url tcp @db",
            ),
            (
                "curl -s http://localhost:6333/collections | jq .",
                "6333 Url http @localhost",
            ),
            ("curl localhost:9000/exec", "9000 HostPort @localhost"),
            ("sqlcmd -S localhost,1433 -U sa", "1433 Flag @localhost"),
            (
                "docker run -d -p 5433:5432 --name pg postgres:16",
                "5433 Mapping host | 5432 Mapping container",
            ),
            (
                "docker run -p127.0.0.1:6333:6333 -p 6334:6334/tcp qdrant/qdrant",
                "6333 Mapping @127.0.0.1 host | 6333 Mapping container | 6334 Mapping host | 6334 Mapping container",
            ),
            (
                "docker run --publish=${P:-5433}:5432 postgres",
                "5433 Mapping host of P | 5432 Mapping container",
            ),
            (
                "docker run -e PORT=5432 -e HOST=db app",
                "5432 Keyed @db(HOST) by Container",
            ),
            (
                "docker run --rm postgres psql -h db -p 5432",
                "5432 Flag @db container by Container",
            ),
            (
                "docker run --rm postgres psql -h host.docker.internal -p 5433",
                "5433 Flag @host.docker.internal by Container",
            ),
            (
                "docker exec -it pg psql -p 5432",
                "5432 Flag @localhost container by Container",
            ),
            (
                "docker compose -f x.yml exec -T db pg_isready -h localhost -p 5432",
                "5432 Flag @localhost container by Container",
            ),
            (
                "docker-compose run --rm app curl http://localhost:9000",
                "9000 Url http @localhost container by Container",
            ),
            (
                "kubectl -n x exec pod/pg-0 -c pg -- psql -p 5432",
                "5432 Flag @localhost container by Container",
            ),
            (
                "docker exec pg bash -c \"psql -h localhost -p 5432 && echo ok\"",
                "5432 Flag @localhost container by Container",
            ),
            (
                "kubectl port-forward svc/pg 5433:5432",
                "5433 Mapping unknown | 5432 Mapping container",
            ),
            (
                "ssh -N -L 5433:localhost:5432 me@box",
                "5433 Mapping unknown | 5432 Mapping @localhost external",
            ),
            ("ssh box 'psql -p 5432'", "5432 Flag @localhost external"),
            (
                "PSQL=\"psql -h localhost -p 5433 -U me\"",
                "5433 Flag @localhost",
            ),
            (
                "echo 'try: docker exec pg psql -p 5432'",
                "5432 Flag @localhost container by Container",
            ),
            ("# Usage: psql -h localhost -p 5433", "5433 Flag @localhost"),
            (
                "echo 'TimescaleDB (5432 container / 5433 host)'",
                "5432 Prose container | 5433 Prose host",
            ),
            ("& $psql -h localhost -p 5433", "5433 Flag @localhost"),
            ("PSQL='docker exec db psql'\n$PSQL -p 5432", ""),
            ("lsof -i :5432", "5432 Flag @localhost host"),
            (
                "ssh me@box \"lsof -i :5432\"",
                "5432 Flag @localhost external",
            ),
            (
                "docker exec pg lsof -i :5432",
                "5432 Flag @localhost container by Container",
            ),
            (
                "sudo lsof -ti:5432,6333",
                "5432 Flag @localhost host | 6333 Flag @localhost host",
            ),
            (
                "ss -ltn | grep -E ':5432|:6333'",
                "5432 Flag @localhost | 6333 Flag @localhost",
            ),
            ("docker ps | grep 5432", "5432 Flag @localhost"),
            ("fuser -k 5432/tcp", "5432 Flag @localhost host"),
            ("sudo ufw allow 5432/tcp", "5432 Flag @localhost host"),
            (
                "uvicorn app:main --port 8000 --host 0.0.0.0",
                "8000 Flag @0.0.0.0(host)",
            ),
            (
                "app --db-host db --db-port 5432 --db-timeout 3000",
                "5432 Flag @db(db-host)",
            ),
            (
                "echo \"TimescaleDB: localhost:5433\"",
                "5433 HostPort @localhost",
            ),
            ("echo 'port 5433 is open'", "5433 Prose"),
            ("PORTS=(5432 6333)", "5432 Keyed | 6333 Keyed"),
            (
                "for port in 5432 6333; do nc -z localhost $port; done",
                "5432 Keyed @localhost | 6333 Keyed @localhost",
            ),
            ("if [ \"$DB_PORT\" = \"5432\" ]; then x; fi", "5432 Keyed"),
            (
                "DB_HOST=localhost\nDB_PORT=${DB_PORT:-5433}",
                "5433 Keyed @localhost(DB_HOST) of DB_PORT",
            ),
            ("check_port 5432 \"TimescaleDB\"", "5432 Flag"),
            (
                "(exec 3<>/dev/tcp/localhost/5432) 2>/dev/null",
                "5432 Flag @localhost",
            ),
            ("# psql on port 5433", "5433 Prose"),
            (
                "while ! pg_isready -h db -p 5432; do sleep 5432; done",
                "5432 Flag @db",
            ),
            ("sh -c 'nc -z db 5432'", "5432 Flag @db"),
            (
                "mkdir -p 2024 && sleep 5432 && head -n 5432 f && kill 5432",
                "",
            ),
            ("git show 5432 && chmod 0755 x && seq 5432", ""),
            ("psql -h db <<EOF\nSELECT 5432;\nEOF", ""),
            ("make up PORT=5433", "5433 Keyed"),
            (
                "ports:\n  - \"8080:3000\"",
                "8080 Mapping host | 3000 Mapping container",
            ),
            ("netstat -ano | findstr :5432", "5432 Flag @localhost"),
            (
                "ssh -i \"C:\\k.pem\" -L 5432:db.rds.amazonaws.com:5432 ec2-user@13.1.2.3 -N",
                "5432 Mapping unknown | 5432 Mapping @db.rds.amazonaws.com external",
            ),
            (
                "PG_PORT=${PG_PORT:-5433}\npg_isready -h localhost -p \"$PG_PORT\"",
                "5433 Keyed @localhost of PG_PORT",
            ),
            (
                "P_PORT=9000\ncurl http://localhost:$P_PORT/x\nQ_PORT=9001\nnc -z db ${Q_PORT}",
                "9000 Keyed @localhost | 9001 Keyed @db",
            ),
            (
                "redis-server --port 6380 --maxclients 9000",
                "6380 Flag by Server",
            ),
            (
                "postgres -c max_connections=5432 -p 5433",
                "5433 Flag by Server",
            ),
            (
                "docker exec -it pg bash\npsql -p 5432\nexit\npsql -p 5433",
                "5432 Flag @localhost container by Container | 5433 Flag @localhost",
            ),
            ("DB_HOST=db\n# DB_PORT=5432", "5432 Keyed @db(DB_HOST)"),
            ("wait-on tcp:5432", "5432 Flag @localhost"),
            (
                "psql postgres://u:p@localhost:5433/db -c 'SELECT 5432'",
                "5433 Url postgres @localhost",
            ),
            ("psql \"host=localhost port=5433\"", "5433 Dsn @localhost"),
        ],
        |scan, text, out| scan.command(text, out),
    );
}

#[test]
fn prose() {
    check(
        &[
            ("It runs on port 5433.", "5433 Prose"),
            ("Porta: 5433", "5433 Item"),
            (
                "**Port:** 5444 (host) / 5432 (container)",
                "5444 Item host | 5432 Prose container",
            ),
            (
                "- **Port**: 5433 (host) → 5432 (container)",
                "5433 Mapping host | 5432 Mapping container",
            ),
            (
                "ports 5432, 6333 and 9000",
                "5432 Prose | 6333 Prose | 9000 Prose",
            ),
            (
                "Ports: 9002 (HTTP UI), 9009 (ILP ingestion), 8812 (PostgreSQL wire)",
                "9002 Item | 9009 Prose | 8812 Prose",
            ),
            ("TimescaleDB: 5432", "5432 Item"),
            ("PgAdmin (5050), pgWeb (8081)", "5050 Prose | 8081 Prose"),
            ("**9000** - QuestDB (Web Console)", "9000 Item"),
            (
                "(using 8180 to avoid conflict with Adminer:8080)",
                "8080 Prose",
            ),
            (
                "0.0.0.0:5432->5432/tcp, :::5432->5432/tcp",
                "5432 Mapping @0.0.0.0 host | 5432 Mapping container | 5432 Mapping @:: host | 5432 Mapping container",
            ),
            (
                "0.0.0.0:6333-6334 -> 6333-6334/tcp",
                "6333-6334 Mapping @0.0.0.0 host | 6333-6334 Mapping container",
            ),
            (
                "443/tcp, 0.0.0.0:5050->80/tcp",
                "443 Exposed container | 5050 Mapping @0.0.0.0 host | 80 Mapping container",
            ),
            (
                "5432/tcp -> 127.0.0.1:5433",
                "5432 Mapping container | 5433 Mapping @127.0.0.1 host",
            ),
            (
                "3306/tcp, 33060/tcp",
                "3306 Exposed container | 33060 Exposed container",
            ),
            (
                "listening on 0.0.0.0:5432",
                "5432 HostPort @0.0.0.0 by Server",
            ),
            (
                "LOG:  listening on IPv4 address \"0.0.0.0\", port 5432",
                "5432 Prose @0.0.0.0 by Server",
            ),
            (
                "(container port; host UI exposed on 9002)",
                "9002 Prose host",
            ),
            ("The container is available on port 5433", "5433 Prose"),
            (
                "container port 5432, host port 5433",
                "5432 Prose container | 5433 Prose host",
            ),
            ("Make sure port 6379 on the host is free", "6379 Prose host"),
            (
                "connects to port 9000 of the questdb container",
                "9000 Prose container",
            ),
            ("(host → container 5432)", "5432 Prose container"),
            ("the port was 5432", "5432 Prose History"),
            (
                "moved from 5432 → 7000",
                "5432 Mapping History | 7000 Mapping History",
            ),
            (
                "`5433` → `5432`",
                "5433 Mapping host | 5432 Mapping container",
            ),
            (
                "[`http://localhost:9200`](http://localhost:9200)",
                "9200 Url http @localhost | 9200 Url http @localhost",
            ),
            ("see http://localhost:9000.", "9000 Url http @localhost"),
            ("**http://localhost:9000**", "9000 Url http @localhost"),
            (
                "- \"5433:5432\"",
                "5433 Mapping host | 5432 Mapping container",
            ),
            (
                "- '127.0.0.1:6333:6333'",
                "6333 Mapping @127.0.0.1 host | 6333 Mapping container",
            ),
            (
                "TimescaleDB (Container - Port 5432 internal only)",
                "5432 Prose container",
            ),
            (
                "TimescaleDB: localhost:5432 (internal only)",
                "5432 HostPort @localhost container",
            ),
            (
                "Do NOT expose TimescaleDB port (5432) to internet",
                "5432 Prose",
            ),
            ("'PORT': 5432,", "5432 Keyed"),
            ("\"host\": \"db\",\n\"port\": 5432", "5432 Keyed @db"),
            (
                "SQL Server answers at `tcp:localhost,5433`.",
                "5433 HostPort @localhost",
            ),
            ("10.0.0.7,1433 | sa", "1433 HostPort @10.0.0.7"),
            ("allowed: localhost,5173,8080", ""),
            ("on localhost, 5433 rows", ""),
            ("the 5432 port", "5432 Prose"),
            ("├── redis (6380) → RAG caching", "6380 Prose"),
            ("porta 5433 do host", "5433 Prose host"),
            (
                "PostgreSQL uses localhost port 5433; tests use 5434.",
                "5433 Prose @localhost",
            ),
            (
                "postgres:16 (host port 5433 here; 5432 is often taken)",
                "5433 Prose host",
            ),
            (
                "Connect: host `localhost`, port `5433`, user `u`",
                "5433 Prose @localhost",
            ),
            (
                "Default ports: Airflow 8080, Postgres 5432, pgAdmin 5050",
                "8080 Prose | 5432 Prose | 5050 Prose",
            ),
            (
                "Starting QuestDB on ports: HTTP=9000, ILP=9009",
                "9000 Prose | 9009 Prose",
            ),
            (
                "PostgreSQL: 5433 → 5432",
                "5433 Mapping host | 5432 Mapping container",
            ),
            (
                "QuestDB on ports 9000 (HTTP), 8812 (PostgreSQL), 9009",
                "9000 Prose | 8812 Prose | 9009 Prose",
            ),
            ("server `db`, port 5432", "5432 Prose @db"),
            ("the host port 5433", "5433 Prose host"),
            ("6333 (REST), 6334 (gRPC)", "6333 Item | 6334 Prose"),
            ("- 9000, 9001 (MinIO)", "9000 Item | 9001 Prose"),
            (
                "Scan externe : 5432 (PostgreSQL) et 6333 (Qdrant) non exposés",
                "5432 Item | 6333 Prose",
            ),
            (
                "maps port 8000 on your host machine to the container's port 8000",
                "8000 Prose host | 8000 Prose container",
            ),
            (
                "- Port: 5433 (external), 5432 (internal)",
                "5433 Item host | 5432 Prose container",
            ),
            ("Port 5433 (externally accessible)", "5433 Prose host"),
            ("│  PostgreSQL │ :5432 (internal)", "5432 Prose container"),
            (
                "If ports 3000, 5432, or 6379 are in use:",
                "3000 Prose host | 5432 Prose host | 6379 Prose host",
            ),
            (
                "Postgres is remapped to host port 5433, not the default 5432",
                "5433 Prose host",
            ),
            ("The postgres container exposes port 5432", "5432 Prose"),
            ("Open the external dashboard (port 5050)", "5050 Prose"),
            ("포트 5432, 端口 5433", "5432 Prose | 5433 Prose"),
            ("Reserved: ports 7000-7999", ""),
            ("### Monitoring (9000–9999)", ""),
        ],
        |scan, text, out| scan.prose(text, out),
    );
}

#[test]
fn hosts_of_sibling_keys() {
    for (block, expected) in [
        ("DB_HOST=localhost DB_PORT=5432", "localhost"),
        ("POSTGRES_SEEDS=postgresql DB_PORT=5432", "postgresql"),
        ("DB=postgres12 QDRANT_HOST=q QDRANT_GRPC_PORT=6334", "q"),
        ("REDIS_HOST=r QDRANT_HOST=q QDRANT_PORT=6334", "q"),
        ("host=db port=5432", "db"),
        (
            "GATEWAY_DATABASE_HOST=g DATABASE_HOST=d GATEWAY_DATABASE_PORT=5432",
            "g",
        ),
        (
            "REDIS_URL=redis://localhost:6380 REDIS_PORT=6380",
            "localhost",
        ),
        ("REDIS_HOST=redis HTTP_PORT=8080", "-"),
        ("HOST=0.0.0.0 DB_PORT=5432", "-"),
        ("KESTRA_DB_HOST=kestra-postgres KESTRA_HTTP_PORT=8180", "-"),
        (
            "DB_SERVER_HOST=mysql-server DB_SERVER_PORT=3306",
            "mysql-server",
        ),
        ("spring.redis.host=redis spring.redis.port=6379", "redis"),
        ("PGADMIN_HOST_PORT=5050", "-"),
        ("DB_HOST=pg DB_NAME=shop MYSQL_PORT=3306", "pg"),
        ("DB_HOST=pg REDIS_PORT=6379", "-"),
        ("VECTOR_URL=http://v:6333 VECTOR_GRPC_PORT=6334", "v"),
        ("SHOP_URL=http://s:8000 SHOP_DB_PORT=5432", "-"),
        ("APP_HOST=0.0.0.0 DB_PORT=5432", "-"),
        ("DB_HOST=pg EXPOSE_POSTGRES_PORT=5432", "-"),
        (
            "DB_HOST=pg A=1 B=2 C=3 D=4 E=5 F=6 G=7 H=8 POSTGRES_PORT=5432",
            "-",
        ),
    ] {
        let mut entries = Vec::new();
        let mut at = 0;
        for pair in block.split(' ') {
            let (key, value) = pair.split_once('=').unwrap();
            entries.push((key, Text::verbatim(value, at + key.len() + 1, Style::Plain)));
            at += pair.len() + 1;
        }
        let mut out = Vec::new();
        for (key, value) in &entries {
            Scan::by(ReadBy::Host).named(key).value(value, &mut out);
        }
        let view: Vec<Entry<'_>> = entries
            .iter()
            .map(|(key, value)| Entry { key, value })
            .collect();
        pair_hosts(&view, &mut out);
        let port = out.iter().rfind(|s| s.form == Form::Keyed).unwrap();
        let host = port.host.as_ref().map_or("-", |h| h.text.as_str());
        assert_eq!(host, expected, "{block}");
    }
}

#[test]
fn commands_that_carry_commands_do_not_pile_up() {
    for piece in [
        "docker run -p 5432:5432 postgres ",
        "docker exec pg ",
        "ssh box ",
        "sudo ",
        "sh -c ",
        "kubectl exec pg -- ",
        "$(echo ",
        "compose run ",
    ] {
        let text = format!("{}psql -p 5432", piece.repeat(20_000));
        let mut out = Vec::new();
        Scan::by(ReadBy::Host).command(&Text::verbatim(text, 0, Style::Plain), &mut out);
    }
}
