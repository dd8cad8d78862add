/**
 * What goes in and out of a `scheduledJob`: its signals, updates and query, as the CLI names them.
 *
 * Pure; the names and shapes are a contract with every job that runs and every script that calls one.
 */
import { toKeyword } from '../server-limits';
import type { ScheduledJobSpec } from './spec';

/** Signals and, under the same names, updates that answer; `stop` is a signal only, `ready` an update only. */
export const JobMessage = Object.freeze({
  runNow: 'runNow',
  pause: 'pause',
  resume: 'resume',
  change: 'change',
  stop: 'stop',
  ready: 'ready',
  /** From a tick: others fell due while its run went on. */
  ticksMissed: 'ticksMissed',
} as const);

export const STATUS_QUERY = 'status';

/** Signals that a person may send, for whoever misspells one. */
export const SIGNALS = Object.freeze(['runNow', 'pause', 'resume', 'change', 'stop'] as const);

/** Types of the failures that callers may want to tell apart. */
export const JobFailure = Object.freeze({
  invalidSpec: 'InvalidJobSpec',
  invalidRequest: 'InvalidJobRequest',
  isRunning: 'JobIsRunning',
  isStopping: 'JobIsStopping',
} as const);

/**
 * Input of `runNow`.
 *
 * @typeParam Args arguments of the job's workflow
 */
export interface RunNowRequest<Args = readonly unknown[]> {
  /** Arguments of this run. @default those of the job */
  readonly args?: Args;
  /** Why; shown on the run's root span and by `jobInfo()`. */
  readonly reason?: string;
}

/** A run and its trace. */
export interface RunningRun {
  readonly workflowId: string;
  readonly runId: string;
  /** 32 lower-case hex digits. */
  readonly traceId: string;
}

/** A run that was started by hand. */
export interface ManualRun extends RunningRun {
  /** ISO 8601. */
  readonly startedAt: string;
  readonly reason?: string;
  /** Identity of the client that asked for it. */
  readonly startedBy?: string;
}

/** A signal that was not obeyed: nobody else can be told. */
export interface Refusal {
  /** ISO 8601. */
  readonly at: string;
  /** Name of the signal. */
  readonly signal: string;
  readonly why: string;
}

/** A run of the job as the server listed it. */
export interface SeenRun extends RunningRun {
  readonly trigger: 'tick' | 'manual';
  /** How it ended, or that it goes on. */
  readonly result: 'running' | 'success' | 'failure' | 'cancellation' | 'timeout' | 'termination';
  /** ISO 8601. */
  readonly startedAt: string;
  /** Missing while it runs. */
  readonly durationMs?: number;
  /** Whether its trace is recorded; missing where it is not bound. */
  readonly sampled?: boolean;
  /** Link to its trace, with the plugin's option `traceUrl`, unless it is not recorded. */
  readonly url?: string;
}

/** What the update `status` read last. */
export interface SeenRuns {
  /** ISO 8601. */
  readonly readAt: string;
  /** Those that go on first, then the last ten: ticks, and the manual runs that the status has. */
  readonly runs: readonly SeenRun[];
}

/** Answer of the query and of the update `status`; the update reads the runs anew. */
export interface ScheduledJobStatus {
  /** Name of the job. */
  readonly job: string;
  readonly spec: ScheduledJobSpec;
  readonly paused: boolean;
  /** ISO 8601; none while the job is paused, or if it has no cron expression. For `@every` to the second. */
  readonly nextTick?: string;
  /** The last ten, newest first. */
  readonly manualRuns: readonly ManualRun[];
  /** Ticks that did not run because a run before them was still going on. */
  readonly missedTicks: {
    readonly total: number;
    /** Nominal times of the last ten, newest first; ISO 8601. */
    readonly last: readonly string[];
  };
  /** The last ten signals that were not obeyed, newest first. */
  readonly refusals: readonly Refusal[];
  /** The job's runs, as the update `status` read them last; missing before the first. */
  readonly lastRuns?: SeenRuns;
}

/** Which `scheduledJob` something belongs to. */
export interface JobReference {
  readonly workflowId: string;
  /** Of the first run of its chain: another job with the same id has another. */
  readonly firstRunId: string;
  /** What its memo names while it wants this cron. */
  readonly cron?: string;
}

/** Input of `jobTick`. */
export interface TickInput {
  readonly job: JobReference;
  readonly spec: ScheduledJobSpec;
}

/** Signal `ticksMissed`. */
export interface TicksMissed {
  readonly total: number;
  /** Nominal times of the last, milliseconds since the epoch. */
  readonly last: readonly number[];
}

/** How many of the last things a status tells. */
export const KEPT = 10;
/** More missed ticks than these are not counted at once. */
export const MAX_MISSED = 1_000;

export function missedOf(ticks: readonly number[]): TicksMissed {
  return { total: ticks.length, last: ticks.slice(-KEPT) };
}

/** Name of the job. */
export function jobNameOf(spec: ScheduledJobSpec, jobId: string): string {
  return toKeyword(spec.name ?? jobId);
}
