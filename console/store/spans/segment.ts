/**
 * A segment: one database file with the chunks that arrived in a stretch of time. It leaves as a whole, so that retention
 * costs the deletion of a file.
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

/** Each segment stays open; what is read again and again is in the page cache of the system. */
const CACHE_KIB = 512;
/** What is beside the file of a segment that is written stays this small between two checkpoints. */
const WAL_BYTES = 4 * 1024 * 1024;

/** Spans of one trace that arrived together. */
export interface Chunk {
  /** 16 bytes. */
  readonly trace: Uint8Array;
  readonly spans: number;
  readonly body: Uint8Array;
}

export class Segment {
  readonly name: string;
  /** What was set aside as it was opened. */
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
    /** When it was begun, milliseconds since 1970. */
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

  /** Adds the chunks, and what else is to be in the same commit. */
  add(chunks: Iterable<Chunk>, also: () => void = () => {}): void {
    this.database.transaction(() => {
      for (const { trace, spans, body } of chunks) this.insert.run(trace, spans, body);
      also();
    });
  }

  /** The trace's chunks, those that arrived last first. */
  chunks(trace: Uint8Array): IterableIterator<Chunk> {
    return this.newestFirst.iterate<Chunk>(trace);
  }

  /** All chunks of the traces, those of a trace in the order of their arrival. */
  *chunksOf(traces: readonly Uint8Array[]): Generator<Chunk> {
    for (const trace of traces) yield* this.oldestFirst.iterate<Chunk>(trace);
  }

  has(trace: Uint8Array): boolean {
    return this.one.get(trace) !== undefined;
  }

  /** The next traces after this one, in the order of their bytes. */
  tracesAfter(trace: Uint8Array, limit: number): Uint8Array[] {
    return this.next.all<{ trace: Uint8Array }>(trace, limit).map((row) => row.trace);
  }

  /** How far another segment's chunks have been copied to this one: the last trace. */
  copiedUpTo(segment: string): Uint8Array | undefined {
    return this.database
      .prepare('SELECT trace FROM copied WHERE segment = ?')
      .get<{ trace: Uint8Array }>(segment)?.trace;
  }

  /** Within {@link add}. */
  putCopied(segment: string, trace: Uint8Array): void {
    this.database.prepare('INSERT OR REPLACE INTO copied (segment, trace) VALUES (?, ?)').run(segment, trace);
  }

  /** Bytes on disk. */
  bytes(): number {
    return FILE_SUFFIXES.reduce(
      (sum, suffix) => sum + (statSync(this.path + suffix, { throwIfNoEntry: false })?.size ?? 0),
      0,
    );
  }

  /** Nothing is written any more: what is beside the file goes into it. */
  finish(): void {
    this.database.exec('PRAGMA wal_checkpoint(TRUNCATE); PRAGMA shrink_memory');
  }

  /** May be called twice. */
  close(): void {
    closeDatabaseFile(this.database);
  }

  /** Closes it and deletes the file. */
  remove(): void {
    this.database.close();
    removeDatabaseFile(this.path);
  }
}
