/**
 * The trace of an activity without a trace header: of a workflow that was started without the plugin or runs
 * on workers without it, or of no workflow at all.
 *
 * Host code; pure, never throws. All such activities of a run are in one trace, whose id is derived from the
 * run id, and all workers decide alike: by the trace id and the rule's ratio, never by the state of one
 * worker. The activities of a run that the policy did not sample (`bind: 'sampled'`) have no header either
 * and must not be sampled: the same ratio and trace id decide, and under a rule with a cap, which may have
 * excluded any run, no such activity is sampled.
 */
import type { Info } from '@temporalio/activity';
import type { Headers } from '@temporalio/common';
import { isOwnActivity } from '../core/own-activities';
import { toKeyword } from '../core/server-limits';
import { readHeader } from '../core/trace-header';
import { isTraceId, rootSpanIdOfRun, traceIdOfRun } from '../core/trace-id';
import type { SpanRef } from '../core/traceparent';
import { ruleFor } from '../sampling/match';
import type { SamplingPolicy } from '../sampling/policy';
import { isSampled, traceStateOfRatio } from '../sampling/ratio';

/**
 * Returns the parent of the activity's span, the root that its run would have; `undefined` if it is not
 * sampled.
 */
export function parentOfUntraced(info: Info, headers: Headers, policy: SamplingPolicy): SpanRef | undefined {
  if (isOwnActivity(info.activityType)) return undefined;
  const { job, traceId } = jobOf(info, headers);
  if (!isTraceId(traceId)) return undefined;
  const { rule } = ruleFor(policy, job);
  const traceState = traceStateOfRatio(rule.ratio);
  if (rule.atMost || !traceState || !isSampled(traceId, rule.ratio)) return undefined;
  return { traceId, spanId: rootSpanIdOfRun(traceId), sampled: true, traceState };
}

function jobOf(info: Info, headers: Headers): { readonly job: string; readonly traceId: string } {
  const jobHeader = readHeader(headers).header?.jobHeader;
  if (jobHeader?.kind === 'untraced') return jobHeader;
  const { workflowType, activityType, workflowExecution, activityRunId } = info;
  return {
    job: toKeyword(workflowType ?? activityType),
    traceId: traceIdOfRun(workflowExecution?.runId ?? activityRunId ?? ''),
  };
}
