// Settings of the order service. In the data stack it runs as a container and gets its URLs from there;
// the fallbacks are for a start by hand.

module.exports = {
  server: {
    port: Number(process.env.ORDERS_PORT || 4010),
  },

  timescaledb: {
    url: process.env.TIMESCALEDB_URL || 'postgres://trader@localhost:5432/market',
  },

  backup: {
    host: process.env.TIMESCALEDB_BACKUP_HOST || 'localhost',
    port: Number(process.env.TIMESCALEDB_BACKUP_PORT || 5437),
  },

  redis: {
    url: process.env.REDIS_URL || 'redis://localhost:6380/0',
  },

  // The venue's own address, not one of ours.
  venue: {
    url: process.env.VENUE_URL || 'https://gateway.venue.example.com:5432/fix',
  },
};
