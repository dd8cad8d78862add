/**
 * Events of a history as the server sends them, and readers of their members. Imports only types of the SDK.
 * Pure.
 */
import type { temporal } from '@temporalio/proto';
import { readTraceContext } from '../../core/trace-header';
import { isRecord, numberOf, safely, textOf } from '../../core/util/untrusted';

export type HistoryEvent = temporal.api.history.v1.IHistoryEvent;
export type Failure = temporal.api.failure.v1.IFailure;
export type PendingActivity = temporal.api.workflow.v1.IPendingActivityInfo;
export type PendingTask = temporal.api.workflow.v1.IPendingWorkflowTaskInfo;

type Timestamp = HistoryEvent['eventTime'];
type Headers = Parameters<typeof readTraceContext>[0];

/** Converts a time to milliseconds since 1970, with fractions; `undefined` if there is none. */
export function msOf(time: Timestamp): number | undefined {
  if (time?.seconds == null) return undefined;
  return Number(time.seconds) * 1_000 + (time.nanos ?? 0) / 1e6;
}

/** Converts a duration to milliseconds; 0 if there is none. */
export function durationMsOf(duration: Timestamp): number {
  return duration ? Number(duration.seconds ?? 0) * 1_000 + (duration.nanos ?? 0) / 1e6 : 0;
}

/** Converts an event id, 64 bits in the protocol but small in practice, to a number. */
export function eventIdOf(id: HistoryEvent['eventId']): number {
  return Number(id ?? 0);
}

const ENDS = [
  'workflowExecutionCompletedEventAttributes',
  'workflowExecutionFailedEventAttributes',
  'workflowExecutionTimedOutEventAttributes',
  'workflowExecutionCanceledEventAttributes',
  'workflowExecutionTerminatedEventAttributes',
  'workflowExecutionContinuedAsNewEventAttributes',
] as const satisfies (keyof HistoryEvent)[];

/** Whether the event ends its run. */
export function isEnd(event: HistoryEvent | undefined): boolean {
  return ENDS.some((name) => event?.[name]);
}

/** Returns the span id of a call from its header; `undefined` if it has none. Never throws. */
export function callSpanIdOf(headers: Headers): string | undefined {
  return readTraceContext(headers).header?.span?.spanId;
}

/** Returns the innermost failure, which is more specific than "Activity task failed". */
export function rootCause(failure: Failure): Failure {
  let cause = failure;
  while (cause.cause) cause = cause.cause;
  return cause;
}

/** Returns the type of the error. */
export function failureType(failure: Failure): string {
  const { applicationFailureInfo: application, timeoutFailureInfo: timeout } = failure;
  if (application?.type) return application.type;
  if (timeout) return 'TimeoutError';
  if (failure.canceledFailureInfo) return 'CancelledFailure';
  if (failure.terminatedFailureInfo) return 'TerminatedFailure';
  if (failure.activityFailureInfo) return 'ActivityFailure';
  if (failure.childWorkflowExecutionFailureInfo) return 'ChildWorkflowFailure';
  return failure.serverFailureInfo ? 'ServerFailure' : 'Error';
}

/** Returns type and message of the innermost failure, as in `Error: value too long`. */
export function failureText(failure: Failure): string {
  const cause = rootCause(failure);
  return `${failureType(cause)}: ${cause.message ?? ''}`;
}

/** Content of a local activity's marker. */
export interface LocalActivity {
  readonly type: string;
  readonly attempt: number;
  readonly scheduledMs: number;
  readonly completedMs: number;
  /** Whether another attempt follows, after a timer. */
  readonly willRetry: boolean;
}

/** Name of the marker in the SDK's core. */
const LOCAL_ACTIVITY = 'core_local_activity';

/** Reads the marker of a local activity; `undefined` for other and unreadable markers. Never throws. */
export function localActivityOf(
  marker: NonNullable<HistoryEvent['markerRecordedEventAttributes']>,
): LocalActivity | undefined {
  if (marker.markerName !== LOCAL_ACTIVITY) return undefined;
  const data = marker.details?.data?.payloads?.[0]?.data;
  const read: unknown = data && safely(() => JSON.parse(new TextDecoder().decode(data)));
  if (!isRecord(read)) return undefined;
  const scheduledMs = safely(() => msOf(read.original_schedule_time as Timestamp));
  const completedMs = safely(() => msOf(read.complete_time as Timestamp));
  if (scheduledMs === undefined || completedMs === undefined) return undefined;
  return {
    type: textOf(read.activity_type) ?? 'local activity',
    attempt: numberOf(read.attempt) ?? 1,
    scheduledMs,
    completedMs,
    willRetry: isRecord(read.backoff),
  };
}
