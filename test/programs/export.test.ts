/** The export in processes of its own, with a real OTLP receiver and a real downstream service. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { it } from 'node:test';
import { emptyResource } from '@opentelemetry/resources';
import * as sdkTrace from '@opentelemetry/sdk-trace';
import { BatchSpanProcessor, InMemorySpanExporter, type SpanProcessor } from '@opentelemetry/sdk-trace-base';
import * as sdk1 from 'opentelemetry-sdk-trace-1';
import * as sdk3 from 'opentelemetry-sdk-trace-3';
import { type OtlpReceiver, startOtlpReceiver } from '../../testing/otlp-receiver';
import { incomplete, tree } from '../../testing/otlp-trace';
import { runSpan } from '../support/processes/export-program';

const RUN_IDS = ['0198c0de-0000-7000-8000-000000000001', '0198c0de-0000-7000-8000-000000000002'];
const TRACE_IDS = RUN_IDS.map((runId) => runId.replaceAll('-', ''));
const REGISTERED = { provider: true, propagates: ['traceparent'], loggerProvider: false };
const NOTHING = { provider: false, propagates: [], loggerProvider: false };

/** Runs a program until it exits; returns the result that it printed. */
async function run(program: string, env: Record<string, string> = {}): Promise<Record<string, unknown>> {
  const file = path.join(__dirname, '../support/processes', `${program}.js`);
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('OTEL_'));
  const child = spawn(process.execPath, [file], {
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 60_000,
  });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  equal(code, 0, `${program} ended with ${code}: ${output}`);
  return JSON.parse(output.trim().split('\n').at(-1) ?? '');
}

interface Default {
  readonly receiver: OtlpReceiver;
  readonly report: Record<string, unknown>;
  /** `traceparent` of each request to the downstream service, by path. */
  readonly downstream: ReadonlyMap<string, string | undefined>;
}

async function runDefault(env: Record<string, string> = {}, runIds = RUN_IDS): Promise<Default> {
  const downstream = new Map<string, string | undefined>();
  const service = createServer((request, response) => {
    downstream.set(request.url ?? '', request.headers.traceparent as string | undefined);
    response.end();
  }).listen(0, '127.0.0.1');
  await once(service, 'listening');
  const receiver = await startOtlpReceiver();
  try {
    const report = await run('export-default', {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      DOWNSTREAM: `http://127.0.0.1:${(service.address() as AddressInfo).port}`,
      RUN_IDS: runIds.join(','),
      ...env,
    });
    return { receiver, report, downstream };
  } finally {
    service.close();
    await receiver.close();
  }
}

for (const protocol of ['http/protobuf', 'http/json']) {
  it(`with OTEL_* variables alone, runs, activities and their calls reach the collector by ${protocol}`, async () => {
    const { receiver, report, downstream } = await runDefault({
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_BSP_SCHEDULE_DELAY: '1',
      OTEL_SERVICE_NAME: 'nightly',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
    });

    deepEqual(receiver.traceIds(), TRACE_IDS, 'no request of the exporter itself makes a trace');
    for (const traceId of TRACE_IDS) {
      const spans = receiver.trace(traceId);
      deepEqual(incomplete(spans), []);
      deepEqual(tree(spans), ['RunWorkflow:export', '  RunActivity:export', '    GET', '    GET']);
      for (const { name, resource } of spans) {
        equal(resource['service.name'], 'nightly', name);
        equal(resource['deployment.environment.name'], 'test', name);
        ok(resource['host.name'], name);
      }
    }
    match(downstream.get('/fetch') ?? '', new RegExp(`^00-${TRACE_IDS[1]}-[0-9a-f]{16}-01$`));
    match(downstream.get('/http') ?? '', new RegExp(`^00-${TRACE_IDS[1]}-[0-9a-f]{16}-01$`));
    equal(downstream.get('/outside'), undefined, 'calls outside of activities are not touched');
    const life = [{ ...REGISTERED, processors: 1, shared: true }, REGISTERED, NOTHING];
    deepEqual(report.states, [...life, ...life]);
    deepEqual(report.log, []);
  });
}

it('activities of an unsampled run are not exported, and downstream gets a traceparent with flag 00', async () => {
  const { receiver, downstream } = await runDefault({ FLAGS: '0' }, RUN_IDS.slice(0, 1));
  deepEqual(tree(receiver.trace(TRACE_IDS[0] ?? '')), ['RunWorkflow:export']);
  match(downstream.get('/fetch') ?? '', /-00$/);
});

it('OTEL_TRACES_EXPORTER=none turns export off without a message, and keeps propagation', async () => {
  const { receiver, report, downstream } = await runDefault({ OTEL_TRACES_EXPORTER: 'none' });
  const [state] = report.states as [unknown];
  deepEqual(state, { ...REGISTERED, provider: false, processors: null, shared: true });
  deepEqual(receiver.traceIds(), []);
  match(downstream.get('/fetch') ?? '', new RegExp(`^00-${TRACE_IDS[1]}`));
  deepEqual(report.log, []);
});

it('OTEL_SDK_DISABLED=true sets nothing up, which is logged once', async () => {
  const { receiver, report } = await runDefault({ OTEL_SDK_DISABLED: 'true' });
  deepEqual(report.states?.[0 as never], { ...NOTHING, processors: null, shared: false });
  deepEqual(receiver.traceIds(), []);
  deepEqual(report.log, ['info temporal-job-tracing: OTEL_SDK_DISABLED is true, so no span is exported.']);
});

it('a setting that is not supported or breaks traces is logged at each start', async () => {
  const { report } = await runDefault(
    { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_TRACES_SAMPLER: 'always_on' },
    RUN_IDS.slice(0, 1),
  );
  const [grpc, sampler, ...more] = report.log as string[];
  match(grpc ?? '', /^warn .*OTEL_EXPORTER_OTLP_PROTOCOL=grpc is not supported.*http\/protobuf/);
  match(sampler ?? '', /^warn .*OTEL_TRACES_SAMPLER=always_on does not follow/);
  deepEqual(more, []);
});

it('a process with its own provider keeps it, one log line names the option to set, and with it there are workflow spans', async () => {
  const report = await run('export-own-provider', { OTEL_LOG_LEVEL: 'info' });
  deepEqual(report.processors, [null, null, 1]);
  deepEqual(report.spans, ['RunWorkflow:export own', 'RunActivity:export own']);
  const [warning, ...more] = report.log as string[];
  match(
    warning ?? '',
    /^warn .*tracer provider of its own.*new JobTracingPlugin\({ spanProcessors, resource }\);$/s,
  );
  deepEqual(more, []);
  equal(report.stillRecording, true);
  deepEqual(report.diag, ['still the user’s']);
});

it('OTEL_TRACES_SAMPLER in a process with its own provider is named once, unless the plugin has a policy', async () => {
  const env = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.01' };
  const report = await run('export-own-provider', { ...env, OTEL_LOG_LEVEL: 'info' });
  const lines = (report.log as string[]).filter((line) => line.includes('OTEL_TRACES_SAMPLER'));
  equal(lines.length, 1);
  match(lines[0] ?? '', /does not decide which runs are sampled.*JOB_TRACING_SAMPLING={"default":0.01}\.$/);
  const silent = await run('export-own-provider', { ...env, OTEL_LOG_LEVEL: 'info', HAS_SAMPLING: 'true' });
  equal((silent.log as string[]).filter((line) => line.includes('OTEL_TRACES_SAMPLER')).length, 0);
});

it('processors of the user get both kinds of spans, survive the worker, and cannot disturb it', async () => {
  const report = await run('export-given', { OTEL_TRACES_EXPORTER: 'none', OTEL_LOG_LEVEL: 'none' });
  const names = ['RunWorkflow:export', 'RunActivity:export'];
  deepEqual(report.names, [names, names]);
  const lines = (report.log as string[]).map((line) => line.replaceAll(/since \S+Z/g, 'since T'));
  const begin = /^warn .*spans for the span processor Throwing are being lost since T: it throws 'no end'\./;
  const end = /^info .*The worker has stopped: 2 spans for the span processor Throwing were lost since T\.$/;
  const unflushed = [
    /^warn .*the flush of the span processor Throwing failed: no flush\./,
    /^warn .*the flush of the span processor NeverFlushing failed: no answer in time\./,
  ];
  const other = /another worker of this process has set up OpenTelemetry with other span processors/;
  const expected = [begin, end, ...unflushed, begin, end, ...unflushed, other, ...unflushed];
  for (const [i, line] of expected.entries()) match(lines[i] ?? '', line);
  equal(lines.length, expected.length, lines.join('\n'));
});

const EXPORTER = new InMemorySpanExporter();
/** The batch processors for which the warning has code, by package of the SDK. */
const PACKAGES = [
  ['@opentelemetry/sdk-trace-base 1.x', sdk1.BatchSpanProcessor],
  ['@opentelemetry/sdk-trace-base 1.x, 2.x', BatchSpanProcessor],
  ['@opentelemetry/sdk-trace 2.x', sdkTrace.BatchSpanProcessor],
  ['@opentelemetry/sdk-trace 2.x, 3.x', sdk3.BatchSpanProcessor],
] as const;

it('span processors of other lines: the code in the warning works unchanged with each', async () => {
  const { log } = await run('export-own-provider');
  const advice = String(log).split('\n');
  for (const [name, BatchProcessor] of PACKAGES) {
    const code = advice.find((line) => line.includes(`// ${name}`)) ?? `throw Error('no advice for ${name}')`;
    const build = new Function('BatchSpanProcessor', 'exporter', `${code}\nreturn spanProcessors;`);
    const [processor] = build(BatchProcessor, EXPORTER) as [SpanProcessor];
    EXPORTER.reset();
    processor.onEnd(runSpan(RUN_IDS[0] ?? '', emptyResource()));
    await processor.forceFlush();
    equal(EXPORTER.getFinishedSpans().length, 1, name);
  }
});

for (const line of ['1.x', '2.x', '3.x']) {
  for (const provider of ['', 'beside a provider of that line']) {
    it(`span processors of other lines: with SDK ${line}, ${provider || 'alone'}, spans arrive with parent and scope`, async () => {
      const receiver = await startOtlpReceiver();
      try {
        const report = await run('export-sdk-line', {
          OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
          LINE: line,
          PROVIDER: provider,
        });
        deepEqual(report.log, []);
        const spans = receiver.trace('0198c0de00007000800000000000000c');
        deepEqual(incomplete(spans), []);
        deepEqual(tree(spans), ['RunWorkflow:export', '  RunActivity:export']);
        deepEqual(spans.map(({ scope, resource }) => `${scope} of ${resource['service.name']}`).sort(), [
          `temporal-job-tracing of ${line}`,
          `test of ${line}`,
        ]);
      } finally {
        await receiver.close();
      }
    });
  }
}
