/**
 * Reads the workflow tasks of a history: when the run waited for a worker, when tasks failed, and when it
 * waited for something without a row of its own. Pure.
 */
import { plural } from './durations';
import { type Failure, failureText, msOf, type PendingTask } from './history-event';
import { firstLine, type Item, newItem, type Part } from './item';

/** Shorter waits are not shown, in milliseconds. */
const MIN_WAIT_MS = 1;

/** Takes the events of workflow tasks in order, and collects what they mean. */
export class TaskReader {
  readonly parts: Part[] = [];
  readonly waits: Item[] = [];
  readonly #run: Item;
  #scheduledMs: number | undefined;
  #startedMs: number | undefined;
  /** Time at which the first of the failing tasks was scheduled. */
  #failingSinceMs: number | undefined;
  #failures = 0;
  #lastFailure = '';
  /** Time at which the workflow completed its last task and became idle. */
  #quietSinceMs: number | undefined;

  constructor(run: Item) {
    this.#run = run;
  }

  scheduled(ms: number): void {
    this.#scheduledMs = ms;
    this.#startedMs = undefined;
  }

  started(ms: number): void {
    this.#startedMs = ms;
    if (this.#scheduledMs === undefined || this.#failingSinceMs !== undefined) return;
    if (ms > this.#scheduledMs) this.parts.push({ state: 'waiting', startMs: this.#scheduledMs, endMs: ms });
  }

  completed(ms: number): void {
    const succeededMs = this.#startedMs ?? ms;
    if (this.#failingSinceMs !== undefined) this.#pushFailing(succeededMs);
    this.#scheduledMs = undefined;
    this.#quietSinceMs = ms;
  }

  failed(ms: number, failure: Failure | null | undefined): void {
    const text = failure ? failureText(failure) : 'it timed out';
    this.#failingSinceMs ??= this.#scheduledMs ?? ms;
    this.#failures++;
    this.#lastFailure = firstLine(text);
    this.#run.marks.push({ atMs: ms, text: `workflow task failed: ${this.#lastFailure}`, isError: true });
    this.#scheduledMs = undefined;
  }

  /** Records an event from outside; if nothing with a row was awaited, the time before it was a wait. */
  woken(ms: number, by: string, isAwaiting: boolean): void {
    const since = this.#quietSinceMs;
    if (since === undefined) return;
    this.#quietSinceMs = undefined;
    // A worker with a long local activity takes one task after the other, with no wait between them.
    if (!isAwaiting && ms - since >= MIN_WAIT_MS)
      this.waits.push(waitItem(`w${this.waits.length}`, `waits for ${by}`, since, ms));
  }

  /** Records that an item with a row of its own was awaited. */
  busy(): void {
    this.#quietSinceMs = undefined;
  }

  /** Adds the current state of an open run. */
  pending(pending: PendingTask | null | undefined, isAwaiting: boolean, nowMs: number): void {
    const sinceMs = this.#failingSinceMs ?? msOf(pending?.originalScheduledTime) ?? this.#scheduledMs;
    if (this.#failingSinceMs !== undefined) {
      this.#failures = Math.max(this.#failures, (pending?.attempt ?? 1) - 1);
      this.#pushFailing(nowMs);
    } else if (pending && sinceMs !== undefined && msOf(pending.startedTime) === undefined)
      this.parts.push({ state: 'waiting', startMs: sinceMs, endMs: nowMs });
    else if (!pending && !isAwaiting && this.#quietSinceMs !== undefined && this.#scheduledMs === undefined) {
      const wait = waitItem(
        'w-open',
        'waits for a signal, an update or a condition',
        this.#quietSinceMs,
        nowMs,
      );
      this.waits.push({ ...wait, isOpen: true });
    }
  }

  #pushFailing(endMs: number): void {
    const startMs = this.#failingSinceMs ?? endMs;
    const text = `${plural(this.#failures, 'failed workflow task')}: ${this.#lastFailure}`;
    this.parts.push({ state: 'retrying', startMs, endMs, text });
    this.#failingSinceMs = undefined;
    this.#failures = 0;
  }
}

function waitItem(id: string, name: string, startMs: number, endMs: number): Item {
  return newItem({
    id,
    kind: 'wait',
    name,
    startMs,
    endMs,
    from: 'history',
    parts: [{ state: 'sleeping', startMs, endMs }],
  });
}
