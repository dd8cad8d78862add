/**
 * Grouping: more than five new alerts of one type in one poll become one message with a list. Pure.
 */
import type { AlertType, Subject } from './incident/message';
import type { Observation, Observations } from './incident/observation';

/** The observations about one subject, to be signalled to its incident. */
export interface Signal extends Observations {
  readonly subject: Subject;
}

/** Most alerts of one type and the same channels that are sent one by one. */
const MAX_ALONE = 5;

/** Message types of the observations that lead to one; `raised` carries its own type. */
const MESSAGE_TYPES: Readonly<Partial<Record<Observation['kind'], AlertType>>> = Object.freeze({
  failed: 'job.failed',
  failing: 'job.failing',
  succeeded: 'job.recovered',
});

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
 * Assigns a group to the signals where more than five of one type go to the same channels.
 *
 * @param isNew whether the job's incident would send a message, as far as the watcher can see
 * @param createId creates the workflow id of a group
 */
export function groupSignals(
  signals: readonly Signal[],
  isNew: (signal: Signal) => boolean,
  createId: () => string,
): GroupedSignals {
  const candidates = new Map<string, SignalGroup>();
  const keys = new Map<Signal, string>();
  for (const signal of signals) {
    const type = typeOf(signal);
    if (type === undefined || signal.subject.kind !== 'job' || !isNew(signal)) continue;
    const { to } = signal.handling;
    const key = JSON.stringify([type, to]);
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

/**
 * Returns the type of message that the signal leads to; `undefined` if it leads to none or to several types.
 */
function typeOf({ seen }: Signal): AlertType | undefined {
  const types = new Set<AlertType | undefined>(
    seen.map((one) =>
      one.kind === 'raised' && one.endedMs === undefined ? one.type : MESSAGE_TYPES[one.kind],
    ),
  );
  const [type] = types;
  return types.size === 1 ? type : undefined;
}
