/**
 * An application that sets up OpenTelemetry after the plugin's default set-up, which it replaces: spans then go to the
 * application's exporter, even after the worker has stopped.
 */
import { deepEqual, equal, match } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { startOtlpReceiver } from '../../testing/otlp-receiver';

const PROGRAM = path.join(__dirname, '../support/processes/export-late.js');
const RUN_SPANS = ['RunActivity:export', 'RunWorkflow:export'];

interface Result {
  /** Names of the spans at the application's exporter. */
  readonly spans: readonly string[];
  /** Names of the spans that the plugin's default set-up sent. */
  readonly sent: readonly string[];
  readonly propagates: readonly string[];
  readonly log: readonly string[];
  /** Paths of requests without a `traceparent`. */
  readonly untraced: readonly string[];
}

async function run(order: string): Promise<Result> {
  const untraced: string[] = [];
  const service = createServer((request, response) => {
    if (request.headers.traceparent === undefined) untraced.push(request.url ?? '');
    response.end();
  }).listen(0, '127.0.0.1');
  await once(service, 'listening');
  const receiver = await startOtlpReceiver();
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('OTEL_'));
  const child = spawn(process.execPath, [PROGRAM], {
    env: {
      ...Object.fromEntries(inherited),
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      DOWNSTREAM: `http://127.0.0.1:${(service.address() as AddressInfo).port}`,
      ORDER: order,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 60_000,
  });
  try {
    const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
    equal(code, 0, output);
    const report = JSON.parse(output.trim().split('\n').at(-1) ?? '');
    const sent = receiver.traceIds().flatMap((traceId) => receiver.trace(traceId).map(({ name }) => name));
    return { ...report, spans: report.spans.sort(), sent: sent.sort(), untraced };
  } finally {
    service.close();
    await receiver.close();
  }
}

/** Returns the span names of the application's work at that time, with the calls inside. */
const workOf = (when: string) => ['GET', 'GET', `${when} loaded`, `${when} new`];

describe('an application that sets up OpenTelemetry after the worker', () => {
  it('completely: its spans and those of activities go there, once each, with one warning', async () => {
    const { spans, sent, propagates, log, untraced } = await run('whole');
    deepEqual(sent, [...workOf('before'), 'RunWorkflow:export'].sort());
    deepEqual(spans, [...workOf('after'), ...workOf('stopped'), 'GET', 'RunActivity:export', 'last'].sort());
    deepEqual([propagates, untraced], [['traceparent'], []]);
    const [warning = '', ...more] = log;
    match(
      warning,
      /^warn .*the application has set up OpenTelemetry after the worker .*new JobTracingPlugin/,
    );
    match(warning, /those of workflows still to http:\/\/127\.0\.0\.1:\d+\/v1\/traces/);
    deepEqual(more, []);
  });

  it('with the processors of the plugin: workflow spans go there too', async () => {
    const { spans, sent, log } = await run('given');
    deepEqual(sent, []);
    deepEqual(
      spans.filter((name) => RUN_SPANS.includes(name)),
      RUN_SPANS,
    );
    equal(log.length, 1, log.join('\n'));
  });

  it('with only a tracer provider: context and propagation stay, even when the worker has stopped', async () => {
    const { spans, propagates, log } = await run('provider');
    deepEqual(
      spans,
      ['RunActivity:export', 'after loaded', 'after new', 'last', 'stopped loaded', 'stopped new'].sort(),
    );
    deepEqual(propagates, ['traceparent']);
    equal(log.length, 1, log.join('\n'));
  });

  it('after the last worker has stopped: nothing of ours is in its way, and nothing is logged', async () => {
    const { spans, sent, propagates, log, untraced } = await run('stopped');
    deepEqual(sent, workOf('before').sort());
    deepEqual(spans, [...workOf('after'), ...workOf('stopped'), 'last'].sort());
    deepEqual([propagates, untraced], [['traceparent'], []]);
    deepEqual(log, []);
  });

  it('by another copy of the API, which cannot replace ours: one warning names the remedy', async () => {
    const { spans, log } = await run('copy');
    deepEqual(spans, []);
    equal(log.length, 1, log.join('\n'));
    match(log[0] ?? '', /^warn .*was refused: .*another copy of @opentelemetry\/api.*Set it up before/);
  });
});
