/**
 * The local activities of this package's workflows, as these call them.
 *
 * Sandbox code.
 */
import { proxyLocalActivities } from '@temporalio/workflow';
import type { scheduledJobActivities } from '../activities/scheduled-job';

export const local = proxyLocalActivities<typeof scheduledJobActivities>({
  startToCloseTimeout: '5 seconds',
  scheduleToCloseTimeout: '20 seconds',
  retry: { maximumAttempts: 3, initialInterval: '200 milliseconds' },
});
