/**
 * Retention of spans: the oldest segment is processed in steps of some traces, so that the thread stays
 * responsive, then its file is deleted. From a `spans` segment, traces of runs that failed, were forced, are
 * open or not known yet are first copied to a `kept` segment; a `kept` segment is only deleted. On a full
 * disk, copying waits for hours, unless the store itself is too large.
 *
 * It can resume at any point after a crash, since the progress is committed together with the copies.
 */
import { bestEffort } from '../sql/best-effort';
import type { ExpiredTraces } from './expired-traces';
import type { Segment } from './segment';
import type { SegmentList } from './segment-list';

/** Number of traces in a step, a few milliseconds of work, … */
const STEP = 100;
/** … and most bytes that are copied in one, apart from a single larger trace. */
const STEP_BYTES = 1024 * 1024;
/**
 * Number of following segments in which the rest of a trace is searched; `droppedUntil` covers later ones.
 */
const NEXT_SEGMENTS = 2;
const NO_TRACE = new Uint8Array(0);

/** The segment in progress, and its last processed trace. */
interface Progress {
  readonly segment: Segment;
  trace: Uint8Array;
}

export class Retirement {
  /** Progress by kind of segment. */
  private readonly progress = new Map<SegmentList, Progress>();

  constructor(
    private readonly spans: SegmentList,
    private readonly kept: SegmentList,
    private readonly expired: ExpiredTraces,
    private readonly isOrdinary: (trace: Uint8Array) => boolean,
  ) {
    // Traces that an earlier process has copied must not be read twice.
    const [segment] = spans.all;
    const trace = segment && this.copiedUpTo(segment);
    if (segment && trace) this.progress.set(spans, { segment, trace });
  }

  /** Whether the segment's chunks of the trace have been copied or dropped. */
  isDone(segment: Segment, trace: Uint8Array): boolean {
    return [...this.progress.values()].some(
      (progress) => progress.segment === segment && Buffer.compare(trace, progress.trace) <= 0,
    );
  }

  /** Takes one step. Returns whether there is more to do. */
  step(nowMs: number): boolean {
    // The `kept` segments first, since copies from the others need their space.
    return this.stepOf(this.kept, nowMs) || this.stepOf(this.spans, nowMs);
  }

  private stepOf(list: SegmentList, nowMs: number): boolean {
    const progress = this.progress.get(list) ?? this.begin(list, nowMs);
    if (!progress) return false;
    const { segment } = progress;
    const traces = bestEffort(() => segment.tracesAfter(progress.trace, STEP)) ?? [];
    if (traces.length === 0) {
      bestEffort(() => this.expired.putDropped(list.lastArrival(segment, nowMs), nowMs));
      list.retire(segment);
      this.progress.delete(list);
      return true;
    }
    const copied = list === this.spans ? bestEffort(() => this.copy(segment, traces, nowMs)) : undefined;
    // The disk is full: a later step tries again.
    if (list === this.spans && !copied && !list.isUrgent(segment, nowMs)) return false;
    const { last, dropped } = copied ?? { last: traces.at(-1) as Uint8Array, dropped: traces };
    bestEffort(() =>
      this.expired.add(
        dropped.filter((trace) => goesOn(list, segment, trace)),
        nowMs,
      ),
    );
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

  /**
   * Copies the traces that are kept longer, as many as fit into a step. Returns the last processed trace, and
   * the other ones up to it.
   */
  private copy(
    from: Segment,
    traces: readonly Uint8Array[],
    nowMs: number,
  ): { last: Uint8Array; dropped: Uint8Array[] } {
    const ordinary = new Set(traces.filter((trace) => this.isOrdinary(trace)));
    const toCopy = traces.filter((trace) => !ordinary.has(trace));
    let last = traces.at(-1) as Uint8Array;
    function* chunks() {
      let bytes = 0;
      for (const trace of toCopy) {
        for (const chunk of from.chunksOf(trace)) {
          bytes += chunk.body.length;
          yield chunk;
        }
        if (bytes < STEP_BYTES) continue;
        last = trace;
        return;
      }
    }
    if (toCopy.length > 0) {
      // By time of arrival, so that the copies are not kept longer than they should be.
      const to = this.kept.present(this.spans.lastArrival(from, nowMs));
      to.add(chunks(), () => to.putCopied(from.name, last));
    }
    return { last, dropped: [...ordinary].filter((trace) => Buffer.compare(trace, last) <= 0) };
  }

  private copiedUpTo({ name }: Segment): Uint8Array | undefined {
    return this.kept.all
      .map((segment) => segment.copiedUpTo(name))
      .filter((trace) => trace !== undefined)
      .sort(Buffer.compare)
      .at(-1);
  }
}

function goesOn(list: SegmentList, segment: Segment, trace: Uint8Array): boolean {
  return list
    .after(segment)
    .slice(0, NEXT_SEGMENTS)
    .some((next) => next.has(trace));
}
