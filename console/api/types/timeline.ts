/**
 * History and spans as one timeline: one flat array, all geometry computed by the server.
 */

/**
 * - `run`: a run, or a child's as its spans have it; `activity`, `local-activity`, `child`, `nexus`, `timer`;
 * - `signal`, `update`: something that came from outside;
 * - `wait`: the run awaits something that has no row of its own;
 * - `operation`: a span that is none of these;
 * - `group`: equal siblings, which follow as its children;
 * - `missing`: a parent that was not received; what was received of it follows.
 */
export type RowKind =
  | 'run'
  | 'activity'
  | 'local-activity'
  | 'child'
  | 'nexus'
  | 'timer'
  | 'signal'
  | 'update'
  | 'wait'
  | 'operation'
  | 'group'
  | 'missing';

/**
 * - `working`: something works, or is taken to, since nothing more is known;
 * - `waiting`: for a worker, at attempt 1; `retrying`: failed attempts and back-off that cannot be told apart;
 * - `failed`: an attempt that failed; `back-off`: between two attempts;
 * - `sleeping`: a timer or a wait that is wanted.
 */
export type BarState = 'working' | 'waiting' | 'retrying' | 'failed' | 'back-off' | 'sleeping';

/** A stretch of time; the start counts from {@link Timeline.startedAt}. */
export interface Stretch {
  readonly startMs: number;
  readonly durationMs: number;
}

/** A part of a bar. */
export interface BarPart extends Stretch {
  readonly state: BarState;
  /** As in `attempt 2`, `2 failed attempts and back-off`. */
  readonly text?: string;
}

/** An instant on a bar. */
export interface Mark {
  /** From {@link Timeline.startedAt}. */
  readonly atMs: number;
  readonly text: string;
  readonly isError: boolean;
}

/** What a `group` row stands for. */
export interface RowGroup {
  /** Siblings in the group, also those that are cut. */
  readonly count: number;
  /** Sum, and the longest, of their durations. */
  readonly totalMs: number;
  readonly longestMs: number;
  readonly errors: number;
}

/** One row of the waterfall. */
export interface TimelineRow extends Stretch {
  /** Stays the same when the page is read again: fold and select by it. */
  readonly id: string;
  /** Index of the row above in {@link Timeline.rows}; -1 at the top. Rows come depth first. */
  readonly parent: number;
  /** 0 at the top. With grouping switched off, count the `group` rows above off. */
  readonly depth: number;
  /** Rows below it, direct and indirect: the next row that is not below is at `index + 1 + below`. */
  readonly below: number;
  /** Direct children that are cut: `+ 3,210 more`. */
  readonly more: number;
  readonly kind: RowKind;
  readonly name: string;
  /** Index in {@link Timeline.services}: its colour. */
  readonly service: number;
  /** Goes on: `durationMs` reaches to {@link Timeline.asOfAt}. */
  readonly isOpen: boolean;
  readonly hasError: boolean;
  /** Beside the bar, as in `attempt 3`, `sent twice: a workflow task was repeated`, `its parent was not received`. */
  readonly note?: string;
  /** One line of the error. */
  readonly errorLine?: string;
  /** In the order of time, without overlap; empty for one that only works. */
  readonly parts: readonly BarPart[];
  /** Where it is the critical path itself (not what is below it); empty if it is not on it. */
  readonly critical: readonly Stretch[];
  readonly marks: readonly Mark[];
  readonly group?: RowGroup;
  /** What the row was made from. */
  readonly from: 'history' | 'spans' | 'both';
  /** The run that it stands for, with a page of its own: a child or shard. */
  readonly runId?: string;
}

/** A stretch longer than a fifth of the whole in which nothing works: drawn narrow, with a mark. */
export interface Fold extends Stretch {
  /** As in `3 min 10 s: timer`. */
  readonly text: string;
}

export interface Timeline {
  /** Time 0 of all rows. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** Time up to which open rows reach. */
  readonly asOfAt: number;
  /** Names; the first is the run's own worker, or `workflow` where only the history is known. */
  readonly services: readonly string[];
  readonly rows: readonly TimelineRow[];
  readonly folds: readonly Fold[];
  /** Rows that are cut in all. */
  readonly cut: number;
  readonly spanCount: number;
  readonly errorCount: number;
}

/** The span behind a row. */
export interface RowSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly kind: string;
  readonly service: string;
  readonly scope: string;
  readonly status: 'unset' | 'ok' | 'error';
  readonly statusMessage?: string;
  readonly attributes: readonly (readonly [name: string, value: string])[];
  readonly resource: readonly (readonly [name: string, value: string])[];
  readonly events: readonly {
    readonly atMs: number;
    readonly name: string;
    readonly attributes: readonly (readonly [name: string, value: string])[];
  }[];
  readonly links: readonly {
    readonly traceId: string;
    readonly spanId: string;
    /** As in `previous-run`, `parent`, `shard`. */
    readonly text: string;
  }[];
  /** Attributes, events and links that the sender or the console dropped. */
  readonly dropped: number;
  /** How often it was received; the one with the latest end is shown. */
  readonly received: number;
}

/** `/api/runs/:runId/rows/:row`, `/api/traces/:traceId/rows/:row`: read when a row is opened. */
export interface RowDetails {
  readonly id: string;
  /** What the history says. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly error?: { readonly type: string; readonly message: string; readonly stack?: string };
  readonly span?: RowSpan;
}
