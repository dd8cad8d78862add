/**
 * Completes the summaries of closed runs from their histories, the latest first, some at each poll.
 */
import { GrpcStatus, grpcStatusOf } from '../../client/grpc-status';
import type { RunIndex, RunSummary } from '../store/index';
import type { TemporalCalls } from './calls';
import { completeSummary } from './closed-runs';

const RUNS_A_POLL = 10;
const MAX_RUNS = 500;

export class Completion {
  readonly #calls: TemporalCalls;
  readonly #index: Pick<RunIndex, 'addRuns'>;
  readonly #queue: RunSummary[] = [];
  /** Completed runs that could not be stored, such as on a full disk. */
  #completed: readonly RunSummary[] = [];

  constructor(calls: TemporalCalls, index: Pick<RunIndex, 'addRuns'>) {
    this.#calls = calls;
    this.#index = index;
  }

  /** Adds a page of runs; those of an earlier page may have closed before or after them. */
  add(runs: readonly RunSummary[]): void {
    const due = runs.filter(({ isListed, state }) => isListed || state !== 'success');
    const isLater = (due[0]?.closedAt ?? 0) >= (this.#queue[0]?.closedAt ?? 0);
    if (isLater) this.#queue.unshift(...due);
    else this.#queue.push(...due);
    this.#queue.length = Math.min(this.#queue.length, MAX_RUNS);
  }

  /** Completes and stores some runs; returns them. Rejects as the index does. */
  async step(): Promise<readonly RunSummary[]> {
    if (this.#completed.length === 0) this.#completed = await this.#readSome();
    const completed = this.#completed;
    if (completed.length > 0) await this.#index.addRuns(completed);
    this.#completed = [];
    return completed;
  }

  async #readSome(): Promise<readonly RunSummary[]> {
    const completed: RunSummary[] = [];
    const batch = this.#queue.splice(0, RUNS_A_POLL);
    for (const [index, run] of batch.entries()) {
      try {
        completed.push(await completeSummary(this.#calls, run));
      } catch (error) {
        // Of a history that is gone or corrupt, the summary stays as visibility has it.
        if (!isTemporary(error)) continue;
        this.#queue.push(...batch.slice(index + 1), run);
        break;
      }
    }
    return completed;
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
