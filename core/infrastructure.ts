/**
 * Marks workflows of this package that only keep jobs going: they are neither bound nor traced.
 *
 * Pure. The mark is on the function; a user's workflow may have the same type name.
 */
import type { ActivationJob } from './sdk-types';
import { hiddenMark } from './workflow-scope';

/** Receives the jobs of each activation before the workflow's own code runs in it. */
type Listener = (jobs: readonly ActivationJob[]) => void;

const LISTENER = hiddenMark<Listener>('infrastructure');

/**
 * Marks a workflow function as infrastructure and returns it.
 *
 * @param listener all that the plugin does in such a workflow
 */
export function asInfrastructure<T extends (...args: never[]) => unknown>(
  workflow: T,
  listener: Listener = () => {},
): T {
  return Object.assign(workflow, LISTENER.as(listener));
}

/** Returns the listener of an infrastructure workflow; `undefined` for any other workflow. */
export function listenerOf(workflow: unknown): Listener | undefined {
  return LISTENER.of(workflow);
}
