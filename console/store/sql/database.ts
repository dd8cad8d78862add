/**
 * The common part of all adapters: checks numbers of parameters, converts errors to the port's, and closes
 * once.
 */
import { checkCount, parameterCount } from './parameters';
import { inTransaction, type SqlDatabase, type SqlStatement, type SqlValue, sqlError } from './port';

/** A driver's statement, with parameters as one list and rows as the port returns them. */
export interface DriverStatement {
  run(values: readonly SqlValue[]): number;
  get(values: readonly SqlValue[]): object | undefined;
  all(values: readonly SqlValue[]): object[];
  iterate(values: readonly SqlValue[]): IterableIterator<object>;
}

/** A driver's database, as far as the adapters use it. All calls may throw the driver's error. */
export interface DriverDatabase {
  exec(sql: string): void;
  prepare(sql: string): DriverStatement;
  close(): void;
}

/**
 * Implements the port on a driver's database.
 *
 * @param open opens the database; may throw the driver's error, as may all calls of the driver
 * @param resultCode returns SQLite's result code of a driver's error
 */
export function sqlDatabase(
  open: () => DriverDatabase,
  resultCode: (error: Error) => number | undefined,
): SqlDatabase {
  const withSqlErrors = <T>(fn: () => T): T => {
    try {
      return fn();
    } catch (error) {
      throw sqlError(resultCode(error as Error), error);
    }
  };
  const database = withSqlErrors(open);
  const exec = (sql: string): void => withSqlErrors(() => database.exec(sql));
  let isOpen = true;
  return {
    exec,
    prepare(sql): SqlStatement {
      const statement = withSqlErrors(() => database.prepare(sql));
      const expected = parameterCount(sql);
      const checked = <T>(values: readonly SqlValue[], fn: () => unknown): T => {
        checkCount(sql, expected, values.length);
        return withSqlErrors(fn) as T;
      };
      return {
        run: (...values) => checked(values, () => statement.run(values)),
        get: (...values) => checked(values, () => statement.get(values)),
        all: (...values) => checked(values, () => statement.all(values)),
        iterate: (...values) =>
          rows(
            checked(values, () => statement.iterate(values)),
            withSqlErrors,
          ),
      };
    },
    transaction: (fn) => inTransaction(exec, fn),
    close() {
      if (isOpen) withSqlErrors(() => database.close());
      isOpen = false;
    },
  };
}

/** Yields the rows; a damaged file may only show while they are read. */
function* rows<Row extends object>(
  found: IterableIterator<Row>,
  withSqlErrors: <T>(fn: () => T) => T,
): Generator<Row> {
  try {
    for (;;) {
      const next = withSqlErrors(() => found.next());
      if (next.done) return;
      yield next.value;
    }
  } finally {
    found.return?.();
  }
}
