/**
 * Identities of the senders of signals and updates to this package's workflows: the SDK does not pass them to
 * handlers.
 *
 * Sandbox code; reads activations in their order, so the result is the same on replay.
 */
import type { ActivationJob } from '../core/sdk-types';
import { workflowSlot } from '../core/workflow-scope';

/** Callers of the current workflow; `undefined` without the plugin. */
export const callers = workflowSlot<Callers>('callers');

/**
 * Records the callers in an activation's jobs. Passed to `asInfrastructure` by workflows that read their callers.
 */
export function noteCallers(jobs: readonly ActivationJob[]): void {
  const known = callers.get() ?? new Callers();
  callers.set(known);
  known.note(jobs);
}

/** Identities of senders that no handler has read yet. */
class Callers {
  readonly #ofSignals = new Map<string, string[]>();
  readonly #ofUpdates = new Map<string, string>();

  note(jobs: readonly ActivationJob[]): void {
    for (const { signalWorkflow: signal, doUpdate: update } of jobs) {
      if (signal?.signalName) {
        const waiting = this.#ofSignals.get(signal.signalName) ?? [];
        this.#ofSignals.set(signal.signalName, [...waiting, signal.identity ?? '']);
      }
      if (update?.id && update.meta?.identity) this.#ofUpdates.set(update.id, update.meta.identity);
    }
  }

  /** Returns the identity of the next signal's sender; called once for each signal, in their order. */
  ofSignal(name: string): string | undefined {
    return this.#ofSignals.get(name)?.shift() || undefined;
  }

  /** Returns the identity of the update's sender; called once for each update. */
  ofUpdate(id: string): string | undefined {
    const identity = this.#ofUpdates.get(id);
    this.#ofUpdates.delete(id);
    return identity;
  }
}
