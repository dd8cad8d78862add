/**
 * Filters of a job's runs. Their state is in the address.
 */
import type { JobFilter, RunRow, RunState } from '../../types';
import { address, parameter, show, withParameters } from '../address';
import { FindField } from '../parts/find-field';
import { STATE_WORDS } from '../parts/state';

/** States of runs that did not succeed. */
export const BAD_STATES: readonly RunState[] = ['failure', 'timeout', 'termination'];
const CHIPS: readonly (readonly [text: string, states: readonly RunState[]])[] = [
  ['Failed', BAD_STATES],
  ['Running', ['running']],
  ['Success', ['success']],
];
const TRIGGERS = ['cron', 'schedule', 'manual', 'api', 'retry'];

const chosen = () => address.value.searchParams.getAll('result');
const isChosen = (states: readonly string[]) => {
  const results = chosen();
  return states.length === results.length && states.every((state) => results.includes(state));
};

export function toggleFailed(): void {
  show({ result: isChosen(BAD_STATES) ? undefined : BAD_STATES });
}

/** The filters, with the values that occur in the runs shown. */
export function Filters({
  filter,
  runs,
}: {
  readonly filter: JobFilter | undefined;
  readonly runs: readonly RunRow[];
}) {
  const triggers = [...new Set([...TRIGGERS, ...runs.flatMap(({ trigger }) => trigger ?? [])])];
  const isFiltered = ['result', 'trigger', 'minMs', 'maxMs', 'q'].some(
    (name) => parameter(name) !== undefined,
  );
  const other = chosen().filter((state) => !CHIPS.some(([, states]) => states.includes(state as RunState)));
  return (
    <search class="tools filters">
      {CHIPS.map(([text, states]) => (
        <a
          key={text}
          class="chip"
          href={withParameters({ result: isChosen(states) ? undefined : states })}
          aria-current={isChosen(states)}
        >
          {text}
          {states === BAD_STATES && <kbd>f</kbd>}
        </a>
      ))}
      {other.map((state) => (
        <span key={state} class="chip">
          {STATE_WORDS[state as RunState] ?? state}
        </span>
      ))}
      <label>
        <span class="hidden-text">Trigger</span>
        <select
          value={parameter('trigger') ?? ''}
          onChange={({ currentTarget }) => show({ trigger: currentTarget.value || undefined })}
        >
          <option value="">any trigger</option>
          {triggers.map((trigger) => (
            <option key={trigger} value={trigger}>
              {trigger}
            </option>
          ))}
        </select>
      </label>
      <label class="seconds">
        <span>at least</span>
        <input
          type="number"
          min="0"
          step="any"
          value={filter?.minMs === undefined ? '' : filter.minMs / 1_000}
          onChange={({ currentTarget }) =>
            show({
              minMs: currentTarget.value === '' ? undefined : String(Number(currentTarget.value) * 1_000),
            })
          }
        />
        <span>s</span>
      </label>
      <FindField label="Find a run" />
      {isFiltered && (
        <a
          class="clear"
          href={withParameters({
            result: undefined,
            trigger: undefined,
            minMs: undefined,
            maxMs: undefined,
            q: undefined,
          })}
        >
          All runs
        </a>
      )}
    </search>
  );
}
