/**
 * A worker process that passes the plugin a batch processor of the OpenTelemetry SDK's major version `LINE`; with
 * `PROVIDER`, it also registers a tracer provider of that version.
 */
import { trace } from '@opentelemetry/api';
import { OTLPTraceExporter as Exporter2 } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import * as sdk2 from '@opentelemetry/sdk-trace-base';
import { OTLPTraceExporter as Exporter1 } from 'opentelemetry-otlp-1';
import { OTLPTraceExporter as Exporter3 } from 'opentelemetry-otlp-3';
import * as sdk1 from 'opentelemetry-sdk-trace-1';
import * as sdk3 from 'opentelemetry-sdk-trace-3';
import type { JobTracingOptions } from 'temporal-job-tracing';
import { acquireSpanExport } from '../../../export';
import { activityOf, recordingLog, report, runSpan } from './export-program';

const { LINE = '', PROVIDER = '' } = process.env;
const RUN_ID = '0198c0de-0000-7000-8000-00000000000c';

type ExportOptions = Pick<JobTracingOptions, 'spanProcessors' | 'resource'>;

const attributes = resourceFromAttributes({ 'service.name': LINE });

/** Options of the plugin with each major version; their types fit without a cast. */
const LINES: Record<string, () => ExportOptions> = {
  '1.x': () => {
    const spanProcessors = [new sdk1.BatchSpanProcessor(new Exporter1())];
    const provider = new sdk1.BasicTracerProvider({ spanProcessors, resource: attributes });
    if (PROVIDER) trace.setGlobalTracerProvider(provider);
    return { spanProcessors, resource: provider.resource };
  },
  '2.x': () => {
    const spanProcessors = [new sdk2.BatchSpanProcessor(new Exporter2())];
    const provider = new sdk2.BasicTracerProvider({ spanProcessors, resource: attributes });
    if (PROVIDER) trace.setGlobalTracerProvider(provider);
    return { spanProcessors, resource: attributes };
  },
  '3.x': () => {
    const spanProcessors = [new sdk3.BatchSpanProcessor({ exporter: new Exporter3() })];
    const provider = new sdk3.TracerProvider({ spanProcessors, resource: attributes });
    if (PROVIDER) trace.setGlobalTracerProvider(provider);
    return { spanProcessors, resource: attributes };
  },
};

async function main() {
  const options = LINES[LINE]?.();
  if (!options) throw new Error(`LINE: expected one of ${Object.keys(LINES).join(', ')}, got '${LINE}'`);
  const log = recordingLog();
  const spanExport = acquireSpanExport({ ...options, log });
  await activityOf(RUN_ID, async () => {});
  spanExport.onEnd(runSpan(RUN_ID, spanExport.resource));
  await spanExport.release();
  report({ log: log.lines });
}

void main();
