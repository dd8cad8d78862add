/**
 * Writes a batch of trace requests: each is decoded by itself, all of them are one commit.
 */
import type { EncodingName } from '../../ingest/otlp/encodings';
import { type Refusal, readRequest } from '../../ingest/otlp/read-request';
import { chunksOf } from './chunks';
import type { SpanRecord } from './span-record';
import type { SpanStore } from './span-store';

/** An OTLP trace request as it was received, decompressed. */
export interface RawRequest {
  readonly bytes: Uint8Array;
  readonly encoding: EncodingName;
}

/** What became of a request. */
export type WriteOutcome =
  | { readonly accepted: number; readonly refused: Readonly<Record<Refusal, number>> }
  /** Why it could not be decoded. */
  | { readonly malformed: string };

export interface WriteResult {
  /** In the order of the requests. */
  readonly outcomes: readonly WriteOutcome[];
  /** Ids of the traces that have new spans; at most 1,000. */
  readonly traceIds: readonly string[];
}

const MAX_TRACE_IDS = 1_000;

/** Throws, and stores nothing, if the commit fails. */
export function writeRequests(store: SpanStore, requests: readonly RawRequest[], nowMs: number): WriteResult {
  const spans: SpanRecord[] = [];
  const outcomes = requests.map(({ bytes, encoding }): WriteOutcome => {
    try {
      const read = readRequest(bytes, encoding, nowMs);
      for (const span of read.spans) spans.push(span);
      return { accepted: read.spans.length, refused: read.refused };
    } catch (error) {
      return { malformed: error instanceof Error ? error.message : String(error) };
    }
  });
  // Encoded before the transaction begins, which is then as short as it can be.
  if (spans.length > 0) store.write([...chunksOf(spans)], nowMs);
  const traceIds = [...new Set(spans.map(({ traceId }) => traceId))].slice(0, MAX_TRACE_IDS);
  return { outcomes, traceIds };
}
