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
import { type At, begin, type EventReaders, fail, finish } from './history-reading';
import { type Item, newItem } from './item';

type EventId = HistoryEvent['eventId'];

/**
 * A `traceparent` header; its first group is the span id.
 *
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 */
const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-([0-9a-f]{16})-/;

export const CALL_EVENTS: EventReaders = {
  activityTaskScheduledEventAttributes({ activityType, activityId, header }, at) {
    const item = begin(at, 'activity', activityType?.name ?? 'activity', callSpanIdOf(header?.fields));
    at.reading.byActivityId.set(activityId ?? '', item);
  },
  activityTaskStartedEventAttributes({ scheduledEventId, attempt, lastFailure }, { ms, reading }) {
    reading.attempts.set(eventIdOf(scheduledEventId), {
      startedMs: ms,
      attempt: attempt || 1,
      lastFailure: lastFailure ? failureText(lastFailure) : undefined,
    });
  },
  activityTaskCompletedEventAttributes({ scheduledEventId }, at) {
    endActivity(at, scheduledEventId);
  },
  activityTaskFailedEventAttributes({ scheduledEventId, failure }, at) {
    endActivity(at, scheduledEventId, failure ?? {});
  },
  activityTaskTimedOutEventAttributes({ scheduledEventId, failure }, at) {
    endActivity(at, scheduledEventId, failure ?? {});
  },
  activityTaskCanceledEventAttributes({ scheduledEventId }, at) {
    endActivity(at, scheduledEventId, undefined, 'cancelled');
  },

  startChildWorkflowExecutionInitiatedEventAttributes({ workflowType, workflowId, header }, at) {
    const item = begin(at, 'child', workflowType?.name ?? 'child', callSpanIdOf(header?.fields));
    item.notes.push(workflowId ?? '');
  },
  startChildWorkflowExecutionFailedEventAttributes({ initiatedEventId }, at) {
    answer(at, eventIdOf(initiatedEventId), { message: 'a workflow with this id is already running' });
  },
  childWorkflowExecutionStartedEventAttributes({ initiatedEventId, workflowExecution }, { reading }) {
    const item = reading.open.get(eventIdOf(initiatedEventId));
    if (item) item.runId = workflowExecution?.runId ?? undefined;
  },
  childWorkflowExecutionCompletedEventAttributes({ initiatedEventId }, at) {
    answer(at, eventIdOf(initiatedEventId));
  },
  childWorkflowExecutionFailedEventAttributes({ initiatedEventId, failure }, at) {
    answer(at, eventIdOf(initiatedEventId), failure ?? {});
  },
  childWorkflowExecutionTimedOutEventAttributes({ initiatedEventId }, at) {
    answer(at, eventIdOf(initiatedEventId), { message: 'exceeded its timeout', timeoutFailureInfo: {} });
  },
  childWorkflowExecutionTerminatedEventAttributes({ initiatedEventId }, at) {
    answer(at, eventIdOf(initiatedEventId), { message: 'was terminated', terminatedFailureInfo: {} });
  },
  childWorkflowExecutionCanceledEventAttributes({ initiatedEventId }, at) {
    answer(at, eventIdOf(initiatedEventId))?.notes.push('cancelled');
  },

  timerStartedEventAttributes({ startToFireTimeout }, at) {
    begin(at, 'timer', 'timer').untilMs = at.ms + durationMsOf(startToFireTimeout);
  },
  timerFiredEventAttributes({ startedEventId }, at) {
    endTimer(at, startedEventId);
  },
  timerCanceledEventAttributes({ startedEventId }, at) {
    endTimer(at, startedEventId, 'cancelled');
  },

  markerRecordedEventAttributes: readLocalActivity,

  nexusOperationScheduledEventAttributes({ service, operation, nexusHeader }, at) {
    const span = TRACEPARENT.exec(nexusHeader?.traceparent ?? '')?.[1];
    begin(at, 'nexus', `${service}/${operation}`, span);
  },
  nexusOperationCompletedEventAttributes({ scheduledEventId }, at) {
    answer(at, eventIdOf(scheduledEventId));
  },
  nexusOperationFailedEventAttributes({ scheduledEventId, failure }, at) {
    answer(at, eventIdOf(scheduledEventId), failure ?? {});
  },
  nexusOperationTimedOutEventAttributes({ scheduledEventId, failure }, at) {
    answer(at, eventIdOf(scheduledEventId), failure ?? {});
  },
  nexusOperationCanceledEventAttributes({ scheduledEventId }, at) {
    answer(at, eventIdOf(scheduledEventId))?.notes.push('cancelled');
  },

  signalExternalWorkflowExecutionInitiatedEventAttributes({ signalName, header }, at) {
    begin(at, 'operation', `signals ${signalName}`, callSpanIdOf(header?.fields));
  },
  signalExternalWorkflowExecutionFailedEventAttributes({ initiatedEventId }, at) {
    answer(at, eventIdOf(initiatedEventId), { message: 'there is no such workflow' });
  },
  externalWorkflowExecutionSignaledEventAttributes({ initiatedEventId }, at) {
    answer(at, eventIdOf(initiatedEventId));
  },
};

/** Ends an item that the run awaited. */
function answer(at: At, id: number, failure?: Failure | null): Item | undefined {
  at.reading.tasks.busy();
  return finish(at, id, failure);
}

function endActivity(at: At, scheduledEventId: EventId, failure?: Failure, note?: string): void {
  const id = eventIdOf(scheduledEventId);
  const attempt = at.reading.attempts.get(id);
  const item = answer(at, id, failure);
  if (!item) return;
  item.parts = activityParts(item.startMs, attempt, item.endMs, failure !== undefined);
  if (attempt && attempt.attempt > 1) item.notes.push(`attempt ${attempt.attempt}`);
  if (note !== undefined) item.notes.push(note);
}

function endTimer(at: At, startedEventId: EventId, note?: string): void {
  const item = answer(at, eventIdOf(startedEventId));
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
  { id, reading }: At,
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
