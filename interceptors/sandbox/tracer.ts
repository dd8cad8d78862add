/**
 * The spans of one run: creates them, keeps finished ones until the activation ends, and ends open ones when
 * the run ends.
 *
 * Sandbox code: uses nothing of the OpenTelemetry SDK; a run that is not sampled has no spans.
 */
import { SPAN_DELIMITER, SpanName } from '@temporalio/interceptors-opentelemetry/lib/workflow/definitions';
import { spanIdOf } from '../../core/span-ids';
import type { SpanRecord } from '../../core/span-record';
import type { SpanRef } from '../../core/traceparent';
import type { RunTrace } from './run';
import { type OnEnd, RecordingSpan, type SpanStart } from './span';

/** Most finished spans that are collected in one activation; further ones are dropped and counted on the root. */
const MAX_FINISHED = 2_000;

/** Most span names that are counted separately; spans with further names are counted together. */
const MAX_COUNTED_NAMES = 1_000;

/** Options of a span that is started. */
export interface StartOptions extends Partial<Pick<SpanStart, 'kind' | 'startMs' | 'links' | 'scope'>> {
  /**
   * Distinguishes the span from others of its name: the call's sequence number, or the update's id. Without
   * it, spans of one name are numbered, which gives the same ids on a retry as long as their relative order
   * is the same.
   */
  readonly key?: string | number | undefined;
}

/** Creates and collects the spans of one run. */
export class RunTracer {
  /** The root span `RunWorkflow`, active wherever no other span is. */
  readonly root: RecordingSpan;
  readonly #counts = new Map<string, number>();
  readonly #open = new Set<RecordingSpan>();
  readonly #finished: SpanRecord[] = [];
  /** Spans dropped in the whole run. */
  #dropped = 0;
  /** Spans dropped since the last {@link takeDropped}. */
  #newlyDropped = 0;
  readonly #finish: OnEnd = (span, record) => {
    this.#open.delete(span);
    if (this.#finished.length < MAX_FINISHED || span === this.root) this.#finished.push(record);
    else {
      this.#dropped++;
      this.#newlyDropped++;
    }
  };

  /** Starts the root span; its parent, if any, is in another run or process. */
  constructor(workflowType: string, { root, parentSpanId, links }: RunTrace, startMs: number) {
    const name = `${SpanName.WORKFLOW_EXECUTE}${SPAN_DELIMITER}${workflowType}`;
    const ref = { ...root, sampled: true };
    this.root = new RecordingSpan({ name, ref, parentSpanId, startMs, links }, this.#finish);
  }

  /** Starts a span below this parent, by default now. */
  start(
    name: string,
    { spanId: parentSpanId }: SpanRef,
    { startMs = Date.now(), key, ...options }: StartOptions = {},
  ): RecordingSpan {
    const spanId = spanIdOf(this.root.ref.spanId, {
      name,
      parentSpanId,
      scope: options.scope?.name,
      which: key === undefined ? `n${this.#count(name)}` : `s${key}`,
    });
    const ref = { ...this.root.ref, spanId };
    const span = new RecordingSpan({ ...options, name, ref, parentSpanId, startMs }, this.#finish);
    this.#open.add(span);
    return span;
  }

  /** Ends the root and all open spans, since the run is over. */
  endRun(): void {
    for (const span of this.#open) span.setAttribute('job.unfinished', true).end();
    if (this.#dropped > 0) this.root.setAttribute('job.dropped_spans', this.#dropped);
    this.root.end();
  }

  /** Returns the number of spans of this name, including this one. */
  #count(name: string): number {
    const counted = this.#counts.size < MAX_COUNTED_NAMES || this.#counts.has(name) ? name : '';
    const count = (this.#counts.get(counted) ?? 0) + 1;
    this.#counts.set(counted, count);
    return count;
  }

  /** Returns the spans finished since the last call. */
  drain(): SpanRecord[] {
    return this.#finished.splice(0);
  }

  /** Returns the number of spans dropped since the last call. */
  takeDropped(): number {
    const count = this.#newlyDropped;
    this.#newlyDropped = 0;
    return count;
  }
}
