/**
 * Spans that cannot be exported: jobs complete as without the plugin, a worker stops in time, and the loss is logged
 * once.
 */
import { deepEqual, match, ok } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { BatchSpanProcessor, type SpanExporter, type SpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { JobTracingOptions } from 'temporal-job-tracing';
import { Harness } from '../support/harness';
import { traceIdOf } from '../support/runs';

const FLUSH_TIMEOUT_MS = 1_000;
/** Time that a worker needs to stop on a busy machine, beside the flush. */
const MARGIN_MS = 10_000;
const JOBS = ['oneActivity', 'oneLocalActivity', 'parent', 'failsOnce', 'continues', 'randoms'] as const;

const broken = () => {
  throw new Error('broken');
};
const batched = (exportSpans: SpanExporter['export'], scheduledDelayMillis: number): JobTracingOptions => ({
  spanProcessors: [
    new BatchSpanProcessor(
      { export: exportSpans, shutdown: async () => {} },
      { scheduledDelayMillis, exportTimeoutMillis: 2 * FLUSH_TIMEOUT_MS },
    ),
  ],
});
const processor = (broken: Partial<SpanProcessor>): JobTracingOptions => ({
  spanProcessors: [
    {
      onStart() {},
      onEnd() {},
      forceFlush: async () => {},
      shutdown: async () => {},
      ...broken,
    },
  ],
});

interface Fault {
  readonly name: string;
  readonly plugin?: JobTracingOptions;
  /** Endpoint in the `OTEL_*` variables. */
  readonly endpoint?: 'closed' | 'silent';
  /** All log lines, in order. */
  readonly says: readonly RegExp[];
}

const FAULTS: readonly Fault[] = [
  {
    name: 'no collector is listening',
    endpoint: 'closed',
    says: [
      /^WARN .*spans for http:\S+\/v1\/traces are being lost since \S+Z: .*ECONNREFUSED.*Check that a collector/,
      /^INFO .*The worker has stopped: [1-9]\d+ spans for http:\S+ were lost since/,
    ],
  },
  {
    name: 'the collector never answers',
    endpoint: 'silent',
    says: [
      /^WARN .*spans for http:\S+\/v1\/traces are being lost since \S+Z: Request timed out/,
      /^INFO .*The worker has stopped: [1-9]\d+ spans for http:\S+ were lost since/,
    ],
  },
  {
    name: 'an exporter throws while the jobs run',
    plugin: batched(broken, 1),
    says: [/^WARN .*OpenTelemetry reports 'broken'\. Spans are probably lost in the given 'spanProcessors'/],
  },
  {
    name: 'an exporter throws as the worker stops',
    plugin: batched(broken, 60_000),
    says: [/^WARN .*the flush of the span processor BatchSpanProcessor failed: broken\. Its last spans/],
  },
  {
    name: 'a span processor throws at the end of spans',
    plugin: processor({ onEnd: broken }),
    says: [
      /^WARN .*spans for the span processor Object are being lost since \S+Z: it throws 'broken'/,
      /^INFO .*The worker has stopped: [1-9]\d+ spans for the span processor Object were lost since/,
    ],
  },
  { name: 'a span processor throws at the start of spans', plugin: processor({ onStart: broken }), says: [] },
  {
    name: 'an exporter never answers',
    plugin: batched(() => {}, 60_000),
    says: [/^WARN .*the flush of the span processor BatchSpanProcessor failed: no answer in time\./],
  },
];

describe('jobs run and end, and a worker stops in time, when', () => {
  let harness: Harness;
  let silent: Server;
  const endpoints = { closed: '', silent: '' };

  before(async () => {
    harness = await Harness.start();
    process.env.OTEL_EXPORTER_OTLP_TIMEOUT = '200';
    const url = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    silent = createServer(() => {}).listen(0, '127.0.0.1');
    const closed = createServer().listen(0, '127.0.0.1');
    await Promise.all([once(silent, 'listening'), once(closed, 'listening')]);
    endpoints.silent = url(silent);
    endpoints.closed = url(closed);
    closed.close();
  });

  after(async () => {
    silent?.closeAllConnections();
    silent?.close();
    await harness?.stop();
  });

  async function runJobs(taskQueue: string): Promise<void> {
    const { workflow } = harness.client;
    await Promise.all(
      JOBS.map(async (type) => {
        const retry = { maximumAttempts: 2, initialInterval: '100ms' } as const;
        const handle = await workflow.start(type, {
          ...{ taskQueue, workflowId: randomUUID() },
          ...(type === 'continues' && { args: [1] }),
          ...(type === 'failsOnce' && { retry }),
        });
        await handle.result();
        const { events } = await workflow
          .getHandle(handle.workflowId, handle.firstExecutionRunId)
          .fetchHistory();
        ok(!events?.some((event) => event.workflowTaskFailedEventAttributes), `${type}: no task failed`);
        const { TraceId } = await harness.searchAttributesOf(handle.workflowId, handle.firstExecutionRunId);
        deepEqual(TraceId, traceIdOf(handle.firstExecutionRunId), `${type} is bound`);
      }),
    );
  }

  for (const { name, plugin = {}, endpoint, says } of FAULTS) {
    it(name, async () => {
      const working = process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
      if (endpoint !== undefined) process.env.OTEL_EXPORTER_OTLP_ENDPOINT = endpoints[endpoint];
      harness.log.length = 0;
      let endedAt = 0;
      try {
        const setup = { plugin: { ...plugin, flushTimeoutMs: FLUSH_TIMEOUT_MS } };
        await harness.whileWorking(setup, async (taskQueue) => {
          await runJobs(taskQueue);
          endedAt = performance.now();
        });
      } finally {
        process.env.OTEL_EXPORTER_OTLP_ENDPOINT = working;
      }
      const stopMs = performance.now() - endedAt;
      ok(stopMs < FLUSH_TIMEOUT_MS + MARGIN_MS, `the worker took ${stopMs} ms to stop`);
      const said = harness.log.filter((line) => line.includes('temporal-job-tracing'));
      for (const [index, line] of says.entries()) match(said[index] ?? '', line);
      deepEqual(said.slice(says.length), [], 'nothing more is said');
    });
  }
});
