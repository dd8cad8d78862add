/**
 * Whether the server may have refused a run's first task for what it bound, when the task is tried again.
 *
 * Pure. The task's history has the reason and is not shown to a worker: so by what this worker knows, and by the time.
 */

/** What a worker was told of a run when it granted that it binds. */
export interface Grant {
  readonly atMs: number;
  /** Events of the run's history then. */
  readonly events: number;
}

export interface RetriedTask {
  readonly nowMs: number;
  /** When the run was due. */
  readonly dueMs: number;
  /** Events of the run's history now. */
  readonly events: number;
  /** `undefined`: by another worker, if at all. */
  readonly grant: Grant | undefined;
  /** The run was reset: its history begins with a task that another run had, so it is longer from the first. */
  readonly isReset: boolean;
  /** User code has failed a task of the run on this worker. */
  readonly hasFailed: boolean;
  /** When this worker looked at the namespace's attributes last. */
  readonly lookedAtMs: number;
}

/** The server tries a task again at once when it was refused; after a time-out, it is later than this. */
const AT_ONCE_MS = 3_000;
/** A task that failed, and the next one, scheduled and started. */
const EVENTS_OF_RETRY = 3;

export function mayBeRefused(task: RetriedTask): boolean {
  const { nowMs, dueMs, events, grant, isReset, hasFailed, lookedAtMs } = task;
  if (hasFailed) return false;
  // A signal that came in between made the task stale.
  if (grant && events > grant.events + EVENTS_OF_RETRY) return false;
  if (nowMs - (grant?.atMs ?? dueMs) >= AT_ONCE_MS) return false;
  if (grant) return true;
  // All was right after the task that another worker answered, if one did.
  return !isReset && lookedAtMs <= dueMs;
}
