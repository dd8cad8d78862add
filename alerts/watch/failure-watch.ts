/**
 * Watches closed runs that did not succeed: those that failed for good, and those that are retried
 * repeatedly.
 */
import { traceIdOfRun } from '../../core/trace-id';
import { BoundedMap, BoundedSet } from '../../core/util/bounded-map';
import { inParallel } from '../../core/util/in-parallel';
import type { AlertDetails } from '../incident/message';
import { handlingOf, isOn, jobSubject, type WatchContext } from './context';
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

/** A chain of attempts that is not reported as failing yet. */
interface Chain {
  readonly row: RunRow;
  readonly startedMs: number;
  readonly attempts: number;
  readonly facts: AlertDetails;
}

export class FailureWatch {
  readonly #context: WatchContext;
  readonly #seen = new BoundedSet<string>(MAX_SEEN);
  /** Chains by the id of their first run. */
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
    if (verdict.kind === 'retried') return this.#retried(row, { error: details.error(verdict.error) });
    const traceId = row.traceId ?? traceIdOfRun(row.runId);
    const run = isFull ? await details.run(row) : runFromRow(row, { traceId });
    sink.observe(jobSubject(row.job), handlingOf(this.#context.ruleOf(row.job)), {
      kind: 'failed',
      runId: row.runId,
      atMs: row.closeMs ?? 0,
      facts: { run, error: details.error(verdict.error) },
    });
  }

  async #retried(row: RunRow, facts: AlertDetails): Promise<void> {
    const { reader, sink } = this.#context;
    const beginning = await reader.beginning(row);
    if (beginning === undefined) return;
    const { firstRunId, attempt } = beginning;
    const run = await this.#context.details.run(row, beginning);
    const startedMs = await this.#startOf(row, firstRunId);
    const chain: Chain = { row, startedMs, attempts: attempt, facts: { ...facts, run, attempts: attempt } };
    if (attempt >= FAILING_ATTEMPTS || (row.closeMs ?? 0) - startedMs >= FAILING_MS) {
      this.#failing(firstRunId, chain, row.closeMs ?? 0);
    } else {
      sink.onSent(() => this.#chains.set(firstRunId, chain));
    }
  }

  async #startOf({ runId, startMs, workflowId }: RunRow, firstRunId: string): Promise<number> {
    if (runId === firstRunId) return startMs;
    const known = this.#chains.get(firstRunId)?.startedMs;
    if (known !== undefined) return known;
    const first = await this.#context.reader.describe(workflowId, firstRunId);
    return first?.startTime.getTime() ?? startMs;
  }

  /** Reports chains that have lasted long, even if no attempt has failed lately. */
  async #checkChains(nowMs: number): Promise<void> {
    const old = [...this.#chains].filter(([, { startedMs }]) => nowMs - startedMs >= FAILING_MS);
    for (const [firstRunId, chain] of old) {
      const latest = await this.#context.reader.describe(chain.row.workflowId);
      const isSame = latest?.raw.workflowExecutionInfo?.firstRunId === firstRunId;
      if (isSame && latest?.status.name === 'RUNNING') {
        this.#failing(firstRunId, chain, chain.startedMs + FAILING_MS);
      } else {
        this.#chains.delete(firstRunId);
      }
    }
  }

  #failing(chain: string, { row, facts }: Chain, atMs: number): void {
    const { sink, ruleOf } = this.#context;
    sink.observe(
      jobSubject(row.job),
      handlingOf(ruleOf(row.job)),
      { kind: 'failing', chain: `chain:${chain}`, atMs, facts },
      () => this.#chains.delete(chain),
    );
  }
}
