/**
 * Watches runs whose workflow task keeps failing: an unknown workflow type, or code that throws or is not
 * deterministic.
 */
import { BoundedMap } from '../../core/util/bounded-map';
import { handlingOf, isOn, jobSubject, type WatchContext } from './context';
import { keyOfRun } from './problem-key';
import type { Queues } from './queues';
import type { RunRow } from './row';

/** Attempt of a workflow task from which on its run is stuck. */
const STUCK_ATTEMPT = 3;
/** How long a run must have waited for its first task before it is checked, in milliseconds. */
const MIN_WAIT_MS = 10_000;
/** Interval between checks of a waiting or a reported run, in milliseconds. */
const CHECK_INTERVAL_MS = 15_000;
/** Most running runs that are checked in turn. */
const MAX_RUNS = 20_000;
/** Interval between checks of running runs, one of which is checked at a time, in milliseconds. */
const NEXT_RUNNING_MS = 10_000;

export class StuckWatch {
  readonly #context: WatchContext;
  readonly #queues: Queues;
  /** Reported runs by run id, with the time of their last check. */
  readonly #open = new Map<string, { readonly row: RunRow; readonly checkedMs: number }>();
  /** Times of the last check of runs that wait for their first task, by run id. */
  readonly #waiting = new Map<string, number>();
  readonly #running = new BoundedMap<string, RunRow>(MAX_RUNS);
  #nextMs = 0;

  constructor(context: WatchContext, queues: Queues) {
    this.#context = context;
    this.#queues = queues;
  }

  /**
   * Observes the stuck runs of one poll.
   *
   * @param waiting runs that wait for their first task
   * @param running running runs that were due some time ago
   */
  async poll(waiting: readonly RunRow[], running: readonly RunRow[], nowMs: number): Promise<void> {
    for (const row of running) this.#running.set(row.runId, row);
    const isWaiting = new Set(waiting.map(({ runId }) => runId));
    for (const runId of this.#waiting.keys()) if (!isWaiting.has(runId)) this.#waiting.delete(runId);
    for (const row of waiting) await this.#checkWaiting(row, nowMs);
    for (const { row, checkedMs } of this.#open.values())
      if (nowMs - checkedMs >= CHECK_INTERVAL_MS) await this.#checkOpen(row, nowMs);
    await this.#checkRunning(nowMs);
  }

  /**
   * Reports the run as stuck if its workflow task is in at least the third attempt; returns whether it is.
   */
  async found(row: RunRow, attempt: number, nowMs: number): Promise<boolean> {
    const rule = this.#context.ruleOf(row.job);
    if (attempt < STUCK_ATTEMPT || !isOn(rule, 'stuck')) return false;
    if (this.#open.has(row.runId)) return true;
    const { details, reader, sink } = this.#context;
    const error = await reader.taskFailure(row);
    sink.observe(
      jobSubject(row.job),
      handlingOf(rule),
      {
        kind: 'raised',
        type: 'job.stuck',
        key: keyOfRun('job.stuck', row.runId),
        atMs: nowMs,
        facts: {
          run: await details.run(row),
          attempts: attempt,
          ...(error && { error: details.error({ message: error.message }) }),
        },
      },
      () => this.reopen(row, nowMs),
    );
    return true;
  }

  /** Marks the run as reported. */
  reopen(row: RunRow, nowMs = 0): void {
    this.#open.set(row.runId, { row, checkedMs: nowMs });
  }

  /** Checks a run that waits for its first task although a worker polls its queue. */
  async #checkWaiting(row: RunRow, nowMs: number): Promise<void> {
    const checkedMs = this.#waiting.get(row.runId) ?? 0;
    const isEarly = nowMs - row.dueMs < MIN_WAIT_MS || nowMs - checkedMs < CHECK_INTERVAL_MS;
    if (isEarly || this.#open.has(row.runId) || !this.#queues.isServed(row)) return;
    if (!this.#context.budget.take()) return;
    this.#waiting.set(row.runId, nowMs);
    await this.found(row, await this.#attemptOf(row), nowMs);
  }

  async #checkOpen(row: RunRow, nowMs: number): Promise<void> {
    if ((await this.#attemptOf(row)) >= STUCK_ATTEMPT) {
      this.reopen(row, nowMs);
      return;
    }
    const rule = handlingOf(this.#context.ruleOf(row.job));
    const over = { kind: 'cleared', key: keyOfRun('job.stuck', row.runId), atMs: nowMs } as const;
    this.#context.sink.observe(jobSubject(row.job), rule, over, () => this.#open.delete(row.runId));
  }

  /** Checks one of the running runs, since a run can get stuck at any time. */
  async #checkRunning(nowMs: number): Promise<void> {
    const [next] = this.#running.values();
    if (next === undefined || nowMs < this.#nextMs || !this.#context.background.take()) return;
    this.#nextMs = nowMs + NEXT_RUNNING_MS;
    this.#running.delete(next.runId);
    const described = await this.#context.reader.describe(next.workflowId, next.runId);
    if (described?.status.name !== 'RUNNING') return;
    this.#running.set(next.runId, next);
    await this.found(next, described.raw.pendingWorkflowTask?.attempt ?? 0, nowMs);
  }

  async #attemptOf({ workflowId, runId }: RunRow): Promise<number> {
    const described = await this.#context.reader.describe(workflowId, runId);
    return described?.raw.pendingWorkflowTask?.attempt ?? 0;
  }
}
