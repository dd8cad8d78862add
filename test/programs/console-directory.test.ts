/**
 * The console's data directory: one console at a time, for nobody else to read, and never changed by a version that
 * does not know what is in it.
 */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { defaultDataDirectory, openStore, StoreError } from '../../console/store';
import { sqlDriver } from '../../console/store/sql/driver';
import { startConsoleIngest } from '../support/console-ingest';
import { jsonSpan, TRACE_ID, traceRequest } from '../support/otlp-request';

const run = promisify(execFile);

let parent: string;
let directory: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'console-directory-'));
  directory = join(parent, 'state', 'data');
});

afterEach(() => rmSync(parent, { recursive: true }));

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

describe('the data directory', () => {
  it('is below XDG_STATE_HOME, or below the home directory', () => {
    equal(defaultDataDirectory({ XDG_STATE_HOME: '/state' }), '/state/temporal-job-tracing');
    match(defaultDataDirectory({}), /\/\.local\/state\/temporal-job-tracing$/);
    match(defaultDataDirectory({ XDG_STATE_HOME: 'relative' }), /\/\.local\/state\/temporal-job-tracing$/);
  });

  it('is readable only by its owner, as are its files', async () => {
    const target = await startConsoleIngest({ directory });
    await target.post(traceRequest([jsonSpan()]));
    equal(modeOf(directory), '700');
    const names = readdirSync(directory).filter((file) => /^(index|spans)/.test(file));
    deepEqual(new Set(names.map((name) => name.slice(0, 5))), new Set(['index', 'spans']));
    for (const name of names) equal(modeOf(join(directory, name)), '600', name);
    await target.close();
  });

  it('keeps its mode if it contains other files', async () => {
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'other'), '');
    chmodSync(directory, 0o755);
    await (await openStore({ directory })).close();
    equal(modeOf(directory), '755');
    equal(modeOf(join(directory, 'index.db')), '600');
  });

  for (const path of ['file', 'file/data'])
    it(`that cannot be created is an error with the remedy: ${path}`, async () => {
      writeFileSync(join(parent, 'file'), '');
      await rejects(openStore({ directory: join(parent, path) }), (error) => {
        ok(error instanceof StoreError);
        equal(error.problem, 'directory');
        match(error.message, /^The data directory .* cannot be used: .*\. Choose another one with --data\.$/);
        return true;
      });
    });

  it('is used even if the file that names its process cannot be written', async () => {
    // A directory in its place fails like a full disk.
    mkdirSync(join(directory, 'owner.json'), { recursive: true });
    const store = await openStore({ directory });
    await rejects(openStore({ directory }), /^StoreError: Another console \(another process\) uses /);
    await store.close();
  });

  it('admits a second console only when the first has ended, and names the process that uses it', async () => {
    const { close } = await openStore({ directory });
    const second = openStore({ directory });
    await rejects(second, (error) => {
      ok(error instanceof StoreError);
      equal(error.problem, 'locked');
      match(
        error.message,
        new RegExp(`^Another console \\(process ${process.pid}, since 20.*\\) uses ${directory}\\. `),
      );
      return true;
    });
    // In a process of its own too: there the lock is the kernel's.
    const program = `require(${JSON.stringify(require.resolve('../../console/store'))})
      .openStore({ directory: ${JSON.stringify(directory)} }).catch((error) => console.log(error.problem))`;
    equal((await run(process.execPath, ['-e', program])).stdout.trim(), 'locked');
    await close();
    await (await openStore({ directory })).close();
  });

  it('without an SQLite driver is an error that names the package to install', async (test) => {
    if (sqlDriver().name === 'node:sqlite') return test.skip('this Node.js has SQLite');
    const copy = join(parent, 'store');
    cpSync(join(__dirname, '..', '..', 'console', 'store'), copy, { recursive: true });
    const program = `try { require(${JSON.stringify(join(copy, 'sql', 'driver.js'))}).sqlDriver() }
      catch (error) { console.log(error.problem, error.message) }`;
    match(
      (await run(process.execPath, ['-e', program])).stdout,
      /^no-driver The console needs SQLite, .*: run "npm install libsql", or use a newer Node\.js\.\n$/,
    );
  });
});

describe('files that this version cannot read', () => {
  const files = () => readdirSync(directory).filter((name) => !/-(wal|shm)$/.test(name));

  async function filled(): Promise<void> {
    const target = await startConsoleIngest({ directory });
    await target.post(traceRequest([jsonSpan()]));
    await target.close();
  }

  /** Opens it, and returns what it says. */
  async function notices(): Promise<readonly string[]> {
    const target = await startConsoleIngest({ directory });
    try {
      equal((await target.post(traceRequest([jsonSpan({ traceId: 'b'.repeat(32) })]))).status, 200);
      equal((await target.trace('b'.repeat(32))).spans.length, 1);
      return target.store.notices;
    } finally {
      await target.close();
    }
  }

  it('of another version are set aside with one notice, and a new store is created', async () => {
    await filled();
    for (const name of files().filter((file) => /^(index|spans-.*)\.db$/.test(file))) {
      const database = sqlDriver().open(join(directory, name));
      database.exec('PRAGMA user_version = 7');
      database.close();
    }
    const told = await notices();
    equal(told.length, 2);
    for (const line of told)
      match(line, / has the schema 7, not 1\. It is kept as .*\.version-7-\d+; delete it when/);
    equal(files().filter((name) => name.includes('.version-7-')).length, 2);
    deepEqual(await notices(), []);
  });

  it('that are damaged are set aside', async () => {
    await filled();
    writeFileSync(join(directory, 'index.db'), 'This is not a database. '.repeat(500));
    const told = await notices();
    equal(told.length, 1);
    match(told.join(), /index\.db is damaged\. It is kept as index\.db\.damaged-\d+; delete it when/);
    const target = await startConsoleIngest({ directory });
    equal((await target.trace(TRACE_ID)).spans.length, 1);
    await target.close();
  });
});
