/**
 * The origin of a run as far as its workflow info shows it, without its header: the host has nothing else.
 *
 * Pure. The sandbox and the host must agree on it: the sandbox reports the origins that the host cannot
 * determine.
 */
import type { WorkflowInfo } from '@temporalio/workflow';
import type { JobOrigin } from './job-info';
import { jobNameOf } from './job-name';
import { scheduleStartOf } from './schedule-start';
import { scheduledMsOf } from './scheduled-time';
import type { JobTrigger } from './search-attributes';
import { defined } from './util/defined';

/**
 * Returns `cron` or `schedule` for a run that a timer started, regardless of its header; `undefined` for any
 * other.
 */
export function timerTriggerOf(info: WorkflowInfo): Extract<JobTrigger, 'cron' | 'schedule'> | undefined {
  if (info.cronSchedule) return 'cron';
  return scheduleStartOf(info.workflowId, info.typedSearchAttributes.getAll()) ? 'schedule' : undefined;
}

/**
 * Returns the origin of a top-level run that the policy decides about.
 *
 * @returns `undefined` for an attempt, a continuation and a child, whose trigger is only in the header
 */
export function originByInfo(info: WorkflowInfo): JobOrigin | undefined {
  const timer = timerTriggerOf(info);
  if (!timer && (info.parent || info.continuedFromExecutionRunId)) return undefined;
  return {
    jobName: jobNameOf(info),
    jobRunId: info.runId,
    trigger: timer ?? 'api',
    metadata: defined({ scheduledMs: scheduledMsOf(info) }),
  };
}
