/**
 * The sampling policy: a rule for every job, checked and frozen.
 *
 * Pure: no clock, no I/O. A policy is never changed; a store replaces it by another.
 */
import { optionError } from '../option-error';
import { type ResolvedRule, resolveRule, type SamplingOptions } from './rule';

/** Checked rules: by job name or pattern, and for the jobs that none of those fits. */
export interface SamplingPolicy {
  readonly default: ResolvedRule;
  /** By job name or pattern (`*` stands for any number of characters). Never changed once asked about. */
  readonly jobs: ReadonlyMap<string, ResolvedRule>;
}

/** @throws {TypeError} with the option's name, what was expected, the value and its type */
export function resolvePolicy(options: SamplingOptions = {}): SamplingPolicy {
  if (!isRecord(options)) throw optionError('sampling', "an object with 'default' and 'jobs'", options);
  const { default: byDefault = {}, jobs = {}, ...unknown } = options;
  const [name] = Object.keys(unknown);
  if (name !== undefined) throw optionError(`sampling.${name}`, "only 'default' and 'jobs'", name);
  if (!isRecord(jobs)) throw optionError('sampling.jobs', 'rules by job name or pattern', jobs);
  if (Object.hasOwn(jobs, ''))
    throw optionError('sampling.jobs', 'names and patterns that are not empty', '');
  return Object.freeze({
    default: resolveRule('sampling.default', byDefault),
    jobs: new Map(
      Object.entries(jobs).map(([job, rule]) => [job, resolveRule(`sampling.jobs['${job}']`, rule)]),
    ),
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
