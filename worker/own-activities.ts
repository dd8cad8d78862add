/**
/**
 * The local activities that this package's workflows call, and the hints by which the sandbox knows of its host, added
 * to a worker's own.
 */
import type { WorkerOptions } from '@temporalio/worker';
import { jobActivitiesWithLinks } from '../activities/scheduled-job';
import { VERSIONED_HOST } from '../core/own-activities';
import { type HostHint, hostHintActivity } from '../sampling/host-hint';

/** The worker's options with our activities; the user's own of the same name win. */
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
    // A worker without activities must not begin to take those of others.
    ...(users.length === 0 && { enableNonLocalActivities: false }),
  };
}
