/** A large span does not cause the loss of others: every span has limits, and a batch that is too large is halved. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { SpanStatusCode, trace } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import { traceIdOfRun } from '../../core/trace-id';
import { acquireSpanExport, type SpanExport } from '../../export';
import { toReadableSpan } from '../../export/readable-span';
import { type OtlpReceiverOptions, startOtlpReceiver } from '../../testing/otlp-receiver';
import { recordingLog } from '../support/processes/export-program';

const LARGE = 'x'.repeat(900_000);
/** The maximum size within limits: 40 attributes of 4 KB. */
const ALLOWED = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`a${i}`, LARGE.slice(0, 4_096)]));

afterEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('OTEL_')) delete process.env[name];
});

/** Returns the root of the run with this index, as the sink delivers it. */
function root(n: number, resource: Resource, attributes = {}) {
  const traceId = traceIdOfRun(`0198c0de-0000-7000-8000-${String(n).padStart(12, '0')}`);
  const record = {
    ...{ name: 'RunWorkflow:quiet', kind: 0, traceId, spanId: traceId.slice(16), statusCode: 0 },
    ...{ startMs: 1, endMs: 2, attributes, events: [], links: [], droppedAttributes: 0 },
  };
  return toReadableSpan(record, resource, true);
}

/** Exports with the plugin's default set-up to a collector with this limit. */
async function exported(options: OtlpReceiverOptions, send: (to: SpanExport) => void) {
  const receiver = await startOtlpReceiver(options);
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = receiver.url;
  process.env.OTEL_EXPORTER_OTLP_PROTOCOL = 'http/json';
  const log = recordingLog();
  const spanExport = acquireSpanExport({ log });
  send(spanExport);
  await spanExport.release();
  await receiver.close();
  return { receiver, log: log.lines };
}

describe('a large span and its batch', () => {
  it('limits hold for every span: attributes, events, links, names, and the message of the status', async () => {
    const { receiver, log } = await exported({ maxBodyBytes: 1_000_000 }, () => {
      const span = trace.getTracer('user').startSpan(`name ${LARGE}`, {
        attributes: { text: LARGE, texts: [LARGE, 'short'], numbers: Array(1_000_000).fill(7) },
      });
      span.addLink({ context: span.spanContext(), attributes: { text: LARGE } });
      span.addEvent(`event ${LARGE}`, { text: LARGE });
      span.recordException(new Error(LARGE));
      span.setStatus({ code: SpanStatusCode.ERROR, message: LARGE }).end();
    });
    const [span] = receiver.traceIds().flatMap((traceId) => receiver.trace(traceId));
    ok(span);
    deepEqual(log, []);
    const sizes = {
      name: span.name.length,
      status: span.status.message?.length,
      text: String(span.attributes.text).length,
      texts: (span.attributes.texts as string[]).map(({ length }) => length),
      numbers: (span.attributes.numbers as number[]).length,
      link: String(span.links[0]?.attributes.text).length,
      event: [span.events[0]?.name.length, String(span.events[0]?.attributes.text).length],
      message: String(span.events[1]?.attributes['exception.message']).length,
      stack: String(span.events[1]?.attributes['exception.stacktrace']).length,
    };
    const most = 4_096;
    deepEqual(sizes, {
      ...{ name: most, status: most, text: most, texts: [most, 5], numbers: 128, link: most },
      ...{ event: [most, most], message: most, stack: most },
    });
  });

  it('OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT sets the limit', async () => {
    process.env.OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT = '10000';
    const { receiver } = await exported({ maxBodyBytes: 1_000_000 }, () => {
      const span = trace.getTracer('user').startSpan('activity', { attributes: { text: LARGE } });
      span.setStatus({ code: SpanStatusCode.ERROR, message: LARGE }).end();
    });
    const [span] = receiver.traceIds().flatMap((traceId) => receiver.trace(traceId));
    deepEqual([String(span?.attributes.text).length, span?.status.message?.length], [10_000, 10_000]);
  });

  it('30 errors of 900 KB do not affect 100 other traces at a collector with a limit of 1 MB', async () => {
    const { receiver, log } = await exported({ maxBodyBytes: 1_000_000 }, ({ onEnd, resource }) => {
      for (let n = 0; n < 100; n++) {
        onEnd(root(n, resource));
        if (n >= 30) continue;
        const span = trace.getTracer('user').startSpan('RunActivity:loud');
        span.recordException(new Error(LARGE));
        span.setStatus({ code: SpanStatusCode.ERROR, message: LARGE }).end();
      }
    });
    deepEqual(log, []);
    equal(receiver.traceIds().length, 130);
  });

  for (const [when, refusesEarly] of [
    ['after it is read', false],
    ['while it is read', true],
  ] as const) {
    it(`a batch that is refused ${when} is halved until only the large spans are dropped and counted`, async () => {
      const { receiver, log } = await exported(
        { maxBodyBytes: 100_000, refusesEarly },
        ({ onEnd, resource }) => {
          for (let n = 0; n < 100; n++) onEnd(root(n, resource, n === 41 || n === 77 ? ALLOWED : {}));
        },
      );
      equal(receiver.traceIds().length, 98);
      match(log[0] ?? '', /^warn .* are being lost since .*: 413/);
      match(log[1] ?? '', /^info .*: 2 spans for .* were lost/);
      equal(log.length, 2, log.join('\n'));
    });
  }
});
