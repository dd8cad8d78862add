/** The console's store with a clock of the test, so that it ages and fills as fast as wanted. */
import { deepEqual } from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { embeddedTraces, type Trace } from '../../console/sources';
import type { ClosedState, RunSummary, StoreLimits } from '../../console/store';
import { sqlDriver } from '../../console/store/sql/driver';
import type { SqlDatabase, SqlDriver } from '../../console/store/sql/port';
import { openStoreFiles, type StoreFiles } from '../../console/store/thread/store-files';
import { jsonSpan, nanos, spanId, traceId, traceRequest } from './otlp-request';

export const MIB = 1024 * 1024;
export const DAY_MS = 24 * 60 * 60 * 1000;
export const START = Date.UTC(2026, 0, 1);
export const LIMITS: StoreLimits = {
  runs: { maxAgeMs: 400 * DAY_MS, maxBytes: 1024 * MIB },
  spans: { maxAgeMs: 7 * DAY_MS, maxBytes: 64 * MIB },
  kept: { maxAgeMs: 30 * DAY_MS, maxBytes: 16 * MIB },
};

const MAX_STEPS = 1_000;

/** The trace id of a run, a UUID; that of no run for a negative number. */
const idOf = (trace: number) =>
  trace < 0 ? traceId(-trace) : `00000000000040008000${traceId(trace).slice(-12)}`;

/** Takes all steps of retention. */
export function tidyAll(tidy: () => boolean): void {
  for (const _ of stepsOf(tidy));
}

function* stepsOf(tidy: () => boolean): Generator<number> {
  for (let step = 0, hasMore = true; hasMore; step++) {
    if (step === MAX_STEPS) throw new Error(`retention has not ended after ${MAX_STEPS} steps`);
    hasMore = tidy();
    yield step;
  }
}

export class AgingStore {
  readonly directory = mkdtempSync(join(tmpdir(), 'console-retention-'));
  /** The time, in milliseconds since 1970. */
  now = START;
  readonly #kept = new Set<SqlDatabase>();
  #pagesOfKept = 2 ** 30;
  files: StoreFiles = this.#open(LIMITS);

  /** Closes the files and opens them, as after a restart. */
  reopen(limits = LIMITS): void {
    this.files.close();
    this.files = this.#open(limits);
  }

  /** Closes the files and deletes them. */
  remove(): void {
    this.files.close();
    rmSync(this.directory, { recursive: true });
  }

  /** Writes a span of each trace, of about so many bytes that cannot be compressed. */
  write(traces: readonly number[], span = 0, bytesOfSpan = 1024): void {
    const spans = traces.map((trace) =>
      jsonSpan({
        traceId: idOf(trace),
        spanId: spanId(span),
        startTimeUnixNano: nanos(this.now - 1000),
        endTimeUnixNano: nanos(this.now),
        attributes: [
          { key: 'noise', value: { stringValue: randomBytes(bytesOfSpan * 0.75).toString('base64') } },
        ],
      }),
    );
    const bytes = new TextEncoder().encode(traceRequest(spans));
    const { outcomes } = this.files.calls.write([{ bytes, encoding: 'json' }]);
    deepEqual(outcomes, [{ accepted: traces.length, refused: { ids: 0, times: 0, form: 0 } }]);
  }

  /** Makes runs with these traces known, which have ended so. */
  ended(traces: readonly number[], state: ClosedState, isForced = false): void {
    const runs = traces.map(
      (trace): RunSummary => ({
        namespace: 'default',
        job: 'nightly',
        workflowId: `nightly-${trace}`,
        runId: `run-${trace}`,
        workflowType: 'report',
        traceId: idOf(trace),
        state,
        startedAt: this.now,
        closedAt: this.now,
        durationMs: 0,
        isListed: true,
        isForced,
      }),
    );
    this.files.calls.addRuns(runs);
  }

  /** Takes all steps of retention. */
  tidyAll(): void {
    tidyAll(() => this.files.tidy());
  }

  /** Takes all steps of retention, and yields the number of each one after it. */
  steps(): Generator<number> {
    return stepsOf(() => this.files.tidy());
  }

  read(trace: number): Promise<Trace | undefined> {
    const source = embeddedTraces({ chunks: async (id) => this.files.calls.readTrace(id) });
    return source.trace(idOf(trace));
  }

  async isThere(trace: number): Promise<boolean> {
    return (await this.read(trace)) !== undefined;
  }

  /** Names of the segments of this kind. */
  segments(kind: 'spans' | 'kept'): string[] {
    return readdirSync(this.directory).filter((name) => name.startsWith(kind) && name.endsWith('.db'));
  }

  /** Bytes of the segments on the disk. @param kind default: of both */
  bytesOnDisk(kind?: 'spans' | 'kept'): number {
    return readdirSync(this.directory)
      .filter((name) => (kind === undefined ? /^(spans|kept)/.test(name) : name.startsWith(kind)))
      .reduce((sum, name) => sum + statSync(join(this.directory, name)).size, 0);
  }

  /** Makes SQLite fail as on a full disk when segments of kept traces grow, or ends that. */
  setDiskFull(isFull: boolean): void {
    this.#pagesOfKept = isFull ? 1 : 2 ** 30;
    for (const database of this.#kept) this.#limit(database);
  }

  #limit(database: SqlDatabase): void {
    database.exec(`PRAGMA max_page_count = ${this.#pagesOfKept}`);
  }

  #open(limits: StoreLimits): StoreFiles {
    const { name, open } = sqlDriver();
    const driver: SqlDriver = {
      name,
      open: (path) => {
        const database = open(path);
        if (!basename(path).startsWith('kept')) return database;
        this.#limit(database);
        this.#kept.add(database);
        return {
          ...database,
          close: () => {
            this.#kept.delete(database);
            database.close();
          },
        };
      },
    };
    return openStoreFiles(driver, { directory: this.directory, limits }, () => this.now);
  }
}
