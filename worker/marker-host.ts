/**
 * The host's answers to the markers that the sandbox asks for (`patchActivationCallback`).
 *
 * Asked synchronously on the way of a run's first task: every answer is a map look-up, is the same whenever
 * the same run asks again (a failed task does), and never throws.
 */
import type { WorkerOptions } from '@temporalio/worker';
import type { WorkflowInfo } from '@temporalio/workflow';
import { jobNameOf } from '../interceptors/shared/job-name';
import { ABSENT, decisionOf, isMarker } from '../interceptors/shared/markers';
import { traceIdOfRun } from '../interceptors/shared/trace-id';
import type { PolicyStore } from './policy-store';
import { decideSampling } from './sampling';

type PatchActivationCallback = NonNullable<WorkerOptions['patchActivationCallback']>;

export interface MarkerHostOptions {
  readonly enabled: boolean;
  readonly bind: 'all' | 'sampled';
  readonly policy: PolicyStore;
  /** Whether every search attribute has been seen in the namespace with the right type. */
  readonly mayBind: () => boolean;
}

/** Our answers, composed with a call-back of the user's: its ids and its errors stay its own. */
export function composeMarkerHost(
  options: MarkerHostOptions,
  users: PatchActivationCallback | undefined,
): PatchActivationCallback {
  return (input) => {
    if (isMarker(input.patchId)) return answer(options, input.workflowInfo, input.patchId);
    return users === undefined ? true : users(input);
  };
}

function answer(options: MarkerHostOptions, info: WorkflowInfo, id: string): boolean {
  if (!options.enabled || id === ABSENT) return false;
  const asked = decisionOf(id);
  if (asked === undefined) return false;
  if (asked.bound && !options.mayBind()) return false;
  if (!asked.sampled && options.bind === 'sampled') return false;
  if (isGiven(id, asked.reason)) return true;
  const decided = decideSampling(
    options.policy.current(),
    jobNameOf(info),
    traceIdOfRun(info.originalExecutionRunId),
  );
  return decided.sampled === asked.sampled && (asked.reason === undefined || asked.reason === decided.reason);
}

/** Whether the run knows its decision by itself and asks only whether it may bind. */
function isGiven(id: string, reason: string | undefined): boolean {
  return id.endsWith('-given') || (reason !== undefined && reason !== 'default' && reason !== 'rule');
}
