/**
 * The sampling policy: a rule for every job, checked and frozen.
 *
 * Pure: no clock, no I/O. A policy is never changed; a store replaces it by another.
 */
import { A_PATTERN, isPattern } from '../core/job-pattern';
import { isPlainObject, optionError } from '../core/util/option-error';
import { type ResolvedRule, resolveRule, type SamplingOptions } from './rule';

/** Of options, and of Redis: each job name that is new is matched against all patterns. */
export const MAX_RULES = 1_000;

/** Checked rules: by job name or pattern, and for the jobs that none of those fits. */
export interface SamplingPolicy {
  readonly default: ResolvedRule;
  /** By job name or pattern (`*` stands for any number of characters). Never changed once asked about. */
  readonly jobs: ReadonlyMap<string, ResolvedRule>;
}

/**
 * @param name of the option or variable, for errors
 * @throws {TypeError} with the option's name, what was expected, the value and its type
 */
export function resolvePolicy(options: SamplingOptions = {}, name = 'sampling'): SamplingPolicy {
  if (!isPlainObject(options)) throw optionError(name, "an object with 'default' and 'jobs'", options);
  const { default: byDefault = {}, jobs = {}, ...unknown } = options;
  const [key] = Object.keys(unknown);
  if (key !== undefined) throw optionError(`${name}.${key}`, "only 'default' and 'jobs'", key);
  if (!isPlainObject(jobs)) throw optionError(`${name}.jobs`, 'rules by job name or pattern', jobs);
  const patterns = Object.keys(jobs);
  const wrong = patterns.find((pattern) => !isPattern(pattern));
  if (wrong !== undefined) throw optionError(`${name}.jobs`, A_PATTERN, wrong);
  if (patterns.length > MAX_RULES) {
    throw optionError(`${name}.jobs`, `at most ${MAX_RULES} rules`, patterns.length);
  }
  return Object.freeze({
    default: resolveRule(`${name}.default`, byDefault),
    jobs: new Map(
      Object.entries(jobs).map(([job, rule]) => [job, resolveRule(`${name}.jobs['${job}']`, rule)]),
    ),
  });
}
