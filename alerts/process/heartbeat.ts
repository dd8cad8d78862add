/**
 * Calls a dead man's switch outside while the watcher works; it alerts when the calls stop.
 */
import type { SecretProvider } from '../../core/http/secrets';
import { reasonOf } from '../channels/post';
import { revealAddress, SecretError } from '../channels/secrets';
import type { ResolvedAlerts } from '../config/types';

const EVERY_MS = 30_000;
const TIMEOUT_MS = 10_000;

/**
 * Returns a function that calls the address, at most every 30 seconds. It never throws and does not wait for
 * the response.
 *
 * @param ended called after each call, with the reason if it failed
 */
export function createHeartbeat(
  url: ResolvedAlerts['heartbeatUrl'],
  secrets: SecretProvider,
  ended: (why: string | undefined) => void,
): () => void {
  let calledMs = Number.NEGATIVE_INFINITY;
  async function call(): Promise<void> {
    if (url === undefined) return;
    try {
      const address = await revealAddress(url, secrets);
      const response = await fetch(address, { signal: AbortSignal.timeout(TIMEOUT_MS) });
      await response.body?.cancel();
      ended(response.ok ? undefined : `HTTP status ${response.status}`);
    } catch (error) {
      ended(error instanceof SecretError ? error.message : reasonOf(error, TIMEOUT_MS));
    }
  }
  return () => {
    if (url === undefined || performance.now() - calledMs < EVERY_MS) return;
    calledMs = performance.now();
    void call();
  };
}
