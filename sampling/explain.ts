/**
 * Which rule applies to a job, from the rules in Redis and the workers' option `sampling`: the same precedence
 * as in a worker. Pure.
 */
import { toKeyword } from '../core/server-limits';
import { ruleFor } from './match';
import type { SamplingPolicy } from './policy';
import type { LiveRule } from './redis/live-rule';
import type { ResolvedRule } from './rule';

/** Which rule applies to a job. Frozen. */
export interface SamplingExplanation {
  readonly rule: ResolvedRule;
  /** What the rule is written under; `undefined` for the workers' default. */
  readonly pattern: string | undefined;
  /** Who has written it: the operators' policy in Redis, or the workers' option `sampling`. */
  readonly source: 'redis' | 'options';
  readonly why: string;
  /** With `by`, `at` and `until`, if the source is Redis. */
  readonly live?: LiveRule;
}

/** @param rules in Redis that hold now, by job name or pattern */
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
  return Object.freeze({ rule, pattern, why, source: live ? 'redis' : 'options', ...(live && { live }) });
}
