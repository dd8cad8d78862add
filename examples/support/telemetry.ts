/**
 * Where an example's spans go: where the standard `OTEL_*` variables say, or to a receiver of its own.
 */

import { waterfall } from '../../core/waterfall';
import { startOtlpReceiver } from '../../testing/otlp-receiver';
import type { ReceivedSpan } from '../../testing/otlp-span';
import { incomplete } from '../../testing/otlp-trace';
import { linkLines } from './link-lines';

/** Milliseconds that spans wait in a process for others to leave with; OpenTelemetry's own default is 5000. */
const EXPORT_DELAY_MS = 500;
const TRACE_TIMEOUT_MS = 30_000;

export interface RunTrace {
  readonly spans: readonly ReceivedSpan[];
  /** What had not arrived when it was no longer waited for, one sentence each. */
  readonly missing: readonly string[];
}

export interface Telemetry {
  /** Base URL of the OTLP/HTTP receiver. */
  readonly otlpUrl: string;
  readonly isOwn: boolean;
  /** Template of a trace's address, `undefined` if it is not known. */
  readonly traceUrl: string | undefined;
  /** The trace of a run that has ended, as soon as all of it has arrived; `undefined` if spans go elsewhere. */
  traceOf(traceId: string): Promise<RunTrace | undefined>;
  stop(): Promise<void>;
}

/** What a trace lacks besides what any trace needs, one sentence each. */
export type Expectation = (trace: readonly ReceivedSpan[]) => string[];

/**
 * Decides where spans go, and says so in the environment, for this process and those that it starts.
 *
 * @param serviceName - of this process
 */
export async function startTelemetry(
  serviceName: string,
  expectation: Expectation,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Telemetry> {
  env.OTEL_SERVICE_NAME ??= serviceName;
  env.OTEL_BSP_SCHEDULE_DELAY ??= String(EXPORT_DELAY_MS);
  env.OTEL_METRICS_EXPORTER ??= 'none';
  env.OTEL_LOGS_EXPORTER ??= 'none';

  const endpoint = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? env.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (endpoint) {
    const traceOf = async () => undefined;
    return { otlpUrl: endpoint, isOwn: false, traceUrl: env.TRACE_URL, traceOf, stop: async () => {} };
  }

  const missing: Expectation = (trace) => [...incomplete(trace), ...expectation(trace)];
  const receiver = await startOtlpReceiver({
    page: (trace) => `${[...waterfall(trace), ...linkLines(trace)].join('\n')}\n`,
  });
  env.OTEL_EXPORTER_OTLP_ENDPOINT = receiver.url;
  return {
    otlpUrl: receiver.url,
    isOwn: true,
    traceUrl: `${receiver.url}/trace/{traceId}`,
    traceOf: async (traceId) => {
      const isComplete = (trace: readonly ReceivedSpan[]) => missing(trace).length === 0;
      await receiver.waitFor(traceId, isComplete, TRACE_TIMEOUT_MS).catch(() => {});
      const spans = receiver.trace(traceId);
      return { spans, missing: missing(spans) };
    },
    stop: () => receiver.close(),
  };
}
