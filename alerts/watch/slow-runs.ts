/**
 * Running runs in memory until they exceed their limit. Pure; the caller reads and reports.
 */
import { slowLimitMs, type Usual } from '../../core/usual';
import { BoundedMap } from '../../core/util/bounded-map';
import { defined } from '../../core/util/defined';
import type { RunRow } from './row';

/** Duration above which a run is slow. */
export interface SlowLimit {
  readonly limitMs: number;
  /** Median duration of the job's runs, in milliseconds; left out if it is not known. */
  readonly usualMs?: number;
}

/** A watched run. */
export interface WatchedRun {
  readonly row: RunRow;
  readonly limit: SlowLimit;
  /** Time that the run lost because of restarts, which its limit does not include, in milliseconds. */
  readonly lostMs: number;
  /** Whether the run has been reported as slow; then its end is reported too. */
  readonly isReported: boolean;
}

/** Maximum number of runs in memory; beyond it the first one is forgotten. */
const MAX_RUNS = 20_000;

/** Returns the limit from the rule, or else the learnt one; `undefined` if there is neither. */
export function slowLimit(overMs: number | undefined, usual: Usual | undefined): SlowLimit | undefined {
  const usualMs = usual?.medianMs;
  if (overMs !== undefined) return defined({ limitMs: overMs, usualMs });
  return usual && { limitMs: slowLimitMs(usual), usualMs: usual.medianMs };
}

/** The running runs of a namespace with the time at which each becomes slow; at most 20,000. */
export class SlowRuns {
  readonly #runs = new BoundedMap<string, WatchedRun>(MAX_RUNS);

  has(runId: string): boolean {
    return this.#runs.has(runId);
  }

  get size(): number {
    return this.#runs.size;
  }

  watch(row: RunRow, limit: SlowLimit, isReported = false): void {
    this.#runs.set(row.runId, { row, limit, lostMs: 0, isReported });
  }

  /** Postpones reading the run by the time that it lost because of restarts. */
  postpone(runId: string, lostMs: number): void {
    const run = this.#runs.get(runId);
    if (run) this.#runs.set(runId, { ...run, lostMs });
  }

  markReported(runId: string): void {
    const run = this.#runs.get(runId);
    if (run) this.#runs.set(runId, { ...run, isReported: true });
  }

  forget(runId: string): void {
    this.#runs.delete(runId);
  }

  /** Runs whose current state must be read: those over their limit, and those that were reported as slow. */
  due(nowMs: number): readonly WatchedRun[] {
    return [...this.#runs.values()].filter(
      ({ row, limit, lostMs, isReported }) => isReported || nowMs > row.dueMs + limit.limitMs + lostMs,
    );
  }
}
