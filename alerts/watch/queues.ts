/**
 * Task queues on which runs wait for their first task, and whether a worker polls them. Pure.
 *
 * The server lists a dead poller for 300 s, a live idle one polls at least every 60 s, and a restarted server
 * lists none until the workers reconnect. So a queue has no worker if polls over 15 s find no poller younger
 * than 75 s.
 */
import type { RunRow } from './row';

/** A poller seen within this time is alive, in milliseconds. */
export const POLLER_ALIVE_MS = 75_000;
/** How long no poller must have been found, in milliseconds. */
const NO_POLLER_MS = 15_000;
/** Interval at which a queue without a known poller is read, in milliseconds. */
const DOUBT_INTERVAL_MS = 5_000;
/** Interval at which a queue with a worker is read, in milliseconds. */
const READ_INTERVAL_MS = 15_000;

/** The runs that wait on a task queue. */
export interface WaitingRuns {
  readonly taskQueue: string;
  readonly runs: readonly RunRow[];
}

interface QueueState {
  readMs: number;
  /** Time of the latest poll, in milliseconds since 1970. */
  newestPollMs: number;
  /** Time of the first of the consecutive reads that found no poller. */
  noneSinceMs: number | undefined;
  isOpen: boolean;
}

/** A change of a queue to be reported: it has lost its workers, or has one again. */
export type QueueChange = 'no_worker' | 'worker' | undefined;

/** Groups runs by their task queue. */
export function waitingByQueue(rows: readonly RunRow[]): readonly WaitingRuns[] {
  const queues = new Map<string, RunRow[]>();
  for (const row of rows) queues.set(row.taskQueue, [...(queues.get(row.taskQueue) ?? []), row]);
  return Array.from(queues, ([taskQueue, runs]) => ({ taskQueue, runs }));
}

export class Queues {
  readonly #queues = new Map<string, QueueState>();
  #waiting: ReadonlyMap<string, ReadonlySet<string>> = new Map();

  /** Names of the queues that are reported as without a worker. */
  get open(): readonly string[] {
    return [...this.#queues].filter(([, { isOpen }]) => isOpen).map(([name]) => name);
  }

  /** Marks the queue as reported by an earlier watcher. */
  reopen(taskQueue: string): void {
    const state = this.#state(taskQueue);
    state.isOpen = true;
    state.noneSinceMs ??= 0;
  }

  /** Records the waiting runs; returns the queues whose pollers must be read. */
  toRead(waiting: readonly WaitingRuns[], nowMs: number): readonly string[] {
    this.#waiting = new Map(
      waiting.map(({ taskQueue, runs }) => [taskQueue, new Set(runs.map(({ job }) => job))]),
    );
    for (const { taskQueue } of waiting) this.#state(taskQueue);
    for (const [name, { isOpen }] of this.#queues)
      if (!isOpen && !this.#waiting.has(name)) this.#queues.delete(name);
    return [...this.#queues].filter(([, state]) => isToRead(state, nowMs)).map(([name]) => name);
  }

  /**
   * Records the pollers of a queue; returns the change until it is marked as reported.
   *
   * @param newestPollMs time of the latest poll, in milliseconds since 1970; `undefined` if no poller is
   *   listed
   */
  recordPollers(taskQueue: string, newestPollMs: number | undefined, nowMs: number): QueueChange {
    const state = this.#state(taskQueue);
    const since = state.noneSinceMs;
    state.readMs = nowMs;
    state.newestPollMs = Math.max(state.newestPollMs, newestPollMs ?? 0);
    if (newestPollMs !== undefined && newestPollMs > nowMs - POLLER_ALIVE_MS) {
      state.noneSinceMs = undefined;
      return state.isOpen ? 'worker' : undefined;
    }
    if (since === undefined) state.noneSinceMs = nowMs;
    else if (!state.isOpen && nowMs - since >= NO_POLLER_MS) return 'no_worker';
    return undefined;
  }

  /** Records that the change of the queue has been reported. */
  markReported(taskQueue: string, change: NonNullable<QueueChange>): void {
    this.#state(taskQueue).isOpen = change === 'no_worker';
  }

  /** Time at which the queue was first found without a worker, in milliseconds since 1970. */
  noneSinceMs(taskQueue: string): number | undefined {
    return this.#queues.get(taskQueue)?.noneSinceMs;
  }

  /**
   * Whether problems of the run itself may be reported: it has begun, or a worker polled after it was due.
   */
  isServed({ hasBegun, taskQueue, dueMs }: RunRow): boolean {
    if (hasBegun) return !this.#queues.get(taskQueue)?.isOpen;
    const state = this.#queues.get(taskQueue);
    return state !== undefined && state.noneSinceMs === undefined && state.newestPollMs > dueMs;
  }

  /** Whether a run of the job waits on a queue without a worker. */
  holdsBack(job: string): boolean {
    return [...this.#waiting].some(
      ([name, jobs]) => jobs.has(job) && this.#queues.get(name)?.noneSinceMs !== undefined,
    );
  }

  #state(taskQueue: string): QueueState {
    const known = this.#queues.get(taskQueue);
    if (known) return known;
    const state: QueueState = { readMs: 0, newestPollMs: 0, noneSinceMs: undefined, isOpen: false };
    this.#queues.set(taskQueue, state);
    return state;
  }
}

function isToRead({ readMs, noneSinceMs, isOpen }: QueueState, nowMs: number): boolean {
  const isInDoubt = isOpen || noneSinceMs !== undefined;
  return nowMs - readMs >= (isInDoubt ? DOUBT_INTERVAL_MS : READ_INTERVAL_MS);
}
