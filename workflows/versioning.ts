/**
 * Worker Versioning of this package's workflows.
 *
 * Sandbox code. The behaviour is set with each workflow task and is in no command, so it needs no patch. On a worker that
 * is not versioned it must not be set: the server would wait for a version that nobody has.
 */
import type { VersioningBehavior } from '@temporalio/common';
import { setWorkflowOptions, workflowInfo } from '@temporalio/workflow';
import { VERSIONED_HOST } from '../core/own-activities';
import { safely } from '../core/util/untrusted';
import { registeredActivityNames, versioningBehavior } from '../interceptors/sandbox/sdk-internals';

/** Memo of a branch: the behaviour of its run. */
const BEHAVIOR_MEMO = 'jobVersioningBehavior';

type AnyWorkflow = (...args: never[]) => Promise<unknown>;

/**
 * Lets a workflow that lives longer than a deployment go on with the version that is current, whatever the worker's
 * default is: it replays with every version of this package.
 */
export function autoUpgrade(workflow: AnyWorkflow): void {
  setBehavior(workflow, () => (registeredActivityNames().has(VERSIONED_HOST) ? 'AUTO_UPGRADE' : undefined));
}

/** Lets a workflow stay on a version, or not, as the run does that has started it with {@link versioningMemo}. */
export function versionAsItsRun(workflow: AnyWorkflow): void {
  setBehavior(workflow, () => {
    const given = workflowInfo().memo?.[BEHAVIOR_MEMO];
    return given === 'AUTO_UPGRADE' || given === 'PINNED' ? given : undefined;
  });
}

/** Memo with the behaviour of the present workflow; empty where that is the worker's default. */
export function versioningMemo(): { readonly memo?: Record<string, unknown> } {
  const behavior = safely(versioningBehavior);
  return behavior ? { memo: { [BEHAVIOR_MEMO]: behavior } } : {};
}

/** @param behaviorOf `undefined`: the worker's default */
function setBehavior(workflow: AnyWorkflow, behaviorOf: () => VersioningBehavior | undefined): void {
  setWorkflowOptions(() => {
    const behavior = safely(behaviorOf);
    return behavior ? { versioningBehavior: behavior } : {};
  }, workflow);
}
