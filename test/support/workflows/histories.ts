/**
 * Workflows whose histories contain every kind of command, for the replay tests; without any code for tracing.
 */
import {
  CancellationScope,
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  executeChild,
  getExternalWorkflowHandle,
  isCancellation,
  makeContinueAsNewFunc,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type * as activities from '../activities';

const { callDownstream } = proxyActivities<typeof activities>({ startToCloseTimeout: '30s' });
const local = proxyLocalActivities<typeof activities>({ startToCloseTimeout: '30s' });

export const nudge = defineSignal('nudge');
export const ask = defineUpdate<string>('ask');
export const progress = defineQuery<readonly string[]>('progress');
export const close = defineSignal('close');

export { continues, cronParent, failsOnce, localBackoff, oneActivity, parent, waits } from './jobs';

/** Sends every kind of command, one after the other; then waits for `close`. Its child signals it. */
export async function everyCommand(): Promise<readonly string[]> {
  const steps: string[] = [];
  let closed = false;
  let nudges = 0;
  setHandler(progress, () => steps);
  setHandler(nudge, async () => {
    await sleep(1);
    nudges++;
  });
  setHandler(ask, async () => {
    await callDownstream();
    return 'answer';
  });
  setHandler(close, () => {
    closed = true;
  });
  steps.push('activity', await callDownstream().then(() => 'done'));
  await sleep(5);
  steps.push('child', await executeChild(nudgesParent, { workflowId: `${workflowInfo().workflowId}-child` }));
  await condition(() => nudges > 0);
  steps.push('nudged');
  await condition(() => closed);
  return steps;
}

/** A child that signals its parent. */
export async function nudgesParent(): Promise<string> {
  await callDownstream();
  const { parent } = workflowInfo();
  if (parent) await getExternalWorkflowHandle(parent.workflowId, parent.runId).signal(nudge);
  return 'done';
}

/** Cleans up when it is cancelled, and ends cancelled. */
export async function cancellable(): Promise<void> {
  try {
    await sleep('1h');
  } catch (error) {
    if (isCancellation(error)) await CancellationScope.nonCancellable(() => callDownstream());
    throw error;
  }
}

/** Starts several branches at once; cancels one, and completes while another is still pending. */
export async function branches(): Promise<string> {
  const scope = new CancellationScope();
  const cancelled = scope.run(() => sleep('1h')).catch(() => 'cancelled');
  const conditioned = condition(() => false, 10);
  const [first] = await Promise.all([callDownstream(), sleep(5), conditioned]);
  scope.cancel();
  await cancelled;
  // Started in the task that completes the run.
  void callDownstream().catch(() => {});
  void sleep('1h').catch(() => {});
  return first === '' ? 'nothing' : 'done';
}

/** Runs local activities alone and in parallel, in two workflow tasks. */
export async function localActivities(): Promise<void> {
  await local.callDownstream();
  await sleep(5);
  await Promise.all([local.callDownstream(), local.callDownstream()]);
}

/** Waits for `close` before and after an activity, then continues as new as {@link branches}. */
export async function waitsTwice(): Promise<string> {
  let closes = 0;
  setHandler(close, () => {
    closes++;
  });
  setHandler(progress, () => [`closes: ${closes}`]);
  await condition(() => closes > 0);
  await callDownstream();
  await condition(() => closes > 1);
  return makeContinueAsNewFunc<typeof branches>({ workflowType: 'branches' })();
}
