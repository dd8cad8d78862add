/**
 * A table of runs: start, result, duration, wait, trigger and sampling.
 */

import { durationText } from '../../timeline/durations';
import type { RunRow } from '../../types';
import { paths } from '../address';
import { STATE_WORDS, StateIcon } from '../parts/state';
import { Ago, Time } from '../parts/time';
import { TimesUsual } from './times-usual';

/** Shortest wait that is shown, in milliseconds. */
const MIN_WAIT_MS = 100;

export function RunTable({ runs }: { readonly runs: readonly RunRow[] }) {
  const longest = Math.max(1, ...runs.map(({ durationMs }) => durationMs));
  return (
    <table class="list runs">
      <thead>
        <tr>
          <th scope="col">Started</th>
          <th scope="col">Result</th>
          <th scope="col">Took</th>
          <th scope="col" class="number">
            Waited
          </th>
          <th scope="col">Trigger</th>
          <th scope="col">Spans</th>
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <Row key={run.runId} run={run} longest={longest} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ run, longest }: { readonly run: RunRow; readonly longest: number }) {
  const { state, waitedMs, attempt, sampling } = run;
  const isWaitShort = waitedMs === undefined || waitedMs < MIN_WAIT_MS;
  return (
    <tr class={`is-${state}`}>
      <th scope="row">
        <a class="row-link" href={paths.run(run.runId, run.namespace)}>
          <Time at={run.startedAt} />
        </a>
        <span class="quiet">
          <Ago at={run.startedAt} />
        </span>
      </th>
      <td class="result-cell">
        <span class={`state is-${state}`}>
          <StateIcon state={state} />
          {STATE_WORDS[state]}
          {attempt !== undefined && attempt > 1 && <span class="quiet"> attempt {attempt}</span>}
        </span>
        {run.errorLine !== undefined && <span class="quiet one-line">{run.errorLine}</span>}
        {run.isForgotten && <span class="quiet">no longer in Temporal</span>}
      </td>
      <td class="took-cell">
        <span class="took">{durationText(run.durationMs)}</span>
        {run.timesUsual !== undefined && <TimesUsual times={run.timesUsual} />}
        <svg class="share-bar" viewBox="0 0 100 3" preserveAspectRatio="none" aria-hidden="true">
          <rect class={`is-${state}`} width={(run.durationMs / longest) * 100} height="3" />
        </svg>
      </td>
      <td class="number">{isWaitShort ? <span class="quiet">–</span> : durationText(waitedMs)}</td>
      <td>
        {run.trigger ?? '–'}
        {(run.startedBy ?? run.reason) !== undefined && (
          <span class="quiet one-line">{[run.startedBy, run.reason].filter(Boolean).join(': ')}</span>
        )}
      </td>
      <td>{sampling && <span class="quiet">{sampling.text}</span>}</td>
    </tr>
  );
}
