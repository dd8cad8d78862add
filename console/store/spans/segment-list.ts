/**
 * The segments of one kind, `spans` or `kept`: the last one is written, all are read, the oldest ones are
 * removed.
 *
 * If the clock was in the future for a moment, there are segments that begin there. They are left out until
 * then, so that the others are still written and removed in time.
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
/** How long a segment past its age may wait until its traces can be copied, in milliseconds. */
const PATIENCE_MS = 6 * 60 * 60 * 1000;

export class SegmentList {
  readonly notices: string[] = [];
  /** All segments, the oldest first. */
  readonly all: Segment[];
  /** The segment that was written last; only its size changes. */
  private written: Segment | undefined;
  /** Size of all other segments, in bytes. */
  private finishedBytes = 0;

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
    this.recount();
  }

  /** Returns the segment to write to, for spans that arrived at this time. */
  present(arrivedMs: number): Segment {
    const last = this.lastBegun(arrivedMs);
    const hasRoom = last && arrivedMs < endOf(last) && last.bytes() < this.limits.maxBytes / PARTS;
    const segment = hasRoom ? last : this.begin(arrivedMs);
    if (segment !== this.written) {
      this.written?.finish();
      this.written = segment;
      this.recount();
    }
    return segment;
  }

  /** Returns the size on disk, in bytes. */
  bytes(): number {
    return this.finishedBytes + (this.written?.bytes() ?? 0);
  }

  /** Returns the segment that must be removed first, because of its age or the total size, if there is one. */
  toRetire(nowMs: number): Segment | undefined {
    const [oldest] = this.all;
    if (!oldest) return undefined;
    if (endOf(oldest) + this.limits.maxAgeMs <= nowMs) return oldest;
    if (!this.isTooLarge()) return undefined;
    if (this.all.length === 1) this.begin(nowMs);
    const last = this.lastBegun(nowMs);
    return this.all.find((segment) => segment !== last);
  }

  /** Whether the segment must be removed even if that loses traces that should be copied before. */
  isUrgent(segment: Segment, nowMs: number): boolean {
    return this.isTooLarge() || endOf(segment) + this.limits.maxAgeMs + PATIENCE_MS <= nowMs;
  }

  /** Removes the segment and its file. */
  retire(segment: Segment): void {
    this.all.splice(this.all.indexOf(segment), 1);
    if (segment === this.written) this.written = undefined;
    segment.remove();
    this.recount();
  }

  /** Returns the segments that began after this one, in order. */
  after(segment: Segment): readonly Segment[] {
    return this.all.slice(this.all.indexOf(segment) + 1);
  }

  /** Returns the latest time at which a span of the segment can have arrived, in milliseconds since 1970. */
  lastArrival(segment: Segment, nowMs: number): number {
    return Math.min(endOf(segment), this.after(segment)[0]?.startedAt ?? nowMs, nowMs);
  }

  close(): void {
    for (const segment of this.all) segment.close();
  }

  private isTooLarge(): boolean {
    // Half a segment below the limit, since another segment grows while the oldest one is processed.
    return this.bytes() > this.limits.maxBytes * (1 - 0.5 / PARTS);
  }

  /** Returns the last segment that does not begin in the future; up to a day, the clock may be set back. */
  private lastBegun(nowMs: number): Segment | undefined {
    return this.all.filter(({ startedAt }) => startedAt < nowMs + DAY_MS).at(-1);
  }

  private begin(nowMs: number): Segment {
    const last = this.lastBegun(nowMs);
    // Keeps names unique and sorted, even if the clock was set back.
    const segment = this.open(Math.max(nowMs, (last?.startedAt ?? 0) + 1));
    this.all.splice(last ? this.all.indexOf(last) + 1 : 0, 0, segment);
    this.recount();
    return segment;
  }

  private open(startedAt: number): Segment {
    const file = `${this.kind}-${String(startedAt).padStart(15, '0')}.db`;
    const segment = new Segment(this.driver, join(this.directory, file), startedAt);
    if (segment.notice !== undefined) this.notices.push(segment.notice);
    return segment;
  }

  private recount(): void {
    this.finishedBytes = this.all.reduce(
      (sum, segment) => sum + (segment === this.written ? 0 : segment.bytes()),
      0,
    );
  }
}

function endOf({ startedAt }: Segment): number {
  return startedAt + DAY_MS;
}
