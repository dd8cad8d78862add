/**
 * Opens, maintains and closes all files of the store. Synchronous, for the store's thread; callers pass the
 * clock.
 */
import { join } from 'node:path';
import { closeDatabaseFile, openDatabaseFile } from '../database-file';
import { lockDirectory } from '../directory';
import { ProfileStore } from '../runs/profile-store';
import { RunRetention } from '../runs/run-retention';
import { RunStore } from '../runs/run-store';
import { INDEX_SCHEMA } from '../runs/schema';
import { EXPIRED_SCHEMA, ExpiredTraces } from '../spans/expired-traces';
import { SegmentList } from '../spans/segment-list';
import { SpanStore } from '../spans/span-store';
import { writeRequests } from '../spans/write-requests';
import type { SqlDriver } from '../sql/port';
import type { StoreCalls, ThreadOptions } from './messages';

export interface StoreFiles {
  readonly calls: Omit<StoreCalls, 'close'>;
  /** Messages about files that were set aside, one sentence each. */
  readonly notices: readonly string[];
  /** Removes a slice of expired data. Returns whether there may be more to do. */
  tidy(): boolean;
  /** Closes all files. May be called twice. */
  close(): void;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Opens the files. Throws a `StoreError` or a `SqlError`. */
export function openStoreFiles(
  driver: SqlDriver,
  { directory, limits }: ThreadOptions,
  now: () => number,
): StoreFiles {
  const lock = lockDirectory(driver, directory);
  const { database, notice } = openDatabaseFile(
    driver,
    join(directory, 'index.db'),
    INDEX_SCHEMA + EXPIRED_SCHEMA,
  );
  const runs = new RunStore(database);
  const profiles = new ProfileStore(database, runs);
  const runRetention = new RunRetention(database, runs, limits.runs);
  const ofSpans = new SegmentList(driver, directory, 'spans', limits.spans);
  const ofKept = new SegmentList(driver, directory, 'kept', limits.kept);
  // Spans may be up to two days older than their limit.
  const longestMs = Math.max(limits.spans.maxAgeMs, limits.kept.maxAgeMs) + 2 * DAY_MS;
  const expired = new ExpiredTraces(database, longestMs);
  const spans = new SpanStore(
    ofSpans,
    ofKept,
    expired,
    (trace) => runs.isOrdinary(trace),
    limits.spans.maxBytes + limits.kept.maxBytes,
  );
  return {
    notices: [notice, ...ofSpans.notices, ...ofKept.notices].filter((text) => text !== undefined),
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
      write: (requests) => writeRequests(spans, requests, now()),
      readTrace: (traceId) => spans.read(Buffer.from(traceId, 'hex')),
      spanStatus: () => spans.status(),
    },
    tidy() {
      const nowMs = now();
      // Runs both, so that neither starves the other.
      const isMoreOfSpans = spans.tidy(nowMs);
      return runRetention.step(nowMs) || isMoreOfSpans;
    },
    close() {
      spans.close();
      closeDatabaseFile(database);
      lock.close();
    },
  };
}
