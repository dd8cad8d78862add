/**
 * Converts the sandbox's reports of runs and failed calls to OpenTelemetry attributes, status and exception
 * events.
 *
 * Host code, so that it costs the sandbox no size and no time. Pure.
 */
import { SpanStatusCode } from '@opentelemetry/api';
import { defaultPayloadConverter, type PayloadConverter } from '@temporalio/common';
import type { WorkflowInfo } from '@temporalio/workflow';
import { cut } from '../core/attribute-limits';
import { dueMsOf } from '../core/due-time';
import type { JobOrigin } from '../core/job-info';
import { BENIGN, type Failure, type JobResult, type RunEnd } from '../core/run-end';
import type { Attributes, SpanRecord } from '../core/span-record';
import { defined } from '../core/util/defined';
import { textOfFailure } from './failure-text';

/** Returns a run's result as a value of `cicd.pipeline.result`; `undefined` if it continued as new. */
export function resultOf({ result, failure }: RunEnd): JobResult | undefined {
  return failure && rootCause(failure).timeoutFailureInfo ? 'timeout' : result;
}

/**
 * Returns the root span of a run that ended, with its attributes and status; those set by user code are kept.
 */
export function describeRun(
  root: SpanRecord,
  info: WorkflowInfo,
  end: RunEnd,
  converter: PayloadConverter = defaultPayloadConverter,
): SpanRecord {
  const { origin, result, failure } = end;
  const attributes = {
    ...describeBeginning(origin, info),
    ...defined({
      'job.sampling.reason': end.reason,
      // From the moment the run was due to its first workflow task.
      'job.queue_time_ms': Math.max(0, end.startMs - dueMsOf(info)),
    }),
    ...root.attributes,
    ...defined({ 'job.result': resultOf(end), ...(failure && failingCall(failure)) }),
  };
  const described = { ...root, attributes };
  if (failure)
    return failed(described, failure, failure.applicationFailureInfo?.category === BENIGN, converter);
  return result === 'success' ? { ...described, statusCode: SpanStatusCode.OK } : described;
}

/**
 * Returns a span with the failure of its call; a cancellation and an already started child are not errors.
 */
export function describeCall(
  span: SpanRecord,
  converter: PayloadConverter = defaultPayloadConverter,
): SpanRecord {
  const { failure } = span;
  if (!failure) return span;
  const { applicationFailureInfo: application, canceledFailureInfo } = rootCause(failure);
  const isExpected =
    application?.category === BENIGN ||
    application?.type === 'WorkflowExecutionAlreadyStartedError' ||
    canceledFailureInfo != null;
  return failed(span, failure, isExpected, converter);
}

/** Returns the attributes that are known when a run starts, for its root and for `RunStarted`. */
export function describeBeginning(origin: JobOrigin, info: WorkflowInfo): Attributes {
  const { trigger, metadata, shard } = origin;
  const { scheduledMs, reason, startedBy, lane, loadtest } = metadata;
  return defined({
    'job.name': origin.jobName,
    'job.run.id': origin.jobRunId,
    'job.trigger': trigger,
    'job.attempt': info.attempt,
    'temporal.namespace': info.namespace,
    temporalWorkflowId: info.workflowId,
    run_id: info.runId,
    'faas.cron': info.cronSchedule || undefined,
    'faas.trigger': trigger === 'cron' || trigger === 'schedule' ? 'timer' : undefined,
    'faas.time': scheduledMs === undefined ? undefined : new Date(scheduledMs).toISOString(),
    'job.reason': reason,
    'job.started_by': startedBy,
    'traffic.lane': lane,
    'traffic.loadtest': loadtest,
    'job.shard.index': shard?.index,
    'job.shard.count': shard?.count,
    'job.shard.label': shard?.label,
  });
}

/** Returns the activity or child whose failure failed the run. */
function failingCall({
  activityFailureInfo: activity,
  childWorkflowExecutionFailureInfo: child,
}: Failure): Attributes {
  return defined({
    'job.failed.activity': activity ? (activity.activityType?.name ?? '') : undefined,
    'job.failed.child': child ? (child.workflowType?.name ?? '') : undefined,
    'job.failed.child.id': child ? (child.workflowExecution?.workflowId ?? '') : undefined,
  });
}

/**
 * Returns the span with the failure's innermost cause, since its own message may only be "Activity task failed".
 *
 * @param isExpected whether the failure is not an error: then only its type is added
 */
function failed(
  span: SpanRecord,
  failure: Failure,
  isExpected: boolean,
  converter: PayloadConverter,
): SpanRecord {
  const cause = rootCause(failure);
  const type = typeOf(cause);
  const attributes = { ...span.attributes, 'error.type': type };
  if (isExpected) return { ...span, attributes };
  const text = textOfFailure(cause, converter);
  const message = cut(text.message ?? failure.message ?? '');
  const exception = {
    name: 'exception',
    timeMs: span.endMs,
    attributes: defined({
      'exception.type': type,
      'exception.message': message,
      'exception.stacktrace': text.stackTrace && cut(text.stackTrace),
    }),
  };
  const status = { statusCode: SpanStatusCode.ERROR, statusMessage: message };
  const isOk = span.statusCode === SpanStatusCode.OK;
  return { ...span, ...(isOk ? {} : status), attributes, events: [...span.events, exception] };
}

/** Returns the innermost cause of a failure. */
function rootCause(failure: Failure): Failure {
  let cause = failure;
  while (cause.cause) cause = cause.cause;
  return cause;
}

/** Returns the value of `error.type` and `exception.type`. */
function typeOf({ applicationFailureInfo, timeoutFailureInfo, canceledFailureInfo }: Failure): string {
  if (applicationFailureInfo?.type) return applicationFailureInfo.type;
  if (canceledFailureInfo) return 'CancelledFailure';
  return timeoutFailureInfo ? 'TimeoutError' : 'Error';
}
