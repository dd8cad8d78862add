/**
 * Tells apart why a run's first task is retried: the server may have refused the search attributes that its
 * first try set.
 *
 * Pure. The reason is in the task's history, which a worker cannot read, so it is inferred from the grants of
 * this worker and from the server's times. When in doubt, the attributes were refused: a run that needlessly
 * stays unbound only lacks them, whereas one that is refused again waits until the task times out.
 */

/** A run's permission to bind, by this worker. */
export interface Grant {
  /** Start of the task in which the run was allowed to bind, in milliseconds since the epoch. */
  readonly startedMs: number;
  /** Length of the run's history at that time. */
  readonly events: number;
}

/** A run's first task that is retried, as this worker sees it. All times are the server's. */
export interface RetriedTask {
  /** Start of this try, in milliseconds since the epoch. */
  readonly startedMs: number;
  /** Time at which the run was due, in milliseconds since the epoch: no try started before it. */
  readonly dueMs: number;
  /** Time after its start, in milliseconds, at which a task that no worker has completed is retried. */
  readonly timeoutMs: number;
  /** Current length of the run's history. */
  readonly events: number;
  /** Grant of this worker; `undefined` if another worker has granted it, or none. */
  readonly grant: Grant | undefined;
  /**
   * Whether the run was reset: its history then begins with another run's task, and is longer from the start.
   */
  readonly isReset: boolean;
  /** Whether user code has failed a task of the run on this worker. */
  readonly hasFailed: boolean;
}

/** History events of a retry: task failed, next task scheduled, and started. */
const EVENTS_OF_RETRY = 3;

/** Whether the server may have refused the task's first try for the search attributes that it set. */
export function mayBeRefused(task: RetriedTask): boolean {
  const { startedMs, dueMs, timeoutMs, events, grant, isReset, hasFailed } = task;
  if (hasFailed) return false;
  // A signal that arrived in between made the task stale.
  if (grant && events > grant.events + EVENTS_OF_RETRY) return false;
  // A refused task is retried at once. Later, its worker may have been lost.
  if (startedMs - (grant?.startedMs ?? dueMs) >= timeoutMs) return false;
  // Without a grant of this worker, another one may have granted it. It makes no difference whether this worker has
  // seen the attributes in the namespace since then: they may have been removed afterwards.
  return grant !== undefined || !isReset;
}
