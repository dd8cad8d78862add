/**
 * Adapter for `libsql`, for Node 20. It goes when Node 20 goes.
 *
 * The driver aborts the process where a lone `Buffer` or too few parameters are passed, so it always gets one array of
 * the right length, with bytes as a `Buffer`. Its rows carry a member of its own, and some of its bytes come as an
 * `ArrayBuffer`.
 */
import { checkCount, parameterCount } from './parameters';
import { inTransaction, type SqlDatabase, type SqlDriver, type SqlValue, sqlError } from './port';

/** The part of `libsql` that is used. */
type Libsql = new (
  path: string,
) => {
  exec(sql: string): void;
  prepare(sql: string): LibsqlStatement;
  close(): void;
};

interface LibsqlStatement {
  run(parameters: readonly unknown[]): { readonly changes: number };
  get(parameters: readonly unknown[]): Record<string, unknown> | undefined;
  all(parameters: readonly unknown[]): Record<string, unknown>[];
  iterate(parameters: readonly unknown[]): IterableIterator<Record<string, unknown>>;
}

/** The driver, or `undefined` if the package is not installed, or not for this machine. Never throws. */
export function libsqlDriver(): SqlDriver | undefined {
  try {
    const Database = require('libsql') as Libsql;
    return { name: 'libsql', open: (path) => open(Database, path) };
  } catch {
    return undefined;
  }
}

function open(Database: Libsql, path: string): SqlDatabase {
  const database = told(() => new Database(path));
  let isOpen = true;
  const exec = (sql: string): void => told(() => database.exec(sql));
  return {
    exec,
    prepare(sql) {
      const statement = told(() => database.prepare(sql));
      const expected = parameterCount(sql);
      const checked = <T>(parameters: readonly SqlValue[], fn: (values: unknown[]) => T): T => {
        checkCount(sql, expected, parameters.length);
        return told(() => fn(parameters.map(written)));
      };
      return {
        run: (...parameters) => checked(parameters, (values) => statement.run(values).changes),
        get: <Row extends object>(...parameters: readonly SqlValue[]) =>
          checked(parameters, (values) => {
            const row = statement.get(values);
            return row && read<Row>(row);
          }),
        all: <Row extends object>(...parameters: readonly SqlValue[]) =>
          checked(parameters, (values) => statement.all(values).map((row) => read<Row>(row))),
        iterate: <Row extends object>(...parameters: readonly SqlValue[]) =>
          rows<Row>(checked(parameters, (values) => statement.iterate(values))),
      };
    },
    transaction: (fn) => inTransaction(exec, fn),
    close() {
      if (isOpen) told(() => database.close());
      isOpen = false;
    },
  };
}

function written(value: SqlValue): unknown {
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value;
}

/** Changes the row in place: it was made for us. */
function read<Row extends object>(row: Record<string, unknown>): Row {
  for (const name in row) {
    const value = row[name];
    if (name === '_metadata') Reflect.deleteProperty(row, name);
    else if (value instanceof ArrayBuffer) row[name] = new Uint8Array(value);
  }
  return row as Row;
}

function* rows<Row extends object>(found: IterableIterator<Record<string, unknown>>): Generator<Row> {
  for (;;) {
    const next = told(() => found.next());
    if (next.done) return;
    yield read<Row>(next.value);
  }
}

function told<T>(fn: () => T): T {
  try {
    return fn();
  } catch (error) {
    throw sqlError(resultCode(error as Error & { readonly rawCode?: number }), error);
  }
}

/** The error of a file that cannot be opened has the code in its text alone. */
function resultCode({ rawCode, message }: Error & { readonly rawCode?: number }): number | undefined {
  const [, inText] = /^ConnectionFailed\(.*: (\d+)"\)$/.exec(message) ?? [];
  return inText === undefined ? rawCode : Number(inText);
}
