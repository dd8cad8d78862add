/**
 * What all adapters have in common: counts of parameters are checked, errors are those of the port, and a database is
 * closed once.
 */
import { checkCount, parameterCount } from './parameters';
import { inTransaction, type SqlDatabase, type SqlStatement, type SqlValue, sqlError } from './port';

/** A driver's statement: parameters as one list, rows as the port has them. */
export interface DriverStatement {
  run(values: readonly SqlValue[]): number;
  get(values: readonly SqlValue[]): object | undefined;
  all(values: readonly SqlValue[]): object[];
  iterate(values: readonly SqlValue[]): IterableIterator<object>;
}

export interface DriverDatabase {
  exec(sql: string): void;
  prepare(sql: string): DriverStatement;
  close(): void;
}

/**
 * The port over a driver's database.
 *
 * @param open may throw the driver's error, as all calls of the driver may
 * @param resultCode of such an error, as SQLite has it
 */
export function sqlDatabase(
  open: () => DriverDatabase,
  resultCode: (error: Error) => number | undefined,
): SqlDatabase {
  const told = <T>(fn: () => T): T => {
    try {
      return fn();
    } catch (error) {
      throw sqlError(resultCode(error as Error), error);
    }
  };
  const database = told(open);
  const exec = (sql: string): void => told(() => database.exec(sql));
  let isOpen = true;
  return {
    exec,
    prepare(sql): SqlStatement {
      const statement = told(() => database.prepare(sql));
      const expected = parameterCount(sql);
      const checked = <T>(values: readonly SqlValue[], fn: () => unknown): T => {
        checkCount(sql, expected, values.length);
        return told(fn) as T;
      };
      return {
        run: (...values) => checked(values, () => statement.run(values)),
        get: (...values) => checked(values, () => statement.get(values)),
        all: (...values) => checked(values, () => statement.all(values)),
        iterate: (...values) =>
          rows(
            checked(values, () => statement.iterate(values)),
            told,
          ),
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
function* rows<Row extends object>(
  found: IterableIterator<Row>,
  told: <T>(fn: () => T) => T,
): Generator<Row> {
  try {
    for (;;) {
      const next = told(() => found.next());
      if (next.done) return;
      yield next.value;
    }
  } finally {
    found.return?.();
  }
}
