/** Workflows whose activities have no trace. */
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

/** Runs two activities, the second with two attempts; returns the headers that the downstream service received. */
export async function calls(): Promise<string[]> {
  const seen = await callDownstream();
  await failBelowAttempt(2);
  return [seen];
}

/** Calls the downstream service twice, in two workflow tasks; returns the headers, or continues as new. */
export async function callsLater(continues = false): Promise<string[]> {
  const seen = await callDownstream();
  await sleep(1);
  const later = await callDownstream();
  return continues ? continueAsNew<typeof callsLater>() : [seen, later];
}

/** Calls the downstream service, and starts a child that does and continues as new; returns the headers. */
export async function callsInFamily(): Promise<string[]> {
  return [...(await callsLater()), ...(await executeChild(callsLater, { args: [true] }))];
}

/** Waits for the signal `go`, then calls the downstream service with an activity and with a local activity. */
export async function callsAfterSignal(): Promise<string[]> {
  let isSignalled = false;
  setHandler(defineSignal('go'), () => {
    isSignalled = true;
  });
  await condition(() => isSignalled);
  return [await callDownstream(), await local.callDownstream()];
}
