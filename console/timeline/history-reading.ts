/**
 * What is known while a history is read, and what readers of events do with it. Events are in the order in which they
 * were written, which is not always that of their times: an activity's start is written when it has ended.
 */
import type { StartedAttempt } from './history-activity';
import { type Failure, failureText, type HistoryEvent } from './history-event';
import type { TaskReader } from './history-tasks';
import { firstLine, type Item, newItem } from './item';

/** What ended the run. */
export interface HistoryEnd {
  readonly atMs: number;
  readonly how: 'completed' | 'failed' | 'timed-out' | 'cancelled' | 'terminated' | 'continued';
  readonly failure?: Failure | undefined;
}

export interface Reading {
  readonly run: Item;
  readonly tasks: TaskReader;
  /** What has begun and not ended, by the event that began it. */
  readonly open: Map<number, Item>;
  /** Last attempts of activities, by the event that scheduled the activity. */
  readonly attempts: Map<number, StartedAttempt>;
  readonly byActivityId: Map<string, Item>;
  /** Local activities that will be tried again. */
  readonly localRetries: Map<string, Item>;
  createdMs: number | undefined;
  firstTaskMs: number | undefined;
  end: HistoryEnd | undefined;
}

/** The event that is read. */
export interface At {
  readonly id: number;
  readonly ms: number;
  readonly reading: Reading;
}

/** How each kind of event is read. */
export type EventReaders = {
  readonly [Name in keyof HistoryEvent]?: (attributes: NonNullable<HistoryEvent[Name]>, at: At) => void;
};

/** Something begins with the event. */
export function begin(at: At, kind: Item['kind'], name: string, spanId?: string): Item {
  const { id, ms, reading } = at;
  const item = newItem({ id: `e${id}`, kind, name, startMs: ms, endMs: ms, from: 'history', spanId });
  reading.open.set(id, item);
  reading.run.children.push(item);
  return item;
}

/** What began with the event `id` ends with this one; `undefined` if nothing did. */
export function finish({ ms, reading }: At, id: number, failure?: Failure | null): Item | undefined {
  const item = reading.open.get(id);
  if (!item) return undefined;
  reading.open.delete(id);
  item.endMs = Math.max(item.startMs, ms);
  fail(item, failure);
  return item;
}

/** The item failed, if there is a failure. */
export function fail(item: Item, failure: Failure | null | undefined): void {
  if (!failure) return;
  item.hasError = true;
  item.failure = failure;
  item.errorLine = firstLine(failureText(failure));
}

/** The run does not await anything that has a row of its own. */
export function wake({ ms, reading }: At, by: string): void {
  reading.tasks.woken(ms, by, reading.open.size > 0);
}
