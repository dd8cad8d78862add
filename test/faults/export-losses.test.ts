/**
 * Spans that cannot be exported: they are bounded and counted, and one line is logged at the begin and one at the end.
 */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { emptyResource } from '@opentelemetry/resources';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import { acquireSpanExport } from '../../export';
import { BoundedSpanProcessor } from '../../export/bounded-processor';
import { LossLog } from '../../export/losses';
import { startOtlpReceiver } from '../../testing/otlp-receiver';
import { until } from '../../testing/until';
import { recordingLog, runSpan } from '../support/processes/export-program';

const RUN_ID = '0198c0de-0000-7000-8000-000000000003';
const SPAN = runSpan(RUN_ID, emptyResource());
const SETTINGS = { maxQueueSize: 8, maxExportBatchSize: 4, scheduledDelayMs: 1, exportTimeoutMs: 30 };
const OK: ExportResult = { code: ExportResultCode.SUCCESS };

afterEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('OTEL_')) delete process.env[name];
});

type Export = (spans: readonly ReadableSpan[], answer: (result: ExportResult) => void) => void;

/** Creates a processor with a fake exporter. */
function bounded(exportSpans: Export) {
  const log = recordingLog();
  const exporter: SpanExporter = { export: (...args) => exportSpans(...args), shutdown: async () => {} };
  const losses = new LossLog(log, { destination: 'there', advice: 'Look.' });
  const processor = new BoundedSpanProcessor(exporter, SETTINGS, losses);
  const end = (count: number) => {
    for (let i = 0; i < count; i++) processor.onEnd(SPAN);
  };
  const lines = () => log.lines.map((line) => line.replaceAll(/since \S+Z/g, 'since T'));
  return { processor, end, lines };
}

const FAULTS: readonly (readonly [name: string, exportSpans: Export, why: string])[] = [
  [
    'throws',
    () => {
      throw new Error('broken');
    },
    'broken',
  ],
  ['fails', (_, answer) => answer({ code: ExportResultCode.FAILED, error: new Error('refused') }), 'refused'],
  ['never answers', () => {}, 'no answer within 30 ms'],
];

for (const [name, exportSpans, why] of FAULTS) {
  it(`an exporter that ${name} costs only its spans, and the recovery is logged with their number`, async () => {
    let fault = true;
    const sent: number[] = [];
    const { processor, end, lines } = bounded((spans, answer) => {
      if (fault) return exportSpans(spans, answer);
      sent.push(spans.length);
      answer(OK);
    });
    end(3);
    await until(() => lines().length > 0, { says: 'the loss is not noticed' });
    end(2);
    // The second loss has no line of its own.
    await sleep(60);
    fault = false;
    end(1);
    await until(() => sent.length > 0, { says: 'nothing is sent' });
    await processor.shutdown();
    processor.abandon();

    deepEqual(sent, [1]);
    equal(lines().length, 2, lines().join('\n'));
    ok(
      lines()[0]?.startsWith(`warn temporal-job-tracing: spans for there are being lost since T: ${why}.`),
      lines()[0],
    );
    equal(
      lines()[1],
      'info temporal-job-tracing: Spans are exported again: 5 spans for there were lost since T.',
    );
  });
}

it('spans beyond the capacity are counted, and at most the queue and one batch are held', async () => {
  const answers: (() => void)[] = [];
  const held: number[] = [];
  const { processor, end, lines } = bounded((spans, answer) => {
    held.push(spans.length);
    answers.push(() => answer(OK));
  });
  end(100);
  let isFlushed = false;
  const flushed = processor.forceFlush().then(() => {
    isFlushed = true;
  });
  const answerAll = () => {
    for (const answer of answers.splice(0)) answer();
    return isFlushed;
  };
  await until(answerAll, { says: 'the flush does not end' });
  await flushed;
  processor.abandon();

  equal(
    held.reduce((sum, count) => sum + count, 0),
    12,
  );
  match(lines()[0] ?? '', /the queue is full, 12 spans are waiting/);
  match(lines()[1] ?? '', /Spans are exported again: 88 spans for there were lost/);
  equal(lines().length, 2);
});

it('spans in flight when the worker stops are counted, and a late response changes nothing', async () => {
  let late: (() => void) | undefined;
  const { processor, end, lines } = bounded((_, answer) => {
    late = () => answer(OK);
  });
  end(2);
  const stopped = rejects(processor.shutdown(), /stopped before/);
  const answer = await until(() => late, { says: 'nothing is sent' });
  processor.abandon();
  answer();
  await stopped;
  match(lines()[0] ?? '', /the worker stopped before they were sent/);
  match(lines()[1] ?? '', /The worker has stopped: 2 spans for there were lost/);
  equal(lines().length, 2);
});

it('without a collector a worker stops in time and logs the loss, and later exports when one is back', async () => {
  const closed = createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const { port } = closed.address() as AddressInfo;
  closed.close();
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = `http://user:secret@127.0.0.1:${port}`;
  process.env.OTEL_EXPORTER_OTLP_TIMEOUT = '200';
  const log = recordingLog();
  const refused = acquireSpanExport({ flushTimeoutMs: 2_000, log });
  refused.onEnd(runSpan(RUN_ID, refused.resource));
  await refused.flush();
  await refused.release();
  match(
    log.lines[0] ?? '',
    new RegExp(`^warn .*spans for http://127.0.0.1:${port}/v1/traces are being lost since .*ECONNREFUSED`),
  );
  match(log.lines[1] ?? '', /^info .*The worker has stopped: 1 spans for/);
  equal(log.lines.length, 2, log.lines.join('\n'));

  const receiver = await startOtlpReceiver();
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = receiver.url;
  const working = acquireSpanExport({ log });
  working.onEnd(runSpan(RUN_ID, working.resource));
  await working.release();
  equal(receiver.traceIds().length, 1);
  equal(log.lines.length, 2);
  await receiver.close();
});

it('a collector that accepts and never answers delays the stop of a worker by at most the flush timeout', async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  process.env.OTEL_EXPORTER_OTLP_TIMEOUT = '4000';
  const log = recordingLog();
  const spanExport = acquireSpanExport({ flushTimeoutMs: 100, log });
  spanExport.onEnd(runSpan(RUN_ID, spanExport.resource));
  const begin = performance.now();
  await spanExport.release();
  ok(performance.now() - begin < 3_000);
  match(log.lines[1] ?? '', /The worker has stopped: 1 spans/);
  silent.closeAllConnections();
  silent.close();
});
