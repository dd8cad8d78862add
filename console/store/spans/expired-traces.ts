/**
 * Records the traces whose beginning has expired while later parts are still stored.
 */
import type { SqlDatabase, SqlStatement } from '../sql/port';

/** Creates the tables in `index.db`. */
export const EXPIRED_SCHEMA = `
CREATE TABLE expired (trace BLOB PRIMARY KEY, at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE dropped (id INTEGER PRIMARY KEY CHECK (id = 1), until REAL NOT NULL);
`;

/** The recorded traces, each for as long as its spans may be kept. */
export class ExpiredTraces {
  private readonly insert: SqlStatement;
  private readonly find: SqlStatement;
  private readonly trim: SqlStatement;
  private readonly putUntil: SqlStatement;
  private readonly getUntil: SqlStatement;

  constructor(
    private readonly database: SqlDatabase,
    /** Longest time that a span is kept, in milliseconds. */
    private readonly keptMs: number,
  ) {
    this.insert = database.prepare('INSERT OR REPLACE INTO expired (trace, at) VALUES (?, ?)');
    this.find = database.prepare('SELECT 1 FROM expired WHERE trace = ?');
    this.trim = database.prepare('DELETE FROM expired WHERE at < ?');
    this.putUntil = database.prepare(
      `INSERT INTO dropped (id, until) VALUES (1, ?)
       ON CONFLICT (id) DO UPDATE SET until = max(until, excluded.until)`,
    );
    this.getUntil = database.prepare('SELECT until FROM dropped');
  }

  add(traces: readonly Uint8Array[], nowMs: number): void {
    if (traces.length === 0) return;
    this.database.transaction(() => {
      for (const trace of traces) this.insert.run(trace, nowMs);
    });
  }

  has(trace: Uint8Array): boolean {
    return this.find.get(trace) !== undefined;
  }

  /** Records that a segment was dropped, whose last span arrived at `untilMs` at the latest. */
  putDropped(untilMs: number, nowMs: number): void {
    this.putUntil.run(untilMs);
    this.trim.run(nowMs - this.keptMs);
  }

  /** Returns when the last dropped span arrived, in milliseconds since 1970; 0 if none was dropped yet. */
  droppedUntil(): number {
    return this.getUntil.get<{ until: number }>()?.until ?? 0;
  }
}
