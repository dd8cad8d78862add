/**
 * The page of a run. It is never empty: what Temporal's history says is there also where nothing was recorded.
 */
import type { RunRow } from './jobs';
import type { Problem } from './problem';
import type { Sentence } from './sentence';
import type { Timeline } from './timeline';

/** One fact about the run, in the order in which they are shown. */
export interface RunFacts {
  /** As in `workflow type`, `task queue`, `attempt`, `cron`. */
  readonly name: string;
  readonly value: string;
}

/** Why a run that goes on does not go further. */
export interface WaitReason {
  /**
   * - `no-worker`: nobody polls the task queue; `slots`: workers poll it, and have not taken the task yet;
   * - `back-off`: a retry is due later; `timer`, `signal`, `child`, `nexus`: the workflow awaits it;
   * - `start`: the run itself starts later; `working`: an activity works.
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
  /** One sentence. */
  readonly text: string;
  /** Id of the row that it is about. */
  readonly row?: string;
  /** When it began. */
  readonly sinceAt?: number;
  /** When it ends by itself: a timer's or a retry's time. */
  readonly untilAt?: number;
}

/** Why the run did not succeed. */
export interface RunError {
  /** Type and text of the innermost error. */
  readonly type: string;
  readonly message: string;
  /** Key of the item that failed, as in `account 1000002`. */
  readonly item?: string;
  /** The errors around it, the outermost first, as in `ActivityFailure: Activity task failed`. */
  readonly around: readonly string[];
  readonly stack?: string;
  /** Id of the row that failed. */
  readonly row?: string;
}

/** A shard that did not succeed. */
export interface FailedShard {
  /** From 0. */
  readonly index: number;
  /** The range of its business keys. */
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
  /** All shards, as far as is known by now. */
  readonly count: number;
  /** How many are in which state. */
  readonly states: Readonly<Partial<Record<RunRow['state'], number>>>;
  /** At most 100, by index. */
  readonly failed: readonly FailedShard[];
  /** Failed shards that are left out. */
  readonly more: number;
  /** One sentence: shards were run again after the run had ended, whose result stays. */
  readonly rerun?: string;
}

/** A run to go to. */
export interface RunLink {
  readonly runId: string;
  readonly namespace: string;
  readonly state?: RunRow['state'];
  readonly startedAt?: number;
  /** As in `attempt 2`, `child of nightly-report`. */
  readonly text: string;
}

export interface RunLinks {
  /** The run in Temporal's Web UI, if its address is known. */
  readonly webUi?: string;
  /** The trace in the team's own back end, if there is one. */
  readonly trace?: string;
  /** The job's runs before and after this one. */
  readonly previous?: RunLink;
  readonly next?: RunLink;
  /** The other attempts of the run, by number. */
  readonly attempts: readonly RunLink[];
  /** The run that this one is a child or shard of. */
  readonly parent?: RunLink;
}

/** `/api/runs/:runId`. */
export interface RunPage {
  readonly at: number;
  readonly run: RunRow;
  readonly facts: readonly RunFacts[];
  readonly sentence: Sentence;
  /** Only while the run goes on; the first is what matters most. */
  readonly waiting: readonly WaitReason[];
  readonly error?: RunError;
  readonly shards?: RunShards;
  readonly timeline: Timeline;
  readonly links: RunLinks;
  /** Why there are no spans, or not all of them; one sentence. Left out where all is well. */
  readonly spansNote?: string;
  readonly problems: readonly Problem[];
}
