/**
 * The data directory: its path, its permissions, and the lock that prevents a second console from using it.
 */
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { type SqlDatabase, type SqlDriver, SqlError } from './sql/port';
import { StoreError } from './store-error';

/** Only the owner may read the directory, since spans contain data of users' systems. */
const MODE = 0o700;
const LOCK = 'lock.db';

/** Returns `$XDG_STATE_HOME/temporal-job-tracing`, by default below `~/.local/state`. */
export function defaultDataDirectory(env: NodeJS.ProcessEnv = process.env): string {
  const state = env.XDG_STATE_HOME;
  // The specification requires relative paths to be ignored.
  const base = state && isAbsolute(state) ? state : join(homedir(), '.local', 'state');
  return join(base, 'temporal-job-tracing');
}

/** A directory that this process has locked until it closes it, or ends in any way. */
export interface LockedDirectory {
  readonly path: string;
  /** Releases the lock. May be called twice. */
  close(): void;
}

/**
 * Creates the directory if it is missing, and locks it. Throws a {@link StoreError}: `locked` with the
 * process that uses it, or `directory`.
 */
export function lockDirectory(driver: SqlDriver, path: string): LockedDirectory {
  makeDirectory(path);
  const owner = join(path, 'owner.json');
  let lock: SqlDatabase | undefined;
  try {
    lock = driver.open(join(path, LOCK));
    // The kernel releases the lock when the process ends, even by SIGKILL, so there are no stale locks. Nothing
    // is written, not even a journal, since the disk may be full.
    lock.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    lock?.close();
    if (error instanceof SqlError && error.problem === 'busy') throw locked(path, owner, error);
    throw unusable(path, error);
  }
  const held = lock;
  writeOwner(owner);
  return { path, close: () => held.close() };
}

function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: MODE });
    if (isOurs(path)) chmodSync(path, MODE);
  } catch (error) {
    throw unusable(path, error);
  }
}

/**
 * Whether the directory belongs to the console, so that its mode may be set: not a mounted volume, and not a
 * directory with other files.
 */
function isOurs(path: string): boolean {
  if (statSync(path).uid !== process.getuid?.()) return false;
  const names = readdirSync(path);
  return names.length === 0 || names.includes(LOCK);
}

function unusable(path: string, cause: unknown): StoreError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new StoreError(
    'directory',
    `The data directory ${path} cannot be used: ${reason}. Choose another one with --data.`,
    { cause },
  );
}

function locked(path: string, owner: string, cause: unknown): StoreError {
  return new StoreError(
    'locked',
    `Another console (${ownerOf(owner)}) uses ${path}. Stop it, or choose another directory with --data.`,
    { cause },
  );
}

function writeOwner(file: string): void {
  try {
    writeFileSync(file, JSON.stringify({ pid: process.pid, since: new Date().toISOString() }));
  } catch {
    // The disk is full. The console works without: only the error of a second one names no process.
  }
}

function ownerOf(file: string): string {
  try {
    const { pid, since } = JSON.parse(readFileSync(file, 'utf8')) as { pid: number; since: string };
    return `process ${pid}, since ${since}`;
  } catch {
    return 'another process';
  }
}
