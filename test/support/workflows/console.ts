/** Workflows whose runs the console shows. */
import {
  ApplicationFailure,
  condition,
  defineSignal,
  defineUpdate,
  executeChild,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type * as activities from '../activities';

export { mapReduceBranch } from 'temporal-job-tracing/workflows';
export { accountShard, accounts, join } from './map-reduce';

const { callDownstream, failBelowAttempt } = proxyActivities<typeof activities>({
  startToCloseTimeout: '60s',
  retry: { maximumAttempts: 3, initialInterval: '200ms' },
});
const local = proxyLocalActivities<typeof activities>({ startToCloseTimeout: '30s' });
const elsewhere = proxyActivities<typeof activities>({
  taskQueue: 'a-queue-that-nobody-polls',
  startToCloseTimeout: '30s',
});
const stubborn = proxyActivities<typeof activities>({
  startToCloseTimeout: '30s',
  retry: { maximumAttempts: 100, initialInterval: '30s' },
});

export const proceed = defineSignal('proceed');
export const ask = defineUpdate<string, []>('ask');

/** Calls a service that takes this long to save. */
export async function nightly(ms: number): Promise<void> {
  await callDownstream('/find');
  await callDownstream(`/save?ms=${ms}`);
}

/** Has one of each event that a timeline shows. */
export async function everything(): Promise<string> {
  let mayProceed = false;
  setHandler(proceed, () => {
    mayProceed = true;
  });
  setHandler(ask, async () => {
    await callDownstream('/ask');
    return 'answer';
  });
  await failBelowAttempt(2);
  await local.callDownstream('/local');
  await sleep('300ms');
  await executeChild(nightly, { args: [10], workflowId: `${workflowInfo().workflowId}-child` });
  await condition(() => mayProceed);
  return 'done';
}

/** Waits only for the signal `proceed`. */
export async function waitsForSignal(): Promise<void> {
  let mayProceed = false;
  setHandler(proceed, () => {
    mayProceed = true;
  });
  await condition(() => mayProceed);
}

/** Runs an activity on a task queue without a worker. */
export async function hasNoWorker(): Promise<void> {
  await elsewhere.callDownstream('/');
}

/** Runs an activity that fails and is retried after half a minute. */
export async function backsOff(): Promise<void> {
  await stubborn.failBelowAttempt(100);
}

/** Sleeps for an hour. */
export async function sleeps(): Promise<void> {
  await sleep('1 hour');
}

/** Fails because its activity fails. */
export async function failsInside(): Promise<void> {
  await failBelowAttempt(9);
}

/** Fails with an application failure. */
export async function refuses(): Promise<void> {
  throw ApplicationFailure.create({ message: 'value too long for account 1000002', type: 'FieldLength' });
}

/** Runs a local activity that takes so long. */
export async function worksLocally(ms: number): Promise<void> {
  await local.callDownstream(`/local?ms=${ms}`);
}
