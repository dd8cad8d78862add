/**
 * Program of the store's thread. Only this thread opens the database files, so that SQLite's synchronous
 * calls block neither pages nor polls. It handles calls one by one, with retention in between.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { StoredChunks } from '../spans/span-store';
import { sqlDriver } from '../sql/driver';
import { SqlError } from '../sql/port';
import { StoreError } from '../store-error';
import type { Call, Reply, StoreCalls, ThreadError, ThreadOptions } from './messages';
import { openStoreFiles, type StoreFiles } from './store-files';

/** Interval of retention while nothing is written, in milliseconds. */
const TIDY_INTERVAL_MS = 1_000;
/** Longest time for which retention delays waiting calls, in milliseconds. */
const TIDY_SLICE_MS = 20;

function main(): void {
  if (!parentPort) throw new Error('This program runs as a worker thread.');
  const port = parentPort;
  const reply = (message: Reply, transfer: readonly ArrayBuffer[] = []) =>
    port.postMessage(message, transfer);
  try {
    const files = openStoreFiles(sqlDriver(), workerData as ThreadOptions, Date.now);
    const tidier = new Tidier(files);
    const calls: StoreCalls = {
      ...files.calls,
      close() {
        tidier.stop();
        files.close();
      },
    };
    port.on('message', (call: Call) => {
      const answered = answer(calls, call);
      reply(answered, transferred(answered));
      if (call.name === 'write') tidier.run();
    });
    reply({ ready: { notices: files.notices } });
  } catch (error) {
    reply({ failed: threadError(error) });
  }
}

/** Runs retention in slices between the calls. */
class Tidier {
  private readonly timer = setInterval(() => this.run(), TIDY_INTERVAL_MS);
  private isStopped = false;
  private next: NodeJS.Immediate | undefined;

  constructor(private readonly files: StoreFiles) {}

  run(): void {
    clearImmediate(this.next);
    const until = performance.now() + TIDY_SLICE_MS;
    let hasMore = !this.isStopped;
    try {
      while (hasMore && performance.now() < until) hasMore = this.files.tidy();
    } catch {
      // The disk is full or broken, which writers report. Retried after the interval.
      return;
    }
    if (hasMore) this.next = setImmediate(() => this.run());
  }

  stop(): void {
    this.isStopped = true;
    clearInterval(this.timer);
    clearImmediate(this.next);
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

/** Returns the buffers to transfer, so that the bytes of a trace are not copied. */
function transferred(reply: Reply): ArrayBuffer[] {
  const bodies = 'value' in reply ? (reply.value as Partial<StoredChunks> | undefined)?.bodies : undefined;
  return bodies ? [bodies.buffer as ArrayBuffer] : [];
}

function threadError(error: unknown): ThreadError {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof StoreError) return { problem: error.problem, message };
  if (error instanceof SqlError && error.problem === 'full')
    return { problem: 'full', message: 'The disk is full: nothing can be stored until there is space.' };
  return { problem: 'failed', message };
}

main();
