/**
 * Task queues on which runs wait for their first task, and whether a worker polls them. Pure.
 *
 * The server lists a dead poller for 300 s, a live idle one is at most 60 s old, and a server that was restarted lists
 * none until the workers are back: nobody polls if no poller is younger than 75 s, in looks over 15 s.
 */
import type { RunRow } from './row';

/** A poller younger than this is alive. */
const ALIVE_MS = 75_000;
/** How long nobody must have been seen. */
const NOBODY_MS = 15_000;
/** A queue in doubt is looked at this often. */
const DOUBT_LOOK_MS = 5_000;
/** A queue with a worker is looked at again only after this. */
const LOOK_AGAIN_MS = 15_000;

/** The runs that wait on a queue. */
export interface WaitingRuns {
  readonly taskQueue: string;
  readonly runs: readonly RunRow[];
}

interface QueueState {
  lookedMs: number;
  /** When a poller was last there. */
  newestPollMs: number;
  /** The first of the looks in a row that found nobody. */
  noneSinceMs: number | undefined;
  isOpen: boolean;
}

/** What a look has found out. */
export type QueueNews = 'no_worker' | 'worker' | undefined;

/** Runs by their task queues. */
export function waitingByQueue(rows: readonly RunRow[]): readonly WaitingRuns[] {
  const queues = new Map<string, RunRow[]>();
  for (const row of rows) queues.set(row.taskQueue, [...(queues.get(row.taskQueue) ?? []), row]);
  return Array.from(queues, ([taskQueue, runs]) => ({ taskQueue, runs }));
}

export class Queues {
  readonly #queues = new Map<string, QueueState>();
  #waiting: ReadonlyMap<string, ReadonlySet<string>> = new Map();

  /** Queues that are told as without worker. */
  get open(): readonly string[] {
    return [...this.#queues].filter(([, { isOpen }]) => isOpen).map(([name]) => name);
  }

  /** The queue was told by a watcher before this one. */
  reopen(taskQueue: string): void {
    const state = this.#state(taskQueue);
    state.isOpen = true;
    state.noneSinceMs ??= 0;
  }

  /** Takes note of who waits now; returns the queues whose pollers are to be read. */
  toLookAt(waiting: readonly WaitingRuns[], nowMs: number): readonly string[] {
    this.#waiting = new Map(
      waiting.map(({ taskQueue, runs }) => [taskQueue, new Set(runs.map(({ job }) => job))]),
    );
    for (const { taskQueue } of waiting) this.#state(taskQueue);
    for (const [name, { isOpen }] of this.#queues)
      if (!isOpen && !this.#waiting.has(name)) this.#queues.delete(name);
    return [...this.#queues].filter(([, state]) => isToLookAt(state, nowMs)).map(([name]) => name);
  }

  /**
   * Takes note of a look.
   *
   * @param newestPollMs when the youngest poller was last there; `undefined`: there is none
   */
  looked(taskQueue: string, newestPollMs: number | undefined, nowMs: number): QueueNews {
    const state = this.#state(taskQueue);
    const since = state.noneSinceMs;
    state.lookedMs = nowMs;
    state.newestPollMs = Math.max(state.newestPollMs, newestPollMs ?? 0);
    if (newestPollMs !== undefined && newestPollMs > nowMs - ALIVE_MS) {
      state.noneSinceMs = undefined;
      const wasOpen = state.isOpen;
      state.isOpen = false;
      return wasOpen ? 'worker' : undefined;
    }
    if (since === undefined) state.noneSinceMs = nowMs;
    else if (!state.isOpen && nowMs - since >= NOBODY_MS) return 'no_worker';
    return undefined;
  }

  /** It was told that the queue has no worker. */
  told(taskQueue: string): void {
    this.#state(taskQueue).isOpen = true;
  }

  /** When the queue was first found without a worker. */
  noneSinceMs(taskQueue: string): number | undefined {
    return this.#queues.get(taskQueue)?.noneSinceMs;
  }

  /** Whether the run's own troubles may be told: it has begun, or a worker was there after it was due. */
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
    const state: QueueState = { lookedMs: 0, newestPollMs: 0, noneSinceMs: undefined, isOpen: false };
    this.#queues.set(taskQueue, state);
    return state;
  }
}

function isToLookAt({ lookedMs, noneSinceMs, isOpen }: QueueState, nowMs: number): boolean {
  const isInDoubt = isOpen || noneSinceMs !== undefined;
  return nowMs - lookedMs >= (isInDoubt ? DOUBT_LOOK_MS : LOOK_AGAIN_MS);
}
