/**
 * Workflows whose histories hold every kind of command, for the tests of replay: they know nothing of tracing.
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

/** Every kind of command, one after the other; then waits for `close`. Its child signals it. */
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

/** Its branches begin together; one is cancelled, and another is still under way when the run completes. */
export async function branches(): Promise<string> {
  const scope = new CancellationScope();
  const cancelled = scope.run(() => sleep('1h')).catch(() => 'cancelled');
  const conditioned = condition(() => false, 10);
  const [first] = await Promise.all([callDownstream(), sleep(5), conditioned]);
  scope.cancel();
  await cancelled;
  // Begun in the task that completes the run.
  void callDownstream().catch(() => {});
  void sleep('1h').catch(() => {});
  return first === '' ? 'nothing' : 'done';
}

/** Local activities alone and together, in one workflow task and in two. */
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
