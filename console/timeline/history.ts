/**
 * Converts a history to a tree of items: the run, and below it activities, children, timers, signals, updates
 * and waits. Pure: the caller passes the time. Histories are not trusted: invalid events are ignored.
 */
import { describePending } from './history-activity';
import { CALL_EVENTS } from './history-call-events';
import {
  eventIdOf,
  type HistoryEvent,
  isEnd,
  msOf,
  type PendingActivity,
  type PendingTask,
} from './history-event';
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
  /**
   * Whether later events are missing, except one that ends the run: items without an end may have ended.
   *
   * @default false
   */
  readonly isCut?: boolean;
  /** Whether the run of a history that was cut is running. @default false */
  readonly isRunning?: boolean;
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
function conclude(reading: Reading, input: HistoryInput): void {
  const { run, tasks, open, byActivityId, end } = reading;
  const { nowMs, pendingActivities = [], pendingTask, isCut = false, isRunning = false } = input;
  run.isOpen = end === undefined && (!isCut || isRunning);
  // A cron that was stopped between two ticks ends before the next one is due.
  run.startMs = Math.min(run.startMs, end?.atMs ?? run.startMs);
  run.endMs = Math.max(run.startMs, end?.atMs ?? nowMs);
  if (run.isOpen && !isCut) tasks.pending(pendingTask, open.size > 0, nowMs);
  const pending = new Map(pendingActivities.map((each) => [byActivityId.get(each.activityId ?? ''), each]));
  const cutMs = isCut ? lastReadMs(input.events) : undefined;
  for (const item of open.values()) {
    const described = pending.get(item);
    if (cutMs !== undefined && !described) closeAtCut(item, cutMs);
    else closeWithRun(item, run);
    if (described && item.isOpen) describePending(item, described, nowMs);
  }
  if (cutMs !== undefined)
    run.marks.push({ atMs: cutMs, text: 'later events were not read', isError: false });
  run.parts = tasks.parts
    .filter(({ endMs }) => endMs > run.startMs)
    .map((part) => ({ ...part, startMs: Math.max(part.startMs, run.startMs) }));
  run.children.push(...tasks.waits);
}

/** Returns the time of the last event before those that were not read. */
function lastReadMs(events: readonly HistoryEvent[]): number | undefined {
  return msOf([...events].reverse().find((event) => !isEnd(event))?.eventTime);
}

function closeWithRun(item: Item, run: Item): void {
  close(item, run.endMs);
  item.isOpen = run.isOpen;
  if (!run.isOpen) item.notes.push('had not ended when the run did');
}

/** Ends an item whose later events were not read: the time that follows is not known to be its own. */
function closeAtCut(item: Item, cutMs: number): void {
  close(item, cutMs);
  item.notes.push('its end was not read');
}

function close(item: Item, endMs: number): void {
  const { startMs } = item;
  item.endMs = Math.max(startMs, endMs);
  if (item.kind === 'activity') item.parts = [{ state: 'waiting', startMs, endMs: item.endMs }];
  if (item.kind === 'timer') item.parts = [{ state: 'sleeping', startMs, endMs: item.endMs }];
}
