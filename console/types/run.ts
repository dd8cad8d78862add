/**
 * JSON of `/api/runs/:runId`. A run's page is never empty: Temporal's history is shown even if no span was
 * recorded. Times are milliseconds since 1970.
 */
import type { RunRow } from './jobs';
import type { Problem } from './problem';
import type { Sentence } from './sentence';
import type { Timeline } from './timeline';

/** A property of the run, with a label. */
export interface RunProperty {
  /** Label, as in `workflow type`, `task queue`, `attempt`, `cron`. */
  readonly name: string;
  readonly value: string;
}

/** Why a running run makes no progress. */
export interface WaitReason {
  /**
   * What it waits for:
   * - `no-worker`: no worker polls the task queue; `slots`: workers poll it, but have not taken the task yet;
   * - `back-off`: a retry is scheduled; `timer`, `signal`, `child`, `nexus`: the workflow waits for it;
   * - `start`: the run is not due yet; `working`: an activity is running.
   */
  readonly kind:
    | 'no-worker'
    | 'slots'
    | 'back-off'
    | 'timer'
    | 'signal'
    | 'child'
    | 'nexus'
    | 'start'
    | 'working';
  /** The reason in one sentence. */
  readonly text: string;
  /** Id of the timeline row that waits. */
  readonly row?: string;
  /** Start of the wait. */
  readonly sinceAt?: number;
  /** Scheduled end of the wait, of a timer or a retry. */
  readonly untilAt?: number;
}

/** Why the run did not succeed. */
export interface RunError {
  /** Type of the innermost error; `message` is its message. */
  readonly type: string;
  readonly message: string;
  /** Key of the item that failed, as in `account 1000002`. */
  readonly item?: string;
  /** The errors that wrap it, the outermost first, as in `ActivityFailure: Activity task failed`. */
  readonly around: readonly string[];
  readonly stack?: string;
  /** Id of the timeline row that failed. */
  readonly row?: string;
}

/** A shard that did not succeed. */
export interface FailedShard {
  /** Index of the shard, from 0. */
  readonly index: number;
  /** Label with the range of the shard's business keys. */
  readonly label: string;
  readonly state: RunRow['state'];
  readonly runId: string;
  readonly workflowId: string;
  readonly traceId: string;
  readonly attempts: number;
  readonly durationMs?: number;
  readonly error?: Pick<RunError, 'type' | 'message' | 'item'>;
}

/** The shards of a MapReduce run. */
export interface RunShards {
  /** Number of shards known so far. */
  readonly count: number;
  /** Number of shards by state. */
  readonly states: Readonly<Partial<Record<RunRow['state'], number>>>;
  /** Shards that did not succeed, at most 100, by index. */
  readonly failed: readonly FailedShard[];
  /** Number of failed shards that are left out. */
  readonly more: number;
  /** Sentence about shards that were rerun after the run had ended, which does not change its result. */
  readonly rerun?: string;
}

/** A link to another run. */
export interface RunLink {
  readonly runId: string;
  readonly namespace: string;
  readonly state?: RunRow['state'];
  readonly startedAt?: number;
  /** Text of the link, as in `attempt 2`, `child of nightly-report`. */
  readonly text: string;
}

/** Links from a run to other places. A link to something that is not known is left out. */
export interface RunLinks {
  /** Address of the run in the Temporal Web UI; left out if it is not known. */
  readonly webUi?: string;
  /** Address of the trace in the tracing back end; left out if there is none. */
  readonly trace?: string;
  /** The job's previous run. */
  readonly previous?: RunLink;
  readonly next?: RunLink;
  /** The adjacent attempts of the run, by number. */
  readonly attempts: readonly RunLink[];
  /** The parent of a child or shard. */
  readonly parent?: RunLink;
}

/** Response of `/api/runs/:runId`. */
export interface RunPage {
  readonly at: number;
  readonly run: RunRow;
  readonly properties: readonly RunProperty[];
  readonly sentence: Sentence;
  /** Why the run waits, the most important reason first; empty for closed runs. */
  readonly waiting: readonly WaitReason[];
  readonly error?: RunError;
  readonly shards?: RunShards;
  readonly timeline: Timeline;
  readonly links: RunLinks;
  /** Why spans are missing, in one sentence; left out if none is missing. */
  readonly spansNote?: string;
  readonly problems: readonly Problem[];
}
