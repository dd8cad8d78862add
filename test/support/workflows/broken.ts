/**
 * A release of workflows that fail their workflow tasks with a plain error: in the first task, or after an activity.
 */
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

/** Fails every attempt of its first task for this long after its start. */
export async function recovers(ms: number): Promise<void> {
  const settings: { limit?: { users: number } } = {};
  // biome-ignore lint/style/noNonNullAssertion: the mistake that the test is about
  if (Date.now() < workflowInfo().startTime.getTime() + ms) settings.limit!.users += 1;
  await callDownstream();
}

/** Like {@link recovers}, but fails in the handler of the signal `count`. */
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

/** Fails with an error that is declared to fail the run, not only the task. */
setWorkflowOptions({ failureExceptionTypes: [TypeError] }, declared);
export async function declared(): Promise<void> {
  await callDownstream();
  throw new TypeError('no limit');
}
