/** New runs that try their candidate markers, as in the sandbox, and the host that allows one. */
import { deepEqual } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { TypedSearchAttributes } from '@temporalio/common';
import type { WorkflowInfo } from '@temporalio/workflow';
import type { SamplingOptions } from 'temporal-job-tracing';
import { type HostHint, hostHintActivity } from '../../sampling/host-hint';
import { ANY, decisionOf } from '../../sampling/markers';
import { decideNewRun, type PresetDecision } from '../../sampling/new-run';
import { resolvePolicy } from '../../sampling/policy';
import { constantPolicyStore } from '../../sampling/policy-store';
import { composeMarkerHost, type MarkerHostOptions } from '../../worker/marker-host';
import { createRunDecisions } from '../../worker/run-decisions';

const HOST = { enabled: true, bind: 'all', mayBind: () => true } as const;

export interface RunParts {
  readonly runId?: string;
  readonly workflowType?: string;
  readonly attempt?: number;
  readonly lastFailure?: Error;
}

/** Returns the part of a run's info that decides about its sampling. */
export function infoOf({ runId = randomUUID(), ...parts }: RunParts = {}): WorkflowInfo {
  const info = {
    workflowType: 'job',
    runId,
    originalExecutionRunId: runId,
    attempt: 1,
    typedSearchAttributes: new TypedSearchAttributes(),
    ...parts,
  };
  return info as unknown as WorkflowInfo;
}

interface HostSetup extends Partial<MarkerHostOptions> {
  readonly sampling?: SamplingOptions;
}

/**
 * Returns a function that lets a run try its candidates. It returns the ids that the run tried, without their prefix,
 * and last the id that the host allowed, or `-` for none.
 */
export function markerHost({ sampling = {}, decisions = createRunDecisions(), ...options }: HostSetup = {}) {
  const policy = constantPolicyStore(resolvePolicy(sampling));
  const host = composeMarkerHost({ ...HOST, policy, decisions, ...options }, undefined);
  return (
    info: WorkflowInfo,
    preset: PresetDecision = undefined,
    bind: 'all' | 'sampled' = 'all',
    hint?: HostHint,
  ) => {
    const tried: string[] = [];
    let allowedId = '-';
    const isPatched = (patchId: string) => {
      const id = patchId.replace('job-tracing:', '');
      tried.push(id);
      const isAllowed = host({ workflowInfo: info, patchId });
      if (isAllowed && patchId !== ANY) allowedId = id;
      return isAllowed;
    };
    const activities = new Set(hint ? ['users', hostHintActivity(hint)] : ['users']);
    const { decision, hasHost } = decideNewRun(info, preset, bind, isPatched, activities);
    deepEqual([decision, hasHost], [decisionOf(`job-tracing:${allowedId}`), true]);
    return [...tried, allowedId];
  };
}

/** Returns the id that the host allowed, from the result of {@link markerHost}'s function. */
export function allowedIdOf(tried: readonly string[]): string | undefined {
  return tried.at(-1);
}
