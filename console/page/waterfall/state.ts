/**
 * The user's choices in a waterfall. They are in the address, by ids that stay the same when the timeline is
 * read again.
 */
import type { Timeline } from '../../types';
import { parameter, show } from '../address';
import type { ViewOptions } from './view';

/** The choices, as the address names them. */
export interface WaterfallState extends ViewOptions {
  /** Whether long gaps are drawn in full. */
  readonly isUnfolded: boolean;
}

/** Reads the choices from the address. */
export function waterfallState(): WaterfallState {
  return {
    isUngrouped: parameter('groups') === 'off',
    isUnfolded: parameter('gaps') === 'on',
    toggled: new Set(parameter('fold')?.split(',') ?? []),
    onlyFailed: parameter('failed') !== undefined,
    find: parameter('q')?.toLowerCase() ?? '',
    zoom: parameter('zoom'),
    selected: parameter('row'),
  };
}

/** Folds or unfolds the descendants of a row. */
export function toggleRow({ rows }: Timeline, { toggled, selected }: WaterfallState, id: string): void {
  const ids = new Set(toggled);
  if (!ids.delete(id)) ids.add(id);
  const index = rows.findIndex((row) => row.id === id);
  const selectedIndex = rows.findIndex((row) => row.id === selected);
  const isAboveSelected = selectedIndex > index && selectedIndex <= index + (rows[index]?.below ?? 0);
  // A selected row keeps its ancestors open, so the folded row becomes the selected one.
  const isOpenByItself = (rows[index]?.kind !== 'group') !== toggled.has(id);
  const hasFolding = !isAboveSelected || isOpenByItself;
  show({ ...(hasFolding && { fold: [...ids].join(',') }), ...(isAboveSelected && { row: id }) });
}
