/**
 * A service without OpenTelemetry, over HTTP and HTTPS: responds with the names of the request's trace headers.
 * Redirects `/redirect?to=…`, and passes the names of this request on as `hop`. Exits with its parent.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

const TRACE_HEADERS = ['baggage', 'traceparent', 'tracestate'];

const respond: RequestListener = ({ url = '/', headers }, response) => {
  const { searchParams } = new URL(url, 'http://service');
  // Beside a `traceparent`, a `tracestate` is optional, so it is not listed.
  const names = TRACE_HEADERS.filter(
    (name) => name in headers && !(name === 'tracestate' && 'traceparent' in headers),
  );
  const to = searchParams.get('to');
  if (to !== null) response.writeHead(302, { location: `${to}?hop=${names.join()}` });
  response.end(
    JSON.stringify([...(searchParams.get('hop')?.split(',') ?? []), '/', ...names].join(' ').trim()),
  );
};

async function main(): Promise<void> {
  const { CERT = '', KEY = '' } = process.env;
  const servers = [
    createServer(respond),
    createHttpsServer({ cert: readFileSync(CERT), key: readFileSync(KEY) }, respond),
  ];
  const ports: number[] = [];
  for (const server of servers) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ports.push((server.address() as AddressInfo).port);
  }
  process.send?.(ports);
  process.on('disconnect', () => process.exit());
}

void main();
