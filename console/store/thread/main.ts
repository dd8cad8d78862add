/**
 * Program of the store's thread: it alone opens the database files, so that SQLite's synchronous calls hold up neither
 * pages nor polls. It handles one call after the other, and tidies up between them.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { sqlDriver } from '../sql/driver';
import { SqlError } from '../sql/port';
import { StoreError } from '../store-error';
import type { Call, Reply, StoreCalls, ThreadError, ThreadOptions } from './messages';
import { openStoreFiles } from './store-files';

const RETENTION_INTERVAL_MS = 10_000;

function main(): void {
  if (!parentPort) throw new Error('This program runs as a worker thread.');
  const port = parentPort;
  const reply = (message: Reply) => port.postMessage(message);
  try {
    const files = openStoreFiles(sqlDriver(), workerData as ThreadOptions);
    const retention = setInterval(() => files.tidy(Date.now()), RETENTION_INTERVAL_MS);
    const calls: StoreCalls = {
      ...files.calls,
      close() {
        clearInterval(retention);
        files.close();
      },
    };
    port.on('message', (call: Call) => reply(answer(calls, call)));
    reply({ ready: { notices: files.notices } });
  } catch (error) {
    reply({ failed: threadError(error) });
  }
}

function answer(calls: StoreCalls, { id, name, parameters }: Call): Reply {
  try {
    const call = calls[name] as (...parameters: readonly unknown[]) => unknown;
    return { id, value: call(...parameters) };
  } catch (error) {
    return { id, error: threadError(error) };
  }
}

function threadError(error: unknown): ThreadError {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof StoreError) return { problem: error.problem, message };
  if (error instanceof SqlError && error.problem === 'full')
    return { problem: 'full', message: 'The disk is full: nothing can be stored until there is space.' };
  return { problem: 'failed', message };
}

main();
