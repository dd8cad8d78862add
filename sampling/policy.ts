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
 * @param subject what has the option
 * @throws {OptionError} with the option's name, what was expected and what was given
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
