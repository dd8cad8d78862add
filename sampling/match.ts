/**
 * Finds the rule that applies to a job, and why; shared by decisions, clients and explanations.
 *
 * Pure: no clock, no I/O. The most specific rule applies, see core/job-pattern.ts.
 */
import { createPatternMatcher } from '../core/job-pattern';
import type { SamplingPolicy } from './policy';
import type { ResolvedRule } from './rule';

export interface RuleMatch {
  readonly rule: ResolvedRule;
  /** Job name or pattern of the rule; `undefined` for the policy's default. */
  readonly pattern: string | undefined;
  /** Why the rule applies, as part of a sentence for people. */
  readonly why: string;
}

/**
 * Returns the rule for this job. Constant time for a recently used job name, whatever the number of rules.
 */
export function ruleFor(policy: SamplingPolicy, jobName: string): RuleMatch {
  return matcherOf(policy)(jobName);
}

type Matcher = (jobName: string) => RuleMatch;

const MATCHERS = new WeakMap<SamplingPolicy, Matcher>();

/** Compiles the policy's patterns, once for each policy. */
function matcherOf(policy: SamplingPolicy): Matcher {
  let matcher = MATCHERS.get(policy);
  if (matcher === undefined) {
    matcher = compile(policy);
    MATCHERS.set(policy, matcher);
  }
  return matcher;
}

function compile(policy: SamplingPolicy): Matcher {
  const find = createPatternMatcher(
    new Map([...policy.jobs].map(([pattern, rule]) => [pattern, describe(pattern, rule)])),
  );
  const byDefault: RuleMatch = Object.freeze({
    rule: policy.default,
    pattern: undefined,
    why: 'no rule fits this job name, so the default applies',
  });
  return (jobName) => find(jobName)?.value ?? byDefault;
}

function describe(pattern: string, rule: ResolvedRule): RuleMatch {
  const why = pattern.includes('*')
    ? `${pattern} is the most specific pattern that fits this job name`
    : 'the rule is written for this job name';
  return Object.freeze({ rule, pattern, why });
}
