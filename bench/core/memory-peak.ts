/**
 * The most memory that this process has used, sampled.
 *
 * V8's heap is one for each thread, and a workflow runs in another thread than this: each thread tells how much of its
 * heap is in use, garbage that is not collected yet included, and how much was after its last full collection.
 * Resident memory is that of the whole process, the SDK's core included; it hardly ever shrinks.
 */
import { BroadcastChannel } from 'node:worker_threads';

/** What each thread tells, by `./heap-sampler`. */
export interface HeapSample {
  readonly threadId: number;
  readonly usedBytes: number;
  /** After the last full collection; 0 before the first. */
  readonly liveBytes: number;
}

export const HEAP_CHANNEL = 'bench:heap';

export interface MemoryPeak {
  /** Of the heaps of all threads together; 0 where no thread tells. */
  readonly heapBytes: number;
  /** The same without garbage: what each thread had left after its last full collection. */
  readonly liveBytes: number;
  readonly residentBytes: number;
}

const NOTHING: MemoryPeak = { heapBytes: 0, liveBytes: 0, residentBytes: 0 };

/** Looks at the memory whenever a thread has told about its heap, for as long as the process lives. */
export class MemoryWatch {
  readonly #threads = new Map<number, HeapSample>();
  #peak = NOTHING;

  constructor() {
    const channel = new BroadcastChannel(HEAP_CHANNEL);
    channel.onmessage = (message) => this.#look((message as { data: HeapSample }).data);
    channel.unref();
  }

  get peak(): MemoryPeak {
    return this.#peak;
  }

  /** Forgets what was before. */
  reset(): void {
    this.#peak = NOTHING;
  }

  #look(sample: HeapSample): void {
    this.#threads.set(sample.threadId, sample);
    const sum = (read: (one: HeapSample) => number) =>
      [...this.#threads.values()].reduce((bytes, one) => bytes + read(one), 0);
    const { heapBytes, liveBytes, residentBytes } = this.#peak;
    this.#peak = {
      heapBytes: Math.max(
        heapBytes,
        sum(({ usedBytes }) => usedBytes),
      ),
      liveBytes: Math.max(
        liveBytes,
        sum((one) => one.liveBytes),
      ),
      residentBytes: Math.max(residentBytes, process.memoryUsage.rss()),
    };
  }
}
