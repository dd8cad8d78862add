/** Jobs of the alert tests; the test determines the result of a run through its activity. */
import {
  ApplicationFailure,
  continueAsNew,
  executeChild,
  proxyActivities,
  sleep,
} from '@temporalio/workflow';

export { jobTick, scheduledJob } from 'temporal-job-tracing/workflows';

interface Activities {
  /** Runs the function that the test has set for the job. */
  work(job: string): Promise<void>;
}

const { work } = proxyActivities<Activities>({
  startToCloseTimeout: '10 minutes',
  retry: { maximumAttempts: 1 },
});

/** Runs a job's activity; the second argument must not appear in an alert. */
export async function nightly(job: string, _secret?: string): Promise<string> {
  await work(job);
  return 'secret result';
}

/** Sleeps for this time, without an activity. */
export async function takes(ms: number): Promise<void> {
  await sleep(ms);
}

/** Fails at once. */
export async function breaks(message = 'broken'): Promise<void> {
  throw ApplicationFailure.create({ message, type: 'Broken', nonRetryable: true });
}

/** Fails with a retryable failure. */
export async function breaksEachAttempt(): Promise<void> {
  throw ApplicationFailure.create({ message: 'broken attempt', type: 'Broken' });
}

/** Completes although its child fails. */
export async function toleratesChild(): Promise<void> {
  await executeChild(breaks, { args: ['broken child'] }).catch(() => {});
}

/** Fails each workflow task. */
export async function throwsInTask(): Promise<void> {
  throw new Error('no workflow failure');
}

/** Continues as new each second. */
export async function continuesForEver(): Promise<void> {
  await sleep('1 second');
  await continueAsNew<typeof continuesForEver>();
}
