/**
 * Decides which of the marker ids that the sandbox tries are allowed (`patchActivationCallback`).
 *
 * Called synchronously in a run's first task: each call is a map look-up, returns the same whenever the same
 * run tries the id again (after a failed task), and never throws.
 */
import { defineSearchAttributeKey, type SearchAttributePair } from '@temporalio/common';
import type { WorkerOptions } from '@temporalio/worker';
import type { WorkflowInfo } from '@temporalio/workflow';
import { dueMsOf } from '../core/due-time';
import type { JobOrigin } from '../core/job-info';
import { jobNameOf } from '../core/job-name';
import { originByInfo } from '../core/job-origin';
import { SEARCH_ATTRIBUTES } from '../core/search-attributes';
import { haveRoom, MAX_NAME_LENGTH } from '../core/server-limits';
import { traceIdOfRun } from '../core/trace-id';
import { BoundedMap, BoundedSet } from '../core/util/bounded-map';
import type { OnceLog } from '../core/util/once-log';
import { decide, type SamplingDecision } from '../sampling/decide';
import { createFollowUps } from '../sampling/follow-ups';
import type { HostHint } from '../sampling/host-hint';
import {
  ABSENT,
  AGAIN,
  ANY,
  type Decision,
  decisionOf,
  isMarker,
  isPreset,
  KEPT_FAILED,
  KEPT_SLOW,
  type KeptReason,
  type SamplingReason,
} from '../sampling/markers';
import { ruleFor } from '../sampling/match';
import { followsFailure } from '../sampling/new-run';
import type { SamplingPolicy } from '../sampling/policy';
import type { PolicyStore } from '../sampling/policy-store';
import { thresholdOf } from '../sampling/ratio';
import type { RunDecisions } from './run-decisions';

type PatchActivationCallback = NonNullable<WorkerOptions['patchActivationCallback']>;

export interface MarkerHostOptions {
  readonly enabled: boolean;
  readonly bind: 'all' | 'sampled';
  readonly policy: PolicyStore;
  /** Returns whether runs may be bound: every search attribute is in the namespace with the right type. */
  readonly mayBind: () => boolean;
  /** Returns whether a run may be bound whose first task is retried. */
  readonly mayBindAgain?: (info: WorkflowInfo) => boolean;
  /** Called for every run that is allowed a marker with which it binds. */
  readonly onBound?: (info: WorkflowInfo) => void;
  /** Where the policy's decisions are remembered. */
  readonly decisions: RunDecisions;
  /** Called with every run's decision; possibly again for a run whose task failed. */
  readonly onDecision?: (runId: string, jobName: string, sampled: boolean, reason: SamplingReason) => void;
  /**
   * Called once for each run that the policy samples and whose origin is in its info; the sandbox reports the
   * others.
   */
  readonly onRecorded?: (info: WorkflowInfo, origin: JobOrigin) => void;
  /** Called once for each tail-sampled run. */
  readonly onTailSampled?: (jobName: string, reason: KeptReason) => void;
  readonly log?: OnceLog;
}

/** Most runs that are remembered, for failed tasks that try again; beyond that the oldest is dropped. */
const MAX_RUNS = 10_000;

/** Returns a callback for our marker ids, composed with the user's, which keeps its own ids and errors. */
export function composeMarkerHost(
  options: MarkerHostOptions,
  users: PatchActivationCallback | undefined,
): PatchActivationCallback {
  const isAllowed = createMarkerHost(options);
  return (input) => {
    if (!isMarker(input.patchId)) return users === undefined ? true : users(input);
    try {
      return isAllowed(input.workflowInfo, input.patchId);
    } catch (error) {
      // A policy store has broken its contract: an error thrown here would leave the run stuck forever.
      options.log?.warn('decision', 'A run could not be decided about; it is not traced', { error });
      return false;
    }
  };
}

/**
 * Returns the host hint: what is known beforehand about the decisions on new runs.
 *
 * @param policy policy from the plugin's options
 * @param isConstant whether no store can replace the policy
 */
export function hostHintFor(
  { enabled, bind }: Pick<MarkerHostOptions, 'enabled' | 'bind'>,
  policy: SamplingPolicy,
  isConstant: boolean,
): HostHint {
  const { ratio, atLeast, afterFailureRuns, keepSlowMs } = policy.default;
  const usual = bind === 'all' && ratio < 0.5 ? 'unsampled' : 'default';
  // Then only a failure in the run's own info makes it a follow-up, which the sandbox can see.
  const isByRatio =
    policy.jobs.size === 0 && atLeast === undefined && keepSlowMs === undefined && afterFailureRuns <= 1;
  if (!enabled || bind === 'all' || !isConstant || !isByRatio) return { usual };
  const threshold = thresholdOf(ratio);
  return { usual, unsampled: threshold === undefined ? 'all' : { below: threshold } };
}

/** Returns a function that decides whether a run is allowed a marker id. */
function createMarkerHost(options: MarkerHostOptions): (info: WorkflowInfo, id: string) => boolean {
  const sources = {
    counters: options.policy.counters,
    followUps: createFollowUps(),
    wasSlow: (jobName: string) => options.policy.wasSlow(jobName),
  };
  /** Tail-sampled runs with the reason, so that each is reported once. */
  const tailSampled = new BoundedMap<string, KeptReason>(MAX_RUNS);
  /** Runs that must not bind, since the server may have refused their upsert. */
  const refused = new BoundedSet<string>(MAX_RUNS);

  function mayBind(info: WorkflowInfo): boolean {
    return options.mayBind() && !refused.has(info.runId) && leavesRoom(info);
  }

  /** Decides anew whether the run may bind, since its first task is retried. */
  function retryFirstTask(info: WorkflowInfo): void {
    refused.delete(info.runId);
    if (options.mayBindAgain?.(info) === false) refused.add(info.runId);
  }

  function decisionFor(info: WorkflowInfo): SamplingDecision {
    const known = options.decisions.find(info.runId);
    if (known !== undefined) return known;
    const jobName = jobNameOf(info);
    const traceId = traceIdOfRun(info.originalExecutionRunId);
    const match = ruleFor(options.policy.current(), jobName);
    const run = { jobName, traceId, followsFailure: followsFailure(info) };
    const { sampled, reason } = decide(run, match, sources);
    const decision = { sampled, reason, ratio: match.rule.ratio, pattern: match.pattern };
    options.decisions.remember(info.runId, traceId, decision);
    options.onDecision?.(info.runId, jobName, sampled, reason);
    const origin = sampled ? originByInfo(info) : undefined;
    if (origin) options.onRecorded?.(info, origin);
    return decision;
  }

  function tailSample(info: WorkflowInfo, reason: KeptReason): boolean {
    if (!options.mayBind() || !decideTailSampling(info, reason, options.policy)) return false;
    if (tailSampled.get(info.runId) !== reason) options.onTailSampled?.(jobNameOf(info), reason);
    tailSampled.set(info.runId, reason);
    return true;
  }

  /** Whether a run with a preset decision is allowed its marker; only the binding is still open. */
  function allowsPreset(info: WorkflowInfo, { sampled, bound, reason }: Decision): boolean {
    // A signal may have arrived since the run's last, failed task, which was decided by policy.
    options.decisions.forget(info.runId, traceIdOfRun(info.originalExecutionRunId));
    if (reason !== undefined) options.onDecision?.(info.runId, jobNameOf(info), sampled, reason);
    return !bound || isBindable(info, sampled);
  }

  /** Whether the policy's decision about the run is the one that the marker records. */
  function allowsByPolicy(info: WorkflowInfo, { sampled, bound, reason }: Decision): boolean {
    const decision = decisionFor(info);
    // The run tries this marker last, after every one with a binding was denied.
    if (!bound) return decision.sampled;
    return sampled === decision.sampled && reason === recordedReason(decision) && isBindable(info, sampled);
  }

  function isBindable(info: WorkflowInfo, sampled: boolean): boolean {
    return (sampled || options.bind === 'all') && mayBind(info);
  }

  /** Whether a run that the policy decides about is allowed any marker. */
  function allowsAny(info: WorkflowInfo): boolean {
    const { sampled } = decisionFor(info);
    return sampled || isBindable(info, sampled);
  }

  function allowsDecision(info: WorkflowInfo, id: string): boolean {
    const decision = decisionOf(id);
    if (decision === undefined) return false;
    const isAllowed = isPreset(id) ? allowsPreset(info, decision) : allowsByPolicy(info, decision);
    if (isAllowed && decision.bound) options.onBound?.(info);
    return isAllowed;
  }

  return (info, id) => {
    if (!options.enabled) return false;
    switch (id) {
      case ABSENT:
        return false;
      case AGAIN:
        retryFirstTask(info);
        return false;
      case ANY:
        return allowsAny(info);
      case KEPT_FAILED:
        return tailSample(info, 'kept-failed');
      case KEPT_SLOW:
        return tailSample(info, 'kept-slow');
      default:
        return allowsDecision(info, id);
    }
  };
}

/** Whether the run's own search attributes leave room for ours. */
function leavesRoom({ typedSearchAttributes }: WorkflowInfo): boolean {
  const users = typedSearchAttributes.getAll();
  return users.length === 0 || haveRoom([...users, ...RESERVED]);
}

/** Placeholders for our search attributes at their largest size. */
const RESERVED: readonly SearchAttributePair[] = Object.keys(SEARCH_ATTRIBUTES).map((name) => ({
  key: defineSearchAttributeKey(name, 'KEYWORD'),
  value: 'x'.repeat(MAX_NAME_LENGTH),
}));

/** Decides by the current rule whether a run that was not sampled, and has failed or ended, is tail-sampled. */
function decideTailSampling(info: WorkflowInfo, reason: KeptReason, store: PolicyStore): boolean {
  const jobName = jobNameOf(info);
  const { keepFailed, keepSlowMs } = ruleFor(store.current(), jobName).rule;
  if (reason === 'kept-failed') return keepFailed;
  // The time counts from when the run was due, since a slow run has often waited for a worker.
  if (keepSlowMs === undefined || Date.now() - dueMsOf(info) <= keepSlowMs) return false;
  store.markSlow(jobName);
  return true;
}

/** Returns the reason as a marker records it: the marker of a run that the ratio did not sample has none. */
function recordedReason({ sampled, reason }: SamplingDecision): SamplingReason | undefined {
  return sampled || reason === 'capped' ? reason : undefined;
}
