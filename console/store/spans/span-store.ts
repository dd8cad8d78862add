/**
 * The spans of all traces: written by chunk, read by trace. Synchronous, for the store's thread; callers pass
 * the time.
 */
import { ownBytes } from '../own-bytes';
import { bestEffort } from '../sql/best-effort';
import type { ExpiredTraces } from './expired-traces';
import { Retirement } from './retirement';
import type { Chunk, Segment } from './segment';
import type { SegmentList } from './segment-list';

/** Maximum number of spans of a trace that are read; the others are only counted. */
const MAX_SPANS = 100_000;

/** The stored chunks of a trace. */
export interface StoredChunks {
  /** Concatenated bodies, the latest first. */
  readonly bodies: Uint8Array;
  /** Length of each body, in bytes. */
  readonly lengths: readonly number[];
  /** Number of spans that were not read. */
  readonly cut: number;
  /** Whether chunks of the trace's beginning are known to have expired. */
  readonly isBeginningExpired: boolean;
  /**
   * Spans that ended before this time may have expired, in milliseconds since 1970; 0 if none can have:
   * nothing has expired yet, or the trace is kept longer.
   */
  readonly droppedUntil: number;
}

/** Size and age of the stored spans. */
export interface SpanStoreStatus {
  readonly bytes: number;
  readonly maxBytes: number;
  /** Start of the oldest segment, in milliseconds since 1970; left out if there is none. */
  readonly oldestAt?: number;
}

/** Writes, reads and removes spans. */
export class SpanStore {
  private readonly retirement: Retirement;

  constructor(
    private readonly spans: SegmentList,
    private readonly kept: SegmentList,
    private readonly expired: ExpiredTraces,
    isOrdinary: (trace: Uint8Array) => boolean,
    private readonly maxBytes: number,
  ) {
    this.retirement = new Retirement(spans, kept, expired, isOrdinary);
  }

  /** Writes the chunks in one commit. */
  write(chunks: Iterable<Chunk>, nowMs: number): void {
    this.spans.present(nowMs).add(chunks);
  }

  read(trace: Uint8Array): StoredChunks | undefined {
    const bodies: Uint8Array[] = [];
    let spans = 0;
    let cut = 0;
    for (const segment of this.segmentsWith(trace)) {
      bestEffort(() => {
        for (const chunk of segment.chunks(trace)) {
          if (spans >= MAX_SPANS) cut += chunk.spans;
          else bodies.push(chunk.body);
          spans += chunk.spans;
        }
      });
    }
    if (bodies.length === 0) return undefined;
    const isKept = this.kept.all.some((segment) => bestEffort(() => segment.has(trace)));
    return {
      bodies: ownBytes(bodies),
      lengths: bodies.map(({ length }) => length),
      cut,
      isBeginningExpired: this.expired.has(trace),
      droppedUntil: isKept ? 0 : this.expired.droppedUntil(),
    };
  }

  /** Takes one step of retention. Returns whether there is more to do. */
  tidy(nowMs: number): boolean {
    return this.retirement.step(nowMs);
  }

  status(): SpanStoreStatus {
    const oldest = this.kept.all[0] ?? this.spans.all[0];
    const bytes = this.spans.bytes() + this.kept.bytes();
    return { bytes, maxBytes: this.maxBytes, ...(oldest && { oldestAt: oldest.startedAt }) };
  }

  close(): void {
    this.spans.close();
    this.kept.close();
  }

  /** Returns the segments to read, the newest first. Traces that were copied are not read twice. */
  private segmentsWith(trace: Uint8Array): Segment[] {
    return [...this.kept.all, ...this.spans.all]
      .filter((segment) => !this.retirement.isDone(segment, trace))
      .reverse();
  }
}
