/**
 * The trace of an activity that brings none: of a workflow that was begun without the plugin or runs on workers without
 * it, or of no workflow at all.
 *
 * Host code; pure, never throws. All such activities of a run are in one trace, named after the run, and each worker
 * decides alike about them: by the trace id and the ratio of the rule, and by nothing that one worker alone knows. The
 * activities of a run that the policy has left out (`bind: 'sampled'`) have no trace either, and must not be recorded: so
 * the same ratio of the same trace id decides, and where the rule has a cap, which may have left out any run, none are.
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

/** The span that the activity's is below: the root that its run would have; `undefined`: it is not recorded. */
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
  const part = readHeader(headers).header?.part;
  if (part?.kind === 'untraced') return part;
  const { workflowType, activityType, workflowExecution, activityRunId } = info;
  return {
    job: toKeyword(workflowType ?? activityType),
    traceId: traceIdOfRun(workflowExecution?.runId ?? activityRunId ?? ''),
  };
}
