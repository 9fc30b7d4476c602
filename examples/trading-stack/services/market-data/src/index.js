const http = require('node:http');
const config = require('./config');

http
  .createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ status: 'ok' }));
  })
  .listen(config.server.port);
