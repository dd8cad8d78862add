/**
 * What the timeline is made of before it is laid out in rows: things that took time, as a tree. Times are absolute, in
 * milliseconds since 1970. Built by one reader after the other, so an item changes until the rows are made.
 */
import type { BarState, RowKind } from '../api/types';
import type { Failure } from './history-event';

/** A part of an item's time. */
export interface Part {
  readonly state: BarState;
  readonly startMs: number;
  readonly endMs: number;
  readonly text?: string | undefined;
}

/** An instant. */
export interface Instant {
  readonly atMs: number;
  readonly text: string;
  readonly isError: boolean;
}

/** Something that took time. */
export interface Item {
  /** Unique in the timeline, the same each time it is made: `run`, `e<event id>` or `s<span id>`. */
  id: string;
  kind: RowKind;
  name: string;
  /** `undefined`: that of the run's worker, known only where spans are. */
  service: string | undefined;
  startMs: number;
  endMs: number;
  isOpen: boolean;
  /** When a timer will end. */
  untilMs: number | undefined;
  hasError: boolean;
  errorLine: string | undefined;
  /** As the history has it. */
  failure: Failure | undefined;
  readonly notes: string[];
  parts: readonly Part[];
  readonly marks: Instant[];
  from: 'history' | 'spans' | 'both';
  children: Item[];
  /** Run id of a child or shard. */
  runId: string | undefined;
  /** Id of the span that the item is, or that its call has in the header of its event. */
  spanId: string | undefined;
  /** Where its details are read: the span, which may be another than that of its call. */
  detailSpanId: string | undefined;
}

/** An item with what is usual for members that are not given. */
export function newItem(
  given: Pick<Item, 'id' | 'kind' | 'name' | 'startMs' | 'endMs' | 'from'> & Partial<Item>,
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
    ...given,
  };
}

/** All items of the trees, parents before children. Not recursive: traces may be of any depth. */
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

/** First line of a text, at most 200 characters. */
export function firstLine(text: string): string {
  const [line = ''] = text.split('\n', 1);
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}
