/**
 * Batches spans for one exporter within a fixed amount of memory, and tracks the outcome of each span.
 *
 * The SDK's batch processor drops spans silently when its queue is full, and forgets a batch whose export has no
 * result. So this processor counts the spans around it: at most `capacity` are in progress, queued or passed to the
 * exporter, and the result of the export (or its absence) decides whether they are lost.
 */
import { type Context, TraceFlags } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import {
  BatchSpanProcessor,
  type ReadableSpan,
  type Span,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace';
import { type LossLog, reasonOf } from './losses';
import { isRunRoot } from './readable-span';
import { send } from './send';

/** Longest time that a root span waits for others, in milliseconds, whatever the delay of the export. */
const ROOT_DELAY_MS = 100;

/** Sizes and times of a batch processor, as in the `OTEL_BSP_*` variables. */
export interface BatchSettings {
  readonly maxQueueSize: number;
  readonly maxExportBatchSize: number;
  readonly scheduledDelayMs: number;
  readonly exportTimeoutMs: number;
}

/** A batch processor for one exporter, with its losses counted and logged. */
export class BoundedSpanProcessor implements SpanProcessor {
  readonly #capacity: number;
  readonly #exportTimeoutMs: number;
  readonly #exporter: SpanExporter;
  readonly #losses: LossLog;
  readonly #batches: BatchSpanProcessor;
  /** Exports in progress; each callback ends one of them with a failure. */
  readonly #exporting = new Set<(why: string) => void>();
  #inProgress = 0;
  /** Set while a root span waits to be sent. */
  #rootTimer: NodeJS.Timeout | undefined;
  /** Whether a root span was due while an export was in progress. */
  #isRootLate = false;

  constructor(exporter: SpanExporter, settings: BatchSettings, losses: LossLog) {
    const { maxQueueSize, maxExportBatchSize, scheduledDelayMs, exportTimeoutMs } = settings;
    this.#capacity = maxQueueSize + maxExportBatchSize;
    this.#exportTimeoutMs = exportTimeoutMs;
    this.#exporter = exporter;
    this.#losses = losses;
    this.#batches = new BatchSpanProcessor({
      exporter: {
        export: (spans, done) => this.#export(spans, done),
        shutdown: () => exporter.shutdown(),
      },
      maxExportBatchSize,
      scheduledDelayMillis: scheduledDelayMs,
      // At least the limits of this processor, so that the SDK's never drops spans or exports by itself.
      maxQueueSize: this.#capacity,
      exportTimeoutMillis: exportTimeoutMs + 1_000,
    });
  }

  onStart(_span: Span, _parent: Context): void {}

  onEnd(span: ReadableSpan): void {
    if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return;
    if (this.#inProgress >= this.#capacity) {
      this.#losses.lost(1, `the queue is full, ${this.#capacity} spans are waiting`);
      return;
    }
    this.#inProgress += 1;
    this.#batches.onEnd(span);
    if (isRunRoot(span)) this.#rootTimer ??= setTimeout(() => this.#sendRoots(), ROOT_DELAY_MS).unref();
  }

  async forceFlush(): Promise<void> {
    await this.#batches.forceFlush();
    // The batch processor does not wait for a batch that was already under way.
    await this.#exporter.forceFlush?.();
  }

  shutdown(): Promise<void> {
    return this.#batches.shutdown();
  }

  /** Counts all spans that have not been exported as lost; called after a shutdown that may have failed. */
  abandon(): void {
    for (const fail of [...this.#exporting]) fail('the worker stopped before they were sent');
    if (this.#inProgress > 0) {
      this.#losses.lost(this.#inProgress, 'the worker stopped before they were sent');
      this.#inProgress = 0;
    }
    this.#losses.end('The worker has stopped');
  }

  /**
   * Sends the queued spans, so that few root spans are lost if the worker is killed. One request at a time, so that
   * a slow collector does not get several at once.
   */
  #sendRoots(): void {
    this.#rootTimer = undefined;
    this.#isRootLate = this.#exporting.size > 0;
    // `#export` counts the spans of a failed one.
    if (!this.#isRootLate) void this.#batches.forceFlush().catch(() => {});
  }

  #export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    let pending = spans.length;
    let failure: Error | undefined;
    const fail = (why: string) => onResult(pending, new Error(why));
    const timer = setTimeout(fail, this.#exportTimeoutMs, `no answer within ${this.#exportTimeoutMs} ms`);
    timer.unref();
    const onResult = (spanCount: number, error: Error | undefined) => {
      if (pending === 0) return;
      pending -= spanCount;
      this.#inProgress -= spanCount;
      failure ??= error;
      if (error) this.#losses.lost(spanCount, reasonOf(error));
      if (pending > 0) return;
      this.#exporting.delete(fail);
      clearTimeout(timer);
      if (this.#isRootLate) this.#sendRoots();
      // While the queue is still more than half full, the next span may be lost as well.
      if (!failure && this.#inProgress <= this.#capacity / 2) this.#losses.end('Spans are exported again');
      done(failure ? { code: ExportResultCode.FAILED, error: failure } : { code: ExportResultCode.SUCCESS });
    };
    this.#exporting.add(fail);
    send(this.#exporter, spans, onResult, () => pending === 0);
  }
}
