/**
 * Workflows of this package that only keep jobs going: they are neither bound nor traced.
 *
 * Pure. Told by the function itself, not by its type's name: a user's workflow may bear the same.
 */
const INFRASTRUCTURE = Symbol.for('temporal-job-tracing.infrastructure');

/** Marks the workflow function; returns it. */
export function asInfrastructure<T extends (...args: never[]) => unknown>(workflow: T): T {
  return Object.assign(workflow, { [INFRASTRUCTURE]: true });
}

export function isInfrastructure(workflow: unknown): boolean {
  return typeof workflow === 'function' && INFRASTRUCTURE in workflow;
}
