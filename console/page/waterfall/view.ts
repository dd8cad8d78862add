/**
 * Computes the rows of a timeline that are shown, and their depth: folding, grouping, filters, zoom. Pure.
 */
import type { Timeline, TimelineRow } from '../../types';

export interface ViewOptions {
  /** Whether `group` rows are left out and all their members are shown. */
  readonly isUngrouped: boolean;
  /** Ids of rows that the user has folded or unfolded; by default, only groups are folded. */
  readonly toggled: ReadonlySet<string>;
  readonly onlyFailed: boolean;
  /** Text to search for in rows, in lower case; empty for all rows. */
  readonly find: string;
  /** Id of the row to zoom to; only it and its descendants are shown. */
  readonly zoom?: string | undefined;
  /** Id of the selected row, which is always visible. */
  readonly selected?: string | undefined;
}

/** A visible row, or, with `more`, a line for siblings that the server cut off. */
export interface ShownRow {
  readonly row: TimelineRow;
  /** Index in {@link Timeline.rows}. */
  readonly index: number;
  readonly depth: number;
  /** Whether the descendants are shown; left out if there are none. */
  readonly isOpen?: boolean;
  /** Number of children of {@link row} that are cut off and replaced by this line. */
  readonly more?: number;
}

export function shownRows({ rows }: Timeline, options: ViewOptions): readonly ShownRow[] {
  const { first, end } = zoomedRange(rows, options.zoom);
  const matching = matchingRows(rows, options);
  const isOpenAt = openness(rows, options, matching !== undefined);
  const shown: ShownRow[] = [];
  /** Number of levels by which the children of a row are moved up, by the row's index. */
  const lifts = new Map<number, number>();
  const cut: { readonly line: ShownRow; readonly endIndex: number }[] = [];
  for (let index = first; index < end; ) {
    const row = rows[index];
    if (!row) break;
    closeCut(cut, index, shown);
    const next = index + 1 + row.below;
    const lift = lifts.get(row.parent) ?? rows[first]?.depth ?? 0;
    const isLeftOut = options.isUngrouped && row.kind === 'group';
    lifts.set(index, lift + Number(isLeftOut));
    const isMatch = matching?.has(index) ?? true;
    const isOpen = isMatch && (isLeftOut || isOpenAt(index));
    const depth = row.depth - lift;
    const canFold = row.below > 0 || row.more > 0;
    if (isMatch && !isLeftOut) shown.push({ row, index, depth, ...(canFold && { isOpen }) });
    if (isOpen && row.more > 0 && !matching)
      cut.push({
        line: { row, index, depth: depth + Number(!isLeftOut), more: row.more },
        endIndex: next,
      });
    index = isOpen ? index + 1 : next;
  }
  closeCut(cut, end, shown);
  return shown;
}

/** Returns the range of rows to show: from `first` up to, not including, `end`. */
function zoomedRange(rows: readonly TimelineRow[], zoom: string | undefined): { first: number; end: number } {
  const first = zoom === undefined ? -1 : rows.findIndex(({ id }) => id === zoom);
  return first < 0 ? { first: 0, end: rows.length } : { first, end: first + 1 + (rows[first]?.below ?? 0) };
}

/**
 * Returns whether the descendants of a row are shown. A filter opens groups; a selected row opens its
 * ancestors.
 */
function openness(
  rows: readonly TimelineRow[],
  { toggled, selected }: ViewOptions,
  isFiltered: boolean,
): (index: number) => boolean {
  const forced = ancestors(rows, selected);
  return (index) => {
    const { kind, id } = rows[index] ?? { kind: 'operation', id: '' };
    const isOpenAtFirst = kind !== 'group' || isFiltered;
    return forced.has(index) || isOpenAtFirst !== toggled.has(id);
  };
}

/** Adds lines for cut-off rows below their last sibling. */
function closeCut(
  cut: { readonly line: ShownRow; readonly endIndex: number }[],
  index: number,
  shown: ShownRow[],
): void {
  for (let last = cut.at(-1); last && last.endIndex <= index; last = cut.at(-1)) {
    shown.push(last.line);
    cut.pop();
  }
}

/**
 * Returns the indexes of the rows that match the filter, and of their ancestors; `undefined` without a
 * filter.
 */
function matchingRows(
  rows: readonly TimelineRow[],
  { onlyFailed, find }: ViewOptions,
): ReadonlySet<number> | undefined {
  if (!onlyFailed && find === '') return undefined;
  const matching = new Set<number>();
  for (const [index, row] of rows.entries()) {
    if ((onlyFailed && !row.hasError) || !textOf(row).includes(find)) continue;
    for (let each = index; each >= 0 && !matching.has(each); each = rows[each]?.parent ?? -1)
      matching.add(each);
  }
  return matching;
}

function textOf({ name, note = '', errorLine = '' }: TimelineRow): string {
  return `${name} ${note} ${errorLine}`.toLowerCase();
}

function ancestors(rows: readonly TimelineRow[], id: string | undefined): ReadonlySet<number> {
  const found = new Set<number>();
  if (id === undefined) return found;
  let index = rows.find((row) => row.id === id)?.parent ?? -1;
  for (; index >= 0; index = rows[index]?.parent ?? -1) found.add(index);
  return found;
}

/** Returns the rows with errors that have no descendants with errors, in order. */
export function innermostErrors({ rows }: Timeline): readonly TimelineRow[] {
  const outer = new Set<number>();
  for (const { hasError, parent } of rows) if (hasError) outer.add(parent);
  return rows.filter(({ hasError, kind }, index) => hasError && kind !== 'group' && !outer.has(index));
}

/**
 * Returns the row with the longest own time on the critical path; without a critical path, the longest leaf.
 */
export function slowestRow({ rows }: Timeline): TimelineRow | undefined {
  const own = ({ critical }: TimelineRow) => critical.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const candidates = rows.filter(({ kind }) => kind !== 'group' && kind !== 'run');
  const onPath = candidates.filter(({ critical }) => critical.length > 0);
  if (onPath.length > 0) return onPath.reduce((best, row) => (own(row) > own(best) ? row : best));
  const bottom = candidates.filter(({ below }) => below === 0);
  return bottom.reduce<TimelineRow | undefined>(
    (best, row) => (best && best.durationMs >= row.durationMs ? best : row),
    undefined,
  );
}
