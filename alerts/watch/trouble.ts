/**
 * The jobs with incidents, as far as the watcher can see: which wait for a success, and which alerts are
 * open. Pure.
 *
 * Visibility lags, so for a while the watcher's own signals take precedence over a list.
 */
import type { Signal } from '../grouping';
import { SUCCESS_ENDS } from '../incident/state';
import type { IncidentMemo } from '../names';

interface Trouble {
  /** Start of the range of successes to read, in milliseconds since 1970. */
  readonly sinceMs: number;
  readonly signalledMs: number;
  readonly awaitsSuccess: boolean;
  /** Types of the open alerts. */
  readonly open: ReadonlySet<string>;
}

/** Longer than visibility lags, in milliseconds. */
const LAG_MS = 60_000;

export class JobsInTrouble {
  readonly #jobs = new Map<string, Trouble>();

  get size(): number {
    return this.#jobs.size;
  }

  /** Returns the jobs that wait for a success, each with the time from which on to read successes. */
  awaitingSuccess(): readonly (readonly [job: string, sinceMs: number])[] {
    return [...this.#jobs].flatMap(([job, { awaitsSuccess, sinceMs }]) =>
      awaitsSuccess ? [[job, sinceMs]] : [],
    );
  }

  /** Whether an alert of this type is open for the job. */
  isOpen(job: string, type: string): boolean {
    return this.#jobs.get(job)?.open.has(type) ?? false;
  }

  /** Records a signal that was sent. */
  signalled({ subject, seen }: Signal, nowMs: number): void {
    if (subject.kind !== 'job') return;
    const job = subject.name;
    const known = this.#jobs.get(job);
    const open = new Set(known?.open);
    let sinceMs = known?.sinceMs ?? Number.POSITIVE_INFINITY;
    let awaitsSuccess = known?.awaitsSuccess ?? false;
    for (const one of seen) {
      if (one.kind === 'succeeded') {
        sinceMs = Math.max(sinceMs === Number.POSITIVE_INFINITY ? 0 : sinceMs, one.atMs);
        continue;
      }
      const type = one.kind === 'raised' ? one.type : `job.${one.kind}`;
      if (!BEGINNINGS.includes(type)) continue;
      open.add(type);
      awaitsSuccess ||= SUCCESS_ENDS.some((each) => each === type);
      sinceMs = Math.min(sinceMs, one.atMs);
    }
    this.#jobs.set(job, { sinceMs, signalledMs: nowMs, awaitsSuccess, open });
  }

  /** Records a list of incidents. */
  listed(memos: readonly IncidentMemo[], nowMs: number): void {
    const listed = new Map(memos.map((memo) => [memo.subject, memo]));
    for (const [job, { signalledMs }] of this.#jobs)
      if (!listed.has(job) && nowMs - signalledMs > LAG_MS) this.#jobs.delete(job);
    for (const [job, memo] of listed) {
      const known = this.#jobs.get(job);
      if (known && nowMs - known.signalledMs <= LAG_MS) continue;
      const times = memo.open.map(({ since }) => Date.parse(since));
      this.#jobs.set(job, {
        sinceMs: known?.sinceMs ?? Math.min(nowMs, ...times),
        signalledMs: Number.NEGATIVE_INFINITY,
        awaitsSuccess: memo.awaitsSuccess,
        open: new Set(memo.open.map(({ type }) => type)),
      });
    }
  }
}

const BEGINNINGS: readonly string[] = ['job.failed', 'job.failing', 'job.slow', 'job.overdue', 'job.stuck'];
