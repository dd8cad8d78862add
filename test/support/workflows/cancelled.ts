/** Workflows that are cancelled on request, or whose activity loses its heartbeat. */
import {
  ActivityCancellationType,
  condition,
  executeChild,
  proxyActivities,
  proxyLocalActivities,
  sleep,
} from '@temporalio/workflow';
import type { patientActivities } from '../patient-activities';

const OPTIONS = {
  startToCloseTimeout: '1 min',
  heartbeatTimeout: '2s',
  retry: { maximumAttempts: 1 },
} as const;

/** What the workflow waits for when it is cancelled. */
export type Waiting = 'abandoned' | 'awaited' | 'local' | 'child' | 'timer';

const abandoned = proxyActivities<typeof patientActivities>(OPTIONS);
const awaited = proxyActivities<typeof patientActivities>({
  ...OPTIONS,
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
});
const local = proxyLocalActivities<typeof patientActivities>({ startToCloseTimeout: '1 min' });

/** @param how what the activity does until it is cancelled */
export async function patient(waiting: Waiting, how: 'sleep' | 'fetch' = 'sleep'): Promise<void> {
  if (waiting === 'child') await executeChild(patient, { args: ['awaited', how] });
  else if (waiting === 'timer') await Promise.race([sleep('1 min'), condition(() => false)]);
  else await { abandoned, awaited, local }[waiting].waitPatiently(how);
}

/** @param silentMs milliseconds for which the activity gives no heartbeat */
export async function heartbeatLost(silentMs: number): Promise<void> {
  await awaited.beatLate(silentMs).catch(() => {});
}
