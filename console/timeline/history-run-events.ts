/**
 * Readers of the events of the run itself: start and end, workflow tasks, signals, updates and cancellation.
 */
import { durationMsOf, eventIdOf, type Failure } from './history-event';
import {
  begin,
  type CurrentEvent,
  type EventReaders,
  fail,
  finish,
  type HistoryEnd,
  wake,
} from './history-reading';

export const RUN_EVENTS: EventReaders = {
  workflowExecutionStartedEventAttributes({ firstWorkflowTaskBackoff }, { ms, reading }) {
    if (reading.createdMs !== undefined) return;
    reading.createdMs = ms;
    reading.run.startMs = ms + durationMsOf(firstWorkflowTaskBackoff);
  },

  workflowTaskScheduledEventAttributes(_, event) {
    wake(event, 'a signal or an update');
    event.reading.tasks.scheduled(event.ms);
  },
  workflowTaskStartedEventAttributes(_, { ms, reading }) {
    reading.firstTaskMs ??= ms;
    reading.tasks.started(ms);
  },
  workflowTaskCompletedEventAttributes(_, { ms, reading }) {
    reading.tasks.completed(ms);
  },
  workflowTaskFailedEventAttributes({ failure }, { ms, reading }) {
    reading.tasks.failed(ms, failure);
  },
  workflowTaskTimedOutEventAttributes(_, { ms, reading }) {
    reading.tasks.failed(ms, undefined);
  },

  workflowExecutionSignaledEventAttributes({ signalName, identity }, event) {
    const name = signalName ?? '';
    wake(event, `the signal ${name}`);
    begin(event, 'signal', name).notes.push(`by ${identity || 'an unknown client'}`);
    finish(event, event.id);
  },
  workflowExecutionUpdateAcceptedEventAttributes({ acceptedRequest }, event) {
    begin(event, 'update', acceptedRequest?.input?.name ?? 'update');
  },
  workflowExecutionUpdateCompletedEventAttributes({ acceptedEventId, outcome }, event) {
    finish(event, eventIdOf(acceptedEventId), outcome?.failure);
  },
  workflowExecutionCancelRequestedEventAttributes({ cause }, event) {
    wake(event, 'a cancellation');
    event.reading.run.marks.push({
      atMs: event.ms,
      text: `cancel requested ${cause ?? ''}`.trim(),
      isError: false,
    });
  },

  workflowExecutionCompletedEventAttributes(_, event) {
    end(event, 'completed');
  },
  workflowExecutionFailedEventAttributes({ failure }, event) {
    end(event, 'failed', failure);
  },
  workflowExecutionTimedOutEventAttributes(_, event) {
    end(event, 'timed-out', { message: 'exceeded its timeout', timeoutFailureInfo: {} });
  },
  workflowExecutionCanceledEventAttributes(_, event) {
    end(event, 'cancelled');
  },
  workflowExecutionTerminatedEventAttributes({ reason, identity }, event) {
    const message = [reason, identity && `by ${identity}`].filter(Boolean).join(', ');
    end(event, 'terminated', { message, terminatedFailureInfo: {} });
  },
  workflowExecutionContinuedAsNewEventAttributes({ failure }, event) {
    end(event, failure ? 'failed' : 'continued', failure);
  },
};

function end({ ms, reading }: CurrentEvent, how: HistoryEnd['how'], failure?: Failure | null): void {
  reading.end = { atMs: ms, how, failure: failure ?? undefined };
  fail(reading.run, failure);
}
