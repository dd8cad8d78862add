/**
 * Grouping: more than five new alerts of one kind in one poll become one message with a list. Pure.
 */
import type { AlertType, Subject } from './incident/message';
import type { Observations } from './incident/observation';

/** The observations about one subject, to be signalled to its incident. */
export interface Signal extends Observations {
  readonly subject: Subject;
}

/** The kind of a message: its type and state. */
export interface MessageKind {
  readonly type: AlertType;
  readonly state: 'open' | 'resolved';
}

/** Most alerts of one kind and the same channels that are sent one by one. */
const MAX_ALONE = 5;

/** Jobs whose alerts are one message. */
export interface SignalGroup {
  /** Workflow id of the group. */
  readonly workflowId: string;
  readonly type: AlertType;
  /** Names of the channels that get the message. */
  readonly to: readonly string[];
  /** Number of the jobs. */
  readonly members: number;
}

/** The signals of one poll. */
export interface GroupedSignals {
  readonly signals: readonly Signal[];
  readonly groups: readonly SignalGroup[];
}

/**
 * Assigns a group to the signals where more than five of one kind go to the same channels. A signal that leads
 * to messages of several kinds has no group.
 *
 * @param kindsOf the kinds of messages that the job's incident would send, as far as the watcher can see
 * @param createId creates the workflow id of a group
 */
export function groupSignals(
  signals: readonly Signal[],
  kindsOf: (signal: Signal) => readonly MessageKind[],
  createId: () => string,
): GroupedSignals {
  const candidates = new Map<string, SignalGroup>();
  const keys = new Map<Signal, string>();
  for (const signal of signals) {
    const kind = signal.subject.kind === 'job' ? theOnly(kindsOf(signal)) : undefined;
    if (kind === undefined) continue;
    const { type, state } = kind;
    const { to = [] } = signal.handling ?? {};
    const key = JSON.stringify([type, state, to]);
    const { workflowId, members } = candidates.get(key) ?? { workflowId: createId(), members: 0 };
    candidates.set(key, { workflowId, type, to, members: members + 1 });
    keys.set(signal, key);
  }
  const groupOf = (signal: Signal): SignalGroup | undefined => {
    const group = candidates.get(keys.get(signal) ?? '');
    return group && group.members > MAX_ALONE ? group : undefined;
  };
  return {
    signals: signals.map((signal) => {
      const group = groupOf(signal);
      return group ? { ...signal, group: group.workflowId } : signal;
    }),
    groups: [...candidates.values()].filter(({ members }) => members > MAX_ALONE),
  };
}

/** Returns the kind if there is exactly one, however often. */
function theOnly([first, ...others]: readonly MessageKind[]): MessageKind | undefined {
  const isOnly = others.every(({ type, state }) => type === first?.type && state === first.state);
  return isOnly ? first : undefined;
}
