/**
 * The host's answers to the markers that the sandbox tries (`patchActivationCallback`).
 *
 * Called synchronously in a run's first task: every answer is a map look-up, is the same whenever the same
 * run tries again (after a failed task), and never throws.
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
import { BoundedSet } from '../core/util/bounded-map';
import type { OnceLog } from '../core/util/once-log';
import { decide, type SamplingDecision } from '../sampling/decide';
import { createFollowUps } from '../sampling/follow-ups';
import type { HostHint } from '../sampling/host-hint';
import {
  ABSENT,
  AGAIN,
  ANY,
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
  readonly onKept?: (jobName: string, reason: KeptReason) => void;
  readonly log?: OnceLog;
}

/** Most runs that are remembered, for failed tasks that try again; beyond that the oldest is dropped. */
const MAX_RUNS = 10_000;
/** Threshold that sorts after all hex digits, so that nothing is sampled. */
const ABOVE_ALL_DIGITS = 'g';

/** Returns a callback with our answers, composed with the user's, which keeps its own ids and errors. */
export function composeMarkerHost(
  options: MarkerHostOptions,
  users: PatchActivationCallback | undefined,
): PatchActivationCallback {
  const answer = createAnswers(options);
  return (input) => {
    if (!isMarker(input.patchId)) return users === undefined ? true : users(input);
    try {
      return answer(input.workflowInfo, input.patchId);
    } catch (error) {
      // A policy store has broken its contract: an error thrown here would leave the run stuck forever.
      options.log?.warn('decision', 'A run could not be decided about; it is not traced', { error });
      return false;
    }
  };
}

/**
 * Returns the host hint: what is known beforehand about the answers to new runs.
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
  return { usual, threshold: thresholdOf(ratio) ?? ABOVE_ALL_DIGITS };
}

function createAnswers(options: MarkerHostOptions): (info: WorkflowInfo, id: string) => boolean {
  const sources = {
    counters: options.policy.counters,
    followUps: createFollowUps(),
    wasSlow: (jobName: string) => options.policy.wasSlow(jobName),
  };
  const told = new BoundedSet<string>(MAX_RUNS);
  /** Runs that must not bind, since the server may have refused their upsert. */
  const refused = new BoundedSet<string>(MAX_RUNS);

  function mayBind(info: WorkflowInfo): boolean {
    return options.mayBind() && !refused.has(info.runId) && leavesRoom(info);
  }

  function tryAgain(info: WorkflowInfo): void {
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

  function keep(info: WorkflowInfo, id: typeof KEPT_FAILED | typeof KEPT_SLOW): boolean {
    if (!isKept(info, id, options.policy)) return false;
    const key = `${info.runId} ${id}`;
    if (!told.has(key)) options.onKept?.(jobNameOf(info), id === KEPT_FAILED ? 'kept-failed' : 'kept-slow');
    told.add(key);
    return true;
  }

  function answer(info: WorkflowInfo, id: string): boolean {
    if (id === KEPT_FAILED || id === KEPT_SLOW) return options.mayBind() && keep(info, id);
    const asked = decisionOf(id);
    if (asked === undefined) return false;
    const isBindable = (asked.sampled || options.bind === 'all') && mayBind(info);
    if (isPreset(id)) {
      // Decided anew: a signal may have arrived since the run's last, failed task, which was decided by
      // policy.
      options.decisions.forget(info.runId, traceIdOfRun(info.originalExecutionRunId));
      if (asked.reason !== undefined)
        options.onDecision?.(info.runId, jobNameOf(info), asked.sampled, asked.reason);
      return isBindable || !asked.bound;
    }
    const decision = decisionFor(info);
    // Tried last, after every id with a binding was denied.
    if (!asked.bound) return decision.sampled;
    return isBindable && asked.sampled === decision.sampled && asked.reason === recordedReason(decision);
  }

  /** Whether a run that the policy decides about is allowed one of its ids. */
  function grantsAny(info: WorkflowInfo): boolean {
    return decisionFor(info).sampled || (options.bind === 'all' && mayBind(info));
  }

  return (info, id) => {
    if (!options.enabled || id === ABSENT) return false;
    if (id === AGAIN) tryAgain(info);
    if (id === ANY || id === AGAIN) return id === ANY && grantsAny(info);
    const isGranted = answer(info, id);
    if (isGranted && decisionOf(id)?.bound) options.onBound?.(info);
    return isGranted;
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

/** Whether the current rule tail-samples a run that was not sampled and has just failed or ended. */
function isKept(info: WorkflowInfo, id: typeof KEPT_FAILED | typeof KEPT_SLOW, store: PolicyStore): boolean {
  const jobName = jobNameOf(info);
  const { keepFailed, keepSlowMs } = ruleFor(store.current(), jobName).rule;
  if (id === KEPT_FAILED) return keepFailed;
  // From the moment the run was due: slow is often "no worker".
  if (keepSlowMs === undefined || Date.now() - dueMsOf(info) <= keepSlowMs) return false;
  store.markSlow(jobName);
  return true;
}

/** Returns the reason as a marker records it: the marker of a run that the ratio did not sample has none. */
function recordedReason({ sampled, reason }: SamplingDecision): SamplingReason | undefined {
  return sampled || reason === 'capped' ? reason : undefined;
}
