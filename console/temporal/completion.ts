/**
 * Completes the summaries of closed runs from their histories, the latest first, some at each poll.
 */
import { GrpcStatus, grpcStatusOf } from '../../client/grpc-status';
import type { FillCursor, RunIndex, RunSummary } from '../store/index';
import type { TemporalCalls } from './calls';
import { completeSummary } from './closed-runs';

const RUNS_A_POLL = 10;
const MAX_RUNS = 20_000;

type QueuedRun = Pick<RunSummary, 'runId' | 'closedAt'>;

export class Completion {
  readonly #calls: TemporalCalls;
  readonly #index: Pick<RunIndex, 'addRuns' | 'run'>;
  #queue: QueuedRun[] = [];
  /** Completed runs that are not stored yet, such as on a full disk. */
  #completed: RunSummary[] = [];
  #storedUntilAt: number | undefined;

  constructor(calls: TemporalCalls, index: Pick<RunIndex, 'addRuns' | 'run'>) {
    this.#calls = calls;
    this.#index = index;
  }

  /** Adds a page of runs that are in the index; those of an earlier page may have closed before or after them. */
  add(runs: readonly RunSummary[]): void {
    const due = runs
      .filter(({ isListed, state }) => isListed || state !== 'success')
      .map(({ runId, closedAt }) => ({ runId, closedAt }));
    const isLater = (due[0]?.closedAt ?? 0) >= (this.#queue[0]?.closedAt ?? 0);
    this.#queue = (isLater ? [...due, ...this.#queue] : [...this.#queue, ...due]).slice(0, MAX_RUNS);
  }

  /**
   * Completes some runs, and stores them with the range that has been read; returns them. Rejects as the index does.
   *
   * The stored range ends before the runs that are left, so that they are found again after a restart.
   */
  async step(read: FillCursor | undefined): Promise<readonly RunSummary[]> {
    if (this.#completed.length === 0) await this.#readSome();
    const completed = this.#completed;
    const cursor = read && {
      ...read,
      untilAt: this.#queue.reduce((untilAt, { closedAt }) => Math.min(untilAt, closedAt), read.untilAt),
    };
    if (completed.length === 0 && cursor?.untilAt === this.#storedUntilAt) return [];
    await this.#index.addRuns(completed, cursor && { namespace: this.#calls.namespace, cursor });
    this.#storedUntilAt = cursor?.untilAt;
    this.#completed = [];
    return completed;
  }

  async #readSome(): Promise<void> {
    for (let count = 0; count < RUNS_A_POLL; ) {
      const [next] = this.#queue;
      if (!next) break;
      const run = await this.#index.run(next.runId);
      this.#queue.shift();
      // Every history has an attempt: this run was completed before a restart.
      if (!run || run.attempt !== undefined) continue;
      count++;
      try {
        this.#completed.push(await completeSummary(this.#calls, run));
      } catch (error) {
        // Of a history that is gone or corrupt, the summary stays as visibility has it.
        if (!isTemporary(error)) continue;
        this.#queue.push(next);
        break;
      }
    }
  }
}

/** Errors of the server or the credentials, not of one history: the same call may succeed later. */
const TEMPORARY: readonly (number | undefined)[] = [
  GrpcStatus.CANCELLED,
  GrpcStatus.DEADLINE_EXCEEDED,
  GrpcStatus.PERMISSION_DENIED,
  GrpcStatus.UNAUTHENTICATED,
  GrpcStatus.RESOURCE_EXHAUSTED,
  GrpcStatus.UNAVAILABLE,
];

function isTemporary(error: unknown): boolean {
  return TEMPORARY.includes(grpcStatusOf(error));
}
