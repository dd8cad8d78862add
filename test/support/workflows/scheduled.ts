/** The user's workflows of scheduled jobs, beside those of the package. */
import {
  ApplicationFailure,
  continueAsNew,
  proxyActivities,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { JobInfo } from 'temporal-job-tracing/workflow';
import { jobInfo } from 'temporal-job-tracing/workflow';
import type * as activities from '../activities';

export { jobTick, scheduledJob } from 'temporal-job-tracing/workflows';

const { callDownstream } = proxyActivities<typeof activities>({
  startToCloseTimeout: '30s',
  retry: { maximumAttempts: 3, initialInterval: '50ms' },
});

/** Calls the downstream service; returns its arguments and its `jobInfo()`. */
export async function report(...args: unknown[]): Promise<{ args: unknown[]; context: JobInfo }> {
  await callDownstream();
  return { args, context: jobInfo() };
}

/** Completes at once. */
export async function quick(): Promise<void> {}

/** Returns its scheduled time. */
export async function due(): Promise<string | undefined> {
  return jobInfo().scheduledTime?.toISOString();
}

/** Sleeps for this time, or until it is cancelled. */
export async function slow(ms: number): Promise<string> {
  await sleep(ms);
  return 'slept';
}

/** Continues as new this many times. */
export async function continues(times: number): Promise<void> {
  await callDownstream();
  if (times > 0) await continueAsNew<typeof continues>(times - 1);
}

/** Fails until its run has this attempt. */
export async function failsUntil(attempt: number): Promise<number> {
  await callDownstream();
  if (workflowInfo().attempt < attempt)
    throw ApplicationFailure.create({ message: `not before attempt ${attempt}`, type: 'TooEarly' });
  return attempt;
}
