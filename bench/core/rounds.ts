/**
 * Rounds in which every variant is measured once, in a changing order: no variant is always the first, or always after
 * the same one.
 */

import type { PartOptions } from './figure';

/** Measurements of one round, by variant. */
export type Round<Variant extends string, Measured> = Readonly<Record<Variant, Measured>>;

/** Returns the number of rounds to measure: a quarter of them if `quick`. */
export function roundsOf(rounds: number, { quick }: PartOptions): number {
  return quick ? Math.ceil(rounds / 4) : rounds;
}

/** Measures each variant once in each round, after `warmUp` rounds that do not count. */
export async function alternate<Variant extends string, Measured>(
  variants: readonly Variant[],
  counts: { readonly rounds: number; readonly warmUp: number },
  measure: (variant: Variant) => Promise<Measured>,
): Promise<Round<Variant, Measured>[]> {
  const rounds: Round<Variant, Measured>[] = [];
  for (let index = -counts.warmUp; index < counts.rounds; index++) {
    const measured = {} as Record<Variant, Measured>;
    for (const variant of orderOf(variants, index + counts.warmUp))
      measured[variant] = await measure(variant);
    if (index >= 0) rounds.push(measured);
  }
  return rounds;
}

/** Returns the items rotated by one place a round, and reversed in every other round. */
function orderOf<T>(items: readonly T[], round: number): T[] {
  const turn = round % items.length;
  const turned = [...items.slice(turn), ...items.slice(0, turn)];
  return round % 2 === 0 ? turned : turned.reverse();
}
