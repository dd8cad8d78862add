/**
 * Switches, search and legend above the waterfall.
 */

import { countText, durationText, plural } from '../../timeline/durations';
import type { Timeline, TimelineRow } from '../../types';
import { withParameters } from '../address';
import { FindField } from '../parts/find-field';
import { COLORS } from './bar';
import type { WaterfallState } from './state';

interface ToolbarProps {
  readonly timeline: Timeline;
  readonly state: WaterfallState;
  readonly zoomed: TimelineRow | undefined;
}

export function Toolbar({ timeline, state, zoomed }: ToolbarProps) {
  const { rows, folds, cut, spanCount, errorCount } = timeline;
  const hasGroups = rows.some(({ kind }) => kind === 'group');
  return (
    <>
      <div class="head">
        <h2 id="timeline-heading">Timeline</h2>
        <p class="quiet">
          {spanCount === 0 ? 'from the history only' : plural(spanCount, 'span')}
          {errorCount > 0 && `, ${countText(errorCount)} with errors`}
          {cut > 0 && `, ${countText(cut)} rows left out`}
        </p>
        <div class="tools">
          {errorCount > 0 && (
            <Switch name="failed" value="1" isOn={state.onlyFailed}>
              Only errors <kbd>f</kbd>
            </Switch>
          )}
          {hasGroups && (
            <Switch name="groups" value="off" isOn={state.isUngrouped}>
              Ungroup <kbd>g</kbd>
            </Switch>
          )}
          {folds.length > 0 && (
            <Switch name="gaps" value="on" isOn={state.isUnfolded}>
              Unfold gaps
            </Switch>
          )}
          <FindField label="Find an operation" />
        </div>
      </div>
      {zoomed && (
        <p class="zoomed" role="status">
          Zoomed to <strong>{zoomed.name}</strong>, {durationText(zoomed.durationMs)}.{' '}
          <a href={withParameters({ zoom: undefined })}>Show all</a>
        </p>
      )}
      <Legend timeline={timeline} />
    </>
  );
}

interface SwitchProps {
  readonly name: string;
  readonly value: string;
  readonly isOn: boolean;
  readonly children: preact.ComponentChildren;
}

function Switch({ name, value, isOn, children }: SwitchProps) {
  return (
    <a class="chip" href={withParameters({ [name]: isOn ? undefined : value })} aria-current={isOn}>
      {children}
    </a>
  );
}

function Legend({ timeline: { services, rows, folds } }: { readonly timeline: Timeline }) {
  const states = new Set(rows.flatMap(({ parts }) => parts.map(({ state }) => state)));
  const isSlept = states.has('sleeping') || rows.some(({ kind }) => kind === 'timer' || kind === 'wait');
  return (
    <ul class="legend" aria-label="Colours">
      {services.map((service, index) => (
        <li key={service}>
          <i class={`swatch service-${index % COLORS}`} />
          {service}
        </li>
      ))}
      {states.has('waiting') && (
        <li>
          <i class="swatch is-waiting" />
          waiting for a worker
        </li>
      )}
      {(states.has('failed') || states.has('retrying')) && (
        <li>
          <i class="swatch is-failed" />
          failed attempts
        </li>
      )}
      {states.has('back-off') && (
        <li>
          <i class="swatch is-thin" />
          back-off
        </li>
      )}
      {isSlept && (
        <li>
          <i class="swatch is-thin" />
          timer or wait
        </li>
      )}
      {rows.some(({ critical }) => critical.length > 0) && (
        <li>
          <i class="swatch is-critical" />
          critical path
        </li>
      )}
      {folds.length > 0 && (
        <li>
          <i class="swatch is-fold" />
          folded gap
        </li>
      )}
    </ul>
  );
}
