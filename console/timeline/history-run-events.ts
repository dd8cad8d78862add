/**
 * Readers of the events of the run itself: start and end, workflow tasks, signals, updates and cancellation.
 */
import { durationMsOf, eventIdOf, type Failure } from './history-event';
import { type At, begin, type EventReaders, fail, finish, type HistoryEnd, wake } from './history-reading';

export const RUN_EVENTS: EventReaders = {
  workflowExecutionStartedEventAttributes({ firstWorkflowTaskBackoff }, { ms, reading }) {
    if (reading.createdMs !== undefined) return;
    reading.createdMs = ms;
    reading.run.startMs = ms + durationMsOf(firstWorkflowTaskBackoff);
  },

  workflowTaskScheduledEventAttributes(_, at) {
    wake(at, 'a signal or an update');
    at.reading.tasks.scheduled(at.ms);
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

  workflowExecutionSignaledEventAttributes({ signalName, identity }, at) {
    const name = signalName ?? '';
    wake(at, `the signal ${name}`);
    begin(at, 'signal', name).notes.push(`by ${identity || 'an unknown client'}`);
    finish(at, at.id);
  },
  workflowExecutionUpdateAcceptedEventAttributes({ acceptedRequest }, at) {
    begin(at, 'update', acceptedRequest?.input?.name ?? 'update');
  },
  workflowExecutionUpdateCompletedEventAttributes({ acceptedEventId, outcome }, at) {
    finish(at, eventIdOf(acceptedEventId), outcome?.failure);
  },
  workflowExecutionCancelRequestedEventAttributes({ cause }, at) {
    wake(at, 'a cancellation');
    at.reading.run.marks.push({
      atMs: at.ms,
      text: `cancel requested ${cause ?? ''}`.trim(),
      isError: false,
    });
  },

  workflowExecutionCompletedEventAttributes(_, at) {
    end(at, 'completed');
  },
  workflowExecutionFailedEventAttributes({ failure }, at) {
    end(at, 'failed', failure);
  },
  workflowExecutionTimedOutEventAttributes(_, at) {
    end(at, 'timed-out', { message: 'exceeded its timeout', timeoutFailureInfo: {} });
  },
  workflowExecutionCanceledEventAttributes(_, at) {
    end(at, 'cancelled');
  },
  workflowExecutionTerminatedEventAttributes({ reason, identity }, at) {
    const message = [reason, identity && `by ${identity}`].filter(Boolean).join(', ');
    end(at, 'terminated', { message, terminatedFailureInfo: {} });
  },
  workflowExecutionContinuedAsNewEventAttributes({ failure }, at) {
    end(at, failure ? 'failed' : 'continued', failure);
  },
};

function end({ ms, reading }: At, how: HistoryEnd['how'], failure?: Failure | null): void {
  reading.end = { atMs: ms, how, failure: failure ?? undefined };
  fail(reading.run, failure);
}
