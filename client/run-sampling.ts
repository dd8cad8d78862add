/**
 * Why a run is recorded, or is not.
 *
 * Decision and reason are facts: markers in the run's history, which the server lists as `TemporalChangeVersion`.
 * The rule is the one that applies now, as far as the client knows the policy; where the run was decided by
 * another one, that is said. Pure.
 */

import type { SamplingExplanation } from '../sampling/explain';
import {
  type Decision,
  decisionOf,
  isMarker,
  isPreset,
  KEPT_FAILED,
  KEPT_SLOW,
  type KeptReason,
  type SamplingReason,
} from '../sampling/markers';
import { isSampled } from '../sampling/ratio';
import { percent } from '../sampling/words';

/** Why a run is recorded, or is not. */
export type RunReason = SamplingReason | KeptReason;

/** The rule that applies to the run's job now. */
export interface RunRule {
  /** What the rule is written under; `undefined` for the default. */
  readonly pattern: string | undefined;
  /** From 0 to 1. */
  readonly ratio: number;
  /** The run was decided by another rule: this one is younger, or would have decided otherwise. */
  readonly isChanged: boolean;
}

/** The decision about a run. */
export interface RunSampling {
  /** Whether anything of the run is recorded; of a kept run it is the root span. */
  readonly sampled: boolean;
  /**
   * As the history says it. For a run that the ratio left out it is `rule` or `default` by the {@link rule}, and
   * left out where the client does not know the policy.
   */
  readonly reason?: RunReason;
  /** Where the policy decided, and the client knows it (options `redis` and `sampling`). */
  readonly rule?: RunRule;
  /** All of it for people, as in `not sampled: rule billing-*, 1 %`. */
  readonly text: string;
}

/** What is known of a run. */
export interface DecidedRun {
  readonly traceId: string;
  readonly startTime: Date;
  /** Ids of the patch markers in the run's own history; the server lists no more than 2 KB of them. */
  readonly markers: readonly string[];
  /** The attribute `TraceSampled`, as the run has set it. */
  readonly isRecorded?: boolean | undefined;
}

/** Of a run that has ended with no marker of ours in its history. */
export const UNDECIDED: RunSampling = Object.freeze({
  sampled: false,
  text: "not recorded: no decision in its history (begun without the plugin, or left out under bind: 'sampled')",
});

const INHERITED: Decision = Object.freeze({ sampled: false, bound: true, reason: 'inherited' });

/** Whether one of the markers is ours. */
export function hasMarker(markers: readonly string[]): boolean {
  return markers.some(isMarker);
}

/** Whether the policy decided about the run, rather than a person or the run before it. */
export function isByPolicy(markers: readonly string[]): boolean {
  return markers.some((id) => decisionOf(id) !== undefined && !isPreset(id));
}

/**
 * The decision that the markers hold; `undefined` if none of them is one.
 *
 * @param explanation the rule of the run's job, if the policy is known
 */
export function runSampling(run: DecidedRun, explanation?: SamplingExplanation): RunSampling | undefined {
  const kept = keptReason(run.markers);
  // A shard has its parent's decision, and a marker of its own only if it is kept.
  const decision = run.markers.map(decisionOf).find((found) => found !== undefined) ?? (kept && INHERITED);
  if (decision === undefined) return undefined;
  const { sampled, reason } = decision;
  // The list of markers holds no more: the attribute that a kept run sets is all that tells.
  const isKept = kept !== undefined || (!sampled && run.isRecorded === true);
  const rule = explanation && isByPolicy(run.markers) ? ruleOf(run, reason, explanation) : undefined;
  const byRatio = rule && (rule.pattern === undefined ? 'default' : 'rule');
  const why = `${sampled ? 'sampled' : 'not sampled'}: ${because(reason, rule)}`;
  const shown = kept ?? (isKept ? undefined : (reason ?? (sampled ? undefined : byRatio)));
  return Object.freeze({
    sampled: sampled || isKept,
    ...(shown && { reason: shown }),
    ...(rule && { rule }),
    text: isKept ? `${kept ?? 'kept'}, the root span alone; ${why}` : why,
  });
}

function keptReason(markers: readonly string[]): KeptReason | undefined {
  if (markers.includes(KEPT_FAILED)) return 'kept-failed';
  return markers.includes(KEPT_SLOW) ? 'kept-slow' : undefined;
}

function ruleOf(run: DecidedRun, reason: RunReason | undefined, explanation: SamplingExplanation): RunRule {
  const { pattern, rule, live } = explanation;
  const isYounger = live?.at !== undefined && live.at > run.startTime;
  const isChanged = isYounger || !wouldDecide(run, reason, explanation);
  return Object.freeze({ pattern, ratio: rule.ratio, isChanged });
}

/** Whether the rule can have given this reason to the run; `undefined`: its ratio left it out. */
function wouldDecide(
  { traceId }: DecidedRun,
  reason: RunReason | undefined,
  { pattern, rule }: SamplingExplanation,
): boolean {
  const isInShare = isSampled(traceId, rule.ratio);
  switch (reason) {
    case undefined:
      return !isInShare;
    case 'default':
      return isInShare && pattern === undefined;
    case 'rule':
      return isInShare && pattern !== undefined;
    case 'reservoir':
      return !isInShare && rule.atLeast !== undefined;
    case 'capped':
      return rule.atMost !== undefined;
    default:
      return rule.afterFailureRuns > 0;
  }
}

/** Of a run that the ratio left out, where the policy is not known. */
const UNKNOWN_RULE =
  "the ratio of its rule, which is not known here (it is in the workers' option sampling, or in Redis: give JobClient the " +
  'option sampling or redis)';

function because(reason: RunReason | undefined, rule: RunRule | undefined): string {
  if (rule === undefined) return reason ?? UNKNOWN_RULE;
  const name = rule.pattern === undefined ? 'default' : `rule ${rule.pattern}`;
  const now = `${name}, ${percent(rule.ratio)}`;
  if (rule.isChanged) return `${reason ?? 'a ratio'} (since changed, now ${now})`;
  return reason === undefined || reason === 'rule' || reason === 'default' ? now : `${reason} (${now})`;
}
