/**
 * Spans that cannot be exported take a bounded amount of memory: the garbage collector shows how many of the spans of
 * 2,000 runs are still alive.
 */
import { equal, match, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { acquireSpanExport, type SpanExport } from '../../export';
import { recordingLog, runSpan } from '../support/processes/export-program';

const RUNS = 2_000;
/** The spans of a run with one activity. */
const SPANS_PER_RUN = 5;
/** `OTEL_BSP_MAX_QUEUE_SIZE` and `OTEL_BSP_MAX_EXPORT_BATCH_SIZE`, by default 2,048 and 512. */
const QUEUE = 256;
const BATCH = 64;

describe('a collector that accepts nothing while 2,000 runs end', () => {
  const endpoints = { closed: '', silent: '' };
  const silent = createServer(() => {});
  const collectGarbage = exposedGc();

  before(async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    silent.listen(0, '127.0.0.1');
    await Promise.all([once(silent, 'listening'), once(closed, 'listening')]);
    endpoints.closed = `http://127.0.0.1:${(closed.address() as AddressInfo).port}`;
    endpoints.silent = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    closed.close();
    process.env.OTEL_BSP_MAX_QUEUE_SIZE = String(QUEUE);
    process.env.OTEL_BSP_MAX_EXPORT_BATCH_SIZE = String(BATCH);
    process.env.OTEL_BSP_SCHEDULE_DELAY = '1';
    process.env.OTEL_EXPORTER_OTLP_TIMEOUT = '2000';
  });

  after(() => {
    silent.closeAllConnections();
    silent.close();
  });

  for (const kind of ['closed', 'silent'] as const) {
    it(`${kind}: no more spans are alive than the queue and one batch, and each lost span is counted`, async () => {
      process.env.OTEL_EXPORTER_OTLP_ENDPOINT = endpoints[kind];
      const log = recordingLog();
      const spanExport = acquireSpanExport({ flushTimeoutMs: 200, log });
      const spans: WeakRef<ReadableSpan>[] = [];
      let mostAlive = 0;
      for (let run = 0; run < RUNS; run++) {
        for (let i = 0; i < SPANS_PER_RUN; i++) spans.push(endSpan(spanExport));
        // Weak references are cleared only between turns of the event loop.
        await nextTurn();
        if (run % 200 !== 199) continue;
        collectGarbage();
        mostAlive = Math.max(mostAlive, spans.filter((span) => span.deref() !== undefined).length);
      }
      await spanExport.release();
      // The engine may hold one more for a moment; the bound does not grow with the number of runs.
      ok(mostAlive > 0 && mostAlive <= QUEUE + BATCH + 1, `${mostAlive} spans were alive`);
      equal(log.lines.length, 2, log.lines.join('\n'));
      match(log.lines[1] ?? '', new RegExp(`: ${RUNS * SPANS_PER_RUN} spans for http://`));
    });
  }
});

/** A separate function, so that no variable of the test keeps a span alive. */
function endSpan(spanExport: SpanExport): WeakRef<ReadableSpan> {
  const span = runSpan('0198c0de-0000-7000-8000-00000000000c', spanExport.resource);
  spanExport.onEnd(span);
  return new WeakRef(span);
}

function exposedGc(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
