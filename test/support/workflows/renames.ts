/** A workflow that changes the `JobName` of its run. */
import { defineSearchAttributeKey } from '@temporalio/common';
import { ApplicationFailure, proxyActivities, upsertSearchAttributes } from '@temporalio/workflow';
import type * as activities from '../activities';

const JOB_NAME = defineSearchAttributeKey('JobName', 'KEYWORD');
const { callDownstream } = proxyActivities<typeof activities>({ startToCloseTimeout: '30s' });

/** Renames its job, and fails after an activity. */
export async function renames(name: string): Promise<void> {
  upsertSearchAttributes([{ key: JOB_NAME, value: name }]);
  await callDownstream();
  throw ApplicationFailure.nonRetryable('as always');
}
