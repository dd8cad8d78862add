/**
 * The queue of trace requests for the store's thread. One batch is written at a time, so that reads are
 * served in between; requests that arrive meanwhile form the next batch, one commit.
 */
import type { StoreThread } from '../thread/thread';
import type { RawRequest, WriteOutcome } from './write-requests';

/** Maximum size of a batch in bytes: about a tenth of a second of work; a single request may be larger. */
const MAX_BATCH_BYTES = 1024 * 1024;

interface Queued {
  readonly request: RawRequest;
  resolve(outcome: WriteOutcome): void;
  reject(error: unknown): void;
}

/** The queue. Its caller limits the bytes that wait in it. */
export class SpanWriter {
  private readonly queue: Queued[] = [];
  private isWriting = false;

  constructor(
    private readonly thread: Pick<StoreThread, 'write'>,
    private readonly onTraces: (traceIds: readonly string[]) => void,
  ) {}

  /**
   * Writes a request; resolves when its spans are committed. Rejects with a `StoreError` if none is stored.
   */
  write(request: RawRequest): Promise<WriteOutcome> {
    return new Promise((resolve, reject) => {
      this.queue.push({ request, resolve, reject });
      if (!this.isWriting) void this.drain();
    });
  }

  private async drain(): Promise<void> {
    this.isWriting = true;
    while (this.queue.length > 0) await this.writeBatch(this.nextBatch());
    this.isWriting = false;
  }

  private nextBatch(): Queued[] {
    let bytes = 0;
    const end = this.queue.findIndex(({ request }, index) => {
      bytes += request.bytes.length;
      return index > 0 && bytes > MAX_BATCH_BYTES;
    });
    return this.queue.splice(0, end < 0 ? this.queue.length : end);
  }

  private async writeBatch(batch: readonly Queued[]): Promise<void> {
    try {
      const { outcomes, traceIds } = await this.thread.write(batch.map(({ request }) => request));
      for (const [index, outcome] of outcomes.entries()) batch[index]?.resolve(outcome);
      if (traceIds.length > 0) this.onTraces(traceIds);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
