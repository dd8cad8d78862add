/**
 * Adapter for Node's own SQLite, `node:sqlite` (without a flag since Node 22.13).
 */
import { checkCount, parameterCount } from './parameters';
import { inTransaction, type SqlDatabase, type SqlDriver, type SqlValue, sqlError } from './port';

/** The part of `node:sqlite` that is used: the types of Node 20 have none of it. */
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

/** The driver, or `undefined` if this Node has none. Never throws. */
export function nodeSqliteDriver(): SqlDriver | undefined {
  const sqlite = withoutWarning(() => process.getBuiltinModule?.('node:sqlite')) as NodeSqlite | undefined;
  return sqlite && { name: 'node:sqlite', open: (path) => open(sqlite, path) };
}

function open({ DatabaseSync }: NodeSqlite, path: string): SqlDatabase {
  const database = told(() => new DatabaseSync(path));
  let isOpen = true;
  const exec = (sql: string): void => told(() => database.exec(sql));
  return {
    exec,
    prepare(sql) {
      const statement = told(() => database.prepare(sql));
      const expected = parameterCount(sql);
      const checked = <T>(parameters: readonly SqlValue[], fn: (values: SqlValue[]) => T): T => {
        checkCount(sql, expected, parameters.length);
        return told(() => fn(parameters as SqlValue[]));
      };
      return {
        run: (...parameters) => checked(parameters, (values) => Number(statement.run(...values).changes)),
        get: <Row extends object>(...parameters: readonly SqlValue[]) =>
          checked(parameters, (values) => statement.get(...values) as Row | undefined),
        all: <Row extends object>(...parameters: readonly SqlValue[]) =>
          checked(parameters, (values) => statement.all(...values) as Row[]),
        iterate: <Row extends object>(...parameters: readonly SqlValue[]) =>
          rows<Row>(checked(parameters, (values) => statement.iterate(...values))),
      };
    },
    transaction: (fn) => inTransaction(exec, fn),
    close() {
      if (isOpen) told(() => database.close());
      isOpen = false;
    },
  };
}

/** A damaged file is found only as its rows are read. */
function* rows<Row extends object>(found: IterableIterator<object>): Generator<Row> {
  try {
    for (;;) {
      const next = told(() => found.next());
      if (next.done) return;
      yield next.value as Row;
    }
  } finally {
    found.return?.();
  }
}

function told<T>(fn: () => T): T {
  try {
    return fn();
  } catch (error) {
    throw sqlError((error as { readonly errcode?: number }).errcode, error);
  }
}

/** Node 22 and 24 call the module experimental on the first use: no news for those who start a console. */
function withoutWarning<T>(fn: () => T): T {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return fn();
  } finally {
    process.emitWarning = emitWarning;
  }
}
