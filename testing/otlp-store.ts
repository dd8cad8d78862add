/**
 * Stores received spans by trace, bounded: beyond `maxSpans` the oldest traces are dropped as a whole.
 */
import { EventEmitter } from 'node:events';
import type { ReceivedSpan } from './otlp-span';

/** Spans by trace, oldest trace first; callers can wait for spans that have not arrived yet. */
export class TraceStore {
  readonly #traces = new Map<string, ReceivedSpan[]>();
  readonly #arrivals = new EventEmitter().setMaxListeners(0);
  readonly #maxSpans: number;
  #spanCount = 0;

  constructor(maxSpans: number) {
    this.#maxSpans = maxSpans;
  }

  add(spans: readonly ReceivedSpan[]): void {
    for (const span of spans) {
      const trace = this.#traces.get(span.traceId);
      if (trace === undefined) this.#traces.set(span.traceId, [span]);
      else trace.push(span);
      this.#spanCount += 1;
    }
    for (const [traceId, trace] of this.#traces) {
      if (this.#spanCount <= this.#maxSpans) break;
      this.#traces.delete(traceId);
      this.#spanCount -= trace.length;
    }
    for (const traceId of new Set(spans.map((span) => span.traceId))) this.#arrivals.emit(traceId);
  }

  traceIds(): string[] {
    return [...this.#traces.keys()];
  }

  spans(traceId: string): readonly ReceivedSpan[] {
    return [...(this.#traces.get(traceId) ?? [])];
  }

  trace(traceId: string): ReceivedSpan[] {
    return [...this.spans(traceId)].sort((a, b) => a.startMs - b.startMs);
  }

  waitFor(
    traceId: string,
    predicate: (trace: readonly ReceivedSpan[]) => boolean,
    timeoutMs: number,
  ): Promise<ReceivedSpan[]> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(timer);
        this.#arrivals.off(traceId, check);
        settle();
      };
      const check = () => {
        try {
          const trace = this.trace(traceId);
          if (predicate(trace)) finish(() => resolve(trace));
        } catch (error) {
          finish(() => reject(error));
        }
      };
      const timer = setTimeout(() => {
        const names = this.trace(traceId).map((span) => span.name);
        const received = names.length === 0 ? 'no span of it' : names.join(', ');
        finish(() =>
          reject(new Error(`trace ${traceId}: not there after ${timeoutMs} ms; received: ${received}`)),
        );
      }, timeoutMs);
      this.#arrivals.on(traceId, check);
      check();
    });
  }
}
