/**
 * The SQLite driver of this process: Node's own where there is one, else `libsql`.
 */
import { StoreError } from '../store-error';
import { libsqlDriver } from './libsql';
import { nodeSqliteDriver } from './node-sqlite';
import type { SqlDriver } from './port';

/** Throws a {@link StoreError} `no-driver` if there is none. */
export function sqlDriver(): SqlDriver {
  const driver = nodeSqliteDriver() ?? libsqlDriver();
  if (driver) return driver;
  throw new StoreError(
    'no-driver',
    `The console needs SQLite, which Node.js has since 22.13. This is ${process.version}: run "npm install libsql", or use a newer Node.js.`,
  );
}
