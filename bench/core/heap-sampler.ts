/**
 * Loaded first in each thread of a process (`node --require`): reports how much of the thread's heap is in use, now and
 * after its last full collection.
 */
import {
  constants,
  type NodeGCPerformanceDetail,
  type PerformanceEntry,
  PerformanceObserver,
} from 'node:perf_hooks';
import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';
import { BroadcastChannel, threadId } from 'node:worker_threads';
import { HEAP_CHANNEL, type HeapSample } from './memory-peak';

const INTERVAL_MS = 100;

let liveBytes = 0;
new PerformanceObserver((list) => {
  const kinds = list.getEntries().map(kindOf);
  if (kinds.includes(constants.NODE_PERFORMANCE_GC_MAJOR)) liveBytes = oldBytes();
}).observe({ entryTypes: ['gc'] });

/** @see https://nodejs.org/docs/latest-v20.x/api/perf_hooks.html#performanceentrydetail */
function kindOf(entry: PerformanceEntry): number | undefined {
  return (entry as PerformanceEntry & { readonly detail?: NodeGCPerformanceDetail }).detail?.kind;
}

/** Returns the bytes outside the young generation: most of that is garbage again when this runs. */
function oldBytes(): number {
  const old = getHeapSpaceStatistics().filter((space) => !space.space_name.startsWith('new_'));
  return old.reduce((sum, space) => sum + space.space_used_size, 0);
}

const channel = new BroadcastChannel(HEAP_CHANNEL);
channel.unref();
setInterval(() => {
  const usedBytes = getHeapStatistics().used_heap_size;
  channel.postMessage({ threadId, usedBytes, liveBytes } satisfies HeapSample);
}, INTERVAL_MS).unref();
