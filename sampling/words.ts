/**
 * Sampling rules and policies in words, for logs and explanations.
 *
 * Pure.
 */
import type { SamplingPolicy } from './policy';
import type { ResolvedRule } from './rule';

/** Most rules that a policy in words lists; further ones are counted. */
const MAX_NAMED = 5;

/** Returns a share as a percentage, such as `1 %`. */
export function percent(ratio: number): string {
  return `${Number((ratio * 100).toPrecision(6))} %`;
}

/** Returns a rule in words, such as `1 %, at least 1 run in 3600 s`. */
function ruleInWords({ ratio, atLeast, atMost, keepSlowMs }: ResolvedRule): string {
  return [
    percent(ratio),
    ...(atLeast ? [`at least ${runsIn(atLeast)}`] : []),
    ...(atMost ? [`at most ${runsIn(atMost)}`] : []),
    ...(keepSlowMs === undefined ? [] : [`slow from ${keepSlowMs / 1_000} s`]),
  ].join(', ');
}

function runsIn({ runs, perMs }: { readonly runs: number; readonly perMs: number }): string {
  return `${runs} ${runs === 1 ? 'run' : 'runs'} in ${perMs / 1_000} s`;
}

/** Returns a policy in words, such as `default: 1 %; billing-*: 100 %`. */
export function policyInWords({ default: byDefault, jobs }: SamplingPolicy): string {
  const named = Array.from(jobs, ([pattern, rule]) => `${pattern}: ${ruleInWords(rule)}`);
  const more = named.length - MAX_NAMED;
  return [
    `default: ${ruleInWords(byDefault)}`,
    ...named.slice(0, MAX_NAMED),
    ...(more > 0 ? [`and ${more} more ${more === 1 ? 'rule' : 'rules'}`] : []),
  ].join('; ');
}
