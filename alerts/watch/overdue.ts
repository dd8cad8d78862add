/**
 * Jobs that must succeed regularly: a job's last success is read only when its deadline has passed. Pure; the
 * caller reads and reports.
 *
 * Only durations count, so changes of daylight saving time have no effect.
 */
import type { WatchCursor } from '../workflows/watcher-messages';

/** An overdue job. */
export interface OverdueJob {
  readonly job: string;
  readonly withinMs: number;
  readonly lastSuccessMs: number | undefined;
  /** Time at which the job became overdue, in milliseconds since 1970. */
  readonly sinceMs: number;
}

interface Entry {
  readonly withinMs: number;
  readonly firstSeenMs: number;
  lastSuccessMs: number | undefined;
  /** Time at which the last success must be read, in milliseconds since 1970. */
  readMs: number;
  reportedMs: number | undefined;
}

/** Maximum number of jobs that are watched. */
const MAX_OVERDUE_JOBS = 2_000;
/**
 * Interval at which an overdue job is read again, in milliseconds, since its success may not be listed yet.
 */
const READ_AGAIN_MS = 60_000;

export class OverdueJobs {
  readonly #jobs = new Map<string, Entry>();
  readonly #known: ReadonlyMap<string, readonly [lastSuccessMs: number | null, firstSeenMs: number]>;

  /** @param known state of the jobs from an earlier cursor */
  constructor(known: WatchCursor['overdue'] = []) {
    this.#known = new Map(known.map(([job, ...times]) => [job, times]));
  }

  /** Watches the job; returns false if there are too many. */
  watch(job: string, withinMs: number, nowMs: number): boolean {
    if (this.#jobs.has(job)) return true;
    if (this.#jobs.size >= MAX_OVERDUE_JOBS) return false;
    const [lastSuccessMs, firstSeenMs = nowMs] = this.#known.get(job) ?? [];
    this.#jobs.set(job, {
      withinMs,
      firstSeenMs,
      lastSuccessMs: lastSuccessMs ?? undefined,
      readMs: lastSuccessMs ? lastSuccessMs + withinMs : 0,
      reportedMs: undefined,
    });
    return true;
  }

  /** Names of the jobs whose last success must be read now. */
  toRead(nowMs: number): readonly string[] {
    return [...this.#jobs].filter(([, { readMs }]) => readMs <= nowMs).map(([job]) => job);
  }

  /**
   * Records the job's last success; returns the job if it is overdue and that has not been reported.
   *
   * @param foundMs close time of the last listed success, in milliseconds since 1970; `undefined` if none is
   *   listed
   */
  read(job: string, foundMs: number | undefined, nowMs: number): OverdueJob | undefined {
    const entry = this.#jobs.get(job);
    if (entry === undefined) return undefined;
    this.succeeded(job, foundMs);
    const { withinMs, lastSuccessMs, firstSeenMs, reportedMs } = entry;
    const sinceMs = (lastSuccessMs ?? firstSeenMs) + withinMs;
    entry.readMs = sinceMs > nowMs ? sinceMs : nowMs + READ_AGAIN_MS;
    if (sinceMs > nowMs || reportedMs === sinceMs) return undefined;
    return { job, withinMs, lastSuccessMs, sinceMs };
  }

  /** Records a success. */
  succeeded(job: string, atMs: number | undefined): void {
    const entry = this.#jobs.get(job);
    if (entry === undefined || atMs === undefined || atMs <= (entry.lastSuccessMs ?? 0)) return;
    entry.lastSuccessMs = atMs;
    entry.readMs = atMs + entry.withinMs;
  }

  markReported({ job, sinceMs }: OverdueJob): void {
    const entry = this.#jobs.get(job);
    if (entry) entry.reportedMs = sinceMs;
  }

  /** Postpones reading the job, while another problem of it is reported instead. */
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
