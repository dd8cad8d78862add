/**
 * The console's store of runs and traces, in files of one directory, behind a thread.
 */
import { defaultDataDirectory } from './directory';
import { DEFAULT_LIMITS, type StoreLimits } from './limits';
import type { RunIndex, StoredProfile } from './runs/run-index';
import type { SpanStoreStatus, StoredChunks } from './spans/span-store';
import { SpanWriter } from './spans/span-writer';
import type { RawRequest, WriteOutcome } from './spans/write-requests';
import type { StoreError } from './store-error';
import { StoreThread } from './thread/thread';

/** Options of `openStore`. */
export interface StoreOptions {
  /** Path of the data directory. @default {@link defaultDataDirectory} */
  readonly directory?: string;
  readonly limits?: Partial<StoreLimits>;
}

/** An open store. */
export interface Store {
  readonly directory: string;
  /** Messages about files that were set aside when the store was opened, one sentence each. */
  readonly notices: readonly string[];
  readonly runs: RunIndex;
  readonly spans: Spans;
  /** Resolves if the store fails; nothing can be read or written afterwards. */
  readonly failed: Promise<StoreError>;
  /** Closes the store after the pending calls. May be called twice. */
  close(): Promise<void>;
}

/** Spans by trace. All calls reject with a `StoreError`. */
export interface Spans {
  /** Writes a request; resolves when its spans are committed. Transfers the bytes, which the caller loses. */
  write(request: RawRequest): Promise<WriteOutcome>;
  /** Reads the chunks of a trace; `undefined` if none is stored. */
  chunks(traceId: string): Promise<StoredChunks | undefined>;
  status(): Promise<SpanStoreStatus>;
  /** Calls the listener with the ids of traces that got new spans. Returns a function that removes it. */
  onTraces(listener: (traceIds: readonly string[]) => void): () => void;
}

/** Opens the store. Rejects with a `StoreError` whose message names the remedy. */
export async function openStore(options: StoreOptions = {}): Promise<Store> {
  const directory = options.directory ?? defaultDataDirectory();
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const thread = await StoreThread.start({ directory, limits });
  return Object.freeze({
    directory,
    notices: thread.notices,
    runs: runIndex(thread),
    spans: spansOf(thread),
    failed: thread.failed,
    close: () => thread.close(),
  });
}

function runIndex(thread: StoreThread): RunIndex {
  return Object.freeze({
    addRuns: (...parameters) => thread.call('addRuns', ...parameters),
    fillCursor: (namespace) => thread.call('fillCursor', namespace),
    jobs: (namespaces) => thread.call('jobs', namespaces),
    runs: (query) => thread.call('runs', query),
    run: (runId) => thread.call('run', runId),
    runsOfTrace: (traceId) => thread.call('runsOfTrace', traceId),
    runsOfWorkflow: (...parameters) => thread.call('runsOfWorkflow', ...parameters),
    neighbours: (...parameters) => thread.call('neighbours', ...parameters),
    successes: (...parameters) => thread.call('successes', ...parameters),
    markForgotten: (runIds) => thread.call('markForgotten', runIds),
    putProfile: (...parameters) => thread.call('putProfile', ...parameters),
    profiles: <Profile>(job: Parameters<RunIndex['profiles']>[0]) =>
      thread.call('profiles', job) as Promise<readonly StoredProfile<Profile>[]>,
  } satisfies RunIndex);
}

function spansOf(thread: StoreThread): Spans {
  const listeners = new Set<(traceIds: readonly string[]) => void>();
  const writer = new SpanWriter(thread, (traceIds) => {
    for (const listener of listeners) listener(traceIds);
  });
  return Object.freeze({
    write: (request) => writer.write(request),
    chunks: (traceId) => thread.call('readTrace', traceId),
    status: () => thread.call('spanStatus'),
    onTraces(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  } satisfies Spans);
}
