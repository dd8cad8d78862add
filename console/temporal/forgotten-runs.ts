/**
 * Finds listed runs that Temporal no longer has, after its retention, and marks them in the index. One call
 * for each page of runs, in the background, so that pages do not wait for Temporal.
 */
import { BoundedMap } from '../../core/util/bounded-map';
import type { RunIndex, RunSummary } from '../store/index';
import type { RunsChanged } from '../types';
import type { TemporalCalls } from './calls';
import { listExecutions } from './list';

/** How long the result for a run is remembered, in milliseconds. */
const REMEMBERED_MS = 30_000;
const MAX_REMEMBERED = 10_000;
/** Most runs of a call. */
const MAX_RUNS = 100;
/** A run that closed less than so many milliseconds ago may not be visible on each of Temporal's nodes yet. */
const SETTLED_MS = 5_000;

export class ForgottenRuns {
  readonly #calls: TemporalCalls;
  readonly #index: Pick<RunIndex, 'markForgotten'>;
  readonly #onRuns: (changed: RunsChanged) => void;
  readonly #checkedMs = new BoundedMap<string, number>(MAX_REMEMBERED);

  constructor(
    calls: TemporalCalls,
    index: Pick<RunIndex, 'markForgotten'>,
    onRuns: (changed: RunsChanged) => void,
  ) {
    this.#calls = calls;
    this.#index = index;
    this.#onRuns = onRuns;
  }

  /** Checks runs of one job that a page shows, unless they were checked a moment ago. Returns at once. */
  check(runs: readonly RunSummary[]): void {
    const nowMs = performance.now();
    const due = runs
      .filter(({ isForgotten, closedAt }) => !isForgotten && closedAt < Date.now() - SETTLED_MS)
      .filter(({ runId }) => nowMs - (this.#checkedMs.get(runId) ?? Number.NEGATIVE_INFINITY) > REMEMBERED_MS)
      .slice(0, MAX_RUNS);
    if (due.length === 0) return;
    for (const { runId } of due) this.#checkedMs.set(runId, nowMs);
    // Errors show in the state of the namespace or the store.
    void this.#mark(due).catch(() => {});
  }

  async #mark(runs: readonly RunSummary[]): Promise<void> {
    const query = `RunId IN (${runs.map(({ runId }) => `'${runId}'`).join(', ')})`;
    const { executions } = await this.#calls.call((client) => listExecutions(client, query, MAX_RUNS), {
      isBackground: true,
    });
    const found = new Set(executions.map(({ runId }) => runId));
    const forgotten = runs.filter(({ runId }) => !found.has(runId));
    if (forgotten.length === 0) return;
    const runIds = forgotten.map(({ runId }) => runId);
    await this.#index.markForgotten(runIds);
    const jobs = [...new Set(forgotten.map(({ job }) => job))];
    this.#onRuns({ namespace: this.#calls.namespace, jobs, runIds });
  }
}
