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

export interface Timetable {
  readonly kind: Exclude<JobKind, 'start'>;
  readonly scheduleId: string;
  readonly timetable?: string;
  readonly isPaused: boolean;
  readonly nextDueAt?: number;
}

export interface Timetables {
  /** Schedules of scheduled jobs by name of the job. */
  readonly byJob: ReadonlyMap<string, Timetable>;
  /** Temporal Schedules by id. Their jobs are known from their runs. */
  readonly bySchedule: ReadonlyMap<string, Timetable & { readonly workflowType: string }>;
}

export const NO_TIMETABLES: Timetables = { byJob: new Map(), bySchedule: new Map() };

/** Reads all schedules of the namespace. Rejects as the calls do. */
export async function readTimetables(calls: TemporalCalls): Promise<Timetables> {
  return { byJob: await readScheduledJobs(calls), bySchedule: await readSchedules(calls) };
}

async function readScheduledJobs(calls: TemporalCalls): Promise<Map<string, Timetable>> {
  const dueAt = new Map<string, number>();
  for (const { workflowId, executionTime } of await listRunning(calls, JOB_TICK)) {
    // The tick of the job `x` is the workflow `x/cron-…`.
    const jobId = workflowId.slice(0, Math.max(0, workflowId.lastIndexOf('/')));
    if (executionTime && executionTime.getTime() > Date.now()) dueAt.set(jobId, executionTime.getTime());
  }
  const byJob = new Map<string, Timetable>();
  for (const { workflowId: scheduleId, memo } of await listRunning(calls, SCHEDULED_JOB)) {
    const told = memo?.[JOB_MEMO];
    if (!isRecord(told)) continue;
    byJob.set(textOf(told.job) ?? scheduleId, {
      kind: 'scheduledJob',
      scheduleId,
      isPaused: told.paused === true,
      ...defined({ timetable: textOf(told.cron), nextDueAt: dueAt.get(scheduleId) }),
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

function readSchedules(calls: TemporalCalls): Promise<Map<string, Timetable & { workflowType: string }>> {
  return calls.call(
    async (client) => {
      const found = new Map<string, Timetable & { workflowType: string }>();
      for await (const { scheduleId, action, state, info, spec } of client.schedule.list()) {
        found.set(scheduleId, {
          kind: 'schedule',
          scheduleId,
          workflowType: action?.workflowType ?? '',
          isPaused: state.paused,
          ...defined({ nextDueAt: info.nextActionTimes[0]?.getTime(), timetable: timetableText(spec) }),
        });
        if (found.size >= MAX_SCHEDULES) break;
      }
      return found;
    },
    { isBackground: true },
  );
}

/** Describes a Schedule's spec in a few words. */
function timetableText(
  spec:
    | { readonly intervals?: readonly { every: number }[]; readonly calendars?: readonly unknown[] }
    | undefined,
): string | undefined {
  const [interval] = spec?.intervals ?? [];
  if (interval) return `every ${interval.every / 1_000} s`;
  const calendars = spec?.calendars?.length ?? 0;
  return calendars > 0 ? 'by calendar' : undefined;
}
