/**
 * Worker Versioning of this package's workflows.
 *
 * Sandbox code. The behaviour is sent with each workflow task and is not part of a command, so it needs no
 * patch. On a worker that is not versioned it must not be set: the server would wait for a version that no
 * worker has.
 */
import type { VersioningBehavior } from '@temporalio/common';
import { setWorkflowOptions, workflowInfo } from '@temporalio/workflow';
import { VERSIONED_HOST } from '../core/own-activities';
import { safely } from '../core/util/untrusted';
import { registeredActivityNames, versioningBehavior } from '../interceptors/sandbox/sdk-internals';

/** Memo key under which a branch has the versioning behaviour of its run. */
const BEHAVIOR_MEMO = 'jobVersioningBehavior';

type AnyWorkflow = (...args: never[]) => Promise<unknown>;

/**
 * Sets a workflow that outlives deployments to auto-upgrade, whatever the worker's default is: it replays
 * with every version of this package.
 */
export function autoUpgrade(workflow: AnyWorkflow): void {
  setBehavior(workflow, () => (registeredActivityNames().has(VERSIONED_HOST) ? 'AUTO_UPGRADE' : undefined));
}

/** Sets a workflow to the versioning behaviour of the run that started it with {@link versioningMemo}. */
export function versionAsItsRun(workflow: AnyWorkflow): void {
  setBehavior(workflow, () => {
    const behavior = workflowInfo().memo?.[BEHAVIOR_MEMO];
    return behavior === 'AUTO_UPGRADE' || behavior === 'PINNED' ? behavior : undefined;
  });
}

/**
 * Returns a memo with the versioning behaviour of the current workflow; empty if it is the worker's default.
 */
export function versioningMemo(): { readonly memo?: Record<string, unknown> } {
  const behavior = safely(versioningBehavior);
  return behavior ? { memo: { [BEHAVIOR_MEMO]: behavior } } : {};
}

/**
 * Sets a workflow's versioning behaviour.
 *
 * @param behaviorOf returns the behaviour; `undefined` for the worker's default
 */
function setBehavior(workflow: AnyWorkflow, behaviorOf: () => VersioningBehavior | undefined): void {
  setWorkflowOptions(() => {
    const behavior = safely(behaviorOf);
    return behavior ? { versioningBehavior: behavior } : {};
  }, workflow);
}
