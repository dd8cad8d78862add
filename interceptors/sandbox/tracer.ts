/**
 * The spans of one run: makes them, keeps the finished ones until the activation ends, closes what is left
 * open when the run ends.
 *
 * Sandbox code: nothing of the OpenTelemetry SDK; no span exists for a run that is not sampled.
 */
import { SPAN_DELIMITER, SpanName } from '@temporalio/interceptors-opentelemetry/lib/workflow/definitions';
import { createSpanIds } from '../../core/span-ids';
import type { SpanRecord } from '../../core/span-record';
import type { SpanRef } from '../../core/traceparent';
import type { RunTrace } from './run';
import { type OnEnd, SandboxSpan, type SpanStart } from './span';

/** Finished spans kept within one activation; further ones are dropped and counted on the root. */
const MAX_BUFFERED = 2_000;

export type StartOptions = Partial<Pick<SpanStart, 'kind' | 'startMs' | 'links' | 'scope'>>;

export class RunTracer {
  /** The `RunWorkflow` span: active wherever no other is. */
  readonly root: SandboxSpan;
  readonly #nextId: () => string;
  readonly #open = new Set<SandboxSpan>();
  readonly #finish: OnEnd = (span, record) => {
    this.#open.delete(span);
    if (this.#buffer.length < MAX_BUFFERED || span === this.root) this.#buffer.push(record);
    else this.#dropped++;
  };
  readonly #buffer: SpanRecord[] = [];
  #dropped = 0;

  /** The root's parent, if any, is in another run or process. */
  constructor(workflowType: string, { root, parentSpanId, links }: RunTrace, startMs: number) {
    this.#nextId = createSpanIds(root.spanId);
    const name = `${SpanName.WORKFLOW_EXECUTE}${SPAN_DELIMITER}${workflowType}`;
    const ref = { ...root, sampled: true };
    this.root = new SandboxSpan({ name, ref, parentSpanId, startMs, links }, this.#finish);
    // The first id is that of `RunStarted`, which the host makes.
    this.#nextId();
  }

  start(name: string, parent: SpanRef, { startMs = Date.now(), ...options }: StartOptions = {}): SandboxSpan {
    const ref = { ...this.root.ref, spanId: this.#nextId() };
    const span = new SandboxSpan(
      { ...options, name, ref, parentSpanId: parent.spanId, startMs },
      this.#finish,
    );
    this.#open.add(span);
    return span;
  }

  /** Ends the root and everything still open: the run is over, nobody else will. */
  endRun(): void {
    for (const span of this.#open) span.setAttribute('job.unfinished', true).end();
    if (this.#dropped > 0) this.root.setAttribute('job.dropped_spans', this.#dropped);
    this.root.end();
  }

  /** The spans finished since the last call. */
  drain(): SpanRecord[] {
    return this.#buffer.splice(0);
  }
}
