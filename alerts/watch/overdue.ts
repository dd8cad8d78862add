/**
 * Jobs that are to succeed again and again: asked about only when their time has come. Pure: the caller reads and tells.
 *
 * Durations only, so that a change of daylight saving time means nothing here.
 */
import type { WatchCursor } from '../workflows/watcher-messages';

/** A job that is overdue. */
export interface OverdueJob {
  readonly job: string;
  readonly withinMs: number;
  readonly lastSuccessMs: number | undefined;
  /** When it became overdue. */
  readonly sinceMs: number;
}

interface Entry {
  readonly withinMs: number;
  readonly firstSeenMs: number;
  lastSuccessMs: number | undefined;
  /** When its last success is to be read. */
  readMs: number;
  toldMs: number | undefined;
}

/** Jobs that can be watched for this. */
const MAX_OVERDUE_JOBS = 2_000;
/** A job that is overdue and was told is read this often: its success may not have been seen. */
const READ_AGAIN_MS = 60_000;

export class OverdueJobs {
  readonly #jobs = new Map<string, Entry>();
  readonly #known: ReadonlyMap<string, readonly [lastSuccessMs: number | null, firstSeenMs: number]>;

  /** @param known from the watcher before this one */
  constructor(known: WatchCursor['overdue'] = []) {
    this.#known = new Map(known.map(([job, ...times]) => [job, times]));
  }

  has(job: string): boolean {
    return this.#jobs.has(job);
  }

  /** Watches the job; false if there are too many. */
  watch(job: string, withinMs: number, nowMs: number): boolean {
    if (this.#jobs.has(job)) return true;
    if (this.#jobs.size >= MAX_OVERDUE_JOBS) return false;
    const [lastSuccessMs, firstSeenMs = nowMs] = this.#known.get(job) ?? [];
    this.#jobs.set(job, {
      withinMs,
      firstSeenMs,
      lastSuccessMs: lastSuccessMs ?? undefined,
      readMs: lastSuccessMs ? lastSuccessMs + withinMs : 0,
      toldMs: undefined,
    });
    return true;
  }

  /** Jobs whose last success is to be read now. */
  toRead(nowMs: number): readonly string[] {
    return [...this.#jobs].filter(([, { readMs }]) => readMs <= nowMs).map(([job]) => job);
  }

  /**
   * Takes note of the last success that was found; returns the job if it is overdue and that has not been told.
   *
   * @param foundMs `undefined`: none is listed (any more)
   */
  read(job: string, foundMs: number | undefined, nowMs: number): OverdueJob | undefined {
    const entry = this.#jobs.get(job);
    if (entry === undefined) return undefined;
    this.succeeded(job, foundMs);
    const { withinMs, lastSuccessMs, firstSeenMs, toldMs } = entry;
    const sinceMs = (lastSuccessMs ?? firstSeenMs) + withinMs;
    entry.readMs = sinceMs > nowMs ? sinceMs : nowMs + READ_AGAIN_MS;
    if (sinceMs > nowMs || toldMs === sinceMs) return undefined;
    return { job, withinMs, lastSuccessMs, sinceMs };
  }

  /** Takes note of a success that was seen. */
  succeeded(job: string, atMs: number | undefined): void {
    const entry = this.#jobs.get(job);
    if (entry === undefined || atMs === undefined || atMs <= (entry.lastSuccessMs ?? 0)) return;
    entry.lastSuccessMs = atMs;
    entry.readMs = atMs + entry.withinMs;
  }

  told({ job, sinceMs }: OverdueJob): void {
    const entry = this.#jobs.get(job);
    if (entry) entry.toldMs = sinceMs;
  }

  /** Something else is told in its place: it is read again soon. */
  postpone(job: string, untilMs: number): void {
    const entry = this.#jobs.get(job);
    if (entry) entry.readMs = untilMs;
  }

  carried(): WatchCursor['overdue'] {
    return Array.from(this.#jobs, ([job, { lastSuccessMs, firstSeenMs }]) => [
      job,
      lastSuccessMs ?? null,
      firstSeenMs,
    ]);
  }
}
