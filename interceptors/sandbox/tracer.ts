/**
 * The spans of one run: makes them, keeps the finished ones until the activation ends, closes what is left
 * open when the run ends.
 *
 * Sandbox code: nothing of the OpenTelemetry SDK; no span exists for a run that is not sampled.
 */
import { SPAN_DELIMITER, SpanName } from '@temporalio/interceptors-opentelemetry/lib/workflow/definitions';
import type { Attributes, LinkRecord, SpanRecord } from '../shared/span-record';
import type { SpanRef } from '../shared/traceparent';
import { SandboxSpan } from './span';
import { SpanIds } from './span-ids';

/** Finished spans kept within one activation; further ones are dropped and counted on the root. */
const MAX_BUFFERED = 2_000;

export interface StartOptions {
  readonly kind?: number;
  readonly startMs?: number;
  readonly links?: readonly LinkRecord[];
  readonly scope?: { readonly name: string; readonly version?: string };
}

export class RunTracer {
  /** The `RunWorkflow` span: active wherever no other is. */
  readonly root: SandboxSpan;
  readonly #ids: SpanIds;
  readonly #startMs: number;
  readonly #open = new Set<SandboxSpan>();
  readonly #finish = (span: SandboxSpan, record: SpanRecord) => this.#finished(span, record);
  #announcement: SandboxSpan | undefined;
  #buffer: SpanRecord[] = [];
  #dropped = 0;

  /** @param root the `RunWorkflow` span; its parent, if any, is in another run or process */
  constructor(
    workflowType: string,
    root: {
      readonly ref: SpanRef;
      readonly parentSpanId?: string;
      readonly startMs: number;
      readonly links: readonly LinkRecord[];
      readonly attributes: Attributes;
    },
  ) {
    this.#ids = new SpanIds(root.ref.spanId);
    this.#startMs = root.startMs;
    const name = `${SpanName.WORKFLOW_EXECUTE}${SPAN_DELIMITER}${workflowType}`;
    this.root = new SandboxSpan(
      { ...root, name, parentIsRemote: root.parentSpanId !== undefined },
      this.#finish,
    );
    this.#announcement = this.start(`RunStarted${SPAN_DELIMITER}${workflowType}`, root.ref, {
      startMs: root.startMs,
    });
  }

  /**
   * Lets a zero-length `RunStarted` span go, once: the trace of a long run can then be opened while it goes on;
   * the root itself follows at the end.
   */
  announce(): void {
    this.#announcement?.end(this.#startMs);
    this.#announcement = undefined;
  }

  start(name: string, parent: SpanRef, { startMs = Date.now(), ...options }: StartOptions = {}): SandboxSpan {
    const ref = { ...this.root.ref, spanId: this.#ids.next() };
    const span = new SandboxSpan(
      { ...options, name, ref, parentSpanId: parent.spanId, startMs },
      this.#finish,
    );
    this.#open.add(span);
    return span;
  }

  /** Ends the root and everything still open: the run is over, nobody else will. */
  endRun(): void {
    if (this.#announcement) this.#open.delete(this.#announcement);
    for (const span of this.#open) span.setAttribute('job.unfinished', true).end();
    if (this.#dropped > 0) this.root.setAttribute('job.dropped_spans', this.#dropped);
    this.root.end();
  }

  /** The spans finished since the last call. */
  drain(): SpanRecord[] {
    const finished = this.#buffer;
    this.#buffer = [];
    return finished;
  }

  #finished(span: SandboxSpan, record: SpanRecord): void {
    this.#open.delete(span);
    if (this.#buffer.length < MAX_BUFFERED || span === this.root) this.#buffer.push(record);
    else this.#dropped++;
  }
}
