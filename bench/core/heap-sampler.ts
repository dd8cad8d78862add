/** Program: loaded first in each thread of a process (`node --require`), tells how much of its heap is in use. */
import { getHeapStatistics } from 'node:v8';
import { BroadcastChannel, threadId } from 'node:worker_threads';
import { HEAP_CHANNEL, type HeapSample } from './memory-peak';

const INTERVAL_MS = 100;

const channel = new BroadcastChannel(HEAP_CHANNEL);
channel.unref();
setInterval(() => {
  const usedBytes = getHeapStatistics().used_heap_size;
  channel.postMessage({ threadId, usedBytes } satisfies HeapSample);
}, INTERVAL_MS).unref();
