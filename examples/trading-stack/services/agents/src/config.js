// Settings of the agents' API.

const env = process.env;

module.exports = {
  server: { port: Number(env.AGENTS_PORT ?? 4020) },

  checkpoints: {
    // LangGraph's own PostgreSQL.
    url: env.LANGGRAPH_DATABASE_URL ?? 'postgresql://langgraph@127.0.0.1:5438/checkpoints',
  },

  qdrant: {
    url: env.QDRANT_URL ?? 'http://localhost:6333',
    grpcPort: Number(env.QDRANT_GRPC_PORT ?? 6334),
  },

  memory: {
    host: env.REDIS_HOST ?? 'localhost',
    port: Number(env.REDIS_PORT ?? 6380),
  },
};
