/**
 * Runs whose workflow task fails again and again: an unknown workflow type, code that is not deterministic or throws.
 */
import { setBounded } from '../../core/util/bounded-map';
import { handlingOf, isOn, jobSubject, type WatchContext } from './context';
import type { Queues } from './queues';
import type { RunRow } from './row';

const STUCK_ATTEMPT = 3;
/** A run that waits for its first task is looked at after this, and again … */
const SETTLED_MS = 10_000;
/** … this often. */
const LOOK_AGAIN_MS = 15_000;
/** Running runs that are looked at in turn, one at a time. */
const MAX_RUNS = 20_000;
const NEXT_MS = 10_000;
const PREFIX = 'stuck:';

export class StuckWatch {
  readonly #context: WatchContext;
  readonly #queues: Queues;
  /** Runs that were told, and when they were last looked at. */
  readonly #open = new Map<string, { readonly row: RunRow; readonly lookedMs: number }>();
  /** The same of runs that wait for their first task. */
  readonly #waiting = new Map<string, number>();
  readonly #running = new Map<string, RunRow>();
  #nextMs = 0;

  constructor(context: WatchContext, queues: Queues) {
    this.#context = context;
    this.#queues = queues;
  }

  /**
   * @param waiting runs that wait for their first task
   * @param running runs that have been going on for a while
   */
  async look(waiting: readonly RunRow[], running: readonly RunRow[], nowMs: number): Promise<void> {
    for (const row of running) setBounded(this.#running, row.runId, row, MAX_RUNS);
    const isWaiting = new Set(waiting.map(({ runId }) => runId));
    for (const runId of this.#waiting.keys()) if (!isWaiting.has(runId)) this.#waiting.delete(runId);
    for (const row of waiting) await this.#suspect(row, nowMs);
    for (const { row, lookedMs } of this.#open.values())
      if (nowMs - lookedMs >= LOOK_AGAIN_MS) await this.#lookAtOpen(row, nowMs);
    await this.#lookAtNext(nowMs);
  }

  /** Tells the run as stuck, if it is at such an attempt; returns whether it is. */
  async found(row: RunRow, attempt: number, nowMs: number): Promise<boolean> {
    const rule = this.#context.ruleOf(row.job);
    if (attempt < STUCK_ATTEMPT || !isOn(rule, 'stuck')) return false;
    if (this.#open.has(row.runId)) return true;
    const { facts, reader, sink } = this.#context;
    const error = await reader.taskFailure(row);
    sink.observe(
      jobSubject(row.job),
      handlingOf(rule),
      {
        kind: 'raised',
        type: 'job.stuck',
        key: PREFIX + row.runId,
        atMs: nowMs,
        facts: {
          run: await facts.run(row),
          attempts: attempt,
          ...(error && { error: facts.error({ message: error.message }) }),
        },
      },
      () => this.reopen(row, nowMs),
    );
    return true;
  }

  /** The run was told as stuck. */
  reopen(row: RunRow, nowMs = 0): void {
    this.#open.set(row.runId, { row, lookedMs: nowMs });
  }

  async #suspect(row: RunRow, nowMs: number): Promise<void> {
    const lookedMs = this.#waiting.get(row.runId) ?? 0;
    const isEarly = nowMs - row.dueMs < SETTLED_MS || nowMs - lookedMs < LOOK_AGAIN_MS;
    if (isEarly || this.#open.has(row.runId) || !this.#queues.isServed(row)) return;
    if (!this.#context.budget.take()) return;
    this.#waiting.set(row.runId, nowMs);
    await this.found(row, await this.#attemptOf(row), nowMs);
  }

  async #lookAtOpen(row: RunRow, nowMs: number): Promise<void> {
    if ((await this.#attemptOf(row)) >= STUCK_ATTEMPT) {
      this.reopen(row, nowMs);
      return;
    }
    const rule = handlingOf(this.#context.ruleOf(row.job));
    const over = { kind: 'cleared', key: PREFIX + row.runId, atMs: nowMs } as const;
    this.#context.sink.observe(jobSubject(row.job), rule, over, () => this.#open.delete(row.runId));
  }

  /** Looks at one of the runs that go on: a run can get stuck at any time. */
  async #lookAtNext(nowMs: number): Promise<void> {
    const [next] = this.#running.values();
    if (next === undefined || nowMs < this.#nextMs || !this.#context.background.take()) return;
    this.#nextMs = nowMs + NEXT_MS;
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

/** The run that a problem's key names; `undefined` if it is another kind of problem. */
export function stuckRunId(key: string): string | undefined {
  return key.startsWith(PREFIX) ? key.slice(PREFIX.length) : undefined;
}
