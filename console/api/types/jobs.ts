/**
 * The list of jobs, and the runs of a job.
 */
import type { AlertType } from '../../../alerts/incident/message';
import type { Problem } from './problem';

/** How a run is or ended; `continued` continued as new, `unknown` has ended and Temporal does not say how any more. */
export type RunState =
  | 'running'
  | 'success'
  | 'failure'
  | 'timeout'
  | 'cancellation'
  | 'termination'
  | 'continued'
  | 'unknown';

/** What makes a job run. `start`: people or programs. */
export type JobKind = 'scheduledJob' | 'cron' | 'schedule' | 'start';

/** One run as a bar of a job's row. */
export interface RunBar {
  readonly runId: string;
  readonly state: RunState;
  readonly startedAt: number;
  /** From the first task to the end, or to now. */
  readonly durationMs: number;
}

/** A job in the list. */
export interface JobRow {
  readonly namespace: string;
  /** Name of the job (`JobName`). */
  readonly job: string;
  readonly kind: JobKind;
  /** Id of the schedule, or workflow id of the `scheduledJob` or cron, where there is one. */
  readonly scheduleId?: string;
  /** Cron expression or time table in words. */
  readonly timetable?: string;
  readonly isPaused?: boolean;
  readonly nextDueAt?: number;
  /** The last 30 runs, the oldest first. */
  readonly bars: readonly RunBar[];
  /** The run that started last. */
  readonly last?: RunRow;
  /** Runs that go on. */
  readonly running: number;
  /** Median duration of the last 20 successful runs; left out for fewer than five. */
  readonly usualMs?: number;
  /** Failed runs since the last success. */
  readonly failingRuns: number;
  /** Types of open alerts, as they were seen last; they are looked for while a page is open. */
  readonly alerts: readonly AlertType[];
}

/** `/api/jobs`: jobs that fail or have open alerts first, then those that run, then by name. */
export interface JobList {
  readonly at: number;
  readonly jobs: readonly JobRow[];
  /** Jobs that are left out beyond the first 2,000. */
  readonly more: number;
  /** Whether closed runs are still being read for the first time. */
  readonly isFilling: boolean;
  readonly problems: readonly Problem[];
}

/** Whether the run's spans are recorded, and why. */
export interface Sampling {
  readonly sampled: boolean;
  /** As in `manual`, `rule`, `kept-failed`. */
  readonly reason?: string;
  /** For people, as in `not sampled: rule billing-*, 1 %`. */
  readonly text: string;
}

/** A run in a list. */
export interface RunRow {
  readonly namespace: string;
  readonly job: string;
  readonly workflowId: string;
  readonly runId: string;
  /** 32 hex digits. */
  readonly traceId: string;
  readonly state: RunState;
  readonly startedAt: number;
  readonly closedAt?: number;
  /** The nominal time of a tick or of a schedule's action. */
  readonly dueAt?: number;
  /** From the moment when it was due (or was started) to its first task; left out where it is not known. */
  readonly waitedMs?: number;
  /** From the first task to the end, or to now. */
  readonly durationMs: number;
  /** {@link durationMs} by the job's usual duration, as in 3.7; left out where that is not known. */
  readonly timesUsual?: number;
  /** What started it: `cron`, `schedule`, `manual`, `api`, `retry`. */
  readonly trigger?: string;
  /** Whether it was recorded because somebody asked. */
  readonly isForced: boolean;
  /** Who started it by hand, and why. */
  readonly startedBy?: string;
  readonly reason?: string;
  readonly sampling?: Sampling;
  /** From 1. */
  readonly attempt?: number;
  /** Innermost error of a run that failed, one line. */
  readonly errorLine?: string;
  /** Temporal no longer has it: what is shown is what the console kept. */
  readonly isForgotten: boolean;
}

/** Which runs of a job are listed; by the parameters of the same names in the address. */
export interface JobFilter {
  readonly result: readonly RunState[];
  readonly trigger: readonly string[];
  readonly minMs?: number;
  readonly maxMs?: number;
  /** Text in the workflow id, the reason or the error. */
  readonly q?: string;
}

/** `/api/jobs/:job`. */
export interface JobPage {
  readonly at: number;
  readonly job: JobRow;
  readonly filter: JobFilter;
  /** At most 100: runs that go on first, then those that started last. */
  readonly runs: readonly RunRow[];
  /** Give it as `cursor` to read on; left out at the end. */
  readonly cursor?: string;
  readonly problems: readonly Problem[];
}
