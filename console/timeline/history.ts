/**
 * Converts a history to a tree of items: the run, and below it activities, children, timers, signals, updates
 * and waits. Pure: the caller passes the time. Histories are not trusted: invalid events are ignored.
 */
import { describePending } from './history-activity';
import { CALL_EVENTS } from './history-call-events';
import { eventIdOf, type HistoryEvent, msOf, type PendingActivity, type PendingTask } from './history-event';
import type { CurrentEvent, HistoryEnd, Reading } from './history-reading';
import { RUN_EVENTS } from './history-run-events';
import { TaskReader } from './history-tasks';
import { type Item, newItem } from './item';

/** A history, and the server's description of an open run. */
export interface HistoryInput {
  readonly workflowType: string;
  /** Events in their order. */
  readonly events: readonly HistoryEvent[];
  /** Pending activities of an open run. */
  readonly pendingActivities?: readonly PendingActivity[];
  readonly pendingTask?: PendingTask | null | undefined;
  /** End of items that have not ended, in milliseconds since 1970. */
  readonly nowMs: number;
  /** Whether the history was cut, so that items without an end may have ended. @default false */
  readonly isCut?: boolean;
}

/** What a history shows. */
export interface HistoryRun {
  /** The run, from its due time to its end. */
  readonly run: Item;
  /** Time of the first event, in milliseconds since 1970; a tick, a retry or a delayed start is due later. */
  readonly createdMs: number;
  /** Start of the first workflow task, in milliseconds since 1970; `undefined` if none has started. */
  readonly firstTaskMs: number | undefined;
  readonly end: HistoryEnd | undefined;
}

const READERS = { ...RUN_EVENTS, ...CALL_EVENTS };

/** Reads the tree of a history; `undefined` if the history does not begin with the run's start. */
export function readHistory(input: HistoryInput): HistoryRun | undefined {
  const { workflowType: name, nowMs } = input;
  const run = newItem({ id: 'run', kind: 'run', name, startMs: nowMs, endMs: nowMs, from: 'history' });
  const reading: Reading = {
    run,
    tasks: new TaskReader(run),
    open: new Map(),
    attempts: new Map(),
    byActivityId: new Map(),
    localRetries: new Map(),
    createdMs: undefined,
    firstTaskMs: undefined,
    end: undefined,
  };
  for (const event of input.events) readEvent(event, reading);
  const { createdMs, firstTaskMs, end } = reading;
  if (createdMs === undefined) return undefined;
  conclude(reading, input);
  return { run, createdMs, firstTaskMs, end };
}

function readEvent(event: HistoryEvent, reading: Reading): void {
  const ms = msOf(event.eventTime);
  if (ms === undefined) return;
  const current: CurrentEvent = { id: eventIdOf(event.eventId), ms, reading };
  for (const name of Object.keys(event) as (keyof HistoryEvent)[]) {
    // `EventReaders` checks that each reader fits its attributes.
    const read = READERS[name] as ((attributes: unknown, current: CurrentEvent) => void) | undefined;
    if (read && event[name]) read(event[name], current);
  }
}

/** Ends the run, and the items without an end in the history. */
function conclude(
  reading: Reading,
  { nowMs, pendingActivities = [], pendingTask, isCut }: HistoryInput,
): void {
  const { run, tasks, open, byActivityId, end } = reading;
  run.isOpen = end === undefined && !isCut;
  // A cron that was stopped between two ticks ends before the next one is due.
  run.startMs = Math.min(run.startMs, end?.atMs ?? run.startMs);
  run.endMs = Math.max(run.startMs, end?.atMs ?? nowMs);
  if (run.isOpen) tasks.pending(pendingTask, open.size > 0, nowMs);
  for (const item of open.values()) closeWithRun(item, run, isCut ?? false);
  for (const pending of pendingActivities) {
    const item = byActivityId.get(pending.activityId ?? '');
    if (item?.isOpen) describePending(item, pending, nowMs);
  }
  run.parts = tasks.parts
    .filter(({ endMs }) => endMs > run.startMs)
    .map((part) => ({ ...part, startMs: Math.max(part.startMs, run.startMs) }));
  run.children.push(...tasks.waits);
}

function closeWithRun(item: Item, run: Item, isCut: boolean): void {
  item.endMs = Math.max(item.startMs, run.endMs);
  item.isOpen = run.isOpen;
  if (item.kind === 'activity') item.parts = [{ state: 'waiting', startMs: item.startMs, endMs: item.endMs }];
  if (item.kind === 'timer') item.parts = [{ state: 'sleeping', startMs: item.startMs, endMs: item.endMs }];
  if (!run.isOpen) item.notes.push(isCut ? 'its end was not read' : 'had not ended when the run did');
}
