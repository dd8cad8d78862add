/**
 * Calls a dead man's switch outside while the watcher works; it alerts when the calls stop.
 */
import type { SecretProvider } from '../../core/http/secrets';
import { reveal } from '../channels/secrets';
import type { ResolvedAlerts } from '../config/types';

const EVERY_MS = 30_000;
const TIMEOUT_MS = 10_000;

/**
 * Returns a function that calls the address, at most every 30 seconds. It never throws and does not wait for
 * the response.
 *
 * @param failed called with the reason when a call has failed
 */
export function createHeartbeat(
  url: ResolvedAlerts['heartbeatUrl'],
  secrets: SecretProvider,
  failed: (why: string) => void,
): () => void {
  let calledMs = 0;
  async function call(): Promise<void> {
    if (url === undefined) return;
    try {
      const response = await fetch(await reveal(url, secrets), { signal: AbortSignal.timeout(TIMEOUT_MS) });
      await response.body?.cancel();
      if (!response.ok) failed(`HTTP status ${response.status}`);
    } catch (error) {
      // Error messages may contain the address, which may be secret.
      failed(error instanceof Error ? error.name : typeof error);
    }
  }
  return () => {
    if (url === undefined || Date.now() - calledMs < EVERY_MS) return;
    calledMs = Date.now();
    void call();
  };
}
