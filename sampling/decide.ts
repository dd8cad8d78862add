/**
 * The sampling decision for a run that is not forced and inherits none.
 *
 * Pure except for the counters passed in: no clock, no randomness, no I/O. Evaluated in this order: a run
 * after a failed or slow one is sampled, then the ratio's share, then the reservoir; a cap limits all of
 * these.
 */

import type { FollowUps } from './follow-ups';
import type { SamplingReason } from './markers';
import type { RuleMatch } from './match';
import { isSampled } from './ratio';
import type { ResolvedRule } from './rule';
import type { WindowCounter } from './windows';

export interface SamplingDecision {
  readonly sampled: boolean;
  /**
   * Reason of the decision; for a run that is not sampled, `default` and `rule` name the source of the ratio.
   */
  readonly reason: Extract<SamplingReason, 'default' | 'rule' | 'reservoir' | 'after-failure' | 'capped'>;
}

export interface RunToDecide {
  readonly jobName: string;
  /** Trace ID, 32 hex digits. */
  readonly traceId: string;
  /** Whether the previous run in its chain (attempt, tick, Schedule) failed. */
  readonly followsFailure: boolean;
}

export interface DecisionSources {
  readonly counters: WindowCounter;
  readonly followUps: FollowUps;
  /** Takes a mark that a run of this job was slow; `false` if there is none. */
  readonly wasSlow: (jobName: string) => boolean;
}

/**
 * Decides about a run. Counts the run in the windows of its job, so it must be called once per run.
 *
 * @param match the rule for the run's job
 */
export function decide(
  run: RunToDecide,
  { rule, pattern }: RuleMatch,
  sources: DecisionSources,
): SamplingDecision {
  const decision = decideUncapped(run, rule, pattern === undefined ? 'default' : 'rule', sources);
  if (!decision.sampled || rule.atMost === undefined) return decision;
  const isWithinCap = sources.counters.take(`cap:${run.jobName}`, rule.atMost);
  return isWithinCap ? decision : { sampled: false, reason: 'capped' };
}

function decideUncapped(
  run: RunToDecide,
  rule: ResolvedRule,
  source: 'default' | 'rule',
  sources: DecisionSources,
): SamplingDecision {
  // The reservoir holds the first runs of a window, whatever their decision: each takes a place.
  const isInReservoir =
    rule.atLeast !== undefined && sources.counters.take(`reservoir:${run.jobName}`, rule.atLeast);
  if (isFollowUp(run, rule, sources)) return { sampled: true, reason: 'after-failure' };
  if (isSampled(run.traceId, rule.ratio)) return { sampled: true, reason: source };
  return isInReservoir ? { sampled: true, reason: 'reservoir' } : { sampled: false, reason: source };
}

function isFollowUp(
  { jobName, followsFailure }: RunToDecide,
  { afterFailureRuns }: ResolvedRule,
  { followUps, wasSlow }: DecisionSources,
): boolean {
  if (afterFailureRuns === 0) return false;
  if (!followsFailure && !wasSlow(jobName)) return followUps.take(jobName);
  followUps.arm(jobName, afterFailureRuns - 1);
  return true;
}
