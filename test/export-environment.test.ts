/** The `OTEL_*` variables have the same effect as with `NodeSDK`; each is tested with both set-ups. */
import { deepEqual, match } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { promisify } from 'node:util';
import {
  context,
  DiagLogLevel,
  defaultTextMapSetter,
  diag,
  propagation,
  ROOT_CONTEXT,
  type TextMapPropagator,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { logDiagnostics } from '../export/diag-errors';
import { propagatorFromEnvironment } from '../export/propagators';
import { detectResource } from '../export/resource';
import { createTracerProvider } from '../export/tracer-provider';
import { startOtlpReceiver } from '../testing/otlp-receiver';

/** The effects of a set-up that spans and headers show. */
interface Effects {
  /** Names of the propagator's headers. */
  readonly headers: readonly string[];
  /** Whether spans are recorded: without a parent, with a sampled parent, with an unsampled one. */
  readonly recorded: readonly boolean[];
  readonly attributes?: object;
  readonly droppedAttributes?: number;
  /** Attributes of each event. */
  readonly events?: readonly object[];
  /** Attributes of each link. */
  readonly links?: readonly object[];
  /** Names of the resource's attributes. */
  readonly resource?: readonly string[];
}

const SPAN_CONTEXT = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), isRemote: true };
const ATTRIBUTES = { first: 'text', second: 'text', third: 'text' };

function effectsOf(tracer: Tracer, propagator: Pick<TextMapPropagator, 'inject'> | undefined): Effects {
  const parent = (traceFlags: number) => trace.setSpanContext(ROOT_CONTEXT, { ...SPAN_CONTEXT, traceFlags });
  const headers = {};
  const baggage = propagation.createBaggage({ tenant: { value: 'one' } });
  propagator?.inject(propagation.setBaggage(parent(1), baggage), headers, defaultTextMapSetter);
  const parents = [ROOT_CONTEXT, parent(1), parent(0)];
  const recorded = parents.map((one) => tracer.startSpan('probe', {}, one).isRecording());
  const link = { context: { ...SPAN_CONTEXT, traceFlags: 1 }, attributes: ATTRIBUTES };
  const links = [link, link, link];
  const span = tracer.startSpan('span', { attributes: ATTRIBUTES, links }, parent(1));
  for (const name of ['one', 'two', 'three']) span.addEvent(name, ATTRIBUTES);
  const common = { headers: Object.keys(headers).sort(), recorded };
  if (!span.isRecording()) return common;
  const readable = span as unknown as ReadableSpan;
  return {
    ...common,
    attributes: { ...readable.attributes },
    droppedAttributes: readable.droppedAttributesCount,
    events: readable.events.map(({ attributes }) => ({ ...attributes })),
    links: readable.links.map(({ attributes }) => ({ ...attributes })),
    resource: Object.keys(readable.resource.attributes).sort(),
  };
}

function observePlugin(): Effects {
  const processor = new SimpleSpanProcessor({ exporter: new InMemorySpanExporter() });
  const provider = createTracerProvider(detectResource(), processor);
  return effectsOf(provider.getTracer('test'), propagatorFromEnvironment());
}

function observeNodeSdk(): Effects {
  const spanProcessors = [new SimpleSpanProcessor({ exporter: new InMemorySpanExporter() })];
  new NodeSDK({ spanProcessors, metricReaders: [], logRecordProcessors: [] }).start();
  try {
    return effectsOf(trace.getTracer('test'), propagation);
  } finally {
    for (const api of [trace, context, propagation]) api.disable();
  }
}

const TWO = { first: 'text', second: 'text' };
const W3C = ['baggage', 'traceparent'];
const B3_MULTI = ['x-b3-sampled', 'x-b3-spanid', 'x-b3-traceid'];
const ALWAYS = [true, true, true];
const BY_PARENT = [true, true, false];

/** Variables, and the effects that they must have. */
const TABLE: readonly [Readonly<Record<string, string>>, Partial<Effects>][] = [
  [{}, { headers: W3C, recorded: BY_PARENT, attributes: ATTRIBUTES, droppedAttributes: 0 }],
  [{ OTEL_PROPAGATORS: '' }, { headers: W3C }],
  [{ OTEL_PROPAGATORS: 'tracecontext' }, { headers: ['traceparent'] }],
  [{ OTEL_PROPAGATORS: 'b3' }, { headers: ['b3'] }],
  [{ OTEL_PROPAGATORS: ' b3multi , baggage' }, { headers: ['baggage', ...B3_MULTI] }],
  [{ OTEL_PROPAGATORS: 'jaeger' }, { headers: ['uber-trace-id', 'uberctx-tenant'] }],
  [{ OTEL_PROPAGATORS: 'tracecontext,unknown' }, { headers: ['traceparent'] }],
  [{ OTEL_PROPAGATORS: 'constructor' }, { headers: [] }],
  [{ OTEL_PROPAGATORS: 'none' }, { headers: [] }],
  [{ OTEL_TRACES_SAMPLER: 'always_on' }, { recorded: ALWAYS }],
  [{ OTEL_TRACES_SAMPLER: 'always_off' }, { recorded: [false, false, false] }],
  [
    { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' },
    { recorded: [false, false, false] },
  ],
  [{ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '1' }, { recorded: ALWAYS }],
  [{ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '2' }, { recorded: ALWAYS }],
  [{ OTEL_TRACES_SAMPLER: 'traceidratio' }, { recorded: ALWAYS }],
  [{ OTEL_TRACES_SAMPLER: 'parentbased_always_on' }, { recorded: BY_PARENT }],
  [{ OTEL_TRACES_SAMPLER: 'parentbased_always_off' }, { recorded: [false, true, false] }],
  [
    { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' },
    { recorded: [false, true, false] },
  ],
  [{ OTEL_TRACES_SAMPLER: 'unknown' }, { recorded: BY_PARENT }],
  [{ OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '2' }, { attributes: TWO, droppedAttributes: 1 }],
  [{ OTEL_ATTRIBUTE_COUNT_LIMIT: '2' }, { attributes: TWO, droppedAttributes: 1 }],
  [
    { OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: '1', OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '3' },
    { attributes: { first: 't', second: 't', third: 't' } },
  ],
  [{ OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '3' }, { attributes: { first: 'tex', second: 'tex', third: 'tex' } }],
  [{ OTEL_SPAN_EVENT_COUNT_LIMIT: '2' }, { events: [ATTRIBUTES, ATTRIBUTES] }],
  [{ OTEL_SPAN_LINK_COUNT_LIMIT: '2' }, { links: [ATTRIBUTES, ATTRIBUTES] }],
  [{ OTEL_SPAN_ATTRIBUTE_PER_EVENT_COUNT_LIMIT: '2' }, { events: [TWO, TWO, TWO] }],
  [{ OTEL_SPAN_ATTRIBUTE_PER_LINK_COUNT_LIMIT: '2' }, { links: [TWO, TWO, TWO] }],
  [
    { OTEL_NODE_RESOURCE_DETECTORS: 'env', OTEL_RESOURCE_ATTRIBUTES: 'team=jobs' },
    {
      resource: [
        'service.name',
        'team',
        'telemetry.sdk.language',
        'telemetry.sdk.name',
        'telemetry.sdk.version',
      ],
    },
  ],
  [{ OTEL_NODE_RESOURCE_DETECTORS: 'serviceinstance,os,constructor' }, {}],
  [{ OTEL_NODE_RESOURCE_DETECTORS: 'all' }, {}],
  [
    { OTEL_NODE_RESOURCE_DETECTORS: 'none' },
    { resource: ['service.name', 'telemetry.sdk.language', 'telemetry.sdk.name', 'telemetry.sdk.version'] },
  ],
];

describe('the set-up of a process by OTEL_* variables', () => {
  const inherited = Object.entries(process.env).filter(([name]) => name.startsWith('OTEL_'));
  const clear = () => {
    for (const name of Object.keys(process.env)) if (name.startsWith('OTEL_')) delete process.env[name];
  };
  afterEach(() => {
    clear();
    Object.assign(process.env, Object.fromEntries(inherited));
    diag.disable();
  });

  for (const [variables, expected] of TABLE) {
    const title = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
    it(`${title.join(' ') || 'none of them'}: as with NodeSDK`, () => {
      clear();
      Object.assign(process.env, variables);
      const ours = observePlugin();
      deepEqual({ ...ours, ...expected }, ours);
      deepEqual(ours, observeNodeSdk());
    });
  }

  it('OTEL_LOG_LEVEL=debug prints each export, also the last one of the process', async () => {
    const receiver = await startOtlpReceiver();
    try {
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [join(__dirname, 'support', 'processes', 'export-default.js')],
        {
          env: {
            ...process.env,
            OTEL_LOG_LEVEL: 'debug',
            OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
            DOWNSTREAM: receiver.url,
            RUN_IDS: '0198c0de-0000-7000-8000-000000000001',
          },
        },
      );
      match(stdout, /items to be sent/);
    } finally {
      await receiver.close();
    }
  });

  it('OTEL_LOG_LEVEL leaves a diagnostics logger that the application has set', () => {
    const lines: string[] = [];
    const line = (message: string) => void lines.push(message);
    const logger = { error: line, warn: line, info: line, debug: line, verbose: line };
    diag.setLogger(logger, { logLevel: DiagLogLevel.ALL });
    process.env.OTEL_LOG_LEVEL = 'error';
    lines.length = 0;
    logDiagnostics();
    diag.debug('still here');
    deepEqual(lines, ['still here']);
  });
});
