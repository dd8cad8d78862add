/**
 * Batches spans for one exporter within a fixed amount of memory, and tracks the outcome of each span.
 *
 * The SDK's batch processor drops silently when its queue is full, and forgets a batch whose exporter does
 * not answer. So the spans are counted around it: at most `capacity` are on their way, whether queued or
 * handed to the exporter, and the exporter's answer (or its absence) decides whether they count as lost.
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

export class BoundedSpanProcessor implements SpanProcessor {
  readonly #capacity: number;
  readonly #exportTimeoutMs: number;
  readonly #exporter: SpanExporter;
  readonly #losses: LossLog;
  readonly #batches: BatchSpanProcessor;
  /** Exports without an answer; each call-back answers them with a failure. */
  readonly #unanswered = new Set<(why: string) => void>();
  #onTheirWay = 0;
  /** Set while a root waits to be sent. */
  #rootTimer: NodeJS.Timeout | undefined;
  /** Whether a root's time came while a request had no answer yet. */
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
      // Larger than what is let in, and longer than what is waited for here: it never drops by itself.
      maxQueueSize: this.#capacity,
      exportTimeoutMillis: exportTimeoutMs + 1_000,
    });
  }

  onStart(_span: Span, _parent: Context): void {}

  onEnd(span: ReadableSpan): void {
    if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return;
    if (this.#onTheirWay >= this.#capacity) {
      this.#losses.lost(1, `the queue is full, ${this.#capacity} spans are waiting`);
      return;
    }
    this.#onTheirWay += 1;
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
    for (const answer of [...this.#unanswered]) answer('the worker stopped before they were sent');
    if (this.#onTheirWay > 0) {
      this.#losses.lost(this.#onTheirWay, 'the worker stopped before they were sent');
      this.#onTheirWay = 0;
    }
    this.#losses.end('The worker has stopped');
  }

  /**
   * Sends what is queued, so that a worker which is killed loses few roots. One request at a time: a
   * collector that is slow gets no more at once.
   */
  #sendRoots(): void {
    this.#rootTimer = undefined;
    this.#isRootLate = this.#unanswered.size > 0;
    // What fails is counted by `#export`.
    if (!this.#isRootLate) void this.#batches.forceFlush().catch(() => {});
  }

  #export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    let open = spans.length;
    let failure: Error | undefined;
    const fail = (why: string) => answer(open, new Error(why));
    const timer = setTimeout(fail, this.#exportTimeoutMs, `no answer within ${this.#exportTimeoutMs} ms`);
    timer.unref();
    const answer = (spanCount: number, error: Error | undefined) => {
      if (open === 0) return;
      open -= spanCount;
      this.#onTheirWay -= spanCount;
      failure ??= error;
      if (error) this.#losses.lost(spanCount, reasonOf(error));
      if (open > 0) return;
      this.#unanswered.delete(fail);
      clearTimeout(timer);
      if (this.#isRootLate) this.#sendRoots();
      // With a queue still nearly full the next span may be lost again.
      if (!failure && this.#onTheirWay <= this.#capacity / 2) this.#losses.end('Spans are exported again');
      done(failure ? { code: ExportResultCode.FAILED, error: failure } : { code: ExportResultCode.SUCCESS });
    };
    this.#unanswered.add(fail);
    send(this.#exporter, spans, answer, () => open === 0);
  }
}
