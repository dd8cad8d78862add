/**
 * Adds the local activities of this package's workflows, and the host hint for the sandbox, to a worker's
 * activities.
 */
import type { WorkerOptions } from '@temporalio/worker';
import { jobActivitiesWithLinks } from '../activities/scheduled-job';
import { VERSIONED_HOST } from '../core/own-activities';
import { type HostHint, hostHintActivity } from '../sampling/host-hint';

/**
 * Returns the worker's options with our activities; the user's activities of the same name take precedence.
 */
export function withOwnActivities(options: WorkerOptions, hint: HostHint, traceUrl: string): WorkerOptions {
  const runsWorkflows = options.workflowsPath !== undefined || options.workflowBundle !== undefined;
  if (!runsWorkflows) return options;
  const users = Object.entries(options.activities ?? {});
  return {
    ...options,
    activities: {
      ...jobActivitiesWithLinks(traceUrl),
      [hostHintActivity(hint)]: async () => {},
      ...(options.workerDeploymentOptions?.useWorkerVersioning && { [VERSIONED_HOST]: async () => {} }),
      ...Object.fromEntries(users),
    },
    // A worker without activities must not start to poll for other workers' activities.
    ...(users.length === 0 && { enableNonLocalActivities: false }),
  };
}
