/** Workflows to cancel, and one whose activity misses its heartbeat timeout. */
import {
  ActivityCancellationType,
  condition,
  executeChild,
  proxyActivities,
  proxyLocalActivities,
  sleep,
} from '@temporalio/workflow';
import type { cancellableActivities } from '../cancellable-activities';

const OPTIONS = {
  startToCloseTimeout: '1 min',
  heartbeatTimeout: '2s',
  retry: { maximumAttempts: 1 },
} as const;

/** What the workflow waits for at its cancellation. */
export type Waiting = 'abandoned' | 'awaited' | 'local' | 'child' | 'timer';

const abandoned = proxyActivities<typeof cancellableActivities>(OPTIONS);
const awaited = proxyActivities<typeof cancellableActivities>({
  ...OPTIONS,
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
});
const local = proxyLocalActivities<typeof cancellableActivities>({ startToCloseTimeout: '1 min' });

/** @param how how the activity waits for its cancellation */
export async function waitsForCancellation(
  waiting: Waiting,
  how: 'sleep' | 'fetch' = 'sleep',
): Promise<void> {
  if (waiting === 'child') await executeChild(waitsForCancellation, { args: ['awaited', how] });
  else if (waiting === 'timer') await Promise.race([sleep('1 min'), condition(() => false)]);
  else await { abandoned, awaited, local }[waiting].waitForCancellation(how);
}

/** @param silentMs milliseconds before the activity's first heartbeat */
export async function heartbeatLost(silentMs: number): Promise<void> {
  await awaited.heartbeatLate(silentMs).catch(() => {});
}
