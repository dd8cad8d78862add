/**
 * The console's store: what is kept of runs, in files of one directory, behind a thread.
 */
import { defaultDataDirectory } from './directory';
import type { RunIndex, StoredProfile } from './runs/run-index';
import type { StoreError } from './store-error';
import type { StoreLimits } from './thread/messages';
import { StoreThread } from './thread/thread';

const DAY_MS = 24 * 60 * 60 * 1000;
const GIB = 1024 ** 3;

/** What is kept, unless options say otherwise. */
const DEFAULT_LIMITS: StoreLimits = Object.freeze({
  runs: { maxAgeMs: 400 * DAY_MS, maxBytes: GIB },
});

export interface StoreOptions {
  /** Path of the data directory. @default {@link defaultDataDirectory} */
  readonly directory?: string;
  readonly limits?: Partial<StoreLimits>;
  /** Called once if the store ends by itself: nothing can be read or written then. */
  readonly onFailure?: (error: StoreError) => void;
}

export interface Store {
  readonly directory: string;
  /** What happened as it was opened that people should know, one sentence each: a file that was set aside. */
  readonly notices: readonly string[];
  readonly runs: RunIndex;
  /** Ends after the calls before it. May be called twice. */
  close(): Promise<void>;
}

/** Opens the store. Rejects with a `StoreError` whose text says what to do. */
export async function openStore(options: StoreOptions = {}): Promise<Store> {
  const directory = options.directory ?? defaultDataDirectory();
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const thread = await StoreThread.start({ directory, limits }, options.onFailure ?? (() => {}));
  return Object.freeze({
    directory,
    notices: thread.notices,
    runs: runIndex(thread),
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
