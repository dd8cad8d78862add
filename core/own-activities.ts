/**
 * Types of activities of this package.
 *
 * Pure.
 */

/**
 * Name of an activity that nobody calls, of workers that Worker Versioning is used on: the SDK tells the sandbox the
 * names of its worker's activities, and nothing of its versioning.
 */
export const VERSIONED_HOST = 'job-tracing:versioned';

/** Those that this package's workflows call: what the plugin does for itself is in nobody's trace. */
const OWN_ACTIVITIES: ReadonlySet<string> = new Set([
  // Of `scheduledJob` and its ticks.
  'jobTracingCheckSpec',
  'jobTracingLookAtTick',
  'jobTracingFindRunning',
  'jobTracingReadRuns',
  // Of alerts.
  'jobAlertsWatch',
  'jobAlertsDeliver',
  'jobAlertsTest',
]);

export function isOwnActivity(type: string): boolean {
  return OWN_ACTIVITIES.has(type);
}
