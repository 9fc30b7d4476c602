"""Writes a scratch repository whose names and texts try to break out of every output format."""

import pathlib
import sys

SECRET = "hunter2-s3cr3t"

COMPOSE = """\
# \U0001f418\U0001f418 the databases
services:
  timescaledb:
    image: timescale/timescaledb:latest-pg16 # \U0001f418
    environment:
      POSTGRES_PASSWORD: %(secret)s
    ports:
      - "${TIMESCALEDB_PORT:-5432}:5432"
  redis:
    image: redis:7
    command: redis-server --requirepass %(secret)s --port 6379
    ports:
      - "6380:6379" # portlint: ignore[port-drift] <img src=x onerror=alert(1)> \u202eevil
  "kong-db":
    image: postgres:16
    ports: ["5433:5432"]
  adminer:
    image: adminer
    ports:
      - 8082:8080
  web:
    image: nginx
    ports: ["7005:80"]
""" % {"secret": SECRET}

CONFIG = """\
module.exports = {
  /* \U0001f418 */ url: process.env.DATABASE_URL || 'postgres://app:%(secret)s@localhost:5432/db', // portlint: ignore[wrong-band, http://www.evil.example/<b>|x]
  redis: 'redis://:%(secret)s@localhost:6380/0',
};
""" % {"secret": SECRET}

ENV = "POSTGRES_PASSWORD=%(secret)s\r\nTIMESCALEDB_PORT=5432\r\nDATABASE_URL=postgres://app:%(secret)s@localhost:5432/db # portlint: ignore[\u001b[31mPL999\u001b[0m]\r\n" % {
    "secret": SECRET
}

HOSTILE_DIRS = [
    "plain",
    "we & \"quoted\" 'dir'/\u00fc \U0001f418",
    "::set-output name=a::b,c:d%0A",
    "<img src=x onerror=alert(1)>",
    "`code`|[link](http:;;evil.example)",
    "line\nbreak\r\x1b[31m\u202e",
]


def main() -> None:
    root = pathlib.Path(sys.argv[1])
    for name in HOSTILE_DIRS:
        folder = root / name
        folder.mkdir(parents=True)
        (folder / "docker-compose.yml").write_text(COMPOSE, encoding="utf-8", newline="")
        (folder / ".env").write_text(ENV, encoding="utf-8", newline="")
        (folder / "src").mkdir()
        (folder / "src" / "config.js").write_text(CONFIG, encoding="utf-8", newline="")
    (root / ".git").mkdir()


if __name__ == "__main__":
    main()
