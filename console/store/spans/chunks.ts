/**
 * Groups spans that arrived together into chunks, one or more for each trace.
 */
import { encodeChunk } from './chunk-body';
import type { Chunk } from './segment';
import type { SpanRecord } from './span-record';

/** Maximum number of spans in a chunk, so that bodies are about 10 KB. */
const MAX_SPANS = 256;

/** Yields the chunks, trace by trace. */
export function* chunksOf(spans: readonly SpanRecord[]): Generator<Chunk> {
  for (const [traceId, ofTrace] of byTrace(spans)) {
    const trace = Buffer.from(traceId, 'hex');
    for (let from = 0; from < ofTrace.length; from += MAX_SPANS) {
      const some = ofTrace.slice(from, from + MAX_SPANS);
      yield { trace, spans: some.length, body: encodeChunk(some) };
    }
  }
}

function byTrace(spans: readonly SpanRecord[]): Map<string, SpanRecord[]> {
  const traces = new Map<string, SpanRecord[]>();
  for (const span of spans) {
    const found = traces.get(span.traceId);
    if (found) found.push(span);
    else traces.set(span.traceId, [span]);
  }
  return traces;
}
