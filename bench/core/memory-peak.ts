/**
 * The most memory that this process has used, sampled.
 *
 * V8's heap is one for each thread, and a workflow runs in another thread than this: each thread tells how much of its
 * heap is in use, garbage that is not collected yet included. Resident memory is that of the whole process, the
 * SDK's core included; it hardly ever shrinks.
 */
import { BroadcastChannel } from 'node:worker_threads';

/** What each thread tells, by `./heap-sampler`. */
export interface HeapSample {
  readonly threadId: number;
  readonly usedBytes: number;
}

export const HEAP_CHANNEL = 'bench:heap';

export interface MemoryPeak {
  /** Of the heaps of all threads together; 0 where no thread tells. */
  readonly heapBytes: number;
  readonly residentBytes: number;
}

const NOTHING: MemoryPeak = { heapBytes: 0, residentBytes: 0 };

/** Looks at the memory whenever a thread has told about its heap, for as long as the process lives. */
export class MemoryWatch {
  readonly #used = new Map<number, number>();
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

  #look({ threadId, usedBytes }: HeapSample): void {
    this.#used.set(threadId, usedBytes);
    const heapBytes = [...this.#used.values()].reduce((sum, used) => sum + used, 0);
    this.#peak = {
      heapBytes: Math.max(this.#peak.heapBytes, heapBytes),
      residentBytes: Math.max(this.#peak.residentBytes, process.memoryUsage.rss()),
    };
  }
}
