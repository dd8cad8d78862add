/**
 * The items of a timeline before the layout in rows, as a tree. Times are milliseconds since 1970. Several
 * readers build the tree, so items are mutable until the rows are made.
 */
import type { BarState, RowKind } from '../types';
import type { Failure } from './history-event';

/** A period of time, in milliseconds since 1970. */
export interface Period {
  readonly startMs: number;
  readonly endMs: number;
}

/** A part of an item's time. */
export interface Part extends Period {
  readonly state: BarState;
  readonly text?: string | undefined;
}

/** A moment in an item's time. */
export interface Instant {
  readonly atMs: number;
  readonly text: string;
  readonly isError: boolean;
}

/** An operation with a duration. */
export interface Item {
  /** Id, unique in the timeline and stable: `run`, `e<event id>`, `s<span id>` or `h<run id>` of a shard. */
  id: string;
  kind: RowKind;
  name: string;
  /** Name of the service; `undefined` for the run's own worker, if no span names it. */
  service: string | undefined;
  startMs: number;
  endMs: number;
  isOpen: boolean;
  /** End of a timer, in milliseconds since 1970. */
  untilMs: number | undefined;
  hasError: boolean;
  errorLine: string | undefined;
  /** Failure from the history. */
  failure: Failure | undefined;
  readonly notes: string[];
  parts: readonly Part[];
  readonly marks: Instant[];
  from: 'history' | 'spans' | 'both';
  children: Item[];
  /** Run id of a child or shard. */
  runId: string | undefined;
  /** Id of the item's span, or of the span in the header of its event. */
  spanId: string | undefined;
  /** Id of the span with the item's details, which may differ from the span of its call. */
  detailSpanId: string | undefined;
}

/** Creates an item; members that are left out get their defaults. */
export function newItem(
  values: Pick<Item, 'id' | 'kind' | 'name' | 'startMs' | 'endMs' | 'from'> & Partial<Item>,
): Item {
  return {
    service: undefined,
    isOpen: false,
    untilMs: undefined,
    hasError: false,
    errorLine: undefined,
    failure: undefined,
    notes: [],
    parts: [],
    marks: [],
    children: [],
    runId: undefined,
    spanId: undefined,
    detailSpanId: undefined,
    ...values,
  };
}

/** Iterates over all items of the trees, parents first. Not recursive, since traces may be of any depth. */
export function* walk(roots: readonly Item[]): Generator<Item> {
  const open = [...roots].reverse();
  for (let item = open.pop(); item !== undefined; item = open.pop()) {
    yield item;
    for (let index = item.children.length - 1; index >= 0; index--) {
      const child = item.children[index];
      if (child) open.push(child);
    }
  }
}

/** Returns the first line of a text, at most 200 characters. */
export function firstLine(text: string): string {
  const [line = ''] = text.split('\n', 1);
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}
