/**
 * The decision of a new run: the run tries marker ids in a fixed order until the host allows one, which is then
 * recorded in its history. A history contains one decision, whatever the order in which the ids were tried.
 *
 * Pure; sandbox code. The host decides by the policy in force; a replay reads the marker instead.
 */
import type { WorkflowInfo } from '@temporalio/workflow';
import { randomPart, traceIdOfRun } from '../core/trace-id';
import { readHostHint, type UnsampledRuns } from './host-hint';
import { ABSENT, ANY, type Decision, decisionOf, MARKER_PREFIX } from './markers';

/**
 * Decision of a new run before the policy is consulted, forced or inherited; `undefined` if the policy
 * decides.
 */
export type PresetDecision =
  | { readonly forced: 'manual' | 'signal' }
  | { readonly inherited: { readonly sampled: boolean } }
  | undefined;

/** Result of deciding about a run. */
export interface RunDecision {
  /** The decision; `undefined` if the run is untraced. */
  readonly decision?: Decision | undefined;
  /** Whether the worker has our host part; without it, nothing can be reported either. */
  readonly hasHost: boolean;
}

/** Candidates of a run that the policy decides about, in order. */
const BY_POLICY = ['default', 'unsampled', 'rule', 'capped', 'reservoir', 'after-failure', 'unbound'];

/**
 * Returns the marker ids that a new run tries, in order.
 *
 * @param usual id of most runs decided by policy, without prefix; tried first. If it is denied, trying it a second
 *   time costs nothing, since the SDK remembers denied ids
 */
export function candidateIds(preset: PresetDecision, usual?: string): readonly string[] {
  return candidates(preset, usual).map((name) => MARKER_PREFIX + name);
}

function candidates(preset: PresetDecision, usual: string | undefined): readonly string[] {
  if (!preset) return usual ? [usual, ...BY_POLICY] : BY_POLICY;
  if ('forced' in preset) return [preset.forced, 'unbound-given'];
  return preset.inherited.sampled ? ['inherited', 'unbound-given'] : ['inherited-unsampled'];
}

/**
 * Decides about a new run.
 *
 * @param isPatched tries an id; `true` if the host allows it, which records the marker in the history
 * @param activityNames names of the worker's activities, which include the host hint
 */
export function decideNewRun(
  info: WorkflowInfo,
  preset: PresetDecision,
  bind: 'all' | 'sampled',
  isPatched: (id: string) => boolean,
  activityNames: Iterable<string>,
): RunDecision {
  const hint = readHostHint(activityNames);
  if (bind === 'sampled' && !preset && (isUnsampled(info, hint?.unsampled) || !isPatched(ANY)))
    return { hasHost: true };
  const ids = candidateIds(preset, hint?.usual);
  const id = ids.find(isPatched);
  // A denied id shows that our host part is there. If the first id was allowed, it may be missing.
  if (!hint && id === ids[0] && isPatched(ABSENT)) return { hasHost: false };
  return { decision: decisionOf(id), hasHost: true };
}

/** Whether a run that the policy decides about is one of those that are not sampled according to the host hint. */
export function isUnsampled(info: WorkflowInfo, unsampled: UnsampledRuns | undefined): boolean {
  if (unsampled === undefined || followsFailure(info)) return false;
  return unsampled === 'all' || randomPart(traceIdOfRun(info.originalExecutionRunId)) < unsampled.below;
}

/**
 * Whether the run before this one in its chain (attempt, tick, Schedule) failed: an attempt follows a failed
 * one; a tick or a Schedule's action carries the failure of the one before.
 */
export function followsFailure(info: WorkflowInfo): boolean {
  return info.attempt > 1 || !!info.lastFailure;
}
