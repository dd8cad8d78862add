/**
 * The data directory: where it is, who may read it, and the lock that keeps a second console out.
 */
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { type SqlDatabase, type SqlDriver, SqlError } from './sql/port';
import { StoreError } from './store-error';

/** Spans hold what users' systems wrote into them: nobody else may read them. */
const MODE = 0o700;
const LOCK = 'lock.db';

/** `$XDG_STATE_HOME/temporal-job-tracing`, by default below `~/.local/state`. */
export function defaultDataDirectory(env: NodeJS.ProcessEnv = process.env): string {
  const state = env.XDG_STATE_HOME;
  // By its specification a relative path is to be ignored.
  const base = state && isAbsolute(state) ? state : join(homedir(), '.local', 'state');
  return join(base, 'temporal-job-tracing');
}

/** A directory that is this process's own until it is closed, or the process ends, however it ends. */
export interface LockedDirectory {
  readonly path: string;
  /** May be called twice. */
  close(): void;
}

/**
 * Makes the directory if it is missing, and locks it. Throws a {@link StoreError}: `locked` with the process that has
 * it, or `directory`.
 */
export function lockDirectory(driver: SqlDriver, path: string): LockedDirectory {
  makeDirectory(path);
  const owner = join(path, 'owner.json');
  let lock: SqlDatabase | undefined;
  try {
    lock = driver.open(join(path, LOCK));
    // The kernel's lock on the file ends with the process, also by SIGKILL: there is no stale lock.
    lock.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
    writeFileSync(owner, JSON.stringify({ pid: process.pid, since: new Date().toISOString() }));
  } catch (error) {
    lock?.close();
    if (error instanceof SqlError && error.problem === 'busy') throw locked(path, owner, error);
    throw unusable(path, error);
  }
  const held = lock;
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

/** Whether the mode is ours to set: not that of a mounted volume, or of a directory with other things in it. */
function isOurs(path: string): boolean {
  if (statSync(path).uid !== process.getuid?.()) return false;
  const names = readdirSync(path);
  return names.length === 0 || names.includes(LOCK);
}

function unusable(path: string, cause: unknown): StoreError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new StoreError(
    'directory',
    `The data directory ${path} cannot be used: ${reason}. Give another one with --data.`,
    { cause },
  );
}

function locked(path: string, owner: string, cause: unknown): StoreError {
  return new StoreError(
    'locked',
    `Another console (${ownerOf(owner)}) uses ${path}. Stop it, or give another directory with --data.`,
    { cause },
  );
}

function ownerOf(file: string): string {
  try {
    const { pid, since } = JSON.parse(readFileSync(file, 'utf8')) as { pid: number; since: string };
    return `process ${pid}, since ${since}`;
  } catch {
    return 'another process';
  }
}
