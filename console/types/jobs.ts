/**
 * JSON of `/api/jobs` and `/api/jobs/:job`. Times are milliseconds since 1970.
 */
import type { AlertType } from '../../alerts/incident/message';
import type { Problem } from './problem';

/**
 * State of a run. `continued`: it continued as new; `unknown`: it has ended, and Temporal no longer has its
 * result.
 */
export type RunState =
  | 'running'
  | 'success'
  | 'failure'
  | 'timeout'
  | 'cancellation'
  | 'termination'
  | 'continued'
  | 'unknown';

/** How the runs of a job are started; `start`: by users or programs. */
export type JobKind = 'scheduledJob' | 'cron' | 'schedule' | 'start';

/** A run, shown as a bar in the row of its job. */
export interface RunBar {
  readonly runId: string;
  readonly state: RunState;
  readonly startedAt: number;
  /** Milliseconds from the start to the end, or to now. */
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
  /** Cron expression, or a description of the schedule. */
  readonly schedule?: string;
  readonly isPaused?: boolean;
  readonly nextDueAt?: number;
  /** The latest runs, at most 30, the oldest first. */
  readonly bars: readonly RunBar[];
  /** The run with the latest start. */
  readonly last?: RunRow;
  /** Number of running runs. */
  readonly running: number;
  /** Median duration of the last 20 successful runs, in milliseconds; left out for fewer than five. */
  readonly usualMs?: number;
  /** Number of failed runs since the last success. */
  readonly failingRuns: number;
  /** Types of open alerts, as last read; they are read while a page is open. */
  readonly alerts: readonly AlertType[];
}

/** Response of `/api/jobs`: jobs that fail or have open alerts first, then running ones, then by name. */
export interface JobList {
  readonly at: number;
  readonly jobs: readonly JobRow[];
  /** Number of jobs beyond the first 2,000, which are left out. */
  readonly more: number;
  /** Whether closed runs are still being read for the first time. */
  readonly isFilling: boolean;
  readonly problems: readonly Problem[];
}

/** The sampling decision about a run. */
export interface Sampling {
  readonly sampled: boolean;
  /** Reason of the decision, as in `manual`, `rule`, `kept-failed`. */
  readonly reason?: string;
  /** Decision and reason, as in `not sampled: rule billing-*, 1 %`. */
  readonly text: string;
}

/** A run in a list. */
export interface RunRow {
  readonly namespace: string;
  readonly job: string;
  readonly workflowId: string;
  readonly runId: string;
  /** Trace ID, 32 lower-case hex digits. */
  readonly traceId: string;
  readonly state: RunState;
  /**
   * Start of the run: of a cron tick, a retry or a delayed start when it is due, in the future while the run
   * waits for that time.
   */
  readonly startedAt: number;
  readonly closedAt?: number;
  /** Nominal time of a cron tick or of a Schedule's action. */
  readonly dueAt?: number;
  /** Milliseconds from the due time, or from the start, to the first task; left out if it is not known. */
  readonly waitedMs?: number;
  /** Milliseconds from the start to the end, or to now; 0 before the start. */
  readonly durationMs: number;
  /** {@link durationMs} divided by the job's usual duration, as in 3.7; left out if that is not known. */
  readonly timesUsual?: number;
  /** What started the run: `cron`, `schedule`, `manual`, `api` or `retry`. */
  readonly trigger?: string;
  /** Whether the run is sampled because sampling was forced. */
  readonly isForced: boolean;
  /** Who started a manual run. */
  readonly startedBy?: string;
  readonly reason?: string;
  readonly sampling?: Sampling;
  /** Attempt, from 1. */
  readonly attempt?: number;
  /** Innermost error of a failed run, in one line. */
  readonly errorLine?: string;
  /** Whether Temporal no longer has the run, so that only the console's own data is shown. */
  readonly isForgotten: boolean;
}

/** Filter of a job's runs, from the parameters of the same names in the address. */
export interface JobFilter {
  readonly result: readonly RunState[];
  readonly trigger: readonly string[];
  readonly minMs?: number;
  readonly maxMs?: number;
  /** Substring of the workflow id, the reason or the error. */
  readonly q?: string;
}

/** Response of `/api/jobs/:job`. */
export interface JobPage {
  readonly at: number;
  readonly job: JobRow;
  readonly filter: JobFilter;
  /** At most 100 runs: running ones first, then the others, most recently started first. */
  readonly runs: readonly RunRow[];
  /** Parameter `cursor` of the next page; left out at the end. */
  readonly cursor?: string;
  readonly problems: readonly Problem[];
}
