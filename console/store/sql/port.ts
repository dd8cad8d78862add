/**
 * The port to SQLite: the few calls that the store needs, the same with every driver. Only the adapters beside it
 * know a driver; `test/console-sql.test.ts` holds all of them to one contract.
 *
 * All calls are synchronous, so the store uses them in its own thread only.
 */

/**
 * What a parameter may be. Integers must be safe ones: whatever is larger is stored as text or bytes. A text is read
 * back only up to a NUL.
 */
export type SqlValue = null | number | string | Uint8Array;

/** A prepared statement. Parameters are positional (`?`), and exactly as many as the statement has. */
export interface SqlStatement {
  /** Runs it, and returns how many rows it changed. */
  run(...parameters: readonly SqlValue[]): number;
  /** The first row, or `undefined`. Bytes are a `Uint8Array`. */
  get<Row extends object>(...parameters: readonly SqlValue[]): Row | undefined;
  all<Row extends object>(...parameters: readonly SqlValue[]): Row[];
  /** The rows as they are asked for. May be left early; the database must not be closed meanwhile. */
  iterate<Row extends object>(...parameters: readonly SqlValue[]): IterableIterator<Row>;
}

/** An open database file. Every call throws a {@link SqlError}. */
export interface SqlDatabase {
  /** Runs any number of statements without parameters. */
  exec(sql: string): void;
  prepare(sql: string): SqlStatement;
  /** Runs `fn` between BEGIN IMMEDIATE and COMMIT; rolls back, and throws the same, if it throws. Not nested. */
  transaction<T>(fn: () => T): T;
  /** May be called twice. */
  close(): void;
}

export interface SqlDriver {
  readonly name: 'node:sqlite' | 'libsql';
  /** Opens the file, and makes it if it is missing. */
  open(path: string): SqlDatabase;
}

/**
 * What went wrong, as far as the store treats it differently: `full`: no space; `busy`: another process has it;
 * `damaged`: it is not a database, or not any more; `io`: the file system fails.
 */
export type SqlProblem = 'full' | 'busy' | 'damaged' | 'io' | 'other';

/** An error of SQLite itself, with any driver. */
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

/** The error for a result code of SQLite, extended or not. See https://www.sqlite.org/rescode.html */
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

/** {@link SqlDatabase.transaction} in terms of `exec`. */
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
      // SQLite has rolled back by itself, as it does when the disk is full.
    }
    throw error;
  }
}
