/**
 * Adapter for Node's own SQLite, `node:sqlite`, which needs no flag since Node 22.13.
 */
import { sqlDatabase } from './database';
import type { SqlDatabase, SqlDriver, SqlValue } from './port';

/** The part of `node:sqlite` that is used; the types of Node 20 do not have it. */
interface NodeSqlite {
  readonly DatabaseSync: new (
    path: string,
  ) => {
    exec(sql: string): void;
    prepare(sql: string): NodeStatement;
    close(): void;
  };
}

interface NodeStatement {
  run(...parameters: SqlValue[]): { readonly changes: number | bigint };
  get(...parameters: SqlValue[]): object | undefined;
  all(...parameters: SqlValue[]): object[];
  iterate(...parameters: SqlValue[]): IterableIterator<object>;
}

/** Returns the driver; `undefined` if this Node.js has none. Never throws. */
export function nodeSqliteDriver(): SqlDriver | undefined {
  const sqlite = withoutWarning(() => process.getBuiltinModule?.('node:sqlite')) as NodeSqlite | undefined;
  return sqlite && { name: 'node:sqlite', open: (path) => open(sqlite, path) };
}

function open({ DatabaseSync }: NodeSqlite, path: string): SqlDatabase {
  const resultCode = (error: Error & { readonly errcode?: number }) => error.errcode;
  return sqlDatabase(() => {
    const database = new DatabaseSync(path);
    return {
      exec: (sql) => database.exec(sql),
      prepare(sql) {
        const statement = database.prepare(sql);
        return {
          run: (values) => Number(statement.run(...values).changes),
          get: (values) => statement.get(...values),
          all: (values) => statement.all(...values),
          iterate: (values) => statement.iterate(...values),
        };
      },
      close: () => database.close(),
    };
  }, resultCode);
}

/** Suppresses the warning with which Node 22 and 24 announce the experimental module. */
function withoutWarning<T>(fn: () => T): T {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return fn();
  } finally {
    process.emitWarning = emitWarning;
  }
}
