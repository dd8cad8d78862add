/**
 * The peak of this process's memory, sampled.
 *
 * V8 has a heap for each thread, and workflows run in other threads than this code: each thread reports how much of its
 * heap is in use, including garbage that is not collected yet, and how much was after its last full collection.
 * Resident memory is that of the whole process, including the SDK's core; it hardly ever shrinks.
 */
import { BroadcastChannel } from 'node:worker_threads';

/** A report of a thread, sent by `./heap-sampler`. */
export interface HeapSample {
  readonly threadId: number;
  readonly usedBytes: number;
  /** Bytes in use after the last full collection; 0 before the first. */
  readonly liveBytes: number;
}

/** Channel of the reports. */
export const HEAP_CHANNEL = 'bench:heap';

/** Peaks of memory, in bytes. */
export interface MemoryPeak {
  /** Peak of the heaps of all threads together; 0 if no thread reports. */
  readonly heapBytes: number;
  /** Peak without garbage: the bytes in use after each thread's last full collection. */
  readonly liveBytes: number;
  readonly residentBytes: number;
}

const NOTHING: MemoryPeak = { heapBytes: 0, liveBytes: 0, residentBytes: 0 };

/** Samples the memory whenever a thread reports its heap, until the process ends. */
export class MemoryWatch {
  readonly #threads = new Map<number, HeapSample>();
  #peak = NOTHING;

  constructor() {
    const channel = new BroadcastChannel(HEAP_CHANNEL);
    channel.onmessage = (message) => this.#sample((message as { data: HeapSample }).data);
    channel.unref();
  }

  get peak(): MemoryPeak {
    return this.#peak;
  }

  /** Restarts the peak from 0. */
  reset(): void {
    this.#peak = NOTHING;
  }

  #sample(sample: HeapSample): void {
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
