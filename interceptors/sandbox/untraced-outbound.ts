/**
 * Calls that an untraced run makes. They carry no trace, only what the receiver cannot determine: that it is a
 * top-level run, or its job, so that all activities of an untraced run get the same decision as the
 * run (`interceptors/untraced-activity.ts`).
 *
 * Sandbox code: every method calls `next` synchronously and returns the same promise. Most runs add nothing.
 */
import type { Headers } from '@temporalio/common';
import type { WorkflowInfo, WorkflowOutboundCallsInterceptor } from '@temporalio/workflow';
import { childKindOf } from '../../core/child-kind';
import type { JobOrigin } from '../../core/job-info';
import { nonEmpty, standingMetadata } from '../../core/job-metadata';
import type { RunKind } from '../../core/run-kind';
import { type TopLevelHeader, type TraceHeader, withHeader, writeHeader } from '../../core/trace-header';
import { rootSpanIdOfRun, traceIdOfRun } from '../../core/trace-id';
import { defined } from '../../core/util/defined';
import { safely } from '../../core/util/untrusted';
import type { Allowance } from './allowance';
import type { UntracedCalls } from './run';

/**
 * Returns the headers for an untraced run's calls.
 *
 * @param inheritsUnsampled whether the run inherits the decision of a run, or a caller, that is not sampled
 */
export function untracedCalls(
  info: WorkflowInfo,
  kind: RunKind,
  origin: JobOrigin,
  inheritsUnsampled: boolean,
): UntracedCalls {
  const { jobName: job, jobRunId, trigger, metadata } = origin;
  const isTop = kind.kind === 'top';
  const traceId = isTop ? kind.traceId : traceIdOfRun(jobRunId);
  const isKnown = job === info.workflowType && traceId === traceIdOfRun(info.runId);
  const jobHeader = { kind: 'child', job, runId: jobRunId, trigger, facts: nonEmpty(metadata) } as const;
  const span = { traceId, spanId: rootSpanIdOfRun(info.runId), sampled: false };
  if (inheritsUnsampled) return { activity: { span }, child: { span, jobHeader }, continuation: undefined };
  return {
    activity: isKnown ? undefined : { jobHeader: { kind: 'untraced', job, traceId } },
    child: { jobHeader },
    continuation: isTop ? undefined : { jobHeader },
  };
}

/**
 * Returns the outbound interceptor of an untraced run.
 *
 * @param calls headers of its calls; `undefined` for the package's own workflows, and until the run is known
 */
export function untracedOutbound(
  allowance: Allowance,
  calls?: UntracedCalls,
): WorkflowOutboundCallsInterceptor {
  /** Returns the input with the header, unless the task has so many calls that the server might refuse it. */
  function withTrace<Input extends { readonly headers: Headers }>(
    input: Input,
    header: TraceHeader | undefined,
    isNeeded = false,
  ): Input {
    const traced = safely(() => {
      if (!header || allowance.load(isNeeded) === 'none') return input;
      const payload = writeHeader(header);
      allowance.add(payload.data?.length ?? 0);
      return withHeader(input, payload);
    });
    return traced ?? input;
  }

  return {
    startChildWorkflowExecution(input, next) {
      const kind = safely(() => childKindOf(input.options));
      if (kind?.kind === 'top')
        return next(withTrace(input, { jobHeader: topLevelHeader(kind, calls) }, true));
      // A cron tick is a top-level run, whatever its parent is.
      return next(withTrace(input, input.options.cronSchedule ? undefined : calls?.child));
    },
    ...(calls?.activity && {
      scheduleActivity: (input, next) => next(withTrace(input, calls.activity)),
      scheduleLocalActivity: (input, next) => next(withTrace(input, calls.activity)),
    }),
    ...(calls?.continuation && {
      continueAsNew: (input, next) => next(withTrace(input, calls.continuation)),
    }),
  };
}

/** Returns the job header of a child that is a top-level run, with the metadata of the whole job. */
function topLevelHeader(kind: TopLevelHeader, calls: UntracedCalls | undefined): TopLevelHeader {
  const facts = safely(() => nonEmpty(standingMetadata(calls?.child.jobHeader?.facts ?? {})));
  return { ...defined({ facts }), ...kind };
}
