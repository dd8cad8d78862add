/**
 * A downstream service whose operation takes as long as the request specifies: `/save?ms=200` is a span `userInfoSave`
 * of 200 ms. Exits with its parent.
 */
import './telemetry';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { trace } from '@opentelemetry/api';

const tracer = trace.getTracer('test');

const server = createServer((request, response) => {
  const ms = Number(new URL(request.url ?? '/', 'http://service').searchParams.get('ms') ?? 0);
  void tracer.startActiveSpan('userInfoSave', async (span) => {
    await sleep(ms);
    span.end();
    response.end('{}');
  });
});
server.listen(0, '127.0.0.1', () => process.send?.(server.address()));
process.on('disconnect', () => process.exit());
