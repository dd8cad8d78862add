/**
 * A span that records nothing: somebody else's, or the root of a run that is not sampled. Sandbox code.
 */
import type { Span, SpanContext } from '@opentelemetry/api';
import type { SpanRef } from '../shared/traceparent';

const INVALID: SpanContext = Object.freeze({
  traceId: '0'.repeat(32),
  spanId: '0'.repeat(16),
  traceFlags: 0,
});

/** Carries the identity of `ref`; an invalid one without it. */
export class ForeignSpan implements Span {
  readonly #context: SpanContext;

  constructor(ref: SpanRef | undefined) {
    this.#context = ref
      ? { traceId: ref.traceId, spanId: ref.spanId, traceFlags: ref.sampled ? 1 : 0 }
      : INVALID;
  }

  spanContext(): SpanContext {
    return this.#context;
  }

  isRecording(): boolean {
    return false;
  }

  setAttribute(): this {
    return this;
  }

  setAttributes(): this {
    return this;
  }

  addEvent(): this {
    return this;
  }

  addLink(): this {
    return this;
  }

  addLinks(): this {
    return this;
  }

  setStatus(): this {
    return this;
  }

  updateName(): this {
    return this;
  }

  end(): void {}

  recordException(): void {}
}
