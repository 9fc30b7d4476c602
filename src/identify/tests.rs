use super::*;
use crate::policy::Policy;

fn shown(identity: &Identity) -> String {
    format!(
        "{}{} {} {}",
        identity.kind.name(),
        if identity.certain { "" } else { "?" },
        identity.engine.as_deref().unwrap_or("-"),
        identity.policy_service.as_deref().unwrap_or("-"),
    )
}

fn input<'a>(name: &'a str, image: &'a str, targets: &'a [u16]) -> Input<'a> {
    Input {
        service_name: name,
        image: (!image.is_empty()).then_some(image),
        targets,
        ..Input::default()
    }
}

/// `(service name, image, container ports, expected)`
type Case = (&'static str, &'static str, &'static [u16], &'static str);

fn check(cases: &[Case]) {
    let policy = Policy::builtin();
    let wrong: Vec<_> = cases
        .iter()
        .filter_map(|&(name, image, targets, expected)| {
            let found = shown(&identify(&policy, &input(name, image, targets)));
            (found != expected)
                .then(|| format!("{name} {image} {targets:?}: {found}, not {expected}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn images_of_databases() {
    check(&[
        ("db", "postgres:16-alpine", &[5432], "database postgres -"),
        ("db", "postgres", &[], "database postgres -"),
        (
            "db",
            "docker.io/library/postgres:16@sha256:00",
            &[5432],
            "database postgres -",
        ),
        (
            "db",
            "public.ecr.aws/docker/library/postgres:15",
            &[5432],
            "database postgres -",
        ),
        (
            "db",
            "docker.io/bitnami/postgresql:16",
            &[5432],
            "database postgres -",
        ),
        (
            "db",
            "bitnamilegacy/postgresql:16",
            &[5432],
            "database postgres -",
        ),
        (
            "db",
            "supabase/postgres:15.1.0.147",
            &[5432],
            "database postgres -",
        ),
        (
            "db",
            "ghcr.io/immich-app/postgres:14-vectorchord0.3.0",
            &[],
            "database postgres -",
        ),
        (
            "db",
            "postgis/postgis:16-3.4",
            &[5432],
            "database postgis -",
        ),
        (
            "db",
            "pgvector/pgvector:pg16",
            &[5432],
            "database pgvector -",
        ),
        (
            "db",
            "timescale/timescaledb:latest-pg16",
            &[5432],
            "database timescaledb TimescaleDB",
        ),
        (
            "db",
            "timescale/timescaledb-ha:pg16",
            &[5432],
            "database timescaledb TimescaleDB",
        ),
        (
            "crdb",
            "cockroachdb/cockroach:v23.1.11",
            &[26257, 8080],
            "database cockroachdb -",
        ),
        (
            "yb",
            "yugabytedb/yugabyte:latest",
            &[5433],
            "database yugabytedb -",
        ),
        ("citus", "citusdata/citus:12", &[5432], "database citus -"),
        (
            "pool",
            "edoburu/pgbouncer:1.21.0",
            &[5432],
            "database pgbouncer -",
        ),
        ("pool", "bitnami/pgpool:4", &[5432], "database pgpool -"),
        ("db", "mysql:8.0-oracle", &[3306], "database mysql -"),
        (
            "db",
            "container-registry.oracle.com/mysql/community-server:8.0",
            &[3306],
            "database mysql -",
        ),
        ("db", "mariadb:10-focal", &[3306], "database mariadb -"),
        (
            "db",
            "lscr.io/linuxserver/mariadb:latest",
            &[3306],
            "database mariadb -",
        ),
        (
            "db",
            "percona/percona-server:8.0",
            &[3306],
            "database percona -",
        ),
        ("mongo", "mongo:7", &[27017], "database mongodb -"),
        (
            "mongo",
            "mongodb/mongodb-community-server:7.0-ubi9",
            &[27017],
            "database mongodb -",
        ),
        ("cache", "redis:7-alpine", &[6379], "database redis Redis"),
        (
            "cache",
            "redis/redis-stack:latest",
            &[6379, 8001],
            "database redis Redis",
        ),
        (
            "cache",
            "redislabs/redismod",
            &[6379],
            "database redis Redis",
        ),
        (
            "cache",
            "docker.io/valkey/valkey:8.0-alpine",
            &[6379],
            "database valkey -",
        ),
        ("redis", "valkey/valkey:8", &[6379], "database valkey Redis"),
        ("cache", "eqalpha/keydb", &[6379], "database keydb -"),
        (
            "cache",
            "docker.dragonflydb.io/dragonflydb/dragonfly",
            &[6379],
            "database dragonfly -",
        ),
        ("cache", "memcached:1.6", &[11211], "database memcached -"),
        (
            "vec",
            "qdrant/qdrant:v1.9.0",
            &[6333, 6334],
            "database qdrant Qdrant",
        ),
        (
            "vec",
            "registry.gitlab.com/acme/mirror/qdrant/qdrant:v1",
            &[6333],
            "database qdrant Qdrant",
        ),
        (
            "vec",
            "cr.weaviate.io/semitechnologies/weaviate:1.24.1",
            &[8080],
            "database weaviate -",
        ),
        (
            "vec",
            "milvusdb/milvus:v2.3.3",
            &[19530, 9091],
            "database milvus -",
        ),
        ("vec", "chromadb/chroma", &[8000], "database chroma -"),
        (
            "tsdb",
            "questdb/questdb:8.3.1",
            &[9000, 9009],
            "database questdb QuestDB",
        ),
        ("tsdb", "influxdb:2.7", &[8086], "database influxdb -"),
        (
            "tsdb",
            "victoriametrics/victoria-metrics",
            &[8428],
            "database victoriametrics -",
        ),
        (
            "ch",
            "clickhouse/clickhouse-server:24",
            &[8123, 9000],
            "database clickhouse -",
        ),
        (
            "es",
            "docker.elastic.co/elasticsearch/elasticsearch:8.13.0",
            &[9200],
            "database elasticsearch -",
        ),
        (
            "es",
            "elasticsearch:7.16.1",
            &[9200, 9300],
            "database elasticsearch -",
        ),
        (
            "es",
            "opensearchproject/opensearch:2",
            &[9200],
            "database opensearch -",
        ),
        ("search", "solr:9", &[8983], "database solr -"),
        (
            "search",
            "typesense/typesense:26.0",
            &[8108],
            "database typesense -",
        ),
        (
            "search",
            "getmeili/meilisearch:v1.7",
            &[7700],
            "database meilisearch -",
        ),
        ("graph", "neo4j:5", &[7474, 7687], "database neo4j -"),
        ("graph", "arangodb:3.11", &[8529], "database arangodb -"),
        ("cass", "cassandra:4", &[9042], "database cassandra -"),
        (
            "scylla",
            "scylladb/scylla:5.4",
            &[9042],
            "database scylladb -",
        ),
        ("couch", "couchdb:3", &[5984], "database couchdb -"),
        ("cb", "couchbase:community", &[8091], "database couchbase -"),
        (
            "sql",
            "mcr.microsoft.com/mssql/server:2022-latest",
            &[1433],
            "database mssql -",
        ),
        (
            "sql",
            "mcr.microsoft.com/azure-sql-edge:1.0.4",
            &[1433],
            "database mssql -",
        ),
        (
            "ora",
            "gvenzl/oracle-free:23-slim",
            &[1521],
            "database oracle -",
        ),
        (
            "ora",
            "container-registry.oracle.com/database/free:latest",
            &[1521],
            "database oracle -",
        ),
        (
            "db2",
            "icr.io/db2_community/db2",
            &[50000],
            "database db2 -",
        ),
        (
            "fb",
            "jacobalberty/firebird:v4",
            &[3050],
            "database firebird -",
        ),
        ("r", "rethinkdb:2.4", &[28015, 8080], "database rethinkdb -"),
        (
            "s",
            "surrealdb/surrealdb:v1",
            &[8000],
            "database surrealdb -",
        ),
        (
            "etcd",
            "quay.io/coreos/etcd:v3.5.5",
            &[2379],
            "database etcd -",
        ),
        (
            "consul",
            "hashicorp/consul:1.18",
            &[8500],
            "database consul -",
        ),
        (
            "s3",
            "minio/minio:RELEASE.2024",
            &[9000, 9001],
            "database minio -",
        ),
        ("s3", "quay.io/minio/minio", &[9000], "database minio -"),
        ("s3", "chrislusf/seaweedfs", &[8333], "database seaweedfs -"),
        ("s3", "dxflrs/garage:v1.0.0", &[3900], "database garage -"),
        (
            "blob",
            "mcr.microsoft.com/azure-storage/azurite",
            &[10000],
            "database azurite -",
        ),
        (
            "ddb",
            "amazon/dynamodb-local",
            &[8000],
            "database dynamodb -",
        ),
    ]);
}

#[test]
fn images_of_what_stands_around_databases() {
    check(&[
        (
            "ui",
            "dpage/pgadmin4:latest",
            &[80],
            "admin-ui pgadmin pgAdmin",
        ),
        ("ui", "adminer", &[8080], "admin-ui adminer Adminer"),
        ("ui", "sosedoff/pgweb", &[8081], "admin-ui pgweb pgweb"),
        (
            "ui",
            "phpmyadmin/phpmyadmin",
            &[80],
            "admin-ui phpmyadmin -",
        ),
        ("ui", "mongo-express", &[8081], "admin-ui mongo-express -"),
        (
            "redis-commander",
            "ghcr.io/joeferner/redis-commander:latest",
            &[8081],
            "admin-ui redis-commander -",
        ),
        (
            "redisinsight",
            "redis/redisinsight:2.70",
            &[5540],
            "admin-ui redisinsight -",
        ),
        (
            "ui",
            "dbeaver/cloudbeaver:24",
            &[8978],
            "admin-ui cloudbeaver -",
        ),
        (
            "kibana",
            "docker.elastic.co/kibana/kibana:8.13.0",
            &[5601],
            "admin-ui kibana -",
        ),
        (
            "ui",
            "opensearchproject/opensearch-dashboards:2",
            &[5601],
            "admin-ui opensearch-dashboards -",
        ),
        ("ui", "zilliz/attu:v2.3", &[3000], "admin-ui attu -"),
        (
            "m",
            "quay.io/prometheuscommunity/postgres-exporter",
            &[9187],
            "exporter postgres-exporter -",
        ),
        (
            "timescaledb-exporter",
            "prometheuscommunity/postgres-exporter",
            &[9187],
            "exporter postgres-exporter TimescaleDB exporter",
        ),
        (
            "m",
            "oliver006/redis_exporter",
            &[9121],
            "exporter redis-exporter -",
        ),
        (
            "m",
            "prom/mysqld-exporter",
            &[9104],
            "exporter mysqld-exporter -",
        ),
        (
            "m",
            "percona/mongodb_exporter:0.40",
            &[9216],
            "exporter mongodb-exporter -",
        ),
        (
            "m",
            "quay.io/prometheuscommunity/elasticsearch-exporter",
            &[9114],
            "exporter elasticsearch-exporter -",
        ),
    ]);
}

#[test]
fn images_that_are_no_data_services() {
    check(&[
        (
            "kafka",
            "confluentinc/cp-kafka:7.7.0",
            &[9092],
            "other kafka -",
        ),
        (
            "mq",
            "rabbitmq:3-management",
            &[5672, 15672],
            "other rabbitmq -",
        ),
        (
            "rp",
            "docker.redpanda.com/vectorized/redpanda:v22.2.2",
            &[9092],
            "other redpanda -",
        ),
        (
            "kafka-ui",
            "provectuslabs/kafka-ui:latest",
            &[8080],
            "other kafka-ui -",
        ),
        ("zk", "zookeeper:3.9", &[2181], "other zookeeper -"),
        (
            "sr",
            "confluentinc/cp-schema-registry:7.7.0",
            &[8081],
            "other schema-registry -",
        ),
        (
            "kc",
            "confluentinc/cp-kafka-connect:7.7.0",
            &[8083],
            "other kafka-connect -",
        ),
        (
            "grafana",
            "grafana/grafana-oss:11.2.0",
            &[3000],
            "other grafana -",
        ),
        (
            "loki",
            "grafana/loki:latest",
            &[3100],
            "other grafana-stack -",
        ),
        (
            "prometheus",
            "prom/prometheus:v3",
            &[9090],
            "other prometheus -",
        ),
        (
            "node",
            "quay.io/prometheus/node-exporter:latest",
            &[9100],
            "other system-exporter -",
        ),
        (
            "cadvisor",
            "gcr.io/cadvisor/cadvisor:v0.52.1",
            &[8080],
            "other cadvisor -",
        ),
        ("logstash", "logstash:7.16.1", &[5044], "other tracing -"),
        ("web", "nginx:alpine", &[80], "other nginx -"),
        ("proxy", "traefik:v3", &[80, 8080], "other web-server -"),
        ("kong", "kong:3.6", &[8000, 8001], "other kong -"),
        (
            "auth",
            "quay.io/keycloak/keycloak:24",
            &[8080],
            "other identity -",
        ),
        ("n8n", "docker.n8n.io/n8nio/n8n:1", &[5678], "other n8n -"),
        (
            "temporal",
            "temporalio/auto-setup:1.24",
            &[7233],
            "other temporal -",
        ),
        ("wp", "wordpress:latest", &[80], "other self-hosted -"),
        ("mc", "minio/mc", &[], "other minio-client -"),
        (
            "backup",
            "prodrigestivill/postgres-backup-local:16",
            &[],
            "other database-backup -",
        ),
        ("flyway", "flyway/flyway:10", &[], "other migration-tool -"),
        ("llm", "ollama/ollama", &[11434], "other machine-learning -"),
    ]);
}

#[test]
fn names_and_unknown_images() {
    check(&[
        (
            "vector",
            "img-data-qdrant",
            &[6333],
            "database? qdrant Qdrant",
        ),
        (
            "vector",
            "img-data-qdrant:2025.10",
            &[],
            "database? qdrant Qdrant",
        ),
        (
            "db",
            "ghcr.io/acme/postgres-custom:1",
            &[5432],
            "database? postgres -",
        ),
        (
            "db",
            "ghcr.io/acme/postgres-custom:1",
            &[5555],
            "database? postgres -",
        ),
        ("db", "acme/postgres:16", &[5432], "database postgres -"),
        ("db", "acme/postgres:16", &[], "database? postgres -"),
        ("x", "myorg/app-postgres-client", &[8080], "other? - -"),
        ("x", "myorg/app-postgres-client", &[], "other? - -"),
        (
            "x",
            "acme/redis-exporter",
            &[9121],
            "exporter? redis-exporter -",
        ),
        ("x", "acme/questdb-exporter", &[9000], "exporter? - -"),
        ("x", "acme/mongo-ui", &[3000], "admin-ui? - -"),
        ("x", "acme/flask-redis", &[5000], "other? - -"),
        ("x", "acme/api:1", &[3000], "other? - -"),
        (
            "x",
            "${POSTGRES_IMAGE}:${TAG}",
            &[5432],
            "database? postgres -",
        ),
        ("api", "${IMAGE}", &[3000], "other? - -"),
        ("postgres-db", "", &[5432], "database? postgres -"),
        ("postgres", "", &[], "database? postgres -"),
        ("redis", "", &[6380], "database? redis Redis"),
        ("api-mongo", "", &[3000], "other? - -"),
        ("kong-db", "", &[5432], "database? postgres Kong DB"),
        (
            "kong-database",
            "postgres:13",
            &[5432],
            "database postgres Kong DB",
        ),
        ("kong-migrations", "kong:3", &[], "other kong -"),
        (
            "langgraph-postgres",
            "postgres:15",
            &[5432],
            "database postgres PostgreSQL LangGraph",
        ),
        ("langgraph", "img-tools-langgraph", &[8112], "other? - -"),
        ("db", "", &[5432], "database? postgres -"),
        ("db", "", &[8080], "other? - -"),
        ("app-db", "acme/thing", &[3306], "database? mysql -"),
        ("postgres-keycloak", "", &[5432], "database? postgres -"),
        ("keycloak-postgres", "acme/kc", &[8080], "other? - -"),
        (
            "timescaledb",
            "",
            &[5432],
            "database? timescaledb TimescaleDB",
        ),
        (
            "timescaledb-backup",
            "timescale/timescaledb:latest-pg16",
            &[5432],
            "database timescaledb TimescaleDB backup",
        ),
        (
            "timescaledb-backup",
            "acme/ts-standby",
            &[5432],
            "database? timescaledb TimescaleDB backup",
        ),
        ("timescaledb-backup", "acme/cron", &[], "other? - -"),
        (
            "timescaledb-pgadmin",
            "acme/ui",
            &[80],
            "admin-ui? pgadmin pgAdmin",
        ),
        ("postgres-backup", "postgres:16", &[], "other? postgres -"),
        ("db-migrate", "postgres:16", &[], "other? postgres -"),
        ("db-migrate", "postgres:16", &[5432], "database postgres -"),
        (
            "postgres-exporter",
            "acme/exporter",
            &[9187],
            "exporter? postgres-exporter -",
        ),
        (
            "redis-commander",
            "acme/ui",
            &[8081],
            "admin-ui? redis-commander -",
        ),
        // the image of the database above was copied; the name is meant
        (
            "timescaledb-adminer",
            "timescale/timescaledb:latest-pg16",
            &[8080],
            "admin-ui? adminer Adminer",
        ),
        (
            "timescaledb-exporter",
            "timescale/timescaledb:a:b",
            &[9187],
            "exporter? postgres-exporter TimescaleDB exporter",
        ),
        (
            "timescaledb-azimutt",
            "azimutt/azimutt:main",
            &[4000],
            "admin-ui azimutt -",
        ),
        (
            "postgres-adminer",
            "postgres:16",
            &[5433],
            "database postgres -",
        ),
        ("redis-api", "postgres:16", &[5432], "database postgres -"),
        ("web", "node:20", &[3000], "other? - -"),
        ("redis", "alpine:3", &[6379], "database? redis Redis"),
        ("", "", &[], "other? - -"),
        ("🔑", ":@$", &[0], "other? - -"),
    ]);
}

#[test]
fn labels_builds_and_containers() {
    let policy = Policy::builtin();
    let mut service = input("store", "acme/store", &[7777]);
    service.label_kind = Some("database");
    assert_eq!(shown(&identify(&policy, &service)), "database - -");
    service.label_kind = Some("nonsense");
    assert_eq!(shown(&identify(&policy, &service)), "other? - -");

    let mut built = input("store", "", &[5432]);
    built.dockerfile_from = Some("postgres:16");
    let identity = identify(&policy, &built);
    assert_eq!(shown(&identity), "database postgres -");
    assert_eq!(identity.evidence, "its Dockerfile's `FROM` `postgres:16`");
    built.image = Some("img-data-store");
    assert_eq!(shown(&identify(&policy, &built)), "database postgres -");
    built.image = Some("grafana/grafana");
    assert_eq!(shown(&identify(&policy, &built)), "other grafana -");
    built.image = None;
    built.dockerfile_from = Some("debian:12");
    assert_eq!(shown(&identify(&policy, &built)), "other? - -");

    let mut named = input("store", "", &[9000, 9009]);
    named.container_name = Some("data-questdb");
    assert_eq!(
        shown(&identify(&policy, &named)),
        "database? questdb QuestDB"
    );
}

#[test]
fn a_tool_on_its_own_port_is_what_its_name_says_whatever_the_image() {
    check(&[
        (
            "pg-exporter",
            "timescale/timescaledb:latest-pg16",
            &[9187],
            "exporter? postgres-exporter -",
        ),
        (
            "warehouse-pgweb",
            "postgres:16",
            &[8081],
            "admin-ui? pgweb pgweb",
        ),
        // the image's own port leaves no doubt
        ("pgweb-db", "postgres:16", &[5432], "database postgres -"),
        ("cache-exporter", "redis:7", &[6379], "database redis Redis"),
    ]);
}
