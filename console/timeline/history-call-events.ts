/**
 * Readers of the events of a workflow's calls: activities, children, timers, local activities, Nexus
 * operations, signals.
 */
import { activityParts } from './history-activity';
import {
  callSpanIdOf,
  durationMsOf,
  eventIdOf,
  type Failure,
  failureText,
  type HistoryEvent,
  localActivityOf,
} from './history-event';
import { begin, type CurrentEvent, type EventReaders, fail, finish } from './history-reading';
import { type Item, newItem } from './item';

type EventId = HistoryEvent['eventId'];

/**
 * A `traceparent` header; its first group is the span id.
 *
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 */
const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-([0-9a-f]{16})-/;

export const CALL_EVENTS: EventReaders = {
  activityTaskScheduledEventAttributes({ activityType, activityId, header }, event) {
    const item = begin(event, 'activity', activityType?.name ?? 'activity', callSpanIdOf(header?.fields));
    event.reading.byActivityId.set(activityId ?? '', item);
  },
  activityTaskStartedEventAttributes({ scheduledEventId, attempt, lastFailure }, { ms, reading }) {
    reading.attempts.set(eventIdOf(scheduledEventId), {
      startedMs: ms,
      attempt: attempt || 1,
      lastFailure: lastFailure ? failureText(lastFailure) : undefined,
    });
  },
  activityTaskCompletedEventAttributes({ scheduledEventId }, event) {
    endActivity(event, scheduledEventId);
  },
  activityTaskFailedEventAttributes({ scheduledEventId, failure }, event) {
    endActivity(event, scheduledEventId, failure ?? {});
  },
  activityTaskTimedOutEventAttributes({ scheduledEventId, failure }, event) {
    endActivity(event, scheduledEventId, failure ?? {});
  },
  activityTaskCanceledEventAttributes({ scheduledEventId }, event) {
    endActivity(event, scheduledEventId, undefined, 'cancelled');
  },

  startChildWorkflowExecutionInitiatedEventAttributes({ workflowType, workflowId, header }, event) {
    const item = begin(event, 'child', workflowType?.name ?? 'child', callSpanIdOf(header?.fields));
    item.notes.push(workflowId ?? '');
  },
  startChildWorkflowExecutionFailedEventAttributes({ initiatedEventId }, event) {
    finishAwaited(event, eventIdOf(initiatedEventId), {
      message: 'a workflow with this id is already running',
    });
  },
  childWorkflowExecutionStartedEventAttributes({ initiatedEventId, workflowExecution }, { reading }) {
    const item = reading.open.get(eventIdOf(initiatedEventId));
    if (item) item.runId = workflowExecution?.runId ?? undefined;
  },
  childWorkflowExecutionCompletedEventAttributes({ initiatedEventId }, event) {
    finishAwaited(event, eventIdOf(initiatedEventId));
  },
  childWorkflowExecutionFailedEventAttributes({ initiatedEventId, failure }, event) {
    finishAwaited(event, eventIdOf(initiatedEventId), failure ?? {});
  },
  childWorkflowExecutionTimedOutEventAttributes({ initiatedEventId }, event) {
    finishAwaited(event, eventIdOf(initiatedEventId), {
      message: 'exceeded its timeout',
      timeoutFailureInfo: {},
    });
  },
  childWorkflowExecutionTerminatedEventAttributes({ initiatedEventId }, event) {
    finishAwaited(event, eventIdOf(initiatedEventId), {
      message: 'was terminated',
      terminatedFailureInfo: {},
    });
  },
  childWorkflowExecutionCanceledEventAttributes({ initiatedEventId }, event) {
    finishAwaited(event, eventIdOf(initiatedEventId))?.notes.push('cancelled');
  },

  timerStartedEventAttributes({ startToFireTimeout }, event) {
    begin(event, 'timer', 'timer').untilMs = event.ms + durationMsOf(startToFireTimeout);
  },
  timerFiredEventAttributes({ startedEventId }, event) {
    endTimer(event, startedEventId);
  },
  timerCanceledEventAttributes({ startedEventId }, event) {
    endTimer(event, startedEventId, 'cancelled');
  },

  markerRecordedEventAttributes: readLocalActivity,

  nexusOperationScheduledEventAttributes({ service, operation, nexusHeader }, event) {
    const span = TRACEPARENT.exec(nexusHeader?.traceparent ?? '')?.[1];
    begin(event, 'nexus', `${service}/${operation}`, span);
  },
  nexusOperationCompletedEventAttributes({ scheduledEventId }, event) {
    finishAwaited(event, eventIdOf(scheduledEventId));
  },
  nexusOperationFailedEventAttributes({ scheduledEventId, failure }, event) {
    finishAwaited(event, eventIdOf(scheduledEventId), failure ?? {});
  },
  nexusOperationTimedOutEventAttributes({ scheduledEventId, failure }, event) {
    finishAwaited(event, eventIdOf(scheduledEventId), failure ?? {});
  },
  nexusOperationCanceledEventAttributes({ scheduledEventId }, event) {
    finishAwaited(event, eventIdOf(scheduledEventId))?.notes.push('cancelled');
  },

  signalExternalWorkflowExecutionInitiatedEventAttributes({ signalName, header }, event) {
    begin(event, 'operation', `signals ${signalName}`, callSpanIdOf(header?.fields));
  },
  signalExternalWorkflowExecutionFailedEventAttributes({ initiatedEventId }, event) {
    finishAwaited(event, eventIdOf(initiatedEventId), { message: 'there is no such workflow' });
  },
  externalWorkflowExecutionSignaledEventAttributes({ initiatedEventId }, event) {
    finishAwaited(event, eventIdOf(initiatedEventId));
  },
};

/** Ends an item that the run awaited. */
function finishAwaited(event: CurrentEvent, id: number, failure?: Failure | null): Item | undefined {
  event.reading.tasks.busy();
  return finish(event, id, failure);
}

function endActivity(event: CurrentEvent, scheduledEventId: EventId, failure?: Failure, note?: string): void {
  const id = eventIdOf(scheduledEventId);
  const attempt = event.reading.attempts.get(id);
  const item = finishAwaited(event, id, failure);
  if (!item) return;
  item.parts = activityParts(item.startMs, attempt, item.endMs, failure !== undefined);
  if (attempt && attempt.attempt > 1) item.notes.push(`attempt ${attempt.attempt}`);
  if (note !== undefined) item.notes.push(note);
}

function endTimer(event: CurrentEvent, startedEventId: EventId, note?: string): void {
  const item = finishAwaited(event, eventIdOf(startedEventId));
  if (!item) return;
  item.parts = [{ state: 'sleeping', startMs: item.startMs, endMs: item.endMs }];
  if (note !== undefined) item.notes.push(note);
}

/**
 * Reads the marker of a local activity: there is one for each attempt before a timer, and one for the last
 * attempt.
 */
function readLocalActivity(
  marker: NonNullable<HistoryEvent['markerRecordedEventAttributes']>,
  { id, reading }: CurrentEvent,
): void {
  const local = localActivityOf(marker);
  if (!local) return;
  const { type: name, scheduledMs: startMs, completedMs, attempt, willRetry } = local;
  const key = `${name} ${startMs}`;
  let item = reading.localRetries.get(key);
  if (!item) {
    const kind = 'local-activity';
    item = newItem({ id: `e${id}`, kind, name, startMs, endMs: startMs, from: 'history' });
    reading.run.children.push(item);
  }
  item.endMs = Math.max(startMs, completedMs);
  if (attempt > 1) item.notes.splice(0, 1, `attempt ${attempt}`);
  if (willRetry) {
    reading.localRetries.set(key, item);
    return;
  }
  reading.localRetries.delete(key);
  if (attempt > 1)
    item.parts = [
      { state: 'retrying', startMs, endMs: item.endMs, text: `${attempt - 1} failed attempts and back-off` },
    ];
  fail(item, marker.failure);
}
