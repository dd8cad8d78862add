/** Helpers of the programs of the export tests: spans like a worker's, a log, and the result. */
import { ROOT_CONTEXT, TraceFlags, trace } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { rootSpanIdOfRun, traceIdOfRun } from '../../../core/trace-id';
import { toReadableSpan } from '../../../export/readable-span';

/** Log lines, as `level message`. */
export interface RecordingLog {
  readonly lines: string[];
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

export function recordingLog(): RecordingLog {
  const lines: string[] = [];
  const line = (level: string) => (message: string) => void lines.push(`${level} ${message}`);
  return { lines, info: line('info'), warn: line('warn'), error: line('error') };
}

/** Returns the root span of a run, as the sandbox's sink delivers it. */
export function runSpan(runId: string, resource: Resource): ReadableSpan {
  const now = Date.now();
  const record = {
    name: 'RunWorkflow:export',
    kind: 0,
    traceId: traceIdOfRun(runId),
    spanId: rootSpanIdOfRun(runId),
    startMs: now - 10,
    endMs: now,
    statusCode: 0,
    attributes: {},
    events: [],
    links: [],
    droppedAttributes: 0,
  };
  return toReadableSpan(record, resource, true);
}

/** Runs an activity of the run in a span; its remote parent is the run's root. */
export async function activityOf(
  runId: string,
  activity: () => Promise<void>,
  traceFlags = TraceFlags.SAMPLED,
): Promise<void> {
  const spanContext = {
    traceId: traceIdOfRun(runId),
    spanId: rootSpanIdOfRun(runId),
    traceFlags,
    isRemote: true,
  };
  const parent = trace.setSpanContext(ROOT_CONTEXT, spanContext);
  await trace.getTracer('test').startActiveSpan('RunActivity:export', {}, parent, async (span) => {
    await activity();
    span.end();
  });
}

/** Prints the result for the test, as the last line of the program. */
export function report(result: unknown): void {
  console.log(JSON.stringify(result));
}
