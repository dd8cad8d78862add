/**
 * Workflows of this package that only keep jobs going: they are neither bound nor traced.
 *
 * Pure. Told by the function itself, not by its type's name: a user's workflow may bear the same.
 */
import type { coresdk } from '@temporalio/proto';
import { hiddenMark } from './workflow-scope';

/** All that such a workflow gets of the plugin: the jobs of each activation, before its own code runs in it. */
type Listener = (jobs: readonly coresdk.workflow_activation.IWorkflowActivationJob[]) => void;

const LISTENER = hiddenMark<Listener>('infrastructure');

/** Marks the workflow function; returns it. */
export function asInfrastructure<T extends (...args: never[]) => unknown>(
  workflow: T,
  listener: Listener = () => {},
): T {
  return Object.assign(workflow, LISTENER.as(listener));
}

/** What {@link asInfrastructure} was given; `undefined` for any other workflow. */
export function listenerOf(workflow: unknown): Listener | undefined {
  return LISTENER.of(workflow);
}
