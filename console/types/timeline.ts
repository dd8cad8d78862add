/**
 * A timeline of history and spans: one flat array of rows, laid out by the server.
 */

/**
 * - `run`: a run, or a child run that is known from its spans; `activity`, `local-activity`, `child`,
 *   `nexus`, `timer`;
 * - `signal`, `update`: a message from outside;
 * - `wait`: the run waits for something without a row of its own;
 * - `operation`: any other span;
 * - `group`: similar siblings, which follow as its children;
 * - `missing`: a span that was not received, but whose children were.
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
 * - `working`: work in progress, also where nothing more is known;
 * - `waiting`: waits for a worker, at attempt 1; `retrying`: failed attempts and back-off that cannot be
 *   separated;
 * - `failed`: a failed attempt; `back-off`: between two attempts;
 * - `sleeping`: an intended wait, such as a timer.
 */
export type BarState = 'working' | 'waiting' | 'retrying' | 'failed' | 'back-off' | 'sleeping';

/** A period of time, in milliseconds; the start is relative to {@link Timeline.startedAt}. */
export interface Stretch {
  readonly startMs: number;
  readonly durationMs: number;
}

/** A part of a bar. */
export interface BarPart extends Stretch {
  readonly state: BarState;
  /** Label, as in `attempt 2`, `2 failed attempts and back-off`. */
  readonly text?: string;
}

/** An instant on a bar. */
export interface Mark {
  /** Milliseconds since {@link Timeline.startedAt}. */
  readonly atMs: number;
  readonly text: string;
  readonly isError: boolean;
}

/** Statistics of the siblings in a `group` row. */
export interface RowGroup {
  /** Number of siblings in the group, including those that are cut off. */
  readonly count: number;
  /** Sum of their durations, in milliseconds. */
  readonly totalMs: number;
  readonly longestMs: number;
  readonly errors: number;
}

/** One row of the waterfall. */
export interface TimelineRow extends Stretch {
  /** Id that stays the same when the page is read again, for folding and selection. */
  readonly id: string;
  /** Index of the parent in {@link Timeline.rows}; -1 at the top. Rows are in depth-first order. */
  readonly parent: number;
  /** Depth, 0 at the top. With grouping switched off, subtract the number of `group` ancestors. */
  readonly depth: number;
  /** Number of descendants; the next row that is not one is at `index + 1 + below`. */
  readonly below: number;
  /** Number of children that are cut off, shown as `+ 3,210 more`. */
  readonly more: number;
  readonly kind: RowKind;
  readonly name: string;
  /** Index in {@link Timeline.services}, which determines the colour. */
  readonly service: number;
  /** Whether the operation has not ended; `durationMs` then reaches to {@link Timeline.asOfAt}. */
  readonly isOpen: boolean;
  readonly hasError: boolean;
  /**
   * Text beside the bar, as in `attempt 3`, `sent twice: a workflow task was repeated`, `its parent was not
   * received`.
   */
  readonly note?: string;
  /** The error in one line. */
  readonly errorLine?: string;
  /** Parts of the bar in order of time, without overlap; empty if all of it is `working`. */
  readonly parts: readonly BarPart[];
  /** Periods in which the row itself, not a descendant, is on the critical path. */
  readonly critical: readonly Stretch[];
  readonly marks: readonly Mark[];
  readonly group?: RowGroup;
  /** Source of the row. */
  readonly from: 'history' | 'spans' | 'both';
  /** Run id of a child or shard, which has a page of its own. */
  readonly runId?: string;
}

/** A period longer than a fifth of the timeline in which nothing works; it is drawn narrow, with a mark. */
export interface Fold extends Stretch {
  /** Label, as in `3 min 10 s: timer`. */
  readonly text: string;
}

export interface Timeline {
  /** Start of the timeline, in milliseconds since 1970; times of rows are relative to it. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** Time up to which open rows reach, in milliseconds since 1970. */
  readonly asOfAt: number;
  /** Names of services; the first is the run's own worker, or `workflow` if only the history is known. */
  readonly services: readonly string[];
  readonly rows: readonly TimelineRow[];
  readonly folds: readonly Fold[];
  /** Total number of rows that are cut off. */
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
  /** Number of attributes, events and links that the sender or the console dropped. */
  readonly dropped: number;
  /** How often the span was received; the version with the latest end is shown. */
  readonly received: number;
}

/**
 * Response of `/api/runs/:runId/rows/:row` and `/api/traces/:traceId/rows/:row`, read when a row is opened.
 */
export interface RowDetails {
  readonly id: string;
  /** Times, parts and notes: of its events in the history, or of its span alone. */
  readonly properties: readonly (readonly [name: string, value: string])[];
  readonly error?: { readonly type: string; readonly message: string; readonly stack?: string };
  readonly span?: RowSpan;
}
