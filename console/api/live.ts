/**
 * What has changed, for the pages that are open: ids only.
 */
import type { LiveEvents } from './types';

type Listener = (name: keyof LiveEvents, data: LiveEvents[keyof LiveEvents]) => void;

export class LiveHub {
  readonly #listeners = new Set<Listener>();

  /** Tells all that listen. */
  emit<Name extends keyof LiveEvents>(name: Name, data: LiveEvents[Name]): void {
    for (const listener of this.#listeners) listener(name, data);
  }

  /** Returns what ends the listening. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
