/** A release of workflows that fail their tasks with a plain error: in the first task, or after an activity. */
import {
  condition,
  defineSignal,
  proxyActivities,
  setHandler,
  setWorkflowOptions,
  workflowInfo,
} from '@temporalio/workflow';
import type * as activities from '../activities';

const { callDownstream } = proxyActivities<typeof activities>({ startToCloseTimeout: '30s' });

export async function released(when: 'at once' | 'later'): Promise<string> {
  const settings: { limit?: { users: number } } = {};
  if (when === 'later') await callDownstream();
  // biome-ignore lint/style/noNonNullAssertion: the mistake that the test is about
  return `${settings.limit!.users} users`;
}

/** Fails its first task for as long, and then does not: each attempt has a time of its own. */
export async function recovers(ms: number): Promise<void> {
  const settings: { limit?: { users: number } } = {};
  // biome-ignore lint/style/noNonNullAssertion: the mistake that the test is about
  if (Date.now() < workflowInfo().startTime.getTime() + ms) settings.limit!.users += 1;
  await callDownstream();
}

/** The same in the handler of the signal `count`. */
export async function recoversInHandler(ms: number): Promise<void> {
  const settings: { limit?: { users: number } } = {};
  let counted = false;
  setHandler(defineSignal('count'), () => {
    // biome-ignore lint/style/noNonNullAssertion: the mistake that the test is about
    if (Date.now() < workflowInfo().startTime.getTime() + ms) settings.limit!.users += 1;
    counted = true;
  });
  await condition(() => counted);
  await callDownstream();
}

/** Fails the run with such an error, by declaration. */
setWorkflowOptions({ failureExceptionTypes: [TypeError] }, declared);
export async function declared(): Promise<void> {
  await callDownstream();
  throw new TypeError('no limit');
}
