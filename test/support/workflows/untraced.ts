/** Workflows whose activities bring no trace. */
import {
  condition,
  continueAsNew,
  defineSignal,
  executeChild,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  sleep,
} from '@temporalio/workflow';
import type * as activities from '../activities';

const options = {
  startToCloseTimeout: '30s',
  retry: { maximumAttempts: 3, initialInterval: '50ms' },
} as const;
const { callDownstream, failBelowAttempt } = proxyActivities<typeof activities>(options);
const local = proxyLocalActivities<typeof activities>(options);

/** Two activities, the second of which is tried twice; what downstream saw. */
export async function calls(): Promise<string[]> {
  const seen = await callDownstream();
  await failBelowAttempt(2);
  return [seen];
}

/** The same, and once more after a workflow task. */
export async function callsLater(continues = false): Promise<string[]> {
  const seen = await callDownstream();
  await sleep(1);
  const later = await callDownstream();
  return continues ? continueAsNew<typeof callsLater>() : [seen, later];
}

/** The same by itself, and by a child that continues as new. */
export async function callsInFamily(): Promise<string[]> {
  return [...(await callsLater()), ...(await executeChild(callsLater, { args: [true] }))];
}

/** Waits for the signal `go`, and then calls downstream twice, the second time by a local activity. */
export async function callsWhenTold(): Promise<string[]> {
  let isTold = false;
  setHandler(defineSignal('go'), () => {
    isTold = true;
  });
  await condition(() => isTold);
  return [await callDownstream(), await local.callDownstream()];
}
