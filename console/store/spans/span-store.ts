/**
 * The spans of all traces: written by chunk, read by trace. Synchronous, for the store's thread; the clock is the
 * caller's.
 */
import { ownBytes } from '../own-bytes';
import { whereItCan } from '../sql/where-it-can';
import type { ExpiredTraces } from './expired-traces';
import { Retirement } from './retirement';
import type { Chunk, Segment } from './segment';
import type { SegmentList } from './segment-list';

/** Beyond this many spans of a trace the rest is counted, not read. */
const MAX_SPANS = 100_000;

/** A trace's chunks as they are stored. */
export interface StoredChunks {
  /** One body after the other, those that arrived last first. */
  readonly bodies: Uint8Array;
  /** Length of each body. */
  readonly lengths: readonly number[];
  /** Spans that were not read. */
  readonly cut: number;
  /** Whether chunks of its beginning are known to be gone. */
  readonly isBeginningExpired: boolean;
  /**
   * Spans that ended before this time may have been received earlier, and dropped since then; 0 where that cannot be:
   * nothing was dropped yet, or the trace is one that is kept longer.
   */
  readonly droppedUntil: number;
}

/** What there is, for people. */
export interface SpanStoreStatus {
  readonly bytes: number;
  readonly maxBytes: number;
  /** When the oldest segment began; left out where nothing is kept. */
  readonly oldestAt?: number;
}

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

  /** All of them in one commit. */
  write(chunks: Iterable<Chunk>, nowMs: number): void {
    this.spans.present(nowMs).add(chunks);
  }

  read(trace: Uint8Array): StoredChunks | undefined {
    const bodies: Uint8Array[] = [];
    let spans = 0;
    let cut = 0;
    for (const segment of this.segmentsWith(trace)) {
      whereItCan(() => {
        for (const chunk of segment.chunks(trace)) {
          if (spans >= MAX_SPANS) cut += chunk.spans;
          else bodies.push(chunk.body);
          spans += chunk.spans;
        }
      });
    }
    if (bodies.length === 0) return undefined;
    const isKept = this.kept.all.some((segment) => whereItCan(() => segment.has(trace)));
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

  /** The newest first. What has been copied out of a segment that is being emptied is not read twice. */
  private segmentsWith(trace: Uint8Array): Segment[] {
    return [...this.kept.all, ...this.spans.all]
      .filter((segment) => !this.retirement.isDone(segment, trace))
      .reverse();
  }
}
