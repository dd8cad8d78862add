/**
 * The silences that hold, from the memo of the watcher: it can be read without asking a worker.
 */
import type { Client } from '@temporalio/client';
import { withinTimeout } from '../../client/listing';
import { SILENCES_MEMO, WATCHER_ID } from '../names';
import { readSilences, type Silence } from '../silence';

/** A silence is obeyed after so long at the latest. */
const KEPT_MS = 2_000;

/** Reads them at most every two seconds; where that fails the last ones hold. Never rejects. */
export function createSilenceReader(client: Client): () => Promise<readonly Silence[]> {
  let silences: Promise<readonly Silence[]> = Promise.resolve([]);
  let readMs = 0;
  return () => {
    if (Date.now() - readMs < KEPT_MS) return silences;
    readMs = Date.now();
    const last = silences;
    silences = withinTimeout(client, () => client.workflow.getHandle(WATCHER_ID).describe()).then(
      ({ memo }) => readSilences(memo?.[SILENCES_MEMO]),
      () => last,
    );
    return silences;
  };
}
