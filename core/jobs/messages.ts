/**
 * The signals, updates and query of a `scheduledJob`, with their inputs and results.
 *
 * Pure; the names and shapes are a contract with every running job and every script that calls one.
 */
import type { RunResult } from '../run-result';
import { toKeyword } from '../server-limits';
import type { ScheduledJobSpec } from './spec';

/**
 * Names of the signals, and of the updates with the same names; `stop` is only a signal, `ready` only an
 * update.
 */
export const JobMessage = Object.freeze({
  runNow: 'runNow',
  pause: 'pause',
  resume: 'resume',
  change: 'change',
  stop: 'stop',
  ready: 'ready',
  /** Signal from a tick: other ticks fell due while its run was in progress. */
  ticksMissed: 'ticksMissed',
} as const);

export const STATUS_QUERY = 'status';

/** Names of the signals that a person may send, listed in the error for a misspelt one. */
export const SIGNALS = Object.freeze(['runNow', 'pause', 'resume', 'change', 'stop'] as const);

/** Failure types that callers can distinguish. */
export const JobFailure = Object.freeze({
  invalidSpec: 'InvalidJobSpec',
  invalidRequest: 'InvalidJobRequest',
  isRunning: 'JobIsRunning',
  isStopping: 'JobIsStopping',
} as const);

/**
 * Input of the signal and update `runNow`.
 *
 * @typeParam Args argument tuple of the job's workflow
 */
export interface RunNowRequest<Args = readonly unknown[]> {
  /** Arguments of this run. @default the job's `args` */
  readonly args?: Args;
  /** Reason for the run, shown on its root span and by `jobInfo()`. @default none */
  readonly reason?: string;
}

/** The ids of a run and its trace. */
export interface RunIds {
  readonly workflowId: string;
  readonly runId: string;
  /** Trace ID of the run, 32 lower-case hex digits. */
  readonly traceId: string;
}

/** A manual run of a scheduled job. */
export interface ManualRun extends RunIds {
  /** Start time of the run, ISO 8601. */
  readonly startedAt: string;
  readonly reason?: string;
  /** Identity of the client that requested the run. */
  readonly startedBy?: string;
}

/** A signal that was refused; a signal has no result, so the status shows it. */
export interface RefusedSignal {
  /** Time of the refusal, ISO 8601. */
  readonly at: string;
  /** Name of the refused signal. */
  readonly signal: string;
  readonly why: string;
}

/** A run of a scheduled job that is running, or is among the last ones that ended, as visibility listed it. */
export interface RecentRun extends RunIds {
  readonly trigger: 'tick' | 'manual';
  /** How the run ended, or `running`. */
  readonly result: RunResult | 'running';
  /** Start time of the run, ISO 8601. */
  readonly startedAt: string;
  /** Duration of the run in milliseconds; left out while it is running. */
  readonly durationMs?: number;
  /** Whether the run is sampled; left out if it is not bound. */
  readonly sampled?: boolean;
  /**
   * Link to the run's trace; left out without the plugin's option `traceUrl`, and if the run is not sampled.
   */
  readonly url?: string;
}

/** The runs that the update `status` read last. */
export interface RecentRuns {
  /** Time at which the runs were read, ISO 8601. */
  readonly readAt: string;
  /** Running ones first, then the last ten that ended: ticks, and the manual runs in the status. */
  readonly runs: readonly RecentRun[];
}

/** Result of the query and the update `status`; the update first reads the job's runs. */
export interface ScheduledJobStatus {
  /** Name of the job. */
  readonly job: string;
  readonly spec: ScheduledJobSpec;
  readonly paused: boolean;
  /**
   * Time of the next tick, ISO 8601, for `@every` to the second; left out while the job is paused, and if it
   * has no cron expression.
   */
  readonly nextTick?: string;
  /** The last ten manual runs, newest first. */
  readonly manualRuns: readonly ManualRun[];
  /** Ticks that were skipped because an earlier run was still in progress. */
  readonly missedTicks: {
    readonly total: number;
    /** Nominal times of the last ten missed ticks, newest first, ISO 8601. */
    readonly last: readonly string[];
  };
  /** The last ten signals that were refused, newest first. */
  readonly refusals: readonly RefusedSignal[];
  /** The job's runs, as the update `status` last read them; left out before its first call. */
  readonly lastRuns?: RecentRuns;
}

/** Reference to a `scheduledJob`, from what it has started. */
export interface JobReference {
  readonly workflowId: string;
  /**
   * Run id of the first run in the job's chain, which distinguishes it from another job with the same workflow id.
   */
  readonly firstRunId: string;
  /** Name of the cron that ticks for the job, as in the job's memo. */
  readonly cron?: string;
}

/** Input of `jobTick`. */
export interface TickInput {
  readonly job: JobReference;
  readonly spec: ScheduledJobSpec;
}

/** Input of the signal `ticksMissed`. */
export interface TicksMissed {
  readonly total: number;
  /** Nominal times of the last missed ticks, in milliseconds since the epoch. */
  readonly last: readonly number[];
}

/** Most entries in each list of a status. */
export const STATUS_LIST_LENGTH = 10;
/** Most missed ticks that are counted at once. */
export const MAX_MISSED = 1_000;

/** Returns the input of the signal `ticksMissed` for ticks in milliseconds since the epoch. */
export function missedOf(ticks: readonly number[]): TicksMissed {
  return { total: ticks.length, last: ticks.slice(-STATUS_LIST_LENGTH) };
}

/** Returns the name of the job: the spec's, or the job's id as a keyword. */
export function jobNameOf(spec: ScheduledJobSpec, jobId: string): string {
  return toKeyword(spec.name ?? jobId);
}
