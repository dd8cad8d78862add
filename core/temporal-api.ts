/**
 * Values of Temporal's API for which the SDK has no names. Pure.
 */

/** `RetryState` in the event with which a run fails or times out: another attempt follows. */
export const RETRY_IN_PROGRESS = 1;

/** `TaskQueueType` by the kind of tasks. */
export const TASK_QUEUE_TYPES = Object.freeze({ workflow: 1, activity: 2 });

/** The kind of tasks of a task queue. */
export type TaskQueueKind = keyof typeof TASK_QUEUE_TYPES;
