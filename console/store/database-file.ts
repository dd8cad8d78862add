/**
 * Opens one of the store's database files. A damaged file, or one with the schema of another version, is
 * renamed and kept unchanged, and a new one is created.
 */
import { chmodSync, existsSync, renameSync, rmSync, truncateSync } from 'node:fs';
import { basename } from 'node:path';
import { type SqlDatabase, type SqlDriver, SqlError } from './sql/port';

/**
 * Version of the schema of all files, including the format of their columns. Increment it with every change.
 */
const SCHEMA_VERSION = 1;

/** Suffixes of the files that belong to a database. */
export const FILE_SUFFIXES = ['', '-wal', '-shm'] as const;

/** An open database file. */
export interface OpenedFile {
  readonly database: SqlDatabase;
  /** Notice about a file that was set aside, one sentence. */
  readonly notice?: string;
}

/** With WAL and NORMAL, a commit survives any end of the process; a power failure may lose the last ones. */
const PRAGMAS = 'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000;';

/** Opens the file, or creates it with the tables of `schema`. Throws a `SqlError`. */
export function openDatabaseFile(driver: SqlDriver, path: string, schema: string): OpenedFile {
  const found = existsSync(path) ? versionOf(driver, path) : 0;
  if (found === SCHEMA_VERSION) return { database: opened(driver, path) };
  if (found === 0) return { database: created(driver, path, schema) };
  const notice = setAside(path, found);
  return { database: created(driver, path, schema), notice };
}

/** Returns the version of the file's schema; 0 for an empty file. */
function versionOf(driver: SqlDriver, path: string): number | 'damaged' {
  let database: SqlDatabase | undefined;
  try {
    database = driver.open(path);
    const { user_version: version } = database.prepare('PRAGMA user_version').get() as {
      user_version: number;
    };
    if (version !== 0) return version;
    return database.prepare('SELECT 1 FROM sqlite_master').get() === undefined ? 0 : 'damaged';
  } catch (error) {
    if (error instanceof SqlError && error.problem === 'damaged') return 'damaged';
    throw error;
  } finally {
    database?.close();
  }
}

function opened(driver: SqlDriver, path: string): SqlDatabase {
  const database = driver.open(path);
  database.exec(PRAGMAS);
  return database;
}

function created(driver: SqlDriver, path: string, schema: string): SqlDatabase {
  const database = driver.open(path);
  try {
    // Allows the space of deleted rows to be returned to the file system. Must come before the first table.
    database.exec(`PRAGMA auto_vacuum = INCREMENTAL; ${PRAGMAS}`);
    // Needed where the directory is shared, such as a mounted volume. SQLite gives the files beside it the
    // same mode.
    chmodSync(path, 0o600);
    database.transaction(() => database.exec(`${schema}; PRAGMA user_version = ${SCHEMA_VERSION}`));
    return database;
  } catch (error) {
    // The disk is full. Many attempts may follow, and the next start must not find an empty file.
    database.close();
    removeDatabaseFile(path);
    throw error;
  }
}

/**
 * Writes the WAL into the file and closes it. A driver may keep a closed file open until its statements are
 * garbage-collected. May be called twice.
 */
export function closeDatabaseFile(database: SqlDatabase): void {
  try {
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } catch {
    // The disk is full, or the file is closed: the next process that opens it reads the WAL.
  }
  database.close();
}

/**
 * Deletes the files of a closed database. They are truncated first: a driver may keep them open until its
 * statements are garbage-collected, and only then would the space of deleted files be free.
 */
export function removeDatabaseFile(path: string): void {
  for (const suffix of FILE_SUFFIXES) {
    if (!existsSync(path + suffix)) continue;
    truncateSync(path + suffix);
    rmSync(path + suffix);
  }
}

function setAside(path: string, version: number | 'damaged'): string {
  const aside = `${path}.${version === 'damaged' ? version : `version-${version}`}-${Date.now()}`;
  for (const suffix of FILE_SUFFIXES)
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  const what = version === 'damaged' ? 'is damaged' : `has the schema ${version}, not ${SCHEMA_VERSION}`;
  return `${path} ${what}. It is kept as ${basename(aside)}; delete it when it is no longer needed.`;
}
