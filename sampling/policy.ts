/**
 * The sampling policy: a rule for every job, checked and frozen.
 *
 * Pure: no clock, no I/O. A policy is never changed; a store replaces it by another.
 */
import { isPlainObject, optionError } from '../core/util/option-error';
import { type ResolvedRule, resolveRule, type SamplingOptions } from './rule';

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
  if (Object.hasOwn(jobs, '')) throw optionError(`${name}.jobs`, 'names and patterns that are not empty', '');
  return Object.freeze({
    default: resolveRule(`${name}.default`, byDefault),
    jobs: new Map(
      Object.entries(jobs).map(([job, rule]) => [job, resolveRule(`${name}.jobs['${job}']`, rule)]),
    ),
  });
}
