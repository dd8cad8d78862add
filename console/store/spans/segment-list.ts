/**
 * The segments of one kind, `spans` or `kept`: the last one is written, the others are read, the oldest ones leave.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { KeepLimits } from '../limits';
import type { SqlDriver } from '../sql/port';
import { Segment } from './segment';

/** A segment ends after this time at the latest … */
const DAY_MS = 24 * 60 * 60 * 1000;
/** … or when it has this part of the whole size. */
const PARTS = 16;

export class SegmentList {
  readonly notices: string[] = [];
  /** The oldest first. */
  readonly all: Segment[];
  /** Bytes of all but the last, which alone changes. */
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

  /** The segment to write to. */
  present(nowMs: number): Segment {
    const last = this.all.at(-1);
    if (last && nowMs < endOf(last) && last.bytes() < this.limits.maxBytes / PARTS) return last;
    return this.begin(nowMs);
  }

  /** Bytes on disk. */
  bytes(): number {
    return this.finishedBytes + (this.all.at(-1)?.bytes() ?? 0);
  }

  /** The oldest segment if it is to leave, by age or since all are too large. */
  toRetire(nowMs: number): Segment | undefined {
    const [oldest] = this.all;
    if (!oldest) return undefined;
    if (endOf(oldest) + this.limits.maxAgeMs <= nowMs) return oldest;
    // Half a segment earlier than the limit: while one is being emptied, another one grows.
    if (this.bytes() <= this.limits.maxBytes * (1 - 0.5 / PARTS)) return undefined;
    if (this.all.length === 1) this.begin(nowMs);
    return oldest;
  }

  /** Ends the oldest segment: its file is deleted. */
  retire(): void {
    this.all.shift()?.remove();
    this.finishedBytes = this.sumFinished();
  }

  /** When the last span of the oldest segment arrived, at the latest. */
  endOfOldest(): number {
    const [oldest, next] = this.all;
    return Math.min(oldest ? endOf(oldest) : 0, next?.startedAt ?? Number.POSITIVE_INFINITY);
  }

  close(): void {
    for (const segment of this.all) segment.close();
  }

  private begin(nowMs: number): Segment {
    this.all.at(-1)?.finish();
    // A clock that was set back must not give a name that is there already, or one that sorts before it.
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
