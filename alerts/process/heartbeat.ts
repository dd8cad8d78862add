/**
 * Calls an address outside while the watcher works: a dead man's switch there tells when the calls stop.
 */
import type { SecretProvider } from '../../core/http/secrets';
import { reveal } from '../channels/secrets';
import type { ResolvedAlerts } from '../config/types';

const EVERY_MS = 30_000;
const TIMEOUT_MS = 10_000;

/** Calls at most every 30 seconds. Never throws, and waits for nothing. */
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
      // Messages may hold the address.
      failed(error instanceof Error ? error.name : typeof error);
    }
  }
  return () => {
    if (url === undefined || Date.now() - calledMs < EVERY_MS) return;
    calledMs = Date.now();
    void call();
  };
}
