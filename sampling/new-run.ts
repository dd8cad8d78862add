/**
 * How a new run gets its decision: it tries marker ids in a fixed order until the host allows one, which then
 * is in its history. So a history holds one decision, whatever the order was in which the ids were tried.
 *
 * Pure; sandbox code. The host answers from the policy of this moment; replays read the marker instead.
 */
import type { WorkflowInfo } from '@temporalio/workflow';
import { randomPart, traceIdOfRun } from '../core/trace-id';
import { readHostHint } from './host-hint';
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
 * @param usual the one that most runs decided by policy get, tried first; denied, it costs nothing the second
 *   time, since the SDK remembers denied ids
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
 * @param isPatched asks the host for an id; `true` puts the marker into the history
 * @param activityNames of the worker, among which is the host's hint
 */
export function decideNewRun(
  info: WorkflowInfo,
  preset: PresetDecision,
  bind: 'all' | 'sampled',
  isPatched: (id: string) => boolean,
  activityNames: Iterable<string>,
): RunDecision {
  const hint = readHostHint(activityNames);
  if (bind === 'sampled' && !preset && (isBelow(info, hint?.threshold) || !isPatched(ANY)))
    return { hasHost: true };
  const ids = candidateIds(preset, hint?.usual);
  const id = ids.find(isPatched);
  // An id was denied, so a host of ours is there. If the first one was allowed, there may be none at all.
  if (!hint && id === ids[0] && isPatched(ABSENT)) return { hasHost: false };
  return { decision: decisionOf(id), hasHost: true };
}

/** Whether the hint's threshold alone tells that a run decided by policy is not sampled. */
export function isBelow(info: WorkflowInfo, threshold = ''): boolean {
  return !followsFailure(info) && randomPart(traceIdOfRun(info.originalExecutionRunId)) < threshold;
}

/**
 * Whether the run before this one in its chain (attempt, tick, Schedule) failed: an attempt follows a failed
 * one; a tick or a Schedule's action carries the failure of the one before.
 */
export function followsFailure(info: WorkflowInfo): boolean {
  return info.attempt > 1 || !!info.lastFailure;
}
