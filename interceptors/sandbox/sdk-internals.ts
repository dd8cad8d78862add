/**
 * The internals of the Temporal SDK that this package uses where the SDK exposes nothing else: the only file
 * that touches them.
 *
 * Sandbox code; the host reads the list as well. Only types are imported from the SDK's internal modules: a
 * module that a version of the SDK lacks would break the user's bundle. {@link missingInternals} is checked
 * before anything else here is used.
 */

import { defineSearchAttributeKey, type VersioningBehavior } from '@temporalio/common';
import type { Activator } from '@temporalio/workflow/lib/internals';
import { keywordOf } from '../../core/job-name';
import type { Command } from '../../core/sdk-types';
import { safely } from '../../core/util/untrusted';

const JOB_NAME = defineSearchAttributeKey('JobName', 'KEYWORD');

/** Kinds of calls that the SDK numbers separately: activities (including local ones) and child starts. */
export type PendingKind = 'activity' | 'childWorkflowStart';

interface SdkGlobals {
  /** The result of the SDK's `getActivator`: the state of the current workflow. */
  readonly __TEMPORAL_ACTIVATOR__?: Activator;
  readonly __TEMPORAL__?: { readonly importWorkflows?: () => Record<string, unknown> };
}

/**
 * The members of the SDK's `Activator` that are used, each with a check; of public members, only the newest.
 */
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
 * Returns the names of the internals that this version of the SDK lacks; empty for all supported versions.
 *
 * @param activator activator to check; by default the current workflow's
 */
export function missingInternals(activator: object | undefined = globals().__TEMPORAL_ACTIVATOR__): string[] {
  if (!activator) return ['__TEMPORAL_ACTIVATOR__'];
  return Object.keys(NEEDED).filter((name) => !NEEDED[name]?.(activator));
}

/** Whether the SDK is waiting for the result of this call. */
export function isPending(kind: PendingKind, seq: number): boolean {
  return activator().completions[kind].has(seq);
}

/** Takes the commands that were issued since the activation's own were taken. */
export function takeCommands(): Command[] {
  return activator().concludeActivation().commands;
}

/**
 * Calls `fn` while the current workflow's info has this value of the search attribute `JobName`: the SDK
 * passes the info to the host with each call. No effect if it already has the value.
 */
export function withJobName<T>(value: string, fn: () => T): T {
  const sdk = activator();
  const { info } = sdk;
  if (keywordOf(info, 'JobName') === value) return fn();
  try {
    const typedSearchAttributes = info.typedSearchAttributes.updateCopy([{ key: JOB_NAME, value }]);
    sdk.info = { ...info, typedSearchAttributes };
    return fn();
  } finally {
    sdk.info = info;
  }
}

/** Returns the names of the activities that the current worker has registered. */
export function registeredActivityNames(): ReadonlySet<string> {
  return activator().registeredActivityNames;
}

/**
 * Returns the versioning behaviour of the current workflow; `undefined` for the worker's default, or if not
 * supported.
 */
export function versioningBehavior(): VersioningBehavior | undefined {
  return activator().versioningBehavior;
}

/** Returns the current workflow's function; `undefined` until the bundle's exports have been read. */
export function workflowFunction(): unknown {
  return activator().workflow;
}

/**
 * Calls `listener` with each error that fails a workflow task instead of the run.
 *
 * Only the SDK can distinguish these errors (`failureExceptionTypes`), and it calls no interceptor after one.
 */
export function onTaskError(listener: (error: unknown, isFirst: boolean) => void): void {
  const sdk = activator();
  const record = sdk.recordWorkflowTaskError;
  sdk.recordWorkflowTaskError = (error) => {
    safely(() => listener(error, sdk.workflowTaskError === undefined));
    record.call(sdk, error);
  };
}

/** Removes the promise from stack traces, as the SDK's `untrackPromise` does, and returns it. */
export function untracked<T>(promise: Promise<T>): Promise<T> {
  const { childToParent, promiseToStack } = activator().promiseStackStore;
  childToParent.delete(promise);
  promiseToStack.delete(promise);
  return promise;
}

/** Returns the exports of the workflow bundle by name; `undefined` if the SDK has no such list. */
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

/** Whether the value is a `Map` or a `Set`, of any realm. */
function isMap(value: { readonly has?: unknown } | undefined): boolean {
  return typeof value?.has === 'function';
}
