#!/usr/bin/env bash
# Dumps the market database from the host, and checks the dump in the backup server.
set -euo pipefail

stamp="$(date +%Y%m%d)"

pg_dump -h localhost -p "${TIMESCALEDB_PORT:-5432}" -U trader -Fc market > "market-${stamp}.dump"
pg_restore -h localhost -p 5437 -U postgres -d market --clean "market-${stamp}.dump"

docker exec trading-timescaledb psql -h localhost -p 5432 -U trader -c 'select count(*) from ticks' market
