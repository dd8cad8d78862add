/**
 * The store's files in one place: opened, tidied and closed together. Synchronous, for the store's thread; the clock
 * is the caller's.
 */
import { join } from 'node:path';
import { closeDatabaseFile, openDatabaseFile } from '../database-file';
import { lockDirectory } from '../directory';
import { ProfileStore } from '../runs/profile-store';
import { RunRetention } from '../runs/run-retention';
import { RunStore } from '../runs/run-store';
import { INDEX_SCHEMA } from '../runs/schema';
import type { SqlDriver } from '../sql/port';
import type { StoreCalls, ThreadOptions } from './messages';

export interface StoreFiles {
  readonly calls: Omit<StoreCalls, 'close'>;
  /** What was set aside, one sentence each. */
  readonly notices: readonly string[];
  /** Removes a slice of what is too old or too much. Returns whether there may be more to do. */
  tidy(nowMs: number): boolean;
  /** May be called twice. */
  close(): void;
}

/** Throws a `StoreError` or a `SqlError`. */
export function openStoreFiles(driver: SqlDriver, { directory, limits }: ThreadOptions): StoreFiles {
  const lock = lockDirectory(driver, directory);
  const { database, notice } = openDatabaseFile(driver, join(directory, 'index.db'), INDEX_SCHEMA);
  const runs = new RunStore(database);
  const profiles = new ProfileStore(database, runs);
  const retention = new RunRetention(database, runs, limits.runs);
  return {
    notices: notice === undefined ? [] : [notice],
    calls: {
      addRuns: (...parameters) => runs.addRuns(...parameters),
      fillCursor: (namespace) => runs.fillCursor(namespace),
      jobs: (namespaces) => runs.jobs(namespaces),
      runs: (query) => runs.runs(query),
      run: (runId) => runs.run(runId),
      runsOfTrace: (traceId) => runs.runsOfTrace(traceId),
      runsOfWorkflow: (...parameters) => runs.runsOfWorkflow(...parameters),
      neighbours: (...parameters) => runs.neighbours(...parameters),
      successes: (...parameters) => runs.successes(...parameters),
      markForgotten: (runIds) => runs.markForgotten(runIds),
      putProfile: (...parameters) => profiles.putProfile(...parameters),
      profiles: (job) => profiles.profiles(job),
    },
    tidy: (nowMs) => retention.step(nowMs),
    close() {
      closeDatabaseFile(database);
      lock.close();
    },
  };
}
