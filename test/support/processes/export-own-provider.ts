/** A worker process that has set up a tracer provider of its own. */
import { DiagLogLevel, diag, trace } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { acquireSpanExport } from '../../../export';
import { activityOf, recordingLog, report, runSpan } from './export-program';

const hasSampling = process.env.HAS_SAMPLING === 'true';
const RUN_ID = '0198c0de-0000-7000-8000-00000000000a';

async function main() {
  const diagLines: string[] = [];
  const exporter = new InMemorySpanExporter();
  const spanProcessors = [new SimpleSpanProcessor(exporter)];
  const resource = resourceFromAttributes({ 'service.name': 'own' });
  new NodeSDK({ spanProcessors, resource, autoDetectResources: false, metricReaders: [] }).start();
  const line = (message: string) => void diagLines.push(message);
  const logger = { error: line, warn: line, info: line, debug: line, verbose: line };
  diag.setLogger(logger, { logLevel: DiagLogLevel.INFO, suppressOverrideMessage: true });

  const log = recordingLog();
  const without = [acquireSpanExport({ log, hasSampling }), acquireSpanExport({ log, hasSampling })];
  for (const one of without) one.onEnd(runSpan(RUN_ID, one.resource));
  const withThem = acquireSpanExport({ spanProcessors, resource, log, hasSampling });
  withThem.onEnd(runSpan(RUN_ID, withThem.resource));
  await activityOf(RUN_ID, async () => {});
  for (const one of [...without, withThem]) await one.release();
  diag.info('still the user’s');

  const spans = exporter
    .getFinishedSpans()
    .map(({ name, resource: of }) => `${name} ${of.attributes['service.name']}`);
  report({
    processors: [...without, withThem].map(({ processors }) => processors?.length ?? null),
    spans,
    log: log.lines,
    stillRecording: trace.getTracer('probe').startSpan('probe').isRecording(),
    diag: diagLines,
  });
}

void main();
