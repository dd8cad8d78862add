/**
 * Adapter for `libsql`, to be removed with the support of Node 20.
 *
 * The driver aborts the process if it gets a lone `Buffer` or too few parameters, so it always gets one array
 * of the right length, with bytes as a `Buffer`. Its rows have an additional member, and some bytes are an
 * `ArrayBuffer`.
 */
import { sqlDatabase } from './database';
import type { SqlDatabase, SqlDriver, SqlValue } from './port';

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

/**
 * Returns the driver; `undefined` if the package is not installed or has no binary for this machine. Never
 * throws.
 */
export function libsqlDriver(): SqlDriver | undefined {
  try {
    const Database = require('libsql') as Libsql;
    return { name: 'libsql', open: (path) => open(Database, path) };
  } catch {
    return undefined;
  }
}

function open(Database: Libsql, path: string): SqlDatabase {
  return sqlDatabase(() => {
    const database = new Database(path);
    return {
      exec: (sql) => database.exec(sql),
      prepare(sql) {
        const statement = database.prepare(sql);
        return {
          run: (values) => statement.run(values.map(written)).changes,
          get(values) {
            const row = statement.get(values.map(written));
            return row && read(row);
          },
          all: (values) => statement.all(values.map(written)).map(read),
          iterate: (values) => rows(statement.iterate(values.map(written))),
        };
      },
      close: () => database.close(),
    };
  }, resultCode);
}

function written(value: SqlValue): unknown {
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value;
}

/** Normalizes a row in place. */
function read(row: Record<string, unknown>): object {
  for (const name in row) {
    const value = row[name];
    if (name === '_metadata') Reflect.deleteProperty(row, name);
    else if (value instanceof ArrayBuffer) row[name] = new Uint8Array(value);
  }
  return row;
}

function* rows(found: IterableIterator<Record<string, unknown>>): Generator<object> {
  for (const row of found) yield read(row);
}

/** Returns SQLite's result code; for a file that cannot be opened, only the message contains it. */
function resultCode({ rawCode, message }: Error & { readonly rawCode?: number }): number | undefined {
  const [, inText] = /^ConnectionFailed\(.*: (\d+)"\)$/.exec(message) ?? [];
  return inText === undefined ? rawCode : Number(inText);
}
