/**
 * A downstream service of the tests, in a process of its own with an ordinary OpenTelemetry set-up: answers
 * with the headers that it was called with. Ends when its parent does.
 */
import './telemetry';
import { createServer } from 'node:http';

const server = createServer((request, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(request.headers));
});
server.listen(0, '127.0.0.1', () => process.send?.(server.address()));
process.on('disconnect', () => process.exit());
