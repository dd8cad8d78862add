/**
 * The sampling policy: a rule for every job, checked and frozen.
 *
 * Pure: no clock, no I/O. A policy is immutable; a store replaces it with another.
 */
import { A_PATTERN, isPattern } from '../core/job-pattern';
import { isPlainObject, optionError } from '../core/util/option-error';
import { type ResolvedRule, resolveRule, type SamplingOptions } from './rule';

/** Most rules in the options or in Redis: each new job name is matched against all patterns. */
export const MAX_RULES = 1_000;

/** A checked sampling policy: rules by job name or pattern, and a default. */
export interface SamplingPolicy {
  /** Rule for jobs that no entry of {@link jobs} matches. */
  readonly default: ResolvedRule;
  /**
   * Rules by job name or pattern; `*` matches any number of characters. Not changed after the first look-up.
   */
  readonly jobs: ReadonlyMap<string, ResolvedRule>;
}

/**
 * Checks the option `sampling` and returns it as a policy.
 *
 * @param name name of the option or variable, for errors
 * @param subject class or function that takes the option
 * @throws {OptionError} with the option's name, the expectation and the value
 */
export function resolvePolicy(
  options: SamplingOptions = {},
  name = 'sampling',
  subject = 'JobTracingPlugin',
): SamplingPolicy {
  if (!isPlainObject(options))
    throw optionError(subject, name, "an object with 'default' and 'jobs'", options);
  const { default: byDefault = {}, jobs = {}, ...unknown } = options;
  const [key] = Object.keys(unknown);
  if (key !== undefined) throw optionError(subject, `${name}.${key}`, "only 'default' and 'jobs'", key);
  if (!isPlainObject(jobs)) throw optionError(subject, `${name}.jobs`, 'rules by job name or pattern', jobs);
  const patterns = Object.keys(jobs);
  const wrong = patterns.find((pattern) => !isPattern(pattern));
  if (wrong !== undefined) throw optionError(subject, `${name}.jobs`, A_PATTERN, wrong);
  if (patterns.length > MAX_RULES) {
    throw optionError(subject, `${name}.jobs`, `at most ${MAX_RULES} rules`, patterns.length);
  }
  return Object.freeze({
    default: resolveRule(subject, `${name}.default`, byDefault),
    jobs: new Map(
      Object.entries(jobs).map(([job, rule]) => [job, resolveRule(subject, `${name}.jobs['${job}']`, rule)]),
    ),
  });
}
