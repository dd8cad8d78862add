/**
 * Explains which rule applies to a job, from the rules in Redis and the workers' option `sampling`, with the same
 * precedence as in a worker. Pure.
 */
import { toKeyword } from '../core/server-limits';
import { defined } from '../core/util/defined';
import { ruleFor } from './match';
import type { SamplingPolicy } from './policy';
import type { LiveRule } from './redis/live-rule';
import type { ResolvedRule } from './rule';

/** The sampling rule that applies to a job, and why. Frozen. */
export interface SamplingExplanation {
  readonly rule: ResolvedRule;
  /** Job name or pattern of the rule; `undefined` for the workers' default. */
  readonly pattern: string | undefined;
  /** Source of the rule: the operators' policy in Redis, or the workers' option `sampling`. */
  readonly source: 'redis' | 'options';
  /** Why this rule applies, as part of a sentence. */
  readonly why: string;
  /** The rule as stored, with `by`, `at` and `until`; left out unless the source is Redis. */
  readonly live?: LiveRule;
}

/**
 * Returns the rule that applies to a job.
 *
 * @param rules the rules in force in Redis, by job name or pattern
 */
export function explainRule(
  options: SamplingPolicy,
  rules: ReadonlyMap<string, LiveRule>,
  jobName: string,
): SamplingExplanation {
  const jobs = new Map([
    ...options.jobs,
    ...Array.from(rules, ([pattern, { rule }]) => [pattern, rule] as const),
  ]);
  const { rule, pattern, why } = ruleFor({ default: options.default, jobs }, toKeyword(jobName));
  const live = pattern === undefined ? undefined : rules.get(pattern);
  const source = live ? 'redis' : 'options';
  return Object.freeze({ rule, pattern, why, source, ...defined({ live }) });
}
