/**
 * What a run's info alone says of its origin, without its header: what the host can know of a run.
 *
 * Pure. The sandbox and the host must agree on it: what the host cannot know, the sandbox reports.
 */
import type { WorkflowInfo } from '@temporalio/workflow';
import type { JobOrigin } from './job-info';
import { jobNameOf } from './job-name';
import { scheduleStartOf } from './schedule-start';
import { scheduledMsOf } from './scheduled-time';
import type { JobTrigger } from './search-attributes';
import { defined } from './util/defined';

/** `cron` or `schedule` for a run that a timer started, whatever its header says; `undefined` for every other run. */
export function timerTriggerOf(info: WorkflowInfo): Extract<JobTrigger, 'cron' | 'schedule'> | undefined {
  if (info.cronSchedule) return 'cron';
  return scheduleStartOf(info.workflowId, info.typedSearchAttributes.getAll()) ? 'schedule' : undefined;
}

/**
 * The origin of a top-level run that the policy decides about.
 *
 * @returns `undefined` for an attempt, a continuation and a child, whose trigger only the header tells
 */
export function originByInfo(info: WorkflowInfo): JobOrigin | undefined {
  const timer = timerTriggerOf(info);
  if (!timer && (info.parent || info.continuedFromExecutionRunId)) return undefined;
  return {
    jobName: jobNameOf(info),
    jobRunId: info.runId,
    trigger: timer ?? 'api',
    facts: defined({ scheduledMs: scheduledMsOf(info) }),
  };
}
