/**
 * The segments of one kind, `spans` or `kept`: the last one is written, all are read, the oldest ones are
 * removed.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { KeepLimits } from '../limits';
import type { SqlDriver } from '../sql/port';
import { Segment } from './segment';

/** Longest time span of a segment, in milliseconds, … */
const DAY_MS = 24 * 60 * 60 * 1000;
/** … and the number of segments that the size limit is divided into. */
const PARTS = 16;

export class SegmentList {
  readonly notices: string[] = [];
  /** All segments, the oldest first. */
  readonly all: Segment[];
  /** Size of all segments but the last, in bytes; only the last one changes. */
  private finishedBytes: number;

  constructor(
    private readonly driver: SqlDriver,
    private readonly directory: string,
    private readonly kind: 'spans' | 'kept',
    private readonly limits: KeepLimits,
  ) {
    const name = new RegExp(`^${kind}-(\\d{15})\\.db$`);
    this.all = readdirSync(directory)
      .map((file) => name.exec(file)?.[1])
      .filter((time) => time !== undefined)
      .sort()
      .map((time) => this.open(Number(time)));
    this.finishedBytes = this.sumFinished();
  }

  /** Returns the segment to write to, for spans that arrived at this time. */
  present(arrivedMs: number): Segment {
    const last = this.all.at(-1);
    if (last && arrivedMs < endOf(last) && last.bytes() < this.limits.maxBytes / PARTS) return last;
    return this.begin(arrivedMs);
  }

  /** Returns the size on disk, in bytes. */
  bytes(): number {
    return this.finishedBytes + (this.all.at(-1)?.bytes() ?? 0);
  }

  /** Returns the oldest segment if it must be removed, because of its age or the total size. */
  toRetire(nowMs: number): Segment | undefined {
    const [oldest] = this.all;
    if (!oldest) return undefined;
    if (endOf(oldest) + this.limits.maxAgeMs <= nowMs) return oldest;
    // Half a segment below the limit, since another segment grows while this one is processed.
    if (this.bytes() <= this.limits.maxBytes * (1 - 0.5 / PARTS)) return undefined;
    if (this.all.length === 1) this.begin(nowMs);
    return oldest;
  }

  /** Removes the oldest segment and its file. */
  retire(): void {
    this.all.shift()?.remove();
    this.finishedBytes = this.sumFinished();
  }

  /**
   * Returns the latest time at which a span of the oldest segment can have arrived, in milliseconds since
   * 1970.
   */
  endOfOldest(): number {
    const [oldest, next] = this.all;
    return Math.min(oldest ? endOf(oldest) : 0, next?.startedAt ?? Number.POSITIVE_INFINITY);
  }

  close(): void {
    for (const segment of this.all) segment.close();
  }

  private begin(nowMs: number): Segment {
    this.all.at(-1)?.finish();
    // Keeps names unique and sorted, even if the clock was set back.
    const startedAt = Math.max(nowMs, (this.all.at(-1)?.startedAt ?? 0) + 1);
    const segment = this.open(startedAt);
    this.all.push(segment);
    this.finishedBytes = this.sumFinished();
    return segment;
  }

  private open(startedAt: number): Segment {
    const file = `${this.kind}-${String(startedAt).padStart(15, '0')}.db`;
    const segment = new Segment(this.driver, join(this.directory, file), startedAt);
    if (segment.notice !== undefined) this.notices.push(segment.notice);
    return segment;
  }

  private sumFinished(): number {
    return this.all.slice(0, -1).reduce((sum, segment) => sum + segment.bytes(), 0);
  }
}

function endOf({ startedAt }: Segment): number {
  return startedAt + DAY_MS;
}
