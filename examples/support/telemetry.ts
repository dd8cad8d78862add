/**
 * The receiver of an example's spans: that of the standard `OTEL_*` variables, or the example's own console.
 */

import { type OtlpTraceRequest, type ReceivedSpan, spansOf } from '../../testing/otlp-span';
import { incomplete } from '../../testing/otlp-trace';
import { until } from '../../testing/until';
import { startConsole } from './console-process';

/** Longest time that spans wait for their export; OpenTelemetry's own default is 5000. */
const EXPORT_DELAY_MS = 500;
const TRACE_TIMEOUT_MS = 30_000;

/** The trace of a run. */
export interface RunTrace {
  readonly spans: readonly ReceivedSpan[];
  /** Parts of the trace that had not arrived after the time limit, one sentence each. */
  readonly missing: readonly string[];
}

/** The receiver of an example's spans. */
export interface Telemetry {
  /** Base URL of the OTLP/HTTP receiver. */
  readonly otlpUrl: string;
  /** Address of the example's own console; `undefined` if spans go elsewhere. */
  readonly consoleUrl: string | undefined;
  /** Template of a trace's address; `undefined` if it is not known. */
  readonly traceUrl: string | undefined;
  /** Waits until the trace of an ended run is complete, and returns it; `undefined` if spans go elsewhere. */
  traceOf(traceId: string): Promise<RunTrace | undefined>;
  stop(): Promise<void>;
}

/** Returns problems of a trace that are specific to an example, one sentence each. */
export type Expectation = (trace: readonly ReceivedSpan[]) => string[];

/** The expectation that each activity has called a service whose span is in the trace. */
export const missingServerSpans: Expectation = (trace) => {
  const activities = trace.filter(({ name }) => name.startsWith('RunActivity:'));
  const served = trace.filter(({ kind }) => kind === 'server');
  return served.length < activities.length
    ? [`${activities.length} activities have ${served.length} server spans`]
    : [];
};

/**
 * Chooses the receiver of spans, and sets the environment accordingly, for this process and its children.
 *
 * @param serviceName `service.name` of this process
 * @param expectation checks a trace before it counts as complete
 * @param temporal the server whose runs the example's own console shows
 */
export async function startTelemetry(
  serviceName: string,
  expectation: Expectation,
  temporal: { readonly address: string; readonly uiUrl?: string | undefined },
  env: NodeJS.ProcessEnv = process.env,
): Promise<Telemetry> {
  env.OTEL_SERVICE_NAME ??= serviceName;
  env.OTEL_BSP_SCHEDULE_DELAY ??= String(EXPORT_DELAY_MS);
  env.OTEL_METRICS_EXPORTER ??= 'none';
  env.OTEL_LOGS_EXPORTER ??= 'none';

  const endpoint = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? env.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (endpoint) {
    const traceOf = async () => undefined;
    return {
      otlpUrl: endpoint,
      consoleUrl: undefined,
      traceUrl: env.TRACE_URL,
      traceOf,
      stop: async () => {},
    };
  }

  const missing: Expectation = (trace) => [...incomplete(trace), ...expectation(trace)];
  const { url, stop } = await startConsole(temporal, env);
  env.OTEL_EXPORTER_OTLP_ENDPOINT = url;
  return {
    otlpUrl: url,
    consoleUrl: url,
    traceUrl: `${url}/traces/{traceId}`,
    traceOf: async (traceId) => {
      let spans: readonly ReceivedSpan[] = [];
      const isComplete = async () => {
        spans = await readTrace(url, traceId);
        return missing(spans).length === 0;
      };
      await until(isComplete, { within: TRACE_TIMEOUT_MS, says: 'the trace is incomplete' }).catch(() => {});
      return { spans, missing: missing(spans) };
    },
    stop,
  };
}

/** Returns the trace's received spans in the order of their start. */
async function readTrace(consoleUrl: string, traceId: string): Promise<readonly ReceivedSpan[]> {
  const response = await fetch(`${consoleUrl}/api/traces/${traceId}.json`);
  if (response.status === 404) return [];
  if (!response.ok) throw new Error(`The console answered ${response.status}: ${await response.text()}`);
  const spans = spansOf((await response.json()) as OtlpTraceRequest);
  return spans.sort((a, b) => a.startMs - b.startMs);
}
