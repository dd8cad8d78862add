/**
 * The host's answers to the markers that the sandbox asks for (`patchActivationCallback`).
 *
 * Asked synchronously on the way of a run's first task: every answer is a map look-up, is the same whenever
 * the same run asks again (a failed task does), and never throws.
 */
import type { WorkerOptions } from '@temporalio/worker';
import type { WorkflowInfo } from '@temporalio/workflow';
import { dueMsOf } from '../interceptors/shared/due-time';
import { jobNameOf } from '../interceptors/shared/job-name';
import {
  ABSENT,
  ANY,
  decisionOf,
  isGiven,
  isMarker,
  KEPT_FAILED,
  KEPT_SLOW,
  type KeptReason,
  type SamplingReason,
} from '../interceptors/shared/markers';
import { traceIdOfRun } from '../interceptors/shared/trace-id';
import { setBounded } from './bounded-map';
import type { OnceLog } from './once-log';
import { decide, type SamplingDecision } from './policy/decide';
import { createFollowUps, type FollowUps } from './policy/follow-ups';
import { ruleFor } from './policy/match';
import type { SamplingPolicy } from './policy/policy';
import type { PolicyStore } from './policy-store';
import type { RunDecisions } from './run-decisions';

type PatchActivationCallback = NonNullable<WorkerOptions['patchActivationCallback']>;

export interface MarkerHostOptions {
  readonly enabled: boolean;
  readonly bind: 'all' | 'sampled';
  readonly policy: PolicyStore;
  /** Whether every search attribute has been seen in the namespace with the right type. */
  readonly mayBind: () => boolean;
  /** Where the policy's decisions are remembered. */
  readonly decisions: RunDecisions;
  /** Told of every run's decision, once. */
  readonly onDecision?: (jobName: string, sampled: boolean, reason: SamplingReason) => void;
  /** Told of every run that the policy records, once. */
  readonly onRecorded?: (info: WorkflowInfo) => void;
  /** Told of every run that is kept, once. */
  readonly onKept?: (jobName: string, reason: KeptReason) => void;
  readonly log?: OnceLog;
}

/** Runs that are remembered, for tasks that fail and ask again; beyond it the oldest is forgotten. */
const MAX_RUNS = 10_000;

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

/** What most new runs will be granted, by the policy of the plugin's options. */
export function commonAnswer(bind: 'all' | 'sampled', policy: SamplingPolicy): 'unsampled' | 'default' {
  return bind === 'all' && policy.default.ratio < 0.5 ? 'unsampled' : 'default';
}

function createAnswers(options: MarkerHostOptions): (info: WorkflowInfo, id: string) => boolean {
  const followUps = createFollowUps();
  const told = new Map<string, true>();

  function decisionFor(info: WorkflowInfo): SamplingDecision {
    const known = options.decisions.find(info.runId);
    if (known !== undefined) return known;
    const policy = options.policy.current();
    const jobName = jobNameOf(info);
    const decision = decideByPolicy(info, jobName, policy, options.policy, followUps);
    const { rule, pattern } = ruleFor(policy, jobName);
    options.decisions.remember(info, { ...decision, ratio: rule.ratio, pattern });
    tell(info, jobName, decision.sampled, decision.reason);
    if (decision.sampled) options.onRecorded?.(info);
    return decision;
  }

  function tell(info: WorkflowInfo, jobName: string, sampled: boolean, reason: SamplingReason): void {
    if (options.onDecision === undefined || told.has(info.runId)) return;
    setBounded(told, info.runId, true, MAX_RUNS);
    options.onDecision(jobName, sampled, reason);
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
    const mayBind = options.mayBind() && (asked.sampled || options.bind === 'all');
    if (isGiven(id)) {
      // Not from memory: a signal may have come since the run's last, failed task, which asked by policy.
      options.decisions.forget(info);
      if (asked.reason !== undefined) tell(info, jobNameOf(info), asked.sampled, asked.reason);
      return mayBind || !asked.bound;
    }
    const decision = decisionFor(info);
    // Asked last, when no id with a binding was true.
    if (!asked.bound) return decision.sampled;
    return mayBind && asked.sampled === decision.sampled && asked.reason === recordedReason(decision);
  }

  /** Whether a run that decides by policy is granted one of its ids. */
  function grantsAny(info: WorkflowInfo): boolean {
    return decisionFor(info).sampled || (options.bind === 'all' && options.mayBind());
  }

  return (info, id) => {
    if (!options.enabled || id === ABSENT) return false;
    return id === ANY ? grantsAny(info) : answer(info, id);
  };
}

function decideByPolicy(
  info: WorkflowInfo,
  jobName: string,
  policy: SamplingPolicy,
  store: PolicyStore,
  followUps: FollowUps,
): SamplingDecision {
  const run = {
    jobName,
    traceId: traceIdOfRun(info.originalExecutionRunId),
    // An attempt follows a failed one; a tick or a schedule's action brings the failure of the one before.
    followsFailure: info.attempt > 1 || info.lastFailure !== undefined,
  };
  return decide(run, {
    policy,
    counters: store.counters,
    followUps,
    wasSlow: (jobName) => store.wasSlow(jobName),
  });
}

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
