/**
 * Which runs are recorded: the pure core of the sampling policy.
 *
 * No clock, no randomness, no I/O: the same trace id and ratio give the same answer everywhere, and a higher
 * ratio keeps a superset.
 */
import type { SamplingReason } from '../interceptors/shared/markers';
import { isPlainObject, optionError } from './option-error';

/** Shares of runs that are recorded, each from 0 (none) to 1 (all). */
export interface SamplingOptions {
  /** For jobs without a share of their own. @default 1 */
  readonly default?: number;
  /** By job name. */
  readonly jobs?: Readonly<Record<string, number>>;
}

/** Checked and frozen {@link SamplingOptions}. */
export interface SamplingPolicy {
  readonly default: number;
  readonly jobs: ReadonlyMap<string, number>;
}

/** The policy's answer for one run. */
export interface SamplingDecision {
  readonly sampled: boolean;
  readonly reason: Extract<SamplingReason, 'default' | 'rule'>;
}

/** The random part of a trace id: its last 56 bits, 14 hex digits. */
const RANDOM_DIGITS = 14;
const RANDOM_VALUES = 2 ** 56;

/** @throws {TypeError} when a ratio is not a number from 0 to 1 */
export function resolveSampling(options: SamplingOptions = {}): SamplingPolicy {
  if (!isPlainObject(options)) throw optionError('sampling', 'an object', options);
  const { default: byDefault = 1, jobs = {}, ...unknown } = options;
  const [name] = Object.keys(unknown);
  if (name !== undefined) throw optionError(`sampling.${name}`, "only 'default' and 'jobs'", name);
  if (!isPlainObject(jobs)) throw optionError('sampling.jobs', 'ratios by job name', jobs);
  checkRatio('sampling.default', byDefault);
  for (const [job, ratio] of Object.entries(jobs)) checkRatio(`sampling.jobs['${job}']`, ratio);
  return Object.freeze({ default: byDefault, jobs: new Map(Object.entries(jobs)) });
}

/** Whether the run of this job with this trace id (32 hex digits) is recorded. */
export function decideSampling(policy: SamplingPolicy, jobName: string, traceId: string): SamplingDecision {
  const ratio = policy.jobs.get(jobName);
  return ratio === undefined
    ? { sampled: isSampled(traceId, policy.default), reason: 'default' }
    : { sampled: isSampled(traceId, ratio), reason: 'rule' };
}

/**
 * Consistent probability sampling: recorded if the id's last 56 bits reach the rejection threshold.
 *
 * @param traceId 32 lower-case hex digits
 * @param ratio from 0 to 1
 * @see https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/
 */
export function isSampled(traceId: string, ratio: number): boolean {
  // 56 bits do not fit a double's 53: the product with a power of two is exact, the rest is done in BigInt.
  const threshold = BigInt(RANDOM_VALUES) - BigInt(Math.round(ratio * RANDOM_VALUES));
  return BigInt(`0x${traceId.slice(-RANDOM_DIGITS)}`) >= threshold;
}

function checkRatio(name: string, ratio: unknown): void {
  if (typeof ratio !== 'number' || !(ratio >= 0 && ratio <= 1)) {
    throw optionError(name, 'a number from 0 to 1', ratio);
  }
}
