/** Runs that ask for their marker, as the sandbox does, and the host that answers. */
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

/** The part of a run's info that decisions are made from. */
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

export function hostWith({ sampling = {}, decisions = createRunDecisions(), ...options }: HostSetup = {}) {
  const policy = constantPolicyStore(resolvePolicy(sampling));
  const host = composeMarkerHost({ ...HOST, policy, decisions, ...options }, undefined);
  /** What a run asks, as the sandbox does, and at last the id that was granted; `-`: none. */
  return (
    info: WorkflowInfo,
    preset: PresetDecision = undefined,
    bind: 'all' | 'sampled' = 'all',
    hint?: HostHint,
  ) => {
    const asked: string[] = [];
    let granted = '-';
    const isGranted = (patchId: string) => {
      const id = patchId.replace('job-tracing:', '');
      asked.push(id);
      const answer = host({ workflowInfo: info, patchId });
      if (answer && patchId !== ANY) granted = id;
      return answer;
    };
    const activities = new Set(hint ? ['users', hostHintActivity(hint)] : ['users']);
    const { decision, hasHost } = decideNewRun(info, preset, bind, isGranted, activities);
    deepEqual([decision, hasHost], [decisionOf(`job-tracing:${granted}`), true]);
    return [...asked, granted];
  };
}

/** What was granted, of all that a run has asked for. */
export function last(asked: readonly string[]): string | undefined {
  return asked.at(-1);
}
