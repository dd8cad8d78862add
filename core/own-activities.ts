/**
 * Types of activities of this package.
 *
 * Pure.
 */

/** Those that this package's workflows call: what the plugin does for itself is in nobody's trace. */
const OWN_ACTIVITIES: ReadonlySet<string> = new Set([
  // Of `scheduledJob` and its ticks.
  'jobTracingCheckSpec',
  'jobTracingLookAtTick',
  'jobTracingFindRunning',
  // Of alerts.
  'jobAlertsWatch',
  'jobAlertsDeliver',
  'jobAlertsTest',
]);

export function isOwnActivity(type: string): boolean {
  return OWN_ACTIVITIES.has(type);
}
