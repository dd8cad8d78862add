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
/** Most known names that a query excludes. */
const MAX_KNOWN = 500;

interface RuleState {
  readonly pattern: string;
  /** Whether all jobs that match must be found. */
  readonly isCollected: boolean;
  checkAtMs: number;
  isMatched: boolean | undefined;
  readonly jobs: Set<string>;
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
      isMatched: undefined,
      jobs: new Set<string>(),
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
    const found = await this.#jobsUnder(rule);
    const added = found.filter((job) => !rule.jobs.has(job));
    rule.isMatched = found.length > 0 || rule.jobs.size > 0;
    if (rule.isCollected) for (const job of added) rule.jobs.add(job);
    const isUnsure = !rule.isMatched || rule.isCollected;
    // New names may mean that more pages follow.
    const pauseMs = isUnsure ? UNSURE_CHECK_INTERVAL_MS : CHECK_INTERVAL_MS;
    rule.checkAtMs = nowMs + (rule.isCollected && added.length > 0 ? 0 : pauseMs);
    return rule.isCollected ? added : [];
  }

  async #jobsUnder({ pattern, isCollected, jobs }: RuleState): Promise<readonly string[]> {
    const { reader } = this.#context;
    if (!pattern.includes('*')) return (await reader.hasRunOf(pattern)) ? [pattern] : [];
    const prefix = pattern.slice(0, pattern.indexOf('*'));
    const known = isCollected ? [...jobs].slice(-MAX_KNOWN) : [];
    return [...(await reader.jobNames(prefix, known))].filter((job) => fitsPattern(pattern, job));
  }
}
