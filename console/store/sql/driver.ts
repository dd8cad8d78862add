/**
 * Selects the SQLite driver: Node's own if there is one, else `libsql`.
 */
import { StoreError } from '../store-error';
import { libsqlDriver } from './libsql';
import { nodeSqliteDriver } from './node-sqlite';
import type { SqlDriver } from './port';

/** Returns the driver. Throws a {@link StoreError} `no-driver` if there is none. */
export function sqlDriver(): SqlDriver {
  const driver = nodeSqliteDriver() ?? libsqlDriver();
  if (driver) return driver;
  throw new StoreError(
    'no-driver',
    `The console needs SQLite, which Node.js has since 22.13. This is ${process.version}: run "npm install libsql", or use a newer Node.js.`,
  );
}
