/**
 * A service of the tests that has no OpenTelemetry, by HTTP and HTTPS: answers with the names of the trace's headers
 * that it was called with, and redirects `/redirect?to=…`, with those of this request. Ends when its parent does.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

const TRACE_HEADERS = ['baggage', 'traceparent', 'tracestate'];

const answer: RequestListener = ({ url = '/', headers }, response) => {
  const { searchParams } = new URL(url, 'http://service');
  // A trace state goes with a `traceparent`, if there is one.
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
    createServer(answer),
    createHttpsServer({ cert: readFileSync(CERT), key: readFileSync(KEY) }, answer),
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
