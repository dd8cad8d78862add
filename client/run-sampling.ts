/**
 * Why a run is sampled or not.
 *
 * Decision and reason come from the run's history: they are patch markers, which the server lists as
 * `TemporalChangeVersion`. The rule is the current one, if the policy is known, with a flag if another rule
 * decided about the run. Pure.
 */

import { defined } from '../core/util/defined';
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

/** Reason of a sampling decision, or why a run that was not sampled exported its root span after all. */
export type RunSamplingReason = SamplingReason | KeptReason;

/** The sampling rule that currently applies to a run's job. */
export interface RunSamplingRule {
  /** Job name or pattern of the rule; `undefined` for the policy's default. */
  readonly pattern: string | undefined;
  /** Share of runs that are sampled, from 0 to 1. */
  readonly ratio: number;
  /**
   * Whether another rule decided about the run: this one is newer than the run, or would have decided
   * otherwise.
   */
  readonly isChanged: boolean;
}

/** The sampling decision about a run. */
export interface RunSampling {
  /** Whether the run exports spans; a tail-sampled run exports only its root span. */
  readonly sampled: boolean;
  /**
   * Reason, from the run's history. For a run that the ratio did not sample, it is `rule` or `default`
   * according to {@link rule}, and left out if the policy is not known.
   */
  readonly reason?: RunSamplingReason;
  /** The job's rule; left out unless the policy decided and is known (options `redis` and `sampling`). */
  readonly rule?: RunSamplingRule;
  /** Decision and reason as text, such as `not sampled: rule billing-*, 1 %`. */
  readonly text: string;
}

/** The properties of a run from which its sampling decision is read. */
export interface DecidedRun {
  readonly traceId: string;
  readonly startTime: Date;
  /** Ids of the patch markers in the run's own history; the server lists no more than 2 KB of them. */
  readonly markers: readonly string[];
  /** The attribute `TraceSampled`, as the run has set it. */
  readonly isRecorded?: boolean | undefined;
}

/** Decision about a closed run without a marker of ours in its history. */
export const UNDECIDED: RunSampling = Object.freeze({
  sampled: false,
  text: "not sampled: no decision in its history (started without the plugin, or not bound under bind: 'sampled')",
});

const INHERITED: Decision = Object.freeze({ sampled: false, bound: true, reason: 'inherited' });

/** Whether one of the patch ids is a marker of ours. */
export function hasMarker(markers: readonly string[]): boolean {
  return markers.some(isMarker);
}

/** Whether the policy decided about the run, rather than a person or the run before it. */
export function isByPolicy(markers: readonly string[]): boolean {
  return markers.some((id) => decisionOf(id) !== undefined && !isPreset(id));
}

/**
 * Returns the decision that the markers record; `undefined` if none of them does.
 *
 * @param explanation the rule of the run's job, if the policy is known
 */
export function runSampling(run: DecidedRun, explanation?: SamplingExplanation): RunSampling | undefined {
  const kept = keptReason(run.markers);
  // A shard has its parent's decision, and a marker of its own only if it is tail-sampled.
  const decision = run.markers.map(decisionOf).find((found) => found !== undefined) ?? (kept && INHERITED);
  if (decision === undefined) return undefined;
  const { sampled, reason } = decision;
  // The list of markers may be cut off: then only the attribute that a tail-sampled run sets shows it.
  const isKept = kept !== undefined || (!sampled && run.isRecorded === true);
  const rule = explanation && isByPolicy(run.markers) ? ruleOf(run, reason, explanation) : undefined;
  const byRatio = rule && (rule.pattern === undefined ? 'default' : 'rule');
  const why = `${sampled ? 'sampled' : 'not sampled'}: ${because(reason, rule)}`;
  const shown = kept ?? (isKept ? undefined : (reason ?? (sampled ? undefined : byRatio)));
  return Object.freeze({
    sampled: sampled || isKept,
    ...defined({ reason: shown, rule }),
    text: isKept ? `${kept ?? 'kept'}, only the root span; ${why}` : why,
  });
}

function keptReason(markers: readonly string[]): KeptReason | undefined {
  if (markers.includes(KEPT_FAILED)) return 'kept-failed';
  return markers.includes(KEPT_SLOW) ? 'kept-slow' : undefined;
}

function ruleOf(
  run: DecidedRun,
  reason: RunSamplingReason | undefined,
  explanation: SamplingExplanation,
): RunSamplingRule {
  const { pattern, rule, live } = explanation;
  const isYounger = live?.at !== undefined && live.at > run.startTime;
  const isChanged = isYounger || !wouldDecide(run, reason, explanation);
  return Object.freeze({ pattern, ratio: rule.ratio, isChanged });
}

/** Whether the rule would give this reason to the run; `undefined` stands for not sampled by the ratio. */
function wouldDecide(
  { traceId }: DecidedRun,
  reason: RunSamplingReason | undefined,
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

/** Text for a run that the ratio did not sample, if the policy is not known. */
const UNKNOWN_RULE =
  "the ratio of its rule, which is not known here (it is in the workers' option sampling or in Redis: set the option " +
  'sampling or redis of JobClient)';

function because(reason: RunSamplingReason | undefined, rule: RunSamplingRule | undefined): string {
  if (rule === undefined) return reason ?? UNKNOWN_RULE;
  const name = rule.pattern === undefined ? 'default' : `rule ${rule.pattern}`;
  const now = `${name}, ${percent(rule.ratio)}`;
  if (rule.isChanged) return `${reason ?? 'a ratio'} (since changed, now ${now})`;
  return reason === undefined || reason === 'rule' || reason === 'default' ? now : `${reason} (${now})`;
}
