/**
 * Grouping: more than five new alerts of one type in one look are one message with a list.
 *
 * Pure.
 */
import type { Subject } from './incident/message';
import type { Observation, Observations } from './incident/observation';

/** What is to be signalled to one incident. */
export interface Signal extends Observations {
  readonly subject: Subject;
}

/** More than so many of one type are grouped. */
const MAX_ALONE = 5;

/** Kinds of observations that begin a message of their own type. */
const TOLD_AS: Readonly<Partial<Record<Observation['kind'], string>>> = Object.freeze({
  failed: 'job.failed',
  failing: 'job.failing',
  succeeded: 'job.recovered',
});

/**
 * The signals, with a group where there are more than five of one type for the same channels.
 *
 * @param isNew whether the job's incident would tell it, as far as the watcher knows
 * @param groupId makes the workflow id of a group
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

/** The type of message that the signal leads to; `undefined` where it is not of one type, or tells nothing new. */
function typeOf({ seen }: Signal): string | undefined {
  const types = new Set(
    seen.map((one) => (one.kind === 'raised' && one.endedMs === undefined ? one.type : TOLD_AS[one.kind])),
  );
  const [type] = types;
  return types.size === 1 ? type : undefined;
}
