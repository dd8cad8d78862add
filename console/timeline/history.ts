/**
 * A history as a tree of items: the run, and below it its activities, children, timers, signals, updates and waits.
 * Pure: the clock's time is given. Foreign data: an event that is not as expected adds nothing.
 */
import { describePending } from './history-activity';
import { CALL_EVENTS } from './history-call-events';
import { eventIdOf, type HistoryEvent, msOf, type PendingActivity, type PendingTask } from './history-event';
import type { At, HistoryEnd, Reading } from './history-reading';
import { RUN_EVENTS } from './history-run-events';
import { TaskReader } from './history-tasks';
import { type Item, newItem } from './item';

/** A history, and what the server says of a run that goes on. */
export interface HistoryInput {
  readonly workflowType: string;
  /** In their order. */
  readonly events: readonly HistoryEvent[];
  /** Of a run that goes on. */
  readonly pendingActivities?: readonly PendingActivity[];
  readonly pendingTask?: PendingTask | null | undefined;
  /** Time up to which what goes on has lasted. */
  readonly nowMs: number;
  /** The history was cut: what has not ended in it may have ended all the same. @default false */
  readonly isCut?: boolean;
}

export interface HistoryRun {
  /** From when it was due to its end. */
  readonly run: Item;
  /** When the first event was written; the run was due later if it is a tick, an attempt, a delayed start. */
  readonly createdMs: number;
  /** When its first workflow task started; `undefined` if none has. */
  readonly firstTaskMs: number | undefined;
  readonly end: HistoryEnd | undefined;
}

const READERS = { ...RUN_EVENTS, ...CALL_EVENTS };

/** The tree of a history; `undefined` if it does not begin with the run's start. */
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
  const at: At = { id: eventIdOf(event.eventId), ms, reading };
  for (const name of Object.keys(event) as (keyof HistoryEvent)[]) {
    // Which reader goes with which attributes is checked where the table is made.
    const read = READERS[name] as ((attributes: unknown, at: At) => void) | undefined;
    if (read && event[name]) read(event[name], at);
  }
}

/** What has no end in the history goes on with the run, or was left when the run ended. */
function conclude(
  reading: Reading,
  { nowMs, pendingActivities = [], pendingTask, isCut }: HistoryInput,
): void {
  const { run, tasks, open, byActivityId, end } = reading;
  run.isOpen = end === undefined && !isCut;
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
