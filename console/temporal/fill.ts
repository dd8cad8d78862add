/**
 * The first fill of the index: runs that closed before the console started, the newest first, page by page.
 */
import type { FillCursor, RunIndex, RunSummary } from '../store/index';
import type { TemporalCalls } from './calls';
import { runOfExecution } from './execution';
import { listExecutions } from './list';
import { closedRunsQuery, type Without } from './queries';

const MAX_AGE_MS = 7 * 24 * 3_600_000;
const MAX_RUNS = 20_000;
const PAGE_SIZE = 1_000;

/** The fill of one namespace. It continues after a failure where it stopped. */
export class Fill {
  readonly #calls: TemporalCalls;
  readonly #index: RunIndex;
  #count = 0;

  constructor(calls: TemporalCalls, index: RunIndex) {
    this.#calls = calls;
    this.#index = index;
  }

  /**
   * Reads one page of runs that closed before the cursor, with one call; returns the new cursor. Rejects as
   * the call does.
   */
  async step(cursor: FillCursor, without: Without): Promise<FillCursor> {
    const { namespace } = this.#calls;
    const query = closedRunsQuery(Date.now() - MAX_AGE_MS, cursor.fromAt, without);
    const { executions } = await this.#calls.call((client) => listExecutions(client, query, PAGE_SIZE), {
      isBackground: true,
    });
    const runs = executions
      .flatMap((info) => runOfExecution(info, namespace) ?? [])
      .filter((run): run is RunSummary => run.state !== 'running');
    this.#count += executions.length;
    const oldestAt = executions.reduce(
      (oldest, { closeTime }) => Math.min(oldest, closeTime?.getTime() ?? oldest),
      cursor.fromAt,
    );
    const next = {
      ...cursor,
      // Prevents an endless loop over a page of runs that closed in the same millisecond.
      fromAt: oldestAt < cursor.fromAt ? oldestAt : cursor.fromAt - 1,
      isComplete: executions.length < PAGE_SIZE || this.#count >= MAX_RUNS,
    };
    await this.#index.addRuns(runs, { namespace, cursor: next });
    return next;
  }
}
