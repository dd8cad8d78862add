/**
 * Grouping: more than five new alerts of one type in one poll become one message with a list. Pure.
 */
import type { Subject } from './incident/message';
import type { Observation, Observations } from './incident/observation';

/** The observations about one subject, to be signalled to its incident. */
export interface Signal extends Observations {
  readonly subject: Subject;
}

/** Most alerts of one type and the same channels that are sent one by one. */
const MAX_ALONE = 5;

/** Message types of the observations that lead to one; `raised` carries its own type. */
const MESSAGE_TYPES: Readonly<Partial<Record<Observation['kind'], string>>> = Object.freeze({
  failed: 'job.failed',
  failing: 'job.failing',
  succeeded: 'job.recovered',
});

/**
 * Returns the signals, with a group assigned where more than five of one type go to the same channels.
 *
 * @param isNew whether the job's incident would send a message, as far as the watcher can see
 * @param groupId creates the workflow id of a group
 */
export function groupSignals(
  signals: readonly Signal[],
  isNew: (signal: Signal) => boolean,
  groupId: (type: string) => string,
): { readonly signals: readonly Signal[]; readonly groups: ReadonlyMap<string, readonly Signal[]> } {
  const byType = new Map<string, Signal[]>();
  for (const signal of signals) {
    const type = typeOf(signal);
    if (type === undefined || signal.subject.kind !== 'job' || !isNew(signal)) continue;
    const key = JSON.stringify([type, signal.handling.to]);
    byType.set(key, [...(byType.get(key) ?? []), signal]);
  }
  const groups = new Map<string, readonly Signal[]>();
  const grouped = new Map<Signal, Signal>();
  for (const [key, members] of byType) {
    if (members.length <= MAX_ALONE) continue;
    const group = groupId(key);
    const named = members.map((signal) => ({ ...signal, group }));
    for (const [index, signal] of members.entries()) grouped.set(signal, named[index] ?? signal);
    groups.set(group, named);
  }
  return { signals: signals.map((signal) => grouped.get(signal) ?? signal), groups };
}

/**
 * Returns the type of message that the signal leads to; `undefined` if it leads to none or to several types.
 */
function typeOf({ seen }: Signal): string | undefined {
  const types = new Set(
    seen.map((one) =>
      one.kind === 'raised' && one.endedMs === undefined ? one.type : MESSAGE_TYPES[one.kind],
    ),
  );
  const [type] = types;
  return types.size === 1 ? type : undefined;
}
