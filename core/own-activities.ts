/**
 * Names of this package's own activities.
 *
 * Pure.
 */

/**
 * Name of an activity that is never called. Workers that use Worker Versioning register it, since the SDK
 * exposes the names of a worker's activities to the sandbox, but not its versioning.
 */
export const VERSIONED_HOST = 'job-tracing:versioned';

/** Activities that this package's workflows call: the plugin's own work is part of no trace. */
const OWN_ACTIVITIES: ReadonlySet<string> = new Set([
  // Called by `scheduledJob` and its ticks.
  'jobTracingCheckSpec',
  'jobTracingLookAtTick',
  'jobTracingFindRunning',
  'jobTracingReadRuns',
  // Called by the workflows of alerts.
  'jobAlertsWatch',
  'jobAlertsDeliver',
  'jobAlertsTest',
]);

/** Whether the activity type is one of this package's own. */
export function isOwnActivity(type: string): boolean {
  return OWN_ACTIVITIES.has(type);
}
