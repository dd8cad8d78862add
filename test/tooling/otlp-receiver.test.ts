/** The OTLP receiver of the tests, with the real exporters in both encodings. */
import { deepEqual, equal, rejects } from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { afterEach, it } from 'node:test';
import { context, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { type OtlpReceiver, startOtlpReceiver } from '../../testing/otlp-receiver';
import type { ReceivedSpan } from '../../testing/otlp-span';
import { incomplete, roots, tree } from '../../testing/otlp-trace';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const receivers: OtlpReceiver[] = [];

afterEach(async () => {
  await Promise.all(receivers.splice(0).map((receiver) => receiver.close()));
  for (const name of Object.keys(process.env)) if (name.startsWith('OTEL_')) delete process.env[name];
});

for (const protocol of ['http/json', 'http/protobuf']) {
  for (const compression of ['none', 'gzip']) {
    it(`a span sent as ${protocol} with compression ${compression} arrives completely`, async () => {
      const receiver = await started();
      const { traceId, spanId } = await exportedBy(receiver, { protocol, compression }, (tracer) => {
        const parent = tracer.startSpan('parent', {
          kind: SpanKind.SERVER,
          startTime: [1_700_000_000, 250_000],
        });
        const link = { context: { traceId: TRACE_ID, spanId: 'b7ad6b7169203331', traceFlags: 1 } };
        const child = tracer.startSpan(
          'child',
          { kind: SpanKind.CLIENT, startTime: [1_700_000_000, 500_000], links: [link] },
          trace.setSpan(context.active(), parent),
        );
        child.setAttributes({
          text: 'schön',
          negative: -7,
          fraction: 0.25,
          yes: true,
          list: ['a', 'b'],
          empty: '',
        });
        child.addEvent('retry', { attempt: 2 }, [1_700_000_001, 0]);
        child.setStatus({ code: SpanStatusCode.ERROR, message: 'no' });
        child.end([1_700_000_002, 500_000]);
        parent.end([1_700_000_003, 250_000]);
        return parent;
      });

      const [parent, child] = receiver.trace(traceId);
      equal(parent?.name, 'parent');
      equal(parent.parentSpanId, undefined);
      equal(parent.durationMs, 3000);
      deepEqual(
        { ...child, spanId: undefined },
        {
          name: 'child',
          kind: 'client',
          traceId,
          spanId: undefined,
          parentSpanId: spanId,
          flags: 0x101,
          startMs: 1_700_000_000_000.5,
          endMs: 1_700_000_002_000.5,
          durationMs: 2000,
          attributes: { text: 'schön', negative: -7, fraction: 0.25, yes: true, list: ['a', 'b'], empty: '' },
          status: { code: 'error', message: 'no' },
          events: [{ name: 'retry', timeMs: 1_700_000_001_000, attributes: { attempt: 2 } }],
          links: [{ traceId: TRACE_ID, spanId: 'b7ad6b7169203331', attributes: {} }],
          resource: { 'service.name': 'shop' },
          scope: 'test',
        },
      );
    });
  }
}

it('waiting for a trace ends when the predicate holds, or fails with the received spans', async () => {
  const receiver = await started();
  const waiting = receiver.waitFor(TRACE_ID, (spans) => spans.length === 2, 5000);
  await post(receiver, span({ name: 'first' }));
  await post(receiver, span({ name: 'second', spanId: '2'.repeat(16) }));
  deepEqual(
    (await waiting).map(({ name }) => name),
    ['first', 'second'],
  );
  await rejects(
    receiver.waitFor(TRACE_ID, () => false, 20),
    new Error(`trace ${TRACE_ID}: not there after 20 ms; received: first, second`),
  );
});

it('beyond its limit the receiver drops the oldest traces completely', async () => {
  const receiver = await started({ maxSpans: 3 });
  const ids = ['a', 'b', 'c'].map((digit) => digit.repeat(32));
  for (const traceId of ids) {
    await post(receiver, span({ traceId }), span({ traceId, spanId: '2'.repeat(16) }));
  }
  deepEqual(receiver.traceIds(), ids.slice(2));
  deepEqual(receiver.spans('a'.repeat(32)), []);
});

it('an invalid request is refused with a reason, and the receiver continues', async () => {
  const receiver = await started();
  const send = async (path: string, contentType: string, body: string) => {
    const response = await fetch(receiver.url + path, {
      method: 'POST',
      headers: { 'content-type': contentType },
      body,
    });
    return `${response.status} ${await response.text()}`.split(':')[0]?.trim();
  };
  deepEqual(
    [
      await send('/v1/traces', 'application/json', '{"resourceSpans":7}'),
      await send('/v1/traces', 'application/x-protobuf', '\u000a\u007fcut off'),
      await send('/v1/traces', 'text/plain', ''),
      await send('/v1/metrics', 'application/json', '{}'),
    ],
    [
      '400 Not a trace request',
      '400 Not a trace request',
      '415 Send application/json or application/x-protobuf.',
      '404 This receiver takes POST /v1/traces.',
    ],
  );
  await post(receiver, span({}));
  equal(receiver.spans(TRACE_ID).length, 1);
});

it('a receiver in a process with http instrumentation is not traced itself', async () => {
  const instrumented = await started();
  const plain = createServer((_request, response) => void response.end());
  await exportedBy(instrumented, { instrumentHttp: true }, async (tracer) => {
    createRequire(__filename)('http');
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    const receiver = await started();
    await post(receiver, span({}));
    await fetch(`http://127.0.0.1:${port(plain)}/`);
    plain.close();
    return tracer.startSpan('unused');
  });
  const paths = instrumented
    .traceIds()
    .flatMap((id) => instrumented.spans(id).map((s) => s.attributes['url.path']));
  deepEqual(paths, ['/'], 'a plain server is traced, the receiver is not');
});

it('a trace page is served as text, only for a known trace', async () => {
  const receiver = await started({ page: (spans) => `${spans.length} span` });
  await post(receiver, span({}));
  equal(await (await fetch(`${receiver.url}/trace/${TRACE_ID}`)).text(), '1 span');
  equal((await fetch(`${receiver.url}/trace/${'c'.repeat(32)}`)).status, 404);
});

it('a trace is complete with one root run, all parents and no duplicates', () => {
  const root = received({ name: 'RunWorkflow:job', spanId: 'r' });
  const activity = received({ name: 'RunActivity:save', spanId: 'a', parentSpanId: 'r' });
  const child = received({ name: 'RunWorkflow:part', spanId: 'c', parentSpanId: 'r' });
  const lost = received({ name: 'PUT /users', spanId: 's', parentSpanId: 'gone' });
  const lostChild = received({ name: 'RunWorkflow:part', spanId: 'c', parentSpanId: 'gone' });
  const calledRoot = received({ name: 'RunWorkflow:job', spanId: 'r', parentSpanId: 'caller' });
  const circle = received({ name: 'circle', spanId: 'x', parentSpanId: 'x' });

  deepEqual(incomplete([root, activity, child]), []);
  deepEqual(roots([root, activity, child]), [root]);
  deepEqual(incomplete([calledRoot, activity], 'caller'), []);
  deepEqual(incomplete([root, circle]), []);
  deepEqual(incomplete([]), ['expected one RunWorkflow root, found 0: -']);
  deepEqual(incomplete([root, lost]), ['PUT /users s: its parent gone was not received']);
  deepEqual(incomplete([calledRoot]), ['RunWorkflow:job r: its parent caller was not received']);
  deepEqual(incomplete([root, lostChild]), [
    'expected one RunWorkflow root, found 2: RunWorkflow:job r, RunWorkflow:part c',
    'RunWorkflow:part c: its parent gone was not received',
  ]);
  deepEqual(incomplete([root, activity, activity]), ['RunActivity:save a: received 2 times']);
  deepEqual(tree([child, activity, root]), ['RunWorkflow:job', '  RunActivity:save', '  RunWorkflow:part']);
});

async function started(options?: Parameters<typeof startOtlpReceiver>[0]): Promise<OtlpReceiver> {
  const receiver = await startOtlpReceiver(options);
  receivers.push(receiver);
  return receiver;
}

/** Runs `make` with a new OpenTelemetry SDK that exports to the receiver, and flushes it. */
async function exportedBy(
  receiver: OtlpReceiver,
  options: { protocol?: string; compression?: string; instrumentHttp?: boolean },
  make: (tracer: ReturnType<typeof trace.getTracer>) => Span | Promise<Span>,
): Promise<{ traceId: string; spanId: string }> {
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = receiver.url;
  process.env.OTEL_EXPORTER_OTLP_PROTOCOL = options.protocol ?? 'http/json';
  process.env.OTEL_EXPORTER_OTLP_COMPRESSION = options.compression ?? 'none';
  process.env.OTEL_METRICS_EXPORTER = process.env.OTEL_LOGS_EXPORTER = 'none';
  const instrumentation = new HttpInstrumentation({ enabled: options.instrumentHttp ?? false });
  const sdk = new NodeSDK({
    autoDetectResources: false,
    resource: resourceFromAttributes({ 'service.name': 'shop' }),
    instrumentations: [instrumentation],
  });
  sdk.start();
  try {
    const made = await make(trace.getTracer('test'));
    return made.spanContext();
  } finally {
    await sdk.shutdown();
    instrumentation.disable();
    trace.disable();
    context.disable();
  }
}

interface OtlpSpan {
  traceId: string;
  spanId: string;
  name: string;
}

function span(changes: Partial<OtlpSpan>): OtlpSpan {
  return { traceId: TRACE_ID, spanId: '1'.repeat(16), name: 'span', ...changes };
}

async function post(receiver: OtlpReceiver, ...spans: OtlpSpan[]): Promise<void> {
  const timed = spans.map((each) => ({ ...each, startTimeUnixNano: '1', endTimeUnixNano: '2' }));
  const response = await fetch(`${receiver.url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: timed }] }] }),
  });
  equal(response.status, 200);
}

function received(span: Pick<ReceivedSpan, 'name' | 'spanId'> & { parentSpanId?: string }): ReceivedSpan {
  return {
    kind: 'internal',
    traceId: TRACE_ID,
    flags: 1,
    startMs: 0,
    endMs: 1,
    durationMs: 1,
    attributes: {},
    status: { code: 'unset' },
    events: [],
    links: [],
    resource: {},
    scope: '',
    ...span,
  };
}

function port(server: Server): number {
  return (server.address() as AddressInfo).port;
}
