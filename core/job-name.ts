/**
 * The name of a run's job: the one that the start set, or the workflow type. Pure; the sandbox and the host
 * must agree on it, since the host samples by it.
 */
import type { SearchAttributePair } from '@temporalio/common';
import type { WorkflowInfo } from '@temporalio/workflow';
import { JOB_NAME_MEMO } from './search-attributes';
import { toKeyword } from './server-limits';
import { textOf } from './util/untrusted';

/**
 * Returns the search attribute `JobName`, else the memo `jobName`, else the workflow type; cut to 255
 * characters. Never throws.
 */
export function jobNameOf(info: WorkflowInfo): string {
  return toKeyword(keywordOf(info, 'JobName') ?? textOf(info.memo?.[JOB_NAME_MEMO]) ?? info.workflowType);
}

/** Returns the run's search attribute if it is a non-empty string; `undefined` otherwise. */
export function keywordOf(info: WorkflowInfo, name: string): string | undefined {
  return textOf(attributeOf(info.typedSearchAttributes.getAll(), name));
}

/** Returns the value of the search attribute with this name; `undefined` if it is missing. */
export function attributeOf(attributes: readonly SearchAttributePair[], name: string): unknown {
  return attributes.find(({ key }) => key.name === name)?.value;
}
