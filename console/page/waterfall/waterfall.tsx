/**
 * The waterfall: history and spans of a run or a trace, a row each, on one time axis.
 */
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { Timeline } from '../../types';
import { show } from '../address';
import { focusFind, useKeys } from '../keyboard';
import { Axis, FoldBands } from './axis';
import { Details } from './details';
import { makeScale } from './scale';
import { toggleRow, waterfallState } from './state';
import { Toolbar } from './toolbar';
import { innermostErrors, type ShownRow, shownRows, slowestRow } from './view';
import { rowElementId, WaterfallRow } from './waterfall-row';
import { revealRow, useMedia, useRowWindow } from './window';

const ROW_HEIGHT = 28;
const NARROW_ROW_HEIGHT = 44;
/** Share of the width for names, and its bounds in pixels; must match the style sheet. */
const NAMES = { share: 0.36, least: 220, most: 460 };

interface WaterfallProps {
  readonly timeline: Timeline;
  /** Path of the API that the details of rows are below. */
  readonly detailsPath: string;
  readonly namespace: string | undefined;
}

export function Waterfall({ timeline, detailsPath, namespace }: WaterfallProps) {
  const state = waterfallState();
  const { selected, zoom, isUnfolded } = state;
  const folding = [...state.toggled].join(',');
  const rows = useMemo(
    () => shownRows(timeline, state),
    [timeline, folding, selected, zoom, state.isUngrouped, state.onlyFailed, state.find],
  );
  const isNarrow = useMedia('(max-width: 700px)');
  const height = isNarrow ? NARROW_ROW_HEIGHT : ROW_HEIGHT;
  const { body, first, end, width } = useRowWindow(rows.length, height);
  const namesWidth = isNarrow
    ? 0
    : Math.round(Math.min(NAMES.most, Math.max(NAMES.least, width * NAMES.share)));
  const zoomed = zoom === undefined ? undefined : timeline.rows.find(({ id }) => id === zoom);
  const scale = useMemo(
    () =>
      makeScale(
        zoomed ?? { startMs: 0, durationMs: timeline.durationMs },
        isUnfolded ? [] : timeline.folds,
        width - namesWidth,
      ),
    [timeline, zoomed, isUnfolded, width, namesWidth],
  );
  const position = rows.findIndex(({ row, more }) => row.id === selected && more === undefined);
  useReveal(body.current, position, height, selected, width > 0);
  useWaterfallKeys(timeline, rows, position);
  const onClick = (event: MouseEvent) => {
    const target = event.target as Element;
    const fold = target.closest<HTMLElement>('[data-fold]')?.dataset.fold;
    const id = target.closest<HTMLElement>('[data-row]')?.dataset.row;
    if (target.closest('.wf-run') || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (fold !== undefined) toggleRow(timeline, state, fold);
    else if (id !== undefined) show({ row: id === selected ? undefined : id });
    event.preventDefault();
  };
  const selectedRow = position < 0 ? undefined : rows[position]?.row;
  const active =
    position >= first && position < end && selected !== undefined
      ? { 'aria-activedescendant': rowElementId(selected) }
      : {};
  return (
    <section class="waterfall" aria-labelledby="timeline-heading">
      <Toolbar timeline={timeline} state={state} zoomed={zoomed} />
      <div class={selectedRow ? 'wf-columns has-details' : 'wf-columns'}>
        <div
          class="wf-grid"
          role="treegrid"
          aria-label="Timeline"
          aria-rowcount={rows.length + 1}
          tabIndex={0}
          {...active}
          onClick={onClick}
        >
          <Axis scale={scale} namesWidth={namesWidth} startMs={zoomed?.startMs ?? 0} />
          <div
            class="wf-body"
            role="rowgroup"
            ref={body}
            style={{ height: `${rows.length * height}px`, '--names': `${namesWidth}px` }}
          >
            <FoldBands scale={scale} namesWidth={namesWidth} height={rows.length * height} />
            {width > 0 &&
              rows
                .slice(first, end)
                .map((shown, index) => (
                  <WaterfallRow
                    key={shown.more === undefined ? shown.row.id : `more ${shown.row.id}`}
                    shown={shown}
                    position={first + index}
                    service={timeline.services[shown.row.service]}
                    scale={scale}
                    height={height}
                    isNarrow={isNarrow}
                    isSelected={shown.row.id === selected && shown.more === undefined}
                    namespace={namespace}
                  />
                ))}
          </div>
          {rows.length === 0 && <p class="empty">No matching rows.</p>}
        </div>
        {selectedRow && (
          <Details
            key={selectedRow.id}
            row={selectedRow}
            service={timeline.services[selectedRow.service]}
            path={detailsPath}
            startedAt={timeline.startedAt}
            namespace={namespace}
          />
        )}
      </div>
    </section>
  );
}

/** Scrolls to the selected row when the selection changes, but not when the timeline is read again. */
function useReveal(
  body: HTMLElement | null,
  position: number,
  height: number,
  id: string | undefined,
  isReady: boolean,
): void {
  const revealed = useRef<string | undefined>(undefined);
  useEffect(() => {
    if (!isReady || revealed.current === id) return;
    if (position >= 0 || id === undefined) revealed.current = id;
    revealRow(body, position, height);
  }, [id, position, isReady]);
}

function useWaterfallKeys(timeline: Timeline, rows: readonly ShownRow[], position: number): void {
  const state = waterfallState();
  const select = (id: string | undefined) => {
    if (id !== undefined) show({ row: id });
  };
  const step = (by: number) => () => {
    let next = position < 0 && by < 0 ? rows.length - 1 : position + by;
    while (rows[next]?.more !== undefined) next += by;
    select(rows[next]?.row.id);
  };
  const present = rows[position];
  const fold = (isOpen: boolean) => () => {
    if (!present) return;
    if (present.isOpen === !isOpen) toggleRow(timeline, state, present.row.id);
    else if (!isOpen) select(rows.slice(0, position).findLast(({ depth }) => depth < present.depth)?.row.id);
    else step(1)();
  };
  const nextError = () => {
    const errors = innermostErrors(timeline);
    const after = timeline.rows.findIndex(({ id }) => id === state.selected);
    const next = errors.find((row) => timeline.rows.indexOf(row) > after) ?? errors[0];
    select(next?.id);
  };
  const leave = () => {
    if (state.selected !== undefined) show({ row: undefined });
    else if (state.zoom !== undefined) show({ zoom: undefined });
  };
  useKeys({
    j: step(1),
    k: step(-1),
    ArrowDown: step(1),
    ArrowUp: step(-1),
    ArrowLeft: fold(false),
    ArrowRight: fold(true),
    e: nextError,
    s: () => select(slowestRow(timeline)?.id),
    f: () => show({ failed: state.onlyFailed ? undefined : '1' }),
    g: () => show({ groups: state.isUngrouped ? undefined : 'off' }),
    z: () => show({ zoom: state.selected === state.zoom ? undefined : state.selected }),
    Escape: leave,
    '/': focusFind,
  });
}
