/** Jobs of the tests of alerts: what becomes of a run is up to an activity, and so to the test. */
import {
  ApplicationFailure,
  continueAsNew,
  executeChild,
  proxyActivities,
  sleep,
} from '@temporalio/workflow';

interface Activities {
  /** Does the work of a job, as the test wants it. */
  work(job: string): Promise<void>;
}

const { work } = proxyActivities<Activities>({
  startToCloseTimeout: '10 minutes',
  retry: { maximumAttempts: 1 },
});

/** One run of a job; the second argument is nothing that an alert may tell. */
export async function nightly(job: string, _secret?: string): Promise<string> {
  await work(job);
  return 'secret result';
}

/** Takes so long, without an activity. */
export async function takes(ms: number): Promise<void> {
  await sleep(ms);
}

/** Fails at once. */
export async function breaks(message = 'broken'): Promise<void> {
  throw ApplicationFailure.create({ message, type: 'Broken', nonRetryable: true });
}

/** Fails, and lets the server try again. */
export async function breaksEachAttempt(): Promise<void> {
  throw ApplicationFailure.create({ message: 'broken attempt', type: 'Broken' });
}

/** A child fails, and the run does not. */
export async function toleratesChild(): Promise<void> {
  await executeChild(breaks, { args: ['broken child'] }).catch(() => {});
}

/** Code that fails each workflow task. */
export async function throwsInTask(): Promise<void> {
  throw new Error('no workflow failure');
}

/** Goes on as new for ever, with a pause. */
export async function continuesForEver(): Promise<void> {
  await sleep('1 second');
  await continueAsNew<typeof continuesForEver>();
}
