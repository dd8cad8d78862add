/**
 * The parts of a watcher share a context: a reader, the rules, budgets, and a sink for observations.
 */
import type { AlertEvent, ResolvedAlertRule } from '../config/types';
import type { Signal } from '../grouping';
import type { Handling, Subject } from '../incident/message';
import type { Observation } from '../incident/observation';
import type { Budget } from './budget';
import type { Reader } from './reader';
import type { RunDetailsReader } from './run-details';

/** Overlap of successive reads, in milliseconds: visibility lags, and its order is not exact. */
export const OVERLAP_MS = 120_000;

export interface WatchContext {
  readonly reader: Reader;
  readonly details: RunDetailsReader;
  readonly sink: Sink;
  /** Budget for calls that an alert waits for. */
  readonly budget: Budget;
  /** Budget for calls about jobs without problems, which must not delay alerts. */
  readonly background: Budget;
  readonly ruleOf: (job: string) => ResolvedAlertRule;
}

/** Collects the observations of one poll. */
export class Sink {
  readonly #signals = new Map<string, { subject: Subject; handling?: Handling; seen: Observation[] }>();
  #commits: (() => void)[] = [];

  /**
   * Adds an observation.
   *
   * @param handling `undefined` if the incident keeps the one it has
   * @param sent called when the observation has been signalled
   */
  observe(
    subject: Subject,
    handling: Handling | undefined,
    observation: Observation,
    sent?: () => void,
  ): void {
    const key = `${subject.kind}/${subject.name}`;
    const { seen = [], ...known } = this.#signals.get(key) ?? {};
    this.#signals.set(key, {
      ...known,
      subject,
      ...(handling && { handling }),
      seen: [...seen, observation],
    });
    if (sent) this.#commits.push(sent);
  }

  /** Registers a callback for when all observations have been signalled. */
  onSent(commit: () => void): void {
    this.#commits.push(commit);
  }

  /** Returns the signals to send and a function to call after sending them. Empties the sink. */
  drain(): { readonly signals: readonly Signal[]; readonly commit: () => void } {
    const signals = Array.from(this.#signals.values(), ({ seen, ...signal }) => ({
      ...signal,
      seen: seen.sort(inOrder),
    }));
    const commits = this.#commits;
    this.clear();
    return {
      signals,
      commit: () => {
        for (const commit of commits) commit();
      },
    };
  }

  /** Discards the observations of a failed poll; the next poll finds them again. */
  clear(): void {
    this.#signals.clear();
    this.#commits = [];
  }
}

export function jobSubject(name: string): Subject {
  return { kind: 'job', name };
}

/** Returns the part of a rule that incidents use. */
export function handlingOf({ to, on, after, recoverAfter, remindEveryMs }: ResolvedAlertRule): Handling {
  return { to, on, after, recoverAfter, remindEveryMs };
}

export function isOn(rule: ResolvedAlertRule, ...events: readonly AlertEvent[]): boolean {
  return events.some((event) => rule.on.includes(event));
}

/** Orders failures and successes first, since they suppress other alerts about the same run; then by time. */
function inOrder(a: Observation, b: Observation): number {
  return rank(a) - rank(b) || a.atMs - b.atMs;
}

function rank({ kind }: Observation): number {
  return kind === 'failed' || kind === 'failing' || kind === 'succeeded' ? 0 : 1;
}
