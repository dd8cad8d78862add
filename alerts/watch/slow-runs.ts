/**
 * Runs that have been going on for a while, in memory until they pass their limit. Pure: the caller reads and tells.
 */
import { slowLimitMs, type Usual } from '../../core/usual';
import type { RunRow } from './row';

/** From which duration on a run is slow. */
export interface SlowLimit {
  readonly limitMs: number;
  /** Median, where it is learnt. */
  readonly usualMs?: number;
}

/** A run that is watched. */
export interface WatchedRun {
  readonly row: RunRow;
  readonly limit: SlowLimit;
  /** Whether it has been told as slow: then its end is told, too. */
  readonly isTold: boolean;
}

/** Runs in memory; beyond it those that were due first are forgotten. */
const MAX_RUNS = 20_000;

/** The limit by the rule, or by what is usual; `undefined` where neither is known. */
export function slowLimit(overMs: number | undefined, usual: Usual | undefined): SlowLimit | undefined {
  const usualMs = usual?.medianMs;
  if (overMs !== undefined) return { limitMs: overMs, ...(usualMs !== undefined && { usualMs }) };
  return usual && { limitMs: slowLimitMs(usual), usualMs: usual.medianMs };
}

export class SlowRuns {
  readonly #runs = new Map<string, WatchedRun>();

  has(runId: string): boolean {
    return this.#runs.has(runId);
  }

  get size(): number {
    return this.#runs.size;
  }

  watch(row: RunRow, limit: SlowLimit, isTold = false): void {
    if (this.#runs.size >= MAX_RUNS) this.forget(this.#runs.keys().next().value ?? '');
    this.#runs.set(row.runId, { row, limit, isTold });
  }

  told(runId: string): void {
    const run = this.#runs.get(runId);
    if (run) this.#runs.set(runId, { ...run, isTold: true });
  }

  forget(runId: string): void {
    this.#runs.delete(runId);
  }

  /** Runs whose present state is to be read: those past their limit, and those that were told as slow. */
  due(nowMs: number): readonly WatchedRun[] {
    return [...this.#runs.values()].filter(
      ({ row, limit, isTold }) => isTold || nowMs > row.dueMs + limit.limitMs,
    );
  }
}
