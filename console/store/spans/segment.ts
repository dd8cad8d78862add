/**
 * A segment: one database file with the chunks that arrived in a period of time. Retention deletes whole
 * files.
 */
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { closeDatabaseFile, FILE_SUFFIXES, openDatabaseFile, removeDatabaseFile } from '../database-file';
import type { SqlDatabase, SqlDriver, SqlStatement } from '../sql/port';

const SCHEMA = `
CREATE TABLE chunk (id INTEGER PRIMARY KEY, trace BLOB NOT NULL, spans INTEGER NOT NULL, body BLOB NOT NULL);
CREATE INDEX chunk_of_trace ON chunk (trace);
CREATE TABLE copied (segment TEXT PRIMARY KEY, trace BLOB NOT NULL);
`;

/**
 * Page cache of a segment, in KiB; small, since all segments stay open, and the system caches files as well.
 */
const CACHE_KIB = 512;
/** Size limit of the WAL between checkpoints, in bytes. */
const WAL_BYTES = 4 * 1024 * 1024;

/** Spans of one trace that arrived together. */
export interface Chunk {
  /** Trace id, 16 bytes. */
  readonly trace: Uint8Array;
  readonly spans: number;
  readonly body: Uint8Array;
}

export class Segment {
  readonly name: string;
  /** Notice about a file that was set aside when this one was opened. */
  readonly notice: string | undefined;
  private readonly database: SqlDatabase;
  private readonly insert: SqlStatement;
  private readonly newestFirst: SqlStatement;
  private readonly oldestFirst: SqlStatement;
  private readonly one: SqlStatement;
  private readonly next: SqlStatement;

  constructor(
    driver: SqlDriver,
    private readonly path: string,
    /** Start of the segment, in milliseconds since 1970. */
    readonly startedAt: number,
  ) {
    this.name = basename(path);
    const { database, notice } = openDatabaseFile(driver, path, SCHEMA);
    this.database = database;
    this.notice = notice;
    database.exec(`PRAGMA cache_size = -${CACHE_KIB}; PRAGMA journal_size_limit = ${WAL_BYTES}`);
    this.insert = database.prepare('INSERT INTO chunk (trace, spans, body) VALUES (?, ?, ?)');
    const ofTrace = 'SELECT trace, spans, body FROM chunk WHERE trace = ? ORDER BY id';
    this.newestFirst = database.prepare(`${ofTrace} DESC`);
    this.oldestFirst = database.prepare(ofTrace);
    this.one = database.prepare('SELECT 1 FROM chunk WHERE trace = ? LIMIT 1');
    this.next = database.prepare('SELECT DISTINCT trace FROM chunk WHERE trace > ? ORDER BY trace LIMIT ?');
  }

  /** Adds chunks; the writes of `also` are in the same commit. */
  add(chunks: Iterable<Chunk>, also: () => void = () => {}): void {
    this.database.transaction(() => {
      for (const { trace, spans, body } of chunks) this.insert.run(trace, spans, body);
      also();
    });
  }

  /** Returns the trace's chunks, the latest first. */
  chunks(trace: Uint8Array): IterableIterator<Chunk> {
    return this.newestFirst.iterate<Chunk>(trace);
  }

  /** Returns the trace's chunks in order of arrival. */
  chunksOf(trace: Uint8Array): IterableIterator<Chunk> {
    return this.oldestFirst.iterate<Chunk>(trace);
  }

  has(trace: Uint8Array): boolean {
    return this.one.get(trace) !== undefined;
  }

  /** Returns the next traces after this one, in byte order. */
  tracesAfter(trace: Uint8Array, limit: number): Uint8Array[] {
    return this.next.all<{ trace: Uint8Array }>(trace, limit).map((row) => row.trace);
  }

  /** Returns the last trace that has been copied from another segment; `undefined` if there is none. */
  copiedUpTo(segment: string): Uint8Array | undefined {
    return this.database
      .prepare('SELECT trace FROM copied WHERE segment = ?')
      .get<{ trace: Uint8Array }>(segment)?.trace;
  }

  /** Records the last copied trace; to be called within {@link add}. */
  putCopied(segment: string, trace: Uint8Array): void {
    this.database.prepare('INSERT OR REPLACE INTO copied (segment, trace) VALUES (?, ?)').run(segment, trace);
  }

  /** Returns the size on disk, in bytes. */
  bytes(): number {
    return FILE_SUFFIXES.reduce(
      (sum, suffix) => sum + (statSync(this.path + suffix, { throwIfNoEntry: false })?.size ?? 0),
      0,
    );
  }

  /** Writes the WAL into the file when no more chunks will be added. */
  finish(): void {
    this.database.exec('PRAGMA wal_checkpoint(TRUNCATE); PRAGMA shrink_memory');
  }

  /** Closes the segment. May be called twice. */
  close(): void {
    closeDatabaseFile(this.database);
  }

  /** Closes the segment and deletes its file. */
  remove(): void {
    this.database.close();
    removeDatabaseFile(this.path);
  }
}
