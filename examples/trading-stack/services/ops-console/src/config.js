// Settings of the operations console: links to every admin page, and health probes.

module.exports = {
  server: { port: Number(process.env.OPS_CONSOLE_PORT || 4030) },

  links: {
    pgadmin: process.env.PGADMIN_URL || 'http://localhost:5051',
    adminer: process.env.ADMINER_URL || 'http://localhost:8082',
    pgweb: process.env.PGWEB_URL || 'http://localhost:8083',
    grafana: process.env.GRAFANA_URL || 'http://localhost:3000',
  },

  probes: {
    kongDb: {
      host: process.env.KONG_DB_HOST || 'localhost',
      port: Number(process.env.KONG_DB_PORT || 5433),
    },
    timescaledbExporter: process.env.TIMESCALEDB_EXPORTER_URL || 'http://localhost:9188/metrics',
  },
};
