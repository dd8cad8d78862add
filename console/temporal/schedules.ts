/**
 * Reads the schedules of jobs and their next due times: of scheduled jobs, Temporal Schedules, and crons. The
 * server computes the times.
 */
import type { temporal } from '@temporalio/proto';
import { JOB_MEMO, JOB_TICK, SCHEDULED_JOB } from '../../core/jobs/names';
import { defined } from '../../core/util/defined';
import { isRecord, textOf } from '../../core/util/untrusted';
import { durationMsOf, msOf } from '../timeline/history-event';
import type { JobKind } from '../types';
import type { TemporalCalls } from './calls';
import { listExecutions } from './list';

const MAX_SCHEDULES = 500;
const MAX_JOBS = 1_000;

/** The schedule of a job. `nextDueAt` is milliseconds since 1970. */
export interface JobSchedule {
  readonly kind: Exclude<JobKind, 'start'>;
  readonly scheduleId: string;
  /** Cron expression, or a short description of the spec. */
  readonly text?: string;
  readonly isPaused: boolean;
  readonly nextDueAt?: number;
}

/** All schedules of a namespace. */
export interface JobSchedules {
  /** Schedules of scheduled jobs by name of the job. */
  readonly byJob: ReadonlyMap<string, JobSchedule>;
  /** Temporal Schedules by id. Their jobs are known from their runs. */
  readonly bySchedule: ReadonlyMap<string, JobSchedule & { readonly workflowType: string }>;
}

/** The schedules before they are read for the first time. */
export const NO_SCHEDULES: JobSchedules = { byJob: new Map(), bySchedule: new Map() };

/** Reads all schedules of the namespace. Rejects as the calls do. */
export async function readJobSchedules(calls: TemporalCalls): Promise<JobSchedules> {
  return { byJob: await readScheduledJobs(calls), bySchedule: await readSchedules(calls) };
}

async function readScheduledJobs(calls: TemporalCalls): Promise<Map<string, JobSchedule>> {
  const dueAt = new Map<string, number>();
  for (const { workflowId, executionTime } of await listRunning(calls, JOB_TICK)) {
    // The tick of the job `x` is the workflow `x/cron-…`.
    const jobId = workflowId.slice(0, Math.max(0, workflowId.lastIndexOf('/')));
    if (executionTime && executionTime.getTime() > Date.now()) dueAt.set(jobId, executionTime.getTime());
  }
  const byJob = new Map<string, JobSchedule>();
  for (const { workflowId: scheduleId, memo } of await listRunning(calls, SCHEDULED_JOB)) {
    const job = memo?.[JOB_MEMO];
    if (!isRecord(job)) continue;
    byJob.set(textOf(job.job) ?? scheduleId, {
      kind: 'scheduledJob',
      scheduleId,
      isPaused: job.paused === true,
      ...defined({ text: textOf(job.cron), nextDueAt: dueAt.get(scheduleId) }),
    });
  }
  return byJob;
}

async function listRunning(calls: TemporalCalls, type: string) {
  const query = `WorkflowType = '${type}' AND ExecutionStatus = 'Running'`;
  const { executions } = await calls.call((client) => listExecutions(client, query, MAX_JOBS), {
    isBackground: true,
  });
  return executions;
}

/**
 * Reads the Temporal Schedules. Not by the SDK's list, which fails if it cannot decode the memo of one of them: the
 * console may lack the workers' data converter.
 */
async function readSchedules(calls: TemporalCalls): Promise<JobSchedules['bySchedule']> {
  const found = new Map<string, JobSchedule & { workflowType: string }>();
  let nextPageToken: Uint8Array | undefined;
  do {
    const token = nextPageToken;
    const page = await calls.call(
      ({ workflowService }) =>
        workflowService.listSchedules({
          namespace: calls.namespace,
          maximumPageSize: MAX_SCHEDULES - found.size,
          ...(token && { nextPageToken: token }),
        }),
      { isBackground: true },
    );
    for (const { scheduleId, info } of page.schedules ?? []) {
      if (!scheduleId) continue;
      found.set(scheduleId, {
        kind: 'schedule',
        scheduleId,
        workflowType: info?.workflowType?.name ?? '',
        isPaused: info?.paused === true,
        ...defined({ nextDueAt: msOf(info?.futureActionTimes?.[0]), text: scheduleText(info?.spec) }),
      });
    }
    nextPageToken = page.nextPageToken?.length ? page.nextPageToken : undefined;
  } while (nextPageToken && found.size < MAX_SCHEDULES);
  return found;
}

/** Describes a Schedule's spec in a few words. */
function scheduleText(spec: temporal.api.schedule.v1.IScheduleSpec | null | undefined): string | undefined {
  const [interval] = spec?.interval ?? [];
  if (interval) return `every ${durationMsOf(interval.interval) / 1_000} s`;
  return spec?.structuredCalendar?.length ? 'by calendar' : undefined;
}
