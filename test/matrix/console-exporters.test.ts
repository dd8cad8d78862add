/**
 * Spans of OpenTelemetry's real exporters in JavaScript and Go reach the console with all their data.
 */
import { deepEqual, equal } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtoExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { type ConsoleIngest, startConsoleIngest } from '../support/console-ingest';
import { spanId, TRACE_ID } from '../support/otlp-request';

const run = promisify(execFile);
const ROOT = join(__dirname, '..', '..', '..');

let target: ConsoleIngest;

before(async () => {
  target = await startConsoleIngest();
});

after(() => target.close());

describe('real exporters', () => {
  for (const Exporter of [JsonExporter, ProtoExporter]) {
    for (const compression of ['none', 'gzip'] as const) {
      const encoding = Exporter === JsonExporter ? 'JSON' : 'protobuf';
      it(`of OpenTelemetry for JavaScript 2.x: ${encoding}, compression ${compression}, all that a span carries`, async () => {
        const exporter = new Exporter({ url: `${target.url}/v1/traces`, compression } as object);
        const provider = new BasicTracerProvider({
          spanProcessors: [new BatchSpanProcessor(exporter)],
          resource: resourceFromAttributes({ 'service.name': 'shop', 'process.pid': 4711 }),
        });
        const tracer = provider.getTracer('by-hand', '1.2.3');
        const parent = tracer.startSpan('parent', { kind: SpanKind.SERVER, startTime: [1_700_000_000, 123] });
        const child = tracer.startSpan(
          'child',
          {
            startTime: [1_700_000_000, 500_000_001],
            links: [
              { context: { traceId: TRACE_ID, spanId: spanId(7), traceFlags: 1 }, attributes: { why: 'it' } },
            ],
          },
          trace.setSpan(context.active(), parent),
        );
        child.setAttributes({ text: 'schön', yes: true, integer: -7, whole: 3, half: 0.5, list: ['a', 'b'] });
        child.addEvent('retry', { attempt: 2 }, [1_700_000_001, 0]);
        child.setStatus({ code: SpanStatusCode.ERROR, message: 'no' });
        child.end([1_700_000_002, 999_999_999]);
        parent.end([1_700_000_003, 0]);
        await provider.shutdown();

        const { traceId: sent, spanId: parentSpanId } = parent.spanContext();
        const { spans, cut, isBeginningExpired } = await target.trace(sent);
        deepEqual([cut, isBeginningExpired, spans.map(({ name }) => name)], [0, false, ['parent', 'child']]);
        equal(spans[0]?.kind, 'server');
        equal(spans[0]?.startNanos, '1700000000000000123');
        deepEqual(spans[1], {
          spanId: child.spanContext().spanId,
          parentSpanId,
          name: 'child',
          kind: 'internal',
          startedAt: 1_700_000_000_500,
          endedAt: 1_700_000_002_999.999,
          startNanos: '1700000000500000001',
          endNanos: '1700000002999999999',
          sender: {
            service: 'shop',
            resource: [
              ['service.name', 'shop'],
              ['process.pid', 4711],
            ],
          },
          scope: { name: 'by-hand', version: '1.2.3' },
          status: 'error',
          statusMessage: 'no',
          attributes: [
            ['text', 'schön'],
            ['yes', true],
            ['integer', -7],
            ['whole', 3],
            ['half', 0.5],
            ['list', ['a', 'b']],
          ],
          events: [
            {
              name: 'retry',
              at: 1_700_000_001_000,
              nanos: '1700000001000000000',
              attributes: [['attempt', 2]],
            },
          ],
          links: [{ traceId: TRACE_ID, spanId: spanId(7), attributes: [['why', 'it']] }],
          flags: 0x101,
          dropped: 0,
          received: 1,
        });
      });
    }
  }

  for (const line of ['1.x', '2.x', '3.x']) {
    it(`of the SDK ${line} with the plugin's own worker process`, async () => {
      const directory = join(__dirname, '..', 'support', 'processes');
      const own = await startConsoleIngest();
      try {
        await run(process.execPath, [join(directory, 'export-sdk-line.js')], {
          env: { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: own.url, LINE: line, PROVIDER: 'yes' },
        });
        const { spans } = await own.trace('0198c0de00007000800000000000000c');
        const [root, activity] = ['RunWorkflow:export', 'RunActivity:export'].map((name) =>
          spans.find((span) => span.name === name),
        );
        deepEqual(
          [root?.name, activity?.name, activity?.parentSpanId, activity?.sender.service],
          ['RunWorkflow:export', 'RunActivity:export', root?.spanId, line],
        );
      } finally {
        await own.close();
      }
    });
  }

  it('of OpenTelemetry for Go', async (test) => {
    const hasGo = await run('go', ['version']).then(
      () => true,
      () => false,
    );
    if (!hasGo) return test.skip('there is no Go on this machine');
    const directory = mkdtempSync(join(tmpdir(), 'go-sender-'));
    try {
      cpSync(join(ROOT, 'test', 'support', 'go-sender'), directory, { recursive: true });
      await run('go', ['build', '-o', 'sender', '.'], { cwd: directory });
      const { stdout } = await run(join(directory, 'sender'), [], {
        env: { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: target.url },
      });
      const { spans } = await target.trace(stdout.trim());
      deepEqual(
        spans.map(({ name, kind, status, sender }) => [name, kind, status, sender.service]),
        [
          ['request', 'server', 'unset', 'go-sender'],
          ['query', 'client', 'error', 'go-sender'],
        ],
      );
      equal(spans[1]?.parentSpanId, spans[0]?.spanId);
      deepEqual(
        spans[1]?.attributes.filter(([name]) => name.startsWith('test.')),
        [
          ['test.large', { int: '9223372036854775807' }],
          ['test.list', [1, 2]],
          ['test.whole', { double: 5 }],
        ],
      );
      equal(spans[1]?.events[0]?.name, 'exception');
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
