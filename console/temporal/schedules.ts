/**
 * Reads the schedules of jobs and their next due times: of scheduled jobs, Temporal Schedules, and crons. The
 * server computes the times.
 */
import { JOB_MEMO, JOB_TICK, SCHEDULED_JOB } from '../../core/jobs/names';
import { defined } from '../../core/util/defined';
import { isRecord, textOf } from '../../core/util/untrusted';
import type { JobKind } from '../api/types';
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

function readSchedules(calls: TemporalCalls): Promise<Map<string, JobSchedule & { workflowType: string }>> {
  return calls.call(
    async (client) => {
      const found = new Map<string, JobSchedule & { workflowType: string }>();
      for await (const { scheduleId, action, state, info, spec } of client.schedule.list()) {
        found.set(scheduleId, {
          kind: 'schedule',
          scheduleId,
          workflowType: action?.workflowType ?? '',
          isPaused: state.paused,
          ...defined({ nextDueAt: info.nextActionTimes[0]?.getTime(), text: scheduleText(spec) }),
        });
        if (found.size >= MAX_SCHEDULES) break;
      }
      return found;
    },
    { isBackground: true },
  );
}

/** Describes a Schedule's spec in a few words. */
function scheduleText(
  spec:
    | { readonly intervals?: readonly { every: number }[]; readonly calendars?: readonly unknown[] }
    | undefined,
): string | undefined {
  const [interval] = spec?.intervals ?? [];
  if (interval) return `every ${interval.every / 1_000} s`;
  const calendars = spec?.calendars?.length ?? 0;
  return calendars > 0 ? 'by calendar' : undefined;
}
