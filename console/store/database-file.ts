/**
 * Opens one of the store's database files, in the schema of this version: a file of another version, or a damaged one,
 * is set aside under another name, never changed or deleted.
 */
import { chmodSync, existsSync, renameSync, rmSync, truncateSync } from 'node:fs';
import { basename } from 'node:path';
import { type SqlDatabase, type SqlDriver, SqlError } from './sql/port';

/** Of all files, the format of what is in their columns included. Raise it with every change of any of them. */
const SCHEMA_VERSION = 1;

/** What belongs to a database file, by what its name ends with. */
export const FILE_SUFFIXES = ['', '-wal', '-shm'] as const;

export interface OpenedFile {
  readonly database: SqlDatabase;
  /** What was there before and is set aside, one sentence for people. */
  readonly notice?: string;
}

/** WAL with NORMAL: a commit survives the end of the process, however it ends; the last ones may be lost with the power. */
const PRAGMAS = 'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000;';

/** Opens the file, and makes it with the tables of `schema` if it is missing. Throws a `SqlError`. */
export function openDatabaseFile(driver: SqlDriver, path: string, schema: string): OpenedFile {
  const found = existsSync(path) ? versionOf(driver, path) : 0;
  if (found === SCHEMA_VERSION) return { database: opened(driver, path) };
  if (found === 0) return { database: created(driver, path, schema) };
  const notice = setAside(path, found);
  return { database: created(driver, path, schema), notice };
}

/** The version of the file's schema; 0: it is empty. */
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
  // So that the space of deleted rows can go back to the file system. Before anything else is written.
  database.exec(`PRAGMA auto_vacuum = INCREMENTAL; ${PRAGMAS}`);
  // Also where the directory is not ours alone, as a mounted volume. SQLite gives the files beside it the same mode.
  chmodSync(path, 0o600);
  database.transaction(() => database.exec(`${schema}; PRAGMA user_version = ${SCHEMA_VERSION}`));
  return database;
}

/**
 * Closes the file with everything in it, not beside it: a driver may keep a closed file open until its statements are
 * collected. May be called twice.
 */
export function closeDatabaseFile(database: SqlDatabase): void {
  try {
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } catch {
    // The disk is full, or it is closed: the next to open the file reads what is beside it.
  }
  database.close();
}

/**
 * Deletes the file of a database that is closed. It is emptied before: a driver may keep it open until its statements are
 * collected, and the space of a deleted file is free only when nobody has it open.
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
  return `${path} ${what}. It is kept as ${basename(aside)}: delete it when nobody needs it.`;
}
