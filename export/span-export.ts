/**
 * The export of spans, as one worker uses it.
 *
 * A process has at most one set-up of ours, whichever worker comes first; it ends with the last one. In a
 * process with a tracer provider of its own nothing is set up.
 */
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';
import { safely } from '../core/util/untrusted';
import { autoInstrumentations } from './auto-instrumentations';
import { DEFAULT_FLUSH_TIMEOUT_MS, settledWithin } from './deadline';
import { SpanFanOut } from './fan-out';
import { hasTracerProvider } from './globals';
import { addInstrumentations, createInstrumentations, startInstrumentations } from './instrumentations';
import { reasonOf } from './losses';
import {
  type CheckedExportOptions,
  checkExportOptions,
  type ExportLogger,
  type SpanExportOptions,
  SUBJECT,
} from './options';
import { type ProcessState, processState } from './process-state';
import { detectResource } from './resource';
import { type SetUp, startSetUp, TO_OPTION } from './set-up';
import { ignoredSampler, readExportSettings } from './settings';

/** The export of one worker's workflow spans. */
export interface SpanExport {
  /** Span processors; `undefined` if workflow spans are off. */
  readonly processors: readonly SpanProcessor[] | undefined;
  /** Destination of spans, for people: an address without credentials, or why there is none. */
  readonly destination: string;
  /** Resource of workflow spans, the same as that of activities' spans. */
  readonly resource: Resource;
  /** Passes a finished span to all processors. Never throws. */
  onEnd(span: ReadableSpan): void;
  /** Waits until all spans so far are exported, at most the flush timeout. Never rejects. */
  flush(): Promise<void>;
  /**
   * Flushes; the last worker of the process also shuts down the set-up, within the flush timeout. The user's
   * own processors are flushed and stay usable. Never rejects; may be called twice.
   */
  release(): Promise<void>;
}

const OWN_PROVIDER = `temporal-job-tracing: this process has an OpenTelemetry tracer provider of its own, and \
@opentelemetry/api offers no way to its span processors, so spans of workflows are not exported (activities are \
traced, and runs get their TraceId). Give both the same processors and resource:
  const spanProcessors = [new BatchSpanProcessor(exporter)]; // @opentelemetry/sdk-trace-base 1.x, 2.x
  const spanProcessors = [new BatchSpanProcessor({ exporter })]; // @opentelemetry/sdk-trace 2.x, 3.x
  new NodeSDK({ spanProcessors, resource, autoDetectResources: false }).start();
  new JobTracingPlugin({ spanProcessors, resource });`;

const OTHER_PROCESSORS =
  "temporal-job-tracing: another worker of this process has set up OpenTelemetry with other span processors: this worker's " +
  "workflow spans go to its own 'spanProcessors', its activities' spans to those of the other worker. Give all " +
  'workers of a process the same ones.';

/**
 * Joins the process's set-up, or creates it.
 *
 * @param options `hasSampling`: whether a sampling policy is configured
 *
 * @throws {OptionError} for invalid options; any other failure is logged, and spans are off
 */
export function acquireSpanExport(
  options: SpanExportOptions & { readonly log: ExportLogger; readonly hasSampling?: boolean },
): SpanExport {
  checkExportOptions(options);
  const state = processState();
  const joined = join(state, options);
  const { hasSampling = false, log } = options;
  // Our own set-up logs it at each start. The application's provider may need it for the application's traces.
  const sampler = joined || hasSampling ? undefined : ignoredSampler(process.env);
  if (sampler) logOnce(state, log, 'warn', `temporal-job-tracing: ${sampler}.`);
  const spans = spansOf(state, joined?.setUp, options);
  const resource = options.resource ?? joined?.setUp.resource ?? detectResource();
  settleAttributes(resource);
  const { flushTimeoutMs = DEFAULT_FLUSH_TIMEOUT_MS } = options;
  const flush = async () => {
    if (spans) await settledWithin(flushTimeoutMs, () => spans.forceFlush());
  };
  const leave = async () => {
    const isLast = joined !== undefined && leaveSetUp(state, joined);
    const isShared = spans === joined?.setUp.spans;
    await Promise.all([
      isLast ? joined.setUp.close(flushTimeoutMs) : undefined,
      isLast && isShared ? undefined : flush(),
    ]);
    if (!isShared) spans?.endLosses();
  };
  let left: Promise<void> | undefined;
  return Object.freeze({
    processors: spans?.processors,
    destination: destinationFor(spans, joined?.setUp, options),
    resource,
    onEnd: (span: ReadableSpan) => spans?.onEnd(span),
    flush,
    release: () => {
      left ??= leave();
      return left;
    },
  });
}

/** Returns the process's set-up with one more user; `undefined` if the process must have none of ours. */
function join(
  state: ProcessState,
  options: CheckedExportOptions & { log: ExportLogger },
): ProcessState['current'] {
  if (state.current) {
    // They may be the user's own.
    safely(() => startInstrumentations(instrumentationsOf(state, options).added));
  } else if (!hasTracerProvider()) {
    const settings = readExportSettings(process.env);
    if (settings.disabled) return undefined;
    try {
      const { all } = instrumentationsOf(state, options);
      const setUp = startSetUp(options, settings, all, options.log);
      state.current = { setUp, users: 0 };
    } catch (error) {
      options.log.error(`temporal-job-tracing: OpenTelemetry cannot be set up: ${reasonOf(error)}.`, {
        error,
      });
      return undefined;
    }
  }
  if (state.current) state.current.users += 1;
  return state.current;
}

/** Removes one user of the set-up; returns whether it was the last one. */
function leaveSetUp(state: ProcessState, joined: NonNullable<ProcessState['current']>): boolean {
  joined.users -= 1;
  if (joined.users > 0) return false;
  if (state.current === joined) state.current = undefined;
  return true;
}

/** Returns the instrumentations in use, with this worker's, and those that are new. */
function instrumentationsOf(state: ProcessState, { instrumentations = [] }: CheckedExportOptions) {
  const users = instrumentations === 'auto' ? autoInstrumentations(SUBJECT) : instrumentations;
  state.instrumentations ??= createInstrumentations();
  const added = addInstrumentations(state.instrumentations, users);
  return { all: state.instrumentations, added };
}

function spansOf(
  state: ProcessState,
  setUp: SetUp | undefined,
  { spanProcessors, log }: CheckedExportOptions & { log: ExportLogger },
): SpanFanOut | undefined {
  const { disabled, maxLength } = readExportSettings(process.env);
  if (disabled) {
    logOnce(state, log, 'info', 'temporal-job-tracing: OTEL_SDK_DISABLED is true, so no span is exported.');
    return undefined;
  }
  if (setUp) {
    const shared = setUp.spans.processors;
    if (!spanProcessors || sameElements(spanProcessors, shared))
      return shared.length > 0 ? setUp.spans : undefined;
    logOnce(state, log, 'warn', OTHER_PROCESSORS);
  } else if (!spanProcessors) {
    if (hasTracerProvider()) logOnce(state, log, 'warn', OWN_PROVIDER);
    return undefined;
  }
  return new SpanFanOut(spanProcessors, false, log, maxLength);
}

function destinationFor(
  spans: SpanFanOut | undefined,
  setUp: SetUp | undefined,
  { spanProcessors }: CheckedExportOptions,
): string {
  if (readExportSettings(process.env).disabled) return 'nowhere (OTEL_SDK_DISABLED is true)';
  if (spans && spanProcessors) return TO_OPTION;
  return setUp?.destination ?? 'nowhere from workflows (the process has a tracer provider of its own)';
}

/**
 * Waits for attributes that are detected asynchronously, so that no processor has to: the SDK's batch processor calls
 * its exporter after that wait, and an exporter that throws there ends the process by an unhandled rejection.
 */
function settleAttributes(resource: Resource): void {
  void (async () => resource.waitForAsyncAttributes?.())().catch(() => {});
}

function logOnce(state: ProcessState, log: ExportLogger, level: 'info' | 'warn', message: string): void {
  if (state.logged.has(message)) return;
  state.logged.add(message);
  log[level](message);
}

function sameElements(some: readonly unknown[], others: readonly unknown[]): boolean {
  return some.length === others.length && some.every((element) => others.includes(element));
}
