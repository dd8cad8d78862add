/**
 * The state of a run as a shape and a word, so that colour is never the only sign.
 */
import type { JSX } from 'preact';
import type { RunState } from '../../types';

/** The words by state. */
export const STATE_WORDS: Readonly<Record<RunState, string>> = {
  running: 'running',
  success: 'success',
  failure: 'failed',
  timeout: 'timed out',
  cancellation: 'cancelled',
  termination: 'terminated',
  continued: 'continued as new',
  unknown: 'ended, result unknown',
};

/** Whether the state is one of a run that did not succeed. */
export function isBad(state: RunState): boolean {
  return state === 'failure' || state === 'timeout' || state === 'termination';
}

const SHAPES: Readonly<Record<RunState, JSX.Element>> = {
  running: <circle cx="6" cy="6" r="4" />,
  success: <path d="M2 6.5 5 9.500 10 3" class="stroke" />,
  failure: <path d="M2.500 2.500 9.500 9.500M9.500 2.500 2.500 9.500" class="stroke" />,
  timeout: <path d="M6 1.500A4.500 4.500 0 1 0 6.010 1.500M6 3.500V6.300L8 7.500" class="stroke" />,
  cancellation: <path d="M2 6H10" class="stroke" />,
  termination: <rect x="2" y="2" width="8" height="8" rx="1" />,
  continued: <path d="M1.500 6H10M7 3 10 6 7 9" class="stroke" />,
  unknown: <circle cx="6" cy="6" r="2" />,
};

/** The shape alone, hidden from screen readers. */
export function StateIcon({ state }: { readonly state: RunState }) {
  return (
    <svg class={`state-icon is-${state}`} viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
      {SHAPES[state]}
    </svg>
  );
}

/** The shape and the word. */
export function State({ state }: { readonly state: RunState }) {
  return (
    <span class={`state is-${state}`}>
      <StateIcon state={state} />
      {STATE_WORDS[state]}
    </span>
  );
}
