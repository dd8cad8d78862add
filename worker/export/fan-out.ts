/**
 * Hands spans to several processors and stands between them and the jobs: a processor that throws, rejects
 * or never answers reaches nobody.
 */
import type { Context } from '@opentelemetry/api';
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { LossLog, reasonOf } from './losses';
import type { ExportLogger } from './options';

const ADVICE = 'This span processor was given to the plugin; look into its own log.';

export class SpanFanOut implements SpanProcessor {
  readonly processors: readonly SpanProcessor[];
  readonly #losses: readonly LossLog[];
  readonly #owned: boolean;

  /** @param owned whether the processors are ours to shut down; a user's are only flushed */
  constructor(processors: readonly SpanProcessor[], owned: boolean, log: ExportLogger) {
    this.processors = [...processors];
    this.#owned = owned;
    this.#losses = processors.map((processor) => {
      const destination = `the span processor ${processor.constructor?.name ?? 'Object'}`;
      return new LossLog(log, { destination, advice: ADVICE });
    });
  }

  onStart(span: Span, parent: Context): void {
    for (const processor of this.processors) {
      try {
        processor.onStart(span, parent);
      } catch {
        // Said when it fails to take the finished span; a span that it does take is not lost.
      }
    }
  }

  onEnding(span: Span): void {
    for (const processor of this.processors) {
      try {
        processor.onEnding?.(span);
      } catch {
        // As in onStart.
      }
    }
  }

  onEnd(span: ReadableSpan): void {
    for (const [i, processor] of this.processors.entries()) {
      try {
        processor.onEnd(span);
      } catch (error) {
        this.#losses[i]?.lost(1, `it throws '${reasonOf(error)}'`);
      }
    }
  }

  async forceFlush(): Promise<void> {
    await Promise.allSettled(this.processors.map(async (processor) => processor.forceFlush()));
  }

  async shutdown(): Promise<void> {
    if (!this.#owned) return this.forceFlush();
    await Promise.allSettled(this.processors.map(async (processor) => processor.shutdown()));
  }

  /** Says how much was lost; to be called when no more spans will come. */
  endLosses(): void {
    for (const losses of this.#losses) losses.end('The worker has stopped');
  }
}
