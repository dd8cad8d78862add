/**
 * The contract of the SQLite drivers that this Node.js has; `test/matrix/console-node.test.ts` runs it with newer
 * versions.
 */
import { deepEqual, equal, throws } from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { libsqlDriver } from '../console/store/sql/libsql';
import { nodeSqliteDriver } from '../console/store/sql/node-sqlite';
import { type SqlDatabase, type SqlDriver, SqlError } from '../console/store/sql/port';

for (const driver of [nodeSqliteDriver(), libsqlDriver()]) if (driver) contract(driver);

function contract(driver: SqlDriver): void {
  describe(`the SQLite driver ${driver.name}`, () => {
    let directory: string;
    let path: string;
    let database: SqlDatabase;

    beforeEach(() => {
      directory = mkdtempSync(join(tmpdir(), 'console-sql-'));
      path = join(directory, 'test.db');
      database = driver.open(path);
      database.exec('CREATE TABLE t (a, b); CREATE TABLE u (a UNIQUE)');
    });

    afterEach(() => {
      database.close();
      rmSync(directory, { recursive: true });
    });

    const all = () => database.prepare('SELECT a, b FROM t ORDER BY rowid').all().map(plain);

    it('returns each type of value as it was stored', () => {
      const insert = database.prepare('INSERT INTO t (a, b) VALUES (?, ?)');
      const bytes = Uint8Array.of(0, 1, 255);
      equal(insert.run(null, 1), 1);
      insert.run(1.5, Number.MAX_SAFE_INTEGER);
      insert.run('schön \u{1f600}', '');
      insert.run(bytes, new Uint8Array(0));
      const expected = [
        { a: null, b: 1 },
        { a: 1.5, b: Number.MAX_SAFE_INTEGER },
        { a: 'schön \u{1f600}', b: '' },
        { a: bytes, b: new Uint8Array(0) },
      ];
      deepEqual(all(), expected);
      const iterated = database.prepare('SELECT a, b FROM t ORDER BY rowid').iterate();
      deepEqual([...iterated].map(plain), expected);
      deepEqual(plain(database.prepare('SELECT a, b FROM t WHERE typeof(a) = ?').get('blob')), expected[3]);
    });

    it('stores a part of a larger buffer as bytes', () => {
      const part = new Uint8Array(new ArrayBuffer(8), 2, 3).fill(7);
      database.prepare('INSERT INTO t (a) VALUES (?)').run(part);
      database.prepare('INSERT INTO t (a) VALUES (?)').run(Buffer.from('0707', 'hex'));
      deepEqual(
        all().map((row) => row.a),
        [Uint8Array.of(7, 7, 7), Uint8Array.of(7, 7)],
      );
    });

    it('returns undefined if there is no row', () => {
      equal(database.prepare('SELECT a FROM t WHERE a = ?').get(1), undefined);
      deepEqual(database.prepare('SELECT a FROM t').all(), []);
      deepEqual([...database.prepare('SELECT a FROM t').iterate()], []);
    });

    it('rejects too few and too many parameters, and keeps working', () => {
      const insert = database.prepare("INSERT INTO t (a, b) VALUES (?, '?' || ?)");
      for (const parameters of [[], ['a'], ['a', 'b', 'c']]) {
        throws(() => insert.run(...parameters), RangeError);
        throws(() => insert.get(...parameters), RangeError);
        throws(() => insert.all(...parameters), RangeError);
        throws(() => insert.iterate(...parameters), RangeError);
      }
      insert.run('a', 'b');
      deepEqual(all(), [{ a: 'a', b: '?b' }]);
    });

    it('returns the number of rows that a statement changed', () => {
      const insert = database.prepare('INSERT INTO t (a) VALUES (?)');
      for (const value of [1, 2, 3]) insert.run(value);
      equal(database.prepare('UPDATE t SET b = ? WHERE a > ?').run('x', 1), 2);
      equal(database.prepare('DELETE FROM t WHERE a > ?').run(5), 0);
    });

    it('allows leaving an iteration early and reading again', () => {
      const insert = database.prepare('INSERT INTO t (a) VALUES (?)');
      for (const value of [1, 2, 3]) insert.run(value);
      const read = database.prepare('SELECT a FROM t ORDER BY a');
      for (const _ of read.iterate()) break;
      database.exec('DELETE FROM t WHERE a = 2');
      deepEqual(
        [...read.iterate<{ a: number }>()].map(({ a }) => a),
        [1, 3],
      );
    });

    it('commits a transaction that returns, and rolls back one that throws', () => {
      const insert = database.prepare('INSERT INTO t (a) VALUES (?)');
      equal(
        database.transaction(() => insert.run(1)),
        1,
      );
      const thrown = new Error('no');
      throws(
        () =>
          database.transaction(() => {
            insert.run(2);
            throw thrown;
          }),
        (error) => error === thrown,
      );
      deepEqual(all(), [{ a: 1, b: null }]);
    });

    it('classifies errors', () => {
      const problem = (fn: () => unknown): string => {
        try {
          fn();
        } catch (error) {
          if (error instanceof SqlError) return error.problem;
          throw error;
        }
        return 'nothing';
      };
      const other = driver.open(path);
      other.exec('PRAGMA busy_timeout = 0');
      const got = {
        syntax: problem(() => database.prepare('SELEC')),
        unique: problem(() => database.exec('INSERT INTO u VALUES (1), (1)')),
        busy: problem(() => database.transaction(() => other.exec('BEGIN IMMEDIATE'))),
        full: problem(() => {
          database.exec('PRAGMA max_page_count = 4');
          database.prepare('INSERT INTO t (a) VALUES (?)').run(new Uint8Array(100_000));
        }),
        noDatabase: problem(() => driver.open(__filename).exec('SELECT * FROM sqlite_master')),
        noDirectory: problem(() => driver.open(join(directory, 'missing', 'test.db')).exec('SELECT 1')),
      };
      other.close();
      deepEqual(got, {
        syntax: 'other',
        unique: 'other',
        busy: 'busy',
        full: 'full',
        noDatabase: 'damaged',
        noDirectory: 'io',
      });
    });

    it('can be closed twice, and throws afterwards', () => {
      database.close();
      database.close();
      throws(() => database.exec('SELECT 1'), SqlError);
    });
  });
}

/** Returns a row without the driver's prototype, with its bytes as a plain `Uint8Array`. */
function plain(row: object | undefined): Record<string, unknown> {
  const entries = Object.entries(row ?? {}).map(([name, value]) => [
    name,
    value instanceof Uint8Array ? Uint8Array.from(value) : (value as unknown),
  ]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}
