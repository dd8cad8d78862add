/**
 * Publishes changes to the open pages; events carry ids only.
 */
import type { LiveEvents } from '../types';

type Listener = (name: keyof LiveEvents, data: LiveEvents[keyof LiveEvents]) => void;

/** Passes events to all listeners, synchronously. A listener must not throw. */
export class LiveHub {
  readonly #listeners = new Set<Listener>();

  /** Sends the event to all listeners. */
  emit<Name extends keyof LiveEvents>(name: Name, data: LiveEvents[Name]): void {
    for (const listener of this.#listeners) listener(name, data);
  }

  /** Adds a listener; returns a function that removes it. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
