/**
 * Finds rules that match no job, and the jobs that match rules with `successWithin`. At most one call for
 * each poll.
 */

import { fitsPattern } from '../../core/job-pattern';
import type { ResolvedAlerts } from '../config/types';
import type { WatchContext } from './context';

/** Interval at which each rule is checked, in milliseconds. */
const CHECK_INTERVAL_MS = 60 * 60_000;
/** Interval for rules without a match, and for those that may match new jobs, in milliseconds. */
const UNSURE_CHECK_INTERVAL_MS = 60_000;
/** Most names that a query excludes. */
const MAX_EXCLUDED = 2_000;

interface RuleState {
  readonly pattern: string;
  /** Whether all jobs that match must be found. */
  readonly isCollected: boolean;
  checkAtMs: number;
  /** Names that were read, whether they match or not: a page of runs of frequent jobs must not hide rare ones. */
  readonly names: Set<string>;
  /** `undefined` until all names have been read. */
  isMatched: boolean | undefined;
}

export class RuleWatch {
  readonly #context: WatchContext;
  readonly #rules: readonly RuleState[];

  constructor(context: WatchContext, { jobs, default: byDefault }: ResolvedAlerts) {
    this.#context = context;
    const patterns = [...jobs.keys(), ...(byDefault.successWithinMs === undefined ? [] : ['*'])];
    this.#rules = [...new Set(patterns)].map((pattern) => ({
      pattern,
      isCollected: pattern.includes('*') && (jobs.get(pattern) ?? byDefault).successWithinMs !== undefined,
      checkAtMs: 0,
      names: new Set<string>(),
      isMatched: undefined,
    }));
  }

  /** Patterns of the rules that match no job. */
  unmatched(): readonly string[] {
    return this.#rules.flatMap(({ isMatched, pattern }) => (isMatched === false ? [pattern] : []));
  }

  /** Checks the next rule that is due; returns newly found jobs of rules with `successWithin`. */
  async poll(nowMs: number): Promise<readonly string[]> {
    const rule = this.#rules.find(({ checkAtMs }) => checkAtMs <= nowMs);
    if (rule === undefined || !this.#context.budget.take()) return [];
    const { pattern, isCollected, names } = rule;
    if (rule.isMatched && !isCollected) {
      rule.isMatched = undefined;
      names.clear();
    }
    const added = (await this.#read(rule)).filter((name) => !names.has(name));
    for (const name of added) names.add(name);
    const found = added.filter((name) => fitsPattern(pattern, name));
    if (found.length > 0) rule.isMatched = true;
    // Without a new name, no pages follow.
    else if (added.length === 0) rule.isMatched ??= false;
    rule.checkAtMs = nowMs + pauseMs(rule, added.length > 0);
    return isCollected ? found : [];
  }

  async #read({ pattern, names }: RuleState): Promise<readonly string[]> {
    const { reader } = this.#context;
    if (!pattern.includes('*')) return (await reader.hasRunOf(pattern)) ? [pattern] : [];
    const prefix = pattern.slice(0, pattern.indexOf('*'));
    return [...(await reader.jobNames(prefix, [...names].slice(-MAX_EXCLUDED)))];
  }
}

function pauseMs({ isMatched, isCollected }: RuleState, hasNew: boolean): number {
  if (isMatched && !isCollected) return CHECK_INTERVAL_MS;
  return hasNew ? 0 : UNSURE_CHECK_INTERVAL_MS;
}
