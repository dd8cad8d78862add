/**
 * A downstream service with an ordinary OpenTelemetry set-up: responds with the headers of the request. Exits with its
 * parent.
 */
import './telemetry';
import { createServer } from 'node:http';

const server = createServer((request, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(request.headers));
});
server.listen(0, '127.0.0.1', () => process.send?.(server.address()));
process.on('disconnect', () => process.exit());
