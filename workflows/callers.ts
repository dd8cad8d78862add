/**
 * Who sent the signals and updates of a workflow of this package: the SDK does not tell handlers.
 *
 * Sandbox code; reads activations, in their order, so it is the same on replay.
 */
import type { coresdk } from '@temporalio/proto';
import { workflowSlot } from '../core/workflow-scope';

type Job = coresdk.workflow_activation.IWorkflowActivationJob;

/** Those of the present workflow; empty without the plugin. */
export const callers = workflowSlot<Callers>('callers');

/** Given to `asInfrastructure` by workflows that ask who calls them. */
export function noteCallers(jobs: readonly Job[]): void {
  const known = callers.get() ?? new Callers();
  callers.set(known);
  known.note(jobs);
}

class Callers {
  readonly #ofSignals = new Map<string, string[]>();
  readonly #ofUpdates = new Map<string, string>();

  note(jobs: readonly Job[]): void {
    for (const { signalWorkflow: signal, doUpdate: update } of jobs) {
      if (signal?.signalName) {
        const waiting = this.#ofSignals.get(signal.signalName) ?? [];
        this.#ofSignals.set(signal.signalName, [...waiting, signal.identity ?? '']);
      }
      if (update?.id && update.meta?.identity) this.#ofUpdates.set(update.id, update.meta.identity);
    }
  }

  /** Identity of the next signal's sender; to be asked once for each, in their order. */
  ofSignal(name: string): string | undefined {
    return this.#ofSignals.get(name)?.shift() || undefined;
  }

  /** Identity of the update's sender; to be asked once. */
  ofUpdate(id: string): string | undefined {
    const identity = this.#ofUpdates.get(id);
    this.#ofUpdates.delete(id);
    return identity;
  }
}
