/**
 * Reads the pollers of a task queue, when a run waits on it; cached for a few seconds.
 */
import { TASK_QUEUE_TYPES, type TaskQueueKind } from '../../core/temporal-api';
import { BoundedMap } from '../../core/util/bounded-map';
import { msOf } from '../timeline/history-event';
import type { QueuePollers } from '../timeline/waiting';
import type { TemporalCalls } from './calls';

/** How long pollers are cached, in milliseconds. */
const REMEMBERED_MS = 5_000;
const MAX_QUEUES = 1_000;

/** The pollers of a namespace's task queues. */
export class TaskQueues {
  readonly #calls: TemporalCalls;
  readonly #known = new BoundedMap<
    string,
    { readonly atMs: number; readonly pollers: QueuePollers | undefined }
  >(MAX_QUEUES);

  constructor(calls: TemporalCalls) {
    this.#calls = calls;
  }

  /** Returns the pollers; `undefined` if they cannot be read. Never rejects. */
  async pollersOf(kind: TaskQueueKind, taskQueue: string): Promise<QueuePollers | undefined> {
    const key = `${kind} ${taskQueue}`;
    const known = this.#known.get(key);
    if (known && performance.now() - known.atMs < REMEMBERED_MS) return known.pollers;
    const pollers = await this.#read(kind, taskQueue).catch(() => undefined);
    this.#known.set(key, { atMs: performance.now(), pollers });
    return pollers;
  }

  async #read(kind: TaskQueueKind, taskQueue: string): Promise<QueuePollers> {
    const { pollers } = await this.#calls.call((client) =>
      client.workflowService.describeTaskQueue({
        namespace: this.#calls.namespace,
        taskQueue: { name: taskQueue },
        taskQueueType: TASK_QUEUE_TYPES[kind],
      }),
    );
    const seen = (pollers ?? []).flatMap(({ lastAccessTime }) => msOf(lastAccessTime) ?? []);
    return { count: seen.length, lastSeenMs: seen.length > 0 ? Math.max(...seen) : undefined };
  }
}
