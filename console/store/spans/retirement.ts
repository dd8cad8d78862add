/**
 * Retention of spans: the oldest segment is emptied trace by trace, in steps that keep the thread free, and its file is
 * deleted. Of a segment of spans, traces of runs that failed, were forced, still go on or are not known yet are copied to
 * the kept ones before; kept ones just leave.
 *
 * Killed at any point it goes on where it was: how far a segment has been copied is in the same commit as the copies.
 */
import { whereItCan } from '../sql/where-it-can';
import type { ExpiredTraces } from './expired-traces';
import type { Segment } from './segment';
import type { SegmentList } from './segment-list';

/** Traces of one step: some milliseconds. */
const STEP = 100;
/** Segments in which the rest of a trace is looked for: it follows soon, or is late, which `droppedUntil` tells. */
const NEXT_SEGMENTS = 2;
const NO_TRACE = new Uint8Array(0);

/** A segment that is being emptied, and its last trace that is done. */
interface Progress {
  readonly segment: Segment;
  trace: Uint8Array;
}

export class Retirement {
  /** The oldest segment of each kind, where it is being emptied. */
  private readonly progress = new Map<SegmentList, Progress>();

  constructor(
    private readonly spans: SegmentList,
    private readonly kept: SegmentList,
    private readonly expired: ExpiredTraces,
    private readonly isOrdinary: (trace: Uint8Array) => boolean,
  ) {
    // What was copied before the last process ended must not be read twice from the first moment.
    const [segment] = spans.all;
    const trace = segment && this.copiedUpTo(segment);
    if (segment && trace) this.progress.set(spans, { segment, trace });
  }

  /** Whether the segment's chunks of the trace are copied, or given up. */
  isDone(segment: Segment, trace: Uint8Array): boolean {
    return [...this.progress.values()].some(
      (progress) => progress.segment === segment && Buffer.compare(trace, progress.trace) <= 0,
    );
  }

  /** Does some of it. Returns whether there is more to do. */
  step(nowMs: number): boolean {
    // First those that only leave: what is copied from the others needs their space.
    return this.stepOf(this.kept, nowMs) || this.stepOf(this.spans, nowMs);
  }

  private stepOf(list: SegmentList, nowMs: number): boolean {
    const progress = this.progress.get(list) ?? this.begin(list, nowMs);
    if (!progress) return false;
    const { segment } = progress;
    const traces = whereItCan(() => segment.tracesAfter(progress.trace, STEP)) ?? [];
    const last = traces.at(-1);
    if (last === undefined) {
      whereItCan(() => this.expired.putDropped(list.endOfOldest(), nowMs));
      list.retire();
      this.progress.delete(list);
      return true;
    }
    whereItCan(() => {
      const dropped = list === this.spans ? this.copy(segment, traces, last, nowMs) : traces;
      this.expired.add(
        dropped.filter((trace) => goesOn(list, trace)),
        nowMs,
      );
    });
    progress.trace = last;
    return true;
  }

  private begin(list: SegmentList, nowMs: number): Progress | undefined {
    const segment = list.toRetire(nowMs);
    if (!segment) return undefined;
    const progress = { segment, trace: NO_TRACE };
    this.progress.set(list, progress);
    return progress;
  }

  /** Copies what is kept longer. Returns the traces that are not. */
  private copy(from: Segment, traces: readonly Uint8Array[], last: Uint8Array, nowMs: number): Uint8Array[] {
    const dropped = traces.filter((trace) => this.isOrdinary(trace));
    const isDropped = new Set(dropped);
    const copied = traces.filter((trace) => !isDropped.has(trace));
    if (copied.length > 0) {
      const to = this.kept.present(nowMs);
      to.add(from.chunksOf(copied), () => to.putCopied(from.name, last));
    }
    return dropped;
  }

  private copiedUpTo({ name }: Segment): Uint8Array | undefined {
    return this.kept.all
      .map((segment) => segment.copiedUpTo(name))
      .filter((trace) => trace !== undefined)
      .sort(Buffer.compare)
      .at(-1);
  }
}

function goesOn(list: SegmentList, trace: Uint8Array): boolean {
  return list.all.slice(1, 1 + NEXT_SEGMENTS).some((segment) => segment.has(trace));
}
