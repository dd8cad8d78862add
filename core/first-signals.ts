/**
 * Which signals of a run's first task belong to its beginning.
 *
 * Pure. A new run's do, all of them. After a reset to the first task Temporal hands over the signals that it applies
 * again in the same way: the run before has obeyed them, and they ask for nothing of this one. Only the numbers of the
 * events tell them apart; the history is then:
 *
 * started · signals · task scheduled · signals · task started · task failed (the reset) · signals applied again ·
 * task scheduled · signals · task started
 */

export interface FirstSignal {
  readonly name: string;
  /** Number of its event; `undefined` where the SDK does not give it. */
  readonly eventId: number | undefined;
}

/** Between two signals of the original's first task there is at most the one event "task scheduled". */
const MAX_STEP_BEFORE = 2;

/**
 * The signals of a run that was reset to its first task which came before the original's first task, or after the reset;
 * all of them where their events are not known.
 *
 * @param signals in their order
 * @param startedEventId number of the event "task started" of the present task: the length of the history
 */
export function signalsOfBeginning(
  signals: readonly FirstSignal[],
  startedEventId: number,
): readonly FirstSignal[] {
  const ids = signals.map(({ eventId }) => eventId ?? Number.NaN);
  if (ids.some(Number.isNaN)) return signals;
  let before = 0;
  for (let last = 1; (ids[before] ?? Number.POSITIVE_INFINITY) - last <= MAX_STEP_BEFORE; before++)
    last = ids[before] ?? last;
  let after = signals.length;
  while (after > before && ids[after - 1] === startedEventId - 1 - (signals.length - after)) after--;
  return [...signals.slice(0, before), ...signals.slice(after)];
}
