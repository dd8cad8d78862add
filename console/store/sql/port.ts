/**
 * The port to SQLite: the few calls that the store needs, the same with every driver. Only the adapters
 * depend on a driver; `test/console-sql.test.ts` checks all of them against one contract.
 *
 * All calls are synchronous, so the store uses them only in its own thread.
 */

/**
 * Type of a parameter. Integers must be safe ones; larger ones are stored as strings or bytes. A string is
 * read back only up to the first NUL.
 */
export type SqlValue = null | number | string | Uint8Array;

/** A prepared statement. Parameters are positional (`?`), and their number must match. */
export interface SqlStatement {
  /** Runs the statement; returns the number of changed rows. */
  run(...parameters: readonly SqlValue[]): number;
  /** Returns the first row, or `undefined`. Bytes are a `Uint8Array`. */
  get<Row extends object>(...parameters: readonly SqlValue[]): Row | undefined;
  all<Row extends object>(...parameters: readonly SqlValue[]): Row[];
  /** Iterates over the rows. May be left early; the database must stay open. */
  iterate<Row extends object>(...parameters: readonly SqlValue[]): IterableIterator<Row>;
}

/** An open database file. Every call throws a {@link SqlError}. */
export interface SqlDatabase {
  /** Runs statements without parameters. */
  exec(sql: string): void;
  prepare(sql: string): SqlStatement;
  /**
   * Runs `fn` between BEGIN IMMEDIATE and COMMIT; if it throws, rolls back and rethrows. Cannot be nested.
   */
  transaction<T>(fn: () => T): T;
  /** Closes the database. May be called twice. */
  close(): void;
}

/** A driver of SQLite. */
export interface SqlDriver {
  readonly name: 'node:sqlite' | 'libsql';
  /** Opens the file; creates it if it is missing. */
  open(path: string): SqlDatabase;
}

/**
 * Problems that the store distinguishes. `full`: no space; `busy`: another process uses the file; `damaged`:
 * not a valid database; `io`: an error of the file system.
 */
export type SqlProblem = 'full' | 'busy' | 'damaged' | 'io' | 'other';

/** An error of SQLite, with any driver. */
export class SqlError extends Error {
  override readonly name = 'SqlError';

  constructor(
    message: string,
    readonly problem: SqlProblem,
    options: { readonly cause: unknown },
  ) {
    super(message, options);
  }
}

/**
 * Returns the error for a result code of SQLite, extended or not.
 *
 * @see https://www.sqlite.org/rescode.html
 */
export function sqlError(resultCode: number | undefined, cause: unknown): SqlError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new SqlError(`SQLite: ${message}`, problemOf(resultCode), { cause });
}

/** The lowest byte of an extended result code is the primary one. */
function problemOf(resultCode = 1): SqlProblem {
  switch (resultCode & 0xff) {
    case 5: // BUSY
    case 6: // LOCKED
      return 'busy';
    case 10: // IOERR
    case 14: // CANTOPEN
      return 'io';
    case 11: // CORRUPT
    case 26: // NOTADB
      return 'damaged';
    case 13: // FULL
      return 'full';
    default:
      return 'other';
  }
}

/** Implements {@link SqlDatabase.transaction} with `exec`. */
export function inTransaction<T>(exec: (sql: string) => void, fn: () => T): T {
  exec('BEGIN IMMEDIATE');
  try {
    const result = fn();
    exec('COMMIT');
    return result;
  } catch (error) {
    try {
      exec('ROLLBACK');
    } catch {
      // SQLite has already rolled back, as it does when the disk is full.
    }
    throw error;
  }
}
