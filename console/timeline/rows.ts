/**
 * Converts the tree to the flat array of rows that a page draws: depth first, similar siblings grouped, cut
 * to a size that a page can show. Computes all geometry. Pure.
 */
import type { Stretch, Timeline, TimelineRow } from '../types';
import type { CriticalPath } from './critical-path';
import { foldsOf } from './folds';
import { type Entry, groupSiblings, isGroup } from './groups';
import { type Item, type Period, walk } from './item';

/** Most rows of a timeline. */
const MAX_ROWS = 10_000;
/** Limits of the number of children of a row, tried in this order until there are few enough rows. */
const CHILD_LIMITS = [Number.POSITIVE_INFINITY, 1_000, 300, 100, 30, 10];
/** Deepest level; rows below are cut off. */
const MAX_DEPTH = 100;
/** Rows with at most so many parts keep all of them, so that parts add up to the row's duration. */
const FEW_PARTS = 20;
/** Smallest part of a row with more parts, as a share of the whole. */
const MIN_PART = 0.000_5;
const MAX_PARTS = 200;
const MAX_STRETCHES = 50;

export interface TimelineInput {
  readonly roots: readonly Item[];
  readonly startMs: number;
  readonly endMs: number;
  /** Time up to which open items reach, in milliseconds since 1970. */
  readonly asOfMs: number;
  /** Service of items without a known service. */
  readonly ownService: string;
  readonly critical: CriticalPath;
  readonly spanCount: number;
}

export function timelineOf(input: TimelineInput): Timeline {
  const { roots, startMs, endMs, asOfMs } = input;
  const total = [...walk(roots)];
  const limit =
    CHILD_LIMITS.find((each) => countRows(roots, each) <= MAX_ROWS) ?? CHILD_LIMITS.at(-1) ?? MAX_ROWS;
  const builder = new RowBuilder(input, limit);
  for (const entry of groupSiblings(keptOf(roots, limit), roots.length)) builder.add(entry);
  const { rows } = builder;
  return {
    startedAt: startMs,
    durationMs: Math.max(0, endMs - startMs),
    asOfAt: asOfMs,
    services: builder.services,
    rows,
    folds: foldsOf(total, startMs, endMs),
    cut: total.length - rows.filter(({ kind }) => kind !== 'group').length,
    spanCount: input.spanCount,
    errorCount: total.reduce((count, { hasError }) => count + Number(hasError), 0),
  };
}

/** Returns the number of rows if each row has at most `limit` children. */
function countRows(roots: readonly Item[], limit: number): number {
  let count = 0;
  const open: { readonly items: readonly Item[]; readonly depth: number }[] = [{ items: roots, depth: 0 }];
  for (let next = open.pop(); next !== undefined && count <= MAX_ROWS; next = open.pop()) {
    const { items, depth } = next;
    const kept = keptOf(items, limit);
    count += kept.length;
    if (depth < MAX_DEPTH) for (const { children } of kept) open.push({ items: children, depth: depth + 1 });
  }
  return count;
}

/** Returns the children to keep, in their order; those with errors are preferred, then the longest. */
function keptOf(children: readonly Item[], limit: number): readonly Item[] {
  if (children.length <= limit) return children;
  const weight = (item: Item) =>
    (item.hasError ? Number.MAX_SAFE_INTEGER / 2 : 0) + item.endMs - item.startMs;
  const kept = new Set([...children].sort((a, b) => weight(b) - weight(a)).slice(0, limit));
  return children.filter((child) => kept.has(child));
}

type Draft = { -readonly [Name in keyof TimelineRow]: TimelineRow[Name] };

class RowBuilder {
  readonly rows: TimelineRow[] = [];
  readonly services: string[];
  readonly #input: TimelineInput;
  readonly #limit: number;
  readonly #minPartMs: number;

  constructor(input: TimelineInput, limit: number) {
    this.#input = input;
    this.#limit = limit;
    this.services = [input.ownService];
    this.#minPartMs = (input.endMs - input.startMs) * MIN_PART;
  }

  /** Adds the rows of an entry. Recursive, since the depth is limited. */
  add(entry: Entry, parent = -1, depth = 0): void {
    const index = this.rows.length;
    const row: Draft = isGroup(entry)
      ? this.#groupRow(entry, parent, depth)
      : this.#row(entry, parent, depth);
    this.rows.push(row);
    const children = isGroup(entry) ? entry.members : this.#childrenOf(entry, row, depth);
    for (const child of children) this.add(child, index, depth + 1);
    row.below = this.rows.length - index - 1;
  }

  #childrenOf(item: Item, row: Draft, depth: number): readonly Entry[] {
    if (depth >= MAX_DEPTH) {
      row.more = item.children.length;
      return [];
    }
    const kept = keptOf(item.children, this.#limit);
    row.more = item.children.length - kept.length;
    return groupSiblings(kept, item.children.length);
  }

  #groupRow(group: Extract<Entry, { members: readonly Item[] }>, parent: number, depth: number): Draft {
    const { members, name } = group;
    const durations = members.map(({ startMs, endMs }) => endMs - startMs);
    const startMs = Math.min(...members.map((item) => item.startMs));
    const endMs = Math.max(...members.map((item) => item.endMs));
    const errors = members.filter(({ hasError }) => hasError).length;
    return {
      id: `g${members[0]?.id}`,
      parent,
      depth,
      below: 0,
      more: 0,
      kind: 'group',
      name,
      service: this.#serviceOf(members[0]),
      ...this.#stretch(startMs, endMs),
      isOpen: members.some(({ isOpen }) => isOpen),
      hasError: errors > 0,
      parts: [],
      critical: this.#criticalOf(members),
      marks: [],
      group: {
        count: members.length,
        totalMs: durations.reduce((sum, ms) => sum + ms, 0),
        longestMs: Math.max(...durations),
        errors,
      },
      from: members[0]?.from ?? 'history',
    };
  }

  #row(item: Item, parent: number, depth: number): Draft {
    const { id, kind, name, isOpen, hasError, from, runId, errorLine, notes, startMs, endMs } = item;
    return {
      id,
      parent,
      depth,
      below: 0,
      more: 0,
      kind,
      name,
      service: this.#serviceOf(item),
      ...this.#stretch(startMs, endMs),
      isOpen,
      hasError,
      ...(notes.length > 0 && { note: notes.filter(Boolean).join('; ') }),
      ...(errorLine !== undefined && { errorLine }),
      parts: item.parts
        .filter((part) => part.state === 'failed' || this.#isKept(part, item.parts.length))
        .slice(0, MAX_PARTS)
        .map(({ state, text, ...part }) => ({
          state,
          ...(text !== undefined && { text }),
          ...this.#stretch(part.startMs, part.endMs),
        })),
      critical: this.#criticalOf([item]),
      marks: item.marks.map(({ atMs, text, isError }) => ({
        atMs: atMs - this.#input.startMs,
        text,
        isError,
      })),
      from,
      ...(runId !== undefined && { runId }),
    };
  }

  #stretch(startMs: number, endMs: number): Stretch {
    return { startMs: startMs - this.#input.startMs, durationMs: Math.max(0, endMs - startMs) };
  }

  #criticalOf(items: readonly Item[]): Stretch[] {
    const stretches = items.flatMap((item) => this.#input.critical.get(item) ?? []);
    return stretches
      .filter((stretch) => this.#isKept(stretch, stretches.length))
      .slice(0, MAX_STRETCHES)
      .map(({ startMs, endMs }) => this.#stretch(startMs, endMs));
  }

  #isKept({ startMs, endMs }: Period, count: number): boolean {
    return count <= FEW_PARTS ? endMs > startMs : endMs - startMs >= this.#minPartMs;
  }

  #serviceOf(item: Item | undefined): number {
    const { ownService } = this.#input;
    const service = item?.service ?? ownService;
    const index = this.services.indexOf(service);
    return index >= 0 ? index : this.services.push(service) - 1;
  }
}
