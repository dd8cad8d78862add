/**
 * The sampling decision for a run that nobody forced and that inherits none.
 *
 * Pure but for the counters it is given: no clock, no randomness, no I/O. In this order: a run after one that went
 * wrong is recorded, then the ratio's share, then what a reservoir holds; a cap takes some of all these back.
 */

import type { FollowUps } from './follow-ups';
import type { SamplingReason } from './markers';
import type { RuleMatch } from './match';
import { isSampled } from './ratio';
import type { ResolvedRule } from './rule';
import type { WindowCounter } from './windows';

export interface SamplingDecision {
  readonly sampled: boolean;
  /** For a run that is not sampled, `default` and `rule` say whose ratio left it out. */
  readonly reason: Extract<SamplingReason, 'default' | 'rule' | 'reservoir' | 'after-failure' | 'capped'>;
}

export interface RunToDecide {
  readonly jobName: string;
  /** 32 hex digits. */
  readonly traceId: string;
  /** Whether the run before it in its chain (attempt, tick, schedule) failed. */
  readonly followsFailure: boolean;
}

export interface DecisionSources {
  readonly counters: WindowCounter;
  readonly followUps: FollowUps;
  /** Takes the sign that a run of this job was slow. */
  readonly wasSlow: (jobName: string) => boolean;
}

/**
 * Counts the run in the windows of its job, so it is asked once a run.
 *
 * @param match the rule for the run's job
 */
export function decide(
  run: RunToDecide,
  { rule, pattern }: RuleMatch,
  sources: DecisionSources,
): SamplingDecision {
  const wish = wishFor(run, rule, pattern === undefined ? 'default' : 'rule', sources);
  if (!wish.sampled || rule.atMost === undefined) return wish;
  const isWithin = sources.counters.take(`cap:${run.jobName}`, rule.atMost);
  return isWithin ? wish : { sampled: false, reason: 'capped' };
}

function wishFor(
  run: RunToDecide,
  rule: ResolvedRule,
  share: 'default' | 'rule',
  sources: DecisionSources,
): SamplingDecision {
  // The reservoir is the first runs of a window, however they are decided: each takes its place.
  const isInReservoir =
    rule.atLeast !== undefined && sources.counters.take(`reservoir:${run.jobName}`, rule.atLeast);
  if (isFollowUp(run, rule, sources)) return { sampled: true, reason: 'after-failure' };
  if (isSampled(run.traceId, rule.ratio)) return { sampled: true, reason: share };
  return isInReservoir ? { sampled: true, reason: 'reservoir' } : { sampled: false, reason: share };
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
