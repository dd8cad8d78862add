/**
 * Proxies for the local activities of this package's workflows.
 *
 * Sandbox code.
 */
import { proxyLocalActivities } from '@temporalio/workflow';
import type { JobActivities } from '../activities/scheduled-job';

export const local = proxyLocalActivities<JobActivities>({
  startToCloseTimeout: '5 seconds',
  scheduleToCloseTimeout: '20 seconds',
  retry: { maximumAttempts: 3, initialInterval: '200 milliseconds' },
});
