/**
 * Watches closed runs that did not succeed: those that failed for good, and those that are retried
 * repeatedly.
 */
import { traceIdOfRun } from '../../core/trace-id';
import { BoundedMap, BoundedSet } from '../../core/util/bounded-map';
import { inParallel } from '../../core/util/in-parallel';
import type { AlertDetails, AlertError } from '../incident/message';
import { handlingOf, isOn, jobSubject, type WatchContext } from './context';
import type { Beginning } from './reader';
import type { RunRow } from './row';
import { runFromRow } from './run-details';

/** Number of failed runs of one job in one poll that are reported with all details; of others, the row is enough. */
const FULLY_REPORTED = 3;
/** Number of attempts after which a run that is still retried is reported as failing. */
const FAILING_ATTEMPTS = 3;
/** Duration of all attempts after which a run that is still retried is reported as failing, in milliseconds. */
const FAILING_MS = 15 * 60_000;
/** Number of run ids that are remembered, since each poll reads the last minutes again. */
const MAX_SEEN = 20_000;
const MAX_CHAINS = 2_000;

/** Consecutive attempts, one of which is still to come or going on. */
interface Chain {
  /** The last attempt that failed. */
  readonly row: RunRow;
  /** Time at which the first attempt was due, in milliseconds since 1970. */
  readonly dueMs: number;
  readonly facts: AlertDetails;
  readonly isReported: boolean;
}

export class FailureWatch {
  readonly #context: WatchContext;
  readonly #seen = new BoundedSet<string>(MAX_SEEN);
  /** Chains by the run id of their next attempt: a cron or a continuation has the same first run for ever. */
  readonly #chains = new BoundedMap<string, Chain>(MAX_CHAINS);

  constructor(context: WatchContext) {
    this.#context = context;
  }

  /**
   * Observes the failures among the runs of one poll.
   *
   * @param rows runs that visibility lists as failed, timed out or terminated
   */
  async poll(rows: readonly RunRow[], nowMs: number): Promise<void> {
    const unseen = rows.filter(
      ({ runId, job }) => !this.#seen.has(runId) && isOn(this.#context.ruleOf(job), 'failed', 'failing'),
    );
    const counts = new Map<string, number>();
    await inParallel(unseen, async (row) => {
      const count = (counts.get(row.job) ?? 0) + 1;
      counts.set(row.job, count);
      await this.#check(row, count <= FULLY_REPORTED);
    });
    await this.#checkChains(nowMs);
  }

  async #check(row: RunRow, isFull: boolean): Promise<void> {
    const { reader, details, sink } = this.#context;
    const verdict = await reader.verdict(row);
    sink.onSent(() => this.#seen.add(row.runId));
    if (verdict.kind === 'ended') return;
    if (verdict.kind === 'retried')
      return this.#retried(row, details.error(verdict.error), verdict.nextRunId);
    const traceId = row.traceId ?? traceIdOfRun(row.runId);
    const run = isFull ? await details.run(row) : runFromRow(row, { traceId });
    sink.observe(jobSubject(row.job), handlingOf(this.#context.ruleOf(row.job)), {
      kind: 'failed',
      runId: row.runId,
      atMs: row.closeMs ?? 0,
      facts: { run, error: details.error(verdict.error) },
    });
  }

  async #retried(row: RunRow, error: AlertError, nextRunId: string): Promise<void> {
    const { reader, details } = this.#context;
    const { runId, closeMs = 0 } = row;
    const known = this.#chains.get(runId);
    if (known?.isReported) {
      this.#follow(runId, nextRunId, known);
      return;
    }
    const beginning = await reader.beginning(row);
    if (beginning === undefined) return;
    const { attempt } = beginning;
    const facts = { error, run: await details.run(row, beginning), attempts: attempt };
    const dueMs = known?.dueMs ?? (await this.#dueMsOf(row, beginning));
    const isReported = attempt >= FAILING_ATTEMPTS || closeMs - dueMs >= FAILING_MS;
    if (isReported) this.#failing(runId, { row, facts }, closeMs);
    this.#follow(runId, nextRunId, { row, dueMs, facts, isReported });
  }

  /** Returns when the first attempt was due; for a third or later attempt, when the one before was due. */
  async #dueMsOf({ workflowId, dueMs }: RunRow, { attempt, previousRunId }: Beginning): Promise<number> {
    if (attempt === 1 || previousRunId === undefined) return dueMs;
    const previous = await this.#context.reader.describe(workflowId, previousRunId);
    return (previous?.executionTime ?? previous?.startTime)?.getTime() ?? dueMs;
  }

  /** Remembers the chain under its next attempt. */
  #follow(runId: string, nextRunId: string, chain: Chain): void {
    this.#context.sink.onSent(() => {
      this.#chains.delete(runId);
      this.#chains.set(nextRunId, chain);
    });
  }

  /** Reports chains that have lasted long, even if no attempt has failed lately. */
  async #checkChains(nowMs: number): Promise<void> {
    const old = [...this.#chains].filter(
      ([, { dueMs, isReported }]) => !isReported && nowMs - dueMs >= FAILING_MS,
    );
    for (const [nextRunId, chain] of old) {
      const next = await this.#context.reader.describe(chain.row.workflowId, nextRunId);
      if (next?.status.name !== 'RUNNING') {
        this.#chains.delete(nextRunId);
        continue;
      }
      this.#failing(nextRunId, chain, chain.dueMs + FAILING_MS);
      this.#context.sink.onSent(() => this.#chains.set(nextRunId, { ...chain, isReported: true }));
    }
  }

  #failing(runId: string, { row, facts }: Pick<Chain, 'row' | 'facts'>, atMs: number): void {
    const { sink, ruleOf } = this.#context;
    sink.observe(jobSubject(row.job), handlingOf(ruleOf(row.job)), {
      kind: 'failing',
      chain: `chain:${runId}`,
      atMs,
      facts,
    });
  }
}
