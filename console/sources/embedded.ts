/**
 * Traces in the console's own store.
 *
 * Chunks are decoded here, not in the store's thread, and in slices, so that a large trace blocks neither
 * writes nor other requests.
 */
import { setImmediate } from 'node:timers/promises';
import { decodeChunk, type Spans, type StoredChunks } from '../store';
import type { Trace, TraceSource, TraceSpan } from './trace-source';

/** Longest time for which decoding blocks the event loop, in milliseconds. */
const SLICE_MS = 10;

/** Reads traces from the store. */
export function embeddedTraces(spans: Pick<Spans, 'chunks'>): TraceSource {
  return Object.freeze({
    name: 'embedded',
    async trace(traceId) {
      const stored = await spans.chunks(traceId);
      return stored && traceOf(traceId, stored);
    },
  } satisfies TraceSource);
}

async function traceOf(traceId: string, stored: StoredChunks): Promise<Trace> {
  const byId = new Map<string, TraceSpan>();
  let yieldAt = performance.now() + SLICE_MS;
  let from = 0;
  for (const length of stored.lengths) {
    for (const span of decodeChunk(stored.bodies.subarray(from, from + length)))
      byId.set(span.spanId, merged(byId.get(span.spanId), span));
    from += length;
    if (performance.now() < yieldAt) continue;
    await setImmediate();
    yieldAt = performance.now() + SLICE_MS;
  }
  const spans = [...byId.values()].sort((a, b) => a.startedAt - b.startedAt || b.endedAt - a.endedAt);
  return { traceId, spans, cut: stored.cut, isBeginningExpired: isBeginningExpired(stored, spans) };
}

/**
 * Merges two versions of a span: the one with the latest end wins, since a repeated workflow task sends its
 * spans again, with later ends.
 */
function merged(found: TraceSpan | undefined, span: TraceSpan): TraceSpan {
  if (!found) return span;
  const last = BigInt(span.endNanos) > BigInt(found.endNanos) ? span : found;
  return { ...last, received: found.received + span.received };
}

function isBeginningExpired(stored: StoredChunks, spans: readonly TraceSpan[]): boolean {
  return stored.isBeginningExpired || spans.some(({ endedAt }) => endedAt < stored.droppedUntil);
}
