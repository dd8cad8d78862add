/**
 * What the console keeps of closed runs, as the rest of the console reads and fills it. Types only.
 *
 * All calls go to the store's thread. They reject with a `StoreError`.
 */

/** How a closed run ended; `continued` continued as new, `unknown`: it has ended, and Temporal no longer says how. */
export type ClosedState =
  | 'success'
  | 'failure'
  | 'timeout'
  | 'cancellation'
  | 'termination'
  | 'continued'
  | 'unknown';

/** A run that has ended. Times (`…At`) are milliseconds since 1970, durations (`…Ms`) milliseconds. */
export interface RunSummary {
  readonly namespace: string;
  /** Name of the job (`JobName`). */
  readonly job: string;
  readonly workflowId: string;
  /** Unique over all namespaces. */
  readonly runId: string;
  readonly workflowType: string;
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  readonly state: ClosedState;
  readonly startedAt: number;
  readonly closedAt: number;
  /** From the first task to the end. */
  readonly durationMs: number;
  /** Whether lists and usual durations hold it: not children, shards and attempts that were retried. */
  readonly isListed: boolean;
  readonly dueAt?: number;
  readonly waitedMs?: number;
  readonly trigger?: string;
  readonly isForced?: boolean;
  readonly startedBy?: string;
  readonly reason?: string;
  readonly sampled?: boolean;
  readonly samplingReason?: string;
  readonly attempt?: number;
  /** At most 500 characters are kept. */
  readonly errorLine?: string;
  readonly scheduleId?: string;
  /** Temporal no longer has it. */
  readonly isForgotten?: boolean;
}

/** A run as a bar of its job. */
export type RunBarSummary = Pick<RunSummary, 'runId' | 'state' | 'startedAt' | 'durationMs'>;

/** A job that has closed runs. */
export interface IndexedJob {
  readonly namespace: string;
  readonly job: string;
  /** The listed run that started last. */
  readonly last: RunSummary;
  /** At most 30, the newest first. */
  readonly recent: readonly RunBarSummary[];
  /** Durations of the last 20 successful runs, the newest first. */
  readonly successMs: readonly number[];
  /** How many of {@link recent} failed or timed out since the last success. */
  readonly failingRuns: number;
}

/** Which listed runs of a job, the ones that started last first. */
export interface RunQuery {
  readonly namespace: string;
  readonly job: string;
  /** Any of these. @default all */
  readonly states?: readonly ClosedState[];
  /** Any of these. @default all */
  readonly triggers?: readonly string[];
  readonly minMs?: number;
  readonly maxMs?: number;
  /** Text in the workflow id, the reason or the error. */
  readonly q?: string;
  /** @default 100 */
  readonly limit?: number;
  /** {@link RunPageOf.cursor} of the page before; one that is not ours is taken for none. */
  readonly cursor?: string;
}

/** A page of runs. */
export interface RunPageOf {
  readonly runs: readonly RunSummary[];
  /** Left out at the end. */
  readonly cursor?: string;
}

/** How far a namespace's closed runs have been read, by the time at which they closed. */
export interface FillCursor {
  /** All runs that closed from here … */
  readonly fromAt: number;
  /** … to here are in the index. */
  readonly untilAt: number;
  /** Whether the first fill has ended. */
  readonly isComplete: boolean;
}

/** A run's path times, as `core/usual` makes them: kept as JSON. */
export interface StoredProfile<Profile = unknown> {
  readonly runId: string;
  readonly closedAt: number;
  readonly profile: Profile;
}

/** Summaries of closed runs, and profiles. */
export interface RunIndex {
  /** Adds them, or replaces those of the same run id; the cursor with them, in one commit. */
  addRuns(
    runs: readonly RunSummary[],
    fill?: { readonly namespace: string; readonly cursor: FillCursor },
  ): Promise<void>;
  /** `undefined`: nothing has been read yet. */
  fillCursor(namespace: string): Promise<FillCursor | undefined>;
  /** All jobs with listed runs, by namespace and name. @default of all namespaces */
  jobs(namespaces?: readonly string[]): Promise<readonly IndexedJob[]>;
  runs(query: RunQuery): Promise<RunPageOf>;
  /** A run, listed or not. */
  run(runId: string): Promise<RunSummary | undefined>;
  /** The runs with this trace, the ones that started last first: several after a reset. At most 20. */
  runsOfTrace(traceId: string): Promise<readonly RunSummary[]>;
  /** The runs with this workflow id, the ones that started last first. At most 100. */
  runsOfWorkflow(namespace: string, workflowId: string): Promise<readonly RunSummary[]>;
  /** The job's listed runs before and after a moment. */
  neighbours(
    job: Pick<RunSummary, 'namespace' | 'job'>,
    startedAt: number,
  ): Promise<{ readonly previous?: RunSummary; readonly next?: RunSummary }>;
  /** The job's last successful listed runs, the newest first. @default 20, before now */
  successes(
    job: Pick<RunSummary, 'namespace' | 'job'>,
    options?: { readonly limit?: number; readonly startedBefore?: number },
  ): Promise<readonly RunSummary[]>;
  /** Marks runs that Temporal no longer has. */
  markForgotten(runIds: readonly string[]): Promise<void>;
  /** Keeps the run's profile; the last 50 by `closedAt` of each job and namespace stay. */
  putProfile(job: Pick<RunSummary, 'namespace' | 'job'>, profile: StoredProfile): Promise<void>;
  /** The job's profiles, the newest first. The caller knows what it put there. */
  profiles<Profile>(job: Pick<RunSummary, 'namespace' | 'job'>): Promise<readonly StoredProfile<Profile>[]>;
}
