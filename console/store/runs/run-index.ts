/**
 * The interface to the stored closed runs. Types only.
 *
 * All calls go to the store's thread, and reject with a `StoreError`.
 */

/** State of a closed run. `continued`: it continued as new; `unknown`: Temporal no longer has its result. */
export type ClosedState =
  | 'success'
  | 'failure'
  | 'timeout'
  | 'cancellation'
  | 'termination'
  | 'continued'
  | 'unknown';

/** A closed run. Times (`…At`) are milliseconds since 1970, durations (`…Ms`) milliseconds. */
export interface RunSummary {
  readonly namespace: string;
  /** Name of the job (`JobName`). */
  readonly job: string;
  readonly workflowId: string;
  /** Run id, unique across namespaces. */
  readonly runId: string;
  readonly workflowType: string;
  /** Trace ID, 32 lower-case hex digits. */
  readonly traceId: string;
  readonly state: ClosedState;
  /** Time at which the run began: of a cron tick, a retry or a delayed start when it was due. */
  readonly startedAt: number;
  readonly closedAt: number;
  /** Milliseconds from `startedAt` to the end. */
  readonly durationMs: number;
  /**
   * Whether the run counts in lists and usual durations; children, shards, retried attempts, and runs that
   * ended before they were due do not.
   */
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
  /** The error in one line; at most 500 characters are stored. */
  readonly errorLine?: string;
  readonly scheduleId?: string;
  /** Whether Temporal no longer has the run. */
  readonly isForgotten?: boolean;
}

/** A run, shown as a bar of its job. */
export type RunBarSummary = Pick<RunSummary, 'runId' | 'state' | 'startedAt' | 'durationMs'>;

/** A job with closed runs. */
export interface IndexedJob {
  readonly namespace: string;
  readonly job: string;
  /** The listed run with the latest start. */
  readonly last: RunSummary;
  /** The latest listed runs, at most 30, the newest first. */
  readonly recent: readonly RunBarSummary[];
  /** Durations of the last 20 successful runs, the newest first, in milliseconds. */
  readonly successMs: readonly number[];
  /** Number of runs in {@link recent} that failed or timed out since the last success. */
  readonly failingRuns: number;
}

/** A query of a job's listed runs, the latest start first. */
export interface RunQuery {
  readonly namespace: string;
  readonly job: string;
  /** Any of these. @default all */
  readonly states?: readonly ClosedState[];
  /** Any of these. @default all */
  readonly triggers?: readonly string[];
  readonly minMs?: number;
  readonly maxMs?: number;
  /** Substring of the workflow id, the reason or the error. */
  readonly q?: string;
  /** Most runs of the page. @default 100 */
  readonly limit?: number;
  /** {@link RunPageOf.cursor} of the previous page; an invalid one is ignored. */
  readonly cursor?: string;
}

/** A page of runs. */
export interface RunPageOf {
  readonly runs: readonly RunSummary[];
  /** Cursor of the next page; left out at the end. */
  readonly cursor?: string;
}

/** Range of close times of which all closed runs of a namespace have been read. */
export interface FillCursor {
  /** Start of the range. */
  readonly fromAt: number;
  /** End of the range. */
  readonly untilAt: number;
}

/** A run's profile, stored as JSON. */
export interface StoredProfile<Profile = unknown> {
  readonly runId: string;
  readonly closedAt: number;
  readonly profile: Profile;
}

/** Summaries of closed runs, and profiles. */
export interface RunIndex {
  /**
   * Adds runs, or replaces those with the same run ids, together with the cursor in one commit. Properties that only
   * histories have are kept.
   */
  addRuns(
    runs: readonly RunSummary[],
    fill?: { readonly namespace: string; readonly cursor: FillCursor },
  ): Promise<void>;
  /** Returns the range that has been read; `undefined` if there is none yet. */
  fillCursor(namespace: string): Promise<FillCursor | undefined>;
  /** Returns all jobs with listed runs, ordered by namespace and name. @default jobs of all namespaces */
  jobs(namespaces?: readonly string[]): Promise<readonly IndexedJob[]>;
  runs(query: RunQuery): Promise<RunPageOf>;
  /** Returns a run, listed or not. */
  run(runId: string): Promise<RunSummary | undefined>;
  /** Returns the runs of a trace, the latest start first; after a reset there are several. At most 20. */
  runsOfTrace(traceId: string): Promise<readonly RunSummary[]>;
  /** Returns the runs with a workflow id, the latest start first. At most 100. */
  runsOfWorkflow(namespace: string, workflowId: string): Promise<readonly RunSummary[]>;
  /** Returns the job's listed runs before and after a start time. */
  neighbours(
    job: Pick<RunSummary, 'namespace' | 'job'>,
    startedAt: number,
  ): Promise<{ readonly previous?: RunSummary; readonly next?: RunSummary }>;
  /** Returns the job's latest successful listed runs, the newest first. @default 20, before now */
  successes(
    job: Pick<RunSummary, 'namespace' | 'job'>,
    options?: { readonly limit?: number; readonly startedBefore?: number },
  ): Promise<readonly RunSummary[]>;
  /** Marks runs that Temporal no longer has. */
  markForgotten(runIds: readonly string[]): Promise<void>;
  /** Stores a run's profile; the latest 50 by `closedAt` of each job and namespace are kept. */
  putProfile(job: Pick<RunSummary, 'namespace' | 'job'>, profile: StoredProfile): Promise<void>;
  /** Returns the job's profiles, the newest first. Their type is not checked. */
  profiles<Profile>(job: Pick<RunSummary, 'namespace' | 'job'>): Promise<readonly StoredProfile<Profile>[]>;
}
