/**
 * What the parts of a watcher share: what they read with, the rules, and where they put what they have seen.
 */
import type { AlertEvent, ResolvedAlertRule } from '../config/types';
import type { Signal } from '../grouping';
import type { Handling, Subject } from '../incident/message';
import type { Observation } from '../incident/observation';
import type { Budget } from './budget';
import type { FactsReader } from './facts';
import type { Reader } from './reader';

export interface WatchContext {
  readonly reader: Reader;
  readonly facts: FactsReader;
  readonly sink: Sink;
  /** For what an alert waits for. */
  readonly budget: Budget;
  /** For what many jobs that are well need, so that it does not hold up the others. */
  readonly background: Budget;
  readonly ruleOf: (job: string) => ResolvedAlertRule;
}

/** Collects what one look has seen. */
export class Sink {
  readonly #signals = new Map<string, { subject: Subject; handling: Handling; seen: Observation[] }>();
  #commits: (() => void)[] = [];

  /** @param sent called when the observation has been signalled */
  observe(subject: Subject, handling: Handling, observation: Observation, sent?: () => void): void {
    const key = `${subject.kind}/${subject.name}`;
    const signal = this.#signals.get(key) ?? { subject, handling, seen: [] };
    signal.seen.push(observation);
    this.#signals.set(key, signal);
    if (sent) this.#commits.push(sent);
  }

  /** To be called when all that was seen has been signalled. */
  onSent(commit: () => void): void {
    this.#commits.push(commit);
  }

  /** What is to be signalled, and what is to be done after it. Empties the sink. */
  drain(): { readonly signals: readonly Signal[]; readonly commit: () => void } {
    const signals = Array.from(this.#signals.values(), ({ subject, handling, seen }) => ({
      subject,
      handling,
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

  /** Forgets what was seen: the look has failed, and it will be seen again. */
  clear(): void {
    this.#signals.clear();
    this.#commits = [];
  }
}

export function jobSubject(name: string): Subject {
  return { kind: 'job', name };
}

/** What incidents need of a rule. */
export function handlingOf({ to, on, after, recoverAfter, remindEveryMs }: ResolvedAlertRule): Handling {
  return { to, on, after, recoverAfter, remindEveryMs };
}

export function isOn(rule: ResolvedAlertRule, ...events: readonly AlertEvent[]): boolean {
  return events.some((event) => rule.on.includes(event));
}

/** Failures and successes first: they hold other alerts of the same run back. Then by time. */
function inOrder(a: Observation, b: Observation): number {
  return rank(a) - rank(b) || a.atMs - b.atMs;
}

function rank({ kind }: Observation): number {
  return kind === 'raised' || kind === 'cleared' ? 1 : 0;
}
