/** Validation of the export's options and of the `OTEL_*` variables. */
import { deepEqual, equal, match, ok, throws } from 'node:assert/strict';
import { it } from 'node:test';
import { checkExportOptions, type SpanExportOptions } from '../export';
import { brokenTraces, readExportSettings } from '../export/settings';

const PROCESSOR = { onStart() {}, onEnd() {}, async forceFlush() {}, async shutdown() {} };

const BAD_OPTIONS: readonly (readonly [options: object, message: string])[] = [
  [
    { spanProcessors: [] },
    ': spanProcessors: expected an array with at least one SpanProcessor, got [] (object)',
  ],
  [
    { spanProcessors: PROCESSOR },
    ': spanProcessors: expected an array with at least one SpanProcessor, got {',
  ],
  [
    { spanProcessors: [PROCESSOR, 'console'] },
    ": spanProcessors[1]: expected a SpanProcessor (onStart, onEnd, forceFlush, shutdown), got 'console' (string)",
  ],
  [
    { resource: { 'service.name': 'x' } },
    ": resource: expected a Resource with 'attributes', got { 'service.name': 'x' } (object)",
  ],
  [{ resource: null }, ": resource: expected a Resource with 'attributes', got null (object)"],
];

it('options of a wrong form are refused at once, with name, expectation, value and type', () => {
  for (const [options, message] of BAD_OPTIONS) {
    throws(
      () => checkExportOptions(options as SpanExportOptions),
      (error: unknown) => error instanceof TypeError && error.message.includes(message),
      message,
    );
  }
  checkExportOptions({ spanProcessors: [PROCESSOR] });
  checkExportOptions({});
});

it('without variables spans go to the standard endpoint as protobuf', () => {
  const { batches, exporters, ...rest } = readExportSettings({});
  deepEqual([...exporters], ['otlp']);
  deepEqual(rest, {
    disabled: false,
    protocol: 'http/protobuf',
    endpoint: 'http://localhost:4318/v1/traces',
    maxLength: 4_096,
    problems: [],
  });
  deepEqual(batches, {
    maxQueueSize: 2_048,
    maxExportBatchSize: 512,
    scheduledDelayMs: 1_000,
    exportTimeoutMs: 30_000,
  });
});

it('batch sizes that would break the queue are replaced by the standard ones', () => {
  for (const value of ['0', '-1', '1.5', 'many', ' ']) {
    const { batches } = readExportSettings({ OTEL_BSP_MAX_EXPORT_BATCH_SIZE: value });
    equal(batches.maxExportBatchSize, 512, value);
  }
  equal(readExportSettings({ OTEL_BSP_MAX_QUEUE_SIZE: '10' }).batches.maxQueueSize, 10);
});

const EXPORTERS: readonly (readonly [value: string, exporters: string[], problem?: string])[] = [
  ['otlp', ['otlp']],
  [' otlp , console', ['otlp', 'console']],
  ['console', ['console']],
  ['none', []],
  ['', ['otlp']],
  ['zipkin', [], 'OTEL_TRACES_EXPORTER=zipkin is not supported'],
  ['otlp,jaeger', ['otlp'], 'OTEL_TRACES_EXPORTER=jaeger is not supported'],
];

it('OTEL_TRACES_EXPORTER chooses the exporters, and one that cannot be built is named', () => {
  for (const [value, expected, problem] of EXPORTERS) {
    const { exporters, problems } = readExportSettings({ OTEL_TRACES_EXPORTER: value });
    deepEqual([...exporters], expected, value);
    equal(problems.length, problem ? 1 : 0, value);
    ok(
      problems.every((text) => text.startsWith(problem ?? '-')),
      problems.join(),
    );
  }
});

it('the protocol for traces comes before the general one, and gRPC is named', () => {
  const json = { OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' };
  equal(readExportSettings(json).protocol, 'http/json');
  const grpc = readExportSettings({ OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'grpc' });
  deepEqual([...grpc.exporters], []);
  match(grpc.problems[0] ?? '', /^OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=grpc is not supported/);
  const unused = readExportSettings({ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_TRACES_EXPORTER: 'none' });
  deepEqual(unused.problems, []);
});

const ENDPOINTS: readonly (readonly [env: Record<string, string>, endpoint: string])[] = [
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://u:secret@host:1/base/?token=secret' },
    'https://host:1/base/v1/traces',
  ],
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://host/x' }, 'http://host/x'],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4318' }, 'the endpoint in OTEL_EXPORTER_OTLP_ENDPOINT'],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector' }, 'the endpoint in OTEL_EXPORTER_OTLP_ENDPOINT'],
];

it('messages name the endpoint without credentials, and one that is not an address is named', () => {
  for (const [env, expected] of ENDPOINTS) {
    const { endpoint, problems } = readExportSettings(env);
    equal(endpoint, expected);
    equal(problems.length, expected.startsWith('the endpoint') ? 1 : 0, expected);
  }
});

/** Values of `OTEL_TRACES_SAMPLER` and its argument, the message, and the policy to use instead. */
const SAMPLERS: readonly [sampler: string, argument: string | undefined, message: RegExp, instead: string][] =
  [
    ['always_on', undefined, /does not follow the decision of the run/, '{"default":1}'],
    ['always_off', undefined, /does not follow the decision of the run/, '{"default":0}'],
    ['traceidratio', '0.25', /does not follow the decision of the run/, '{"default":0.25}'],
    ['parentbased_always_off', undefined, /does not decide which runs are sampled/, '{"default":0}'],
    ['parentbased_traceidratio', '0.01', /does not decide which runs are sampled/, '{"default":0.01}'],
    ['parentbased_traceidratio', undefined, /does not decide which runs are sampled/, '{"default":1}'],
    ['parentbased_traceidratio', 'much', /does not decide which runs are sampled/, '{"default":1}'],
    ['parentbased_traceidratio', '2', /does not decide which runs are sampled/, '{"default":1}'],
    ['xray', undefined, /does not decide which runs are sampled/, '{"default":1}'],
  ];

it('OTEL_TRACES_SAMPLER: each but parentbased_always_on is named, with what to use instead', () => {
  for (const [sampler, argument, message, instead] of SAMPLERS) {
    const [problem = '', ...more] = brokenTraces({
      OTEL_TRACES_SAMPLER: sampler,
      OTEL_TRACES_SAMPLER_ARG: argument,
    });
    match(problem, message, sampler);
    ok(problem.endsWith(`, or JOB_TRACING_SAMPLING=${instead}`), problem);
    deepEqual(more, []);
  }
  deepEqual(brokenTraces({ OTEL_TRACES_SAMPLER: 'parentbased_always_on' }), []);
  deepEqual(brokenTraces({ OTEL_TRACES_SAMPLER: ' ' }), []);
});

it('propagators without tracecontext are named, with the value to set', () => {
  const [problem] = brokenTraces({ OTEL_PROPAGATORS: 'b3,baggage' });
  match(problem ?? '', /^OTEL_PROPAGATORS=b3,baggage lacks tracecontext.*Set it to tracecontext,b3,baggage$/);
  match(brokenTraces({ OTEL_PROPAGATORS: 'none' })[0] ?? '', /Set it to tracecontext$/);
  deepEqual(brokenTraces({ OTEL_PROPAGATORS: 'baggage, tracecontext' }), []);
  deepEqual(brokenTraces({}), []);
});
