/**
 * A span that records nothing, as the API's class of the same name, which is not loaded in the sandbox.
 *
 * Sandbox code.
 */
import type { Span, SpanContext } from '@opentelemetry/api';
import type { SpanRef } from '../../core/traceparent';
import { toSpanContext } from './api-values';

const INVALID: SpanRef = { traceId: '0'.repeat(32), spanId: '0'.repeat(16), sampled: false };

/** A span of another run or process, or the root of a run that is not sampled; invalid without a reference. */
export class NonRecordingSpan implements Span {
  readonly #ref: SpanRef;

  constructor(ref: SpanRef = INVALID) {
    this.#ref = ref;
  }

  spanContext(): SpanContext {
    return toSpanContext(this.#ref);
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

  recordException(): void {}

  end(): void {}
}
