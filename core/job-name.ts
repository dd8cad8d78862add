/**
 * The name of a run's job: what the starter gave, or the workflow type. Pure; the sandbox and the host must
 * agree on it, since the host samples by it.
 */
import type { SearchAttributePair } from '@temporalio/common';
import type { WorkflowInfo } from '@temporalio/workflow';
import { JOB_NAME_MEMO } from './search-attributes';
import { toKeyword } from './server-limits';
import { textOf } from './util/untrusted';

/** Search attribute `JobName`, then memo `jobName`, then the workflow type; its first 255 characters. Never throws. */
export function jobNameOf(info: WorkflowInfo): string {
  return toKeyword(keywordOf(info, 'JobName') ?? textOf(info.memo?.[JOB_NAME_MEMO]) ?? info.workflowType);
}

/** The value of a text search attribute of the run; `undefined` when it is missing or of another type. */
export function keywordOf(info: WorkflowInfo, name: string): string | undefined {
  return textOf(attributeOf(info.typedSearchAttributes.getAll(), name));
}

/** The value of the search attribute with this name; `undefined` when it is missing. */
export function attributeOf(attributes: readonly SearchAttributePair[], name: string): unknown {
  return attributes.find(({ key }) => key.name === name)?.value;
}
