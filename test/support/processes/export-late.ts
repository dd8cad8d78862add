/**
 * A program that sets up OpenTelemetry after the plugin's default set-up. `ORDER` determines how: `whole`, with the
 * Node.js SDK; `provider`, a tracer provider alone; `stopped`, with the Node.js SDK after the worker has stopped;
 * `copy`, with an old copy of the API; `given`, with the span processors that were also passed to the plugin.
 */
import { context, propagation, trace } from '@opentelemetry/api';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { NodeSDK } from '@opentelemetry/sdk-node';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import * as otherApi from 'opentelemetry-api-1.4';
import { acquireSpanExport } from '../../../export';
import { activityOf, recordingLog, report, runSpan } from './export-program';

const { ORDER = '', DOWNSTREAM = '' } = process.env;
const RUN_ID = '0198c0de-0000-7000-8000-00000000000a';

/** A tracer that a module of the application obtains when it is loaded. */
const tracer = trace.getTracer('app');
const exporter = new InMemorySpanExporter();
const spanProcessors = [new SimpleSpanProcessor(exporter)];

function setUp() {
  const resource = resourceFromAttributes({ 'service.name': 'app' });
  const provider = new BasicTracerProvider({ resource, spanProcessors });
  if (ORDER === 'provider') return trace.setGlobalTracerProvider(provider);
  if (ORDER === 'copy') return otherApi.trace.setGlobalTracerProvider(provider as never);
  return new NodeSDK({
    spanProcessors,
    resource,
    instrumentations: [new UndiciInstrumentation({ requireParentforSpans: true })],
    metricReaders: [],
    logRecordProcessors: [],
  }).start();
}

/** The application's work: a span with a call inside, from the tracer above and from a new one. */
async function work(when: string) {
  for (const [name, one] of [
    ['loaded', tracer],
    ['new', trace.getTracer(when)],
  ] as const) {
    await one.startActiveSpan(`${when} ${name}`, async (span) => {
      await fetch(`${DOWNSTREAM}/${when}-${name}`);
      span.end();
    });
  }
}

async function main() {
  const log = recordingLog();
  const own = acquireSpanExport({ log, ...(ORDER === 'given' && { spanProcessors }) });
  await work('before');
  if (ORDER === 'stopped') await own.release();
  setUp();
  await work('after');
  if (ORDER !== 'stopped') {
    await activityOf(RUN_ID, async () => void (await fetch(`${DOWNSTREAM}/activity`)));
    own.onEnd(runSpan(RUN_ID, own.resource));
    await own.release();
  }
  await work('stopped');
  const carrier: Record<string, string> = {};
  tracer.startActiveSpan('last', (span) => {
    propagation.inject(context.active(), carrier);
    span.end();
  });
  // A processor exports a span when the resource has been detected.
  await Promise.all(spanProcessors.map((processor) => processor.forceFlush()));
  report({
    spans: exporter.getFinishedSpans().map(({ name }) => name),
    propagates: Object.keys(carrier),
    log: log.lines,
  });
}

void main();
