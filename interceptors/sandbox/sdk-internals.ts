/**
 * The internals of the Temporal SDK that this package uses where the SDK exposes nothing else: the only file that
 * touches them.
 *
 * Sandbox code; the host reads the list, too. Nothing is imported from the SDK's internal modules but types: a module
 * that a version of the SDK lacks would keep the user's bundle from being made. What is missing is found by
 * {@link missingInternals} before anything is used, so no other function here is called without it.
 */

import { defineSearchAttributeKey, type VersioningBehavior } from '@temporalio/common';
import type { coresdk } from '@temporalio/proto';
import type { Activator } from '@temporalio/workflow/lib/internals';
import { keywordOf } from '../../core/job-name';
import { safely } from '../../core/util/untrusted';

const JOB_NAME = defineSearchAttributeKey('JobName', 'KEYWORD');

type Command = coresdk.workflow_commands.IWorkflowCommand;

/** What the SDK counts by a sequence number of its own: activities, local ones among them, and starts of children. */
export type PendingKind = 'activity' | 'childWorkflowStart';

interface SdkGlobals {
  /** What `getActivator` of the SDK returns: all of the present workflow's state. */
  readonly __TEMPORAL_ACTIVATOR__?: Activator;
  readonly __TEMPORAL__?: { readonly importWorkflows?: () => Record<string, unknown> };
}

/** The members of the SDK's `Activator` that are used, and what each must be; of public ones the latest to come. */
const NEEDED: Readonly<Record<string, (activator: Partial<Activator>) => boolean>> = {
  'completions.activity': ({ completions }) => isMap(completions?.activity),
  'completions.childWorkflowStart': ({ completions }) => isMap(completions?.childWorkflowStart),
  concludeActivation: ({ concludeActivation }) => typeof concludeActivation === 'function',
  // Public, since SDK 1.23.
  'info.originalExecutionRunId': ({ info }) => typeof info?.originalExecutionRunId === 'string',
  'promiseStackStore.childToParent': ({ promiseStackStore }) => isMap(promiseStackStore?.childToParent),
  'promiseStackStore.promiseToStack': ({ promiseStackStore }) => isMap(promiseStackStore?.promiseToStack),
  recordWorkflowTaskError: ({ recordWorkflowTaskError }) => typeof recordWorkflowTaskError === 'function',
  registeredActivityNames: ({ registeredActivityNames }) => isMap(registeredActivityNames),
  workflow: (activator) => 'workflow' in activator,
  workflowTaskError: (activator) => 'workflowTaskError' in activator,
};

/**
 * Names of the internals that this version of the SDK lacks; none is missing in the versions that are supported.
 *
 * @param activator by default the present workflow's
 */
export function missingInternals(activator: object | undefined = globals().__TEMPORAL_ACTIVATOR__): string[] {
  if (!activator) return ['__TEMPORAL_ACTIVATOR__'];
  return Object.keys(NEEDED).filter((name) => !NEEDED[name]?.(activator));
}

/** Whether the SDK waits for the answer to this call. */
export function isPending(kind: PendingKind, seq: number): boolean {
  return activator().completions[kind].has(seq);
}

/** Takes the commands that were made since the activation's own were taken. */
export function takeCommands(): Command[] {
  return activator().concludeActivation().commands;
}

/**
 * Calls `ask` while the present workflow's info has this value of the search attribute `JobName`: the SDK hands the info
 * to the host with each question. Without effect where it has the value already.
 */
export function withJobName<Answer>(value: string, ask: () => Answer): Answer {
  const sdk = activator();
  const { info } = sdk;
  if (keywordOf(info, 'JobName') === value) return ask();
  try {
    const typedSearchAttributes = info.typedSearchAttributes.updateCopy([{ key: JOB_NAME, value }]);
    sdk.info = { ...info, typedSearchAttributes };
    return ask();
  } finally {
    sdk.info = info;
  }
}

/** Names of the activities that the present worker has. */
export function registeredActivityNames(): ReadonlySet<string> {
  return activator().registeredActivityNames;
}

/** The versioning behaviour of the present workflow; `undefined`: the worker's default, or not known to the SDK. */
export function versioningBehavior(): VersioningBehavior | undefined {
  return activator().versioningBehavior;
}

/** The present workflow's function; `undefined` until the bundle's exports have been read. */
export function workflowFunction(): unknown {
  return activator().workflow;
}

/**
 * Calls `listener` with each error that fails a workflow task instead of the run.
 *
 * Only the SDK knows which errors these are (`failureExceptionTypes`): after one, no interceptor is called.
 */
export function onTaskError(listener: (error: unknown, isFirst: boolean) => void): void {
  const sdk = activator();
  const record = sdk.recordWorkflowTaskError;
  sdk.recordWorkflowTaskError = (error) => {
    safely(() => listener(error, sdk.workflowTaskError === undefined));
    record.call(sdk, error);
  };
}

/** The promise itself, no longer shown in stack traces: what `untrackPromise` of the SDK does. */
export function untracked<T>(promise: Promise<T>): Promise<T> {
  const { childToParent, promiseToStack } = activator().promiseStackStore;
  childToParent.delete(promise);
  promiseToStack.delete(promise);
  return promise;
}

/** What the workflow bundle exports, by name; `undefined` where the SDK has no such list. */
export function bundleExports(): Record<string, unknown> | undefined {
  return globals().__TEMPORAL__?.importWorkflows?.();
}

function activator(): Activator {
  // Never missing in a workflow that has interceptors of ours: see missingInternals.
  return globals().__TEMPORAL_ACTIVATOR__ as Activator;
}

function globals(): SdkGlobals {
  return globalThis as unknown as SdkGlobals;
}

/** A `Map` or a `Set`, of whatever realm. */
function isMap(value: { readonly has?: unknown } | undefined): boolean {
  return typeof value?.has === 'function';
}
