/**
 * Writes a batch of trace requests, decoded one by one, in one commit.
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

/** Result of a request. */
export type WriteOutcome =
  | { readonly accepted: number; readonly refused: Readonly<Record<Refusal, number>> }
  /** The request could not be decoded, for this reason. */
  | { readonly malformed: string };

/** What became of a batch. */
export interface WriteResult {
  /** Results in the order of the requests. */
  readonly outcomes: readonly WriteOutcome[];
  /** Ids of the traces with new spans, at most 1,000. */
  readonly traceIds: readonly string[];
}

const MAX_TRACE_IDS = 1_000;

/** Writes the requests. Throws, and stores nothing, if the commit fails. */
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
  // Encoding comes before the transaction, to keep it short.
  if (spans.length > 0) store.write([...chunksOf(spans)], nowMs);
  const traceIds = [...new Set(spans.map(({ traceId }) => traceId))].slice(0, MAX_TRACE_IDS);
  return { outcomes, traceIds };
}
