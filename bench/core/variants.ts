/**
 * The compared variants: the same work without a plugin, with the official one, and with ours.
 */
import type { JobTracingOptions } from 'temporal-job-tracing';
import type { Round } from './rounds';
import { type Estimate, estimate, midmean } from './statistics';

/** The compared variants, by name. */
export const VARIANTS = [
  'no plugin',
  'official plugin',
  'ours, ratio 1',
  'ours, ratio 0.01',
  'ours, ratio 0',
  "ours, ratio 0, bind: 'sampled'",
] as const;

/** The name of a variant. */
export type Variant = (typeof VARIANTS)[number];

/** The name of a variant with our plugin. */
export type OursVariant = Extract<Variant, `ours${string}`>;

/** Options of our plugin by variant. */
export const OUR_OPTIONS: Readonly<
  Record<OursVariant, JobTracingOptions & { readonly bind: 'all' | 'sampled' }>
> = Object.freeze({
  'ours, ratio 1': { sampling: { default: 1 }, bind: 'all' },
  'ours, ratio 0.01': { sampling: { default: 0.01 }, bind: 'all' },
  'ours, ratio 0': { sampling: { default: 0 }, bind: 'all' },
  "ours, ratio 0, bind: 'sampled'": { sampling: { default: 0 }, bind: 'sampled' },
});

/** The variants with our plugin. */
export const OURS = Object.keys(OUR_OPTIONS) as OursVariant[];

/** Whether the variant has our plugin. */
export function isOurs(variant: Variant): variant is OursVariant {
  return variant in OUR_OPTIONS;
}

/**
 * Estimates the cost that a variant adds to the work without a plugin, in percent of the cost that the official plugin
 * adds.
 */
export function shareOfOfficial<Measured>(
  rounds: readonly Round<Variant, Measured>[],
  variant: Variant,
  read: (measured: Measured) => number,
): Estimate {
  const added = (some: typeof rounds, to: Variant) =>
    midmean(some.map((round) => read(round[to]) - read(round['no plugin'])));
  return estimate(rounds, (some) => (100 * added(some, variant)) / added(some, 'official plugin'));
}
