/**
 * The active silences, from the memo of the watcher, which can be read without a worker.
 */
import type { Client } from '@temporalio/client';
import { describeExecution } from '../../client/listing';
import { SILENCES_MEMO, WATCHER_ID } from '../names';
import { readSilences, type Silence } from '../silence';

/** How long silences are cached, in milliseconds: a new one takes effect after this at the latest. */
const KEPT_MS = 2_000;

/**
 * Returns a function that reads the silences, at most every two seconds. It never rejects: on failure it
 * returns those read before.
 */
export function createSilenceReader(client: Client): () => Promise<readonly Silence[]> {
  let silences: Promise<readonly Silence[]> = Promise.resolve([]);
  let readMs = Number.NEGATIVE_INFINITY;
  return () => {
    if (performance.now() - readMs < KEPT_MS) return silences;
    readMs = performance.now();
    const last = silences;
    silences = describeExecution(client, WATCHER_ID).then(
      ({ memo }) => readSilences(memo?.[SILENCES_MEMO]),
      () => last,
    );
    return silences;
  };
}
