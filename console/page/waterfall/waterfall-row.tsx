/**
 * A row of the waterfall: name, note, service, and bar. It has few elements, since each frame of a quick scroll creates
 * dozens of rows.
 */

import { countText, durationText } from '../../timeline/durations';
import type { TimelineRow } from '../../types';
import { paths, withParameters } from '../address';
import { Bar, barText, COLORS } from './bar';
import type { Scale } from './scale';
import type { ShownRow } from './view';

const INDENT = 14;
const MAX_INDENTS = 12;
/** Width of the triangle that folds a row; must match the style sheet. */
const FOLD_WIDTH = 24;

interface RowProps {
  readonly shown: ShownRow;
  /** Position among the visible rows, from 0. */
  readonly position: number;
  readonly service: string | undefined;
  readonly scale: Scale;
  readonly height: number;
  readonly isNarrow: boolean;
  readonly isSelected: boolean;
  readonly namespace: string | undefined;
}

export const rowElementId = (id: string) => `row-${id}`;

export function WaterfallRow({
  shown,
  position,
  service,
  scale,
  height,
  isNarrow,
  isSelected,
  namespace,
}: RowProps) {
  const { row, depth, isOpen, more } = shown;
  const common = {
    'aria-rowindex': position + 2,
    'aria-level': depth + 1,
    style: { top: `${position * height}px`, height: `${height}px` },
  };
  const canFold = isOpen !== undefined;
  const indentPx = Math.min(depth, MAX_INDENTS) * INDENT + (canFold ? 0 : FOLD_WIDTH);
  const indent = { paddingLeft: `${indentPx}px` };
  if (more !== undefined)
    return (
      <div role="row" {...common} class="wf-row is-cut">
        <div role="gridcell" class="wf-name" style={indent}>
          <span class="quiet">+ {countText(more)} more</span>
        </div>
        <div role="gridcell" />
      </div>
    );
  const expanded = canFold ? { 'aria-expanded': isOpen } : {};
  return (
    <div
      role="row"
      {...common}
      {...expanded}
      id={rowElementId(row.id)}
      class={`wf-row is-${row.kind} ${row.hasError ? 'has-error' : ''} ${isSelected ? 'is-selected' : ''}`}
      aria-selected={isSelected}
      data-row={row.id}
    >
      <div role="gridcell" class="wf-name" style={indent}>
        {canFold && <span class={isOpen ? 'wf-fold is-open' : 'wf-fold'} data-fold={row.id} />}
        <a
          class={`wf-link service-${row.service % COLORS}`}
          href={withParameters({ row: row.id })}
          tabIndex={-1}
          title={row.name}
        >
          {row.name}
        </a>
        <span class="wf-aside">
          {row.group && `× ${countText(row.group.count)} `}
          {row.note !== undefined && <span class="wf-note">{row.note} </span>}
          {service}
        </span>
        {row.runId !== undefined && (
          <a class="wf-run" href={paths.run(row.runId, namespace ?? '')} tabIndex={-1}>
            run →
          </a>
        )}
      </div>
      <div role="gridcell" class="wf-track" aria-label={barLabel(row)}>
        <Bar row={row} scale={scale} height={isNarrow ? 20 : height} />
      </div>
    </div>
  );
}

/** Describes the bar in words, for screen readers. */
function barLabel(row: TimelineRow): string {
  return [
    `starts at ${durationText(row.startMs)}`,
    barText(row),
    row.critical.length > 0 ? 'on the critical path' : '',
    ...row.parts.flatMap(({ state, text }) => (state === 'working' ? [] : (text ?? state))),
    row.hasError ? `error${row.errorLine === undefined ? '' : `: ${row.errorLine}`}` : '',
  ]
    .filter((text) => text !== '')
    .join(', ');
}
