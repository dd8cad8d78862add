/**
 * The signals of a run's first task that belong to its beginning.
 *
 * Pure. In a new run, all of them do. After a reset to the first task, Temporal delivers reapplied signals in the
 * same way; they took effect in the previous run and must not in this one. Only their event numbers distinguish
 * them in the history:
 *
 * started · signals · task scheduled · signals · task started · task failed (the reset) · signals reapplied ·
 * task scheduled · signals · task started
 */

/** A signal of the first workflow task. */
export interface FirstSignal {
  readonly name: string;
  /** Number of the signal's event; `undefined` if the SDK does not provide it. */
  readonly eventId: number | undefined;
}

/** Largest step between the events of two signals before the reset: only "task scheduled" may be between them. */
const MAX_STEP_BEFORE = 2;

/**
 * Returns the signals that a run which was reset to its first task received before the original's first task or
 * after the reset; all signals if their event numbers are unknown.
 *
 * @param signals signals of the first task, in their order
 * @param startedEventId number of the current task's event "task started": the length of the history
 */
export function signalsOfBeginning(
  signals: readonly FirstSignal[],
  startedEventId: number,
): readonly FirstSignal[] {
  const ids = signals.map(({ eventId }) => eventId ?? Number.NaN);
  if (ids.some(Number.isNaN)) return signals;
  const before = countAtBeginning(ids);
  const after = Math.max(before, signals.length - countAtEnd(ids, startedEventId));
  return [...signals.slice(0, before), ...signals.slice(after)];
}

/** Returns how many events follow the run's first event, "started", with at most one other event in between. */
function countAtBeginning(ids: readonly number[]): number {
  let previous = 1;
  let count = 0;
  for (const id of ids) {
    if (id - previous > MAX_STEP_BEFORE) break;
    previous = id;
    count++;
  }
  return count;
}

/** Returns how many events directly precede the event "task started", one after the other. */
function countAtEnd(ids: readonly number[], startedEventId: number): number {
  let count = 0;
  while (ids.at(-1 - count) === startedEventId - 1 - count) count++;
  return count;
}
