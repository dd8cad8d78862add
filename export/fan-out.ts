/**
 * Passes spans to several processors and isolates jobs from them: a processor that throws, rejects or hangs affects
 * no job.
 */
import type { Context } from '@opentelemetry/api';
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace';
import { safely } from '../core/util/untrusted';
import { LossLog, reasonOf } from './losses';
import { withOldNames } from './old-names';
import type { ExportLogger } from './options';
import { limitSpan } from './span-limits';

const ADVICE = 'This span processor is from the option spanProcessors; see its own log.';

/** A span processor that passes each span to several others. */
export class SpanFanOut implements SpanProcessor {
  readonly processors: readonly SpanProcessor[];
  readonly #losses: readonly LossLog[];
  /** Why the last flush of a processor has not completed. */
  readonly #unflushed = new Map<SpanProcessor, string>();
  readonly #log: ExportLogger;
  readonly #owned: boolean;
  readonly #maxLength: number | undefined;

  /**
   * @param owned whether the processors are ours and shut down by us; a user's are only flushed
   * @param maxLength most characters of a string in a span
   */
  constructor(processors: readonly SpanProcessor[], owned: boolean, log: ExportLogger, maxLength?: number) {
    this.processors = [...processors];
    this.#owned = owned;
    this.#maxLength = maxLength;
    this.#log = log;
    this.#losses = processors.map((processor) => {
      return new LossLog(log, { destination: nameOf(processor), advice: ADVICE });
    });
  }

  onStart(span: Span, parent: Context): void {
    // Our own processors are from the SDK version that creates the span.
    if (!this.#owned) safely(() => withOldNames(span));
    for (const processor of this.processors) {
      try {
        processor.onStart(span, parent);
      } catch {
        // Logged in onEnd, if that fails as well; otherwise the span is not lost.
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
    safely(() => limitSpan(span, this.#maxLength));
    for (const [i, processor] of this.processors.entries()) {
      try {
        processor.onEnd(span);
      } catch (error) {
        this.#losses[i]?.lost(1, `it throws '${reasonOf(error)}'`);
      }
    }
  }

  async forceFlush(): Promise<void> {
    await Promise.all(this.processors.map((processor) => this.#flush(processor)));
  }

  async #flush(processor: SpanProcessor): Promise<void> {
    this.#unflushed.set(processor, 'no answer in time');
    try {
      await processor.forceFlush();
      this.#unflushed.delete(processor);
    } catch (error) {
      this.#unflushed.set(processor, reasonOf(error));
    }
  }

  async shutdown(): Promise<void> {
    if (!this.#owned) return this.forceFlush();
    await Promise.allSettled(this.processors.map(async (processor) => processor.shutdown()));
  }

  /** Logs the number of lost spans; called when no more spans will come. */
  endLosses(): void {
    for (const losses of this.#losses) losses.end('The worker has stopped');
    if (this.#owned) return;
    // The spans in a user's processor cannot be counted, and only its own log shows what it lost before.
    for (const [processor, why] of this.#unflushed) {
      this.#log.warn(
        `temporal-job-tracing: The worker has stopped, and the flush of ${nameOf(processor)} failed: ${why}. ` +
          `Its last spans are probably lost. ${ADVICE}`,
      );
    }
    this.#unflushed.clear();
  }
}

/** Returns the processor for people: its class. */
function nameOf(processor: SpanProcessor): string {
  return `the span processor ${processor.constructor?.name ?? 'Object'}`;
}
