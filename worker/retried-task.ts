/**
 * Tells apart why a run's first task is retried: the server may have refused the search attributes that its
 * first try set.
 *
 * Pure. The reason is in the task's history, which a worker cannot read, so it is inferred from the grants of
 * this worker and from the time.
 */

/** A run's permission to bind, by this worker. */
export interface Grant {
  /** Time of the permission, in milliseconds since the epoch. */
  readonly atMs: number;
  /** Length of the run's history at that time. */
  readonly events: number;
}

/** A run's first task that is retried, as this worker sees it. */
export interface RetriedTask {
  /** Current time, in milliseconds since the epoch. */
  readonly nowMs: number;
  /** Time at which the run was due, in milliseconds since the epoch. */
  readonly dueMs: number;
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
  /** Time of this worker's last check of the namespace's attributes, in milliseconds since the epoch. */
  readonly checkedAtMs: number;
}

/** The server retries a refused task within this time, in milliseconds; after a timeout, later. */
const RETRY_MS = 3_000;
/** History events of a retry: task failed, next task scheduled, and started. */
const EVENTS_OF_RETRY = 3;

/** Whether the server may have refused the task's first try for the search attributes that it set. */
export function mayBeRefused(task: RetriedTask): boolean {
  const { nowMs, dueMs, events, grant, isReset, hasFailed, checkedAtMs } = task;
  if (hasFailed) return false;
  // A signal that arrived in between made the task stale.
  if (grant && events > grant.events + EVENTS_OF_RETRY) return false;
  if (nowMs - (grant?.atMs ?? dueMs) >= RETRY_MS) return false;
  if (grant) return true;
  // The attributes were right after the task that another worker may have completed.
  return !isReset && checkedAtMs <= dueMs;
}
