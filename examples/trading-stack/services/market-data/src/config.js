// Settings of the market data service. It runs on the developer's machine and reaches the stacks through their
// published ports.

const number = (name, fallback) => Number.parseInt(process.env[name] ?? fallback, 10);

module.exports = {
  server: {
    port: Number(process.env.MARKET_DATA_PORT || 4000),
  },

  timescaledb: {
    host: process.env.TIMESCALEDB_HOST || 'localhost',
    port: Number(process.env.TIMESCALEDB_PORT || 5432),
    database: 'market',
    statementTimeoutMs: number('QUERY_TIMEOUT_MS', '5432'),
  },

  questdb: {
    httpUrl: process.env.QUESTDB_URL || 'http://localhost:9001',
    ilp: {
      host: process.env.QUESTDB_HOST || 'localhost',
      port: parseInt(process.env.QUESTDB_ILP_PORT || '9010', 10),
    },
    postgresUrl: process.env.QUESTDB_PG_URL || 'postgres://admin@localhost:8814/qdb',
  },
};
