/**
 * The host's answers to the markers that the sandbox asks for (`patchActivationCallback`).
 *
 * Asked synchronously on the way of a run's first task: every answer is a map look-up, is the same whenever
 * the same run asks again (a failed task does), and never throws.
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
import { setBounded } from '../core/util/bounded-map';
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
  /** Whether every search attribute has been seen in the namespace with the right type. */
  readonly mayBind: () => boolean;
  /** The same of a run whose first task is tried again. */
  readonly mayBindAgain?: (info: WorkflowInfo) => boolean;
  /** Told of every run that is granted a marker with which it binds. */
  readonly onBound?: (info: WorkflowInfo) => void;
  /** Where the policy's decisions are remembered. */
  readonly decisions: RunDecisions;
  /** Told of every run's decision; of a run whose task fails and asks again, perhaps again. */
  readonly onDecision?: (runId: string, jobName: string, sampled: boolean, reason: SamplingReason) => void;
  /** Told once of each run that the policy records and whose origin its info alone tells; the sandbox reports the others. */
  readonly onRecorded?: (info: WorkflowInfo, origin: JobOrigin) => void;
  /** Told of every run that is kept, once. */
  readonly onKept?: (jobName: string, reason: KeptReason) => void;
  readonly log?: OnceLog;
}

/** Runs that are remembered, for tasks that fail and ask again; beyond it the oldest is forgotten. */
const MAX_RUNS = 10_000;
/** No hex digits come after it: nothing is sampled. */
const ABOVE_ALL_DIGITS = 'g';

/** Our answers, composed with a call-back of the user's: its ids and its errors stay its own. */
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
      // Of a policy store that breaks its contract: thrown here, it would leave the run stuck for ever.
      options.log?.warn('decision', 'A run could not be decided about; it is not traced', { error });
      return false;
    }
  };
}

/**
 * What is known beforehand of the answers to new runs.
 *
 * @param policy of the plugin's options
 * @param isConstant whether no store can bring another policy
 */
export function hostHintFor(
  { enabled, bind }: Pick<MarkerHostOptions, 'enabled' | 'bind'>,
  policy: SamplingPolicy,
  isConstant: boolean,
): HostHint {
  const { ratio, atLeast, afterFailureRuns, keepSlowMs } = policy.default;
  const usual = bind === 'all' && ratio < 0.5 ? 'unsampled' : 'default';
  // Only a failure that the run itself tells of makes it a follow-up then, and the sandbox knows that.
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
  const told = new Map<string, true>();
  /** Runs that must not bind, since the server may have refused what they bound. */
  const refused = new Map<string, true>();

  function mayBind(info: WorkflowInfo): boolean {
    return options.mayBind() && !refused.has(info.runId) && leavesRoom(info);
  }

  function tryAgain(info: WorkflowInfo): void {
    refused.delete(info.runId);
    if (options.mayBindAgain?.(info) === false) setBounded(refused, info.runId, true, MAX_RUNS);
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
    setBounded(told, key, true, MAX_RUNS);
    return true;
  }

  function answer(info: WorkflowInfo, id: string): boolean {
    if (id === KEPT_FAILED || id === KEPT_SLOW) return options.mayBind() && keep(info, id);
    const asked = decisionOf(id);
    if (asked === undefined) return false;
    const isBindable = (asked.sampled || options.bind === 'all') && mayBind(info);
    if (isPreset(id)) {
      // Not from memory: a signal may have come since the run's last, failed task, which asked by policy.
      options.decisions.forget(info.runId, traceIdOfRun(info.originalExecutionRunId));
      if (asked.reason !== undefined)
        options.onDecision?.(info.runId, jobNameOf(info), asked.sampled, asked.reason);
      return isBindable || !asked.bound;
    }
    const decision = decisionFor(info);
    // Asked last, when no id with a binding was true.
    if (!asked.bound) return decision.sampled;
    return isBindable && asked.sampled === decision.sampled && asked.reason === recordedReason(decision);
  }

  /** Whether a run that decides by policy is granted one of its ids. */
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

/** As much as ours can take. */
const RESERVED: readonly SearchAttributePair[] = Object.keys(SEARCH_ATTRIBUTES).map((name) => ({
  key: defineSearchAttributeKey(name, 'KEYWORD'),
  value: 'x'.repeat(MAX_NAME_LENGTH),
}));

/** Whether an unsampled run that has just failed, or ended, leaves its root span: by the rule of this moment. */
function isKept(info: WorkflowInfo, id: typeof KEPT_FAILED | typeof KEPT_SLOW, store: PolicyStore): boolean {
  const jobName = jobNameOf(info);
  const { keepFailed, keepSlowMs } = ruleFor(store.current(), jobName).rule;
  if (id === KEPT_FAILED) return keepFailed;
  // From the moment the run was due: slow is often "no worker".
  if (keepSlowMs === undefined || Date.now() - dueMsOf(info) <= keepSlowMs) return false;
  store.markSlow(jobName);
  return true;
}

/** The reason as a marker tells it: an unsampled run's says nothing of the share that left it out. */
function recordedReason({ sampled, reason }: SamplingDecision): SamplingReason | undefined {
  return sampled || reason === 'capped' ? reason : undefined;
}
