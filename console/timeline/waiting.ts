/**
 * Explains why a running run makes no progress. Pure.
 */
import { POLLER_ALIVE_MS } from '../../alerts/watch/queues';
import type { TaskQueueKind } from '../../core/temporal-api';
import type { WaitReason } from '../types';
import { durationText, plural } from './durations';
import { isStartedState } from './history-activity';
import {
  eventIdOf,
  failureText,
  type HistoryEvent,
  msOf,
  type PendingActivity,
  type PendingTask,
} from './history-event';
import { firstLine, type Item } from './item';

/** Most reasons. */
const MAX_REASONS = 20;
/** Shorter waits are not reported, in milliseconds. */
const MIN_WAIT_MS = 1_000;

/** Pollers of a task queue. */
export interface QueuePollers {
  readonly count: number;
  /** Time of the latest poll, in milliseconds since 1970; `undefined` if no poller is listed. */
  readonly lastSeenMs: number | undefined;
}

export interface WaitingInput {
  /** The run's tree from the history. */
  readonly run: Item;
  readonly events: readonly HistoryEvent[];
  /** Whether later events were not read, so that what the run awaits may be unknown. */
  readonly isCut: boolean;
  readonly pendingActivities: readonly PendingActivity[];
  readonly pendingTask: PendingTask | null | undefined;
  readonly taskQueue: string;
  /** Due time of the run, in milliseconds since 1970. */
  readonly dueMs: number;
  /** Returns the pollers of a task queue; `undefined` if they are not known. */
  readonly pollersOf: (kind: TaskQueueKind, taskQueue: string) => QueuePollers | undefined;
  readonly nowMs: number;
}

/** Returns the task queues on which the run currently waits for a worker. */
export function queuesToRead({
  events,
  pendingActivities,
  pendingTask,
  taskQueue,
}: Pick<WaitingInput, 'events' | 'pendingActivities' | 'pendingTask' | 'taskQueue'>): (readonly [
  kind: TaskQueueKind,
  name: string,
])[] {
  const queues = new Map<string, readonly [kind: TaskQueueKind, name: string]>();
  if (pendingTask && msOf(pendingTask.startedTime) === undefined)
    queues.set(`workflow ${taskQueue}`, ['workflow', taskQueue]);
  const scheduled = scheduledActivities(events);
  for (const pending of pendingActivities) {
    const queue = scheduled.get(pending.activityId ?? '')?.taskQueue;
    if (queue !== undefined && isWaitingFirst(pending)) queues.set(`activity ${queue}`, ['activity', queue]);
  }
  return [...queues.values()].slice(0, MAX_REASONS);
}

/** Returns the reasons, the most important first. */
export function waitReasons(input: WaitingInput): WaitReason[] {
  const { dueMs, nowMs } = input;
  if (dueMs > nowMs)
    return [
      {
        kind: 'start',
        text: `It starts at ${new Date(dueMs).toISOString()}, in ${durationText(dueMs - nowMs)}.`,
        untilAt: dueMs,
      },
    ];
  const reasons = [...taskReasons(input), ...activityReasons(input), ...openReasons(input)];
  if (reasons.length === 0 && !input.pendingTask && !input.isCut)
    reasons.push({
      kind: 'signal',
      text: 'It waits for a signal, an update or a condition: nothing else is pending.',
    });
  return reasons.sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind)).slice(0, MAX_REASONS);
}

const ORDER: readonly WaitReason['kind'][] = [
  'start',
  'no-worker',
  'slots',
  'back-off',
  'working',
  'nexus',
  'child',
  'timer',
  'signal',
];

function taskReasons(input: WaitingInput): WaitReason[] {
  const { pendingTask, nowMs, taskQueue, events } = input;
  if (!pendingTask) return [];
  const attempt = pendingTask.attempt ?? 1;
  if (attempt > 1) {
    const failed = [...events].reverse().find((event) => event.workflowTaskFailedEventAttributes);
    const failure = failed?.workflowTaskFailedEventAttributes?.failure;
    const why = failure ? `: ${firstLine(failureText(failure))}` : '';
    const text = `Its workflow task fails and is being retried, attempt ${attempt}${why}`;
    return [{ kind: 'back-off', text }];
  }
  const sinceAt = msOf(pendingTask.originalScheduledTime) ?? msOf(pendingTask.scheduledTime);
  if (sinceAt === undefined || msOf(pendingTask.startedTime) !== undefined) return [];
  return waitsForWorker(input, 'workflow', taskQueue, 'It', sinceAt, nowMs);
}

function waitsForWorker(
  { pollersOf }: WaitingInput,
  kind: TaskQueueKind,
  taskQueue: string,
  what: string,
  sinceAt: number,
  nowMs: number,
  row?: string,
): WaitReason[] {
  if (nowMs - sinceAt < MIN_WAIT_MS) return [];
  const waited = durationText(nowMs - sinceAt);
  const pollers = pollersOf(kind, taskQueue);
  const isAlive = pollers?.lastSeenMs !== undefined && nowMs - pollers.lastSeenMs < POLLER_ALIVE_MS;
  const place = `task queue ${taskQueue}`;
  const common = { sinceAt, ...(row !== undefined && { row }) };
  if (pollers && !isAlive)
    return [
      {
        kind: 'no-worker',
        text: `${what} has waited ${waited} for a worker: none polls ${place} for ${kind === 'workflow' ? 'workflows' : 'activities'}.`,
        ...common,
      },
    ];
  const who = pollers
    ? `${plural(pollers.count, 'worker')} poll${pollers.count === 1 ? 's' : ''} ${place}`
    : place;
  return [
    {
      kind: 'slots',
      text: `${what} has waited ${waited} for a worker: ${who}, and all slots seem to be busy.`,
      ...common,
    },
  ];
}

function activityReasons(input: WaitingInput): WaitReason[] {
  const scheduled = scheduledActivities(input.events);
  return input.pendingActivities.flatMap((pending) => {
    const found = scheduled.get(pending.activityId ?? '');
    return activityReason(input, pending, found?.taskQueue ?? input.taskQueue, found?.row);
  });
}

function activityReason(
  input: WaitingInput,
  pending: PendingActivity,
  taskQueue: string,
  row: string | undefined,
): WaitReason[] {
  const { nowMs } = input;
  const name = pending.activityType?.name ?? 'activity';
  const attempt = pending.attempt ?? 1;
  const at = row === undefined ? {} : { row };
  const error = pending.lastFailure ? `: ${firstLine(failureText(pending.lastFailure))}` : '';
  if (isStartedState(pending)) {
    const sinceAt = msOf(pending.lastStartedTime) ?? nowMs;
    const heartbeat = msOf(pending.lastHeartbeatTime);
    const alive =
      heartbeat !== undefined && heartbeat > sinceAt
        ? `, last heartbeat ${durationText(nowMs - heartbeat)} ago`
        : '';
    const again = attempt > 1 ? `, attempt ${attempt} (before${error})` : '';
    return [
      {
        kind: 'working',
        text: `${name} has been running for ${durationText(nowMs - sinceAt)}${again}${alive}.`,
        sinceAt,
        ...at,
      },
    ];
  }
  if (pending.paused) return [{ kind: 'back-off', text: `${name} is paused.`, ...at }];
  if (attempt > 1) {
    const untilAt = msOf(pending.nextAttemptScheduleTime) ?? msOf(pending.scheduledTime);
    const next = untilAt !== undefined && untilAt > nowMs ? `in ${durationText(untilAt - nowMs)}` : 'now';
    const failed = plural(attempt - 1, 'time');
    return [
      {
        kind: 'back-off',
        text: `${name} has failed ${failed}, next attempt ${next}${error}`,
        ...at,
        ...(untilAt !== undefined && { untilAt }),
      },
    ];
  }
  const sinceAt = msOf(pending.scheduledTime) ?? nowMs;
  return waitsForWorker(input, 'activity', taskQueue, name, sinceAt, nowMs, row);
}

/** Returns the reasons for open timers, children and Nexus operations. */
function openReasons({ run, nowMs }: WaitingInput): WaitReason[] {
  return run.children.flatMap((item): WaitReason[] => {
    if (!item.isOpen) return [];
    const { id: row, name, startMs: sinceAt, untilMs } = item;
    const since = durationText(nowMs - sinceAt);
    if (item.kind === 'timer') {
      const text =
        untilMs === undefined
          ? `A timer has been running for ${since}.`
          : `A timer ends in ${durationText(Math.max(0, untilMs - nowMs))}.`;
      return [{ kind: 'timer', text, row, sinceAt, ...(untilMs !== undefined && { untilAt: untilMs }) }];
    }
    if (item.kind === 'child')
      return [{ kind: 'child', text: `The child ${name} has been running for ${since}.`, row, sinceAt }];
    if (item.kind !== 'nexus') return [];
    return [
      { kind: 'nexus', text: `The Nexus operation ${name} has been running for ${since}.`, row, sinceAt },
    ];
  });
}

function scheduledActivities(
  events: readonly HistoryEvent[],
): Map<string, { readonly taskQueue: string | undefined; readonly row: string }> {
  return new Map(
    events.flatMap((event) => {
      const scheduled = event.activityTaskScheduledEventAttributes;
      if (!scheduled) return [];
      const row = `e${eventIdOf(event.eventId)}`;
      return [
        [scheduled.activityId ?? '', { taskQueue: scheduled.taskQueue?.name ?? undefined, row }] as const,
      ];
    }),
  );
}

function isWaitingFirst(pending: PendingActivity): boolean {
  return !isStartedState(pending) && (pending.attempt ?? 1) <= 1;
}
