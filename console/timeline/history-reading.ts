/**
 * The state while a history is read, and the functions by which readers of events change it. Events are in
 * the order in which they were written, not always that of their times: an activity's started event is
 * written when it has ended.
 */
import type { StartedAttempt } from './history-activity';
import { type Failure, failureText, type HistoryEvent } from './history-event';
import type { TaskReader } from './history-tasks';
import { firstLine, type Item, newItem } from './item';

/** How the run ended. */
export interface HistoryEnd {
  readonly atMs: number;
  readonly how: 'completed' | 'failed' | 'timed-out' | 'cancelled' | 'terminated' | 'continued';
  readonly failure?: Failure | undefined;
}

/** The state of a reading. */
export interface Reading {
  readonly run: Item;
  readonly tasks: TaskReader;
  /** Items that have not ended, by the id of the event that began them. */
  readonly open: Map<number, Item>;
  /** Last attempts of activities, by the id of the scheduling event. */
  readonly attempts: Map<number, StartedAttempt>;
  readonly byActivityId: Map<string, Item>;
  /** Local activities that will be retried. */
  readonly localRetries: Map<string, Item>;
  createdMs: number | undefined;
  firstTaskMs: number | undefined;
  end: HistoryEnd | undefined;
}

/** The event that is being read. */
export interface CurrentEvent {
  readonly id: number;
  readonly ms: number;
  readonly reading: Reading;
}

/** Readers by kind of event. */
export type EventReaders = {
  readonly [Name in keyof HistoryEvent]?: (
    attributes: NonNullable<HistoryEvent[Name]>,
    event: CurrentEvent,
  ) => void;
};

/** Begins an item with the current event. */
export function begin(event: CurrentEvent, kind: Item['kind'], name: string, spanId?: string): Item {
  const { id, ms, reading } = event;
  const item = newItem({ id: `e${id}`, kind, name, startMs: ms, endMs: ms, from: 'history', spanId });
  reading.open.set(id, item);
  reading.run.children.push(item);
  return item;
}

/** Ends the item that began with the event `id`; returns `undefined` if there is none. */
export function finish(
  { ms, reading }: CurrentEvent,
  id: number,
  failure?: Failure | null,
): Item | undefined {
  const item = reading.open.get(id);
  if (!item) return undefined;
  reading.open.delete(id);
  item.endMs = Math.max(item.startMs, ms);
  fail(item, failure);
  return item;
}

/** Marks the item as failed, if there is a failure. */
export function fail(item: Item, failure: Failure | null | undefined): void {
  if (!failure) return;
  item.hasError = true;
  item.failure = failure;
  item.errorLine = firstLine(failureText(failure));
}

/** Ends a wait of the run for something without a row of its own. */
export function wake({ ms, reading }: CurrentEvent, by: string): void {
  reading.tasks.woken(ms, by, reading.open.size > 0);
}
